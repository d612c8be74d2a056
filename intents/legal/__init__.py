"""Legal first aid and the lawyer's hours (法律援助与维权)."""

from bot.sdk import Capability, Intent, IntentKind, answer
from intents.legal import counting, handlers
from intents.legal.flows import FLOWS

CAPABILITY = Capability(
    name="legal",
    title="法律与维权",
    intents=(
        Intent(
            id="legal.duty",
            title="值班律师/咨询时间",
            kind=IntentKind.LOOKUP,
            handler=handlers.duty,
        ),
        Intent(id="legal.book", title="预约律师", kind=IntentKind.BOOK, handler=handlers.duty),
        Intent(id="legal.aid", title="申请法律援助", kind=IntentKind.ANSWER, handler=answer),
        Intent(
            id="legal.mediation",
            title="申请人民调解",
            kind=IntentKind.FORM,
            handler=counting.mediation,
        ),
        Intent(id="legal.wages", title="欠薪", kind=IntentKind.ANSWER, handler=counting.wages),
        Intent(
            id="legal.work_injury",
            title="工伤",
            kind=IntentKind.ANSWER,
            handler=counting.work_injury,
        ),
        Intent(
            id="legal.dismissal",
            title="劳动合同与辞退",
            kind=IntentKind.ANSWER,
            handler=counting.dismissal,
        ),
        Intent(id="legal.tenancy", title="租房纠纷", kind=IntentKind.ANSWER, handler=answer),
        Intent(id="legal.family", title="婚姻家庭", kind=IntentKind.ANSWER, handler=answer),
        Intent(
            id="legal.violence",
            title="家庭暴力",
            kind=IntentKind.SAFETY,
            handler=handlers.violence,
            effects=True,
        ),
        Intent(id="legal.traffic", title="交通事故", kind=IntentKind.ANSWER, handler=answer),
        Intent(id="legal.consumer", title="消费与诈骗", kind=IntentKind.ANSWER, handler=answer),
    ),
    flows=FLOWS,
)
