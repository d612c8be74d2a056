"""Fits the crisis detector on phrases and look-alikes; deterministic, sees no evaluation data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.understanding.calibrate import fit as fit_logistic
from bot.understanding.crisis import FIRE_FROM, RULE_WORTH, best_margin
from bot.understanding.features import GramSpace
from bot.understanding.fitting import Method, Samples, fit_head
from bot.understanding.heads import Head
from bot.understanding.lessons import OUTSIDE, labelled, look_alikes
from bot.understanding.model import Alarm
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.training import folds_of, head_scores, sparse_rows

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

    def kept(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Leave out two in three ordinary messages: they are many, and far from any crisis."""
        ordinary = ~self.alike[rows] & (self.truth[rows] == self.labels.index(OUTSIDE))
        return np.asarray(rows[~ordinary | (rows % 3 == 0)])

    def head(self, rows: NDArray[np.int64]) -> Head:
        samples = Samples(
            rows=self.features[rows],
            labels=self.truth[rows],
            count=len(self.labels),
            weights=np.where(self.alike[rows], LOOK_ALIKE_WEIGHT, 1.0),
        )
        return fit_head(samples, Method())


def fit_alarm(
    book: Phrasebook, space: GramSpace, safety: Sequence[str], *, with_odds: bool = True
) -> Alarm:
    """Fit the crisis head, and its odds as far as phrases alone teach them.

    Args:
        book: phrases, rules and look-alikes.
        space: n-grams.
        safety: crisis intents.
        with_odds: fit the odds too; not needed where trial messages teach them.
    """
    rows = _rows(book, space, frozenset(safety))
    odds = _odds(rows) if with_odds else _NO_ODDS
    return Alarm(
        labels=rows.labels,
        head=rows.head(rows.kept(np.arange(len(rows.normals)))),
        quick=odds,
        close=odds,
        fire_from=FIRE_FROM,
    )


def _odds(rows: _Rows) -> tuple[float, ...]:
    """Return weights of (margin, rule, lean, 1), from phrases held back.

    They cannot teach what a rule or the sorter is worth: both were made from the same phrases.
    """
    test = folds_of(rows.normals)[0]
    learn = rows.kept(np.setdiff1d(np.arange(len(rows.normals)), test))
    scores = head_scores(rows.head(learn), rows.features[test], None)
    margins = [(best_margin(row, rows.labels),) for row in scores]
    is_crisis = [int(rows.labels[rows.truth[at]] != OUTSIDE) for at in test]
    margin, constant = fit_logistic(margins, is_crisis).weights
    return margin, RULE_WORTH, 0.0, constant


def _rows(book: Phrasebook, space: GramSpace, crises: frozenset[str]) -> _Rows:
    alike = look_alikes(book)
    apart = set(alike)
    pairs = [
        (text, name if name in crises else OUTSIDE)
        for text, name in labelled(book)
        if name or text not in apart
    ]
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
    )
