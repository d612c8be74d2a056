"""Fits the heads and their weighing on phrases alone.

Trial heads are fitted without some styles of wording, which then teach how far scores may be
trusted; final heads are fitted on all phrases. Deterministic.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from bot.understanding.encoder import Encoder
from bot.understanding.features import GramSpace, fit_space
from bot.understanding.fitting import Method, Names, Samples, few, fit_head, method_for
from bot.understanding.heads import Head, Weighing, centred
from bot.understanding.lexical import LexicalIndex

#: One phrase in so many is held back to learn the weighing.
HOLD_BACK = 4
#: Styles held back together, round by round: wording furthest from the other styles.
HELD_STYLES = (("indirect", "dialect", "voice"),)
#: A wrong answer costs five times a question back, so answer from 1 - 1/5 on (DESIGN.md §4) …
ANSWER_FROM = 0.8
#: … and from higher on, when more than this share of held-back messages would be answered wrong.
MAX_WRONG = 0.015
MOST_CAREFUL = 0.95
#: From this share on, "belongs to no intent" is believed and the message is not guessed at.
OUTSIDE_FROM = 0.5
#: A second ask in one message is answered too from these odds; where no trial messages tell, its
#: clause must be surer than six to one.
SECOND_FROM = 0.5
SECOND_ODDS = (1.0, 0.0, 0.0, 0.0, 0.0, -1.8)
#: With more n-grams than this, the rarest are left out; each costs a process some 200 bytes. The
#: packs' phrases have less than half as many.
MOST_GRAMS = 350_000
#: Stands where the weighing is still to be learned.
UNWEIGHED = Weighing((), 0.0, -1)
_BATCH = 256
_RIDGE = 1e-4
#: Held-back phrases are few where labels have few, and one lucky one must not sway the weighing.
_RIDGE_FEW = 5e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Labelled phrases in order.

    Attributes:
        normals: normal forms.
        labels: intents; "" is "belongs to no intent".
        styles: in which style each was written, "" where that is not known. Whole styles are held
            back in turn, so that trust is learned on wording the heads have not met; phrases of one
            author and style are too much alike to teach it. Empty means none is known.
        names: what a label is called, in words.
        kinds: normal form -> kind, of messages that belong to no intent.
    """

    normals: tuple[str, ...]
    labels: tuple[str, ...]
    styles: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a training run leaves.

    Attributes:
        labels: column names.
        space: the n-grams.
        cheap: head over n-grams alone.
        full: head over n-grams and the sentence vector; ``None`` without an encoder.
        weigh_alone: weighing of the cheap head alone.
        weigh_cheap: weighing of (cheap head, nearest phrase).
        weigh_full: weighing of (full head, cheap head, nearest phrase).
        answer_from: probability from which a message is answered.
        outside_from: probability of "belongs to no intent" from which a message is not guessed at.
        second_odds: weights by which a second ask is judged (:mod:`bot.understanding.asks`).
        second_from: odds from which it is answered.
    """

    labels: tuple[str, ...]
    space: GramSpace
    cheap: Head
    full: Head | None
    weigh_alone: Weighing
    weigh_cheap: Weighing
    weigh_full: Weighing | None
    answer_from: float = ANSWER_FROM
    outside_from: float = OUTSIDE_FROM
    second_odds: tuple[float, ...] = SECOND_ODDS
    second_from: float = SECOND_FROM


def in_order(space: GramSpace, *, most: int = MOST_GRAMS) -> GramSpace:
    """Return a space with the commonest n-grams first, and no more of them than ``most``.

    What messages ask for often then lies close together in the mapped arrays, and the rest stays on
    the disk. Where there are more, the rarest go, all alike rare together.
    """
    order = np.argsort(space.idf, kind="stable")
    rarity = space.idf[order]
    if len(order) > most:
        order = order[: np.searchsorted(rarity, rarity[most])]
    grams = list(space.columns)
    columns = {grams[place]: column for column, place in enumerate(order.tolist())}
    return GramSpace(columns, space.idf[order])


def sparse_rows(space: GramSpace, normals: Sequence[str]) -> sparse.csr_matrix:
    """Return the n-gram features of many normal forms."""
    pointers, ids, values = [0], [], []
    for normal in normals:
        own_ids, own_values = space.vector(normal)
        ids.append(own_ids)
        values.append(own_values)
        pointers.append(pointers[-1] + len(own_ids))
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(ids), pointers), shape=(len(normals), space.width)
    )


def vectors(encoder: Encoder, normals: Sequence[str]) -> NDArray[np.float32]:
    """Return the sentence vectors of many normal forms."""
    parts = [encoder.encode(normals[at : at + _BATCH]) for at in range(0, len(normals), _BATCH)]
    return np.concatenate(parts)


def folds_of(normals: Sequence[str]) -> list[NDArray[np.int64]]:
    """Split phrases into four by a hash of their text: stable when others are added."""
    marks = [
        hashlib.blake2b(normal.encode(), digest_size=1).digest()[0] % HOLD_BACK
        for normal in normals
    ]
    return [np.flatnonzero(np.array(marks) == fold) for fold in range(HOLD_BACK)]


def near_matrix(
    index: LexicalIndex, normals: Sequence[str], place: dict[str, int], count: int
) -> NDArray[np.float32]:
    """Return nearness of the nearest phrases as messages x intents."""
    out = np.zeros((len(normals), count), np.float32)
    for row, normal in enumerate(normals):
        for near in index.nearest(normal):
            if near.intent in place:
                out[row, place[near.intent]] = near.score
    return out


@dataclass(frozen=True, slots=True)
class _Bench:
    """The lesson as numbers, shared by all fits.

    Attributes:
        lesson: phrases and labels.
        space: n-grams.
        rows: n-gram features.
        dense: sentence vectors, or nothing.
        truth: column of each phrase's label.
        labels: what the columns are.
        method: how heads are fitted.
        apart: like ``truth``, but kinds of "belongs to no intent" beyond the first stand in columns
            of their own behind all labels.
    """

    lesson: Lesson
    space: GramSpace
    rows: sparse.csr_matrix
    dense: NDArray[np.float32] | None
    truth: NDArray[np.int32]
    labels: tuple[str, ...]
    method: Method
    apart: NDArray[np.int32]

    def head(self, rows: NDArray[np.int64], *, full: bool) -> Head:
        """Fit a head, each kind of message that belongs to no intent in a column of its own."""
        kinds = max(0, int(self.apart.max()) + 1 - len(self.labels))
        samples = Samples(
            rows=self.rows[rows],
            labels=self.apart[rows],
            count=len(self.labels) + kinds,
            dense=self.dense[rows] if full and self.dense is not None else None,
        )
        return replace(fit_head(samples, self.method), kinds=kinds)

    def evidence(self, learn: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return evidence on ``test``: messages x (full, cheap, near) x intents."""
        cheap = head_scores(self.head(learn, full=False), self.rows[test], None)
        full = cheap
        if self.dense is not None:
            full = head_scores(self.head(learn, full=True), self.rows[test], self.dense[test])
        normals, labels = self.lesson.normals, self.lesson.labels
        place = {label: column for column, label in enumerate(self.labels)}
        index = LexicalIndex(
            self.space, [normals[at] for at in learn], [labels[at] for at in learn]
        )
        near = near_matrix(index, [normals[at] for at in test], place, len(self.labels))
        return np.stack([full, cheap, near], axis=1)


