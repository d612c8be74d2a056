"""Compensation at the end of a contract: N, N+1 and 2N (经济补偿, 代通知金, 赔偿金).

Labour Contract Law (劳动合同法) arts. 40, 47, 48, 87; Implementing Regulations (实施条例) arts. 20,
25, 27. Which of the three is due depends on how somebody left, and that is for a person to judge:
the calculator gives all three.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from intents.legal.months import Tenure, add_months
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

#: Most years that count where the wage is capped, and the cap in local average wages (art. 47).
CAPPED_YEARS = 12
CAP_AVERAGES = 3

_YEAR = 12
_HALF_YEAR = 6
_HALF = Decimal("0.5")
_N = (Basis(Law.CONTRACT, ("47",)), Basis(Law.CONTRACT_RULES, ("27",)))
BASIS = (
    Basis(Law.CONTRACT, ("40", "47", "48", "87")),
    Basis(Law.CONTRACT_RULES, ("20", "25", "27")),
)


class Cap(StrEnum):
    """What the cap of three local average wages does."""

    UNKNOWN = "unknown"
    BELOW = "below"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Severance(Ruling):
    """What may be due, in yuan.

    Attributes:
        units: months of wage that N has, in steps of 0.5.
        wage: the month's wage N is reckoned with, after the cap.
        n: 经济补偿.
        n_plus_1: N and one month more, for the three cases of art. 40 without 30 days' notice.
        double: 2N, for unlawful dismissal; it takes the place of N.
        cap: what the cap did.
        short_units: units if the time of work were a day shorter; differs from ``units`` only
            where it is said to be exactly full half years.
    """

    units: Decimal
    wage: Decimal
    n: Decimal
    n_plus_1: Decimal
    double: Decimal
    cap: Cap
    short_units: Decimal


def units_for(tenure: Tenure) -> Decimal | None:
    """Return the months of wage for a time of work; ``None`` where days leave it open.

    One for each full year; a rest of half a year or more counts as a year, a shorter one as half
    (Labour Contract Law art. 47).
    """
    lower, upper = map(_units, tenure.bounds)
    return lower if lower == upper else None


def _units(months: Fraction) -> Decimal:
    years, rest = divmod(months, _YEAR)
    if rest == 0:
        return Decimal(int(years))
    return Decimal(int(years)) + (1 if rest >= _HALF_YEAR else _HALF)


def units_due(tenure: Tenure, ended: date) -> Decimal | CannotSay:
    """Return the months of wage for a time of work that ends on a day, or why it cannot be said.

    Args:
        tenure: time of work at this employer.
        ended: day the contract ended or ends; tells whether old law covers a part.
    """
    if not tenure.possible:
        return CannotSay(needs=(Slot.TENURE,), why=Why.OUT_OF_RANGE, basis=_N)
    # Rounded up: a beginning that may lie before the law is treated as one that does.
    longest = -int(-tenure.bounds[1] // 1)
    if add_months(ended, -longest) < IN_FORCE[Law.CONTRACT]:
        return CannotSay(why=Why.BEFORE_THE_LAW, basis=_N)
    units = units_for(tenure)
    if units is None:
        return CannotSay(needs=(Slot.TENURE,), why=Why.DOUBTFUL, basis=_N)
    return units


def severance(
    *,
    tenure: Tenure | None,
    wage: Decimal | None,
    ended: date,
    last_month: Decimal | None = None,
    local_average: Decimal | None = None,
) -> Severance | CannotSay:
    """Reckon N, N+1 and 2N.

    Args:
        tenure: time of work at this employer.
        wage: average wage due in the 12 months before the end, yuan a month, before deductions.
        ended: day the contract ended or ends; tells whether old law covers a part.
        last_month: last month's wage, for the month instead of notice; left out, ``wage``.
        local_average: yearly average wage of the place's workers by month, in yuan, if known.

    Returns:
        the three sums, or what is needed to say them.
    """
    needs = missing((Slot.TENURE, tenure), (Slot.MONTHLY_WAGE, wage))
    if tenure is None or wage is None:
        return CannotSay(needs=needs, basis=_N)
    units = units_due(tenure, ended)
    if isinstance(units, CannotSay):
        return units
    if not all(believable(one) for one in (wage, last_month, local_average) if one is not None):
        return CannotSay(needs=(Slot.MONTHLY_WAGE,), why=Why.OUT_OF_RANGE, basis=_N)
    cap = _cap(wage, local_average)
    base, counted, short = wage, units, _short(tenure)
    if cap is Cap.APPLIED and local_average is not None:
        base = local_average * CAP_AVERAGES
        counted, short = min(units, Decimal(CAPPED_YEARS)), min(short, Decimal(CAPPED_YEARS))
    extra = wage if last_month is None else last_month
    return Severance(
        units=counted,
        wage=base,
        n=cents(counted * base),
        n_plus_1=cents(counted * base + extra),
        double=cents(counted * base * 2),
        cap=cap,
        short_units=short,
        basis=BASIS,
        assumes=_assumes(tenure, cap, last_month),
    )


def _cap(wage: Decimal, local_average: Decimal | None) -> Cap:
    if local_average is None:
        return Cap.UNKNOWN
    return Cap.APPLIED if wage > local_average * CAP_AVERAGES else Cap.BELOW


def _short(tenure: Tenure) -> Decimal:
    """Return the units of a time that falls short of the one said by a moment."""
    return _units(tenure.bounds[0] - Fraction(1, 1000))


def _assumes(tenure: Tenure, cap: Cap, last_month: Decimal | None) -> tuple[Assumption, ...]:
    found = [Assumption.DUE, Assumption.AVERAGE_WAGE]
    if not tenure.counted:
        found.append(Assumption.TENURE_EXACT)
    if cap is Cap.UNKNOWN:
        found.append(Assumption.CAP_UNKNOWN)
    if last_month is None:
        found.append(Assumption.LAST_MONTH)
    return tuple(found)
