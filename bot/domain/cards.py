"""Answer cards: facts with a passport, and how a good clerk reads one out (VOICE.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.text import pieces

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
#: Characters of card text in the first reply; the rest is one word away ("详细").
BODY_CHARS = 300

#: Characters of one piece of the rest.
PIECE_CHARS = 500


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
    """

    intent: str
    facts: Mapping[str, Fact]
    unknown: Mapping[str, str] = field(default_factory=dict)
    ended: Ended | None = None

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
    lines = card.lines(name)
    if not lines:
        return ""
    if name == "answer":
        return "\n".join(lines)
    heading = labels.get(name, "")
    if name == "detail" or not heading:
        return "\n".join(lines)
    if len(lines) == 1:
        return f"{heading}：{lines[0]}"
    bullets = "\n".join(f"· {line}" for line in lines)
    return f"{heading}：\n{bullets}"


def passport_line(card: Card, names: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """Return basis and oldest check date of the fields told: ``…第9条 · 核对 2026-11``."""
    told = [card.facts[name].passport for name in names if name in card.facts]
    if not told:
        return ""
    bases: list[str] = []
    for passport in told:
        if passport.basis and not any(passport.basis in basis for basis in bases):
            bases = [basis for basis in bases if basis not in passport.basis]
            bases.append(passport.basis)
    shown: list[str] = []
    for basis in bases:
        if sum(map(len, shown)) + len(basis) <= 60 or not shown:
            shown.append(basis)
    checked = min(passport.as_of for passport in told)
    return " · ".join(filter(None, ["；".join(shown), f"{labels['checked']} {checked:%Y-%m}"]))


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
            (with ``{to}``), ``ended``, ``unknown`` (with ``{what}`` and ``{who}``).
        today: Beijing date, for rules that have run out.
        focus: field the resident asked for; it comes first.
        who: who knows local things, when the card does not say.
        spoken: the message in normal form, for rules that have ended.
    """
    opening: list[str] = []
    if card.ended and card.ended.meant(spoken):
        opening = [labels["ended"], card.ended.note, card.ended.now]
    if focus:
        opening += _focused(card, focus, labels, who)
    order = [name for name in FIELDS if name not in {focus, "detail"}]
    later = [section(card, name, labels) for name in order]
    if focus:
        body, rest = "\n".join([*opening, later[0]]).strip(), later[1:]
    else:
        body, rest = _split([*opening, *later, *_missing(card, labels, who)])
    lapsed = _lapse(card, labels, today)
    if lapsed:
        body = f"{body}\n{lapsed}"
    rest.extend(card.lines("detail"))
    return Telling(
        text=body,
        rest=pieces(rest, PIECE_CHARS),
        passport=passport_line(card, FIELDS[:-1], labels),
    )


def _focused(card: Card, focus: str, labels: Mapping[str, str], who: str) -> Iterator[str]:
    told = section(card, focus, labels)
    if told:
        yield told
        return
    what = labels.get(focus, "")
    yield labels["unknown"].format(what=what, who=card.unknown.get(focus) or who)


def _missing(card: Card, labels: Mapping[str, str], who: str) -> Iterator[str]:
    """Name what nobody has checked here, grouped by who knows it."""
    by_person: dict[str, list[str]] = {}
    for name, person in card.unknown.items():
        if name in FIELDS and not card.lines(name):
            by_person.setdefault(person or who, []).append(labels.get(name, name))
    for person, names in by_person.items():
        yield labels["unknown"].format(what="、".join(names), who=person)


def _split(found: list[str]) -> tuple[str, list[str]]:
    """Keep what a first reply holds; the rest is told on request."""
    parts = [part for part in dict.fromkeys(found) if part]
    body: list[str] = []
    room = BODY_CHARS
    for at, part in enumerate(parts):
        if len(part) + 1 > room and body:
            return "\n".join(body), parts[at:]
        body.append(part)
        room -= len(part) + 1
    return "\n".join(body), []


def _lapse(card: Card, labels: Mapping[str, str], today: date) -> str:
    for fact in card.facts.values():
        if fact.passport.lapsed(today):
            until = fact.passport.valid_to
            return labels["lapsed"].format(to=until.isoformat() if until else labels["unclear"])
    return ""
