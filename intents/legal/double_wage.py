"""Double pay for months without a written contract (未签书面劳动合同的二倍工资).

Labour Contract Law (劳动合同法) arts. 10, 82; Implementing Regulations (实施条例) arts. 6, 7:
from the day after a full month of work to the day before the contract was signed, for eleven
months at most.
The time limit is one year (Labour Dispute Mediation and Arbitration Law, 调解仲裁法, art. 27); from
which day it runs for each month is not certain, so both ends are given.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from intents.legal.months import add_months, full_months
from intents.legal.ruling import (
    IN_FORCE,
    Assumption,
    Basis,
    CannotSay,
    Law,
    Ruling,
    Slot,
    Why,
    believable,
    cents,
    missing,
)

#: Double pay begins after this many months of work and ends when this many are full.
BEGINS_AFTER, ENDS_AFTER = 1, 12
#: Most months of it.
MOST_MONTHS = ENDS_AFTER - BEGINS_AFTER
_LIMIT_MONTHS = 12
_DAY = timedelta(days=1)

BASIS = (
    Basis(Law.CONTRACT, ("10", "82")),
    Basis(Law.CONTRACT_RULES, ("6", "7")),
    Basis(Law.DISPUTES),
    Basis(Law.ARBITRATION, ("27",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleWage(Ruling):
    """The second wage, on top of the one already due, in yuan.

    Attributes:
        begins: first day for which it is due.
        ends: last day for which it is due, inclusive.
        months: whole months in between, 0 to 11.
        days: days beyond them; what a day is worth is not settled, so they are not in the sums.
        amount: for the whole months, whatever the time limit.
        surely: of it, what is inside the limit if each month has a limit of its own.
        whole_until: last day on which nothing is lost even then.
        last_day: last day to apply for arbitration if one limit runs for all, from ``ends`` on.
        lapsed: that day has passed too.
    """

    begins: date
    ends: date
    months: int
    days: int
    amount: Decimal
    surely: Decimal
    whole_until: date
    last_day: date
    lapsed: bool


def double_wage(
    *,
    start: date | None,
    wage: Decimal | None,
    today: date,
    signed: date | None = None,
    left: date | None = None,
) -> DoubleWage | CannotSay:
    """Reckon the second wage.

    Args:
        start: first day of work (用工之日).
        wage: wage of a month, yuan.
        today: Beijing date, for the time limit; work is taken to go on until then.
        signed: day a written contract was signed, if one was.
        left: last day of work, if it is over.

    Returns:
        the sum, or what is needed to say it.
    """
    needs = missing((Slot.START, start), (Slot.MONTHLY_WAGE, wage))
    if start is None or wage is None:
        return CannotSay(needs=needs, basis=BASIS)
    if start < IN_FORCE[Law.CONTRACT]:
        return CannotSay(why=Why.BEFORE_THE_LAW, basis=BASIS)
    if not believable(wage):
        return CannotSay(needs=(Slot.MONTHLY_WAGE,), why=Why.OUT_OF_RANGE, basis=BASIS)
    if not all(start <= day <= today for day in (today, signed, left) if day is not None):
        return CannotSay(needs=(Slot.START,), why=Why.OUT_OF_RANGE, basis=BASIS)
    begins = add_months(start, BEGINS_AFTER)
    ends = min(
        add_months(start, ENDS_AFTER) - _DAY,
        today if left is None else left,
        date.max if signed is None else signed - _DAY,
    )
    if ends < begins:
        return CannotSay(why=Why.NOT_YET, basis=BASIS)
    return _found(start, ends, wage, today, signed=signed, left=left)


def _found(
    start: date,
    ends: date,
    wage: Decimal,
    today: date,
    *,
    signed: date | None,
    left: date | None,
) -> DoubleWage:
    begins, after = add_months(start, BEGINS_AFTER), ends + _DAY
    # Counted from the first day of work: a month may begin on the 31st and its successor not.
    months = full_months(start, after) - BEGINS_AFTER
    days = (after - add_months(start, BEGINS_AFTER + months)).days
    lasts = [
        add_months(add_months(start, BEGINS_AFTER + number + 1) - _DAY, _LIMIT_MONTHS)
        for number in range(months)
    ]
    inside = sum(last >= today for last in lasts)
    last_day = add_months(ends, _LIMIT_MONTHS)
    return DoubleWage(
        begins=begins,
        ends=ends,
        months=months,
        days=days,
        amount=cents(wage * months),
        surely=cents(wage * inside),
        whole_until=min([*lasts, last_day]),
        last_day=last_day,
        lapsed=last_day < today,
        basis=BASIS,
        assumes=_assumes(signed, left, unclear=inside < months),
    )


def _assumes(signed: date | None, left: date | None, *, unclear: bool) -> tuple[Assumption, ...]:
    found = [Assumption.NO_FAULT]
    if signed is None:
        found.append(Assumption.NEVER_SIGNED)
    if left is None:
        found.append(Assumption.TO_TODAY)
    found.append(Assumption.LIMIT_UNCLEAR if unclear else Assumption.NO_EXTENSION)
    return tuple(found)
