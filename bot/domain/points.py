"""Points tables (积分表): what is counted, how, for whom, and since when.

Data only. How a table is read from a content pack is ``bot.packs.tables``; how a score is made of
it is the points capability's. Points are :class:`fractions.Fraction`, so that a third of a patent
and a day of a year stay exact until they are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bot.domain.cards import Passport


class Asked(StrEnum):
    """What kind of answer an indicator wants."""

    YEARS = "years"
    COUNT = "count"
    HOURS = "hours"
    AGE = "age"
    ENUM = "enum"
    BOOL = "bool"


class Partial(StrEnum):
    """What a part of a year counts: nothing, its days out of 365, or its whole months."""

    FLOOR = "floor"
    DAY = "prorate_day"
    MONTH = "prorate_month"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnit:
    """So many points for each full ``size`` of units.

    Attributes:
        points: points for one unit; below zero for a deduction.
        size: units it takes, for example 50 hours.
        now: points for being in it at present, before any unit is full.
        cap_extra: most points the units may add to ``now``.
    """

    points: Fraction
    size: Fraction = Fraction(1)
    now: Fraction = Fraction(0)
    cap_extra: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAndMore:
    """Points for the first, and fewer for each one after it."""

    first: Fraction
    more: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Points for a yes."""

    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Points for each thing, divided by the number of people who made it."""

    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Points by choice; only one counts.

    Attributes:
        points: choice -> points, as the table lists them.
        unlisted: choices that exist while the copy at hand does not say what they count.
    """

    points: Mapping[str, Fraction]
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBand:
    """Points for an age in full years.

    Attributes:
        start: first age of the band.
        end: last age, or ``None`` for open.
        points: points at ``start``; where ``less`` is set, one year before ``start``.
        less: points taken off for each year from ``start`` on, ``start`` included.
        least: the fewest points of the band.
    """

    start: int
    end: int | None
    points: Fraction
    less: Fraction = Fraction(0)
    least: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Points by age; an age outside all bands counts nothing."""

    bands: tuple[AgeBand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """The table counts this, but nobody has found how much."""


Scale = PerUnit | FirstAndMore | Fixed | Shared | Choices | Ages | Unpublished


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One thing that is counted (指标).

    Attributes:
        id: answers are given under this id.
        group: ``base``, ``bonus``, ``district`` or ``deduction``.
        label: its name in the table.
        brief: a short name for a line of a chat; "" where the label is short enough.
        asked: kind of answer.
        scale: how points come of it.
        unit: what is counted, for people.
        partial: what a part of a year counts.
        items: each counted by itself, for example the five insurances.
        window: the time that counts, as the table says it; "" when any time does.
        window_years: the same as a number of years back from the reference day.
        per_year_cap: most points for one calendar year.
        cap: most points altogether; ``None`` where the source states none.
        requires: id of an indicator without which this one counts nothing.
        applies_to: purposes it counts for; empty means all of the table.
        confidence: ``high``, ``medium`` or ``low``.
        note: what the table or its sources add.
        ask: how a person is asked; "" leaves it to the set sentences.
        help: what to know before answering.
    """

    id: str
    group: str
    label: str
    asked: Asked
    scale: Scale
    brief: str = ""
    unit: str = ""
    partial: Partial = Partial.FLOOR
    items: tuple[str, ...] = ()
    window: str = ""
    window_years: int | None = None
    per_year_cap: Fraction | None = None
    cap: Fraction | None = None
    requires: str = ""
    applies_to: tuple[str, ...] = ()
    confidence: str = "medium"
    note: str = ""
    ask: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How a condition is read off an answer that is given anyway.

    Attributes:
        of: id of the answer, or ``total``.
        at_least: smallest number that satisfies.
        at_most: largest number that satisfies.
        equals: the yes or no that satisfies.
        necessary: passing is not enough, failing decides: having a permit for a year says nothing
            about having it without a break.
    """

    of: str
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    equals: bool | None = None
    necessary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something an applicant must fulfil; counts no points.

    Attributes:
        check: how it is read off other answers; ``None`` asks for it directly.
        open: nobody can tell beforehand (this year's line), or no source was found for it.
    """

    id: str
    text: str
    check: Check | None = None
    open: bool = False
    applies_to: tuple[str, ...] = ()
    confidence: str = "medium"
    ask: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGroup:
    """Indicators of which only one counts (互斥组).

    Attributes:
        rule: ``max``, the system takes the highest; ``choice``, the applicant says which.
    """

    id: str
    members: tuple[str, ...]
    rule: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to bring.

    Attributes:
        needed_for: ids of indicators; empty means always.
    """

    id: str
    text: str
    needed_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """When a table holds.

    Attributes:
        since: first day; ``None`` when unknown.
        until: last day.
        status: ``in_force``, ``expired``, ``unknown`` or "", as the editor found it.
        trial: it was issued for trial (试行).
        note: what is known about its validity.
    """

    since: date | None = None
    until: date | None = None
    status: str = ""
    trial: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTable:
    """A points table of one place, layers merged.

    Attributes:
        purposes: ``school`` (积分入学), ``hukou`` (积分入户), ``housing`` (公租房).
        district: district it is for; "" for a whole city.
        group_caps: most points of a whole group, for example ``district``.
        floor: smallest total; ``None`` for no bound.
        cutoff: month and day up to which years are counted, as ``(8, 31)``, where it is known.
        unscored: what is counted somewhere while its points were not found, as text.
        unknowns: what the editor could not find.
        uses: id of the table whose indicators this one takes over.
        base: that table.
    """

    id: str
    title: str
    purposes: tuple[str, ...]
    passport: Passport
    version: str = ""
    district: str = ""
    effect: Effect = Effect()
    indicators: tuple[Indicator, ...] = ()
    groups: tuple[ExclusiveGroup, ...] = ()
    group_caps: Mapping[str, Fraction] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    papers: tuple[Paper, ...] = ()
    floor: Fraction | None = None
    cutoff: tuple[int, int] | None = None
    unscored: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    uses: str = ""
    base: "PointsTable | None" = None

    def indicator(self, name: str) -> Indicator | None:
        """Return the indicator called ``name``, or nothing."""
        return next((one for one in self.indicators if one.id == name), None)

    def narrowed(self, purpose: str) -> "PointsTable":
        """Return the same table for one purpose: what does not apply to it is left out.

        Raises:
            ValueError: the table is not for that purpose.
        """
        if purpose not in self.purposes:
            raise ValueError(f"{self.id} is for {', '.join(self.purposes)}, not for {purpose}")
        return replace(
            self,
            purposes=(purpose,),
            indicators=tuple(
                one for one in self.indicators if not one.applies_to or purpose in one.applies_to
            ),
            conditions=tuple(
                one for one in self.conditions if not one.applies_to or purpose in one.applies_to
            ),
        )

    def on(self, base: "PointsTable") -> "PointsTable":
        """Return this table with what it takes over from ``base``; its own entries win by id."""
        own = {one.id for one in self.indicators}
        held = {one.id for one in self.conditions}
        return replace(
            self,
            base=base,
            indicators=(*(one for one in base.indicators if one.id not in own), *self.indicators),
            groups=(*base.groups, *self.groups),
            group_caps={**base.group_caps, **self.group_caps},
            conditions=(*(one for one in base.conditions if one.id not in held), *self.conditions),
            papers=(*base.papers, *self.papers),
            floor=base.floor if self.floor is None else self.floor,
            cutoff=self.cutoff or base.cutoff,
            unscored=(*base.unscored, *self.unscored),
        )
