"""Conversations that a person of the community must look at (求助提醒), crisis first."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, case, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.domain.replies import Urgency
from bot.records.audit import AuditEntry, write
from bot.records.database import Database, Unit, insert_new
from bot.records.errors import IllegalTransition
from bot.records.schema import Base, RowId, Sealed
from bot.records.states import move, sources
from bot.records.vault import Vault

#: How long a closed alert is kept.
CLOSED_KEPT = timedelta(days=180)
#: In these words also in the query, or SQLite would not use the partial index.
_NOT_CLOSED = text("state <> 'closed'")
#: Keys of alerts about a case begin with its row (bot.pipeline.casework).
_OF_CASE = re.compile(r"case:(\d{1,19}):")


class AlertState(StrEnum):
    """How far staff have come."""

    OPEN = "open"
    SEEN = "seen"
    CLOSED = "closed"


TRANSITIONS: Mapping[AlertState, frozenset[AlertState]] = {
    AlertState.OPEN: frozenset({AlertState.SEEN, AlertState.CLOSED}),
    AlertState.SEEN: frozenset({AlertState.CLOSED}),
    AlertState.CLOSED: frozenset(),
}


class AlertRow(Base):
    """One alert. When its resident is erased, urgency, reason, community, state and times stay.

    Retention: until it is closed, and 180 days more.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_not_closed",
            "community",
            "created_at",
            sqlite_where=_NOT_CLOSED,
            postgresql_where=_NOT_CLOSED,
        ),
        Index("ix_alerts_closed_at", "closed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(unique=True)
    community: Mapped[str]
    account: Mapped[str]
    ref: Mapped[str | None] = mapped_column(index=True)
    urgency: Mapped[str]
    reason: Mapped[str]
    summary: Mapped[str | None] = mapped_column(Sealed)
    state: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for alerts closed long ago."""
        return cls.closed_at < now - CLOSED_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """One alert, opened: a read of personal data, which the caller writes to the audit.

    Attributes:
        id: number staff know it by.
        community: slug of the community whose staff look.
        account: account slug, "" once the resident is erased.
        ref: the resident's keyed hash, ``None`` once he is erased, or was never named.
        urgency: crisis or request.
        reason: intent id that raised it.
        summary: what staff read first, ``None`` once the resident is erased.
        state: how far staff have come.
        seen_by: name of the member of staff who took it.
        closed_by: name of the member of staff who closed it.
        case: row of the case it tells of, ``None`` for any other alert and once he is erased.
    """

    id: int
    community: str
    account: str
    ref: str | None
    urgency: Urgency
    reason: str
    summary: str | None
    state: AlertState
    created_at: datetime
    seen_at: datetime | None
    seen_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Alerts not closed of one urgency and state: how many, and since when the oldest waits."""

    urgency: Urgency
    state: AlertState
    count: int
    oldest: datetime


def raise_alert(
    db: Database,
    *,
    key: str,
    community: str,
    account: str,
    ref: str | None,
    urgency: Urgency,
    reason: str,
    summary: str,
    now: datetime,
    unit: Unit | None = None,
) -> bool:
    """Raise an alert once per message and reason; tell whether it is new.

    Args:
        db: the database.
        key: message key; every delivery of the same message has the same.
        community: slug of the community whose staff look.
        account: account slug.
        ref: the resident's keyed hash; ``None`` when nobody may find out who it was.
        urgency: crisis or request.
        reason: intent id.
        summary: what staff read first.
        now: present moment.
        unit: open transaction it belongs to; its own by default.
    """
    row = {
        "key": f"{key}:{reason}",
        "community": community,
        "account": account,
        "ref": ref,
        "urgency": Urgency(urgency).value,
        "reason": reason,
        "summary": db.vault.seal(summary),
        "state": AlertState.OPEN.value,
        "created_at": now,
    }
    with db.within(unit) as session:
        return insert_new(session, AlertRow, [row], unique=["key"]) == 1


def list_open(
    db: Database, communities: Collection[str] | None, *, limit: int = 100
) -> list[AlertRecord]:
    """Return the alerts not closed, crisis first, then the oldest, at most ``limit``.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        limit: longest list.
    """
    crisis_first = case((AlertRow.urgency == Urgency.CRISIS.value, 0), else_=1)
    query = select(AlertRow).where(_NOT_CLOSED)
    if communities is not None:
        query = query.where(AlertRow.community.in_(sorted(communities)))
    query = query.order_by(crisis_first, AlertRow.created_at, AlertRow.id).limit(limit)
    with db.reading() as session:
        return [_record(row, db.vault) for row in session.scalars(query)]


def get(db: Database, alert_id: int) -> AlertRecord | None:
    """Return one alert, or nothing."""
    with db.reading() as session:
        row = session.get(AlertRow, alert_id)
        return _record(row, db.vault) if row else None


def page(
    db: Database,
    communities: Collection[str] | None,
    *,
    state: AlertState | None = None,
    limit: int,
    offset: int = 0,
) -> list[AlertRecord]:
    """Return one page of alerts: crisis first, then those nobody took, then the oldest.

    Closed ones come the newest first.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        state: only this state; ``None`` for all that are not closed.
        limit: longest page.
        offset: how many to pass over.
    """
    if state is AlertState.CLOSED:
        query = select(AlertRow).where(AlertRow.closed_at.is_not(None))
        query = query.order_by(AlertRow.closed_at.desc(), AlertRow.id.desc())
    else:
        crisis_first = case((AlertRow.urgency == Urgency.CRISIS.value, 0), else_=1)
        query = select(AlertRow).where(_NOT_CLOSED)
        open_first = case((AlertRow.state == AlertState.OPEN.value, 0), else_=1)
        query = query.order_by(crisis_first, open_first, AlertRow.created_at, AlertRow.id)
        if state is not None:
            query = query.where(AlertRow.state == state.value)
    if communities is not None:
        query = query.where(AlertRow.community.in_(sorted(communities)))
    with db.reading() as session:
        found = session.scalars(query.limit(limit).offset(offset))
        return [_record(row, db.vault) for row in found]


def waiting(db: Database, communities: Collection[str] | None) -> list[Waiting]:
    """Count the alerts not closed by urgency and state, without opening any."""
    query = (
        select(AlertRow.urgency, AlertRow.state, func.count(), func.min(AlertRow.created_at))
        .where(_NOT_CLOSED)
        .group_by(AlertRow.urgency, AlertRow.state)
    )
    if communities is not None:
        query = query.where(AlertRow.community.in_(sorted(communities)))
    with db.reading() as session:
        return [
            Waiting(urgency=Urgency(urgency), state=AlertState(state), count=count, oldest=oldest)
            for urgency, state, count, oldest in session.execute(query)
        ]


def advance(db: Database, alert_id: int, state: AlertState, entry: AuditEntry) -> None:
    """Move an alert on for ``entry.actor`` and write the audit, both or neither.

    Raises:
        NotFound: no such alert.
        IllegalTransition: it is already there, or further.
    """
    with db.session() as session:
        _move(session, alert_id, state, entry.actor, entry.at)
        write(session, entry)


def set_state(db: Database, alert_id: int, state: AlertState, staff: str, now: datetime) -> None:
    """Move an alert on; of two members of staff who try at once, one succeeds.

    Raises:
        NotFound: no such alert.
        IllegalTransition: it is already there, or further.
    """
    with db.session() as session:
        _move(session, alert_id, state, staff, now)


def _move(session: Session, alert_id: int, state: AlertState, staff: str, now: datetime) -> None:
    marks: dict[AlertState, dict[str, str | datetime | None]] = {
        AlertState.SEEN: {"seen_at": now, "seen_by": staff},
        AlertState.CLOSED: {"closed_at": now, "closed_by": staff},
    }
    if state not in marks:
        raise IllegalTransition(f"alerts {alert_id}: nothing leads back to {state}")
    origins = sources(TRANSITIONS, state)
    move(session, AlertRow, alert_id, to=state, origins=origins, values=marks[state])


def _record(row: AlertRow, vault: Vault) -> AlertRecord:
    of_case = _OF_CASE.match(row.key)
    return AlertRecord(
        id=row.id,
        community=row.community,
        account=row.account,
        ref=row.ref,
        urgency=Urgency(row.urgency),
        reason=row.reason,
        summary=None if row.summary is None else vault.open(row.summary),
        state=AlertState(row.state),
        created_at=row.created_at,
        seen_at=row.seen_at,
        seen_by=row.seen_by,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        case=int(of_case[1]) if of_case else None,
    )
