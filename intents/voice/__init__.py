"""Suggestions, reports, wishes (居民声音)."""

from bot.sdk import Capability, Intent, IntentKind, fill_in
from intents.voice import handlers
from intents.voice.flows import FLOWS

CAPABILITY = Capability(
    name="voice",
    title="反映与心愿",
    intents=(
        Intent(id="voice.suggest", title="意见建议", kind=IntentKind.FORM, handler=fill_in),
        Intent(id="voice.report", title="问题/隐患上报", kind=IntentKind.FORM, handler=fill_in),
        Intent(id="voice.complaint", title="投诉服务", kind=IntentKind.FORM, handler=fill_in),
        Intent(id="voice.wish", title="提交微心愿", kind=IntentKind.FORM, handler=fill_in),
        Intent(
            id="voice.wish_claim", title="认领微心愿", kind=IntentKind.BOOK, handler=handlers.wishes
        ),
        Intent(id="voice.praise", title="表扬/推荐好居民", kind=IntentKind.FORM, handler=fill_in),
    ),
    flows=FLOWS,
)
