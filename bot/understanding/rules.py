"""Keyword rules, all tried at once by finding every rule word in one pass over the message."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.phrasebook import Rule


class WordFinder:
    """Finds which of many words occur in a text; cost grows with the text, not with the words."""

    def __init__(self, words: Iterable[str]):
        self._by_head: dict[str, list[str]] = {}
        for word in sorted({word for word in words if word}):
            self._by_head.setdefault(word[:2], []).append(word)

    def find(self, text: str) -> set[str]:
        """Return the words that occur in ``text``."""
        found: set[str] = set()
        heads = self._by_head
        for at, char in enumerate(text):
            if char in heads:
                found.add(char)
            for word in heads.get(text[at : at + 2], ()):
                if text.startswith(word, at):
                    found.add(word)
        return found


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that fired: ``weight`` is its score, a little more for longer evidence."""

    rule: Rule
    weight: float
    words: tuple[str, ...]


class RuleBook:
    """All rules, crisis rules among them, ready to be tried in one pass over a message."""

    def __init__(self, rules: Sequence[Rule]):
        self._finder = WordFinder(
            word for rule in rules for group in (*rule.all, rule.none) for word in group
        )
        self._by_word: dict[str, list[Rule]] = {}
        for rule in rules:
            for word in rule.all[0]:
                self._by_word.setdefault(word, []).append(rule)

    def hits(self, normal: str) -> "Hits":
        """Return the rules that fire on a normal form."""
        best: dict[tuple[bool, str], RuleHit] = {}
        for hit in self.fired(normal):
            place = (hit.rule.safety, hit.rule.intent)
            if place not in best or hit.weight > best[place].weight:
                best[place] = hit
        if not best:
            return _NONE
        order = sorted(best.values(), key=lambda hit: (-hit.weight, hit.rule.intent))
        return Hits(
            plain=tuple(hit for hit in order if not hit.rule.safety),
            crisis=tuple(hit for hit in order if hit.rule.safety),
        )

    def fired(self, normal: str) -> Iterator[RuleHit]:
        """Yield every rule that fires on a normal form, in no order."""
        found = self._finder.find(normal)
        seen: set[int] = set()
        for word in found:
            for rule in self._by_word.get(word, ()):
                if id(rule) not in seen:
                    seen.add(id(rule))
                    hit = _try(rule, found)
                    if hit:
                        yield hit


@dataclass(frozen=True, slots=True)
class Hits:
    """Rules that fired on one text, strongest first, one per intent.

    Attributes:
        plain: rules that speak for an intent.
        crisis: rules of the crisis check.
    """

    plain: tuple[RuleHit, ...] = ()
    crisis: tuple[RuleHit, ...] = ()


_NONE = Hits()


def _try(rule: Rule, found: set[str]) -> RuleHit | None:
    if any(word in found for word in rule.none):
        return None
    evidence: list[str] = []
    for group in rule.all:
        words = [word for word in group if word in found]
        if not words:
            return None
        evidence.append(max(words, key=len))
    length = sum(map(len, evidence))
    return RuleHit(rule, rule.score + min(0.09, 0.01 * length), tuple(evidence))
