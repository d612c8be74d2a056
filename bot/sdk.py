"""All that a capability may import (DESIGN.md §2).

A capability is a package ``intents/<group>`` with a ``CAPABILITY``: its intents and the functions
that
answer them. A handler is a plain function from a :class:`Context` to a :class:`Reply`; it never
sees
XML, Redis or SQL.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.cards import FIELDS, Card, Ended, Fact, Passport, section, tell
from bot.domain.cases import Cases, CaseState, CaseStep, CaseView, NewCase, read_number
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
from bot.domain.flows import Plan, Slot, SlotKind, Value
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
from bot.domain.text import asking, fit, pieces, stretched

__all__ = [
    "BEIJING",
    "FIELDS",
    "START_FORM",
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
    "CaseState",
    "CaseStep",
    "CaseView",
    "Cases",
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
    "Filled",
    "FirstAndMore",
    "Fixed",
    "Flow",
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
    "NewCase",
    "Occurrence",
    "PackView",
    "Paper",
    "Partial",
    "Passport",
    "Per",
    "PerUnit",
    "Phone",
    "Picked",
    "Plan",
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
    "Slot",
    "SlotKind",
    "Subscriptions",
    "Unpublished",
    "Urgency",
    "Value",
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
    "fill_in",
    "fit",
    "hand_in",
    "hours_said",
    "looked_up",
    "meant",
    "mentions",
    "metres",
    "named",
    "nearest",
    "offer_form",
    "open_at",
    "pieces",
    "place_said",
    "read_number",
    "section",
    "sections",
    "span_said",
    "unknown_said",
    "with_form",
]


#: Target of a choice that opens the form named after it.
START_FORM = "form:start/"


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
    cases: Cases


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
class Filled:
    """A form that was handed in.

    Attributes:
        key: identity of what comes of it: the same for every delivery of the resident's yes.
        values: slot id -> value.
        lines: slot id, label and value as shown, in the order asked.
    """

    key: str
    values: Mapping[str, Value]
    lines: tuple[tuple[str, str, str], ...]

    def said(self, slot: str) -> str:
        """Return the canonical value of a slot, "" when it was skipped or not asked."""
        value = self.values.get(slot)
        return value.plain if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A form of several messages (表单).

    Attributes:
        plan: what it asks; its name is the intent that opens it.
        finish: makes what was filled in durable and says so; called once or more with the same key.
    """

    plan: Plan
    finish: Callable[[Context, Filled], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A group of intents that belong together."""

    name: str
    title: str
    intents: tuple[Intent, ...]
    flows: tuple[Flow, ...] = ()


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


def fill_in(ctx: Context) -> Reply:
    """Open the intent's form; one who asks about it reads the card and is offered the form."""
    if not ctx.focus and not asking(ctx.inbound.text):
        return Reply(opens=ctx.intent, topic=ctx.intent)
    return offer_form(ctx)


def offer_form(ctx: Context) -> Reply:
    """Answer from the card, and offer the intent's form as the first choice."""
    return with_form(ctx, answer(ctx))


def with_form(ctx: Context, told: Reply) -> Reply:
    """Return an answer that offers the intent's form as the first choice."""
    start = Choice(label=ctx.words.say("form_start"), target=f"{START_FORM}{ctx.intent}")
    return replace(told, choices=(start, *told.choices[:4]))


def hand_in(
    ctx: Context,
    filled: Filled,
    *,
    days: int,
    process: str = "standard",
    place: str = "",
    confidential: bool = False,
    anonymous: bool = False,
) -> Reply:
    """Leave a filled form as a case and say its number.

    Args:
        ctx: the turn.
        filled: what was handed in; however often, one case comes of it.
        days: working days until somebody has to answer, 0 for none.
        process: which states the case passes through.
        place: where it is, so that the same lamp is one case.
        confidential: read only by those who may read confidential cases.
        anonymous: nobody can find out who left it.

    Raises:
        StoreUnavailable: the records do not answer; nothing was left.
    """
    title = ctx.words.many(ctx.intent.replace(".", "_"))["title"]
    case = ctx.services.cases.open(
        ctx.inbound,
        NewCase(
            key=filled.key,
            kind=ctx.intent,
            title=title,
            lines=filled.lines,
            community=ctx.pack.slug,
            language=ctx.resident.language,
            process=process,
            dup=place,
            confidential=confidential,
            anonymous=anonymous,
            days=days,
        ),
    )
    name = "form_done_unnamed" if anonymous else "form_done"
    until = day_said(case.due) if case.due else ""
    said = ctx.words.say(name, number=case.number)
    promised = ctx.words.say("form_promised", day=until) if until else ctx.words.say("form_read")
    return Reply(text=f"{said}\n{promised}", topic=ctx.intent)
