"""Answer cards: facts with a passport, and how a good clerk reads one out (VOICE.md)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.text import pieces, stretched

#: Fields in the order a clerk tells them; ``detail`` only on request.
FIELDS = (
    "answer",
    "conditions",
    "papers",
    "steps",
    "where",
    "when",
    "contact",
    "cost",
    "duration",
    "notes",
    "detail",
)
#: Fields told without a heading.
_BARE = ("answer", "detail")
#: Characters of card text in the first reply; the rest is one word away ("详细").
BODY_CHARS = 300

#: Characters of one piece of the rest.
PIECE_CHARS = 500
#: Share of a first reply that is kept for what is known in Chinese only.
BESIDE_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Where a fact comes from and until when it may be told.

    Attributes:
        pack: slug of the layer that states it.
        owner: role that answers for it.
        source: where it was read.
        basis: law and article, shown to the resident; may be "".
        as_of: day it was checked.
        confidence: ``high``, ``medium`` or ``low``.
        review_by: day by which it must be looked at again.
        valid_to: last day of a rule that has an end.
        status: ``in_force``, ``expired``, ``unknown`` or "".
        note: what is known about its validity.
    """

    pack: str
    owner: str
    source: str
    as_of: date
    basis: str = ""
    confidence: str = "high"
    review_by: date | None = None
    valid_to: date | None = None
    status: str = ""
    note: str = ""

    def lapsed(self, today: date) -> bool:
        """Tell whether the rule has run out on ``today``."""
        return self.status == "expired" or (self.valid_to is not None and self.valid_to < today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field of a card: a line, or several, and the passport of the layer that states it."""

    lines: tuple[str, ...]
    passport: Passport


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Lines of a field that a card in another language has in Chinese only.

    Attributes:
        lines: as they stand in the Chinese card.
        passport: of the layer that states them.
        instead: they replace what the card says more generally, not only add to it.
    """

    lines: tuple[str, ...]
    passport: Passport
    instead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An old rule that no longer holds, and what holds now.

    Attributes:
        note: that it has stopped.
        now: what holds instead.
        since: when it stopped.
        asked: words by which residents ask for the old rule; empty when the whole card is about it.
    """

    note: str
    now: str
    since: str = ""
    asked: tuple[str, ...] = ()

    def meant(self, spoken: str) -> bool:
        """Tell whether a message (normal form) asks for the old rule."""
        return not self.asked or any(word in spoken for word in self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that is known here about one intent, layers already merged.

    Attributes:
        intent: intent id.
        facts: by field name, see ``FIELDS``.
        unknown: field name -> who knows what nobody has checked yet.
        ended: set when residents still ask for a rule that has stopped.
        beside: in a card in another language, what nobody has translated yet, by field name.
        language: language tag of the facts.
    """

    intent: str
    facts: Mapping[str, Fact]
    unknown: Mapping[str, str] = field(default_factory=dict)
    ended: Ended | None = None
    beside: Mapping[str, Beside] = field(default_factory=dict)
    language: str = "zh-Hans"

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of a field, or nothing."""
        fact = self.facts.get(name)
        return fact.lines if fact else ()

    @property
    def local(self) -> bool:
        """Tell whether anything here is known better than by the nation's law."""
        return any(fact.passport.pack != "national" for fact in self.facts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A card read out: the first reply's text, the rest for "详细", and the small line."""

    text: str
    rest: tuple[str, ...]
    passport: str


def section(card: Card, name: str, labels: Mapping[str, str]) -> str:
    """Return one field as text, with its heading from ``labels``; "" when nothing is known."""
    return _headed(card.lines(name), name, labels)


def _headed(lines: tuple[str, ...], name: str, labels: Mapping[str, str]) -> str:
    heading = "" if name in _BARE else labels.get(name, "")
    if not lines or not heading:
        return "\n".join(lines)
    colon = labels.get("colon", "：")
    if len(lines) == 1:
        return f"{heading}{colon}{lines[0]}"
    bullets = "\n".join(f"· {line}" for line in lines)
    return f"{heading}{colon.rstrip()}\n{bullets}"


def local_section(card: Card, name: str, labels: Mapping[str, str]) -> str:
    """Return one field as text, and beside it what is known of it in Chinese only."""
    beside = card.beside.get(name)
    general = labels["general"] if beside and beside.instead else ""
    told = (general, section(card, name, labels), *_beside(card, (name,), labels))
    return "\n".join(filter(None, told))


def passport_line(card: Card, names: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """Return basis and oldest check date of the fields told: ``…第9条 · 核对 2026-11``."""
    told = [card.facts[name].passport for name in names if name in card.facts]
    told += [card.beside[name].passport for name in names if name in card.beside]
    if not told:
        return ""
    bases: list[str] = []
    for passport in told:
        if passport.basis and not any(passport.basis in basis for basis in bases):
            bases = [basis for basis in bases if basis not in passport.basis]
            bases.append(passport.basis)
    shown: list[str] = []
    for basis in bases:
        if sum(map(len, shown)) + len(basis) <= stretched(60, card.language) or not shown:
            shown.append(basis)
    checked = min(passport.as_of for passport in told)
    joint = labels.get("semicolon", "；")
    return " · ".join(filter(None, [joint.join(shown), f"{labels['checked']} {checked:%Y-%m}"]))


def tell(
    card: Card,
    *,
    labels: Mapping[str, str],
    today: date,
    focus: str = "",
    who: str = "",
    spoken: str = "",
) -> Telling:
    """Read a card out.

    Args:
        card: what is known.
        labels: headings and set sentences: a heading for each field, ``checked``, ``lapsed``
            (with ``{to}``), ``ended``, ``unknown`` (with ``{what}`` and ``{who}``); for a card in
            another language ``general``, ``beside``, ``colon``, ``comma`` and ``semicolon``.
        today: Beijing date, for rules that have run out.
        focus: field the resident asked for; it comes first.
        who: who knows local things, when the card does not say.
        spoken: the message in normal form, for rules that have ended.
    """
    opening: list[str] = []
    if card.ended and card.ended.meant(spoken):
        opening = [labels["ended"], card.ended.note, card.ended.now]
    lapsed = _lapse(card, labels, today)
    if focus:
        body, rest = _focused(card, focus, labels, who)
    else:
        room = stretched(BODY_CHARS, card.language)
        room -= len(lapsed) if room > BODY_CHARS else 0  # more letters, nearer to the limit
        body, rest = _whole(card, opening, labels, who, room=room)
        opening = []
    rest += [*card.lines("detail"), *_beside(card, ("detail",), labels)]
    return Telling(
        text="\n".join(filter(None, (*opening, body, lapsed))),
        rest=pieces(rest, stretched(PIECE_CHARS, card.language)),
        passport=passport_line(card, FIELDS[:-1], labels),
    )


def _whole(
    card: Card, opening: list[str], labels: Mapping[str, str], who: str, *, room: int
) -> tuple[str, list[str]]:
    """Read out all fields in a clerk's order; what is known in Chinese only comes after."""
    names = FIELDS[:-1]
    beside, later = _split(_beside(card, names, labels), int(BESIDE_SHARE * room))
    general = labels["general"] if any(one.instead for one in card.beside.values()) else ""
    told = [section(card, name, labels) for name in names]
    found = [general, *opening, *told, *_missing(card, labels, who)]
    body, rest = _split(found, room - len(beside))
    if later:
        rest += [labels["beside"], *later]
    return "\n".join(filter(None, (body, beside))), rest


def _focused(card: Card, focus: str, labels: Mapping[str, str], who: str) -> tuple[str, list[str]]:
    """Read out the field that was asked for, and the answer; the rest for later."""
    told = (focus, "conditions" if focus == "answer" else "answer")
    asked = local_section(card, focus, labels) or labels["unknown"].format(
        what=labels.get(focus, ""), who=card.unknown.get(focus) or who
    )
    body = (asked, local_section(card, told[1], labels))
    others = [name for name in FIELDS[:-1] if name not in told]
    rest = [section(card, name, labels) for name in others]
    rest += _beside(card, others, labels)
    return "\n".join(filter(None, body)), rest


def _beside(card: Card, names: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Return what is known in Chinese only as paragraphs, the first one saying so."""
    told = [_headed(card.beside[name].lines, name, labels) for name in names if name in card.beside]
    return [f"{labels['beside']}\n{told[0]}", *told[1:]] if told else []


def _missing(card: Card, labels: Mapping[str, str], who: str) -> Iterator[str]:
    """Name what nobody has checked here, grouped by who knows it."""
    by_person: dict[str, list[str]] = {}
    for name, person in card.unknown.items():
        if name in FIELDS and not card.lines(name):
            by_person.setdefault(person or who, []).append(labels.get(name, name))
    for person, names in by_person.items():
        what = labels.get("comma", "、").join(names)
        yield labels["unknown"].format(what=what, who=person)


def _split(found: list[str], room: int) -> tuple[str, list[str]]:
    """Keep what a first reply holds; the rest is told on request."""
    parts = [part for part in dict.fromkeys(found) if part]
    body: list[str] = []
    for at, part in enumerate(parts):
        if len(part) + 1 > room and body:
            return "\n".join(body), parts[at:]
        body.append(part)
        room -= len(part) + 1
    return "\n".join(body), []


def _lapse(card: Card, labels: Mapping[str, str], today: date) -> str:
    passports = [fact.passport for fact in card.facts.values()]
    passports += [beside.passport for beside in card.beside.values()]
    for passport in passports:
        if passport.lapsed(today):
            until = passport.valid_to
            return labels["lapsed"].format(to=until.isoformat() if until else labels["unclear"])
    return ""
