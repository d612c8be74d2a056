"""What residents want the council to talk about (提议题)."""

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers.
PROPOSE_DAYS = 10


def _propose(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=PROPOSE_DAYS)


FLOWS = (
    Flow(
        plan=Plan(
            name="council.propose",
            slots=(
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(id="wish", kind=SlotKind.TEXT, optional=True, filled=False),
                Slot(id="phone", kind=SlotKind.PHONE, optional=True, personal=True),
            ),
        ),
        finish=_propose,
    ),
)
