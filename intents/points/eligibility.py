"""Whether a table holds on a day, and whether its conditions are met: yes, no, or not known.

A verdict is about the conditions that were found, on what was said. It promises nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bot.sdk import Ages, Check, Condition, Indicator, Paper, PointsTable, Unpublished
from intents.points.answers import OPEN, Answer, Answers, Span, age, exactly, length
from intents.points.scoring import Result, points_of, score


class Force(StrEnum):
    """How a table stands on a day, the best first."""

    IN_FORCE = "in_force"
    TRIAL = "trial"
    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a table holds.

    Attributes:
        force: of the table and of the one it takes over from, the worse.
        until: last day of the one that has run out or will; ``None`` where no end is known.
        notes: what the editors know about it.
    """

    force: Force
    until: date | None = None
    notes: tuple[str, ...] = ()


class Verdict(StrEnum):
    """Whether a condition is met."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What a verdict rests on."""

    SAID = "said"
    COUNTED = "counted"
    NOT_SAID = "not_said"
    NOT_ENOUGH = "not_enough"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one condition.

    Attributes:
        why: what it rests on. ``not_enough``: the figures pass, but do not prove it (a year in all
            is no year without a break). ``open``: each year decides anew, or no source was found.
    """

    condition: Condition
    verdict: Verdict
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """All conditions of a table.

    Attributes:
        verdict: ``no`` when one fails, ``yes`` when all that can be told beforehand hold.
        standing: whether the table itself holds on the reference day.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    standing: Standing

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings with this verdict."""
        return tuple(one for one in self.findings if one.verdict is verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPapers:
    """Which papers are not there yet.

    Attributes:
        needed: for what was said, or always.
        perhaps: for what was not said yet.
        listed: whether the table lists papers at all; else nobody has found the list.
    """

    needed: tuple[Paper, ...]
    perhaps: tuple[Paper, ...]
    listed: bool


def standing(table: PointsTable, day: date) -> Standing:
    """Tell whether a table holds on ``day``; of a table and its base, the worse is told."""
    tables = (table,) if table.base is None else (table, table.base)
    forces = {one.id: _force(one, day) for one in tables}
    order = list(Force)
    worst = max(tables, key=lambda one: order.index(forces[one.id]))
    return Standing(
        force=forces[worst.id],
        until=worst.effect.until,
        notes=tuple(one.effect.note for one in tables if one.effect.note),
    )


def _force(table: PointsTable, day: date) -> Force:
    effect = table.effect
    if effect.until is not None and day > effect.until:
        return Force.LAPSED
    if effect.since is not None and day < effect.since:
        return Force.NOT_YET
    dated = effect.since is not None and effect.until is not None
    # "expired" was true on the day it was written; for a day before the end the dates decide.
    if effect.status == "in_force" or (effect.status == "expired" and dated):
        return Force.TRIAL if effect.trial else Force.IN_FORCE
    return Force.LAPSED if effect.status == "expired" else Force.UNKNOWN


def current(tables: Sequence[PointsTable], day: date) -> PointsTable | None:
    """Return the table to count with on ``day``: the most local one that was not replaced.

    A trial table that has run out is never taken; it is kept to recognise old advice.

    Args:
        tables: for one purpose, the most local first.
        day: reference day.
    """
    usable = [one for one in tables if not (one.effect.trial and _force(one, day) is Force.LAPSED)]
    usable = [one for one in usable if standing(one, day).force is not Force.NOT_YET]
    return usable[0] if usable else None


def cutoff(table: PointsTable, year: int) -> date | None:
    """Return the day up to which years count in ``year``, where the table says one.

    ``08-31`` in a table is 当年8月31日; each year's notice may move it.
    """
    if table.cutoff is None:
        return None
    return date(year, *table.cutoff)


def eligible(
    table: PointsTable, answers: Answers, day: date, *, result: Result | None = None
) -> Eligibility:
    """Judge every condition of a table.

    Args:
        table: for one purpose.
        answers: as for a score; a condition that is asked directly has its answer (``True``: it is
            met) under :func:`own_id`.
        day: reference day.
        result: the score, where it is counted already; a condition may ask for a total.

    Raises:
        AnswerError: an answer does not fit.
    """
    counted = result or score(table, answers, day)
    findings = tuple(_judge(one, table, answers, counted) for one in table.conditions)
    told = [one.verdict for one in findings if one.why is not Why.OPEN]
    verdict = Verdict.UNKNOWN
    if Verdict.NO in told:
        verdict = Verdict.NO
    elif told and all(one is Verdict.YES for one in told):
        verdict = Verdict.YES
    return Eligibility(verdict=verdict, findings=findings, standing=standing(table, day))


def own_id(condition: Condition) -> str:
    """Return the id under which a condition's direct answer stands; never that of an indicator."""
    return f"eligibility.{condition.id}"


