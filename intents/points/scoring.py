"""The arithmetic of a points table: exact, item by item, and honest about what is not known.

Nothing here rounds. The tables state no rounding; a figure is rounded where it is shown, and then
says so. Every figure is a span: what a resident has not said stays open in the total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.sdk import (
    Ages,
    Asked,
    Choices,
    FirstAndMore,
    Fixed,
    Indicator,
    PerUnit,
    PointsTable,
    Shared,
    Unpublished,
)
from intents.points.answers import (
    ZERO,
    Answer,
    AnswerError,
    Answers,
    Span,
    age,
    by_year,
    exactly,
    number,
    units,
)

_NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One indicator of a result.

    Attributes:
        indicator: as the table has it.
        answer: what was said; ``None`` when nothing was.
        points: what it makes by itself.
        counted: whether it is in the total; ``False`` where another one of its group counts
            instead, ``None`` where that is still open.
        settled: the answer leaves nothing open about this indicator.
    """

    indicator: Indicator
    answer: Answer | None
    points: Span
    counted: bool | None = True
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A score. It never says whether it is enough: that depends on each year's line.

    Attributes:
        table: what was counted with.
        day: reference day; ages and windows end here.
        items: every indicator that can be counted, in the table's order.
        parts: what makes the total: ids of items, of exclusive groups, and ``district``.
        total: lowest and highest total; the same where everything is known.
        missing: ids whose answers would narrow the total.
        unscored: what counts somewhere while its points were not found; not in the total.
    """

    table: PointsTable
    day: date
    items: tuple[Item, ...]
    parts: Mapping[str, Span]
    total: Span
    missing: tuple[str, ...]
    unscored: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Tell whether all that the table counts was said."""
        return self.total.exact and not self.missing

    @property
    def doubtful(self) -> tuple[Item, ...]:
        """Return the items in the total whose source is not of the best."""
        return tuple(
            item
            for item in self.items
            if item.counted is not False
            and item.points != ZERO
            and item.indicator.confidence != "high"
        )

    def item(self, name: str) -> Item | None:
        """Return the item of an indicator, or nothing."""
        return next((one for one in self.items if one.indicator.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changes when answers change.

    Attributes:
        gain: points gained, below zero when lost; ``None`` where it depends on what is not known.
    """

    before: Result
    after: Result
    gain: Fraction | None


def score(table: PointsTable, answers: Answers, day: date) -> Result:
    """Count a table for one purpose.

    Args:
        table: narrowed to one purpose, as a pack gives it.
        answers: by id; what is missing or ``None`` is unknown. A choice between exclusive
            indicators stands under the group's id.
        day: reference day. Ages are full years on it, windows end on it.

    Raises:
        AnswerError: an answer does not fit its indicator.
        ValueError: the table is for several purposes; deductions differ between them.
    """
    if len(table.purposes) != 1:
        raise ValueError(f"{table.id}: narrow the table to one purpose first")
    own = {
        one.id: points_of(one, answers.get(one.id), day)
        for one in table.indicators
        if not isinstance(one.scale, Unpublished)
    }
    spans = {name: _with_required(table, name, own) for name in own}
    items = [
        Item(
            indicator=one,
            answer=answers.get(one.id),
            points=spans[one.id],
            settled=own[one.id].exact,
        )
        for one in table.indicators
        if one.id in spans
    ]
    parts, counted = _grouped(table, answers, spans)
    parts = _capped(table, parts)
    items = [
        Item(
            indicator=item.indicator,
            answer=item.answer,
            points=item.points,
            counted=counted.get(item.indicator.id, True),
            settled=item.settled,
        )
        for item in items
    ]
    return Result(
        table=table,
        day=day,
        items=tuple(items),
        parts=parts,
        total=_sum(parts.values()).at_least(table.floor),
        missing=tuple(_missing(table, items, parts)),
        unscored=tuple(_unscored(table, items)),
    )


def what_if(table: PointsTable, answers: Answers, changes: Answers, day: date) -> Comparison:
    """Compare a score with the one after ``changes``; both are counted anew.

    Raises:
        AnswerError: an answer does not fit its indicator.
    """
    before = score(table, answers, day)
    after = score(table, {**answers, **changes}, day)
    return Comparison(before=before, after=after, gain=_gain(before, after))


def nothing_else(table: PointsTable, answers: Answers) -> dict[str, Answer]:
    """Return the answers after "其他的都没有": what was not said becomes none.

    An age stays open: everybody has one.
    """
    none: dict[str, Answer] = {
        one.id: False for one in table.indicators if one.asked is not Asked.AGE
    }
    return {**none, **{name: said for name, said in answers.items() if said is not None}}


def points_of(indicator: Indicator, answer: Answer | None, day: date) -> Span:
    """Return what an indicator makes by itself, its own caps applied.

    Raises:
        AnswerError: the answer does not fit.
    """
    if answer is None:
        return _bounds(indicator)
    scale = indicator.scale
    if isinstance(scale, PerUnit):
        found = _per_unit(indicator, scale, answer, day)
    elif isinstance(scale, FirstAndMore):
        count = number(answer, name=indicator.id) // 1
        found = exactly(scale.first + (count - 1) * scale.more) if count else ZERO
    elif isinstance(scale, Fixed):
        if not isinstance(answer, bool):
            raise AnswerError(indicator.id, "True or False", answer)
        found = exactly(scale.points) if answer else ZERO
    elif isinstance(scale, Shared):
        found = _shared(indicator, scale, answer)
    elif isinstance(scale, Choices):
        found = _chosen(indicator, scale, answer)
    elif isinstance(scale, Ages):
        found = exactly(_by_age(scale, age(answer, day, name=indicator.id)))
    else:
        found = ZERO
    return found.at_most(indicator.cap)


def _bounds(indicator: Indicator) -> Span:
    """Return what an indicator may make when nothing was said."""
    scale = indicator.scale
    highest: Fraction | None = None
    if isinstance(scale, PerUnit):
        if scale.points < 0:
            return Span(None, _NONE)
        if scale.cap_extra is not None:
            highest = scale.now + scale.cap_extra
        elif indicator.per_year_cap is not None and indicator.window_years is not None:
            highest = indicator.per_year_cap * indicator.window_years
        elif indicator.window_years is not None and indicator.asked is Asked.YEARS:
            kinds = len(indicator.items) or 1
            highest = scale.points * indicator.window_years * kinds
    elif isinstance(scale, Fixed):
        return Span(min(_NONE, scale.points), max(_NONE, scale.points))
    elif isinstance(scale, Choices):
        highest = max(scale.points.values())
    elif isinstance(scale, Ages):
        highest = max(band.points for band in scale.bands)
    return Span(_NONE, highest).at_most(indicator.cap)


def _per_unit(indicator: Indicator, scale: PerUnit, answer: Answer, day: date) -> Span:
    if scale.now and isinstance(answer, bool):
        # "Yes, at present" without how long; "no" is not the same as less than a year.
        most = None if scale.cap_extra is None else scale.now + scale.cap_extra
        return Span(scale.now, most) if answer else ZERO
    if isinstance(answer, Mapping) and not indicator.items:
        most_a_year = indicator.per_year_cap
        years = [
            exactly(_steps(indicator, scale, count) * scale.points).at_most(most_a_year)
            for count in by_year(indicator, answer, day)
        ]
        return _sum(years)
    counted = units(indicator, answer, day)
    if indicator.per_year_cap is not None and counted.low is not None:
        return _spread(indicator, scale, counted.low)
    low = None if counted.low is None else _steps(indicator, scale, counted.low) * scale.points
    high = None if counted.high is None else _steps(indicator, scale, counted.high) * scale.points
    extra = Span(low, high).at_most(scale.cap_extra)
    return exactly(scale.now) + extra


def _steps(indicator: Indicator, scale: PerUnit, count: Fraction) -> Fraction:
    """Return how many full sizes there are; a part of a year was already settled by the table."""
    steps = count / scale.size
    return steps if indicator.asked is Asked.YEARS else Fraction(steps // 1)


def _spread(indicator: Indicator, scale: PerUnit, count: Fraction) -> Span:
    """Return what a sum over several years makes when each year is capped.

    How it lies over the years is not known: all in one year makes least, evenly most; spread
    thinly enough, no year reaches one full size.
    """
    cap = indicator.per_year_cap or _NONE
    years = indicator.window_years or 1
    if years == 1:
        return exactly(_steps(indicator, scale, count) * scale.points).at_most(cap)
    thin = count < scale.size * years
    low = _NONE if thin else min(cap, scale.points)
    high = min(cap * years, _steps(indicator, scale, count) * scale.points)
    return Span(min(low, high), high)


def _shared(indicator: Indicator, scale: Shared, answer: Answer) -> Span:
    if isinstance(answer, tuple):
        if any(isinstance(people, bool) or people < 1 for people in answer):
            raise AnswerError(indicator.id, "the number of people for each", answer)
        return exactly(sum((scale.points / people for people in answer), start=_NONE))
    count = number(answer, name=indicator.id) // 1
    return Span(_NONE, scale.points * count)


def _chosen(indicator: Indicator, scale: Choices, answer: Answer) -> Span:
    if answer is False or (isinstance(answer, str) and answer in scale.unlisted):
        return ZERO
    if not isinstance(answer, str) or answer not in scale.points:
        known = "、".join((*scale.points, *scale.unlisted))
        raise AnswerError(indicator.id, f"one of {known}, or False for none", answer)
    return exactly(scale.points[answer])


def _by_age(scale: Ages, years: Fraction) -> Fraction:
    for band in scale.bands:
        if years >= band.start and (band.end is None or years <= band.end):
            if not band.less:
                return band.points
            return max(band.least, band.points - band.less * (years - band.start + 1))
    return _NONE


def _with_required(table: PointsTable, name: str, own: Mapping[str, Span]) -> Span:
    """Return an item's points given the indicator it needs beside it."""
    one = table.indicator(name)
    span = own[name]
    if one is None or one.requires not in own:
        return span
    needed = own[one.requires]
    if needed.high == 0:
        return ZERO
    if needed.low is not None and needed.low > 0:
        return span
    return Span(_NONE, span.high)


def _grouped(
    table: PointsTable, answers: Answers, spans: Mapping[str, Span]
) -> tuple[dict[str, Span], dict[str, bool | None]]:
    """Return the parts of the total, and of group members whether they count."""
    parts = dict(spans)
    counted: dict[str, bool | None] = {}
    for group in table.groups:
        members = {name: parts.pop(name) for name in group.members if name in parts}
        if not members:
            continue
        chosen = answers.get(group.id)
        if chosen is not None and group.rule == "choice":
            if not isinstance(chosen, str) or chosen not in members:
                raise AnswerError(group.id, f"one of {', '.join(members)}", chosen)
            parts[group.id] = members[chosen]
            counted.update({name: name == chosen for name in members})
            continue
        # Without a word of the applicant the higher one counts: nobody would choose the lower.
        parts[group.id] = _highest(members.values())
        counted.update(_winners(members))
    return parts, counted


def _highest(spans: Iterable[Span]) -> Span:
    found = tuple(spans)
    lows = [span.low for span in found if span.low is not None]
    highs = [span.high for span in found if span.high is not None]
    return Span(max(lows, default=None), max(highs) if len(highs) == len(found) else None)


def _winners(members: Mapping[str, Span]) -> dict[str, bool | None]:
    for name, span in members.items():
        others = [other for key, other in members.items() if key != name]
        if span.low is not None and all(
            other.high is not None and other.high <= span.low for other in others
        ):
            return {key: key == name for key in members}
    return dict.fromkeys(members)


def _capped(table: PointsTable, parts: Mapping[str, Span]) -> dict[str, Span]:
    """Return the parts with those of a capped group made into one, under the group's name."""
    out = dict(parts)
    for group, cap in table.group_caps.items():
        names = [one.id for one in table.indicators if one.group == group and one.id in out]
        if names:
            out[group] = _sum(out.pop(name) for name in names).at_most(cap)
    return out


def _sum(spans: Iterable[Span]) -> Span:
    return sum(spans, start=ZERO)


def _part(table: PointsTable, indicator: Indicator) -> str:
    """Return the part of the total an indicator stands in."""
    groups = (group.id for group in table.groups if indicator.id in group.members)
    default = indicator.group if indicator.group in table.group_caps else indicator.id
    return next(groups, default)


def _missing(table: PointsTable, items: Iterable[Item], parts: Mapping[str, Span]) -> Iterable[str]:
    for item in items:
        if item.settled or item.points.exact:
            continue
        if not parts[_part(table, item.indicator)].exact:
            yield item.indicator.id


def _unscored(table: PointsTable, items: Iterable[Item]) -> Iterable[str]:
    unpublished = (one for one in table.indicators if isinstance(one.scale, Unpublished))
    yield from (one.brief or one.label for one in unpublished)
    for item in items:
        scale = item.indicator.scale
        if isinstance(scale, Choices) and item.answer in scale.unlisted:
            yield f"{item.indicator.label}（{item.answer}）"
    yield from table.unscored


def _gain(before: Result, after: Result) -> Fraction | None:
    """Return the difference where it does not depend on what is unknown."""
    if before.total.low is not None and after.total.low is not None:
        if before.total.exact and after.total.exact:
            return after.total.low - before.total.low
        if _floored(before) or _floored(after):
            return None
    gain = _NONE
    for name, span in after.parts.items():
        old = before.parts[name]
        if old == span:
            continue
        if span.low is None or old.low is None or not (span.exact and old.exact):
            return None
        gain += span.low - old.low
    return gain


def _floored(result: Result) -> bool:
    """Tell whether the smallest total may press on the sum."""
    low = _sum(result.parts.values()).low
    return result.table.floor is not None and (low is None or low < result.table.floor)
