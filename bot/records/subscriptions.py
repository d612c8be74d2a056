"""Topics a resident asked to be told about (订阅)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Index, select, text, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import Database, changed, insert_new
from bot.records.schema import Base, RowId

#: How long an ended subscription shows that the resident left it, and when.
ENDED_KEPT = timedelta(days=180)
#: Topics one call may add.
MAX_TOPICS = 100
_ACTIVE = text("ended_at IS NULL")


class SubscriptionRow(Base):
    """One topic of one community for one resident.

    Retention: while it runs; 180 days after it ended; until the resident is erased.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index(
            "uq_subscriptions_active",
            "ref",
            "community",
            "topic",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_subscriptions_ended_at", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    ref: Mapped[str] = mapped_column(index=True)
    community: Mapped[str]
    topic: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for subscriptions that ended long ago."""
        return cls.ended_at < now - ENDED_KEPT


def topics(db: Database, ref: str, *, limit: int = 100) -> list[str]:
    """Return the topics a resident is subscribed to in any community, sorted, at most ``limit``."""
    with db.reading() as session:
        query = (
            select(SubscriptionRow.topic)
            .where(SubscriptionRow.ref == ref, SubscriptionRow.ended_at.is_(None))
            .distinct()
            .order_by(SubscriptionRow.topic)
            .limit(limit)
        )
        return list(session.scalars(query))


def add(db: Database, *, ref: str, community: str, topics: Iterable[str], now: datetime) -> int:
    """Subscribe to topics; return how many are new. A repeated delivery changes nothing.

    Raises:
        ValueError: more than ``MAX_TOPICS`` topics.
    """
    wanted = sorted(set(topics))
    if len(wanted) > MAX_TOPICS:
        raise ValueError(f"at most {MAX_TOPICS} topics at once")
    rows = [
        {"ref": ref, "community": community, "topic": topic, "created_at": now} for topic in wanted
    ]
    with db.session() as session:
        unique = ["ref", "community", "topic"]
        return insert_new(session, SubscriptionRow, rows, unique=unique, where=_ACTIVE)


def clear(db: Database, ref: str, now: datetime) -> int:
    """Unsubscribe from everything; return how many subscriptions ended."""
    with db.session() as session:
        running = (
            update(SubscriptionRow)
            .where(SubscriptionRow.ref == ref, SubscriptionRow.ended_at.is_(None))
            .values(ended_at=now)
        )
        return changed(session, running)
