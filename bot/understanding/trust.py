"""What trial messages teach: how far each kind of evidence may be trusted.

The heads learn from phrases of some authors; whatever is measured on phrases of the same authors
looks far too good. The trial messages are another author's, and no head has seen them. On them the
weighings, the thresholds and the odds of a crisis are fitted, a handful of numbers; their wording
is not learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import PackError
from bot.understanding.asks import AskFinder
from bot.understanding.calibrate import fit as fit_logistic
from bot.understanding.calibrate import fit_speaking_for
from bot.understanding.crisis import CrisisDetector
from bot.understanding.encoder import Encoder
from bot.understanding.heads import Weighing
from bot.understanding.lessons import OUTSIDE
from bot.understanding.model import Alarm, Model, Sorter
from bot.understanding.normalize import clauses, normalize
from bot.understanding.phrasebook import Expected, Phrasebook, TrialMessage
from bot.understanding.reading import SURE_FROM, Glance, Reader
from bot.understanding.rules import RuleBook
from bot.understanding.training import weigh

#: What goes wrong, in units of a question back that offers the right choice (DESIGN.md section 4).
WRONG_ANSWER, VAIN_QUESTION, VAIN_FALLBACK, NEEDLESS_QUESTION = 5.0, 2.0, 2.0, 1.0
#: A second answer nobody asked for stands behind a right one and is passed over at a glance; an ask
#: that was missed must be asked again by somebody who may not notice.
WRONG_SECOND, MISSED_SECOND = 1.0, 1.5
#: A missed crisis costs ten false alarms, which only show a hotline and ask a person to look; but
#: among real messages look-alikes are far more frequent beside crises than in the trial, five times
#: at least. Both together:
MISSED_CRISIS = 2.0
#: Probabilities from which to answer: a wrong answer costs five questions, and one question in four
#: is in vain and costs two, so nothing below 1 - 1.25/5 can pay.
_ANSWER_LEVELS = np.arange(0.75, 0.96, 0.01)
_GIVE_UP_LEVELS = np.arange(0.5, 0.96, 0.01)
_ACT_LEVELS = np.arange(0.1, 0.91, 0.01)
_OFFERED = 3

Figures = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Tried:
    """The trial messages as numbers.

    Attributes:
        messages: those that are one ask or none.
        glances: n-grams and rules of each.
        dense: vectors, or nothing.
        evidence: messages x (full, cheap, near) x labels; without an encoder full repeats cheap.
        rules: messages x labels.
        truth: column of the right label.
    """

    messages: tuple[TrialMessage, ...]
    glances: tuple[Glance, ...]
    dense: Figures | None
    evidence: Figures
    rules: Figures
    truth: NDArray[np.int64]


def trusted(
    model: Model,
    book: Phrasebook,
    *,
    safety: Sequence[str],
    light: Sequence[str],
    encoder: Encoder | None,
) -> Model:
    """Return the model with weighings, thresholds and odds learned on the trial messages.

    Args:
        model: heads and index.
        book: rules and trial messages.
        safety: crisis intents.
        light: small talk, which is no ask of its own.
        encoder: sentence encoder, or nothing.

    Raises:
        PackError: no trial message teaches anything.
    """
    rules = RuleBook([rule for found in book.sets.values() for rule in found.rules])
    tried = _tried(model, book, Reader(model, rules, encoder))
    if not tried.messages:
        raise PackError(["intents/trial.yaml: expected asks that are no phrases word for word"])
    sorter = _weighed(model, tried)
    reader = Reader(replace(model, sorter=sorter), rules, encoder)
    sorter = _with_seconds(sorter, reader, book.trial, frozenset({OUTSIDE, *light}))
    model = replace(model, sorter=sorter)
    if model.alarm is None:
        return model
    reader = Reader(model, rules, encoder)
    return replace(model, alarm=_with_odds(model, model.alarm, tried, safety, reader))


def _with_seconds(
    sorter: Sorter, reader: Reader, trial: Sequence[TrialMessage], passed: frozenset[str]
) -> Sorter:
    """Return the sorter with what tells a second ask from a story."""
    finder = AskFinder(
        sorter.labels,
        passed,
        answer_from=sorter.answer_from,
        odds=sorter.second_odds,
        second_from=sorter.second_from,
    )
    rows: list[tuple[float, ...]] = []
    right: list[int] = []
    for message in trial:
        if message.expected not in {Expected.ASK, Expected.TWO_ASKS}:
            continue
        for label, row in _seconds_of(message.text, reader, finder).items():
            two = message.expected is Expected.TWO_ASKS
            if two or label not in message.intents:  # else it is the one ask, and does no harm
                rows.append(row)
                right.append(int(two and label in message.intents))
    if not 0 < sum(right) < len(right):
        return sorter
    odds = fit_logistic(rows, right)
    level = least_cost([odds(row) for row in rows], right, miss=MISSED_SECOND, false=WRONG_SECOND)
    return replace(sorter, second_odds=odds.weights, second_from=level)


def _seconds_of(text: str, reader: Reader, finder: AskFinder) -> dict[str, tuple[float, ...]]:
    """Return the features of what might be a second ask of a message."""
    normal = normalize(text)
    parts = [part for part in clauses(text) if part != normal]
    if len(parts) < 2:
        return {}
    glance = reader.glance(normal)
    whole = reader.cheap(glance)
    vectors = reader.vectors([normal]) if whole.share(0) < SURE_FROM else None
    if vectors is not None:
        whole = reader.closely(glance, whole, vectors[0])
    tops = finder.tops(reader.clauses(parts, whole))
    return finder.candidates(whole, finder.lead(whole, tops), tops)


def _tried(model: Model, book: Phrasebook, reader: Reader) -> _Tried:
    place = {label: column for column, label in enumerate(model.sorter.labels)}
    messages, glances, truth = [], [], []
    for message in book.trial:
        label = message.intents[0] if message.intents else OUTSIDE
        normal = normalize(message.text)
        if message.expected is Expected.TWO_ASKS or label not in place or not normal:
            continue
        if reader.exact(normal) is not None:
            continue  # known word for word: it teaches nothing
        messages.append(message)
        glances.append(reader.glance(normal))
        truth.append(place[label])
    dense = reader.vectors([glance.normal for glance in glances])
    evidence = np.zeros((len(glances), 3, len(place)), np.float32)
    rules = np.zeros((len(glances), len(place)), np.float32)
    for row, glance in enumerate(glances):
        evidence[row, 1:] = reader.evidence(glance)
        evidence[row, 0] = evidence[row, 1]
        if dense is not None and model.sorter.full is not None:
            evidence[row, 0] = model.sorter.full.score(*glance.features, dense[row])
        ruled = reader.ruled(glance.hits.plain)
        if ruled is not None:
            rules[row] = ruled
    return _Tried(tuple(messages), tuple(glances), dense, evidence, rules, np.array(truth))


def _weighed(model: Model, tried: _Tried) -> Sorter:
    sorter = model.sorter
    outside = sorter.labels.index(OUTSIDE) if OUTSIDE in sorter.labels else -1

    def weighing(kinds: slice) -> Weighing:
        shown = np.concatenate([tried.evidence[:, kinds], tried.rules[:, None]], axis=1)
        found = weigh(shown, tried.truth.tolist(), outside)
        return replace(found, weights=found.weights[:-1], rules=found.weights[-1])

    alone, cheap = weighing(slice(1, 2)), weighing(slice(1, 3))
    full = weighing(slice(0, 3)) if sorter.full is not None else None
    best, kinds = (full, slice(0, 3)) if full else (cheap, slice(1, 3))
    shares = np.stack(
        [
            best.probabilities(one[kinds], ruled)
            for one, ruled in zip(tried.evidence, tried.rules, strict=True)
        ]
    )
    answer_from, outside_from = thresholds(shares, tried.truth, outside)
    return replace(
        sorter,
        weigh_alone=alone,
        weigh_cheap=cheap,
        weigh_full=full,
        answer_from=answer_from,
        outside_from=outside_from,
    )


def thresholds(shares: Figures, truth: NDArray[np.int64], outside: int) -> tuple[float, float]:
    """Return from which probability to answer, and from which to give up, at the least cost.

    Args:
        shares: messages x labels.
        truth: column of the right label.
        outside: column of "belongs to no intent", -1 when there is none.
    """
    judged = _judge(shares, truth, outside)
    costs = {
        (float(answer), float(give_up)): judged.cost(float(answer), float(give_up))
        for answer in _ANSWER_LEVELS
        for give_up in _GIVE_UP_LEVELS
    }
    answer, give_up = min(costs, key=lambda pair: (round(costs[pair], 6), -pair[0], pair[1]))
    return round(answer, 2), round(give_up, 2)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What there is to decide on, message by message.

    Attributes:
        sure: probability of the likeliest label.
        lost: probability of "belongs to no intent".
        outside: the likeliest label is "belongs to no intent".
        right: the likeliest label is the right one.
        none: the message belongs to no intent.
        among: the right intent is among the first three.
    """

    sure: Figures
    lost: Figures
    outside: NDArray[np.bool_]
    right: NDArray[np.bool_]
    none: NDArray[np.bool_]
    among: NDArray[np.bool_]

    def cost(self, answer: float, give_up: float) -> float:
        """Return the mean cost of a message under two thresholds."""
        answered = ~self.outside & (self.sure >= answer)
        silent = ~answered & (self.lost >= give_up)
        asked = ~answered & ~silent
        question = np.where(self.among | self.none, NEEDLESS_QUESTION, VAIN_QUESTION)
        cost = np.where(asked, question, 0.0)
        cost[answered & (self.none | ~self.right)] = WRONG_ANSWER
        cost[silent & ~self.none] = VAIN_FALLBACK
        return float(cost.mean())


