"""A score in plain words: the total, what made it, what is missing, and what it is worth.

The only place that rounds: to two places, half up, with 约 before it. It never says whether a score
is enough.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.sdk import (
    Ages,
    Choices,
    FirstAndMore,
    Fixed,
    Indicator,
    PerUnit,
    PointsTable,
    Shared,
    Words,
    pieces,
)
from intents.points.answers import Answer, Lasting, Period, Span
from intents.points.eligibility import Eligibility, Finding, MissingPapers, Standing, standing
from intents.points.questions import brief, short
from intents.points.scoring import Item, Result

#: Most characters of a first reply, its small line included (VOICE.md, 8).
SAY_CHARS = 600
#: Most characters of one piece of 详细.
PIECE_CHARS = 500
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A result as it is told.

    Attributes:
        text: the first reply, without the small line.
        rest: what 详细 gives, in pieces.
        passport: the small line: basis, reference day, month of the last check.
    """

    text: str
    rest: tuple[str, ...]
    passport: str


def say_score(result: Result, words: Words, *, room: int = SAY_CHARS) -> Said:
    """Tell a score.

    Args:
        result: what was counted.
        words: the capability's sentences.
        room: most characters of text and small line together; what does not fit is told later.
    """
    force = standing(result.table, result.day)
    passport = _passport(result, words)
    first = _total(result, words)
    closing = [*_caveats(result, words), _force(force, words), words.say("score_promise")]
    room -= len(passport) + 1 + len(first) + 1 + sum(len(line) + 1 for line in closing)
    lines = _items(result, words, room)
    rest = [
        *(_explained(item, words) for item in _told(result)),
        *_background(result, words),
    ]
    return Said(
        text="\n".join([first, *lines, *closing]),
        rest=pieces(rest, PIECE_CHARS),
        passport=passport,
    )


def say_eligibility(found: Eligibility, words: Words) -> str:
    """Tell the verdict on each condition: what fails first, then what is open, then what holds.

    The last lines say whether the table holds, and who decides in the end.
    """
    sentences = words.many("eligible")
    if not found.findings:
        return "\n".join([sentences["none"], _force(found.standing, words)])
    lines = [sentences[found.verdict.value]]
    order = {"no": 0, "unknown": 1, "yes": 2}
    found_first = sorted(found.findings, key=lambda one: order[one.verdict.value])
    lines += [_finding(one, sentences) for one in found_first]
    return "\n".join([*lines, _force(found.standing, words), sentences["decides"]])


def say_papers(found: MissingPapers, words: Words) -> str:
    """Tell which papers are still to be got."""
    if not found.listed:
        return words.say("papers_unknown")
    lines: list[str] = []
    for name, papers in (("papers_needed", found.needed), ("papers_perhaps", found.perhaps)):
        if papers:
            lines.append(words.say(name))
            lines += [words.say("paper_line", text=paper.text) for paper in papers]
    return "\n".join(lines) or words.say("papers_none")


