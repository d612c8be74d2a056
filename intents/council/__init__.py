"""Residents' council (居民议事厅)."""

from bot.sdk import Capability, Intent, IntentKind, answer, fill_in
from intents.council import handlers
from intents.council.flows import FLOWS

CAPABILITY = Capability(
    name="council",
    title="议事投票",
    intents=(
        Intent(
            id="council.topics", title="议题与结果", kind=IntentKind.LOOKUP, handler=handlers.topics
        ),
        Intent(id="council.vote", title="参与表决", kind=IntentKind.POLL, handler=answer),
        Intent(id="council.propose", title="提议题", kind=IntentKind.FORM, handler=fill_in),
    ),
    flows=FLOWS,
)
