"""Reads one text on its own: which intents it speaks for, as closely as it takes to be sure.

An exact phrase is sure at once; else the n-gram head, then the nearest phrases, and only where all
that is not sure the sentence vector, which costs more than everything before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoder import Encoder
from bot.understanding.features import Ids, Values
from bot.understanding.lessons import OUTSIDE
from bot.understanding.model import Model
from bot.understanding.normalize import heard
from bot.understanding.rules import Hits, RuleBook, RuleHit

#: The n-gram head decides alone from here on.
PLAIN_FROM = 0.9
#: The cheap evidence decides alone from here on; below, the encoder is asked.
SURE_FROM = 0.82
#: Up to so many clauses are read with the sentence vector where it may help.
FEW_CLAUSES = 3
#: A clause with at least this share is read closely; the vector does not lift others to be sure.
CLAUSE_HOPE = 0.45
#: Share of an exact phrase; what is left belongs to all others together.
_EXACT_SHARE = 0.99
#: Labels that a reading ranks.
_RANKED = 8
#: Stage of a reading that looked at the sentence vector.
CLOSELY = "encoder"
#: Stage of a text that is a phrase word for word.
EXACT = "exact"
_CACHE = 2_048
#: N-grams named when a reading explains itself.
_SHOWN = 6
#: First character of those that stand for sounds.
_PRIVATE = "\ue000"

Shares = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text read on its own.

    Attributes:
        shares: probability by label.
        order: columns of the likeliest labels, likeliest first.
        hits: keyword rules that fired.
        stage: what decided: exact, n-grams, nearest or encoder.
        evidence: raw scores of the n-gram head and of the nearest phrases, when both were asked.
        scores: raw scores of the best head that was asked.
    """

    shares: Shares
    order: tuple[int, ...]
    hits: tuple[RuleHit, ...]
    stage: str
    evidence: Shares | None = None
    scores: Shares | None = None

    def share(self, place: int) -> float:
        """Return the probability of the label at a place of the order; 0 beyond its end."""
        return float(self.shares[self.order[place]]) if place < len(self.order) else 0.0


@dataclass(frozen=True, slots=True)
class Glance:
    """What every text is looked at for: n-grams and rules.

    Attributes:
        normal: the text in normal form.
        features: columns and values of its n-grams.
        hits: rules that fire.
    """

    normal: str
    features: tuple[Ids, Values]
    hits: Hits


