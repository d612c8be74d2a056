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

from bot.understanding.crisis import FIRE_FROM, CrisisDetector
from bot.understanding.encoder import Encoder
from bot.understanding.learn import model_for
from bot.understanding.lessons import OUTSIDE
from bot.understanding.model import Model
from bot.understanding.normalize import clauses, normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.reading import SURE_FROM, Glance, Reader, Reading, Vector, ranked
from bot.understanding.rules import RuleBook

#: From this share on, "belongs to no intent" is believed and the message is not guessed at.
OUTSIDE_FROM = 0.5
#: A second ask in one message is answered too when its clause is this sure.
SECOND_FROM = 0.85
#: From these odds of the whole message on, its clauses are looked at for a crisis too.
CLAUSE_DOUBT = 0.3
#: From these odds on a crisis is answered as one too, when the sorter is sure of it as well.
SECONDED_FROM = 0.2
#: A sure clause leads where the whole is less sure than this.
LEAD_BELOW = 0.5
MAX_CLAUSES = 6
#: Up to so many clauses of an unsure message are read with the sentence vector too …
FEW_CLAUSES = 3
#: … those that have at least this share without it: the vector does not lift others to be sure.
CLAUSE_HOPE = 0.2
#: Longest message that is looked at, in characters of its normal form; the platform allows more.
MAX_CHARS = 400
_CACHE = 4096


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
        rules = RuleBook([rule for found in book.sets.values() for rule in found.rules])
        self._reader = Reader(model, rules, encoder)
        self._detector = CrisisDetector(model.alarm)
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

    def _top(self, reading: Reading) -> str:
        return self._labels[reading.order[0]]

    def _understand(self, text: str) -> Understanding:
        normal = normalize(text)[:MAX_CHARS]
        if not normal:
            return Understanding(
                normal="", decision=Decision.FALLBACK, intents=(), score=0.0, candidates=(),
                safety=False, reasons=lambda: {"normal": ""},
            )  # fmt: skip
        parts = [part for part in clauses(text) if part != normal][:MAX_CLAUSES]
        glance = self._reader.glance(normal)
        vector = self._reader.vector(normal)
        odds, crisis = self._crisis(glance, parts, vector)
        whole = self._reader.read(glance, vector)
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

    def _crisis(self, glance: Glance, parts: Sequence[str], vector: Vector) -> tuple[float, str]:
        """Return the odds of a crisis and which one.

        The whole message decides. A clause that sounds like a crisis by itself may be half a joke
        or the title of a film, so it only lifts a message that is in doubt already.
        """
        if self._reader.exact(glance.normal) not in {None, *self._safety}:
            return 0.0, ""  # word for word a known harmless phrase
        whole = self._detector.odds(glance.features, glance.hits.crisis, vector)
        if not CLAUSE_DOUBT <= whole[0] < FIRE_FROM:
            return whole
        best = whole
        for piece in parts:
            own, _ = self._reader.clause(piece)
            if own.hits.crisis:
                near = self._reader.vector(piece)
                best = max(best, self._detector.odds(own.features, own.hits.crisis, near))
        return best

    def _asks(self, whole: Reading, parts: Sequence[str]) -> list[Reading]:
        """Read the clauses of a message; where it is unsure, the hopeful ones closely."""
        if len(parts) < 2 or (whole.stage == "exact" and self._top(whole) not in self._light):
            return []
        found = [self._reader.clause(part) for part in parts]
        readings = [cheap for _, cheap in found]
        if len(parts) > FEW_CLAUSES or whole.share(0) >= SURE_FROM:
            return readings
        unsure = [
            at for at, cheap in enumerate(readings) if CLAUSE_HOPE <= cheap.share(0) < SURE_FROM
        ]
        vectors = self._reader.vectors([parts[at] for at in unsure])
        if vectors is not None:
            for at, vector in zip(unsure, vectors, strict=True):
                readings[at] = self._reader.closely(*found[at], vector)
        return readings

    def _settle(self, whole: Reading, parts: Sequence[Reading]) -> tuple[Reading, tuple[str, ...]]:
        """Choose what is asked: small talk yields to an ask, a sure clause adds a second."""
        sure: dict[str, Reading] = {}
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

    def _fired(self, odds: float, crisis: str, whole: Reading) -> tuple[str, ...]:
        """Return the crisis that is answered as one, if any."""
        if odds >= FIRE_FROM and crisis:
            return (crisis,)
        top = self._top(whole)
        seconded = top in self._safety and whole.share(0) >= self._model.sorter.answer_from
        return (top,) if seconded and odds >= SECONDED_FROM else ()

    def _without_crises(self, reading: Reading) -> Reading:
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
        return ranked(shares, reading.hits, reading.stage)

    def _inside_share(self, reading: Reading) -> float:
        """Return the share of the likeliest real intent."""
        return next(
            (float(reading.shares[place]) for place in reading.order if self._labels[place]), 0.0
        )

    def _decide(
        self, reading: Reading, seconds: tuple[str, ...], fired: tuple[str, ...]
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

    def _outside(self, reading: Reading) -> float:
        place = self._place.get(OUTSIDE)
        return float(reading.shares[place]) if place is not None else 0.0

    def _candidates(
        self, reading: Reading, fired: tuple[str, ...], odds: float
    ) -> tuple[Candidate, ...]:
        out = [Candidate(intent, round(odds, 4)) for intent in fired]
        for place in reading.order:
            label = self._labels[place]
            if label != OUTSIDE and label not in fired:
                out.append(Candidate(label, round(float(reading.shares[place]), 4)))
        return tuple(out[:5])

    def _reasons(
        self, normal: str, reading: Reading, odds: float, fired: tuple[str, ...]
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
