"""The crisis detector: rules and a learned alarm, first in line and tuned to recall.

Rules alone miss what is said in a veiled way and fire on look-alikes (热死了); the alarm has
learned both from
phrases and look-alikes. Its odds join the best margin of the crisis heads with the strongest rule.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.calibrate import Logistic
from bot.understanding.features import Ids, Values
from bot.understanding.model import Alarm
from bot.understanding.rules import RuleHit

#: Gives the sentence vector of one message when it is asked for, or nothing.
Vector = Callable[[], NDArray[np.float32] | None]
#: What a crisis rule adds to the log-odds. Set, not fitted: the rules were written with the
#: phrases and look-alikes in sight, which would make them look perfect.
RULE_WORTH = 1.2
#: Odds from which a crisis is answered as one. A miss costs at least ten times a false alarm, which
#: only shows a hotline and asks a person to look; but crises are some twenty times rarer among real
#: messages than among the phrases the odds were learned on. Both together ask for a little under
#: one half.
FIRE_FROM = 0.45
#: From these odds of the cheap head on, the sentence vector is asked too.
DOUBT_FROM = 0.03


class CrisisDetector:
    """Tells which crises a message raises.

    Args:
        alarm: learned part, or nothing.
    """

    def __init__(self, alarm: Alarm | None):
        self._alarm = alarm

    def odds(
        self, features: tuple[Ids, Values], hits: Sequence[RuleHit], vector: Vector
    ) -> tuple[float, str]:
        """Return how likely the message is a crisis and which one.

        Args:
            features: n-gram features of the message.
            hits: crisis rules that fire.
            vector: gives the sentence vector when it is needed.
        """
        if self._alarm is None:
            return (hits[0].weight, hits[0].rule.intent) if hits else (0.0, "")
        alarm = self._alarm
        strongest = hits[0].weight if hits else 0.0
        margins = alarm.cheap.score(*features)
        odds = _odds(alarm.cheap_odds, margins, strongest, alarm.labels)
        if alarm.full is not None and (odds >= DOUBT_FROM or hits):
            found = vector()
            if found is not None:
                margins = alarm.full.score(*features, found)
                odds = _odds(alarm.full_odds, margins, strongest, alarm.labels)
        return odds, self._which(margins, hits)

    def _which(self, margins: NDArray[np.float32], hits: Sequence[RuleHit]) -> str:
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


def best_margin(margins: NDArray[np.float32], labels: Sequence[str]) -> float:
    """Return the highest crisis margin."""
    return max(float(margin) for margin, label in zip(margins, labels, strict=True) if label)


def _odds(
    weights: tuple[float, ...], margins: NDArray[np.float32], rule: float, labels: Sequence[str]
) -> float:
    return odds_of(weights, best_margin(margins, labels), rule)


def odds_of(weights: tuple[float, ...], margin: float, rule: float) -> float:
    """Return the odds of a crisis from the best margin and the strongest rule."""
    return Logistic((weights[0], weights[1] + RULE_WORTH * rule))((margin,))
