"""Reads a message against the open conversation before it is understood as a new ask."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.domain.replies import Choice
from bot.domain.sessions import Session
from bot.understanding.normalize import normalize
from bot.understanding.rules import WordFinder

_DIGIT = re.compile(
    r"^(?:选|第|选择|回复|我选|就|要|number |option |no )?\s*([1-9])\s*(?:个|号|项|吧|条| please)?$"
)
_ORDINALS = {
    "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "两": 2, "①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5,
}  # fmt: skip
_ORDINAL = re.compile(r"^(?:选|我选|就|要)?第?([一二三四五①②③④⑤])(?:个|号|项|条)?$")
#: What may stand around a follow-up question without making it a new ask.
_AROUND = re.compile(
    r"^(?:那|那么|这个|那个|这|它|请问|我|还|都|然后|就|得|需要|具体|到底|大概|一般|是|说|再问下|"
    r"(?:and|so|ok|okay|then|please|sorry|but|exactly|also|hi|hello)\b ?)+|"
    r"(?:呢|啊|吗|呀|嘛|吧|的|了|哦|咯|一下|告诉我|"
    r" ?\b(?:please|then|for it|for that|for this|there|thanks|thank you|apply|go|it|exactly))+$"
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
        alone: whole messages that ask about a field, in normal form.
        answers: yes, no, skip, resume and restart -> whole messages that mean it, in normal form.
        slots: kind of an answer in a form -> what residents call it.
        wish: matches what only says that somebody wants to fill in a form.
    """

    commands: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[tuple[str, str]] = ()
    alone: Mapping[str, str] = field(default_factory=dict)
    finder: WordFinder = field(default_factory=lambda: WordFinder(()))
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wish: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))

    def means(self, text: str, *names: str) -> bool:
        """Tell whether a whole message is one of these answers to a form."""
        normal = normalize(text)
        return any(normal in self.answers.get(name, ()) for name in names)


def vocabulary(
    commands: Mapping[str, Sequence[str]],
    fields: Mapping[str, Sequence[str]],
    alone: Mapping[str, Sequence[str]] = MappingProxyType({}),
    answers: Mapping[str, Sequence[str]] = MappingProxyType({}),
    slots: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Vocabulary:
    """Build a vocabulary from plain lists; longer questions are tried first."""
    spoken = {normalize(word): name for name, words in commands.items() for word in words}
    asked = [(normalize(word), name) for name, words in fields.items() for word in words]
    return Vocabulary(
        commands=spoken,
        fields=tuple(sorted(asked, key=lambda pair: (-len(pair[0]), pair[0]))),
        alone={normalize(word): name for name, words in alone.items() for word in words},
        finder=WordFinder(question for question, _ in asked),
        answers={name: frozenset(map(normalize, words)) for name, words in answers.items()},
        slots=dict(slots),
        wish=_any_of(answers.get("wish", ())),
    )


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(map(normalize, words), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


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
    lone = words.alone.get(_AROUND.sub("", normal)) or (
        asked if asked and _only_question(normal, words) else ""
    )
    if session.topic and lone:
        return Move(kind=MoveKind.FIELD, target=lone)
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
    if _AROUND.sub("", normal) in words.alone:
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
