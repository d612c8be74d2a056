"""What a capability declares, and the context its handlers get."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.clock import beijing
from bot.domain.entities import (
    Entities,
)
from bot.domain.flows import Plan, Value
from bot.domain.messages import Inbound
from bot.domain.replies import Reply
from bot.domain.residents import Resident
from bot.domain.text import stretched
from bot.sdk.services import PackView, Services, Words


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
    PROGRESS = "progress"


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