class Reader:
    """Reads texts with one model; immutable but for its caches, shared by threads.

    Args:
        model: what was learned from the phrases.
        rules: keyword and crisis rules.
        encoder: sentence encoder, or nothing.
    """

    def __init__(self, model: Model, rules: RuleBook, encoder: Encoder | None):
        self._model = model
        self._rules = rules
        self._encoder = encoder if model.encoder else None
        self._place = {label: column for column, label in enumerate(model.sorter.labels)}
        self._exact = _exact(model)
        # clauses like 谢谢 or 急用 come again and again, whole messages rarely
        self.clause = lru_cache(maxsize=_CACHE)(self._clause)

    def exact(self, normal: str) -> str | None:
        """Return the intent of which the text is a phrase, word for word."""
        return self._exact.get(normal)

    def glance(self, normal: str) -> Glance:
        """Look at a text for n-grams and rules."""
        return Glance(normal, self._model.features(normal), self._rules.hits(normal))

    def vectors(self, normals: Sequence[str]) -> Shares | None:
        """Return the vectors of some texts, one a row; together they cost less than one by one."""
        return self._encoder.encode(normals) if self._encoder and normals else None

    def _clause(self, normal: str) -> tuple[Glance, Reading]:
        """Read a clause without its vector."""
        glance = self.glance(normal)
        return glance, self.cheap(glance)

    def clauses(self, parts: Sequence[str], whole: Reading) -> list[Reading]:
        """Read clauses; of a few, those that might ask for something of their own closely.

        Args:
            parts: the clauses in normal form; their vectors are computed together.
            whole: what the whole message was read as.
        """
        found = [self.clause(part) for part in parts]
        readings = [cheap for _, cheap in found]
        if len(parts) > FEW_CLAUSES:
            return readings
        unsure = [
            at
            for at, cheap in enumerate(readings)
            if CLAUSE_HOPE <= cheap.share(0) < SURE_FROM and cheap.order[0] != whole.order[0]
        ]
        vectors = self.vectors([parts[at] for at in unsure])
        if vectors is not None:
            for at, vector in zip(unsure, vectors, strict=True):
                readings[at] = self.closely(*found[at], vector)
        return readings

    def cheap(self, glance: Glance) -> Reading:
        """Read a text without its vector."""
        hits = glance.hits.plain
        exact = self._exact.get(glance.normal)
        if exact is not None:
            rest = (1.0 - _EXACT_SHARE) / len(self._place)
            shares = np.full(len(self._place), rest, np.float32)
            shares[self._place[exact]] = _EXACT_SHARE
            return ranked(shares, hits, EXACT)
        sorter = self._model.sorter
        rule_weights = self.ruled(hits)
        scores = sorter.cheap.score(*glance.features)
        shares = sorter.weigh_alone.probabilities(scores[None], rule_weights)
        if float(shares.max()) >= PLAIN_FROM:
            return ranked(shares, hits, "n-grams", scores=scores)
        evidence = np.vstack([scores, self._nearness(glance)])
        shares = sorter.weigh_cheap.probabilities(evidence, rule_weights)
        return ranked(shares, hits, "nearest", evidence, scores)

    def closely(self, glance: Glance, cheap: Reading, vector: Shares) -> Reading:
        """Read a text with its vector; ``cheap`` is what was read without."""
        sorter = self._model.sorter
        if cheap.stage == EXACT or sorter.full is None or sorter.weigh_full is None:
            return cheap
        evidence = cheap.evidence if cheap.evidence is not None else self.evidence(glance)
        full = sorter.full.score(*glance.features, vector)
        shares = sorter.weigh_full.probabilities(
            np.vstack([full, evidence]), self.ruled(cheap.hits)
        )
        return ranked(shares, cheap.hits, CLOSELY, evidence, full)

    def spoke(self, glance: Glance, column: int) -> list[tuple[str, float]]:
        """Return the n-grams that spoke most for a label, with what each added to its score.

        N-grams of syllables are spelled between slashes.
        """
        ids, values = glance.features
        head = self._model.sorter.cheap
        weights = head.grams[ids, column].astype(np.float32) * values * head.scale[column]
        best = np.argsort(-weights, kind="stable")[:_SHOWN]
        return [
            (_shown(self._grams[ids[at]]), float(weights[at])) for at in best if weights[at] > 0
        ]

    @cached_property
    def _grams(self) -> tuple[str, ...]:
        return tuple(self._model.space.columns)

    def evidence(self, glance: Glance) -> Shares:
        """Return raw scores without the vector: (n-gram head, nearest phrases) x labels."""
        return np.vstack([self._model.sorter.cheap.score(*glance.features), self._nearness(glance)])

    def _nearness(self, glance: Glance) -> Shares:
        nearness = np.zeros(len(self._place), np.float32)
        for item in self._model.index.nearest(glance.normal, features=glance.features):
            nearness[self._place[item.intent]] = item.score
        return nearness

    def ruled(self, hits: Sequence[RuleHit]) -> Shares | None:
        """Return the weight of the keyword rules by label, nothing when none fired."""
        if not hits:
            return None
        weight = np.zeros(len(self._place), np.float32)
        for hit in hits:
            if hit.rule.intent in self._place:
                weight[self._place[hit.rule.intent]] = hit.weight
        return weight


def ranked(
    shares: Shares,
    hits: tuple[RuleHit, ...],
    stage: str,
    evidence: Shares | None = None,
    scores: Shares | None = None,
) -> Reading:
    """Return a reading, its labels ranked."""
    order = np.argsort(-shares, kind="stable")[:_RANKED]
    return Reading(shares, tuple(order.tolist()), hits, stage, evidence, scores)


def _shown(gram: str) -> str:
    private = gram[0] >= _PRIVATE and not "\uf900" <= gram[0] <= "\uffff"
    return f"/{heard(gram)}/" if private else gram


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
