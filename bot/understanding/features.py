"""Messages as sparse numbers: n-grams of characters and of folded syllables, weighted by rarity."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from operator import add

import numpy as np
from numpy.typing import NDArray

from bot.understanding.normalize import sounds

#: Longest n-gram; words of Chinese are mostly one to three characters long.
LONGEST = 3
#: From so many phrases on, n-grams of a single phrase are left out.
MANY = 5_000
#: How much the syllables count beside the characters (tried: docs/understanding.md).
SYLLABLE_WEIGHT = 0.8

Ids = NDArray[np.int32]
Values = NDArray[np.float32]


def grams(text: str) -> list[str]:
    """Return all n-grams of a text from one character up to ``LONGEST``, repeats included.

    >>> grams("居住证")
    ['居', '住', '证', '居住', '住证', '居住证']
    """
    longer = list(text)
    found = list(longer)
    for size in range(2, LONGEST + 1):
        longer = list(map(add, longer, text[size - 1 :]))
        found += longer
    return found


@dataclass(frozen=True, slots=True)
class GramSpace:
    """The n-grams the training phrases have, each with its column and its rarity (idf).

    Attributes:
        columns: n-gram -> column.
        idf: rarity by column.
        met: texts worked out before; used while fitting, where every phrase is met many times.
    """

    columns: dict[str, int]
    idf: Values
    met: dict[str, tuple[Ids, Values]] | None = field(default=None, compare=False, repr=False)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.columns)

    def vector(self, normal: str) -> tuple[Ids, Values]:
        """Return the columns and values of a normal form; each channel has length one.

        An n-gram no phrase has is passed over.
        """
        if self.met is None:
            return self._vector(normal)
        if normal not in self.met:
            self.met[normal] = self._vector(normal)
        return self.met[normal]

    def _vector(self, normal: str) -> tuple[Ids, Values]:
        spelled, spelled_values = self._channel(grams(normal), 1.0)
        heard, heard_values = self._channel(grams(sounds(normal)), SYLLABLE_WEIGHT)
        ids = np.array(spelled + heard, np.int32)
        return ids, np.concatenate((spelled_values, heard_values))

    def _channel(self, found: list[str], length: float) -> tuple[list[int], Values]:
        """Return columns and values of one channel, scaled to a length."""
        column = self.columns.get
        ids = [place for place in map(column, found) if place is not None]
        counts = None
        if len(set(ids)) < len(ids):
            counted = Counter(ids)
            ids = list(counted)
            counts = np.array(list(counted.values()), np.float32)
        values = self.idf[ids]
        if counts is not None:
            values = values * (1 + np.log(counts))
        if ids:
            values = values * np.float32(length / sqrt(float(values @ values)))
        return ids, np.asarray(values, np.float32)


def fit_space(normals: Sequence[str]) -> GramSpace:
    """Return the space of some normal forms, with smoothed inverse document frequencies.

    Of many phrases only the n-grams are kept that more than one has: what a single phrase has
    teaches little, and there are three times as many of them. A rare character or word stays.
    """
    seen: Counter[str] = Counter()
    for normal in normals:
        seen.update(list(dict.fromkeys(grams(normal) + grams(sounds(normal)))))
    least = 2 if len(normals) >= MANY else 1
    kept = [gram for gram, count in seen.items() if count >= least or len(gram) == 1]
    counts = np.array([seen[gram] for gram in kept], np.float32)
    idf = np.log((1.0 + len(normals)) / (1.0 + counts)) + 1.0
    columns = {gram: column for column, gram in enumerate(kept)}
    return GramSpace(columns, idf.astype(np.float32))
