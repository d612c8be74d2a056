"""All that a capability may import (DESIGN.md §2).

A capability is a package ``intents/<group>`` with a ``CAPABILITY``: its intents and the functions
that
answer them. A handler is a plain function from a :class:`Context` to a :class:`Reply`; it never
sees
XML, Redis or SQL.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.cards import FIELDS, Card, Ended, Fact, Passport, section, tell
from bot.domain.clock import BEIJING, beijing
from bot.domain.directory import Entry, metres, nearest, open_at
from bot.domain.entities import (
    Address,
    Age,
    CaseNumber,
    Count,
    Entities,
    Identity,
    Match,
    Money,
    Named,
    Per,
    Phone,
    Picked,
)
from bot.domain.figures import Doubt, Duration, Found, Length, Quantity, Reading, Rough, When
from bot.domain.messages import Inbound, Kind
from bot.domain.points import (
    Ages,
    Asked,
    Check,
    Choices,
    Condition,
    Effect,
    FirstAndMore,
    Fixed,
    Indicator,
    Paper,
    Partial,
    PerUnit,
    PointsTable,
    Shared,
    Unpublished,
)
from bot.domain.replies import Alert, Article, Choice, ProfileChange, Reply, Urgency
from bot.domain.residents import Resident
from bot.domain.telling import (
    ahead,
    checked_month,
    dates_said,
    day_said,
    facts_said,
    hours_said,
    looked_up,
    meant,
    mentions,
    named,
    place_said,
    sections,
    span_said,
    unknown_said,
)
from bot.domain.text import fit, pieces, stretched

__all__ = [
    "BEIJING",
    "FIELDS",
    "Address",
    "Age",
    "Ages",
    "Alert",
    "Article",
    "Asked",
    "Calendar",
    "Capability",
    "Card",
    "CaseNumber",
    "Check",
    "Choice",
    "Choices",
    "Communities",
    "Condition",
    "Context",
    "Count",
    "Doubt",
    "Duration",
    "Effect",
    "Ended",
    "Entities",
    "Entry",
    "Fact",
    "FirstAndMore",
    "Fixed",
    "Found",
    "Handler",
    "Identity",
    "Inbound",
    "Indicator",
    "Intent",
    "IntentKind",
    "Kind",
    "Length",
    "Match",
    "Money",
    "Named",
    "Occurrence",
    "PackView",
    "Paper",
    "Partial",
    "Passport",
    "Per",
    "PerUnit",
    "Phone",
    "Picked",
    "PointsTable",
    "Privacy",
    "ProfileChange",
    "Quantity",
    "Reading",
    "Reply",
    "Resident",
    "Role",
    "Rough",
    "Services",
    "Shared",
    "Subscriptions",
    "Unpublished",
    "Urgency",
    "When",
    "Words",
    "ahead",
    "answer",
    "beijing",
    "checked_month",
    "choices_for",
    "dates_said",
    "day_said",
    "facts_said",
    "fit",
    "hours_said",
    "looked_up",
    "meant",
    "mentions",
    "metres",
    "named",
    "nearest",
    "open_at",
    "pieces",
    "place_said",
    "section",
    "sections",
    "span_said",
    "unknown_said",
]


class IntentKind(StrEnum):
    """What an intent does, as the catalogue sorts them."""

    ANSWER = "answer"
    LOOKUP = "lookup"
    CALC = "calc"
    FORM = "form"
    BOOK = "book"
    POLL = "poll"
    ACCOUNT = "account"
    SAFETY = "safety"
    CHAT = "chat"


class Role(StrEnum):
    """A part the machine needs somebody to play, without knowing any intent by name."""

    WELCOME = "welcome"
    MENU = "menu"
    PERSON = "person"
    NEARBY = "nearby"
    COMMUNITY = "community"


class Words(Protocol):
    """The set sentences of one capability in one language, from its ``replies.yaml``."""

    def say(self, name: str, /, **values: object) -> str:
        """Return the sentence called ``name`` with its placeholders filled."""
        ...

    def many(self, name: str) -> Mapping[str, str]:
        """Return a group of sentences, for example the headings of a card's fields."""
        ...

    def next_for(self, intent: str) -> Sequence[str]:
        """Return what to offer after ``intent``: field names, intent ids or ``detail``."""
        ...

    def label(self, target: str) -> str:
        """Return how a choice reads: an intent's or a field's short name."""
        ...

    @property
    def chinese(self) -> "Words":
        """Return the same sentences in Chinese, for what staff read."""
        ...


