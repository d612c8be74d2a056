"""Turns raw nearness into a probability, learned on the phrases themselves.

Each phrase (and each out-of-scope message) is asked of an index that leaves it out; a logistic
regression then learns when the first place was right. Nothing here ever sees evaluation data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.lexical import Near
from bot.understanding.rules import RuleHit

#: Label of messages that belong to no intent.
OUTSIDE = ""
_RIDGE = 1e-2
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted logistic regression; ``weights`` end with the intercept."""

    weights: tuple[float, ...]

    def __call__(self, features: Sequence[float]) -> float:
        """Return the probability for one feature row."""
        total = self.weights[-1]
        for weight, value in zip(self.weights, features, strict=False):
            total += weight * value
        return float(1.0 / (1.0 + np.exp(-max(-30.0, min(30.0, total)))))


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


def ranked(near: Sequence[Near], hits: Sequence[RuleHit], bonus: float) -> list[Near]:
    """Merge rule evidence into the ranking: an intent with a rule hit gains ``bonus``."""
    if not hits:
        return list(near)
    weight = {hit.rule.intent: hit.weight for hit in hits}
    merged = {item.intent: item for item in near}
    for intent, strength in weight.items():
        seen = merged.get(intent)
        score = (seen.score if seen else 0.25) + bonus * strength
        merged[intent] = Near(intent, score, seen.phrase if seen else "")
    return sorted(merged.values(), key=lambda item: (-item.score, item.intent))


def features(
    order: Sequence[Near], hits: Sequence[RuleHit], length: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the rows for "the first is right" and "one of the first three is right"."""
    scores = [item.score for item in order[:4]] + [0.0] * 4
    top = order[0].intent if order else OUTSIDE
    outside = next((item.score for item in order if item.intent == OUTSIDE), 0.0)
    agree = float(any(hit.rule.intent == top for hit in hits))
    against = float(any(hit.rule.intent != top for hit in hits))
    short = 1.0 / max(1, length)
    first = (scores[0], scores[0] - scores[1], agree, against, short, scores[0] - outside)
    three = (scores[0], scores[0] - scores[3], agree, against, short, scores[0] - outside)
    return first, three
