"""Party members from elsewhere say that they are here (流动党员报到)."""

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers.
CHECKIN_DAYS = 5


def _checkin(ctx: Context, filled: Filled) -> Reply:
    """Leave a check-in; membership is nobody else's business."""
    return hand_in(ctx, filled, days=CHECKIN_DAYS, confidential=True)


FLOWS = (
    Flow(
        plan=Plan(
            name="party.checkin",
            slots=(
                Slot(id="name", kind=SlotKind.NAME, personal=True),
                Slot(id="home", kind=SlotKind.PLACE, most=100),
                Slot(id="stay", kind=SlotKind.LENGTH, optional=True),
                Slot(id="phone", kind=SlotKind.PHONE, personal=True),
            ),
        ),
        finish=_checkin,
    ),
)