class PackView(Protocol):
    """What one community knows, layers merged."""

    @property
    def slug(self) -> str:
        """Return the community's slug."""
        ...

    @property
    def title(self) -> str:
        """Return the community's name."""
        ...

    @property
    def summary(self) -> str:
        """Return one sentence about the community."""
        ...

    @property
    def fictional(self) -> bool:
        """Tell whether the facts are made up for demonstration."""
        ...

    @property
    def human(self) -> Mapping[str, str]:
        """Return how a person is reached: ``who``, ``hours``, ``phone``, as far as known."""
        ...

    def card(self, intent: str) -> Card | None:
        """Return the answer card of an intent, or nothing."""
        ...

    def entries(self, kind: str, *sorts: str) -> Sequence[Entry]:
        """Return directory entries of a kind, optionally only of some sorts."""
        ...

    def tables(self, purpose: str) -> Sequence[PointsTable]:
        """Return the points tables that hold here for a purpose, the most local first.

        Args:
            purpose: ``school``, ``hukou`` or ``housing``.
        """
        ...

    def told_in(self, language: str) -> "PackView":
        """Return the same in another language: its cards, names; directories stay in Chinese."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time a recurring thing happens.

    Attributes:
        day: Beijing date.
        holiday: it falls on a public holiday.
        certain: whether holidays of that year are known at all.
    """

    day: date
    holiday: bool
    certain: bool


class Calendar(Protocol):
    """Days as China counts them."""

    def upcoming(self, rrule: str, after: date, count: int) -> Sequence[Occurrence]:
        """Return the next ``count`` days of an RFC 5545 rule, from ``after`` on (inclusive)."""
        ...

    def is_holiday(self, day: date) -> bool | None:
        """Tell whether ``day`` is free; ``None`` when that year's plan is not published."""
        ...


class Communities(Protocol):
    """The communities this deployment serves."""

    def find(self, text: str) -> str | None:
        """Return the slug of the community named in ``text``, or nothing."""
        ...

    def names(self) -> Mapping[str, str]:
        """Return the communities residents can choose: slug to name."""
        ...

    def called(self) -> Mapping[str, Sequence[str]]:
        """Return what else residents call each community: name to other names."""
        ...

    def title(self, slug: str) -> str:
        """Return a community's name."""
        ...


class Subscriptions(Protocol):
    """Which notices a resident asked for. Every call is durable before it returns."""

    def topics(self, inbound: Inbound) -> Sequence[str]:
        """Return the topics the resident has asked for."""
        ...

    def add(self, inbound: Inbound, community: str, topics: Iterable[str]) -> None:
        """Subscribe to topics; a repeated delivery changes nothing."""
        ...

    def clear(self, inbound: Inbound) -> int:
        """Unsubscribe from everything; return how many topics ended."""
        ...


