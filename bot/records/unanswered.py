"""Messages that were not understood (未答台账): scrubbed, counted, gone after thirty days.

A row is one wording of one community, whoever wrote it and however often: there is no resident in
it. Its text was scrubbed before it left the process that heard it, and is sealed besides, because
no rule finds every name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BindParameter, Index, bindparam, case, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import MAX_BATCH, Database, changed, insert_new
from bot.records.errors import BrokenSeal
from bot.records.schema import Base, RowId, Sealed, UtcDateTime
from bot.records.vault import Vault

#: How long a wording is kept after it was last written.
KEPT = timedelta(days=30)
#: Wordings kept of one community; beyond, those written once and longest ago give way.
MAX_WORDINGS = 5_000
#: Most wordings one read returns.
MAX_READ = 5_000


class UnsureState(StrEnum):
    """What staff made of a wording."""

    OPEN = "open"
    ATTACHED = "attached"
    IGNORED = "ignored"


class UnansweredRow(Base):
    """One wording that was not understood, of one community; it belongs to no resident.

    Retention: 30 days after it was last written.
    """

    __tablename__ = "unanswered"
    __table_args__ = (
        Index("ix_unanswered_community_state_seen", "community", "state", "seen"),
        Index("ix_unanswered_state_seen", "state", "seen"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    find: Mapped[str] = mapped_column(unique=True)
    community: Mapped[str]
    text: Mapped[str] = mapped_column(Sealed)
    seen: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    decision: Mapped[str]
    likely: Mapped[list[list[Any]]] = mapped_column(JSON)
    state: Mapped[str]
    intent: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for wordings nobody has written for thirty days."""
        return cls.last_at < now - KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """One message that was not understood, on its way into the ledger.

    Attributes:
        turn_id: the turn it was; counted once, however often it is delivered.
        at: when it was written.
        community: slug of the community that answered.
        text: the message, scrubbed.
        normal: its normal form without masks: the same for every wording that is one row.
        decision: ``clarify`` or ``fallback``.
        likely: intents it might mean, with their probabilities.
    """

    turn_id: str
    at: datetime
    community: str
    text: str
    normal: str
    decision: str
    likely: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One row, opened; whoever reads it writes that to the audit.

    Attributes:
        id: number staff know it by.
        community: slug.
        text: the message as first written, scrubbed.
        seen: how often it was written.
        first_at: when first.
        last_at: when last.
        decision: how the bot answered last: ``clarify`` or ``fallback``.
        likely: intents it might mean, with their probabilities, as of last.
        state: what staff made of it.
        intent: what it was attached to.
        decided_by: who attached or ignored it.
    """

    id: int
    community: str
    text: str
    seen: int
    first_at: datetime
    last_at: datetime
    decision: str
    likely: tuple[tuple[str, float], ...]
    state: UnsureState
    intent: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many wordings and messages are in a state."""

    wordings: int
    messages: int


def counting(vault: Vault, messages: Iterable[Unsure]) -> Callable[[Session, Collection[str]], int]:
    """Return what writes messages beside their turns, to stand or fall with them.

    It takes the open transaction and the ids of the turns that were not logged before, and returns
    how many wordings are new. A message is so counted once, however often it is delivered.

    Args:
        vault: seals the texts.
        messages: at most ``MAX_BATCH``; those without anything to learn are passed over.

    Raises:
        ValueError: too many messages.
    """
    heard = {message.turn_id: message for message in messages if message.normal}
    if len(heard) > MAX_BATCH:
        raise ValueError(f"at most {MAX_BATCH} messages at once")

    def count(session: Session, fresh: Collection[str]) -> int:
        return _count(session, vault, [heard[turn] for turn in heard if turn in fresh])

    return count


def _count(session: Session, vault: Vault, messages: Sequence[Unsure]) -> int:
    grouped: dict[str, list[Unsure]] = {}
    for message in messages:
        key = _key(vault, message.community, message.normal)
        grouped.setdefault(key, []).append(message)
    if not grouped:
        return 0
    # in order of the unique key: two workers with overlapping batches cannot deadlock
    keys = sorted(grouped)
    rows = [_new_row(key, grouped[key], vault) for key in keys]
    new = insert_new(session, UnansweredRow, rows, unique=["find"])
    session.connection().execute(_COUNTED, [_increment(key, grouped[key]) for key in keys])
    for community in sorted({message.community for message in messages}):
        _make_room(session, community)
    return new


def _key(vault: Vault, community: str, normal: str) -> str:
    return vault.find(f"unanswered\x1e{community}\x1e{normal}")


def _new_row(key: str, messages: Sequence[Unsure], vault: Vault) -> dict[str, Any]:
    first = min(messages, key=lambda message: message.at)
    return {
        "find": key,
        "community": first.community,
        "text": vault.seal(first.text),
        "seen": 0,
        "first_at": first.at,
        "last_at": first.at,
        "decision": first.decision,
        "likely": [],
        "state": UnsureState.OPEN.value,
    }


