"""Arithmetic of days: which day is meant when the year, the month or the week was left out."""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.domain.figures import Doubt, Reading

#: A next occurrence further away than this makes the last one as likely.
FAR_DAYS = 100
#: Days ahead or back that are still worked out.
MOST_DAYS = 40_000
NO_DOUBT: frozenset[Doubt] = frozenset()


@dataclass(slots=True, kw_only=True)
class Atom:
    """A day or an hour in folded text, before neighbours are joined.

    Attributes:
        start: first character.
        end: one past the last.
        reading: likeliest reading.
        others: what else may be meant.
        doubts: why it is not certain.
        weekday: Monday is 0; -1 when no weekday was said.
        number: day of the month where only that was said, else 0.
        part: part of the day that was said with or instead of an hour.
        closing: the end of a month or a year, so that "before" it means until its last day.
    """

    start: int
    end: int
    reading: Reading
    others: tuple[Reading, ...] = ()
    doubts: frozenset[Doubt] = field(default=NO_DOUBT)
    weekday: int = -1
    number: int = 0
    part: str = ""
    closing: bool = False

    def overlaps(self, other: "Atom") -> bool:
        """Tell whether two atoms share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading with what competes with it."""

    reading: Reading
    others: tuple[Reading, ...] = ()
    doubts: frozenset[Doubt] = NO_DOUBT

    def atom(self, start: int, end: int, *, weekday: int = -1) -> Atom:
        """Place it in a text."""
        return Atom(
            start=start,
            end=end,
            reading=self.reading,
            others=self.others,
            doubts=self.doubts,
            weekday=weekday,
        )


def on(day: date) -> Reading:
    """Return the reading of a single day."""
    return Reading(first=day, last=day)


def days(first: date, last: date) -> Reading:
    """Return the reading of a span of days."""
    return Reading(first=first, last=last)


def a_date(year: int, month: int, day: int) -> date | None:
    """Return a date, or nothing where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shifted(day: date, by: int) -> date | None:
    """Return a day so many days on, or nothing beyond what anybody means."""
    if abs(by) > MOST_DAYS:
        return None
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return None


def month_on(year: int, month: int, by: int) -> tuple[int, int]:
    """Return year and month so many months on."""
    ahead = year * 12 + month - 1 + by
    return ahead // 12, ahead % 12 + 1


def same_day(day: date, by: int) -> date | None:
    """Return the day so many months on; where that month is shorter, its last day."""
    if abs(by) > MOST_DAYS // 30:
        return None
    year, month = month_on(day.year, day.month, by)
    return a_date(year, month, min(day.day, month_size(year, month)))


def month_size(year: int, month: int) -> int:
    """Return how many days a month has; 0 for a year no date can have."""
    return calendar.monthrange(year, month)[1] if 1 <= year <= 9999 else 0


def month(year: int, number: int, first: int = 1, last: int = 31) -> Reading | None:
    """Return a month, or the part of it between two days."""
    size = month_size(year, number)
    begins, ends = a_date(year, number, first), a_date(year, number, min(last, size))
    return None if begins is None or ends is None else days(begins, ends)


def year_span(year: int, first: int = 1, last: int = 12) -> Reading | None:
    """Return a year, or the part of it between two months."""
    begins = a_date(year, first, 1)
    ends = a_date(year, last, month_size(year, last))
    return None if begins is None or ends is None else days(begins, ends)


def monday(day: date, weeks: int = 0) -> date | None:
    """Return the Monday of the week of ``day``, or of one so many weeks on."""
    return shifted(day, 7 * weeks - day.weekday())


def turns(candidates: Iterable[Reading | None], today: date) -> Choice | None:
    """Choose among the times something comes round: the next one, the last one if that is far.

    Args:
        candidates: spans of days, in order; what does not exist is ``None``.
        today: Beijing date.
    """
    known = [one for one in candidates if one is not None and one.first and one.last]
    ahead = [one for one in known if one.last and one.last >= today]
    past = [one for one in known if one.last and one.last < today]
    if not ahead:
        return Choice(past[-1]) if past else None
    coming = ahead[0]
    far = coming.first is not None and (coming.first - today).days > FAR_DAYS
    if far and past:
        return Choice(coming, (past[-1],), frozenset({Doubt.PASSED}))
    return Choice(coming)


def yearly(made: Callable[[int], Reading | None], today: date, year: int | None) -> Choice | None:
    """Return what comes round every year: in the year said, else the one that is meant.

    Args:
        made: year -> the span of days, or nothing in a year that has none.
        today: Beijing date.
        year: the year, if it was said.
    """
    if year is not None:
        found = made(year)
        return None if found is None else Choice(found)
    return turns((made(today.year + by) for by in range(-2, 10)), today)


def monthly(day: int, today: date) -> Choice | None:
    """Return "the third": this month if still to come; else next month's, this one's in doubt."""
    if not 1 <= day <= 31:
        return None
    this = a_date(today.year, today.month, day)
    if this is not None and this >= today:
        return Choice(on(this))
    for by in range(1, 3):
        following = a_date(*month_on(today.year, today.month, by), day)
        if following is not None:
            others = () if this is None else (on(this),)
            return Choice(on(following), others, frozenset({Doubt.PASSED}) if others else NO_DOUBT)
    return None


def weekly(weekday: int, today: date) -> Choice | None:
    """Return a bare weekday: the next one, in doubt where this week's is past or is today."""
    start = monday(today)
    this = None if start is None else shifted(start, weekday)
    following = None if this is None else shifted(this, 7)
    if this is None or following is None:
        return None
    if this > today:
        return Choice(on(this))
    if this == today:
        return Choice(on(this), (on(following),), frozenset({Doubt.WEEK}))
    return Choice(on(following), (on(this),), frozenset({Doubt.WEEK}))


def doubted(choice: Choice | None, doubt: Doubt) -> Choice | None:
    """Return a choice with one more doubt."""
    if choice is None:
        return None
    return Choice(choice.reading, choice.others, choice.doubts | {doubt})
