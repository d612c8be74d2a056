"""Party dues (党费) by month: a share of income, or a fixed sum.

Brackets as passed on from 中组发〔2008〕3号 by several sources; the branch settles what counts as
income and how it rounds, so every result is one to check there. A bracket's share holds for the
whole income, not only for what lies above the bracket before.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Member(StrEnum):
    """How a member earns a living."""

    WAGE = "wage"
    """Wage or salary: the steady part of a month, after tax."""
    SELF_EMPLOYED = "self_employed"
    """Own business: average net income of a month in the last quarter, in the wage brackets."""
    RETIRED = "retired"
    """Retired: the month's pension."""
    FARMER = "farmer"
    """Farmer: between two fixed sums."""
    NO_INCOME = "no_income"
    """Student, laid off, unemployed, on minimum income (低保)."""


class Need(StrEnum):
    """What has to be asked; a form asks for one at a time."""

    MEMBER = "member"
    INCOME = "income"


class Assumption(StrEnum):
    """What a result takes for granted."""

    STEADY_AFTER_TAX = "steady_after_tax"
    """The income is the steady part of a month's wage after tax."""
    LAST_QUARTER = "last_quarter"
    """The income is the average of the last quarter, net."""
    PENSION = "pension"
    """The income is the month's pension."""
    BRANCH_CHOOSES = "branch_chooses"
    """The branch says which sum within the span."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A share of income up to a sum.

    Attributes:
        upto: highest income it holds for, inclusive; ``None`` for the highest bracket.
        percent: per cent of the whole income.
    """

    upto: Decimal | None
    percent: Decimal


WAGE_BRACKETS = (
    Bracket(Decimal(3000), Decimal("0.5")),
    Bracket(Decimal(5000), Decimal(1)),
    Bracket(Decimal(10_000), Decimal("1.5")),
    Bracket(None, Decimal(2)),
)
PENSION_BRACKETS = (
    Bracket(Decimal(5000), Decimal("0.5")),
    Bracket(None, Decimal(1)),
)
_BRACKETS = {
    Member.WAGE: WAGE_BRACKETS,
    Member.SELF_EMPLOYED: WAGE_BRACKETS,
    Member.RETIRED: PENSION_BRACKETS,
}
_FIXED = {
    Member.FARMER: (Decimal("0.2"), Decimal(1)),
    Member.NO_INCOME: (Decimal("0.2"), Decimal("0.2")),
}
_ASSUMED = {
    Member.WAGE: (Assumption.STEADY_AFTER_TAX,),
    Member.SELF_EMPLOYED: (Assumption.LAST_QUARTER,),
    Member.RETIRED: (Assumption.PENSION,),
    Member.FARMER: (Assumption.BRANCH_CHOOSES,),
    Member.NO_INCOME: (),
}
#: The document the brackets are passed on from; the day it came into force was not checked.
SOURCE = "dues_2008"
_CENT = Decimal("0.01")
_MOST_YUAN = Decimal(10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotSay:
    """A refusal: what would have to be known, or believed, to say the dues.

    Attributes:
        needs: in the order to ask for it.
    """

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """Dues of one month, in yuan.

    Attributes:
        member: how the member was taken to earn a living.
        least: lowest sum.
        most: highest sum; the same unless the branch chooses.
        percent: per cent of income, or ``None`` for a fixed sum.
        assumes: what was taken for granted.
        source: key of the document in ``replies.yaml``.
    """

    member: Member
    least: Decimal
    most: Decimal
    percent: Decimal | None
    assumes: tuple[Assumption, ...]
    source: str = SOURCE


def dues(member: Member | None, income: Decimal | None = None) -> Dues | CannotSay:
    """Reckon the dues of a month.

    Args:
        member: how the member earns a living; never guessed.
        income: yuan a month as the kind of member says; not looked at for fixed sums.

    Returns:
        the dues, or what is needed to say them.
    """
    if member is None:
        return CannotSay(needs=(Need.MEMBER,) if income else (Need.MEMBER, Need.INCOME))
    if member in _FIXED:
        least, most = _FIXED[member]
        return Dues(member=member, least=least, most=most, percent=None, assumes=_ASSUMED[member])
    if income is None or not income.is_finite() or not 0 < income <= _MOST_YUAN:
        return CannotSay(needs=(Need.INCOME,))
    percent = percent_for(income, _BRACKETS[member])
    amount = (income * percent / 100).quantize(_CENT, ROUND_HALF_UP)
    return Dues(member=member, least=amount, most=amount, percent=percent, assumes=_ASSUMED[member])


def percent_for(income: Decimal, brackets: tuple[Bracket, ...]) -> Decimal:
    """Return the share, in per cent, of the bracket an income falls into.

    >>> percent_for(Decimal(3000), WAGE_BRACKETS), percent_for(Decimal("3000.01"), WAGE_BRACKETS)
    (Decimal('0.5'), Decimal('1'))
    """
    return next(one.percent for one in brackets if one.upto is None or income <= one.upto)
