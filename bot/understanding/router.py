"""The router: one message in, one calibrated decision out, with its reasons."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from bot.understanding.calibrate import OUTSIDE, Logistic, features, fit, ranked
from bot.understanding.lexical import LexicalIndex, Near
from bot.understanding.normalize import clauses, normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.rules import RuleBook, RuleHit

#: Label of look-alikes in the index: alarming words without a crisis.
LOOK_ALIKE = "~"
#: A wrong answer costs five times a question back, so answer from 1 - 1/5 on (DESIGN.md §4).
ANSWER_FROM = 0.8
#: Below an even chance of having it among three, an honest "I did not understand" is cheaper.
CLARIFY_FROM = 0.5
_SECOND_ASK_FROM = 0.93
_RULE_BONUS = 0.35
_SAFETY_NEAR = 0.62
_GUARD_LEAD = 0.08
_CALIBRATION_PHRASES = 1500
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
        why: what spoke for the decision, for people.
    """

    normal: str
    decision: Decision
    intents: tuple[str, ...]
    score: float
    candidates: tuple[Candidate, ...]
    safety: bool
    slots: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, object] = field(default_factory=dict)

    @property
    def intent(self) -> str | None:
        """Return the first intent to answer, or nothing."""
        return self.intents[0] if self.intents else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One clause read on its own."""

    order: tuple[Near, ...]
    hits: tuple[RuleHit, ...]
    first: float
    three: float

    @property
    def top(self) -> str:
        return self.order[0].intent if self.order else OUTSIDE


class Router:
    """An immutable snapshot built from phrases; safe to share between threads.

    Args:
        book: what to learn from.
        safety: ids that are crises, checked first.
        light: ids of small talk, which never swallow an ask.
    """

    def __init__(self, book: Phrasebook, *, safety: Iterable[str] = (), light: Iterable[str] = ()):
        self._safety = frozenset(safety)
        self._light = frozenset(light)
        rules = [rule for found in book.sets.values() for rule in found.rules]
        self._rules = RuleBook([rule for rule in rules if not rule.safety])
        self._crisis = RuleBook([rule for rule in rules if rule.safety])
        pairs = list(_pairs(book))
        self._index = LexicalIndex(pairs)
        self._exact = _exact(pairs)
        self._first, self._three = self._calibrated()
        self.understand = lru_cache(maxsize=_CACHE)(self._understand)

    @property
    def size(self) -> int:
        """Return how many phrases are indexed."""
        return len(self._index.texts)

    def _calibrated(self) -> tuple[Logistic, Logistic]:
        """Learn both probabilities by asking each phrase of an index without it."""
        total = self.size
        step = max(1, total // _CALIBRATION_PHRASES)
        rows_first, rows_three, is_first, is_three = [], [], [], []
        for number in range(0, total, step):
            truth = self._index.intents[number]
            if truth == LOOK_ALIKE:
                continue
            text = self._index.texts[number]
            order, hits = self._ranked(text, skip=number)
            first, three = features(order, hits, len(text))
            rows_first.append(first)
            rows_three.append(three)
            inside = truth != OUTSIDE
            is_first.append(int(inside and bool(order) and order[0].intent == truth))
            is_three.append(int(inside and truth in [near.intent for near in order[:3]]))
        if not rows_first or len(set(is_first)) < 2 or len(set(is_three)) < 2:
            return Logistic((4.0, 4.0, 1.0, -1.0, 0.0, 0.0, -2.0)), Logistic((4.0, 0.0, -1.0))
        return fit(rows_first, is_first), fit(rows_three, is_three)

    def _ranked(self, normal: str, *, skip: int = -1) -> tuple[list[Near], list[RuleHit]]:
        near = [
            item for item in self._index.nearest(normal, skip=skip) if item.intent != LOOK_ALIKE
        ]
        hits = self._rules.hits(normal)
        return ranked(near, hits, _RULE_BONUS), hits

    def _read(self, normal: str) -> _Reading:
        exact = self._exact.get(normal)
        if exact:
            near = Near(exact, 1.0, normal)
            rest = [item for item in self._ranked(normal)[0] if item.intent != exact]
            return _Reading((near, *rest), (), 0.99, 0.99)
        order, hits = self._ranked(normal)
        first, three = features(order, hits, len(normal))
        if not order:
            return _Reading((), (), 0.0, 0.0)
        return _Reading(tuple(order), tuple(hits), self._first(first), self._three(three))

    def crisis(self, text: str) -> tuple[str, ...]:
        """Return the crisis intents a message raises, most urgent evidence first.

        Rules fire first; a message close to known crisis sentences fires without a rule; either is
        silenced when the message is clearly closer to a known look-alike.
        """
        normal = normalize(text)
        if not normal:
            return ()
        hits = self._crisis.hits(normal)
        near = self._index.nearest(normal)
        alarm = {item.intent: item.score for item in near if item.intent in self._safety}
        other = max((item.score for item in near if item.intent not in self._safety), default=0.0)
        alike = next((item.score for item in near if item.intent == LOOK_ALIKE), 0.0)
        best = max(alarm.values(), default=0.0)
        if alike > best + _GUARD_LEAD and alike > 0.5:
            return ()
        fired = [hit.rule.intent for hit in hits]
        fired += [
            intent
            for intent, score in sorted(alarm.items(), key=lambda pair: -pair[1])
            if score >= _SAFETY_NEAR and score > other and intent not in fired
        ]
        return tuple(dict.fromkeys(fired))

    def _understand(self, text: str) -> Understanding:
        normal = normalize(text)
        if not normal:
            return Understanding(
                normal="", decision=Decision.FALLBACK, intents=(), score=0.0, candidates=(),
                safety=False, why={"normal": ""},
            )  # fmt: skip
        crisis = self.crisis(text)
        whole = self._read(normal)
        parts = [self._read(part) for part in self._parts(text, normal)]
        reading = self._heavier(whole, parts)
        seconds = self._asks(reading, parts)
        decision, intents = self._decide(reading, seconds, crisis)
        candidates = self._candidates(reading, crisis)
        return Understanding(
            normal=normal,
            decision=decision,
            intents=intents,
            score=round(0.99 if crisis else reading.first, 4),
            candidates=candidates,
            safety=bool(crisis),
            why=self._reasons(normal, reading, crisis),
        )

    @staticmethod
    def _parts(text: str, normal: str) -> tuple[str, ...]:
        found = clauses(text)
        return found[:6] if len(found) > 1 and found != (normal,) else ()

    def _heavier(self, whole: _Reading, parts: Sequence[_Reading]) -> _Reading:
        """Return the whole's reading, or a clause's where the whole is small talk or unsure."""
        if not parts:
            return whole
        asks = [part for part in parts if part.top not in self._light and part.top != OUTSIDE]
        best = max(asks, key=lambda part: part.first, default=None)
        if best is None:
            return whole
        if whole.top in self._light and best.first >= CLARIFY_FROM:
            return best
        return best if best.first > max(ANSWER_FROM, whole.first) else whole

    def _asks(self, reading: _Reading, parts: Sequence[_Reading]) -> tuple[str, ...]:
        """Return a second intent when one clause surely asks for something else."""
        for part in sorted(parts, key=lambda part: -part.first):
            sure = part.first >= _SECOND_ASK_FROM
            if sure and part.top not in {reading.top, OUTSIDE} and part.top not in self._light:
                return (part.top,)
        return ()

    def _decide(
        self, reading: _Reading, seconds: tuple[str, ...], crisis: tuple[str, ...]
    ) -> tuple[Decision, tuple[str, ...]]:
        if crisis:
            return Decision.ANSWER, crisis[:1]
        if reading.top == OUTSIDE or not reading.order:
            sure = reading.three >= CLARIFY_FROM and bool(reading.order)
            return (Decision.CLARIFY if sure else Decision.FALLBACK), ()
        if reading.first >= ANSWER_FROM:
            return Decision.ANSWER, (reading.top, *seconds)
        if reading.three >= CLARIFY_FROM:
            return Decision.CLARIFY, ()
        return Decision.FALLBACK, ()

    def _candidates(self, reading: _Reading, crisis: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Spread the probability of being right over the ranking."""
        order = [near for near in reading.order if near.intent not in {OUTSIDE, *crisis}]
        out = [Candidate(intent, 0.99) for intent in crisis]
        rest = max(0.0, reading.three - reading.first) / 2
        for place, near in enumerate(order[:5]):
            leads = place == 0 and near.intent == reading.top
            score = reading.first if leads else min(rest, reading.first) / max(1, place)
            out.append(Candidate(near.intent, round(score, 4)))
        return tuple(out[:5])

    @staticmethod
    def _reasons(normal: str, reading: _Reading, crisis: tuple[str, ...]) -> dict[str, object]:
        return {
            "normal": normal,
            "crisis": list(crisis),
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
                for near in reading.order[:5]
            ],
            "first_right": round(reading.first, 3),
            "among_three": round(reading.three, 3),
            "thresholds": {"answer": ANSWER_FROM, "clarify": CLARIFY_FROM},
        }


def _pairs(book: Phrasebook) -> Iterable[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for intent, found in book.sets.items():
        for text in found.texts():
            pair = (normalize(text), intent)
            if pair[0] and pair not in seen:
                seen.add(pair)
                yield pair
        for text in found.look_alikes:
            yield normalize(text), LOOK_ALIKE
    for lines in book.outside.values():
        for text in lines:
            normal = normalize(text)
            if normal:
                yield normal, OUTSIDE


def _exact(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the phrases that belong to exactly one intent."""
    owners: dict[str, set[str]] = {}
    for text, intent in pairs:
        owners.setdefault(text, set()).add(intent)
    counts = Counter(text for text, found in owners.items() if len(found) == 1)
    return {
        text: next(iter(owners[text]))
        for text in counts
        if next(iter(owners[text])) not in {OUTSIDE, LOOK_ALIKE}
    }
