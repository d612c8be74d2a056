"""Who did what in the ledgers (审计); never personal data itself (FACTS.md §10 Q-9, Q-10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import Database
from bot.records.schema import Base, RowId

#: PIPL 56 asks three years for the record of an assessment; network logs need six months.
KEPT = timedelta(days=3 * 366)


class AuditRow(Base):
    """One act of a member of staff, a resident or the service.

    Retention: three years.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_community_id", "community", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    community: Mapped[str | None]
    detail: Mapped[str]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for entries older than three years."""
        return cls.at < now - KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log.

    Attributes:
        at: when.
        actor: name of the member of staff, ``resident`` or ``system``.
        action: ``noun.verb``.
        subject: what it was done to, by kind and number (``alert:12``), never by a person's name.
        community: slug, or ``None`` for what concerns all.
        detail: counts and states; no personal data.
        id: its number; 0 before it is written.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    community: str | None = None
    detail: str = ""
    id: int = 0


def write(session: Session, entry: AuditEntry) -> int:
    """Add an entry to an open transaction, to stand or fall with the act; return its number."""
    row = AuditRow(
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        community=entry.community,
        detail=entry.detail,
    )
    session.add(row)
    session.flush()
    return row.id


def note(db: Database, entry: AuditEntry) -> int:
    """Add an entry in a transaction of its own, for an act that writes nothing else (a read)."""
    with db.session() as session:
        return write(session, entry)


def tail(db: Database, *, limit: int = 100, community: str | None = None) -> list[AuditEntry]:
    """Return the newest entries, newest first, at most ``limit``, optionally of one community."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if community is not None:
        query = query.where(AuditRow.community == community)
    with db.reading() as session:
        return [
            AuditEntry(
                id=row.id,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                community=row.community,
                detail=row.detail,
            )
            for row in session.scalars(query)
        ]
