"""Crises: hotlines first, calm words, a person is called (紧急求助)."""

from bot.sdk import Capability, Intent, IntentKind
from intents.safety import handlers

CAPABILITY = Capability(
    name="safety",
    title="紧急求助",
    intents=tuple(
        Intent(
            id=name, title=title, kind=IntentKind.SAFETY, handler=handlers.help_now, effects=True
        )
        for name, title in (
            ("safety.self_harm", "轻生危机"),
            ("safety.revenge", "极端报复"),
            ("safety.emergency", "紧急报警"),
            ("safety.child", "未成年人侵害"),
        )
    ),
)
