"""Party members from elsewhere (流动党员)."""

from bot.sdk import Capability, Intent, IntentKind, answer, offer_form
from intents.party import counting, handlers
from intents.party.flows import FLOWS

CAPABILITY = Capability(
    name="party",
    title="党员之家",
    intents=(
        Intent(id="party.checkin", title="流动党员报到", kind=IntentKind.FORM, handler=offer_form),
        Intent(id="party.transfer", title="组织关系转接", kind=IntentKind.ANSWER, handler=answer),
        Intent(
            id="party.study", title="学习内容/送学", kind=IntentKind.LOOKUP, handler=handlers.study
        ),
        Intent(id="party.progress", title="学习进度/学时", kind=IntentKind.ACCOUNT, handler=answer),
        Intent(
            id="party.meeting",
            title="三会一课/主题党日",
            kind=IntentKind.LOOKUP,
            handler=handlers.meeting,
        ),
        Intent(id="party.dues", title="党费", kind=IntentKind.CALC, handler=counting.reckon),
    ),
    flows=FLOWS,
)
