"""What the bot can do: one package per catalogue group; each imports only ``bot.sdk``."""
