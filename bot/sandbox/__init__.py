"""A stand-in for WeChat and WeCom that speaks only the wire, with a phone to try the bot on.

It shares no code with the bot's own channel: what it signs, encrypts, checks and refuses is an
independent reading of the platform's documents.
"""

from bot.sandbox.app import create_sandbox, serve
from bot.sandbox.clock import SandboxClock
from bot.sandbox.settings import (
    AccountSettings,
    Mode,
    ResidentSettings,
    RobotSettings,
    SandboxSettings,
    TemplateSettings,
)

__all__ = [
    "AccountSettings",
    "Mode",
    "ResidentSettings",
    "RobotSettings",
    "SandboxClock",
    "SandboxSettings",
    "TemplateSettings",
    "create_sandbox",
    "serve",
]
