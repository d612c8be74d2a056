"""Errands the community runs for people, and hardship it is told of (代办帮办, 困难帮扶)."""

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers.
AGENT_DAYS, HARDSHIP_DAYS = 3, 3

_NAME = Slot(id="name", kind=SlotKind.NAME, personal=True)
_PHONE = Slot(id="phone", kind=SlotKind.PHONE, personal=True)


def _agent(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=AGENT_DAYS)


def _hardship(ctx: Context, filled: Filled) -> Reply:
    """Leave a hardship; only those who may read confidential cases see it."""
    return hand_in(ctx, filled, days=HARDSHIP_DAYS, confidential=True)


FLOWS = (
    Flow(
        plan=Plan(
            name="services.agent",
            slots=(
                Slot(id="what", kind=SlotKind.TEXT, most=200),
                Slot(id="why", kind=SlotKind.CHOICE, choices=("walk", "time", "other")),
                Slot(id="where", kind=SlotKind.PLACE, optional=True, most=100, personal=True),
                Slot(id="day", kind=SlotKind.DAY, optional=True, least=0, most=60),
                _NAME,
                _PHONE,
            ),
        ),
        finish=_agent,
    ),
    Flow(
        plan=Plan(
            name="services.hardship",
            slots=(
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(id="people", kind=SlotKind.COUNT, least=1, most=20),
                Slot(id="hukou", kind=SlotKind.YES_NO),
                _NAME,
                _PHONE,
            ),
        ),
        finish=_hardship,
    ),
)
