"""Reads a message against the open conversation before it is understood as a new ask."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.replies import Choice
from bot.domain.sessions import Session
from bot.understanding.normalize import normalize
from bot.understanding.rules import WordFinder

_DIGIT = re.compile(r"^(?:选|第|选择|回复|我选|就|要)?\s*([1-9])\s*(?:个|号|项|吧|条)?$")
_ORDINALS = {
    "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "两": 2, "①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5,
}  # fmt: skip
_ORDINAL = re.compile(r"^(?:选|我选|就|要)?第?([一二三四五①②③④⑤])(?:个|号|项|条)?$")
#: What may stand around a follow-up question without making it a new ask.
_AROUND = re.compile(
    r"^(?:那|那么|这个|那个|这|它|请问|我|还|都|然后|就|得|需要|具体|到底|大概|一般|是|说|再问下)+|"
    r"(?:呢|啊|吗|呀|嘛|吧|的|了|哦|咯|一下|告诉我)+$"
)


class MoveKind(StrEnum):
    """What a message does to the conversation."""

    ASK = "ask"
    CHOICE = "choice"
    COMMAND = "command"
    FIELD = "field"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A message read against the session.

    Attributes:
        kind: new ask, picked choice, command, follow-up question, or a number nothing was offered
            for.
        target: choice target, command name, or card field.
        focus: card field a new ask is about, for example ``papers`` in 居住证要带什么.
        label: how the picked choice read.
    """

    kind: MoveKind
    target: str = ""
    focus: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words residents use to steer, from ``intents/vocabulary.yaml``.

    Attributes:
        commands: command name -> whole messages that mean it, in normal form.
        fields: card field -> questions about it, in normal form.
    """

    commands: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[tuple[str, str]] = ()
    finder: WordFinder = field(default_factory=lambda: WordFinder(()))


def vocabulary(
    commands: Mapping[str, Sequence[str]], fields: Mapping[str, Sequence[str]]
) -> Vocabulary:
    """Build a vocabulary from plain lists; longer questions are tried first."""
    spoken = {normalize(word): name for name, words in commands.items() for word in words}
    asked = [(normalize(word), name) for name, words in fields.items() for word in words]
    return Vocabulary(
        commands=spoken,
        fields=tuple(sorted(asked, key=lambda pair: (-len(pair[0]), pair[0]))),
        finder=WordFinder(question for question, _ in asked),
    )


def read(text: str, session: Session, words: Vocabulary) -> Move:
    """Read ``text`` against ``session``.

    Args:
        text: the message as written.
        session: conversation so far, already fresh.
        words: steering vocabulary.
    """
    normal = normalize(text)
    number = _number(text.strip(), normal)
    if number:
        if number <= len(session.choices):
            return _picked(session.choices[number - 1])
        return Move(kind=MoveKind.LOST)
    command = words.commands.get(normal)
    if command:
        return Move(kind=MoveKind.COMMAND, target=command)
    for choice in session.choices:
        if normal == normalize(choice.label):
            return _picked(choice)
    asked = _field(normal, words)
    if session.topic and asked and _only_question(normal, words):
        return Move(kind=MoveKind.FIELD, target=asked)
    return Move(kind=MoveKind.ASK, focus=asked)


def _picked(choice: Choice) -> Move:
    return Move(kind=MoveKind.CHOICE, target=choice.target, label=choice.label)


def needs_memory(text: str, words: Vocabulary) -> bool:
    """Tell whether a message means nothing without the conversation before it."""
    normal = normalize(text)
    if _number(text.strip(), normal):
        return True
    if words.commands.get(normal) == "detail":
        return True
    return bool(_field(normal, words)) and _only_question(normal, words)


def _number(text: str, normal: str) -> int:
    found = _DIGIT.match(normal) or _DIGIT.match(text)
    if found:
        return int(found.group(1))
    spelled = _ORDINAL.match(normal) or _ORDINAL.match(text)
    return _ORDINALS[spelled.group(1)] if spelled else 0


def _field(normal: str, words: Vocabulary) -> str:
    """Return the card field a message asks about: that of the longest question in it."""
    found = words.finder.find(normal)
    if not found:
        return ""
    return next(name for question, name in words.fields if question in found)


def _only_question(normal: str, words: Vocabulary) -> bool:
    """Tell whether nothing but a follow-up question and fillers is left."""
    rest = normal
    for question, _ in words.fields:
        if question in rest:
            rest = rest.replace(question, "", 1)
            break
    while True:
        shorter = _AROUND.sub("", rest)
        if shorter == rest:
            return rest == ""
        rest = shorter
