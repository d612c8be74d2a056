"""Consents a resident gave, each by itself, withdrawn as easily (PIPL 14-16; FACTS.md §10 Q-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, select, text, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import Database, changed, insert_new
from bot.records.schema import Base, RowId

#: How long a withdrawn consent proves that we were allowed to (limitation, Civil Code 188).
WITHDRAWN_KEPT = timedelta(days=3 * 365)
_STANDING = text("withdrawn_at IS NULL")


class ConsentRow(Base):
    """One consent to one version of a text.

    Retention: while it stands; three years after it was withdrawn; until the resident is erased.
    """

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "uq_consents_standing",
            "ref",
            "kind",
            "text_version",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_consents_withdrawn_at", "withdrawn_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    ref: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    text_version: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for consents withdrawn long ago."""
        return cls.withdrawn_at < now - WITHDRAWN_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """A consent that stands: what to, which version of the text, since when."""

    kind: str
    text_version: str
    given_at: datetime


def give(db: Database, *, ref: str, kind: str, text_version: str, now: datetime) -> bool:
    """Record a consent; tell whether it is new. A repeated delivery changes nothing."""
    row = {"ref": ref, "kind": kind, "text_version": text_version, "given_at": now}
    with db.session() as session:
        unique = ["ref", "kind", "text_version"]
        return insert_new(session, ConsentRow, [row], unique=unique, where=_STANDING) == 1


def withdraw(db: Database, *, ref: str, kind: str, now: datetime) -> int:
    """Withdraw every version of a consent; return how many stood."""
    with db.session() as session:
        standing = (
            update(ConsentRow)
            .where(
                ConsentRow.ref == ref, ConsentRow.kind == kind, ConsentRow.withdrawn_at.is_(None)
            )
            .values(withdrawn_at=now)
        )
        return changed(session, standing)


def standing(db: Database, ref: str, *, limit: int = 100) -> Sequence[ConsentRecord]:
    """Return the consents that stand, oldest first, at most ``limit``."""
    with db.reading() as session:
        query = (
            select(ConsentRow)
            .where(ConsentRow.ref == ref, ConsentRow.withdrawn_at.is_(None))
            .order_by(ConsentRow.given_at, ConsentRow.id)
            .limit(limit)
        )
        return [
            ConsentRecord(kind=row.kind, text_version=row.text_version, given_at=row.given_at)
            for row in session.scalars(query)
        ]
