"""Logistic regression in a few lines: raw margins to odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_RIDGE = 1e-2
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted logistic regression; ``weights`` end with the intercept."""

    weights: tuple[float, ...]

    def __call__(self, features: Sequence[float]) -> float:
        """Return the probability for one feature row.

        Raises:
            ValueError: the row has not one figure for each weight but the last.
        """
        total = self.weights[-1]
        for weight, value in zip(self.weights[:-1], features, strict=True):
            total += weight * value
        return float(1.0 / (1.0 + np.exp(-max(-30.0, min(30.0, total)))))


def fit_speaking_for(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> Logistic:
    """Fit where every feature speaks for the label: one that would count against it is left out.

    Features that say nearly the same would else get large weights of opposite signs.
    """
    table: NDArray[np.float64] = np.array(rows, float)
    used = list(range(table.shape[1]))
    while True:
        weights = fit(table[:, used].tolist(), labels).weights
        worst = min(range(len(used)), key=lambda at: weights[at], default=None)
        if worst is None or weights[worst] >= 0:
            break
        del used[worst]
    found = [0.0] * table.shape[1]
    for column, weight in zip(used, weights[:-1], strict=True):
        found[column] = weight
    return Logistic((*found, weights[-1]))


def fit(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> Logistic:
    """Fit by Newton's method with a small ridge; deterministic."""
    x: NDArray[np.float64] = np.column_stack([np.array(rows, float), np.ones(len(rows))])
    y = np.array(labels, float)
    w = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (y - p) - _RIDGE * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        w += step
        if float(np.abs(step).max()) < 1e-6:
            break
    return Logistic(tuple(float(weight) for weight in w))