def _judge(shares: Figures, truth: NDArray[np.int64], outside: int) -> _Judged:
    rows = np.arange(len(shares))
    top = shares.argmax(axis=1)
    inside = shares.copy()
    if outside >= 0:
        inside[:, outside] = -1.0
    offered = np.argsort(-inside, axis=1)[:, :_OFFERED]
    return _Judged(
        sure=shares[rows, top],
        lost=shares[:, outside] if outside >= 0 else np.zeros(len(shares), np.float32),
        outside=top == outside,
        right=top == truth,
        none=truth == outside,
        among=(offered == truth[:, None]).any(axis=1),
    )


def _with_odds(
    model: Model,
    alarm: Alarm,
    tried: _Tried,
    safety: Sequence[str],
    reader: Reader,
) -> Alarm:
    """Return the alarm with its odds and the level from which it is raised."""
    detector = CrisisDetector(alarm, model.sorter.labels, safety)
    quick_rows, close_rows, wanted = [], [], []
    for row, (message, glance) in enumerate(zip(tried.messages, tried.glances, strict=True)):
        first = message.intents[0] if message.intents else OUTSIDE
        if first not in safety and set(message.intents) & set(safety):
            continue  # either answer would do
        reading = reader.cheap(glance)
        quick_rows.append(detector.evidence(alarm, glance, reading))
        if tried.dense is not None:
            reading = reader.closely(glance, reading, tried.dense[row])
        close_rows.append(detector.evidence(alarm, glance, reading))
        wanted.append(int(first in safety))
    quick = fit_speaking_for(quick_rows, wanted)
    close = fit_speaking_for(close_rows, wanted)
    odds = [close(row) for row in close_rows]
    return replace(
        alarm,
        quick=quick.weights,
        close=close.weights,
        fire_from=least_cost(odds, wanted, miss=MISSED_CRISIS, false=1.0),
    )


def least_cost(odds: Sequence[float], right: Sequence[int], *, miss: float, false: float) -> float:
    """Return the odds from which acting costs least.

    Args:
        odds: one a case.
        right: whether acting is right.
        miss: what it costs not to act where it is right.
        false: what it costs to act where it is wrong.
    """
    found, wanted = np.array(odds), np.array(right) == 1
    costs = [
        (
            miss * float((wanted & (found < level)).sum())
            + false * float((~wanted & (found >= level)).sum()),
            float(level),
        )
        for level in _ACT_LEVELS
    ]
    return round(min(costs)[1], 2)
