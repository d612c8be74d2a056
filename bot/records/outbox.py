"""Customer messages that must go out (客服消息): each sent once, or listed with the reason why not.

The row is the truth, a queue only says "work is here". A reply that comes too late for the platform
is first *promised* (the message is accepted, its text not yet known), then filled and queued.
``sending`` is written before the platform is called, because a customer message must not be
repeated after an ambiguous failure (WECHAT.md §14.3): one whose worker died there ends as
``unknown``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, and_, column, func, or_, select, table, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import Database, Unit, changed, insert_new
from bot.records.errors import IllegalTransition, NotFound
from bot.records.schema import Base, RowId, Sealed
from bot.records.states import move, sources

#: A promise without a payload is lapsed after this.
PROMISE_LIFE = timedelta(seconds=30)
#: How long a worker may take for one call to the platform.
LEASE_S = 30.0
#: Text that reached the resident is of no further use (FACTS.md §10 Q-3).
SENT_KEPT = timedelta(days=7)
#: Staff may still want to make good what did not.
UNSENT_KEPT = timedelta(days=30)


class OutboxState(StrEnum):
    """Where a message is on its way."""

    PROMISED = "promised"
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: ``sending`` returns to ``queued`` only when the platform said that it did not take the message.
TRANSITIONS: Mapping[OutboxState, frozenset[OutboxState]] = {
    OutboxState.PROMISED: frozenset({OutboxState.QUEUED, OutboxState.FAILED}),
    OutboxState.QUEUED: frozenset({OutboxState.CLAIMED, OutboxState.FAILED}),
    OutboxState.CLAIMED: frozenset(
        {OutboxState.CLAIMED, OutboxState.QUEUED, OutboxState.SENDING, OutboxState.FAILED}
    ),
    OutboxState.SENDING: frozenset(
        {OutboxState.QUEUED, OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN}
    ),
    OutboxState.UNKNOWN: frozenset({OutboxState.SENT, OutboxState.FAILED}),
    OutboxState.SENT: frozenset(),
    OutboxState.FAILED: frozenset(),
}
# by name: residents import this module
_RESIDENTS = table("residents", column("ref"), column("community"))
_ACCOUNTS = table("accounts", column("slug"), column("community"))
_SETTLED = frozenset({OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN})


class OutboxRow(Base):
    """One message to one resident.

    Retention: 7 days after it was sent; 30 days after it failed or became unknown; until the
    resident is erased.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_created_at", "state", "created_at"),
        Index("ix_outbox_state_updated_at", "state", "updated_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str]
    ref: Mapped[str] = mapped_column(index=True)
    openid: Mapped[str] = mapped_column(Sealed)
    payload: Mapped[str | None] = mapped_column(Sealed)
    state: Mapped[str]
    reason: Mapped[str | None]
    attempts: Mapped[int]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    not_after: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for messages settled long ago; one not settled is never dropped."""
        sent = cls.state == OutboxState.SENT.value
        unsent = cls.state.in_([OutboxState.FAILED.value, OutboxState.UNKNOWN.value])
        return or_(
            and_(sent, cls.updated_at < now - SENT_KEPT),
            and_(unsent, cls.updated_at < now - UNSENT_KEPT),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message a worker has claimed, opened.

    Attributes:
        id: row id, for :func:`start` and :func:`settle`.
        key: unique key.
        account: account slug that sends.
        ref: the resident's keyed hash, for logs.
        openid: whom it goes to.
        payload: JSON text of the message.
        attempts: how often it was claimed, this time included.
        not_after: when it may no longer be sent.
    """

    id: int
    key: str
    account: str
    ref: str
    openid: str = field(repr=False)
    payload: str = field(repr=False)
    attempts: int
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStatus:
    """Where a message stands, without what it says.

    Attributes:
        id: row id.
        key: unique key.
        account: account slug that sends.
        ref: the resident's keyed hash.
        state: where it is.
        reason: why it did not go out, or why it waits again.
        attempts: how often it was claimed.
        created_at: when it was promised or queued.
        updated_at: when it last moved.
    """

    id: int
    key: str
    account: str
    ref: str
    state: OutboxState
    reason: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message that did not arrive, or may not have, and whose staff must know."""

    status: OutboxStatus
    community: str


def promise(
    db: Database,
    *,
    key: str,
    account: str,
    ref: str,
    openid: str,
    now: datetime,
    not_after: datetime,
) -> bool:
    """Promise a message whose text is not known yet; tell whether the promise is new."""
    row = {
        "key": key,
        "account": account,
        "ref": ref,
        "openid": db.vault.seal(openid),
        "state": OutboxState.PROMISED.value,
        "attempts": 0,
        "created_at": now,
        "not_after": not_after,
        "updated_at": now,
    }
    with db.session() as session:
        return insert_new(session, OutboxRow, [row], unique=["key"]) == 1


def fill(db: Database, key: str, payload: str, now: datetime) -> int:
    """Keep a promise: give the message its JSON text and queue it; return its row id.

    Raises:
        NotFound: it was never promised, or the resident was erased.
        IllegalTransition: it is filled already, or given up.
    """
    sealed = db.vault.seal(payload)
    with db.session() as session:
        row_id = session.scalar(select(OutboxRow.id).where(OutboxRow.key == key))
        if row_id is None:
            raise NotFound("outbox: no such promise")
        move(
            session,
            OutboxRow,
            row_id,
            to=OutboxState.QUEUED,
            origins=[OutboxState.PROMISED],
            values={"payload": sealed, "updated_at": now},
        )
        return row_id


def put(
    db: Database,
    *,
    key: str,
    account: str,
    ref: str,
    openid: str,
    payload: str,
    now: datetime,
    not_after: datetime,
    unit: Unit | None = None,
) -> int | None:
    """Queue a message whose JSON text is known; return its row id, or nothing if it is there.

    With ``unit`` it joins an open transaction: nobody may be told of the row before that is over.
    """
    row = {
        "key": key,
        "account": account,
        "ref": ref,
        "openid": db.vault.seal(openid),
        "payload": db.vault.seal(payload),
        "state": OutboxState.QUEUED.value,
        "attempts": 0,
        "created_at": now,
        "not_after": not_after,
        "updated_at": now,
    }
    with db.within(unit) as session:
        if not insert_new(session, OutboxRow, [row], unique=["key"]):
            return None
        return session.scalar(select(OutboxRow.id).where(OutboxRow.key == key))


def claim(
    db: Database, row_id: int, now: datetime, lease_s: float = LEASE_S
) -> OutboxMessage | None:
    """Take a message for sending, for ``lease_s`` seconds.

    Returns:
        The message, or nothing when it is not queued, its time is over, or another worker has it
        whose lease runs; a claim whose lease lapsed is taken over.
    """
    statement = (
        update(OutboxRow)
        .where(OutboxRow.id == row_id, _claimable(now))
        .values(
            state=OutboxState.CLAIMED.value,
            attempts=OutboxRow.attempts + 1,
            lease_until=now + timedelta(seconds=lease_s),
            updated_at=now,
        )
        .returning(OutboxRow)
    )
    with db.session() as session:
        row = session.scalars(statement).one_or_none()
        if row is None or row.payload is None:
            return None
        return OutboxMessage(
            id=row.id,
            key=row.key,
            account=row.account,
            ref=row.ref,
            openid=db.vault.open(row.openid),
            payload=db.vault.open(row.payload),
            attempts=row.attempts,
            not_after=row.not_after,
        )


def start(db: Database, row_id: int, now: datetime, lease_s: float = LEASE_S) -> None:
    """Write ``sending``, right before the platform is called; the lease runs anew.

    Only one worker gets past this for one claim, even when its lease had lapsed and another claimed
    after it: whoever is refused must not send.

    Raises:
        NotFound: the resident was erased.
        IllegalTransition: somebody else is sending it, or has.
    """
    with db.session() as session:
        move(
            session,
            OutboxRow,
            row_id,
            to=OutboxState.SENDING,
            origins=[OutboxState.CLAIMED],
            values={"lease_until": now + timedelta(seconds=lease_s), "updated_at": now},
        )


def settle(
    db: Database, row_id: int, state: OutboxState, reason: str | None, now: datetime
) -> None:
    """Write how it ended: ``sent``, ``failed``, ``unknown``, or ``queued`` to try again.

    Args:
        db: the database.
        row_id: which message.
        state: how it ended.
        reason: why, for staff; no personal data.
        now: present moment.

    Raises:
        NotFound: the resident was erased meanwhile.
        IllegalTransition: that is no end, or not one of where the message is.
    """
    if state not in _SETTLED | {OutboxState.QUEUED}:
        raise IllegalTransition(f"outbox {row_id}: {state} is not an outcome")
    origins = sources(TRANSITIONS, state)
    if state is OutboxState.QUEUED:
        origins -= {OutboxState.PROMISED}  # nothing to send before it is filled
    with db.session() as session:
        values = {"reason": reason, "lease_until": None, "updated_at": now}
        move(session, OutboxRow, row_id, to=state, origins=origins, values=values)


def due(db: Database, now: datetime, *, limit: int = 100) -> list[int]:
    """Return the ids of messages that may be claimed, oldest first, at most ``limit``."""
    query = (
        select(OutboxRow.id)
        .where(_claimable(now))
        .order_by(OutboxRow.created_at, OutboxRow.id)
        .limit(limit)
    )
    with db.reading() as session:
        return list(session.scalars(query))


def lapsed(db: Database, now: datetime, *, limit: int = 100) -> list[OutboxStatus]:
    """Return what a worker left lying, oldest first, at most ``limit``.

    These are promises older than 30 s that were never filled (``promised``) and messages whose
    sender has not settled them within its lease (``sending``). By "older than", so no outage loses
    any.
    """
    empty = and_(
        OutboxRow.state == OutboxState.PROMISED.value, OutboxRow.created_at <= now - PROMISE_LIFE
    )
    stuck = and_(OutboxRow.state == OutboxState.SENDING.value, OutboxRow.lease_until <= now)
    query = (
        select(OutboxRow)
        .where(or_(empty, stuck))
        .order_by(OutboxRow.created_at, OutboxRow.id)
        .limit(limit)
    )
    with db.reading() as session:
        return [_status(row) for row in session.scalars(query)]


def expire(db: Database, now: datetime, *, limit: int = 1_000) -> int:
    """Fail, with reason ``too_late``, up to ``limit`` messages whose time ran out unsent."""
    waiting = or_(
        OutboxRow.state.in_([OutboxState.PROMISED.value, OutboxState.QUEUED.value]),
        and_(OutboxRow.state == OutboxState.CLAIMED.value, OutboxRow.lease_until <= now),
    )
    overdue = and_(waiting, OutboxRow.not_after <= now)
    batch = select(OutboxRow.id).where(overdue).order_by(OutboxRow.created_at).limit(limit)
    statement = (
        update(OutboxRow)
        # asked again outside the batch: a claim between the two must win
        .where(OutboxRow.id.in_(batch), overdue)
        .values(state=OutboxState.FAILED.value, reason="too_late", lease_until=None, updated_at=now)
    )
    with db.session() as session:
        return changed(session, statement)


def unsent(db: Database, *, limit: int = 100) -> list[OutboxStatus]:
    """Return messages that failed or may not have arrived, newest first, at most ``limit``."""
    states = [OutboxState.FAILED.value, OutboxState.UNKNOWN.value]
    query = (
        select(OutboxRow)
        .where(OutboxRow.state.in_(states))
        .order_by(OutboxRow.updated_at.desc(), OutboxRow.id.desc())
        .limit(limit)
    )
    with db.reading() as session:
        return [_status(row) for row in session.scalars(query)]


def undelivered(
    db: Database,
    communities: Collection[str] | None,
    *,
    home: str,
    limit: int = 100,
    offset: int = 0,
) -> list[Undelivered]:
    """Return messages that failed or may not have arrived, newest first, with their community.

    That is the community the resident chose, else the account's.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        home: community of the account that is in the settings and not in SQL.
        limit: longest page.
        offset: how many to pass over.
    """
    place = func.coalesce(_RESIDENTS.c.community, _ACCOUNTS.c.community, home)
    query = (
        select(OutboxRow, place)
        .outerjoin(_RESIDENTS, _RESIDENTS.c.ref == OutboxRow.ref)
        .outerjoin(_ACCOUNTS, _ACCOUNTS.c.slug == OutboxRow.account)
        .where(OutboxRow.state.in_([OutboxState.FAILED.value, OutboxState.UNKNOWN.value]))
        .order_by(OutboxRow.updated_at.desc(), OutboxRow.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if communities is not None:
        query = query.where(place.in_(sorted(communities)))
    with db.reading() as session:
        return [
            Undelivered(status=_status(row), community=slug) for row, slug in session.execute(query)
        ]


def status(db: Database, key: str) -> OutboxStatus | None:
    """Return where a message stands, or nothing."""
    with db.reading() as session:
        row = session.scalar(select(OutboxRow).where(OutboxRow.key == key))
        return _status(row) if row else None


def _claimable(now: datetime) -> ColumnElement[bool]:
    lapsed_claim = and_(OutboxRow.state == OutboxState.CLAIMED.value, OutboxRow.lease_until <= now)
    waiting = or_(OutboxRow.state == OutboxState.QUEUED.value, lapsed_claim)
    return and_(waiting, OutboxRow.not_after > now)


def _status(row: OutboxRow) -> OutboxStatus:
    return OutboxStatus(
        id=row.id,
        key=row.key,
        account=row.account,
        ref=row.ref,
        state=OutboxState(row.state),
        reason=row.reason,
        attempts=row.attempts,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
