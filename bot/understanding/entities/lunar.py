"""The lunar calendar (农历) and the solar terms as plain dates, years worked out once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from lunar_python import LunarYear

#: Years that can be converted.
FIRST_YEAR, LAST_YEAR = 1901, 2099
#: Leap months are counted below zero: -6 is 闰六月.
_JULIAN_OFFSET = 1_721_425
#: Places of two terms in the library's list, which begins with 大雪 of the year before.
_TERMS = {"清明": 8, "冬至": 25}


@lru_cache(maxsize=64)
def _months(year: int) -> Mapping[int, tuple[int, int]]:
    """Return ordinal of the first day and number of days of each month of a lunar year."""
    found: dict[int, tuple[int, int]] = {}
    for source in (year, year + 1):  # the list of a year ends before its last month may
        for month in LunarYear(source).getMonths():
            if month.getYear() == year:
                first = int(month.getFirstJulianDay()) - _JULIAN_OFFSET
                found.setdefault(month.getMonth(), (first, month.getDayCount()))
    return found


def solar(year: int, month: int, day: int) -> date | None:
    """Return the date of a lunar day, or nothing where that month has no such day.

    Args:
        year: lunar year, named after the solar year it begins in.
        month: 1 to 12, below zero for a leap month.
        day: 1 to 30.

    >>> solar(2026, 8, 15)
    datetime.date(2026, 9, 25)
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    first, size = _months(year).get(month, (0, 0))
    return date.fromordinal(first + day - 1) if 1 <= day <= size else None


def eve(year: int) -> date | None:
    """Return 除夕 that ends a lunar year, whether its last month has 29 or 30 days."""
    following = solar(year + 1, 1, 1)
    return None if following is None else date.fromordinal(following.toordinal() - 1)


@lru_cache(maxsize=64)
def term(year: int, name: str) -> date | None:
    """Return the date of 清明 or 冬至 in a solar year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    moment = LunarYear(year).getJieQiJulianDays()[_TERMS[name]]
    return date.fromordinal(int(moment + 0.5) - _JULIAN_OFFSET)