def fit(lesson: Lesson, encoder: Encoder | None, *, with_trust: bool = True) -> Fitted:
    """Fit heads and weighings.

    Args:
        lesson: labelled phrases.
        encoder: sentence encoder, or nothing.
        with_trust: fit the weighings too; not needed where trial messages teach them.
    """
    labels = tuple(sorted(set(lesson.labels)))
    place = {label: column for column, label in enumerate(labels)}
    space = replace(in_order(fit_space(lesson.normals)), met={})
    truth = np.array([place[label] for label in lesson.labels], np.int32)
    bench = _Bench(
        lesson=lesson,
        space=space,
        rows=sparse_rows(space, lesson.normals),
        dense=vectors(encoder, lesson.normals) if encoder else None,
        truth=truth,
        labels=labels,
        method=method_for(lesson.labels, _names(lesson, labels, encoder)),
        apart=_apart(lesson, truth, len(labels)),
    )
    everyone = np.arange(len(lesson.normals))
    fitted = Fitted(
        labels=labels,
        space=space,
        cheap=bench.head(everyone, full=False),
        full=bench.head(everyone, full=True) if encoder else None,
        weigh_alone=UNWEIGHED,
        weigh_cheap=UNWEIGHED,
        weigh_full=UNWEIGHED if encoder else None,
    )
    return _with_trust(fitted, bench, everyone) if with_trust else fitted


