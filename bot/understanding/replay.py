"""Asks two routers the same messages and tells where they differ, before something is changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.router import Router, Understanding

#: Phrases asked of each intent.
PER_INTENT = 6
#: Phrases asked that are most like each one that is added.
NEAREST = 20
#: A phrase shorter than this stays whole: without a character it would be another word.
LEAST_CHARS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a router makes of a message.

    Attributes:
        decision: ``answer``, ``clarify`` or ``fallback``.
        intents: what it answers, or would offer.
    """

    decision: str
    intents: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as one word or two, for people."""
        return f"{self.decision} {'+'.join(self.intents)}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message to ask.

    Attributes:
        text: as it is asked.
        intent: what it means, "" where nobody knows.
        count: how many messages it stands for.
    """

    text: str
    intent: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A message that would end differently.

    Attributes:
        asked: the message.
        before: how it ends now.
        after: how it would end.
    """

    asked: Asked
    before: Outcome
    after: Outcome

    @property
    def lost(self) -> bool:
        """Tell whether it was answered right and would not be any more."""
        own = (self.asked.intent,)
        return bool(self.asked.intent) and self.before.intents == own != self.after.intents


def outcome(found: Understanding) -> Outcome:
    """Return what a reading comes to; what is only offered is not compared."""
    return Outcome(decision=found.decision.value, intents=found.intents)


def compare(before: Router, after: Router, asked: Iterable[Asked]) -> list[Change]:
    """Return the messages that two routers end differently, what would be lost first."""
    changes = [
        Change(asked=one, before=first, after=then)
        for one in asked
        if (first := outcome(before.understand(one.text)))
        != (then := outcome(after.understand(one.text)))
    ]
    return sorted(changes, key=lambda change: (not change.lost, -change.asked.count))


def guards(book: Phrasebook, added: Sequence[str]) -> list[Asked]:
    """Return phrases of the packs to ask: some of every intent, and those most like new ones.

    Each lacks a character: word for word they would be found whatever is added.

    Args:
        book: the packs' phrases.
        added: phrases that are added, in normal form.
    """
    owners = {normalize(text): name for name, found in book.sets.items() for text in found.texts()}
    chosen = dict.fromkeys(_some(book))
    for text in added:
        like = process.extract(text, owners.keys(), scorer=fuzz.ratio, limit=NEAREST)
        chosen |= dict.fromkeys(near for near, _, _ in like)
    return [Asked(text=_hurried(text), intent=owners[text]) for text in chosen if text in owners]


def _some(book: Phrasebook) -> Iterator[str]:
    """Yield phrases of each intent, spread over its styles."""
    for found in book.sets.values():
        texts = [normal for text in found.texts() if (normal := normalize(text))]
        step = max(1, len(texts) // PER_INTENT)
        yield from texts[::step][:PER_INTENT]


def _hurried(normal: str) -> str:
    """Return a phrase as somebody in a hurry types it: a character in the middle is missing."""
    middle = len(normal) // 2
    return normal[:middle] + normal[middle + 1 :] if len(normal) >= LEAST_CHARS else normal
