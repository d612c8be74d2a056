"""What happens in the community (社区活动)."""

from bot.sdk import Capability, Intent, IntentKind
from intents.events import booking, handlers

CAPABILITY = Capability(
    name="events",
    title="社区活动",
    intents=(
        Intent(
            id="events.list", title="近期活动", kind=IntentKind.LOOKUP, handler=handlers.listing
        ),
        Intent(
            id="events.detail", title="活动详情", kind=IntentKind.LOOKUP, handler=handlers.detail
        ),
        Intent(id="events.signup", title="活动报名", kind=IntentKind.BOOK, handler=booking.signup),
        Intent(id="events.cancel", title="取消报名", kind=IntentKind.BOOK, handler=booking.cancel),
        Intent(
            id="events.checkin", title="活动签到", kind=IntentKind.BOOK, handler=booking.checkin
        ),
        Intent(
            id="events.matchmaking",
            title="相亲联谊",
            kind=IntentKind.BOOK,
            handler=booking.programme,
        ),
        Intent(
            id="events.kids430", title="四点半课堂", kind=IntentKind.BOOK, handler=booking.programme
        ),
        Intent(
            id="events.holiday_camp",
            title="寒暑假托管/小雁子",
            kind=IntentKind.BOOK,
            handler=booking.programme,
        ),
    ),
)
