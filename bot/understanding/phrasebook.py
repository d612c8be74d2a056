"""What the router learns from: phrases, keyword rules and look-alikes per intent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A keyword rule: every group of ``all`` must be found, nothing of ``none`` may be.

    Attributes:
        intent: id the rule speaks for.
        all: groups of alternatives, in normal form.
        none: words that silence the rule.
        score: how much the rule is worth on its own, 0..1.
        safety: the rule belongs to the crisis check.
    """

    intent: str
    all: tuple[tuple[str, ...], ...]
    none: tuple[str, ...] = ()
    score: float = 0.9
    safety: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseSet:
    """What residents say for one intent, by style (plain, indirect, dialect …)."""

    intent: str
    ask: str
    phrases: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...] = ()
    look_alikes: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """Yield every phrase, style by style."""
        for lines in self.phrases.values():
            yield from lines


class Expected(StrEnum):
    """What a trial message is there for."""

    ASK = "ask"
    OUTSIDE = "outside"
    CRISIS = "crisis"
    LOOK_ALIKE = "look_alike"
    TWO_ASKS = "two_asks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMessage:
    """A message by another author than the phrases': trust is learned from it, wording is not.

    Attributes:
        text: as written.
        expected: what it is there for.
        intents: ids that are right: any of them, or for two asks both; none when it is no ask.
        style: in which style it is written, or the kind of an outside message.
    """

    text: str
    expected: Expected
    intents: tuple[str, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """All phrase sets, messages that belong to no intent by kind, and the trial messages."""

    sets: Mapping[str, PhraseSet]
    outside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trial: tuple[TrialMessage, ...] = ()

    @property
    def asks(self) -> dict[str, str]:
        """Return how each intent reads as a choice."""
        return {intent: found.ask for intent, found in self.sets.items()}
