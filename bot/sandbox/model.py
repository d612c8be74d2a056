"""The things the emulator keeps: accounts, residents, chat entries, deliveries, API calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from bot.sandbox.budgets import Budget
from bot.sandbox.settings import AccountSettings, Mode

Json: TypeAlias = dict[str, Any]


class Side(StrEnum):
    """Who speaks in a chat."""

    RESIDENT = "resident"
    ACCOUNT = "account"
    ROBOT = "robot"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How a push, or one attempt at it, ended."""

    PENDING = "pending"
    REPLIED = "replied"
    QUIET = "quiet"
    FAULT = "fault"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    HOSTILE = "hostile"


class UrlState(StrEnum):
    """Whether the account's server address answered the verification request."""

    UNKNOWN = "unknown"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(slots=True)
class Account:
    """An Official Account at run time; guarded by the world's lock."""

    slug: str
    title: str
    gh_id: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    previous_aes_key: str | None = field(repr=False)
    mode: Mode
    callback_url: str
    url_state: UrlState = UrlState.UNKNOWN
    url_reason: str = ""
    menu: list[Json] = field(default_factory=list)
    tags: dict[int, str] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: AccountSettings) -> Account:
        """The account as configured."""
        return cls(
            slug=settings.slug,
            title=settings.title,
            gh_id=settings.gh_id,
            app_id=settings.app_id,
            app_secret=settings.app_secret,
            token=settings.token,
            aes_key=settings.aes_key,
            previous_aes_key=settings.previous_aes_key,
            mode=settings.mode,
            callback_url=settings.callback_url,
        )

    def as_json(self) -> Json:
        """What the page and tests may see: no secret."""
        return {
            "slug": self.slug,
            "title": self.title,
            "gh_id": self.gh_id,
            "app_id": self.app_id,
            "mode": self.mode.value,
            "callback_url": self.callback_url,
            "url_state": self.url_state.value,
            "url_reason": self.url_reason,
            "menu": self.menu,
        }


@dataclass(slots=True)
class Resident:
    """A resident's relation to their account; guarded by the world's lock."""

    openid: str
    name: str
    account: str
    colour: str
    followed: bool = False
    subscribed_at: float = 0.0
    scene: str = "ADD_SCENE_SEARCH"
    last_exchange_at: float = 0.0
    typing_until: float = 0.0
    blacklisted: bool = False
    muted: bool = False
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    mass_received: dict[str, int] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def as_json(self, now: float) -> Json:
        """The resident for the page and for tests."""
        return {
            "openid": self.openid,
            "name": self.name,
            "account": self.account,
            "colour": self.colour,
            "followed": self.followed,
            "typing_s": max(0.0, round(self.typing_until - now, 2)),
            "blacklisted": self.blacklisted,
            "muted": self.muted,
            "tags": self.tags,
            "sends_left": self.budget.left(now),
            "window_closes_at": self.budget.closes_at(now),
        }


@dataclass(slots=True)
class Group:
    """A WeCom group chat with one robot."""

    slug: str
    title: str
    robot: str
    key: str = field(repr=False)
    members: int
    removed: bool = False

    def as_json(self) -> Json:
        """The group for the page and for tests."""
        return {
            "slug": self.slug,
            "title": self.title,
            "robot": self.robot,
            "key": self.key,
            "members": self.members,
            "removed": self.removed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a chat as a phone shows it."""

    seq: int
    at: float
    chat: str
    side: Side
    kind: str
    content: Json
    via: str = ""
    delivery: int | None = None

    def as_json(self) -> Json:
        """The entry for the page and for tests."""
        return {
            "seq": self.seq,
            "at": self.at,
            "chat": self.chat,
            "side": self.side.value,
            "kind": self.kind,
            "content": self.content,
            "via": self.via,
            "delivery": self.delivery,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One HTTP request of a push and what came back."""

    number: int
    outcome: Outcome
    took_ms: int
    status: int | None = None
    reason: str = ""
    problems: tuple[str, ...] = ()
    answer: str = ""

    def as_json(self) -> Json:
        """The attempt for the delivery log."""
        return {
            "number": self.number,
            "outcome": self.outcome.value,
            "took_ms": self.took_ms,
            "status": self.status,
            "reason": self.reason,
            "problems": list(self.problems),
            "answer": self.answer,
        }


@dataclass(slots=True)
class Delivery:
    """One push with all its attempts; guarded by the world's lock."""

    number: int
    account: str
    openid: str
    kind: str
    msg_id: str
    at: float
    xml: str
    outcome: Outcome = Outcome.PENDING
    attempts: list[Attempt] = field(default_factory=list)
    reply: Json | None = None

    def as_json(self) -> Json:
        """The delivery for the log."""
        return {
            "id": self.number,
            "account": self.account,
            "openid": self.openid,
            "kind": self.kind,
            "msg_id": self.msg_id,
            "at": self.at,
            "xml": self.xml,
            "outcome": self.outcome.value,
            "attempts": [attempt.as_json() for attempt in self.attempts],
            "reply": self.reply,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One request of the bot to the platform's API."""

    seq: int
    at: float
    path: str
    errcode: int
    rid: str
    account: str
    note: str = ""

    def as_json(self) -> Json:
        """The call for the log."""
        return {
            "seq": self.seq,
            "at": self.at,
            "path": self.path,
            "errcode": self.errcode,
            "rid": self.rid,
            "account": self.account,
            "note": self.note,
        }
