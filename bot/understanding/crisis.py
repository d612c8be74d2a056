"""The crisis detector: first in line, tuned to recall.

Rules alone miss what is said in a veiled way and fire on look-alikes (热死了); a head learned from
phrases and look-alikes does better, and best is what all evidence says together: the margin of the
crisis head, the strongest rule, and how much of the sorter's belief lies on crises. A logistic
joins them; it is learned on messages of another author (:mod:`bot.understanding.trust`).
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.calibrate import Logistic
from bot.understanding.model import Alarm
from bot.understanding.reading import CLOSELY, Glance, Reading
from bot.understanding.rules import RuleHit

#: What a crisis rule adds to the log-odds where no trial messages tell: the rules were written with
#: phrases and look-alikes in sight, which would make them look perfect.
RULE_WORTH = 1.2
#: From these odds on a crisis is answered as one, where no trial messages tell.
FIRE_FROM = 0.45
#: From these odds of the cheap evidence on, the sentence vector is asked too.
DOUBT_FROM = 0.15
#: Keeps the log-odds of a share finite.
_LEAST_SHARE = 1e-4

Odds = tuple[float, str]
Margins = NDArray[np.float32]


class CrisisDetector:
    """Tells how likely a text is a crisis, and which.

    Args:
        alarm: learned part, or nothing: then the rules alone speak.
        labels: columns of the sorter.
        safety: crisis intents.
    """

    def __init__(self, alarm: Alarm | None, labels: Sequence[str], safety: Collection[str]):
        self._alarm = alarm
        self._columns = [column for column, label in enumerate(labels) if label in safety]

    @property
    def fire_from(self) -> float:
        """Return the odds from which a crisis is answered as one."""
        return self._alarm.fire_from if self._alarm else FIRE_FROM

    def judge(self, glance: Glance, reading: Reading) -> Odds:
        """Judge a text by its reading, a quick or a close one."""
        hits = glance.hits.crisis
        if self._alarm is None:
            return (hits[0].weight, hits[0].rule.intent) if hits else (0.0, "")
        margins = self._alarm.head.score(*glance.features)
        weights = self._alarm.close if reading.stage == CLOSELY else self._alarm.quick
        odds = Logistic(weights)(self._features(margins, glance, reading))
        return odds, self._which(margins, hits)

    def evidence(self, alarm: Alarm, glance: Glance, reading: Reading) -> tuple[float, ...]:
        """Return the features of the odds: margin, strongest rule, lean of the sorter."""
        return self._features(alarm.head.score(*glance.features), glance, reading)

    def _features(self, margins: Margins, glance: Glance, reading: Reading) -> tuple[float, ...]:
        labels = self._alarm.labels if self._alarm else ()
        hits = glance.hits.crisis
        return best_margin(margins, labels), hits[0].weight if hits else 0.0, self._lean(reading)

    def doubtful(self, glance: Glance, odds: Odds) -> bool:
        """Tell whether a quick judgement must be looked at closely."""
        return odds[0] >= DOUBT_FROM or bool(glance.hits.crisis)

    def _lean(self, reading: Reading) -> float:
        """Return the log-odds that the sorter gives to crises together."""
        share = float(reading.shares[self._columns].sum()) if self._columns else 0.0
        return math.log((share + _LEAST_SHARE) / (1.0 - share + _LEAST_SHARE))

    def _which(self, margins: Margins, hits: Sequence[RuleHit]) -> str:
        """Return the crisis named by the head, a rule's word counting half a margin."""
        if self._alarm is None:
            return ""
        scores = {
            label: float(margin)
            for label, margin in zip(self._alarm.labels, margins, strict=True)
            if label
        }
        for hit in hits:
            scores[hit.rule.intent] = scores.get(hit.rule.intent, -1.0) + 0.5 * hit.weight
        return max(scores, key=lambda label: (scores[label], label))


def best_margin(margins: Margins, labels: Sequence[str]) -> float:
    """Return the highest crisis margin."""
    return max(float(margin) for margin, label in zip(margins, labels, strict=True) if label)
