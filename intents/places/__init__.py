"""Where one can rest, charge, read, and meet (驿站、场所)."""

from bot.sdk import Capability, Intent, IntentKind, Role, answer
from intents.places import handlers

CAPABILITY = Capability(
    name="places",
    title="歇脚与场所",
    intents=(
        Intent(
            id="places.station",
            title="暖峰港湾/驿站位置",
            kind=IntentKind.LOOKUP,
            handler=handlers.station,
            roles=frozenset({Role.NEARBY}),
        ),
        Intent(
            id="places.facility",
            title="按设施找地方",
            kind=IntentKind.LOOKUP,
            handler=handlers.facility,
        ),
        Intent(
            id="places.library",
            title="图书馆/活动场所",
            kind=IntentKind.LOOKUP,
            handler=handlers.venue,
        ),
        Intent(id="places.umbrella", title="爱心雨伞借还", kind=IntentKind.FORM, handler=answer),
        Intent(
            id="places.member_home",
            title="会员之家/留守儿童乐园",
            kind=IntentKind.LOOKUP,
            handler=handlers.member_home,
        ),
    ),
)
