"""What residents tell the community: reports, complaints, suggestions, wishes, praise."""

from dataclasses import replace

from bot.sdk import Context, Filled, Flow, Plan, Reply, Slot, SlotKind, hand_in

#: Working days until somebody answers, as the packs' cards promise.
REPORT_DAYS, COMPLAINT_DAYS, SUGGEST_DAYS, WISH_DAYS, PRAISE_DAYS = 3, 5, 5, 10, 10

_PHONE = Slot(id="phone", kind=SlotKind.PHONE, optional=True, personal=True)


def _report(ctx: Context, filled: Filled) -> Reply:
    """Leave a report; where somebody may be hurt the urgent numbers come first."""
    risky = filled.said("risk") == "yes"
    reply = hand_in(ctx, filled, days=1 if risky else REPORT_DAYS, place=filled.said("where"))
    return replace(reply, text=f"{ctx.words.say('report_risk')}\n{reply.text}") if risky else reply


def _complaint(ctx: Context, filled: Filled) -> Reply:
    """Leave a complaint; only those who may read confidential cases see it."""
    unnamed = filled.said("open") == "no"
    return hand_in(ctx, filled, days=COMPLAINT_DAYS, confidential=True, anonymous=unnamed)


def _suggest(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=SUGGEST_DAYS, process="letter")


def _wish(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=WISH_DAYS)


def _praise(ctx: Context, filled: Filled) -> Reply:
    return hand_in(ctx, filled, days=PRAISE_DAYS, process="letter")


FLOWS = (
    Flow(
        plan=Plan(
            name="voice.report",
            slots=(
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(id="where", kind=SlotKind.PLACE, most=100),
                Slot(id="risk", kind=SlotKind.YES_NO),
                _PHONE,
            ),
        ),
        finish=_report,
    ),
    Flow(
        plan=Plan(
            name="voice.complaint",
            slots=(
                Slot(
                    id="about",
                    kind=SlotKind.CHOICE,
                    choices=("property", "staff", "window", "other"),
                ),
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(id="day", kind=SlotKind.DAY, optional=True, most=0),
                Slot(id="open", kind=SlotKind.YES_NO),
                Slot(
                    id="phone",
                    kind=SlotKind.PHONE,
                    optional=True,
                    personal=True,
                    only=("open", frozenset({"yes"})),
                ),
            ),
        ),
        finish=_complaint,
    ),
    Flow(
        plan=Plan(name="voice.suggest", slots=(Slot(id="what", kind=SlotKind.TEXT), _PHONE)),
        finish=_suggest,
    ),
    Flow(
        plan=Plan(
            name="voice.wish",
            slots=(
                Slot(id="what", kind=SlotKind.TEXT),
                Slot(
                    id="for_whom",
                    kind=SlotKind.CHOICE,
                    choices=("self", "child", "elder", "other"),
                ),
                Slot(id="why", kind=SlotKind.TEXT, optional=True),
                Slot(id="phone", kind=SlotKind.PHONE, personal=True),
            ),
        ),
        finish=_wish,
    ),
    Flow(
        plan=Plan(
            name="voice.praise",
            slots=(
                Slot(id="who", kind=SlotKind.PLACE, most=60, filled=False),
                Slot(id="what", kind=SlotKind.TEXT),
            ),
        ),
        finish=_praise,
    ),
)
