"""What a calculator gives back: a figure with its law and its assumptions, or why it cannot say.

Calculators are pure: they take figures and days, never a message, and give codes, never sentences.
The sentences stand in ``replies.yaml``; a handler joins both. What one calculator lacks is named
by a :class:`Slot`, so that a form can ask for just that.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

_CENT = Decimal("0.01")
#: Sums above it are a slip of the finger, not a wage.
_MOST_YUAN = Decimal(10_000_000)


class Law(StrEnum):
    """A law by its key in ``replies.yaml``, group ``calc_laws``."""

    CONTRACT = "contract"
    CONTRACT_RULES = "contract_rules"
    LABOUR = "labour"
    ARBITRATION = "arbitration"
    HOURLY = "hourly"
    DISPUTES = "disputes"
    INJURY = "injury"
    MEDIATION = "mediation"
    VIOLENCE = "violence"
    AID = "aid"
    SOCIAL = "social"
    GUANGDONG_JOBLESS = "guangdong_jobless"


#: The day each law came into force; a law that is not listed has no checked day.
IN_FORCE = {
    Law.CONTRACT: date(2008, 1, 1),
    Law.CONTRACT_RULES: date(2008, 9, 18),
    Law.LABOUR: date(1995, 1, 1),
    Law.ARBITRATION: date(2008, 5, 1),
    Law.DISPUTES: date(2025, 9, 1),
    Law.INJURY: date(2011, 1, 1),
    Law.MEDIATION: date(2011, 1, 1),
    Law.VIOLENCE: date(2016, 3, 1),
    Law.AID: date(2022, 1, 1),
    Law.SOCIAL: date(2011, 7, 1),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from.

    Attributes:
        law: which law.
        articles: its articles, as numbers; empty where the document has none.
    """

    law: Law
    articles: tuple[str, ...] = ()

    @property
    def in_force(self) -> date | None:
        """Return the day the law came into force; ``None`` when that was not checked."""
        return IN_FORCE.get(self.law)


class Slot(StrEnum):
    """A figure or day a calculator needs; a form asks for one slot at a time."""

    TENURE = "tenure"
    START = "start"
    LEFT = "left"
    SIGNED = "signed"
    MONTHLY_WAGE = "monthly_wage"
    HOURS = "hours"
    DAY = "day"
    INSURED = "insured"


class Why(StrEnum):
    """Why a calculator cannot say."""

    MISSING = "missing"
    """A figure was not given."""
    DOUBTFUL = "doubtful"
    """A figure may be read in two ways that lead to two results."""
    OUT_OF_RANGE = "out_of_range"
    """A figure is zero, negative or impossible; a day is in the future."""
    BEFORE_THE_LAW = "before_the_law"
    """Part of the time lies before the law came into force; other rules hold for it."""
    NOT_YET = "not_yet"
    """The case the rule is about has not come about."""


class Assumption(StrEnum):
    """What a result takes for granted; each is told to the resident."""

    DUE = "due"
    """The way of leaving is one for which compensation is due."""
    AVERAGE_WAGE = "average_wage"
    """The wage is the average due in the last 12 months, before tax and insurance."""
    WAGE_PER_MONTH = "wage_per_month"
    """A wage said without its period is a month's."""
    TENURE_EXACT = "tenure_exact"
    """The time of work said in round figures is exactly that."""
    TO_TODAY = "to_today"
    """Work has gone on until today."""
    CAP_UNKNOWN = "cap_unknown"
    """The wage does not exceed three times the local average, which is not known here."""
    LAST_MONTH = "last_month"
    """The last month's wage equals the average."""
    NEVER_SIGNED = "never_signed"
    """No written contract was signed in all that time."""
    NO_FAULT = "no_fault"
    """It was not the worker who refused to sign, on purpose or by gross negligence."""
    LIMIT_UNCLEAR = "limit_unclear"
    """From which day the limit of one year runs for each month is not certain."""
    STANDARD_DAY = "standard_day"
    """A day is eight hours."""
    NOT_MADE_UP = "not_made_up"
    """Work on rest days was not made up for by time off."""
    STANDARD_HOURS = "standard_hours"
    """Ordinary working hours, paid by the month; overtime beyond them."""
    PAST = "past"
    """A day said without its year is the last one."""
    NO_EXTENSION = "no_extension"
    """Nothing interrupted, paused or extended the time limit."""
    ALL_CONDITIONS = "all_conditions"
    """The other conditions for the benefit are met."""
    MINIMUM_UNKNOWN = "minimum_unknown"
    """The local minimum wage is not known here, so no sum can be said."""


class Checker(StrEnum):
    """Who should look at a result before somebody acts on it."""

    LAWYER = "lawyer"
    LABOUR_OFFICE = "labour_office"
    MEDIATOR = "mediator"


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotSay:
    """A refusal: nothing is guessed.

    Attributes:
        needs: what would have to be given, in the order to ask for it; empty where no figure helps.
        why: the reason.
        basis: the rule that would have been used.
        check_with: who can say it.
    """

    needs: tuple[Slot, ...] = ()
    why: Why = Why.MISSING
    basis: tuple[Basis, ...] = ()
    check_with: Checker = Checker.LAWYER


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What every result carries.

    Attributes:
        basis: laws and articles, the weightiest first.
        assumes: what was taken for granted.
        check_with: who should look at it.
    """

    basis: tuple[Basis, ...]
    assumes: tuple[Assumption, ...] = ()
    check_with: Checker = Checker.LAWYER


def missing(*wanted: tuple[Slot, object]) -> tuple[Slot, ...]:
    """Return the slots of which nothing is known, in the order given."""
    return tuple(slot for slot, known in wanted if known is None)


def cents(amount: Decimal | Fraction) -> Decimal:
    """Return a sum in yuan rounded half up to 0.01, once and at the end.

    >>> cents(Fraction(100, 3)), cents(Decimal("0.125"))
    (Decimal('33.33'), Decimal('0.13'))
    """
    if isinstance(amount, Decimal):
        return amount.quantize(_CENT, ROUND_HALF_UP)
    hundredths, rest = divmod(abs(amount) * 100, 1)
    rounded = Decimal(int(hundredths) + (1 if rest * 2 >= 1 else 0)) * _CENT
    return -rounded if amount < 0 else rounded


def believable(wage: Decimal) -> bool:
    """Tell whether a sum in yuan can be a wage: finite, above zero, below ten million."""
    return wage.is_finite() and 0 < wage <= _MOST_YUAN
