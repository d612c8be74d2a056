"""What a short message means inside a conversation: numbers, commands, follow-ups. Pure."""
