"""Courses (培训)."""

from bot.sdk import Capability, Intent, IntentKind
from intents.training import handlers

CAPABILITY = Capability(
    name="training",
    title="学习培训",
    intents=(
        Intent(
            id="training.bilingual",
            title="双语/国语培训",
            kind=IntentKind.BOOK,
            handler=handlers.courses,
        ),
        Intent(
            id="training.legal",
            title="法制培训与学时",
            kind=IntentKind.ACCOUNT,
            handler=handlers.law,
        ),
        Intent(
            id="training.skills", title="技能培训", kind=IntentKind.BOOK, handler=handlers.courses
        ),
    ),
)
