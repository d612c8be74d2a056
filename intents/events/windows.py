"""Which days a resident asks about: 今天, 这周末, 下周三, 月底 (pure)."""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.sdk import mentions

#: Days looked ahead when nobody names any.
AHEAD_DAYS = 14
_MONTH_END_DAYS = 7
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days asked about, both ends included.

    Attributes:
        key: name of the words that were used (``weekend``, ``weekday`` …); "" for none.
    """

    start: date
    end: date
    key: str = ""


def asked(text: str, today: date, spoken: Mapping[str, str], weekdays: Mapping[str, str]) -> Window:
    """Return the days a message asks about; the next two weeks when it names none.

    Args:
        text: the message in normal form.
        today: Beijing date.
        spoken: window key -> its words, alternatives split by ``|``; the first found wins.
        weekdays: 0 for Monday to 6 -> its words.
    """
    key = next((name for name in spoken if name in _SPANS and mentions(text, spoken[name])), "")
    weekday = next((int(day) for day, words in weekdays.items() if mentions(text, words)), None)
    if weekday is not None and key in {"", "week", "next_week"}:
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=weekday + (7 if key == "next_week" else 0))
        if day < today:
            day += timedelta(days=7)
        return Window(start=day, end=day, key="weekday")
    if not key:
        return Window(start=today, end=today + timedelta(days=AHEAD_DAYS - 1))
    start, end = _SPANS[key](today)
    return Window(start=max(start, today), end=end, key=key)


def _days(first: int, last: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=last))


def _week(first: int, last: int) -> Callable[[date], tuple[date, date]]:
    """Count from this week's Monday."""

    def span(today: date) -> tuple[date, date]:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=first), monday + timedelta(days=last)

    return span


def _month(today: date) -> tuple[date, date]:
    last = calendar.monthrange(today.year, today.month)[1]
    return today.replace(day=1), today.replace(day=last)


def _month_end(today: date) -> tuple[date, date]:
    last = _month(today)[1]
    return last - timedelta(days=_MONTH_END_DAYS - 1), last


def _next_month(today: date) -> tuple[date, date]:
    return _month(_month(today)[1] + timedelta(days=1))


_SPANS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "today": _days(0, 0),
    "tomorrow": _days(1, 1),
    "after_tomorrow": _days(2, 2),
    "weekend": _week(_SATURDAY, 6),
    "next_weekend": _week(_SATURDAY + 7, 13),
    "week": _week(0, 6),
    "next_week": _week(7, 13),
    "month": _month,
    "month_end": _month_end,
    "next_month": _next_month,
}
