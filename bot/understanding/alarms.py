"""Fits the crisis detector on phrases and look-alikes; deterministic, sees no evaluation data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.understanding.calibrate import fit as fit_logistic
from bot.understanding.crisis import FIRE_FROM, RULE_WORTH, best_margin
from bot.understanding.encoder import Encoder
from bot.understanding.features import GramSpace
from bot.understanding.heads import Head
from bot.understanding.lessons import OUTSIDE, labelled, look_alikes
from bot.understanding.model import Alarm
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.training import fit_head, folds_of, head_scores, sparse_rows, vectors

#: A look-alike weighs this much: there are few, and each stands for many.
LOOK_ALIKE_WEIGHT = 3.0
_NO_ODDS = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The sentences as numbers: crises, ordinary messages, look-alikes."""

    normals: tuple[str, ...]
    labels: tuple[str, ...]
    truth: NDArray[np.int32]
    alike: NDArray[np.bool_]
    features: sparse.csr_matrix
    dense: NDArray[np.float32] | None

    def kept(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Leave out two in three ordinary messages: they are many, and far from any crisis."""
        ordinary = ~self.alike[rows] & (self.truth[rows] == self.labels.index(OUTSIDE))
        return np.asarray(rows[~ordinary | (rows % 3 == 0)])

    def head(self, rows: NDArray[np.int64], *, full: bool) -> Head:
        dense = self.dense[rows] if full and self.dense is not None else None
        weights = np.where(self.alike[rows], LOOK_ALIKE_WEIGHT, 1.0)
        return fit_head(self.features[rows], self.truth[rows], len(self.labels), dense, weights)

    def margins(self, head: Head, rows: NDArray[np.int64]) -> list[float]:
        dense = self.dense[rows] if head.dense is not None and self.dense is not None else None
        scores = head_scores(head, self.features[rows], dense)
        return [best_margin(row, self.labels) for row in scores]


def fit_alarm(
    book: Phrasebook,
    space: GramSpace,
    safety: Sequence[str],
    encoder: Encoder | None,
    *,
    with_odds: bool = True,
) -> Alarm:
    """Fit the crisis heads, and their odds as far as phrases alone teach them.

    Args:
        book: phrases, rules and look-alikes.
        space: n-grams.
        safety: crisis intents.
        encoder: sentence encoder, or nothing.
        with_odds: fit the odds too; not needed where trial messages teach them.
    """
    rows = _rows(book, space, frozenset(safety), encoder)
    cheap, full = _odds(rows) if with_odds else (_NO_ODDS, _NO_ODDS)
    everyone = rows.kept(np.arange(len(rows.normals)))
    return Alarm(
        labels=rows.labels,
        cheap=rows.head(everyone, full=False),
        full=rows.head(everyone, full=True) if rows.dense is not None else None,
        cheap_odds=cheap,
        full_odds=(0.0, *full) if rows.dense is not None else (),
        fire_from=FIRE_FROM,
    )


def _odds(rows: _Rows) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the weights for the cheap head and for the full one, from phrases held back."""
    test = folds_of(rows.normals)[0]
    learn = rows.kept(np.setdiff1d(np.arange(len(rows.normals)), test))
    is_crisis = [int(rows.labels[rows.truth[at]] != OUTSIDE) for at in test]
    cheap = _margin_odds(rows.margins(rows.head(learn, full=False), test), is_crisis)
    if rows.dense is None:
        return cheap, _NO_ODDS
    return cheap, _margin_odds(rows.margins(rows.head(learn, full=True), test), is_crisis)


def _margin_odds(margins: list[float], is_crisis: list[int]) -> tuple[float, ...]:
    """Return weights of (margin, rule, lean, 1) where phrases alone teach them.

    They cannot teach what a rule or the sorter is worth: both were made from the same phrases.
    """
    margin, constant = fit_logistic([(one,) for one in margins], is_crisis).weights
    return margin, RULE_WORTH, 0.0, constant


def _rows(
    book: Phrasebook, space: GramSpace, crises: frozenset[str], encoder: Encoder | None
) -> _Rows:
    pairs = [(text, name if name in crises else OUTSIDE) for text, name in labelled(book)]
    alike = look_alikes(book)
    normals = tuple([text for text, _ in pairs] + alike)
    names = [name for _, name in pairs] + [OUTSIDE] * len(alike)
    labels = tuple(sorted(set(names)))
    place = {label: column for column, label in enumerate(labels)}
    return _Rows(
        normals=normals,
        labels=labels,
        truth=np.array([place[name] for name in names], np.int32),
        alike=np.arange(len(normals)) >= len(pairs),
        features=sparse_rows(space, normals),
        dense=vectors(encoder, normals) if encoder else None,
    )