def _apart(lesson: Lesson, truth: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return the columns with the kinds of "belongs to no intent" apart."""
    lost = [
        (row, lesson.kinds.get(lesson.normals[row], ""))
        for row, label in enumerate(lesson.labels)
        if not label
    ]
    kinds = sorted({kind for _, kind in lost})
    columns = {kind: count + number - 1 for number, kind in enumerate(kinds)}
    apart = truth.copy()
    for row, kind in lost:
        if kind != kinds[0]:
            apart[row] = columns[kind]
    return apart


def _with_trust(fitted: Fitted, bench: _Bench, everyone: NDArray[np.int64]) -> Fitted:
    """Fit the weighings on phrases held back from trial heads."""
    trial, truth = _trial(bench, everyone)
    outside = fitted.labels.index("") if "" in fitted.labels else -1
    ridge = _RIDGE_FEW if few(bench.lesson.labels) else _RIDGE
    cheap = weigh(trial[:, 1:], truth, outside, ridge=ridge)
    full = weigh(trial, truth, outside, ridge=ridge) if fitted.full else None
    return replace(
        fitted,
        weigh_alone=weigh(trial[:, 1:2], truth, outside, ridge=ridge),
        weigh_cheap=cheap,
        weigh_full=full,
        answer_from=threshold(full or cheap, trial if full else trial[:, 1:], truth),
    )


def _names(lesson: Lesson, labels: Sequence[str], encoder: Encoder | None) -> Names | None:
    """Return the names of labels as vectors, where they will be read."""
    known = [column for column, label in enumerate(labels) if lesson.names.get(label)]
    if encoder is None or not known or not few(lesson.labels):
        return None
    called = [lesson.names[labels[column]] for column in known]
    return Names(np.array(known, np.int32), vectors(encoder, called))


def threshold(weighing: Weighing, evidence: NDArray[np.float32], truth: Sequence[int]) -> float:
    """Return the least probability to answer from that keeps wrong answers rare.

    At least what the costs ask for; more, where the held-back phrases would otherwise get more than
    ``MAX_WRONG`` wrong answers.
    """
    silent = np.zeros(evidence.shape[2], np.float32)
    shares = np.stack([weighing.probabilities(one, silent) for one in evidence])
    top, sure = shares.argmax(axis=1), shares.max(axis=1)
    inside = np.array(truth) != weighing.place
    wrong = (top != np.array(truth)) & (top != weighing.place) & inside
    for level in np.arange(ANSWER_FROM, MOST_CAREFUL, 0.01):
        if float(np.mean((wrong & (sure >= level))[inside])) <= MAX_WRONG:
            return round(float(level), 2)
    return MOST_CAREFUL


def _trial(bench: _Bench, everyone: NDArray[np.int64]) -> tuple[NDArray[np.float32], list[int]]:
    """Return evidence on held-back phrases, and their true columns."""
    parts: list[NDArray[np.float32]] = []
    truth: list[int] = []
    for held, test in _held_back(bench.lesson):
        if len(test) and len(held) < len(everyone):
            parts.append(bench.evidence(np.setdiff1d(everyone, held), test))
            truth += bench.truth[test].tolist()
    return np.concatenate(parts), truth


def _held_back(lesson: Lesson) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return what is left out and what of it is asked, round by round."""
    folds = folds_of(lesson.normals)
    if not lesson.styles:
        return [(fold, fold) for fold in folds]
    styles = np.array(lesson.styles)
    rounds = []
    for number, group in enumerate(HELD_STYLES):
        held = np.flatnonzero(np.isin(styles, group))
        outside = folds[number][styles[folds[number]] == ""]
        asked = np.concatenate([np.intersect1d(held, folds[number]), outside])
        rounds.append((np.concatenate([held, outside]), asked))
    return rounds


def weigh(
    evidence: NDArray[np.float32], truth: Sequence[int], place: int, *, ridge: float = _RIDGE
) -> Weighing:
    """Fit a conditional logit; no kind of evidence may count against what it speaks for.

    Args:
        evidence: messages x kinds x intents, from heads that have not seen the messages.
        truth: column of the right intent of each message.
        place: column of "belongs to no intent", -1 when there is none.
        ridge: how much large weights are distrusted.
    """
    count, kinds, intents = evidence.shape
    extra = np.zeros((count, 1, intents), np.float64)
    if place >= 0:
        extra[:, 0, place] = 1.0
    full = np.concatenate([evidence.astype(np.float64), extra], axis=1)
    right = full[np.arange(count), :, list(truth)]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total = np.einsum("k,nkc->nc", weights, full)
        total -= total.max(axis=1, keepdims=True)
        share = np.exp(total)
        share /= share.sum(axis=1, keepdims=True)
        likely = np.log(share[np.arange(count), list(truth)] + 1e-12)
        mean = np.einsum("nc,nkc->nk", share, full)
        gradient = (mean - right).mean(axis=0) + 2 * ridge * weights
        return float(-likely.mean() + ridge * weights @ weights), gradient

    bounds = [(0.0, None)] * kinds + [(None, None)]
    found = minimize(loss, np.ones(kinds + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Weighing(tuple(map(float, found.x[:-1])), float(found.x[-1]), place)


def head_scores(
    head: Head, rows: sparse.csr_matrix, dense: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Return the raw scores of many messages: messages x labels."""
    total = np.asarray(rows @ head.grams.astype(np.float32)) * head.scale + head.bias
    if dense is not None and head.dense is not None and head.centre is not None:
        total = total + centred(dense, head.centre) @ head.dense
    return head.folded(np.asarray(total, np.float32))
