"""What the machine gives a capability: words, facts, and services, as Protocols."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.cards import Card
from bot.domain.cases import Cases
from bot.domain.directory import Entry
from bot.domain.messages import Inbound
from bot.domain.points import (
    PointsTable,
)


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
