"""What the router learns from: phrases, keyword rules and look-alikes per intent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """All phrase sets, and messages that belong to no intent, by kind (far, near, noise …)."""

    sets: Mapping[str, PhraseSet]
    outside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def asks(self) -> dict[str, str]:
        """Return how each intent reads as a choice."""
        return {intent: found.ask for intent, found in self.sets.items()}
