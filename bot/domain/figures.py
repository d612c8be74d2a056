"""Days, hours, numbers and lengths of time as somebody said them.

Nothing is guessed in silence: what may be read in two ways carries its :class:`Doubt` and the other
readings, and ``sure`` is ``None``.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from bot.domain.clock import BEIJING


class Rough(StrEnum):
    """How exactly a figure was said; the value is its mark in a slot."""

    EXACT = ""
    ABOUT = "~"
    OVER = "+"
    UNDER = "-"


class Doubt(StrEnum):
    """Why a day or an hour may be read in more than one way."""

    PASSED = "passed"
    """The next one is far or in another month; the last one may be meant."""
    WEEK = "week"
    """This week's or another week's."""
    HALF_DAY = "half_day"
    """In the morning or in the afternoon."""
    NIGHT = "night"
    """On which side of midnight."""
    CALENDAR = "calendar"
    """By the solar or by the lunar calendar (农历)."""
    HOLIDAY = "holiday"
    """The feast day or the whole holiday."""
    YEAR = "year"
    """A year written with two figures, or a number of years."""
    CONFLICT = "conflict"
    """Date and weekday do not belong together."""
    LOOSE = "loose"
    """Where it begins and ends is a matter of taste (月底, 过完年)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A piece of a message that means something.

    Attributes:
        start: where it begins in the message as written.
        end: where it ends, exclusive.
        text: the piece as written.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a day, an hour, or both; times are Beijing time.

    A single day has equal ends, as has a point in time. A missing end is open: "until Friday" has
    no ``first``. With neither ``first`` nor ``last`` no day was said, with neither ``begins`` nor
    ``ends`` no hour.

    Attributes:
        first: first day.
        last: last day, inclusive.
        begins: time of day on the first day.
        ends: time of day on the last day; earlier than ``begins`` it lies on the day after.
    """

    first: date | None = None
    last: date | None = None
    begins: time | None = None
    ends: time | None = None

    @property
    def dated(self) -> bool:
        """Tell whether a day was said."""
        return self.first is not None or self.last is not None

    @property
    def timed(self) -> bool:
        """Tell whether an hour was said."""
        return self.begins is not None or self.ends is not None

    @property
    def day(self) -> date | None:
        """Return the day, if it is one day."""
        return self.first if self.first == self.last else None

    @property
    def at(self) -> time | None:
        """Return the time of day, if it is a point in time."""
        return self.begins if self.begins == self.ends else None

    @property
    def moment(self) -> datetime | None:
        """Return the aware moment, if it is one."""
        if self.day is None or self.at is None:
            return None
        return datetime.combine(self.day, self.at, BEIJING)


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Found):
    """A day, an hour, or a span of either.

    Attributes:
        reading: the likeliest reading.
        others: what else may be meant.
        doubts: why it is not certain; empty when it is.
    """

    reading: Reading
    others: tuple[Reading, ...] = ()
    doubts: frozenset[Doubt] = frozenset()

    @property
    def sure(self) -> Reading | None:
        """Return the reading if nothing speaks against it; else somebody has to be asked."""
        return None if self.doubts else self.reading


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as said.

    Attributes:
        value: the number, or the lower end of 三四千.
        upto: upper end, inclusive, where two were said.
        rough: exact, about, over or under.
    """

    value: Decimal
    upto: Decimal | None = None
    rough: Rough = Rough.EXACT

    @property
    def said(self) -> str:
        """Return ``3500``, ``8000+``, ``3000/4000~``."""
        upper = f"/{plain(self.upto)}" if self.upto is not None else ""
        return f"{plain(self.value)}{upper}{self.rough.value}"


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time; a month is not a number of days, a day not a number of minutes."""

    months: Decimal = Decimal(0)
    days: Decimal = Decimal(0)
    minutes: Decimal = Decimal(0)

    @property
    def said(self) -> str:
        """Return it as ISO 8601 writes it: ``P3Y6M``, ``P10D``, ``PT1H30M``."""
        years, months = divmod(self.months, 12)
        hours, minutes = divmod(self.minutes, 60)
        days = [(years, "Y"), (months, "M"), (self.days, "D")]
        clock = [(hours, "H"), (minutes, "M")]
        said = "".join(f"{plain(number)}{mark}" for number, mark in days if number)
        late = "".join(f"{plain(number)}{mark}" for number, mark in clock if number)
        return f"P{said}{f'T{late}' if late else ''}" if said or late else "P0D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Found):
    """How long something lasts.

    Attributes:
        length: how long, or the lower end of 两三年.
        upto: upper end where two were said.
        rough: exact, about, over or under.
        workdays: the days are working days.
    """

    length: Length
    upto: Length | None = None
    rough: Rough = Rough.EXACT
    workdays: bool = False

    @property
    def said(self) -> str:
        """Return it as ISO 8601 writes it, with the mark of its roughness."""
        upper = f"/{self.upto.said}" if self.upto is not None else ""
        return f"{self.length.said}{upper}{self.rough.value}"


def plain(number: Decimal) -> str:
    """Return a number without exponent or trailing zeros."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
