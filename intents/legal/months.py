"""Calendar months and time of work, well defined at the ends of months.

A month added to the 31st ends on the last day of a shorter month. Several months are always added
to the first day at once, never one after the other, so that 31 January plus two months is
31 March.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Decimal
from fractions import Fraction

#: A length of work beyond this is a slip of the finger.
MOST_MONTHS = 12 * 70


def add_months(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or the last day of a shorter month.

    Args:
        day: where to begin.
        months: whole months, also negative.

    Raises:
        ValueError: the year would leave the calendar.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2024, 2, 29), 12)
    (datetime.date(2026, 2, 28), datetime.date(2025, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"months: {months} from {day} leave the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_months(start: date, end: date) -> int:
    """Return how many whole calendar months fit between two days.

    Args:
        start: first day.
        end: the day after the last one (exclusive).

    Raises:
        ValueError: ``end`` lies before ``start``.

    >>> full_months(date(2026, 1, 1), date(2026, 7, 1))
    6
    >>> full_months(date(2026, 1, 31), date(2026, 2, 28))
    1
    """
    if end < start:
        raise ValueError(f"end: expected a day from {start} on, found {end}")
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


@dataclass(frozen=True, slots=True)
class Tenure:
    """How long somebody has worked at one employer (本单位工作年限).

    Attributes:
        months: whole or half months.
        days: days beyond them; how many days a month has is open unless ``counted``.
        counted: found from two days of the calendar, so ``days`` are less than a month.
    """

    months: Decimal
    days: Decimal = Decimal(0)
    counted: bool = False

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Return the shortest and the longest it can be, in months."""
        months, days = Fraction(self.months), Fraction(self.days)
        if self.counted:
            inside = months + days / 32  # below the next month, whatever the month's length
            return inside, inside
        return months + days / 31, months + days / 28

    @property
    def possible(self) -> bool:
        """Tell whether somebody can have worked that long: above zero, at most 70 years."""
        if not (self.months.is_finite() and self.days.is_finite()):
            return False
        return min(self.months, self.days) >= 0 and 0 < self.bounds[1] <= MOST_MONTHS


def tenure_between(first: date, last: date) -> Tenure:
    """Return the time of work from the first to the last day, both worked.

    Args:
        first: first day of work (用工之日).
        last: last day of work, inclusive.

    Raises:
        ValueError: the last day lies before the first.

    >>> tenure_between(date(2023, 1, 1), date(2023, 6, 30)).months
    Decimal('6')
    """
    after = last + timedelta(days=1)
    if last < first:
        raise ValueError(f"last: expected a day from {first} on, found {last}")
    months = full_months(first, after)
    rest = (after - add_months(first, months)).days
    return Tenure(Decimal(months), Decimal(rest), counted=True)
