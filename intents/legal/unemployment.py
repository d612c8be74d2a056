"""Unemployment benefit in Guangdong (广东失业保险金): for how many months, and how much.

Guangdong Unemployment Insurance Regulations (广东省失业保险条例) arts. 17, 19; Social Insurance Law
(社会保险法) art. 45. Other provinces have other rules: the nation only sets upper limits.
"""

from dataclasses import dataclass
from decimal import Decimal

from intents.legal.ruling import (
    Assumption,
    Basis,
    CannotSay,
    Checker,
    Law,
    Ruling,
    Slot,
    Why,
    believable,
    cents,
)

#: Share of the local minimum wage (art. 19).
SHARE = Decimal("0.9")
#: Most months of benefit (art. 17).
MOST_MONTHS = 24
_YEAR = 12
_HALF_YEAR = 6
_PLAIN_YEARS = 4
_MOST_INSURED = 12 * 70

BASIS = (Basis(Law.GUANGDONG_JOBLESS, ("17", "19")), Basis(Law.SOCIAL, ("45",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Ruling):
    """What may be drawn.

    Attributes:
        months: months of benefit, 1 to 24.
        monthly: yuan a month; ``None`` where the local minimum wage is not known.
        total: yuan for all months; ``None`` as well then.
    """

    months: int
    monthly: Decimal | None
    total: Decimal | None


def benefit_months(insured: int) -> int:
    """Return for how many months the benefit is paid (art. 17).

    One month for each full year up to four; beyond four years one more for each full half year;
    24 at most; none below one year (Social Insurance Law art. 45).

    Args:
        insured: full months of contributions.
    """
    plain = min(insured // _YEAR, _PLAIN_YEARS)
    beyond = max(0, insured - _PLAIN_YEARS * _YEAR) // _HALF_YEAR
    return min(MOST_MONTHS, plain + beyond)


def benefit(*, insured: int | None, minimum_wage: Decimal | None = None) -> Benefit | CannotSay:
    """Reckon the benefit.

    Args:
        insured: full months of unemployment insurance not yet used up by an earlier benefit.
        minimum_wage: minimum wage of the place, yuan a month, if known.

    Returns:
        months and sums, or what is needed to say them.
    """
    if insured is None:
        return CannotSay(needs=(Slot.INSURED,), basis=BASIS, check_with=Checker.LABOUR_OFFICE)
    wrong_wage = minimum_wage is not None and not believable(minimum_wage)
    if not 0 < insured <= _MOST_INSURED or wrong_wage:
        return CannotSay(
            needs=(Slot.INSURED,),
            why=Why.OUT_OF_RANGE,
            basis=BASIS,
            check_with=Checker.LABOUR_OFFICE,
        )
    months = benefit_months(insured)
    if not months:
        return CannotSay(why=Why.NOT_YET, basis=BASIS, check_with=Checker.LABOUR_OFFICE)
    monthly = None if minimum_wage is None else cents(minimum_wage * SHARE)
    unknown = (Assumption.MINIMUM_UNKNOWN,) if minimum_wage is None else ()
    return Benefit(
        months=months,
        monthly=monthly,
        total=None if minimum_wage is None else cents(minimum_wage * SHARE * months),
        basis=BASIS,
        assumes=(Assumption.ALL_CONDITIONS, *unknown),
        check_with=Checker.LABOUR_OFFICE,
    )
