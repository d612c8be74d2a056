"""Who looks for work leaves a note (求职登记)."""

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers.
REGISTER_DAYS = 5


def _register(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=REGISTER_DAYS)


FLOWS = (
    Flow(
        plan=Plan(
            name="jobs.register",
            slots=(
                Slot(id="trade", kind=SlotKind.PLACE, most=60, filled=False),
                Slot(id="skill", kind=SlotKind.TEXT, optional=True, most=200, filled=False),
                Slot(id="pay", kind=SlotKind.MONEY, optional=True, least=500, most=100_000),
                Slot(
                    id="hours",
                    kind=SlotKind.CHOICE,
                    choices=("full", "part", "any"),
                ),
                Slot(id="name", kind=SlotKind.NAME, personal=True),
                Slot(id="phone", kind=SlotKind.PHONE, personal=True),
            ),
        ),
        finish=_register,
    ),
)
