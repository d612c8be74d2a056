"""Two asks in one message: which clause leads, and whether another asks for something of its own.

A clause read alone often sounds like an ask it is not: in 我在工地干活，工资拿不到 the first half
tells a story. So a second ask needs more than a sure clause: the whole message must speak for it
too, and another clause for the first. A logistic weighs that; it is learned on trial messages.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.understanding.calibrate import Logistic
from bot.understanding.lessons import OUTSIDE
from bot.understanding.reading import Reading

#: A sure clause leads where the whole is less sure than this …
LEAD_BELOW = 0.5
#: … and a clause is sure from here on: it is torn out of what it stands in, so more is asked of it
#: than of a whole message.
LEAD_FROM = 0.9
#: Keeps the log-odds of a share finite.
_LEAST_SHARE = 1e-3
_SECOND_PLACE = 1


@dataclass(frozen=True, slots=True)
class Asks:
    """What a message asks for.

    Attributes:
        lead: reading of the first ask.
        second: label of the second, "" when there is none.
    """

    lead: Reading
    second: str = ""


class AskFinder:
    """Tells one ask from two.

    Args:
        labels: columns.
        passed: labels that are no ask of their own: small talk, "belongs to no intent".
        answer_from: probability from which a whole message is answered.
        odds: weights of :func:`features` and 1.
        second_from: odds from which a second ask is answered.
    """

    def __init__(
        self,
        labels: Sequence[str],
        passed: Collection[str],
        *,
        answer_from: float,
        odds: tuple[float, ...],
        second_from: float,
    ):
        self._labels = labels
        self._passed = frozenset(passed)
        self._answer_from = answer_from
        self._odds = Logistic(odds)
        self._second_from = second_from

    def find(self, whole: Reading, parts: Sequence[Reading]) -> Asks:
        """Choose what is asked: small talk yields to an ask, a clause may add a second."""
        tops = self.tops(parts)
        lead = self.lead(whole, tops)
        rated = [
            (self._odds(row), label) for label, row in self.candidates(whole, lead, tops).items()
        ]
        odds, label = max(rated, default=(0.0, ""))
        if odds < self._second_from:
            return Asks(lead)
        own = tops.get(self._labels[lead.order[0]])  # two asks share the whole's belief
        return Asks(own if own and own.share(0) > lead.share(0) else lead, label)

    def tops(self, parts: Sequence[Reading]) -> dict[str, Reading]:
        """Return the surest clause of each ask that a clause speaks for, in order."""
        found: dict[str, Reading] = {}
        for part in parts:
            label = self._labels[part.order[0]]
            if label in self._passed:
                continue
            if label not in found or part.share(0) > found[label].share(0):
                found[label] = part
        return found

    def lead(self, whole: Reading, tops: dict[str, Reading]) -> Reading:
        """Return the reading of the first ask: the whole message's, or a surer clause's."""
        sure = [part for part in tops.values() if part.share(0) >= LEAD_FROM]
        if not sure:
            return whole
        if len(sure) > 1 and whole.share(0) < self._answer_from:
            return sure[0]
        top = self._labels[whole.order[0]]
        small_talk = top in self._passed and top != OUTSIDE  # an advertisement names services too
        if small_talk or whole.share(0) < LEAD_BELOW:
            return max(sure, key=lambda part: part.share(0))
        return whole

    def candidates(
        self, whole: Reading, lead: Reading, tops: dict[str, Reading]
    ) -> dict[str, tuple[float, ...]]:
        """Return the features of each ask that might be the second.

        They are: the clause's log-odds; how far the whole's score for it lies behind the first, and
        that score; whether it comes second there; the log-odds of the first ask's own clause.
        """
        if whole.scores is None:
            return {}
        first = self._labels[lead.order[0]]
        own = tops.get(first)
        found: dict[str, tuple[float, ...]] = {}
        for label, part in tops.items():
            if label == first:
                continue
            scores, column = whole.scores, part.order[0]
            ahead = int((scores > scores[column]).sum())
            found[label] = (
                log_odds(part.share(0)),
                float(scores.max() - scores[column]),
                float(scores[column]),
                float(ahead == _SECOND_PLACE),
                log_odds(own.share(0) if own else 0.0),
            )
        return found


def log_odds(share: float) -> float:
    """Return the log-odds of a share, finite for 0 and 1 too."""
    return math.log((share + _LEAST_SHARE) / (1.0 - share + _LEAST_SHARE))
