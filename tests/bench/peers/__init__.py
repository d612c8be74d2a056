"""Other people's bots, each in its own fastest or its own usual form, to measure next to."""
