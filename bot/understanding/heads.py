"""Linear heads over the features, and how their evidence is weighed into probabilities.

A head gives one raw score an intent. The scores of a head, the nearest phrase, and the keyword
rules are
evidence; a conditional logit with one weight a kind of evidence turns them into probabilities.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.features import Ids, Values

Scores = NDArray[np.float32]
#: What a keyword rule adds to the log-odds where no trial messages tell: rules were written with
#: the phrases in sight, so the phrases would make them look better than they are.
RULE_WORTH = 1.5


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of a linear classifier.

    Attributes:
        grams: one row an n-gram, one column an intent; whole numbers, may be memory-mapped.
        scale: what one of them is worth, one number an intent.
        bias: one number an intent.
        dense: one row a dimension of the sentence vector, or nothing.
        centre: mean vector of the training phrases, taken off before use, or nothing.
        kinds: further columns at the end, kinds of the first one: messages that belong to no intent
            are of many kinds that have little in common. The best of them speaks for all.
    """

    grams: NDArray[np.int8]
    scale: Scores
    bias: Scores
    dense: Scores | None = None
    centre: Scores | None = None
    kinds: int = 0

    def score(self, ids: Ids, values: Values, vector: Scores | None = None) -> Scores:
        """Return one raw score an intent."""
        total = self.bias.copy()
        if len(ids):
            total += (values @ self.grams[ids].astype(np.float32)) * self.scale
        if self.dense is not None and self.centre is not None and vector is not None:
            total += centred(vector, self.centre) @ self.dense
        return self.folded(total)

    def folded(self, total: Scores) -> Scores:
        """Return scores, one message or one a row, with the kinds folded into the first column."""
        if not self.kinds:
            return total
        out = total[..., : -self.kinds].copy()
        np.maximum(out[..., 0], total[..., -self.kinds :].max(axis=-1), out=out[..., 0])
        return out


def in_steps(weights: Scores) -> tuple[NDArray[np.int8], Scores]:
    """Return weights as whole numbers from -127 to 127, and what one of them is worth by column.

    A message adds up a hundred of them and more, so that what rounding does to each evens out.
    """
    scale = np.abs(weights).max(axis=0, initial=0.0) / 127.0
    scale[scale == 0.0] = 1.0
    return np.rint(weights / scale).astype(np.int8), np.asarray(scale, np.float32)


def centred(vector: Scores, centre: Scores) -> Scores:
    """Return a vector with the phrases' mean taken off, of length one."""
    moved = vector - centre
    length = np.linalg.norm(moved, axis=-1, keepdims=True) + 1e-9
    return np.asarray(moved / length, np.float32)


@dataclass(frozen=True, slots=True)
class Weighing:
    """A conditional logit: one weight for each kind of evidence, shared by all intents.

    Attributes:
        weights: one for each kind of evidence.
        outside: added to the score of "belongs to no intent".
        place: column of "belongs to no intent", -1 when there is none.
        rules: what a keyword rule adds.
    """

    weights: tuple[float, ...]
    outside: float
    place: int
    rules: float = RULE_WORTH

    def probabilities(self, evidence: Scores, rules: Scores | None = None) -> Scores:
        """Return one probability an intent.

        Args:
            evidence: one row a kind of evidence, one column an intent.
            rules: weight of the keyword rule that fires for each intent; nothing when none does.
        """
        total = np.array(self.weights, np.float32) @ evidence
        if rules is not None:
            total = total + self.rules * rules
        if self.place >= 0:
            total[self.place] += self.outside
        total -= total.max()
        powers = np.exp(total)
        return np.asarray(powers / powers.sum(), np.float32)
