"""Which sentence teaches what: labelled phrases, out-of-scope messages, look-alikes."""

from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook

#: Label of messages that belong to no intent.
OUTSIDE = ""
#: Kind of a message that belongs to no intent and only looks like a crisis.
LOOK_ALIKE = "look-alike"


def labelled(book: Phrasebook) -> list[tuple[str, str]]:
    """Return (normal form, intent) of all phrases once each, then the out-of-scope messages."""
    seen: dict[tuple[str, str], None] = {}
    for intent, found in book.sets.items():
        for text in found.texts():
            normal = normalize(text)
            if normal:
                seen.setdefault((normal, intent))
    taken = {normal for normal, _ in seen}
    for normal in (*outside_texts(book), *look_alikes(book)):
        if normal not in taken:
            seen.setdefault((normal, OUTSIDE))
    return list(seen)


def kinds_of(book: Phrasebook) -> dict[str, str]:
    """Return the kind of each message that belongs to no intent: far, near, noise …, look-alike."""
    found = dict.fromkeys(look_alikes(book), LOOK_ALIKE)
    for kind, lines in book.outside.items():
        found |= dict.fromkeys(map(normalize, lines), kind)
    return found


def outside_texts(book: Phrasebook) -> list[str]:
    """Return the normal forms of the messages that belong to no intent."""
    found = (normalize(text) for lines in book.outside.values() for text in lines)
    return [normal for normal in found if normal]


def look_alikes(book: Phrasebook) -> list[str]:
    """Return the normal forms of sentences that only look like a crisis."""
    found = (normalize(text) for group in book.sets.values() for text in group.look_alikes)
    return list(dict.fromkeys(normal for normal in found if normal))
