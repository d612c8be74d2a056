"""Overtime pay (加班费): at least 150, 200 or 300 per cent of the hour's wage.

Labour Law (劳动法) art. 44 for the rates, art. 41 for the hours a month; an hour's wage is the
month's divided by 21.75 days of 8 hours (劳社部发〔2008〕3号).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from intents.legal.ruling import (
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

#: Paid days of a month (月计薪天数), and hours of a day.
PAID_DAYS = Decimal("21.75")
DAY_HOURS = 8
#: Most hours of overtime a month (art. 41), and most hours a month can have at all.
MONTH_LIMIT = Decimal(36)
_MOST_HOURS = Decimal(31 * 24)

BASIS = (Basis(Law.LABOUR, ("41", "44")), Basis(Law.HOURLY))


class Worked(StrEnum):
    """On what kind of day somebody worked longer."""

    WORKDAY = "workday"
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"


#: Least pay as a share of the hour's wage (art. 44).
RATES = {
    Worked.WORKDAY: Decimal("1.5"),
    Worked.REST_DAY: Decimal(2),
    Worked.HOLIDAY: Decimal(3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime(Ruling):
    """Least overtime pay of one month, in yuan.

    Attributes:
        hourly: an hour's ordinary wage.
        an_hour: least pay for one hour of each kind.
        pay: least pay for the hours given of each kind.
        total: their sum, rounded once.
        hours: all hours together.
        beyond: more hours than art. 41 allows in a month.
    """

    hourly: Decimal
    an_hour: Mapping[Worked, Decimal]
    pay: Mapping[Worked, Decimal]
    total: Decimal
    hours: Decimal
    beyond: bool


def overtime(
    *, wage: Decimal | None, hours: Mapping[Worked, Decimal] | None
) -> Overtime | CannotSay:
    """Reckon the least overtime pay of a month.

    Args:
        wage: wage of a month for ordinary hours, yuan.
        hours: hours beyond ordinary time in that month by kind of day; may be empty, then only
            the pay for one hour is said.

    Returns:
        the pay, or what is needed to say it.
    """
    needs = missing((Slot.MONTHLY_WAGE, wage), (Slot.HOURS, hours))
    if wage is None or hours is None:
        return CannotSay(needs=needs, basis=BASIS)
    if not believable(wage):
        return CannotSay(needs=(Slot.MONTHLY_WAGE,), why=Why.OUT_OF_RANGE, basis=BASIS)
    finite = all(value.is_finite() for value in hours.values())
    if not finite or not all(value > 0 for value in hours.values()):
        return CannotSay(needs=(Slot.HOURS,), why=Why.OUT_OF_RANGE, basis=BASIS)
    together = sum(hours.values(), Decimal(0))
    if together > _MOST_HOURS:
        return CannotSay(needs=(Slot.HOURS,), why=Why.OUT_OF_RANGE, basis=BASIS)
    hourly = _hourly(wage)
    exact = {kind: hourly * Fraction(RATES[kind] * value) for kind, value in hours.items()}
    return Overtime(
        hourly=cents(hourly),
        an_hour={kind: cents(hourly * Fraction(rate)) for kind, rate in RATES.items()},
        pay={kind: cents(value) for kind, value in exact.items()},
        total=cents(sum(exact.values(), Fraction(0))),
        hours=together,
        beyond=together > MONTH_LIMIT,
        basis=BASIS,
        assumes=_assumes(hours),
    )


def each_way(wage: Decimal, hours: Decimal) -> Mapping[Worked, Decimal]:
    """Return the least pay for hours of which nobody has said the kind of day, by each kind.

    Args:
        wage: wage of a month, yuan, as :func:`overtime` takes it.
        hours: hours beyond ordinary time.
    """
    hourly = _hourly(wage)
    return {kind: cents(hourly * Fraction(rate * hours)) for kind, rate in RATES.items()}


def _hourly(wage: Decimal) -> Fraction:
    return Fraction(wage) / Fraction(PAID_DAYS * DAY_HOURS)


def _assumes(hours: Mapping[Worked, Decimal]) -> tuple[Assumption, ...]:
    rest = Worked.REST_DAY in hours
    made_up = (Assumption.NOT_MADE_UP,) if rest else ()
    return (Assumption.STANDARD_HOURS, *made_up)