def figure(value: Fraction, rounding: str = ROUND_HALF_UP) -> str:
    """Return points as digits, rounded to two places where they are not exact.

    Args:
        value: points.
        rounding: half up; a bound is rounded outwards, so that a range never says too little.

    >>> figure(Fraction(149)), figure(Fraction(20, 3)), figure(Fraction(5, 2))
    ('149', '6.67', '2.5')
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal('0.01'), rounding=rounding):f}"
    return text.rstrip("0").rstrip(".")


def points_said(span: Span, words: Words) -> str:
    """Return points as they are told; open bounds are said, rounded ones have 约 before them."""
    if span.low is not None and span.low == span.high:
        return _one(span.low, words)
    if span.low is None:
        return words.say("score_up_to", high=figure(span.high or Fraction(0), ROUND_CEILING))
    low = figure(span.low, ROUND_FLOOR)
    if span.high is None:
        return words.say("score_from", low=low)
    return words.say("score_between", low=low, high=figure(span.high, ROUND_CEILING))


def _one(value: Fraction, words: Words) -> str:
    text = figure(value)
    return text if Fraction(text) == value else words.say("score_about", points=text)


def _total(result: Result, words: Words) -> str:
    total = result.total
    if all(item.answer is None for item in result.items):
        return words.say("score_nothing")
    if total.exact:
        return words.say("score_total", total=points_said(total, words))
    if total.low is None:
        if total.high is None:
            return words.say("score_nothing")
        return words.say("score_less", high=figure(total.high, ROUND_CEILING))
    if total.high is None:
        if result.table.floor is not None and any(
            span.low is None for span in result.parts.values()
        ):
            # The floor is all that is sure: nothing said about deductions may leave nothing.
            return words.say("score_nothing")
        return words.say("score_open", low=_one(total.low, words))
    low, high = figure(total.low, ROUND_FLOOR), figure(total.high, ROUND_CEILING)
    return words.say("score_range", low=low, high=high)


def _told(result: Result) -> list[Item]:
    """Return the items worth a line, the weightiest first: said ones that make points."""
    items = [item for item in result.items if item.answer is not None and _weight(item)]
    return sorted(items, key=_weight, reverse=True)


def _weight(item: Item) -> Fraction:
    span = item.points
    bound = span.low if span.low is not None and (span.low or span.high is None) else span.high
    return abs(bound or Fraction(0))


def _items(result: Result, words: Words, room: int) -> list[str]:
    lines: list[str] = []
    told = _told(result)
    spare = len(words.say("score_more", count=len(told))) + 1
    for at, item in enumerate(told):
        label = brief(item.indicator)
        line = words.say("score_item", label=label, points=points_said(item.points, words))
        if item.counted is False:
            line = words.say("score_beaten", label=label)
        left = spare if at < len(told) - 1 else 0
        if len(line) + 1 + left > room:
            if spare <= room:
                lines.append(words.say("score_more", count=len(told) - at))
            break
        room -= len(line) + 1
        lines.append(line)
    return lines


def _caveats(result: Result, words: Words) -> list[str]:
    lines: list[str] = []
    if result.missing:
        lines.append(_missing(result, words))
    if result.unscored:
        labels = "、".join(short(label) for label in result.unscored[:_MOST_NAMED])
        lines.append(words.say("score_unscored", labels=labels))
    said = [item for item in result.doubtful if item.answer is not None]
    if said:
        lines.append(words.say("score_doubtful", count=len(said)))
    return lines


def _missing(result: Result, words: Words) -> str:
    names = [brief(one) for one in result.table.indicators if one.id in result.missing]
    labels = "、".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        return words.say("score_missing_more", labels=labels, count=len(names))
    return words.say("score_missing", labels=labels)


def _force(force: Standing, words: Words) -> str:
    sentences = words.many("force")
    name = force.force.value
    dated = f"{name}_until"
    if force.until is not None and dated in sentences:
        return sentences[dated].format(until=force.until)
    return sentences[name]


def _passport(result: Result, words: Words) -> str:
    tables = [one for one in (result.table.base, result.table) if one is not None]
    checked = min(one.passport.as_of for one in tables)
    basis = " · ".join(_basis(one.title) for one in tables)
    return words.say("score_passport", basis=basis, day=result.day, checked=f"{checked:%Y-%m}")


def _basis(title: str) -> str:
    return title if len(title) <= 40 else f"{title[:39]}…"


def _explained(item: Item, words: Words) -> str:
    """Return one item with what was said, how it is counted and what to beware of."""
    one = item.indicator
    sentences = words.many("how")
    said = sentences["unsaid"]
    if item.answer is not None:
        said = sentences["said"].format(said=answer_said(one, item.answer, words))
    parts = [said, *_how(one, words)]
    if one.confidence != "high":
        parts.append(sentences["doubtful"])
    if one.note:
        parts.append(one.note)
    label = one.brief or short(one.label, 30)
    head = words.say("score_item", label=label, points=points_said(item.points, words))
    if item.counted is False:
        head = words.say("score_beaten", label=label)
    return f"{head}\n{'；'.join(parts)}"


def _how(one: Indicator, words: Words) -> Iterable[str]:
    sentences = words.many("how")
    yield _scale(one, words)
    if one.items:
        yield sentences["items"]
    if one.per_year_cap is not None:
        yield sentences["per_year_cap"].format(cap=figure(one.per_year_cap))
    if one.cap is not None and not isinstance(one.scale, Fixed):
        yield sentences["cap"].format(cap=figure(one.cap))
    if one.window:
        yield sentences["window"].format(window=one.window)


def _scale(one: Indicator, words: Words) -> str:
    sentences = words.many("how")
    scale = one.scale
    if isinstance(scale, PerUnit):
        if scale.now:
            return sentences["now"].format(now=figure(scale.now), points=figure(scale.points))
        return sentences["per_unit"].format(
            size=figure(scale.size), unit=_unit(one, words), points=figure(scale.points)
        )
    if isinstance(scale, FirstAndMore):
        return sentences["first"].format(first=figure(scale.first), more=figure(scale.more))
    if isinstance(scale, Fixed):
        return sentences["fixed"].format(points=figure(scale.points))
    if isinstance(scale, Shared):
        return sentences["shared"].format(points=figure(scale.points))
    if isinstance(scale, Choices):
        return sentences["choices"]
    return sentences["ages"] if isinstance(scale, Ages) else ""


def answer_said(one: Indicator, answer: Answer, words: Words) -> str:
    """Return an answer as it is read back."""
    sentences = words.many("said")
    if isinstance(answer, bool):
        return sentences["yes" if answer else "no"]
    if isinstance(answer, Lasting):
        parts = (("years", "year"), ("months", "month"), ("days", "day"))
        found = [f"{getattr(answer, name)}{sentences[unit]}" for name, unit in parts]
        told = [text for text in found if not text.startswith("0")]
        return "".join(told) or found[0]
    if isinstance(answer, Period):
        name = "since" if answer.end is None else "span"
        return sentences[name].format(start=answer.start, end=answer.end)
    if isinstance(answer, tuple):
        people = "、".join(map(str, answer))
        return sentences["people"].format(count=len(answer), people=people)
    if isinstance(answer, Mapping):
        return "、".join(
            sentences["pair"].format(name=name, value=answer_said(one, value, words))
            for name, value in answer.items()
            if value is not None
        )
    if isinstance(answer, str | date):
        return str(answer)
    return f"{figure(Fraction(answer))}{_unit(one, words)}"


def _unit(one: Indicator, words: Words) -> str:
    return one.unit.partition("/")[0] or words.many("units").get(one.asked.value, "")


def _background(result: Result, words: Words) -> list[str]:
    lines: list[str] = []
    zero = [
        brief(item.indicator)
        for item in result.items
        if item.answer is not None and item.points == Span(Fraction(0), Fraction(0))
    ]
    if zero:
        lines.append(words.say("score_item_zero", labels="、".join(zero)))
    unknowns = _unique(result.table.unknowns, result.table.base)
    if unknowns:
        lines.append(words.say("unknowns", labels="、".join(unknowns)))
    return lines


def _unique(own: Sequence[str], base: PointsTable | None) -> list[str]:
    return list(dict.fromkeys([*own, *(base.unknowns if base else ())]))


def _finding(one: Finding, sentences: Mapping[str, str]) -> str:
    line = sentences[f"verdict_{one.verdict.value}"].format(text=one.condition.text)
    why = sentences.get(one.why.value)
    return f"{line}（{why}）" if why else line
