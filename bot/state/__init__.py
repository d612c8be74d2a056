"""Redis: what may be forgotten: stored replies, sessions, locks, tokens, the turn stream."""
