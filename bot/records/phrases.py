"""Phrases that staff added to what the bot understands (叠加): content, with author and history.

A phrase is a sentence a person has read and found to name nobody; it stands in plain text, as the
packs' phrases do. Every change is in the audit log, by the phrase's number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records import unanswered
from bot.records.audit import AuditEntry, write
from bot.records.database import Database, changed, insert_new
from bot.records.errors import NotFound, Rejected
from bot.records.schema import Base, RowId
from bot.records.unanswered import UnsureState

#: How long a phrase that was taken back shows that it was there, and who added it.
ENDED_KEPT = timedelta(days=180)
#: Phrases in force at most; more belong into ``phrases.yaml``.
MAX_ACTIVE = 2_000
#: Phrases one call may add.
MAX_ADDED = 200
_ACTIVE = text("ended_at IS NULL")


class PhraseRow(Base):
    """One phrase that staff added.

    Retention: while it is in force; 180 days after it was taken back.
    """

    __tablename__ = "phrases"
    __table_args__ = (
        Index(
            "uq_phrases_active",
            "text",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_phrases_ended_at", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    text: Mapped[str]
    intent: Mapped[str]
    author: Mapped[str]
    added_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for phrases taken back long ago."""
        return cls.ended_at < now - ENDED_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRecord:
    """One phrase.

    Attributes:
        id: number staff know it by.
        text: the phrase in normal form.
        intent: what it asks.
        author: name of the member of staff who added it.
        added_at: when.
        ended_by: who took it back, ``None`` while it is in force.
    """

    id: int
    text: str
    intent: str
    author: str
    added_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Tell whether it is in force."""
        return self.ended_at is None


def active(db: Database) -> list[PhraseRecord]:
    """Return the phrases in force, in the order they were added, at most ``MAX_ACTIVE``."""
    with db.reading() as session:
        query = select(PhraseRow).where(_ACTIVE).order_by(PhraseRow.id).limit(MAX_ACTIVE)
        return [_record(row) for row in session.scalars(query)]


def tail(db: Database, *, limit: int = 100) -> list[PhraseRecord]:
    """Return the newest phrases, those taken back too, newest first, at most ``limit``."""
    with db.reading() as session:
        query = select(PhraseRow).order_by(PhraseRow.id.desc()).limit(limit)
        return [_record(row) for row in session.scalars(query)]


def changed_at(db: Database) -> datetime | None:
    """Return when a phrase was last added or taken back, ``None`` when there never was one."""
    with db.reading() as session:
        added, ended = session.execute(
            select(func.max(PhraseRow.added_at), func.max(PhraseRow.ended_at))
        ).one()
    return max((moment for moment in (added, ended) if moment is not None), default=None)


def attach(
    db: Database,
    *,
    texts: Sequence[str],
    intent: str,
    wordings: Collection[int],
    by: str,
    now: datetime,
) -> list[int]:
    """Add phrases to an intent and mark the wordings they came from, in one transaction.

    A phrase that the intent has already is passed over.

    Args:
        db: the database.
        texts: phrases in normal form, without masks; at most ``MAX_ADDED``.
        intent: what they ask.
        wordings: numbers in the ledger of what was not understood.
        by: name of the member of staff.
        now: present moment.

    Returns:
        The numbers of the new phrases.

    Raises:
        Rejected: a phrase is empty or belongs to another intent, or there are too many.
    """
    wanted = list(dict.fromkeys(texts))
    if not all(wanted):
        raise Rejected("an empty phrase cannot be added")
    if len(wanted) > MAX_ADDED:
        raise Rejected(f"at most {MAX_ADDED} phrases at once")
    with db.session() as session:
        _refuse_others(session, wanted, intent)
        rows = [
            {"text": text_, "intent": intent, "author": by, "added_at": now} for text_ in wanted
        ]
        before = session.scalar(select(func.max(PhraseRow.id))) or 0
        insert_new(session, PhraseRow, rows, unique=["text"], where=_ACTIVE)
        _refuse_others(session, wanted, intent)  # somebody else may have been faster
        count = session.scalar(select(func.count()).select_from(PhraseRow).where(_ACTIVE)) or 0
        if count > MAX_ACTIVE:
            raise Rejected(
                f"at most {MAX_ACTIVE} added phrases: move older ones into phrases.yaml first"
            )
        own = select(PhraseRow.id).where(
            PhraseRow.id > before, PhraseRow.text.in_(wanted), PhraseRow.author == by
        )
        new = sorted(session.scalars(own))
        for number in new:
            _note(session, "phrase.added", number, by=by, now=now, detail=f"intent={intent}")
        marked = unanswered.decide(
            session, wordings, state=UnsureState.ATTACHED, intent=intent, by=by, now=now
        )
        if marked:
            detail = f"intent={intent} wordings={marked}"
            _note_ledger(session, "unanswered.attached", by=by, now=now, detail=detail)
    return new


def ignore(db: Database, wordings: Collection[int], *, by: str, now: datetime) -> int:
    """Mark wordings as nothing to learn from; return how many were open still."""
    with db.session() as session:
        marked = unanswered.decide(
            session, wordings, state=UnsureState.IGNORED, intent=None, by=by, now=now
        )
        if marked:
            detail = f"wordings={marked}"
            _note_ledger(session, "unanswered.ignored", by=by, now=now, detail=detail)
    return marked


def take_back(db: Database, number: int, *, by: str, now: datetime) -> PhraseRecord:
    """Take a phrase out of force and open the wordings it came from again.

    Raises:
        NotFound: there is no such phrase in force.
    """
    with db.session() as session:
        row = session.get(PhraseRow, number)
        if row is None or row.ended_at is not None:
            raise NotFound(f"no added phrase {number} in force; `unanswered overlay` lists them")
        statement = (
            update(PhraseRow)
            .where(PhraseRow.id == number, PhraseRow.ended_at.is_(None))
            .values(ended_at=now, ended_by=by)
        )
        changed(session, statement)
        unanswered.reopen(
            session,
            db.vault,
            normal=row.text,
            communities=unanswered.communities_of(session, intent=row.intent),
        )
        _note(session, "phrase.taken_back", number, by=by, now=now, detail=f"intent={row.intent}")
        return _record(row)


def _refuse_others(session: Session, texts: Sequence[str], intent: str) -> None:
    """Refuse phrases that are in force for another intent.

    Raises:
        Rejected: with the number and intent of the first one.
    """
    query = (
        select(PhraseRow.id, PhraseRow.intent)
        .where(_ACTIVE, PhraseRow.text.in_(list(texts)), PhraseRow.intent != intent)
        .order_by(PhraseRow.id)
    )
    found = session.execute(query).first()
    if found is not None:
        raise Rejected(
            f"added phrase {found.id} belongs to {found.intent}: take it back there first "
            f"(`unanswered overlay --drop {found.id} --by NAME`)"
        )


def _note(
    session: Session, action: str, number: int, *, by: str, now: datetime, detail: str
) -> None:
    entry = AuditEntry(at=now, actor=by, action=action, subject=f"phrase:{number}", detail=detail)
    write(session, entry)


def _note_ledger(session: Session, action: str, *, by: str, now: datetime, detail: str) -> None:
    entry = AuditEntry(at=now, actor=by, action=action, subject="unanswered:list", detail=detail)
    write(session, entry)


def _record(row: PhraseRow) -> PhraseRecord:
    return PhraseRecord(
        id=row.id,
        text=row.text,
        intent=row.intent,
        author=row.author,
        added_at=row.added_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
