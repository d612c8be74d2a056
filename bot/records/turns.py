"""The turn log (对话日志): what was asked in kind and how it went, never a word of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Float, Index, case, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records.database import MAX_BATCH, Database, insert_new
from bot.records.schema import Base, RowId

#: Network logs are kept for at least six months (网络安全法 23); longer is not needed.
KEPT = timedelta(days=184)
#: How long an erasure is remembered, so that turns still on their way arrive without the resident.
ERASURE_KEPT = timedelta(days=7)
#: The turn that asked for the erasure ends a little after it.
ERASURE_GRACE = timedelta(seconds=60)


class TurnDelivery(StrEnum):
    """How the reply went out."""

    PASSIVE = "passive"
    LATE = "late"
    DROPPED = "dropped"


class TurnRow(Base):
    """One turn of a conversation; ``ref`` is the keyed hash of the resident, or gone with him.

    Retention: 184 days.
    """

    __tablename__ = "turns"
    __table_args__ = (
        Index("ix_turns_community_at", "community", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    turn_id: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[str]
    community: Mapped[str]
    ref: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    decision: Mapped[str]
    intent: Mapped[str | None]
    score: Mapped[float | None] = mapped_column(Float)
    ms: Mapped[float] = mapped_column(Float)
    delivery: Mapped[str]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for turns older than six months."""
        return cls.at < now - KEPT


class ErasureRow(Base):
    """A resident who was erased, by his keyed hash, while turns of his may still be on their way.

    Retention: 7 days.
    """

    __tablename__ = "erasures"

    ref: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for erasures after which nothing can arrive any more."""
        return cls.at < now - ERASURE_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One turn as it is logged.

    Attributes:
        turn_id: same for every attempt to log the same turn.
        at: when the message arrived.
        account: account slug.
        community: slug of the community that answered.
        ref: keyed hash of the resident, ``None`` when unknown or erased.
        kind: kind of message (``text``, ``follow`` …).
        decision: ``answer``, ``clarify``, ``fallback`` or what else ended the turn.
        intent: intent id, when there is one.
        score: the router's certainty, 0 to 1.
        ms: time to the reply in milliseconds.
        delivery: how the reply went out.
    """

    turn_id: str
    at: datetime
    account: str
    community: str
    ref: str | None
    kind: str
    decision: str
    intent: str | None = None
    score: float | None = None
    ms: float
    delivery: TurnDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Turns of a span of time, counted.

    Attributes:
        decisions: decision -> turns.
        marked: turns that ended at one of the intents that were asked about.
    """

    decisions: Mapping[str, int]
    marked: int


def append_many(
    db: Database,
    rows: Sequence[TurnRecord],
    *,
    beside: Callable[[Session, Collection[str]], object] | None = None,
) -> int:
    """Log turns in one transaction; return how many are new. What is logged already is passed over.

    Turns of residents who were erased since are logged without them.

    Args:
        db: the database.
        rows: at most 1,000 turns.
        beside: writes what belongs to the turns in the same transaction; is given the ids of those
            that were not logged before.

    Raises:
        ValueError: more than 1,000 rows.
    """
    if len(rows) > MAX_BATCH:
        raise ValueError(f"at most {MAX_BATCH} turns at once")
    by_id = {row.turn_id: row for row in rows}
    with db.session() as session:
        _wait_for_erasures(session)
        erased = _erased(session, {row.ref for row in rows if row.ref})
        # in order of the unique key: two workers with overlapping batches cannot deadlock
        values = [_values(by_id[turn_id], erased) for turn_id in sorted(by_id)]
        if beside is not None:
            logged = select(TurnRow.turn_id).where(TurnRow.turn_id.in_(sorted(by_id)))
            beside(session, by_id.keys() - set(session.scalars(logged)))
        return insert_new(session, TurnRow, values, unique=["turn_id"])


def tail(db: Database, *, limit: int = 100, community: str | None = None) -> list[TurnRecord]:
    """Return the newest turns, newest first, at most ``limit``, optionally of one community."""
    query = select(TurnRow).order_by(TurnRow.at.desc(), TurnRow.id.desc()).limit(limit)
    if community is not None:
        query = query.where(TurnRow.community == community)
    with db.reading() as session:
        return [_record(row) for row in session.scalars(query)]


def tally(
    db: Database,
    *,
    since: datetime,
    communities: Collection[str] | None,
    intents: Collection[str] = (),
) -> Tally:
    """Count turns by decision, by the index on time.

    Args:
        db: the database.
        since: first moment counted.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        intents: ids whose turns are counted apart, as ``marked``.
    """
    marked = func.sum(case((TurnRow.intent.in_(sorted(intents)), 1), else_=0))
    query = (
        select(TurnRow.decision, func.count(), marked)
        .where(TurnRow.at >= since)
        .group_by(TurnRow.decision)
    )
    if communities is not None:
        query = query.where(TurnRow.community.in_(sorted(communities)))
    with db.reading() as session:
        rows = [(str(name), int(count), int(sum_)) for name, count, sum_ in session.execute(query)]
    return Tally(
        decisions={name: count for name, count, _ in rows}, marked=sum(row[2] for row in rows)
    )


def _wait_for_erasures(session: Session) -> None:
    """Let no erasure run beside us: neither would see the other's rows. SQLite never does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE erasures IN SHARE MODE"))


def _erased(session: Session, refs: set[str]) -> dict[str, datetime]:
    query = select(ErasureRow.ref, ErasureRow.at).where(ErasureRow.ref.in_(sorted(refs)))
    return {row.ref: row.at for row in session.execute(query)} if refs else {}


def _values(turn: TurnRecord, erased: dict[str, datetime]) -> dict[str, object]:
    forgotten = turn.ref in erased and turn.at <= erased[turn.ref] + ERASURE_GRACE
    return {
        "turn_id": turn.turn_id,
        "at": turn.at,
        "account": turn.account,
        "community": turn.community,
        "ref": None if forgotten else turn.ref,
        "kind": turn.kind,
        "decision": turn.decision,
        "intent": turn.intent,
        "score": turn.score,
        "ms": turn.ms,
        "delivery": turn.delivery.value,
    }


def _record(row: TurnRow) -> TurnRecord:
    return TurnRecord(
        turn_id=row.turn_id,
        at=row.at,
        account=row.account,
        community=row.community,
        ref=row.ref,
        kind=row.kind,
        decision=row.decision,
        intent=row.intent,
        score=row.score,
        ms=row.ms,
        delivery=TurnDelivery(row.delivery),
    )
