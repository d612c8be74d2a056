"""The web process: webhook, health, metrics."""
