"""Finds the phrases nearest to a message: n-grams for candidates, rapidfuzz to re-rank.

Characters and folded Pinyin are two channels of the same features the heads use, so that a
homophone typo
still lands near its phrase and nothing is counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.understanding.features import GramSpace, Ids, Values

#: Candidates the n-gram index hands to the re-ranker.
CANDIDATES = 32
#: An n-gram that more than this share of the phrases has finds nothing and is passed over.
COMMON = 0.03
_LEAST_COSINE = 0.02
#: Phrases less near than this share of the nearest one are not looked at.
_NEAR_ENOUGH = 0.3
_COSINE_SHARE = 0.7
_SUPPORT_SHARE = 0.25
#: Both channels together have this squared length (features.py).
_FULL_LENGTH = 1.64


@dataclass(frozen=True, slots=True)
class Near:
    """An intent with its nearest phrase and how near it is, 0..1."""

    intent: str
    score: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Postings:
    """For each n-gram the phrases that have it, as three arrays.

    Attributes:
        starts: where each n-gram's part begins; one longer than there are n-grams.
        phrases: numbers of phrases.
        weights: weight of the n-gram in each of them.
    """

    starts: NDArray[np.int64]
    phrases: NDArray[np.int32]
    weights: NDArray[np.float16]


def postings(space: GramSpace, normals: Sequence[str]) -> Postings:
    """Turn phrases round: from phrase -> n-grams to n-gram -> phrases."""
    vectors = [space.vector(normal) for normal in normals]
    if not vectors:
        empty = np.zeros(space.width + 1, np.int64)
        return Postings(empty, np.zeros(0, np.int32), np.zeros(0, np.float16))
    columns = np.concatenate([ids for ids, _ in vectors])
    weights = np.concatenate([values.astype(np.float16) for _, values in vectors])
    numbers = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(ids) for ids, _ in vectors])
    order = np.argsort(columns, kind="stable")
    starts = np.searchsorted(columns[order], np.arange(space.width + 1)).astype(np.int64)
    return Postings(starts, numbers[order], weights[order])


class LexicalIndex:
    """An immutable index over labelled phrases in normal form.

    Args:
        space: n-grams and their rarity.
        texts: phrases in normal form.
        intents: their intents.
        lists: the phrases turned round; computed when not given.
    """

    def __init__(
        self,
        space: GramSpace,
        texts: Sequence[str],
        intents: Sequence[str],
        lists: Postings | None = None,
    ):
        self.texts = tuple(texts)
        self.intents = tuple(intents)
        self.lists = lists or postings(space, self.texts)
        self._space = space
        self._ceiling = max(50, int(COMMON * len(self.texts)))

    def over(self, pairs: Sequence[tuple[str, str]]) -> "LexicalIndex":
        """Return an index over exactly these (phrase, intent) pairs; cheap where few are new."""
        own = list(zip(self.texts, self.intents, strict=True))
        wanted, known = set(pairs), set(own)
        stays = np.array([pair in wanted for pair in own], np.bool_)
        new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        kept = [pair for pair in own if pair in wanted]
        more = postings(self._space, [text for text, _ in new])
        texts, intents = [text for text, _ in kept + new], [intent for _, intent in kept + new]
        return LexicalIndex(self._space, texts, intents, _merged(self.lists, stays, more))

    def cosines(self, ids: Ids, values: Values) -> NDArray[np.float64]:
        """Return how near each phrase is, 0..1, for the features of a message."""
        starts, phrases, weights = self.lists.starts, self.lists.phrases, self.lists.weights
        found: list[NDArray[np.int32]] = []
        scaled: list[Values] = []
        for column, value in zip(ids.tolist(), values.tolist(), strict=True):
            begin, end = int(starts[column]), int(starts[column + 1])
            if end - begin <= self._ceiling:
                found.append(phrases[begin:end])
                scaled.append(weights[begin:end].astype(np.float32) * value)
        if not found or not self.texts:
            return np.zeros(len(self.texts))
        sums = np.bincount(
            np.concatenate(found), weights=np.concatenate(scaled), minlength=len(self.texts)
        )
        return sums / _FULL_LENGTH

    def nearest(
        self, normal: str, *, features: tuple[Ids, Values] | None = None, skip: int = -1
    ) -> list[Near]:
        """Return the nearest intents, nearest first.

        Args:
            normal: message in normal form.
            features: its features, when they are known already.
            skip: number of a phrase to leave out, to measure the index on its own phrases.
        """
        ids, values = features if features is not None else self._space.vector(normal)
        scores = self.cosines(ids, values)
        if 0 <= skip < len(scores):
            scores[skip] = 0.0
        picked = _best(scores)
        best: dict[str, list[tuple[float, str]]] = {}
        for number, cosine in zip(picked.tolist(), scores[picked].tolist(), strict=True):
            text = self.texts[number]
            ratio = fuzz.ratio(normal, text) / 100.0
            near = _COSINE_SHARE * cosine + (1 - _COSINE_SHARE) * ratio
            best.setdefault(self.intents[number], []).append((near, text))
        out = [_supported(intent, found) for intent, found in best.items()]
        return sorted(out, key=lambda near: (-near.score, near.intent))


def _merged(old: Postings, stays: NDArray[np.bool_], new: Postings) -> Postings:
    """Return the postings of the phrases that stay, and of new ones numbered after them."""
    width = len(old.starts) - 1
    numbers = np.cumsum(stays, dtype=np.int32) - 1
    there = stays[old.phrases]
    columns = np.concatenate(
        [
            np.repeat(np.arange(width), np.diff(old.starts))[there],
            np.repeat(np.arange(width), np.diff(new.starts)),
        ]
    )
    order = np.argsort(columns, kind="stable")
    phrases = np.concatenate([numbers[old.phrases[there]], new.phrases + np.int32(stays.sum())])
    weights = np.concatenate([old.weights[there], new.weights])
    starts = np.searchsorted(columns[order], np.arange(width + 1)).astype(np.int64)
    return Postings(starts, phrases[order], weights[order])


def _best(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the numbers of the highest scores, at most ``CANDIDATES``."""
    if not len(scores):
        return np.zeros(0, np.int64)
    picked = np.flatnonzero(scores > max(_LEAST_COSINE, _NEAR_ENOUGH * float(scores.max())))
    if len(picked) > CANDIDATES:
        picked = picked[np.argpartition(scores[picked], -CANDIDATES)[-CANDIDATES:]]
    return picked


def _supported(intent: str, found: list[tuple[float, str]]) -> Near:
    """Return an intent's nearness: its nearest phrase, a little more for further near ones."""
    found.sort(reverse=True)
    support = sum(score for score, _ in found[1:4]) / 3
    return Near(intent, min(1.0, found[0][0] + _SUPPORT_SHARE * support), found[0][1])
