"""The router: one message in, one calibrated decision out, with its reasons.

Cheap evidence first (exact phrase, keyword rules, nearest phrases, a linear head over n-grams);
the sentence
encoder is asked only where that is not sure. Crises are looked for before anything else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from bot.understanding.asks import AskFinder
from bot.understanding.crisis import CrisisDetector, Odds
from bot.understanding.encoder import Encoder
from bot.understanding.features import GramSpace
from bot.understanding.lessons import OUTSIDE, labelled
from bot.understanding.model import Model
from bot.understanding.normalize import clauses, normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.reading import EXACT, SURE_FROM, Glance, Reader, Reading, ranked
from bot.understanding.rules import RuleBook

#: From these odds of the whole message on, its clauses are looked at for a crisis too.
CLAUSE_DOUBT = 0.1
MAX_CLAUSES = 6
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
        reasons: works out what spoke for the decision.
    """

    normal: str
    decision: Decision
    intents: tuple[str, ...]
    score: float
    candidates: tuple[Candidate, ...]
    safety: bool
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
        self._encoder = encoder
        rules = RuleBook([rule for found in book.sets.values() for rule in found.rules])
        self._reader = Reader(model, rules, encoder)
        self._detector = CrisisDetector(model.alarm, self._labels, self._safety)
        self._finder = finder(model, self._light)
        self.understand = lru_cache(maxsize=_CACHE)(self._understand)

    def over(self, book: Phrasebook) -> "Router":
        """Return a router with the same heads to which the phrases are those of ``book``.

        Exact matches and nearest phrases follow at once; what was learned stays as it is.
        """
        pairs = [pair for pair in labelled(book) if pair[1] in self._place]
        model = replace(self._model, index=self._model.index.over(pairs))
        return Router(model, book, safety=self._safety, light=self._light, encoder=self._encoder)

    @property
    def size(self) -> int:
        """Return how many phrases are indexed."""
        return len(self._model.index.texts)

    @property
    def space(self) -> GramSpace:
        """Return the n-grams and their rarity."""
        return self._model.space

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
        whole, (odds, crisis) = self._read(glance)
        if CLAUSE_DOUBT <= odds < self._detector.fire_from:
            odds, crisis = max([(odds, crisis), *self._clause_odds(parts)])
        asks = self._finder.find(whole, self._clauses(whole, parts))
        fired = self._fired(odds, crisis, whole)
        reading = asks.lead if fired else self._without_crises(asks.lead)
        decision, intents = self._decide(reading, asks.second, fired)
        return Understanding(
            normal=normal,
            decision=decision,
            intents=intents,
            score=round(max(odds, 0.5) if fired else self._inside_share(reading), 4),
            candidates=self._candidates(reading, fired, odds),
            safety=bool(fired),
            reasons=lambda: self._reasons(normal, reading, odds, fired),
        )

    def _read(self, glance: Glance) -> tuple[Reading, Odds]:
        """Read a text and judge whether it is a crisis; closely where either is in doubt."""
        reading = self._reader.cheap(glance)
        if reading.stage == EXACT:  # word for word a known crisis, or a known harmless phrase
            known = self._top(reading)
            return reading, ((1.0, known) if known in self._safety else (0.0, ""))
        odds = self._detector.judge(glance, reading)
        if reading.share(0) >= SURE_FROM and not self._detector.doubtful(glance, odds):
            return reading, odds
        vectors = self._reader.vectors([glance.normal])
        if vectors is None:
            return reading, odds
        reading = self._reader.closely(glance, reading, vectors[0])
        return reading, self._detector.judge(glance, reading)

    def _clause_odds(self, parts: Sequence[str]) -> Iterator[Odds]:
        """Yield the odds of clauses that a crisis rule fires on.

        The whole message decides. A clause that sounds like a crisis by itself may be half a joke
        or the title of a film, so it only lifts a message that is in doubt already.
        """
        for part in parts:
            glance, _ = self._reader.clause(part)
            if glance.hits.crisis:
                yield self._read(glance)[1]

    def _clauses(self, whole: Reading, parts: Sequence[str]) -> list[Reading]:
        """Read the clauses of a message that is not known word for word."""
        if len(parts) < 2 or (whole.stage == EXACT and self._top(whole) not in self._light):
            return []
        return self._reader.clauses(parts, whole)

    def _fired(self, odds: float, crisis: str, whole: Reading) -> tuple[str, ...]:
        """Return the crisis that is answered as one, if any."""
        if odds < self._detector.fire_from or not crisis:
            return ()
        top = self._top(whole)
        return (top,) if top in self._safety else (crisis,)

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
        self, reading: Reading, second: str, fired: tuple[str, ...]
    ) -> tuple[Decision, tuple[str, ...]]:
        top = self._top(reading)
        if fired:
            others = (
                [second, top] if reading.share(0) >= self._model.sorter.answer_from else [second]
            )
            ordinary = [label for label in others if label and label not in self._safety]
            return Decision.ANSWER, (*fired, *ordinary[:1])
        if second in self._safety:
            second = ""  # only the detector may raise an alarm
        if top != OUTSIDE and reading.share(0) >= self._model.sorter.answer_from:
            return Decision.ANSWER, (top, second) if second else (top,)
        if self._outside(reading) >= self._model.sorter.outside_from:
            return Decision.FALLBACK, ()
        return Decision.CLARIFY, ()

    def _outside(self, reading: Reading) -> float:
        place = self._place.get(OUTSIDE)
        return float(reading.shares[place]) if place is not None else 0.0

    def _candidates(
        self, reading: Reading, fired: tuple[str, ...], odds: float
    ) -> tuple[Candidate, ...]:
        most = max(odds, 0.5) if fired else 1.0  # a crisis that fired stands first
        out = [Candidate(intent, round(most, 4)) for intent in fired]
        for place in reading.order:
            label = self._labels[place]
            if label != OUTSIDE and label not in fired:
                out.append(Candidate(label, round(min(float(reading.shares[place]), most), 4)))
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
            "spoke": [
                {"part": part, "weight": round(weight, 3)}
                for part, weight in self._reader.spoke(
                    self._reader.glance(normal), reading.order[0]
                )
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
                "outside": self._model.sorter.outside_from,
                "crisis": self._detector.fire_from,
            },
        }


def finder(model: Model, light: Collection[str]) -> AskFinder:
    """Return what tells one ask from two, with the model's own numbers."""
    sorter = model.sorter
    return AskFinder(
        sorter.labels,
        {OUTSIDE, *light},
        answer_from=sorter.answer_from,
        odds=sorter.second_odds,
        second_from=sorter.second_from,
    )
