"""Quarrels that mediators are asked to settle (人民调解申请)."""

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers; the People's Mediation Law sets no term for the first word.
MEDIATION_DAYS = 5


def _mediation(ctx: Context, filled: Filled) -> Reply:
    """Leave a request for mediation; the other side's name is not asked before a person calls."""
    return hand_in(ctx, filled, days=MEDIATION_DAYS, confidential=True)


FLOWS = (
    Flow(
        plan=Plan(
            name="legal.mediation",
            slots=(
                Slot(
                    id="whom",
                    kind=SlotKind.CHOICE,
                    choices=("neighbour", "boss", "landlord", "family", "other"),
                ),
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(id="wish", kind=SlotKind.TEXT, optional=True, most=200, filled=False),
                Slot(id="name", kind=SlotKind.NAME, personal=True),
                Slot(id="phone", kind=SlotKind.PHONE, personal=True),
            ),
        ),
        finish=_mediation,
    ),
)