_AT: BindParameter[datetime] = bindparam("at", type_=UtcDateTime())
_COUNTED = (
    update(UnansweredRow.__table__)  # type: ignore[arg-type]  # a declared table is a Table
    .where(UnansweredRow.find == bindparam("of"))
    .values(
        seen=UnansweredRow.seen + bindparam("more"),
        last_at=case((UnansweredRow.last_at < _AT, _AT), else_=UnansweredRow.last_at),
        decision=bindparam("now_decided"),
        likely=bindparam("now_likely", type_=JSON()),
    )
)


def _increment(key: str, messages: Sequence[Unsure]) -> dict[str, Any]:
    last = max(messages, key=lambda message: message.at)
    return {
        "of": key,
        "more": len(messages),
        "at": last.at,
        "now_decided": last.decision,
        "now_likely": [[intent, share] for intent, share in last.likely],
    }


def _make_room(session: Session, community: str) -> None:
    """Let the rarest and oldest open wordings of a community go when there are too many."""
    own = UnansweredRow.community == community
    count = session.scalar(select(func.count()).where(own)) or 0
    if count <= MAX_WORDINGS:
        return
    oldest = (
        select(UnansweredRow.id)
        .where(own, UnansweredRow.state == UnsureState.OPEN.value)
        .order_by(UnansweredRow.seen, UnansweredRow.last_at, UnansweredRow.id)
        .limit(count - MAX_WORDINGS)
    )
    changed(session, delete(UnansweredRow).where(UnansweredRow.id.in_(oldest)))


def recent(
    db: Database,
    *,
    communities: Collection[str] | None = None,
    states: Collection[UnsureState] = (UnsureState.OPEN,),
    limit: int = MAX_READ,
) -> list[Wording]:
    """Return wordings, the most frequent first, at most ``limit``.

    One that opens with none of the data keys is passed over.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        states: which of them.
        limit: longest list, at most ``MAX_READ``.
    """
    query = select(UnansweredRow).where(UnansweredRow.state.in_(sorted(map(str, states))))
    if communities is not None:
        query = query.where(UnansweredRow.community.in_(sorted(communities)))
    query = query.order_by(
        UnansweredRow.seen.desc(), UnansweredRow.last_at.desc(), UnansweredRow.id
    ).limit(min(limit, MAX_READ))
    with db.reading() as session:
        rows = list(session.scalars(query))
    return [found for row in rows if (found := _opened(row, db.vault)) is not None]


def tally(db: Database, communities: Collection[str] | None = None) -> Mapping[UnsureState, Tally]:
    """Return how many wordings and messages are in each state."""
    query = select(UnansweredRow.state, func.count(), func.sum(UnansweredRow.seen)).group_by(
        UnansweredRow.state
    )
    if communities is not None:
        query = query.where(UnansweredRow.community.in_(sorted(communities)))
    with db.reading() as session:
        rows = session.execute(query).all()
    return {
        UnsureState(state): Tally(wordings=int(count), messages=int(seen))
        for state, count, seen in rows
    }


def decide(
    session: Session,
    ids: Collection[int],
    *,
    state: UnsureState,
    intent: str | None,
    by: str,
    now: datetime,
) -> int:
    """Note in an open transaction what staff made of wordings; return how many were open still.

    Args:
        session: open transaction.
        ids: numbers of wordings, at most ``MAX_BATCH``.
        state: attached or ignored.
        intent: what they were attached to.
        by: name of the member of staff.
        now: present moment.

    Raises:
        ValueError: too many wordings.
    """
    if len(ids) > MAX_BATCH:
        raise ValueError(f"at most {MAX_BATCH} wordings at once")
    statement = (
        update(UnansweredRow)
        .where(UnansweredRow.id.in_(sorted(ids)), UnansweredRow.state == UnsureState.OPEN.value)
        .values(state=state.value, intent=intent, decided_by=by, decided_at=now)
    )
    return changed(session, statement)


def reopen(session: Session, vault: Vault, *, normal: str, communities: Iterable[str]) -> int:
    """Open the wordings of a phrase again that was taken back; return how many there are."""
    keys = sorted(_key(vault, slug, normal) for slug in set(communities))
    attached = UnansweredRow.state == UnsureState.ATTACHED.value
    statement = (
        update(UnansweredRow)
        .where(UnansweredRow.find.in_(keys), attached)
        .values(state=UnsureState.OPEN.value, intent=None, decided_by=None, decided_at=None)
    )
    return changed(session, statement) if keys else 0


def communities_of(session: Session, *, intent: str, limit: int = MAX_BATCH) -> list[str]:
    """Return the communities with wordings attached to an intent, at most ``limit``."""
    query = (
        select(UnansweredRow.community)
        .where(UnansweredRow.state == UnsureState.ATTACHED.value, UnansweredRow.intent == intent)
        .distinct()
        .order_by(UnansweredRow.community)
        .limit(limit)
    )
    return list(session.scalars(query))


def _opened(row: UnansweredRow, vault: Vault) -> Wording | None:
    try:
        text = vault.open(row.text)
    except BrokenSeal:
        return None
    return Wording(
        id=row.id,
        community=row.community,
        text=text,
        seen=row.seen,
        first_at=row.first_at,
        last_at=row.last_at,
        decision=row.decision,
        likely=tuple((str(intent), float(share)) for intent, share in row.likely),
        state=UnsureState(row.state),
        intent=row.intent,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
