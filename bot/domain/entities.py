"""Everything a message may name: days, sums, ages, addresses, numbers, names. Data only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from bot.domain.figures import Doubt, Duration, Found, Quantity, Rough, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Found):
    """How many: two children, three mouths to feed (三口人).

    Attributes:
        amount: the number.
        unit: measure word as said, "" for 俩.
        of: what is counted, "" when only the measure word was said.
    """

    amount: Quantity
    unit: str = ""
    of: str = ""

    @property
    def said(self) -> str:
        """Return number and noun."""
        return f"{self.amount.said} {self.of or self.unit}".strip()


class Per(StrEnum):
    """What a sum of money is paid for."""

    ONCE = ""
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Found):
    """A sum in yuan.

    Attributes:
        amount: how much.
        per: what it is paid for, as far as it was said.
        told: a currency or a word like 工资 stands with it; else it only looks like money.
    """

    amount: Quantity
    per: Per = Per.ONCE
    told: bool = True

    @property
    def said(self) -> str:
        """Return the sum, and what it is paid for."""
        return f"{self.amount.said} per {self.per.value}" if self.per else self.amount.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Age(Found):
    """How old somebody is.

    Attributes:
        years: full years, or the lower end of 三四岁.
        months: months beyond the years.
        upto: upper end in years where two were said.
        rough: exact, about, over or under.
        nominal: counted the old way (虚岁), one or two years more than by birthdays.
    """

    years: int
    months: int = 0
    upto: int | None = None
    rough: Rough = Rough.EXACT
    nominal: bool = False

    @property
    def said(self) -> str:
        """Return ``6``, ``6y6m``, ``60+``, ``3/4~``."""
        upper = f"/{self.upto}" if self.upto is not None else ""
        months = f"y{self.months}m" if self.months else ""
        return f"{self.years}{months}{upper}{self.rough.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Found):
    """Where somebody lives, inside a community; figures are Arabic, what was not said is "".

    Attributes:
        phase: 二期.
        lane: 五巷.
        street: name of a road, as said.
        number: number at the lane or street, or on the door plate (门牌).
        building: 3栋, 12号楼, A座.
        unit: 2单元.
        floor: 四楼; ``-1`` is below ground.
        room: 402.
    """

    phase: str = ""
    lane: str = ""
    street: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""

    @property
    def said(self) -> str:
        """Return it in one spelling, widest part first."""
        parts = (
            (self.phase, "期"),
            (self.street, ""),
            (self.lane, "巷"),
            (self.number, "号"),
            (self.building, "栋"),
            (self.unit, "单元"),
            (self.floor, "楼"),
            (self.room, "室"),
        )
        return "".join(f"{value}{mark}" for value, mark in parts if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Found):
    """A telephone number; its repr shows no digit.

    Attributes:
        number: digits only, without country code or extension.
        mobile: whether it is a mobile number.
    """

    text: str = field(repr=False)
    number: str = field(repr=False)
    mobile: bool = True

    @property
    def masked(self) -> str:
        """Return it with its middle hidden."""
        keep = 3 if self.mobile else min(4, len(self.number) - 4)
        hidden = "*" * max(4, len(self.number) - keep - 4)
        return f"{self.number[:keep]}{hidden}{self.number[-4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Found):
    """An ID-card, passport or permit number, recognised so that it can be hidden.

    The number itself is not kept: ``text`` has stars for its figures, as long as the piece it
    stands for.

    Attributes:
        checked: its check digit is right; ``False`` for the kinds that have none.
    """

    checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumber(Found):
    """A number of ours that somebody quotes: of a case (工单号), a booking, a pickup.

    Attributes:
        number: capital letters and digits.
    """

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Found):
    """A place in a list just shown: 第二个, 选3.

    Attributes:
        index: from 1 on; -1 is the last one.
    """

    index: int


class Match(StrEnum):
    """How a name was recognised."""

    NAME = "name"
    ALIAS = "alias"
    SOUND = "sound"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Found):
    """A name the community knows.

    Attributes:
        kind: what it is the name of: ``place``, ``event``, ``community`` …
        name: its full name.
        match: how it was recognised.
        likeness: 1.0 for a name or alias said as it is, less for what was nearly said.
        others: full names that fit as well.
    """

    kind: str
    name: str
    match: Match = Match.NAME
    likeness: float = 1.0
    others: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Tell whether this one was said and nothing else fits."""
        return self.match in {Match.NAME, Match.ALIAS} and not self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """Everything found in one message, each kind in the order of the text."""

    whens: tuple[When, ...] = ()
    durations: tuple[Duration, ...] = ()
    counts: tuple[Count, ...] = ()
    money: tuple[Money, ...] = ()
    ages: tuple[Age, ...] = ()
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()
    identities: tuple[Identity, ...] = ()
    case_numbers: tuple[CaseNumber, ...] = ()
    picked: tuple[Picked, ...] = ()
    names: tuple[Named, ...] = ()

    def __iter__(self) -> Iterator[Found]:
        """Yield everything in the order of the text."""
        kinds = (
            self.whens, self.durations, self.counts, self.money, self.ages, self.addresses,
            self.phones, self.identities, self.case_numbers, self.picked, self.names,
        )  # fmt: skip
        yield from sorted(
            (one for kind in kinds for one in kind), key=lambda one: (one.start, one.end)
        )

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return any(True for _ in self)

    def named(self, kind: str) -> Named | None:
        """Return the first name of a kind, or nothing."""
        return next((one for one in self.names if one.kind == kind), None)

    def masked(self, text: str) -> str:
        """Return ``text`` with telephone and identity numbers hidden.

        Args:
            text: the message these were found in.
        """
        for one in sorted((*self.phones, *self.identities), key=lambda found: -found.start):
            stars = one.text if isinstance(one, Identity) else "*" * (one.end - one.start)
            text = f"{text[: one.start]}{stars}{text[one.end :]}"
        return text

    def slots(self) -> dict[str, str]:
        """Return the first of each kind as text; numbers of people are masked.

        Days and spans read as ISO 8601: ``2026-12-05``, ``2026-11-28/2026-11-29``, ``../…`` and
        ``…/..`` where an end is open. Readings that compete stand between bars, likeliest first;
        ``~`` marks what has no sharp bounds.
        """
        found: dict[str, str] = {}
        for when in self.whens:
            if when.reading.dated:
                found.setdefault("date", _days_said(when))
            if when.reading.timed:
                found.setdefault("time", _hours_said(when))
        firsts = (
            ("duration", [one.said for one in self.durations[:1]]),
            ("count", [one.said for one in self.counts[:1]]),
            ("money", [one.said for one in self.money[:1]]),
            ("age", [one.said for one in self.ages[:1]]),
            ("address", [one.said for one in self.addresses[:1]]),
            ("phone", [one.masked for one in self.phones[:1]]),
            ("id_card", [one.text for one in self.identities[:1]]),
            ("case_number", [one.number for one in self.case_numbers[:1]]),
            ("choice", [str(one.index) for one in self.picked[:1]]),
        )
        found |= {key: said[0] for key, said in firsts if said}
        for one in self.names:
            found.setdefault(one.kind, "|".join((one.name, *one.others)))
        return found


def _span(first: date | time | None, last: date | time | None) -> str:
    """Return a span; equal ends are one value, a missing end is ``..``."""
    ends = ["" if end is None else _iso(end) for end in (first, last)]
    return ends[0] if ends[0] == ends[1] else "/".join(end or ".." for end in ends)


def _iso(value: date | time) -> str:
    return value.isoformat("minutes") if isinstance(value, time) else value.isoformat()


def _days_said(when: When) -> str:
    said = [_span(one.first, one.last) for one in (when.reading, *when.others)]
    return _readings_said(said, loose=Doubt.LOOSE in when.doubts and not when.reading.timed)


def _hours_said(when: When) -> str:
    said = [_span(one.begins, one.ends) for one in (when.reading, *when.others) if one.timed]
    return _readings_said(said, loose=Doubt.LOOSE in when.doubts)


def _readings_said(said: list[str], *, loose: bool) -> str:
    return "|".join(dict.fromkeys(said)) + (Rough.ABOUT.value if loose else "")