def _judge(condition: Condition, table: PointsTable, answers: Answers, result: Result) -> Finding:
    def found(verdict: Verdict, why: Why) -> Finding:
        return Finding(condition=condition, verdict=verdict, why=why)

    if condition.open:
        return found(Verdict.UNKNOWN, Why.OPEN)
    check = condition.check
    passed = None if check is None else _passes(check, table, answers, result)
    if passed is False:
        return found(Verdict.NO, Why.COUNTED)
    if check is not None and not check.necessary:
        # Figures alone decide here; one's own word beside them is never asked for.
        if passed:
            return found(Verdict.YES, Why.COUNTED)
        partly = check.of == "total" or answers.get(check.of) is not None
        return found(Verdict.UNKNOWN, Why.NOT_ENOUGH if partly else Why.NOT_SAID)
    said = answers.get(own_id(condition))
    if isinstance(said, bool):
        return found(Verdict.YES if said else Verdict.NO, Why.SAID)
    return found(Verdict.UNKNOWN, Why.NOT_ENOUGH if passed else Why.NOT_SAID)


def _passes(check: Check, table: PointsTable, answers: Answers, result: Result) -> bool | None:
    """Tell whether an answer passes a check; ``None`` when it cannot be told."""
    said = answers.get(check.of)
    if check.equals is not None:
        return said is check.equals if isinstance(said, bool) else None
    if check.of == "total":
        return _within(check, result.total)
    if said is None:
        return None
    return _within(check, _amount(table.indicator(check.of), said, result.day, check.of))


def _within(check: Check, amount: Span) -> bool | None:
    low, high = amount.low, amount.high
    if check.at_least is not None:
        if high is not None and high < check.at_least:
            return False
        if low is None or low < check.at_least:
            return None
    if check.at_most is not None:
        if low is not None and low > check.at_most:
            return False
        if high is None or high > check.at_most:
            return None
    return True


def _amount(indicator: Indicator | None, said: Answer, day: date, name: str) -> Span:
    """Return a number to check; of several items the shortest and the longest.

    "社会保险满4年" does not say which of the five: all of them pass, none of them fails, some of
    them is for the window to say.
    """
    if indicator is not None and isinstance(indicator.scale, Ages):
        return exactly(age(said, day, name=name))
    items = indicator.items if indicator is not None else ()
    if items and isinstance(said, Mapping):
        lengths = [_length_of(said.get(item), day, name) for item in items]
        highs = [one.high for one in lengths if one.high is not None]
        low = min(one.low or Fraction(0) for one in lengths)
        return Span(low, max(highs) if len(highs) == len(lengths) else None)
    lasting = _length_of(said, day, name)
    # One length for several items holds for one of them at least; for which is not said.
    return Span(Fraction(0), lasting.high) if items else lasting


def _length_of(said: object, day: date, name: str) -> Span:
    if said is None:
        return OPEN
    # What is no length raises there, and names the answer.
    return exactly(length(said, day, None, name=name))  # type: ignore[arg-type]


def missing_papers(
    table: PointsTable, answers: Answers, day: date, *, held: Collection[str] = ()
) -> MissingPapers:
    """Return the papers that are still to be got.

    Args:
        table: for one purpose.
        answers: as for a score; a paper for what counts nothing is not needed.
        day: reference day.
        held: ids of papers that are there.

    Raises:
        AnswerError: an answer does not fit.
    """
    needed: list[Paper] = []
    perhaps: list[Paper] = []
    for paper in table.papers:
        if paper.id in held:
            continue
        spans = [_claimed(table, name, answers, day) for name in paper.needed_for]
        if not paper.needed_for or any(span.low is not None and span.low > 0 for span in spans):
            needed.append(paper)
        elif any(not span.exact for span in spans):
            perhaps.append(paper)
    return MissingPapers(needed=tuple(needed), perhaps=tuple(perhaps), listed=bool(table.papers))


def _claimed(table: PointsTable, name: str, answers: Answers, day: date) -> Span:
    one = table.indicator(name)
    if one is None or isinstance(one.scale, Unpublished):
        return exactly(0)
    return points_of(one, answers.get(name), day)
