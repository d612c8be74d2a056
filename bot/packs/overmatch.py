"""Tells which keyword rules fire on sentences that are none of theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook, Rule
from bot.understanding.rules import RuleBook

#: So many of the worst rules are shown.
WORST = 20
_SHOWN_WORDS = 40
_ALIKE = "look_alikes"


@dataclass(slots=True)
class Record:
    """How often one rule fires.

    Attributes:
        name: intent and number of the rule there, from 1.
        rule: the rule itself.
        own: phrases of its intent it fires on.
        foreign: sentences of others it fires on, by their intent or kind.
        alike: look-alikes it fires on; filled for crisis rules only.
    """

    name: str
    rule: Rule
    own: int = 0
    foreign: dict[str, list[str]] = field(default_factory=dict)
    alike: list[str] = field(default_factory=list)

    @property
    def strays(self) -> int:
        """Return on how many foreign sentences the rule fires."""
        return sum(map(len, self.foreign.values()))

    @property
    def harm(self) -> float:
        """Return strays times their share: many matter, and so do more strays than own ones."""
        return self.strays * self.strays / max(1, self.strays + self.own)


@dataclass(frozen=True, slots=True)
class Overmatch:
    """What keyword rules alone do on all sentences.

    Attributes:
        records: one a rule, the most harmful first.
    """

    records: tuple[Record, ...]

    def text(self, worst: int = WORST) -> str:
        """Return the worst rules, then the crisis rules that look-alikes set off."""
        plain = [one for one in self.records if one.strays]
        fooled = sorted(
            (one for one in self.records if one.alike), key=lambda one: (-len(one.alike), one.name)
        )
        strays = sum(one.strays for one in plain)
        lines = [f"over-match: {len(plain)} of {len(self.records)} rules stray, {strays} times"]
        lines += [_stray_line(one) for one in plain[:worst]]
        alike = sum(len(one.alike) for one in fooled)
        lines.append(f"look-alikes: {len(fooled)} crisis rules fire on one, {alike} times")
        lines += [
            f"  {one.name:32} {len(one.alike):4} look-alikes, own {one.own}; e.g. {one.alike[0]!r}"
            f" [{_words(one.rule)}]"
            for one in fooled[:worst]
        ]
        return "\n".join(lines)


def overmatch(book: Phrasebook) -> Overmatch:
    """Try every rule on all phrases, out-of-scope lines and look-alikes.

    A crisis rule may fire on the phrases of another crisis: both reach help.
    """
    records: dict[int, Record] = {}
    for intent, found in book.sets.items():
        for number, rule in enumerate(found.rules, start=1):
            records[id(rule)] = Record(f"{intent} #{number}", rule)
    rules = RuleBook([record.rule for record in records.values()])
    crises = {record.rule.intent for record in records.values() if record.rule.safety}
    for owner, text in _sentences(book):
        for hit in rules.fired(normalize(text)):
            _note(
                records[id(hit.rule)], owner, text, both_crises=hit.rule.safety and owner in crises
            )
    ranked = sorted(records.values(), key=lambda one: (-one.harm, one.name))
    return Overmatch(tuple(ranked))


def _sentences(book: Phrasebook) -> Iterator[tuple[str, str]]:
    for intent, found in book.sets.items():
        for text in found.texts():
            yield intent, text
    for kind, lines in book.outside.items():
        for text in lines:
            yield f"outofscope.{kind}", text
    for found in book.sets.values():
        for text in found.look_alikes:
            yield _ALIKE, text


def _note(record: Record, owner: str, text: str, *, both_crises: bool) -> None:
    """Count one firing of a rule where it belongs."""
    if owner == record.rule.intent:
        record.own += 1
    elif owner == _ALIKE:
        if record.rule.safety:
            record.alike.append(text)
    elif not both_crises:
        record.foreign.setdefault(owner, []).append(text)


def _stray_line(one: Record) -> str:
    owner, texts = _worst_owner(one.foreign)
    return (
        f"  {one.name:32} {one.strays:4} foreign, own {one.own}; most on {owner} ({len(texts)}),"
        f" e.g. {texts[0]!r} [{_words(one.rule)}]"
    )


def _worst_owner(foreign: Mapping[str, list[str]]) -> tuple[str, list[str]]:
    return max(foreign.items(), key=lambda item: (len(item[1]), item[0]))


def _words(rule: Rule) -> str:
    shown = " + ".join("|".join(group) for group in rule.all)
    return shown if len(shown) <= _SHOWN_WORDS else f"{shown[:_SHOWN_WORDS]}…"
