"""Neighbours among themselves (社团、互助)."""

from bot.sdk import Capability, Intent, IntentKind, answer
from intents.community import handlers

CAPABILITY = Capability(
    name="community",
    title="邻里互助",
    intents=(
        Intent(id="community.clubs", title="社团", kind=IntentKind.LOOKUP, handler=handlers.clubs),
        Intent(
            id="community.volunteer",
            title="志愿者报名",
            kind=IntentKind.FORM,
            handler=handlers.volunteer,
        ),
        Intent(
            id="community.carpool",
            title="爱心车队/春运接送",
            kind=IntentKind.BOOK,
            handler=handlers.carpool,
        ),
        Intent(id="community.member", title="入会/会员证", kind=IntentKind.FORM, handler=answer),
        Intent(
            id="community.hometown",
            title="老乡会/同乡联络",
            kind=IntentKind.LOOKUP,
            handler=handlers.hometown,
        ),
        Intent(
            id="community.elder", title="养老/敬老", kind=IntentKind.ANSWER, handler=handlers.elder
        ),
        Intent(
            id="community.counselling",
            title="心理咨询",
            kind=IntentKind.BOOK,
            handler=handlers.counselling,
        ),
        Intent(
            id="community.covenant",
            title="邻里公约/制度",
            kind=IntentKind.ANSWER,
            handler=handlers.covenant,
        ),
    ),
)
