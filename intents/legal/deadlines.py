"""Time limits from the resident's own dates, each with its law.

The day something happened does not count; the last day does. A limit in months or years ends on
the same day of the month, in a shorter month on its last day. Holidays at the end push nothing
back here: an early date harms nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from intents.legal.months import add_months
from intents.legal.ruling import (
    Assumption,
    Basis,
    CannotSay,
    Checker,
    Law,
    Ruling,
    Slot,
    Why,
)


class Limit(StrEnum):
    """What has to be done, or is decided, within a time."""

    INJURY_EMPLOYER = "injury_employer"
    """The employer asks for an injury to be recognised (工伤认定), from accident or diagnosis."""
    INJURY_SELF = "injury_self"
    """The worker, his family or the union may ask themselves."""
    INJURY_DECISION = "injury_decision"
    """The office decides, from the day the request is taken."""
    INJURY_DECISION_CLEAR = "injury_decision_clear"
    """The office decides a clear case."""
    CAPACITY_REPORT = "capacity_report"
    """The degree of disability is found (劳动能力鉴定)."""
    CAPACITY_AGAIN = "capacity_again"
    """Another finding is asked for, from the day the first one was received."""
    ARBITRATION = "arbitration"
    """Arbitration is asked for, from the day one knew of the wrong."""
    ARBITRATION_WAGES = "arbitration_wages"
    """Arbitration for unpaid wages, from the day the work ended."""
    ARBITRATION_TAKEN = "arbitration_taken"
    """The commission decides whether it takes the case."""
    ARBITRATION_AWARD = "arbitration_award"
    """The commission rules, from the day it took the case."""
    ARBITRATION_AWARD_LATEST = "arbitration_award_latest"
    """The commission rules, with the longest extension."""
    COURT = "court"
    """A suit against the award, from the day it was received."""
    CONFIRMATION = "confirmation"
    """Both sides ask a court to confirm a mediated agreement, from the day it took effect."""
    AID_DECISION = "aid_decision"
    """Legal aid is decided on."""
    AID_LAWYER = "aid_lawyer"
    """A lawyer is named, from the day aid was granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long, and why.

    Attributes:
        days: length in days, or
        months: length in months.
        basis: its law.
        check_with: who can say whether it holds in a case.
    """

    days: int = 0
    months: int = 0
    basis: Basis
    check_with: Checker = Checker.LAWYER


_INJURY = Checker.LABOUR_OFFICE
TERMS: Mapping[Limit, Term] = {
    Limit.INJURY_EMPLOYER: Term(days=30, basis=Basis(Law.INJURY, ("17",)), check_with=_INJURY),
    Limit.INJURY_SELF: Term(months=12, basis=Basis(Law.INJURY, ("17",)), check_with=_INJURY),
    Limit.INJURY_DECISION: Term(days=60, basis=Basis(Law.INJURY, ("20",)), check_with=_INJURY),
    Limit.INJURY_DECISION_CLEAR: Term(
        days=15, basis=Basis(Law.INJURY, ("20",)), check_with=_INJURY
    ),
    Limit.CAPACITY_REPORT: Term(days=60, basis=Basis(Law.INJURY, ("25",)), check_with=_INJURY),
    Limit.CAPACITY_AGAIN: Term(days=15, basis=Basis(Law.INJURY, ("26",)), check_with=_INJURY),
    Limit.ARBITRATION: Term(months=12, basis=Basis(Law.ARBITRATION, ("27",))),
    Limit.ARBITRATION_WAGES: Term(months=12, basis=Basis(Law.ARBITRATION, ("27",))),
    Limit.ARBITRATION_TAKEN: Term(days=5, basis=Basis(Law.ARBITRATION, ("29",))),
    Limit.ARBITRATION_AWARD: Term(days=45, basis=Basis(Law.ARBITRATION, ("43",))),
    Limit.ARBITRATION_AWARD_LATEST: Term(days=60, basis=Basis(Law.ARBITRATION, ("43",))),
    Limit.COURT: Term(days=15, basis=Basis(Law.ARBITRATION, ("47", "48", "50"))),
    Limit.CONFIRMATION: Term(
        days=30, basis=Basis(Law.MEDIATION, ("33",)), check_with=Checker.MEDIATOR
    ),
    Limit.AID_DECISION: Term(days=7, basis=Basis(Law.AID, ("43",))),
    Limit.AID_LAWYER: Term(days=3, basis=Basis(Law.AID, ("43",))),
}

#: A court decides on a protection order (人身安全保护令) so many hours after it took the request.
ORDER_HOURS, ORDER_URGENT_HOURS = 72, 24
#: Longest a protection order holds at first, in months.
ORDER_MONTHS = 6
_ORDER_BASIS = (Basis(Law.VIOLENCE, ("28", "30")),)
#: A day before this one is a slip of the finger.
_OLDEST_YEARS = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Ruling):
    """A last day.

    Attributes:
        limit: what it is for.
        starts: the day from which it runs; does not count itself.
        last: last day, inclusive.
        left: days from today until the last one; 0 on the last day, negative when it has passed.
    """

    limit: Limit
    starts: date
    last: date
    left: int

    @property
    def passed(self) -> bool:
        """Tell whether the last day has gone by."""
        return self.left < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeadline(Ruling):
    """By when a court decides on a protection order.

    Attributes:
        decided_by: latest moment, aware like the one given.
        longest_until: last day such an order can hold if granted at that moment, before extension.
    """

    decided_by: datetime
    longest_until: date


def deadline(limit: Limit, *, start: date | None, today: date) -> Deadline | CannotSay:
    """Return the last day of a limit.

    Args:
        limit: what is to be done.
        start: the day from which it runs, as the limit says.
        today: Beijing date.

    Returns:
        the last day, or what is needed to say it; a start in the future is refused.
    """
    term = TERMS[limit]
    if start is None:
        return CannotSay(needs=(Slot.DAY,), basis=(term.basis,), check_with=term.check_with)
    if start > today or today.year - start.year > _OLDEST_YEARS:
        return CannotSay(
            needs=(Slot.DAY,),
            why=Why.OUT_OF_RANGE,
            basis=(term.basis,),
            check_with=term.check_with,
        )
    last = add_months(start, term.months) + timedelta(days=term.days)
    return Deadline(
        limit=limit,
        starts=start,
        last=last,
        left=(last - today).days,
        basis=(term.basis,),
        assumes=(Assumption.NO_EXTENSION,),
        check_with=term.check_with,
    )


def order_deadline(taken: datetime | None, *, urgent: bool) -> OrderDeadline | CannotSay:
    """Return by when a court decides on a protection order.

    Args:
        taken: aware moment the court took the request (受理); a day alone is not enough.
        urgent: the case is urgent.

    Returns:
        the moment, or what is needed to say it.

    Raises:
        ValueError: ``taken`` has no time zone.
    """
    if taken is None:
        return CannotSay(needs=(Slot.DAY,), basis=_ORDER_BASIS)
    if taken.tzinfo is None:
        raise ValueError("taken: expected an aware moment")
    until = taken + timedelta(hours=ORDER_URGENT_HOURS if urgent else ORDER_HOURS)
    return OrderDeadline(
        decided_by=until,
        longest_until=add_months(until.date(), ORDER_MONTHS),
        basis=_ORDER_BASIS,
    )
