"""What to ask for a table: enough for a form to be made of it, question by question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.sdk import (
    Asked,
    Choices,
    Condition,
    Indicator,
    PointsTable,
    Shared,
    Unpublished,
    Words,
)
from intents.points.eligibility import own_id


class Kind(StrEnum):
    """What answers a question; see :data:`intents.points.answers.Answer` for how it is given."""

    YEARS = "years"
    COUNT = "count"
    HOURS = "hours"
    AGE = "age"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SHARES = "shares"


_KINDS: Mapping[Asked, Kind] = {
    Asked.YEARS: Kind.YEARS,
    Asked.COUNT: Kind.COUNT,
    Asked.HOURS: Kind.HOURS,
    Asked.AGE: Kind.AGE,
    Asked.ENUM: Kind.CHOICE,
    Asked.BOOL: Kind.YES_NO,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form.

    Attributes:
        id: the answer goes under this id.
        text: the question in plain Chinese.
        kind: what answers it.
        choices: what can be chosen, as (value of the answer, how it reads); ``False`` is none.
        items: things asked for one by one, the answer being a mapping of them; empty otherwise.
        by_year: the answer is better given as a mapping of calendar year to number.
        unit: what is counted.
        help: what to know before answering; "" when there is nothing.
        about: ``eligibility``, ``base``, ``bonus``, ``district`` or ``deduction``.
        requires: id of a question that must not be answered with none for this one to matter.
    """

    id: str
    text: str
    kind: Kind
    choices: tuple[tuple[str | bool, str], ...] = ()
    items: tuple[str, ...] = ()
    by_year: bool = False
    unit: str = ""
    help: str = ""
    about: str = "base"
    requires: str = ""


def questions(table: PointsTable, words: Words) -> tuple[Question, ...]:
    """Return all questions of a table: conditions first, then what is counted, deductions last.

    What no answer can change is not asked: indicators without known points, and conditions that
    each year decides anew. An id stands once.

    Args:
        table: for one purpose.
        words: the capability's sentences, for questions the table does not word itself.
    """
    found: dict[str, Question] = {}
    for condition in table.conditions:
        one = _of_condition(condition, table, words)
        if one is not None:
            found.setdefault(one.id, one)
    for indicator in table.indicators:
        if not isinstance(indicator.scale, Unpublished):
            found[indicator.id] = _of_indicator(indicator, words)
    return tuple(found.values())


def choice_questions(
    table: PointsTable, having: Iterable[str], words: Words
) -> tuple[Question, ...]:
    """Return what an applicant may choose between exclusive indicators.

    Args:
        table: for one purpose.
        having: ids of indicators that count points; a group with one of them needs no choice.
        words: the capability's sentences.
    """
    owned = frozenset(having)
    out: list[Question] = []
    for group in table.groups:
        members = [one for one in table.indicators if one.id in group.members and one.id in owned]
        if group.rule != "choice" or len(members) < 2:
            continue
        labels = "、".join(brief(one) for one in members)
        out.append(
            Question(
                id=group.id,
                text=words.many("ask")["choice"].format(labels=labels),
                kind=Kind.CHOICE,
                choices=tuple((one.id, brief(one)) for one in members),
                help=group.note,
            )
        )
    return tuple(out)


def short(label: str, limit: int = 16) -> str:
    """Return a label without what stands in brackets, cut where it is too long for a line.

    >>> short("社会保险（养老、医疗、失业、工伤、生育，逐险种计）")
    '社会保险'
    """
    head = label.partition("（")[0] or label
    return head if len(head) <= limit else f"{head[: limit - 1]}…"


def brief(indicator: Indicator) -> str:
    """Return an indicator's name for a line of a chat."""
    return indicator.brief or short(indicator.label)


def _of_condition(condition: Condition, table: PointsTable, words: Words) -> Question | None:
    if condition.open:
        return None
    name = own_id(condition)
    check = condition.check
    if check is not None and not check.necessary:
        if check.of == "total" or table.indicator(check.of) is not None:
            return None
        name = check.of
    text = condition.ask or words.many("ask")["condition"].format(text=condition.text)
    return Question(id=name, text=text, kind=Kind.YES_NO, help=condition.help, about="eligibility")


def _of_indicator(indicator: Indicator, words: Words) -> Question:
    sentences = words.many("ask")
    text = indicator.ask or sentences[indicator.asked.value].format(
        label=indicator.label, unit=indicator.unit
    )
    kind = Kind.SHARES if isinstance(indicator.scale, Shared) else _KINDS[indicator.asked]
    return Question(
        id=indicator.id,
        text=text,
        kind=kind,
        choices=_choices(indicator, words),
        items=indicator.items,
        by_year=indicator.per_year_cap is not None,
        unit=indicator.unit,
        help=_help(indicator, words),
        about=indicator.group,
        requires=indicator.requires,
    )


def _choices(indicator: Indicator, words: Words) -> tuple[tuple[str | bool, str], ...]:
    scale = indicator.scale
    if not isinstance(scale, Choices):
        return ()
    named = [(name, name) for name in (*scale.points, *scale.unlisted)]
    return (*named, (False, words.say("none_choice")))


def _help(indicator: Indicator, words: Words) -> str:
    sentences = words.many("ask_help")
    parts = [indicator.help]
    if indicator.window and indicator.window not in (indicator.ask + indicator.help):
        parts.append(sentences["window"].format(window=indicator.window))
    if indicator.asked is not Asked.AGE:
        parts.append(sentences["none"])
    return "".join(part for part in parts if part)
