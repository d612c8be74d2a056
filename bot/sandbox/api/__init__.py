"""The platform's API side: what the bot calls."""
