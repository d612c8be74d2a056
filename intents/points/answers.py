"""What a resident answers, and how many units of an indicator that makes.

An answer that leaves something open gives a span of units, never a guess: "four years of insurance"
without saying which of the five may be four units or twenty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bot.sdk import Asked, Indicator, Partial

#: Days that stand for a year where a part of a year is counted by day (珠海香洲: 按天折算).
YEAR_DAYS = 365

Number = int | Fraction | Decimal


class AnswerError(ValueError):
    """An answer does not fit what was asked; the text is for a developer, never for a resident."""

    def __init__(self, name: str, expected: str, found: object):
        super().__init__(f"{name}: expected {expected}, found {found!r}")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """A length of time as people say it: three years and 182 days. Nothing is below zero."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def exact(self) -> Fraction:
        """Return the length in years; a month is a twelfth, a day one of 365."""
        return self.years + Fraction(self.months, 12) + Fraction(self.days, YEAR_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a day on, until another, or until the reference day where it still lasts."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A number that is known, or only between two bounds.

    Attributes:
        low: smallest it can be; ``None`` for no bound.
        high: largest it can be; ``None`` for no bound.
    """

    low: Fraction | None
    high: Fraction | None

    @property
    def exact(self) -> bool:
        """Tell whether the number is known."""
        return self.low is not None and self.low == self.high

    def __add__(self, other: "Span") -> "Span":
        """Return the sum, bound by bound."""
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Span(low, high)

    def at_most(self, bound: Fraction | None) -> "Span":
        """Return the same, no larger than ``bound``."""
        if bound is None:
            return self
        low = None if self.low is None else min(self.low, bound)
        return Span(low, bound if self.high is None else min(self.high, bound))

    def at_least(self, bound: Fraction | None) -> "Span":
        """Return the same, no smaller than ``bound``."""
        if bound is None:
            return self
        high = None if self.high is None else max(self.high, bound)
        return Span(bound if self.low is None else max(self.low, bound), high)


def exactly(value: Number) -> Span:
    """Return a span of one number."""
    return Span(Fraction(value), Fraction(value))


ZERO = exactly(0)
#: Nothing is known beyond that it is not below zero.
OPEN = Span(Fraction(0), None)

ItemAnswer = bool | Number | Lasting | Period | None
Answer = bool | Number | str | date | Lasting | Period | tuple[int, ...] | Mapping[str, ItemAnswer]
"""An answer: ``False`` for "none of it", ``True`` for "yes"; a number or :class:`Lasting` or
:class:`Period` of years; a choice; a birthday for an age; for patents the number of inventors of
each; a mapping of item to years (社保) or of calendar year to hours or times (义工, 献血)."""

Answers = Mapping[str, Answer | None]
"""Answers by id. What is missing is unknown; ids the table does not know are left alone, so that
one set of answers can be tried on several tables."""


def full_years(start: date, day: date) -> int:
    """Return the full years from ``start`` to ``day``: an age on that day (周岁)."""
    return max(0, day.year - start.year - ((day.month, day.day) < (start.month, start.day)))


def length(answer: Answer, day: date, window_years: int | None, *, name: str) -> Fraction:
    """Return a length of time in years, of which only the window up to ``day`` counts.

    Raises:
        AnswerError: the answer is no length of time, or below zero.
    """
    if isinstance(answer, Period):
        return _elapsed(answer, day, window_years)
    if answer is False:
        return Fraction(0)
    years = answer.exact if isinstance(answer, Lasting) else number(answer, name=name)
    if years < 0:
        raise AnswerError(name, "a length of time not below zero", answer)
    return years if window_years is None else min(years, Fraction(window_years))


def _elapsed(period: Period, day: date, window_years: int | None) -> Fraction:
    end = min(period.end or day, day)
    start = period.start
    if window_years is not None:
        start = max(start, _back(end=day, years=window_years))
    if end <= start:
        return Fraction(0)
    years = full_years(start, end)
    return years + Fraction(min((end - _on(start, years)).days, YEAR_DAYS - 1), YEAR_DAYS)


def _on(start: date, years: int) -> date:
    """Return the day ``years`` later; 29 February becomes 1 March where there is none."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def _back(*, end: date, years: int) -> date:
    return _on(end, -years)


def number(answer: Answer, *, name: str) -> Fraction:
    """Return a plain number, not below zero; ``False`` is none.

    Raises:
        AnswerError: it is something else, or below zero.
    """
    if answer is False:
        return Fraction(0)
    if answer is True or not isinstance(answer, int | Fraction | Decimal):
        raise AnswerError(name, "a number, or False for none", answer)
    if answer < 0:
        raise AnswerError(name, "a number not below zero", answer)
    return Fraction(answer)


def whole(years: Fraction, partial: Partial) -> Fraction:
    """Return what counts of a length of time in years.

    By month only full months count: no source says what a month begun counts.
    """
    if partial is Partial.FLOOR:
        return Fraction(years // 1)
    if partial is Partial.MONTH:
        return Fraction(years * 12 // 1, 12)
    return years


def units(indicator: Indicator, answer: Answer | None, day: date) -> Span:
    """Return the units an answer makes, for indicators that count years, times or hours.

    Args:
        indicator: what was asked.
        answer: what was said; ``None`` when nothing was.
        day: reference day.

    Raises:
        AnswerError: the answer does not fit.
    """
    if answer is None:
        return OPEN
    if isinstance(answer, Mapping):
        if not indicator.items:
            raise AnswerError(indicator.id, "one number", answer)
        return _items(indicator, answer, day)
    counted = _one(indicator, answer, day)
    if not indicator.items or counted == 0:
        return exactly(counted)
    return Span(counted, counted * len(indicator.items))


def _one(indicator: Indicator, answer: Answer, day: date) -> Fraction:
    if indicator.asked is Asked.YEARS:
        years = length(answer, day, indicator.window_years, name=indicator.id)
        return whole(years, indicator.partial)
    return number(answer, name=indicator.id)


def _items(indicator: Indicator, answer: Mapping[str, ItemAnswer], day: date) -> Span:
    strange = set(answer) - set(indicator.items)
    if strange:
        raise AnswerError(indicator.id, f"items among {', '.join(indicator.items)}", strange)
    total = ZERO
    for item in indicator.items:
        said = answer.get(item)
        total += OPEN if said is None else exactly(_one(indicator, said, day))
    return total


def by_year(indicator: Indicator, answer: Mapping[str, ItemAnswer], day: date) -> list[Fraction]:
    """Return the units of each calendar year inside the window, the year of ``day`` included.

    Calendar years are how the one published cut-off counts (2022年度: 2018-01-01 to 2022-12-31).

    Raises:
        AnswerError: a key is no year, or a value no number.
    """
    first = day.year - (indicator.window_years or day.year) + 1
    out: list[Fraction] = []
    for year, said in answer.items():
        if not str(year).isdigit() or not isinstance(said, bool | int | Fraction | Decimal):
            raise AnswerError(indicator.id, "numbers by calendar year", answer)
        count = number(said, name=indicator.id)
        if first <= int(year) <= day.year:
            out.append(count)
    return out


def age(answer: Answer, day: date, *, name: str) -> Fraction:
    """Return an age in full years on ``day``, from a birthday or as said.

    Raises:
        AnswerError: it is neither.
    """
    if isinstance(answer, date):
        return Fraction(full_years(answer, day))
    if answer is False:
        raise AnswerError(name, "an age or a birthday", answer)
    return Fraction(number(answer, name=name) // 1)