class Privacy(Protocol):
    """What is stored about a resident, and its end."""

    def summary(self, inbound: Inbound) -> Mapping[str, str]:
        """Return what is stored, by a plain name; empty when nothing is."""
        ...

    def erase(self, inbound: Inbound) -> None:
        """Delete everything about the resident. Cannot be undone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a handler may use beyond its own facts."""

    calendar: Calendar
    communities: Communities
    subscriptions: Subscriptions
    privacy: Privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a handler gets.

    Attributes:
        inbound: the message.
        intent: id being answered.
        text: the message in normal form (simplified, lower case, no fillers).
        resident: who asks.
        pack: what the community knows.
        words: the capability's own set sentences.
        services: calendar, subscriptions and the like.
        now: present moment, aware.
        focus: card field the resident asked for ("papers", "where" …), or "".
        topic: intent id that was open before this message, or "".
        menu: intents by group, for a menu: group title to intent ids.
        read_entities: finds the figures and names in the message; use :attr:`entities`.
    """

    inbound: Inbound
    intent: str
    text: str
    resident: Resident
    pack: PackView
    words: Words
    services: Services
    now: datetime
    focus: str = ""
    topic: str = ""
    menu: Mapping[str, Sequence[str]] = field(default_factory=dict)
    read_entities: Callable[[], Entities] = field(default=Entities, compare=False, repr=False)

    @property
    def entities(self) -> Entities:
        """Return the days, sums, numbers and names in the message; read when first asked for."""
        return self.read_entities()

    @property
    def today(self) -> date:
        """Return the Beijing date."""
        return beijing(self.now).date()

    @property
    def by_card(self) -> bool:
        """Tell whether a card in another language says where; directories stand in Chinese only."""
        card = self.pack.card(self.intent)
        return card is not None and card.language != "zh-Hans" and bool(card.lines("where"))

    def room(self, size: int) -> int:
        """Return how many characters of the reply's language stand for ``size`` of Chinese."""
        return stretched(size, self.resident.language)


Handler = Callable[[Context], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing residents ask or wish.

    Attributes:
        id: ``group.name`` of the catalogue; a public contract.
        title: its name for staff.
        kind: what it does.
        handler: answers it.
        roles: parts it plays for the machine.
        effects: its handler reads or writes records, so it runs where it may take time.
    """

    id: str
    title: str
    kind: IntentKind
    handler: Handler
    roles: frozenset[Role] = frozenset()
    effects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A group of intents that belong together."""

    name: str
    title: str
    intents: tuple[Intent, ...]


def choices_for(ctx: Context, card: Card | None, targets: Sequence[str]) -> tuple[Choice, ...]:
    """Turn the configured next steps into choices, leaving out fields nobody knows.

    Args:
        ctx: the turn.
        card: what is known; ``None`` offers intents only.
        targets: field names, intent ids or ``detail``.
    """
    out: list[Choice] = []
    for target in targets:
        if target in FIELDS:
            if card is None or target == ctx.focus or not card.lines(target):
                continue
            out.append(Choice(label=ctx.words.label(target), target=f"field:{target}"))
        elif target != ctx.intent:
            out.append(Choice(label=ctx.words.label(target), target=target))
    return tuple(out[:4])


#: Plain answers read out before: the same card reads the same all day.
_told: dict[tuple[str, str, str, str, date], tuple[Card, Reply]] = {}
_TOLD_MOST = 20_000


def answer(ctx: Context) -> Reply:
    """Answer from the community's card: the handler of every plain question.

    An intent without any card says so and offers a person.
    """
    card = ctx.pack.card(ctx.intent)
    targets = ctx.words.next_for(ctx.intent)
    if card is None:
        return Reply(
            text=ctx.words.say("no_card", title=ctx.words.label(ctx.intent)),
            choices=choices_for(ctx, None, targets),
            topic=ctx.intent,
        )
    key = (ctx.pack.slug, card.language, ctx.intent, ctx.focus, ctx.today)
    kept = _told.get(key) if card.ended is None else None
    if kept is not None and kept[0] is card:
        return kept[1]
    told = tell(
        card,
        labels=ctx.words.many("fields"),
        today=ctx.today,
        focus=ctx.focus,
        who=ctx.pack.human.get("who", ctx.words.say("somebody")),
        spoken=ctx.text,
    )
    choices = choices_for(ctx, card, targets)
    if told.rest:
        choices = (*choices[:3], Choice(label=ctx.words.label("detail"), target="command:detail"))
    reply = Reply(
        text=told.text, choices=choices, rest=told.rest, topic=ctx.intent, passport=told.passport
    )
    if card.ended is None:
        if len(_told) >= _TOLD_MOST:
            _told.clear()
        _told[key] = (card, reply)
    return reply
