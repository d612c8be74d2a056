"""The crisis detector: first in line, tuned to recall.

Rules alone miss what is said in a veiled way and fire on look-alikes (热死了); heads learned from
phrases and look-alikes do better, and best is what all evidence says together: the margins of the
crisis heads, the strongest rule, and how much of the sorter's belief lies on crises. A logistic
joins them; it is learned on messages of another author (:mod:`bot.understanding.trust`).
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.calibrate import Logistic
from bot.understanding.model import Alarm
from bot.understanding.reading import Glance, Reading, Vector
from bot.understanding.rules import RuleHit

#: What a crisis rule adds to the log-odds where no trial messages tell: the rules were written with
#: phrases and look-alikes in sight, which would make them look perfect.
RULE_WORTH = 1.2
#: From these odds on a crisis is answered as one, where no trial messages tell.
FIRE_FROM = 0.45
#: From these odds of the cheap evidence on, the sentence vector is asked too.
DOUBT_FROM = 0.05
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

    def quickly(self, glance: Glance, reading: Reading) -> Odds:
        """Judge by n-grams, rules and the cheap reading."""
        hits = glance.hits.crisis
        if self._alarm is None:
            return (hits[0].weight, hits[0].rule.intent) if hits else (0.0, "")
        features, margins = self.cheap_evidence(self._alarm, glance, reading)
        return Logistic(self._alarm.cheap_odds)(features), self._which(margins, hits)

    def cheap_evidence(
        self, alarm: Alarm, glance: Glance, reading: Reading
    ) -> tuple[tuple[float, ...], Margins]:
        """Return the features of the cheap odds (margin, rule, lean) and the head's margins."""
        margins = alarm.cheap.score(*glance.features)
        best = best_margin(margins, alarm.labels)
        return (best, _strongest(glance.hits.crisis), self._lean(reading)), margins

    def full_evidence(
        self, alarm: Alarm, glance: Glance, reading: Reading, vector: Margins
    ) -> tuple[tuple[float, ...], Margins]:
        """Return the features of the full odds (cheap and full margin, rule, lean) and margins."""
        (cheap, rule, lean), quick = self.cheap_evidence(alarm, glance, reading)
        if alarm.full is None:
            return (cheap, cheap, rule, lean), quick
        margins = alarm.full.score(*glance.features, vector)
        return (cheap, best_margin(margins, alarm.labels), rule, lean), margins

    def judge(self, glance: Glance, reading: Reading, vector: Vector) -> Odds:
        """Judge a text, its vector too where it is in doubt.

        Args:
            glance: n-grams and rules.
            reading: the closest reading so far.
            vector: gives the sentence vector.
        """
        quick = self.quickly(glance, reading)
        doubtful = quick[0] >= DOUBT_FROM or bool(glance.hits.crisis)
        found = vector() if doubtful and self._alarm and self._alarm.full else None
        return quick if found is None else self.closely(glance, reading, found)

    def closely(self, glance: Glance, reading: Reading, vector: Margins) -> Odds:
        """Judge by all there is."""
        if self._alarm is None or self._alarm.full is None:
            return self.quickly(glance, reading)
        features, margins = self.full_evidence(self._alarm, glance, reading, vector)
        odds = Logistic(self._alarm.full_odds)(features)
        return odds, self._which(margins, glance.hits.crisis)

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


def _strongest(hits: Sequence[RuleHit]) -> float:
    return hits[0].weight if hits else 0.0
