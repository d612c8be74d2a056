"""Fits one linear head; the only module that knows scikit-learn.

How depends on how many phrases a label has, and on nothing else. With many, words decide: one
support vector machine weighs all labels against each other. With few, most words of a message are
met for the first time: the sentence vector counts more, the head is logistic, and what a label is
called teaches too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import solve_triangular
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.understanding.heads import Head, centred, in_steps

#: How much the sentence vector counts beside the n-grams (tried: docs/understanding.md) …
VECTOR_WEIGHT = 0.7
#: … and more, at most twice as much, where a label has fewer phrases than this.
ENOUGH = 60
#: With at most so many phrases a label, heads are logistic and read the labels' names.
FEW = 25
#: What a label is called weighs this much beside one of its phrases.
NAME_WEIGHT = 0.3
#: Directions of the sentence vectors that are kept while fitting on many phrases.
AXES = 160
_COST = 1.0
_COST_FEW = 5.0
_TOLERANCE = 0.1
#: Added to the diagonal, so that a phrase that stands there twice does no harm.
_JITTER = 1e-6

#: Weights by label, biases, and the labels' columns.
_Solution = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Names:
    """What labels are called.

    Attributes:
        columns: columns of the labels that have a name.
        dense: sentence vectors of the names.
    """

    columns: NDArray[np.int32]
    dense: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How a head is fitted.

    Attributes:
        kind: ``each`` has one support vector machine a label, ``joint`` one for all of them;
            ``logistic`` is multinomial.
        vector_weight: how much the sentence vector counts beside the n-grams.
        axes: directions of the sentence vectors that are kept, ``None`` for all.
        names: what labels are called, or nothing.
    """

    kind: Literal["each", "joint", "logistic"] = "each"
    vector_weight: float = VECTOR_WEIGHT
    axes: int | None = AXES
    names: Names | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a head is fitted on.

    Attributes:
        rows: n-gram features.
        labels: column of each row's label.
        count: number of columns.
        dense: sentence vectors of the rows, or nothing.
        weights: importance of each row, or nothing.
    """

    rows: sparse.csr_matrix
    labels: NDArray[np.int32]
    count: int
    dense: NDArray[np.float32] | None = None
    weights: NDArray[np.float64] | None = None


def few(labels: Sequence[str]) -> bool:
    """Tell whether a label has few phrases, as a rule."""
    return _usual(labels) <= FEW


def method_for(labels: Sequence[str], names: Names | None) -> Method:
    """Return how to fit the heads of some phrases.

    Args:
        labels: label of each phrase.
        names: what labels are called; read only where they have few phrases.
    """
    short = (ENOUGH / _usual(labels)) ** 0.5
    weight = VECTOR_WEIGHT * min(2.0, max(1.0, short))
    if few(labels):
        return Method(kind="logistic", vector_weight=weight, axes=None, names=names)
    return Method(kind="joint", vector_weight=weight)


def _usual(labels: Sequence[str]) -> float:
    """Return how many phrases the middle one of the labels has."""
    return float(np.median(list(Counter(labels).values())))


def fit_head(samples: Samples, method: Method) -> Head:
    """Fit one linear head."""
    width = samples.rows.shape[1]
    features, labels, weights = samples.rows, samples.labels, samples.weights
    centre = axes = None
    if samples.dense is not None:
        centre = samples.dense.mean(axis=0)
        moved = centred(samples.dense, centre)
        if method.names is not None:
            labels, weights = _with_names(samples, method.names)
            moved = np.concatenate([moved, centred(method.names.dense, centre)])
            empty = sparse.csr_matrix((len(method.names.columns), width), dtype=np.float32)
            features = sparse.vstack([features, empty])
        moved = moved * method.vector_weight
        axes = main_axes(moved, method.axes)
        features = sparse.hstack([features, sparse.csr_matrix(moved @ axes)]).tocsr()
    raw, shift = _solved(method, features, labels, weights, samples.count)
    back = (axes @ raw[:, width:].T * method.vector_weight) if axes is not None else None
    grams, scale = in_steps(np.ascontiguousarray(raw[:, :width].T))
    return Head(
        grams=grams,
        scale=scale,
        bias=shift,
        dense=back.astype(np.float32) if back is not None else None,
        centre=centre.astype(np.float32) if centre is not None else None,
    )


def _with_names(samples: Samples, names: Names) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return labels and weights of the rows, those of the names after them."""
    own = np.ones(len(samples.labels)) if samples.weights is None else samples.weights
    light = np.full(len(names.columns), NAME_WEIGHT)
    return np.concatenate([samples.labels, names.columns]), np.concatenate([own, light])


def _solved(
    method: Method,
    features: sparse.csr_matrix,
    labels: NDArray[np.int32],
    weights: NDArray[np.float64] | None,
    count: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return one row of weights and one bias a column; labels that were not met stay below all."""
    if method.kind == "logistic":
        raw, bias, met = _logistic(features, labels, weights)
    else:
        raw, bias, met = _vector_machine(features, labels, weights, joint=method.kind == "joint")
    if len(met) == 2:  # scikit-learn keeps one row for two classes
        raw, bias = np.vstack([-raw[0], raw[0]]), np.array([-bias[0], bias[0]])
    full = np.zeros((count, features.shape[1]), np.float32)
    lowest = -1.0 if method.kind == "each" else float(bias.min()) - 1.0
    shift = np.full(count, lowest, np.float32)
    full[met] = raw
    shift[met] = bias
    return full, shift


def _vector_machine(
    features: sparse.csr_matrix,
    labels: NDArray[np.int32],
    weights: NDArray[np.float64] | None,
    *,
    joint: bool,
) -> _Solution:
    model = LinearSVC(
        C=_COST,
        tol=_TOLERANCE,
        random_state=0,
        max_iter=3000,
        multi_class="crammer_singer" if joint else "ovr",
    )
    model.fit(features, labels, sample_weight=weights)
    return model.coef_, model.intercept_, model.classes_


def _logistic(
    features: sparse.csr_matrix,
    labels: NDArray[np.int32],
    weights: NDArray[np.float64] | None,
) -> _Solution:
    """Fit in the space that the rows span, which with few rows is far smaller than all n-grams.

    The ridge keeps the weights inside that space, so nothing is lost.
    """
    alike = (features @ features.T).toarray().astype(np.float64)
    alike[np.diag_indices_from(alike)] += _JITTER
    lower = np.linalg.cholesky(alike)
    model = LogisticRegression(C=_COST_FEW, max_iter=300)
    model.fit(lower, labels, sample_weight=weights)
    back = solve_triangular(lower.T, model.coef_.T, lower=False)
    return (features.T @ back).T, model.intercept_, model.classes_


def main_axes(moved: NDArray[np.float32], most: int | None) -> NDArray[np.float32]:
    """Return the directions in which the phrases' vectors differ most, one a column.

    The heads are fitted in these and folded back, which halves the time and costs no accuracy.
    """
    spread = moved.T.astype(np.float64) @ moved
    _, directions = np.linalg.eigh(spread)
    return np.asarray(directions[:, ::-1][:, :most], np.float32)
