"""Messages as sparse numbers: n-grams of characters and of folded syllables, weighted by rarity."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.understanding.normalize import pinyin

#: Sizes of the n-grams; words of Chinese are mostly one to three characters long.
SIZES = (1, 2, 3)
#: How much the syllables count beside the characters (tried: docs/understanding.md).
SYLLABLE_WEIGHT = 0.8
#: Marks an n-gram of syllables, so that it never meets one of characters.
SYLLABLE_MARK = "/"

Ids = NDArray[np.int32]
Values = NDArray[np.float32]


def character_grams(normal: str) -> Counter[str]:
    """Return the n-grams of characters of a normal form."""
    return Counter(normal[at : at + size] for size in SIZES for at in range(len(normal) - size + 1))


def syllable_grams(normal: str) -> Counter[str]:
    """Return the n-grams of folded syllables of a normal form."""
    sounds = pinyin(normal)
    return Counter(
        SYLLABLE_MARK + " ".join(sounds[at : at + size])
        for size in SIZES
        for at in range(len(sounds) - size + 1)
    )


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
        ids: list[int] = []
        parts: list[Values] = []
        for counts, weight in (
            (character_grams(normal), 1.0),
            (syllable_grams(normal), SYLLABLE_WEIGHT),
        ):
            known = [
                (column, count)
                for gram, count in counts.items()
                if (column := self.columns.get(gram)) is not None
            ]
            if not known:
                continue
            own = [column for column, _ in known]
            raw = self.idf[own] * (
                1.0 + np.log(np.array([count for _, count in known], np.float32))
            )
            ids += own
            parts.append((raw * (weight / (float(np.linalg.norm(raw)) or 1.0))).astype(np.float32))
        if not ids:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        return np.array(ids, np.int32), np.concatenate(parts)


def fit_space(normals: Sequence[str]) -> GramSpace:
    """Return the space of some normal forms, with smoothed inverse document frequencies."""
    columns: dict[str, int] = {}
    seen: list[int] = []
    for normal in normals:
        for gram in (*character_grams(normal), *syllable_grams(normal)):
            column = columns.setdefault(gram, len(columns))
            if column == len(seen):
                seen.append(0)
            seen[column] += 1
    counts = np.array(seen, np.float32)
    idf = np.log((1.0 + len(normals)) / (1.0 + counts)) + 1.0
    return GramSpace(columns, idf.astype(np.float32))
