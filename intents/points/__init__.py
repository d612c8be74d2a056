"""Points for school, hukou and housing (积分制)."""

from bot.sdk import Capability, Intent, IntentKind, answer
from intents.points import handlers

CAPABILITY = Capability(
    name="points",
    title="孩子上学与积分",
    intents=(
        Intent(
            id="points.school_policy", title="积分入学政策", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(id="points.school_calc", title="积分入学算分", kind=IntentKind.CALC, handler=answer),
        Intent(
            id="points.school_docs", title="积分入学材料", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="points.school_time", title="积分入学时间", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="points.school_line",
            title="学校与录取分",
            kind=IntentKind.LOOKUP,
            handler=handlers.schools,
        ),
        Intent(id="points.hukou", title="积分入户", kind=IntentKind.CALC, handler=answer),
        Intent(id="points.item", title="单项怎么加分", kind=IntentKind.ANSWER, handler=answer),
    ),
)
