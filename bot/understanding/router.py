"""The router: one message in, one calibrated decision out, with its reasons.

Cheap evidence first (exact phrase, keyword rules, nearest phrases, a linear head over n-grams);
the sentence
encoder is asked only where that is not sure. Crises are looked for before anything else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.crisis import FIRE_FROM, CrisisDetector, VectorSource
from bot.understanding.encoder import Encoder
from bot.understanding.features import Ids, Values
from bot.understanding.learn import model_for
from bot.understanding.lessons import OUTSIDE
from bot.understanding.model import Model
from bot.understanding.normalize import clauses, normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.rules import RuleBook, RuleHit

#: From this share on, "belongs to no intent" is believed and the message is not guessed at.
OUTSIDE_FROM = 0.5
#: The n-gram head decides alone from here on.
PLAIN_FROM = 0.995
#: The cheap evidence decides alone from here on; below, the encoder is asked.
SURE_FROM = 0.98
#: A second ask in one message is answered too when its clause is this sure.
SECOND_FROM = 0.85
#: From these odds of the whole message on, its clauses are looked at for a crisis too.
CLAUSE_DOUBT = 0.3
#: From these odds on a crisis is answered as one too, when the sorter is sure of it as well.
SECONDED_FROM = 0.2
#: A sure clause leads where the whole is less sure than this.
LEAD_BELOW = 0.5
MAX_CLAUSES = 6
#: Up to so many clauses of an unsure message are read with the sentence vector too.
FEW_CLAUSES = 3
#: Longest message that is looked at, in characters of its normal form; the platform allows more.
MAX_CHARS = 400
_CACHE = 4096


Features = tuple[Ids, Values]


class Decision(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent and the probability that it is meant."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a message means.

    Attributes:
        normal: the message in normal form.
        decision: answer, clarify or fallback.
        intents: ids to answer, safety first; empty unless ``decision`` is answer.
        score: probability that the first candidate is right.
        candidates: up to five, likeliest first; for clarify the first three are offered.
        safety: a crisis intent fired.
        slots: values pulled from the message.
        reasons: works out what spoke for the decision.
    """

    normal: str
    decision: Decision
    intents: tuple[str, ...]
    score: float
    candidates: tuple[Candidate, ...]
    safety: bool
    slots: Mapping[str, str] = field(default_factory=dict)
    reasons: Callable[[], Mapping[str, object]] = field(default=dict, compare=False, repr=False)

    @property
    def why(self) -> Mapping[str, object]:
        """Return what spoke for the decision, for people; worked out when asked."""
        return self.reasons()

    @property
    def intent(self) -> str | None:
        """Return the first intent to answer, or nothing."""
        return self.intents[0] if self.intents else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One text read on its own: probabilities by label, and what spoke for them."""

    shares: NDArray[np.float32]
    order: tuple[int, ...]
    hits: tuple[RuleHit, ...]
    stage: str

    def share(self, place: int) -> float:
        return float(self.shares[self.order[place]]) if place < len(self.order) else 0.0


class Router:
    """An immutable snapshot; safe to share between threads.

    Args:
        model: what was learned from the phrases.
        book: the phrases, for rules and exact matches.
        safety: ids that are crises, checked first.
        light: ids of small talk, which never swallow an ask.
        encoder: sentence encoder, or nothing.
    """

    def __init__(
        self,
        model: Model,
        book: Phrasebook,
        *,
        safety: Iterable[str] = (),
        light: Iterable[str] = (),
        encoder: Encoder | None = None,
    ):
        self._model = model
        self._labels = model.sorter.labels
        self._place = {label: column for column, label in enumerate(self._labels)}
        self._safety = frozenset(safety)
        self._light = frozenset(light)
        self._encoder = encoder if model.encoder else None
        rules = [rule for found in book.sets.values() for rule in found.rules]
        self._rules = RuleBook([rule for rule in rules if not rule.safety])
        crisis_rules = RuleBook([rule for rule in rules if rule.safety])
        self._detector = CrisisDetector(model.alarm, crisis_rules)
        self._exact = _exact(model)
        self.understand = lru_cache(maxsize=_CACHE)(self._understand)

    @classmethod
    def build(
        cls,
        book: Phrasebook,
        *,
        safety: Iterable[str] = (),
        light: Iterable[str] = (),
        encoder: Encoder | None = None,
        folder: Path | None = None,
    ) -> "Router":
        """Return a router over a phrasebook, its model read from ``folder`` or fitted."""
        crises = tuple(sorted(safety))
        model = model_for(book, safety=crises, encoder=encoder, folder=folder)
        return cls(model, book, safety=crises, light=light, encoder=encoder)

    @property
    def size(self) -> int:
        """Return how many phrases are indexed."""
        return len(self._model.index.texts)

    def crisis(self, text: str) -> tuple[str, ...]:
        """Return the crisis intent a message raises, or nothing."""
        found = self.understand(text)
        return found.intents[:1] if found.safety else ()

    def _vector(self, normal: str) -> VectorSource:
        encoder = self._encoder

        def compute() -> NDArray[np.float32] | None:
            return encoder.encode([normal])[0] if encoder is not None else None

        return VectorSource(compute)

    def _read(
        self, normal: str, features: Features, vector: VectorSource | None = None
    ) -> _Reading:
        """Read one normal form: cheap evidence first, the vector where it is not sure."""
        hits = tuple(self._rules.hits(normal))
        exact = self._exact.get(normal)
        if exact is not None:
            shares = np.full(len(self._labels), 0.01 / len(self._labels), np.float32)
            shares[self._place[exact]] = 0.99
            return self._reading(shares, hits, "exact")
        sorter = self._model.sorter
        ruled = self._ruled(hits)
        cheap = sorter.cheap.score(*features)
        shares = sorter.weigh_alone.probabilities(cheap[None], ruled)
        if float(shares.max()) >= PLAIN_FROM:
            return self._reading(shares, hits, "n-grams")
        nearness = self._nearness(normal, features)
        shares = sorter.weigh_cheap.probabilities(np.vstack([cheap, nearness]), ruled)
        unsure = float(shares.max()) < SURE_FROM
        if not (vector and unsure and sorter.full and sorter.weigh_full):
            return self._reading(shares, hits, "nearest")
        found = vector()
        if found is None:
            return self._reading(shares, hits, "nearest")
        full = sorter.full.score(*features, found)
        shares = sorter.weigh_full.probabilities(np.vstack([full, cheap, nearness]), ruled)
        return self._reading(shares, hits, "encoder")

    def _nearness(self, normal: str, features: Features) -> NDArray[np.float32]:
        nearness = np.zeros(len(self._labels), np.float32)
        for item in self._model.index.nearest(normal, features=features):
            nearness[self._place[item.intent]] = item.score
        return nearness

    def _ruled(self, hits: Sequence[RuleHit]) -> NDArray[np.float32]:
        weight = np.zeros(len(self._labels), np.float32)
        for hit in hits:
            if hit.rule.intent in self._place:
                weight[self._place[hit.rule.intent]] = hit.weight
        return weight

    @staticmethod
    def _reading(shares: NDArray[np.float32], hits: tuple[RuleHit, ...], stage: str) -> _Reading:
        order = tuple(np.argsort(-shares, kind="stable")[:8].tolist())
        return _Reading(shares, order, hits, stage)

    def _top(self, reading: _Reading) -> str:
        return self._labels[reading.order[0]]

    def _understand(self, text: str) -> Understanding:
        normal = normalize(text)[:MAX_CHARS]
        if not normal:
            return Understanding(
                normal="", decision=Decision.FALLBACK, intents=(), score=0.0, candidates=(),
                safety=False, reasons=lambda: {"normal": ""},
            )  # fmt: skip
        parts = [part for part in clauses(text) if part != normal][:MAX_CLAUSES]
        features = self._model.features(normal)
        vector = self._vector(normal)
        odds, crisis = self._crisis(normal, features, parts, vector)
        whole = self._read(normal, features, vector)
        asks = self._asks(whole, parts)
        reading, seconds = self._settle(whole, asks)
        fired = self._fired(odds, crisis, whole)
        if not fired:
            reading = self._without_crises(reading)
        decision, intents = self._decide(reading, seconds, fired)
        return Understanding(
            normal=normal,
            decision=decision,
            intents=intents,
            score=round(max(odds, 0.5) if fired else self._inside_share(reading), 4),
            candidates=self._candidates(reading, fired, odds),
            safety=bool(fired),
            reasons=lambda: self._reasons(normal, reading, odds, fired),
        )

    def _crisis(
        self, normal: str, features: Features, parts: Sequence[str], vector: VectorSource
    ) -> tuple[float, str]:
        """Return the odds of a crisis and which one.

        The whole message decides. A clause that sounds like a crisis by itself may be half a joke
        or the title of a film, so it only lifts a message that is in doubt already.
        """
        if self._exact.get(normal, "") not in {"", *self._safety}:
            return 0.0, ""  # word for word a known harmless phrase
        whole = self._detector.odds(features, self._detector.hits(normal), vector)
        if not CLAUSE_DOUBT <= whole[0] < FIRE_FROM:
            return whole
        best = whole
        for piece in parts:
            hits = self._detector.hits(piece)
            if hits:
                own = self._detector.odds(self._model.features(piece), hits, self._vector(piece))
                best = max(best, own)
        return best

    def _asks(self, whole: _Reading, parts: Sequence[str]) -> list[_Reading]:
        if len(parts) < 2 or (whole.stage == "exact" and self._top(whole) not in self._light):
            return []
        few = len(parts) <= FEW_CLAUSES and whole.share(0) < SURE_FROM
        return [
            self._read(part, self._model.features(part), self._vector(part) if few else None)
            for part in parts
        ]

    def _settle(
        self, whole: _Reading, parts: Sequence[_Reading]
    ) -> tuple[_Reading, tuple[str, ...]]:
        """Choose what is asked: small talk yields to an ask, a sure clause adds a second."""
        sure: dict[str, _Reading] = {}
        for part in parts:
            top = self._top(part)
            if part.share(0) >= SECOND_FROM and top != OUTSIDE and top not in self._light:
                sure.setdefault(top, part)
        if not sure:
            return whole, ()
        lead = whole
        if len(sure) > 1 and whole.share(0) < self._model.sorter.answer_from:
            lead = next(iter(sure.values()))
        elif self._top(whole) in self._light or whole.share(0) < LEAD_BELOW:
            lead = max(sure.values(), key=lambda part: part.share(0))
        return lead, tuple(top for top in sure if top != self._top(lead))[:1]

    def _fired(self, odds: float, crisis: str, whole: _Reading) -> tuple[str, ...]:
        """Return the crisis that is answered as one, if any."""
        if odds >= FIRE_FROM and crisis:
            return (crisis,)
        top = self._top(whole)
        seconded = top in self._safety and whole.share(0) >= self._model.sorter.answer_from
        return (top,) if seconded and odds >= SECONDED_FROM else ()

    def _without_crises(self, reading: _Reading) -> _Reading:
        """Take crises out of a reading: only the detector may raise an alarm."""
        if not any(self._labels[place] in self._safety for place in reading.order[:3]):
            return reading
        shares = reading.shares.copy()
        freed = 0.0
        for label in self._safety:
            place = self._place.get(label)
            if place is not None:
                freed += float(shares[place])
                shares[place] = 0.0
        outside = self._place.get(OUTSIDE)
        if outside is not None:
            shares[outside] += freed
        return self._reading(shares, reading.hits, reading.stage)

    def _inside_share(self, reading: _Reading) -> float:
        """Return the share of the likeliest real intent."""
        return next(
            (float(reading.shares[place]) for place in reading.order if self._labels[place]), 0.0
        )

    def _decide(
        self, reading: _Reading, seconds: tuple[str, ...], fired: tuple[str, ...]
    ) -> tuple[Decision, tuple[str, ...]]:
        if fired:
            return Decision.ANSWER, fired
        top = self._top(reading)
        needed = SECOND_FROM if seconds else self._model.sorter.answer_from
        if top != OUTSIDE and reading.share(0) >= needed:
            return Decision.ANSWER, (top, *seconds)
        if self._outside(reading) >= OUTSIDE_FROM:
            return Decision.FALLBACK, ()
        return Decision.CLARIFY, ()

    def _outside(self, reading: _Reading) -> float:
        place = self._place.get(OUTSIDE)
        return float(reading.shares[place]) if place is not None else 0.0

    def _candidates(
        self, reading: _Reading, fired: tuple[str, ...], odds: float
    ) -> tuple[Candidate, ...]:
        most = max(odds, 0.5) if fired else 1.0  # a crisis that fired stands first
        out = [Candidate(intent, round(most, 4)) for intent in fired]
        for place in reading.order:
            label = self._labels[place]
            if label != OUTSIDE and label not in fired:
                out.append(Candidate(label, round(min(float(reading.shares[place]), most), 4)))
        return tuple(out[:5])

    def _reasons(
        self, normal: str, reading: _Reading, odds: float, fired: tuple[str, ...]
    ) -> dict[str, object]:
        return {
            "normal": normal,
            "stage": reading.stage,
            "crisis": list(fired),
            "crisis_odds": round(odds, 3),
            "rules": [
                {
                    "intent": hit.rule.intent,
                    "words": list(hit.words),
                    "weight": round(hit.weight, 3),
                }
                for hit in reading.hits[:5]
            ],
            "nearest": [
                {
                    "intent": near.intent or "outside",
                    "phrase": near.phrase,
                    "score": round(near.score, 3),
                }
                for near in self._model.index.nearest(normal)[:5]
            ],
            "first_right": round(self._inside_share(reading), 3),
            "among_three": round(sum(reading.share(place) for place in range(3)), 3),
            "outside": round(self._outside(reading), 3),
            "thresholds": {
                "answer": self._model.sorter.answer_from,
                "outside": OUTSIDE_FROM,
                "crisis": FIRE_FROM,
            },
        }


def _exact(model: Model) -> dict[str, str]:
    """Return the phrases that belong to exactly one intent."""
    owners: dict[str, set[str]] = {}
    for text, intent in zip(model.index.texts, model.index.intents, strict=True):
        owners.setdefault(text, set()).add(intent)
    return {
        text: next(iter(found))
        for text, found in owners.items()
        if len(found) == 1 and OUTSIDE not in found
    }
