"""Public holidays with the year's shifted working days, and recurring days.

Source of holidays: the package ``chinesecalendar``, which carries the State Council's yearly
plans. For a
year whose plan is not in it we say "not known" instead of guessing (FACTS.md CA3).
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import islice

import chinese_calendar
from dateutil.rrule import rrulestr

from bot.sdk import Occurrence

#: Recurring days are looked for this far ahead at most.
_MAX_COUNT = 60


class ChinaCalendar:
    """Days as China counts them; satisfies ``sdk.Calendar``."""

    def is_holiday(self, day: date) -> bool | None:
        """Tell whether ``day`` is a public holiday; weekends alone are none."""
        return _holiday(day)

    def is_workday(self, day: date) -> bool | None:
        """Tell whether people work on ``day``; ``None`` when that year's plan is not published."""
        return _workday(day)

    def upcoming(self, rrule: str, after: date, count: int) -> Sequence[Occurrence]:
        """Return the next ``count`` days of an RFC 5545 rule, from ``after`` on (inclusive)."""
        return _upcoming(rrule, after, min(count, _MAX_COUNT))


@lru_cache(maxsize=4096)
def _upcoming(rrule: str, after: date, count: int) -> tuple[Occurrence, ...]:
    start = datetime.combine(date(after.year, 1, 1), time())
    rule = rrulestr(rrule, dtstart=start)
    first = datetime.combine(after, time())
    return tuple(
        _occurrence(moment.date()) for moment in islice(rule.xafter(first, inc=True), count)
    )


def _occurrence(day: date) -> Occurrence:
    holiday = _holiday(day)
    return Occurrence(day=day, holiday=bool(holiday), certain=holiday is not None)


@lru_cache(maxsize=1024)
def _holiday(day: date) -> bool | None:
    try:
        free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return bool(free and name)


@lru_cache(maxsize=1024)
def _workday(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
