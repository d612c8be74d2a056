"""Work (找工作)."""

from bot.sdk import Capability, Intent, IntentKind, fill_in
from intents.jobs import handlers
from intents.jobs.flows import FLOWS

CAPABILITY = Capability(
    name="jobs",
    title="找工作",
    intents=(
        Intent(id="jobs.search", title="找工作", kind=IntentKind.LOOKUP, handler=handlers.search),
        Intent(
            id="jobs.fair", title="招聘会/推介会", kind=IntentKind.LOOKUP, handler=handlers.fair
        ),
        Intent(id="jobs.register", title="求职登记", kind=IntentKind.FORM, handler=fill_in),
    ),
    flows=FLOWS,
)
