"""A message as the patterns see it, every character still tied to its place in the original.

Full-width and traditional characters are folded one by one, blanks that only space things out are
left out. Unlike the normal form this keeps punctuation: ``2.5万`` is not ``25万``.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from opencc import OpenCC

_TO_SIMPLIFIED = OpenCC("t2s")
#: Wide punctuation stays wide: a comma between figures separates them, ``,`` may group thousands.
_WIDE = frozenset("，；！？、（）")
_DASHES = str.maketrans(dict.fromkeys("–—―−‐‑‒﹣－〜～", "-"))
_MAX_KEPT = 0xFFFF
_BLANKS = re.compile("[ \t\u00a0\u3000\u200b-\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3]+")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3"
_GLUE = re.compile(r"[0-9a-z]")


class _Folding(dict[int, str]):
    """One character for one, worked out when first met; kept for the basic plane only."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = char if char in _WIDE else _fold_char(char)
        if code <= _MAX_KEPT:
            self[code] = folded
        return folded


def _fold_char(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower().translate(_DASHES)
    if len(folded) != 1:
        return char
    if folded > "\u2e80":
        simple = str(_TO_SIMPLIFIED.convert(folded))
        return simple if len(simple) == 1 else folded
    return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return ``text`` half-width, simplified and in lower case, of the same length.

    >>> fold("３棟２單元，ＡＢ")
    '3栋2单元，ab'
    """
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A folded message.

    Attributes:
        original: the message as written.
        text: what the patterns read.
        places: where each character of ``text`` stands in the original; empty when nowhere else.
    """

    original: str
    text: str
    places: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of ``text`` stands in the original."""
        if not self.places:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def sheet(original: str) -> Sheet:
    """Fold a message and leave out blanks, except those between two Latin letters or figures."""
    folded = fold(original)
    if not _BLANKS.search(folded):
        return Sheet(original, folded)
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for gap in _BLANKS.finditer(folded):
        kept.append(folded[at : gap.start()])
        places.extend(range(at, gap.start()))
        visible = gap.group().strip(_INVISIBLE)
        before, after = folded[gap.start() - 1 : gap.start()], folded[gap.end() : gap.end() + 1]
        if visible and _GLUE.match(before) and _GLUE.match(after):
            kept.append(" ")
            places.append(gap.start())
        at = gap.end()
    kept.append(folded[at:])
    places.extend(range(at, len(folded)))
    return Sheet(original, "".join(kept), tuple(places))
