"""Phrases that staff added (叠加): words of residents that were not understood, and their intent.

They join the packs' phrases as a style of their own. Nothing here knows where they are stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.understanding.phrasebook import Phrasebook

#: The style they stand under; it is never held back to measure trust on.
STYLE = "staff"


@dataclass(frozen=True, slots=True, order=True)
class Addition:
    """One phrase that staff added.

    Attributes:
        text: the phrase in normal form, without anything personal.
        intent: what it asks.
    """

    text: str
    intent: str


def joined(book: Phrasebook, added: Iterable[Addition]) -> Phrasebook:
    """Return the packs' phrases with those that staff added.

    What was added to an intent the packs no longer have is passed over.
    """
    found: dict[str, list[str]] = {}
    for one in sorted(set(added)):
        if one.intent in book.sets:
            found.setdefault(one.intent, []).append(one.text)
    if not found:
        return book
    sets = dict(book.sets)
    for intent, texts in found.items():
        own = sets[intent]
        sets[intent] = replace(own, phrases={**own.phrases, STYLE: tuple(texts)})
    return replace(book, sets=sets)
