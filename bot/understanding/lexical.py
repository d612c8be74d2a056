"""Finds the phrases nearest to a message: n-grams for candidates, rapidfuzz to re-rank.

Characters and folded Pinyin are two channels, so that a homophone typo still lands near its phrase.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.understanding.normalize import pinyin

#: Candidates the n-gram index hands to the re-ranker.
CANDIDATES = 48
_CHANNEL_WEIGHT = {"c": 1.0, "p": 0.7}


@dataclass(frozen=True, slots=True)
class Near:
    """An intent with its nearest phrase and how near it is, 0..1."""

    intent: str
    score: float
    phrase: str


def grams(normal: str) -> Counter[str]:
    """Return the n-grams of a normal form: characters 1–3, syllables 2–3."""
    out: Counter[str] = Counter(normal)
    for size in (2, 3):
        out.update(normal[at : at + size] for at in range(len(normal) - size + 1))
    sounds = pinyin(normal)
    for size in (2, 3):
        out.update("/" + " ".join(sounds[at : at + size]) for at in range(len(sounds) - size + 1))
    return out


class LexicalIndex:
    """An immutable index over (normal phrase, intent) pairs.

    Each n-gram has a posting list of phrase numbers with weights ``idf²/|phrase|``, so that adding
    up
    the lists of a message's n-grams gives its cosine with every phrase in one pass.
    """

    def __init__(self, phrases: Sequence[tuple[str, str]]):
        self.texts = tuple(text for text, _ in phrases)
        self.intents = tuple(intent for _, intent in phrases)
        counts = [grams(text) for text in self.texts]
        seen: Counter[str] = Counter()
        for count in counts:
            seen.update(count.keys())
        total = len(counts) + 1
        self._idf = {
            gram: float(np.log(total / (1 + number)) + 0.3)
            * _CHANNEL_WEIGHT["p" if gram[0] == "/" else "c"]
            for gram, number in seen.items()
        }
        lists: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for at, count in enumerate(counts):
            norm = self._norm(count)
            for gram in count:
                numbers, weights = lists[gram]
                numbers.append(at)
                weights.append(self._idf[gram] ** 2 / norm)
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {
            gram: (np.array(numbers, np.int32), np.array(weights, np.float32))
            for gram, (numbers, weights) in lists.items()
        }

    def _norm(self, count: Iterable[str]) -> float:
        return float(np.sqrt(sum(self._idf.get(gram, 0.0) ** 2 for gram in count))) or 1.0

    def cosines(self, normal: str) -> NDArray[np.float64]:
        """Return the cosine of ``normal`` with every phrase."""
        count = grams(normal)
        found = [self._postings[gram] for gram in count if gram in self._postings]
        if not found or not self.texts:
            return np.zeros(len(self.texts))
        numbers = np.concatenate([numbers for numbers, _ in found])
        weights = np.concatenate([weights for _, weights in found])
        sums = np.bincount(numbers, weights=weights, minlength=len(self.texts))
        unknown = sum(1 for gram in count if gram not in self._idf)
        return sums / float(np.hypot(self._norm(count), unknown**0.5))

    def nearest(self, normal: str, *, skip: int = -1) -> list[Near]:
        """Return the nearest intents, nearest first.

        Args:
            normal: message in normal form.
            skip: number of a phrase to leave out, to measure the index on its own phrases.
        """
        scores = self.cosines(normal)
        if skip >= 0:
            scores[skip] = 0.0
        count = min(CANDIDATES, len(scores))
        if count == 0:
            return []
        picked = np.argpartition(scores, -count)[-count:]
        best: dict[str, list[tuple[float, str]]] = {}
        for number in picked:
            cosine = float(scores[number])
            if cosine <= 0.02:
                continue
            text = self.texts[number]
            ratio = fuzz.ratio(normal, text) / 100.0
            best.setdefault(self.intents[number], []).append((0.7 * cosine + 0.3 * ratio, text))
        out = []
        for intent, found in best.items():
            found.sort(reverse=True)
            support = sum(score for score, _ in found[1:4]) / 3
            out.append(Near(intent, min(1.0, found[0][0] + 0.25 * support), found[0][1]))
        return sorted(out, key=lambda near: (-near.score, near.intent))
