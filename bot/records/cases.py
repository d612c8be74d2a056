"""Cases (工单): requests that residents leave and staff carry out, of whatever kind.

This module holds the table, how a case is opened, and how its resident finds it again. What is
done to it afterwards stands in :mod:`bot.records.case_steps`, what happened to it in
:mod:`bot.records.case_history`, what staff list in :mod:`bot.records.case_lists`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, Text, cast, literal, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.domain.cases import CaseState, Line
from bot.domain.replies import Urgency
from bot.records.case_history import RESIDENT, CaseEventRow, write_event
from bot.records.case_numbers import next_number
from bot.records.database import Database, Unit, changed, insert_new
from bot.records.errors import NotFound, Rejected
from bot.records.schema import Base, OtherId, RowId, Sealed
from bot.records.vault import Vault

#: How long a case is kept after its end: a year's statistics, and time to come back to it.
OVER_KEPT = timedelta(days=365)
#: Most characters of what one case holds.
MAX_BODY_CHARS = 20_000
#: In these words also in the query, or SQLite would not use the partial indexes.
STANDING = text("closed_at IS NULL")
_COMPARABLE = text("dup IS NOT NULL")

_S = CaseState
#: States by process, each with where they lead. ``merged`` is reached by merging alone.
PROCESSES: Mapping[str, Mapping[CaseState, frozenset[CaseState]]] = {
    "standard": {
        _S.RECEIVED: frozenset(
            {_S.ACCEPTED, _S.WORKING, _S.DONE, _S.RETURNED, _S.WITHDRAWN, _S.MERGED}
        ),
        _S.ACCEPTED: frozenset({_S.WORKING, _S.DONE, _S.RETURNED, _S.WITHDRAWN, _S.MERGED}),
        _S.WORKING: frozenset({_S.DONE, _S.RETURNED, _S.WITHDRAWN, _S.MERGED}),
        _S.RETURNED: frozenset({_S.RECEIVED, _S.CLOSED, _S.WITHDRAWN}),
        _S.DONE: frozenset({_S.CLOSED, _S.REOPENED}),
        _S.CLOSED: frozenset({_S.REOPENED}),
        _S.REOPENED: frozenset(
            {_S.ACCEPTED, _S.WORKING, _S.DONE, _S.RETURNED, _S.WITHDRAWN, _S.MERGED}
        ),
        _S.WITHDRAWN: frozenset(),
        _S.MERGED: frozenset(),
    },
    # read and answered: there is nothing to work on, and nothing to come back to
    "letter": {
        _S.RECEIVED: frozenset({_S.ACCEPTED, _S.DONE, _S.WITHDRAWN, _S.MERGED}),
        _S.ACCEPTED: frozenset({_S.DONE, _S.WITHDRAWN, _S.MERGED}),
        _S.WORKING: frozenset(),
        _S.RETURNED: frozenset(),
        _S.DONE: frozenset({_S.CLOSED, _S.REOPENED}),
        _S.CLOSED: frozenset({_S.REOPENED}),
        _S.REOPENED: frozenset({_S.ACCEPTED, _S.DONE, _S.WITHDRAWN, _S.MERGED}),
        _S.WITHDRAWN: frozenset(),
        _S.MERGED: frozenset(),
    },
}


class Confidentiality(StrEnum):
    """Who of the staff may read a case."""

    ORDINARY = "ordinary"
    CONFIDENTIAL = "confidential"


class CaseRow(Base):
    """One case. When its resident is erased, kind, state, times and rating stay.

    One left without a name is in nobody's list and outlives the erasure of whoever left it, since
    it leads to nobody.

    Retention: until it is closed, withdrawn or merged, and 365 days more.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_community_number", "community", "number", unique=True),
        Index("ix_cases_community_created_at", "community", "created_at"),
        Index("ix_cases_closed_at", "closed_at"),
        Index("ix_cases_state_updated_at", "state", "updated_at"),
        Index(
            "ix_cases_standing",
            "community",
            "created_at",
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_cases_dup", "dup", sqlite_where=_COMPARABLE, postgresql_where=_COMPARABLE),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    community: Mapped[str]
    account: Mapped[str]
    ref: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    process: Mapped[str]
    title: Mapped[str | None] = mapped_column(Sealed)
    body: Mapped[str | None] = mapped_column(Sealed)
    confidentiality: Mapped[str]
    anonymous: Mapped[bool]
    urgency: Mapped[str]
    state: Mapped[str]
    assignee: Mapped[str | None]
    dup: Mapped[str | None]
    merged_into: Mapped[OtherId | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_sure: Mapped[bool]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(Sealed)
    rating: Mapped[int | None]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for cases that ended long ago; their events go with them."""
        return cls.closed_at < now - OVER_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One case, opened: a read of personal data, which the caller writes to the audit.

    Attributes:
        id: number of the row, for staff's pages and the audit.
        number: what the resident quotes; starts with ``erased:`` once he is erased.
        community: slug of the community whose staff look.
        account: account slug, "" once the resident is erased.
        ref: the resident's keyed hash; ``None`` once he is erased, or was never named.
        kind: intent id.
        process: which states it passes through.
        title: what it is, "" once the resident is erased.
        lines: what he left; empty once he is erased.
        confidentiality: who of the staff may read it.
        anonymous: it was left without a name.
        urgency: crisis or request.
        state: how far it has come.
        assignee: name of the member of staff who has it.
        dup: what cases about the same thing share.
        merged_into: row of the case it was merged into.
        created_at: when it was left.
        updated_at: when anything last happened to it.
        due_at: until when somebody has to answer.
        due_sure: the working days of that year are published.
        closed_at: when it ended.
        outcome: what came of it, as the resident reads it.
        rating: 1 to 5, ``None`` for nothing yet.
    """

    id: int
    number: str
    community: str
    account: str
    ref: str | None
    kind: str
    process: str
    title: str = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    confidentiality: Confidentiality
    anonymous: bool
    urgency: Urgency
    state: CaseState
    assignee: str | None
    dup: str | None
    merged_into: int | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    due_sure: bool
    closed_at: datetime | None
    outcome: str | None = field(repr=False)
    rating: int | None


def open_case(
    db: Database,
    *,
    key: str,
    community: str,
    account: str,
    ref: str | None,
    kind: str,
    title: str,
    lines: Sequence[Line] = (),
    process: str = "standard",
    confidentiality: Confidentiality = Confidentiality.ORDINARY,
    urgency: Urgency = Urgency.REQUEST,
    dup: str | None = None,
    due_at: datetime | None = None,
    due_sure: bool = True,
    now: datetime,
    unit: Unit | None = None,
) -> CaseRecord:
    """Open a case once per key, and return it: the one that is there, if it was opened before.

    Args:
        db: the database.
        key: the same for every try to leave the same thing; stored as a keyed hash.
        community: slug of the community whose staff look.
        account: account slug.
        ref: the resident's keyed hash; ``None`` leaves it without a name.
        kind: intent id.
        title: what it is, in the flow's own words.
        lines: slot id, label and text of what was left.
        process: which states it passes through, of :data:`PROCESSES`.
        confidentiality: who of the staff may read it.
        urgency: crisis or request.
        dup: what cases about the same thing share (:func:`dup_key`).
        due_at: until when somebody has to answer.
        due_sure: whether the working days of that year are published.
        now: present moment.
        unit: open transaction it belongs to; its own by default.

    Raises:
        Rejected: there is no such process, or it is too long.
    """
    body = json.dumps([list(line) for line in lines], ensure_ascii=False)
    if process not in PROCESSES:
        raise Rejected("cases: there is no such process")
    if len(body) + len(title) > MAX_BODY_CHARS:
        raise Rejected(f"cases: at most {MAX_BODY_CHARS} characters")
    found = db.vault.find(f"case\x1e{key}")
    with db.within(unit) as session:
        row = session.scalar(select(CaseRow).where(CaseRow.key == found))
        if row is not None:
            return record(row, db.vault)
        values = {
            "key": found,
            "number": next_number(session, community, now),
            "community": community,
            "account": account,
            "ref": ref,
            "kind": kind,
            "process": process,
            "title": db.vault.seal(title),
            "body": db.vault.seal(body),
            "confidentiality": confidentiality.value,
            "anonymous": ref is None,
            "urgency": urgency.value,
            "state": CaseState.RECEIVED.value,
            "dup": dup,
            "created_at": now,
            "updated_at": now,
            "due_at": due_at,
            "due_sure": due_sure,
        }
        new = insert_new(session, CaseRow, [values], unique=["key"])
        row = session.scalars(select(CaseRow).where(CaseRow.key == found)).one()
        if new:
            received = CaseState.RECEIVED
            write_event(
                session, row.id, key="opened", at=now, by=RESIDENT, action="opened", state=received
            )
        return record(row, db.vault)


def get(db: Database, case_id: int) -> CaseRecord | None:
    """Return one case by its row, or nothing; the caller has checked who asks."""
    with db.reading() as session:
        row = session.get(CaseRow, case_id)
        return record(row, db.vault) if row else None


def find(db: Database, number: str, ref: str) -> CaseRecord | None:
    """Return a resident's own case by its number, or nothing; never anybody else's.

    Args:
        db: the database.
        number: as :func:`bot.domain.cases.read_number` gives it.
        ref: the resident's keyed hash.
    """
    query = (
        select(CaseRow)
        .where(CaseRow.ref == ref, CaseRow.number == number)
        .order_by(CaseRow.id.desc())  # two communities may have given out the same number
        .limit(1)
    )
    with db.reading() as session:
        row = session.scalar(query)
        return record(row, db.vault) if row else None


def mine(db: Database, ref: str, *, limit: int = 20) -> list[CaseRecord]:
    """Return a resident's own cases: those not over first, then the newest, at most ``limit``."""
    query = (
        select(CaseRow)
        .where(CaseRow.ref == ref)
        .order_by(CaseRow.closed_at.is_not(None), CaseRow.id.desc())
        .limit(limit)
    )
    with db.reading() as session:
        return [record(row, db.vault) for row in session.scalars(query)]


def states(db: Database, case_ids: Collection[int]) -> dict[int, CaseState]:
    """Return how far some cases have come, by row, without opening any."""
    if not case_ids:
        return {}
    query = select(CaseRow.id, CaseRow.state).where(CaseRow.id.in_(sorted(case_ids)))
    with db.reading() as session:
        return {case_id: CaseState(state) for case_id, state in session.execute(query)}


def forget(session: Session, ref: str) -> int:
    """Empty the cases of a resident who is erased; return how many there were.

    Number and keys lead back to his chat, so they go as well.
    """
    his = select(CaseRow.id).where(CaseRow.ref == ref)
    session.execute(
        update(CaseEventRow)
        .where(CaseEventRow.case_id.in_(his))
        .values(text=None, key=literal("erased:") + cast(CaseEventRow.id, Text))
        .execution_options(synchronize_session=False)
    )
    erased = literal("erased:") + cast(CaseRow.id, Text)
    return changed(
        session,
        update(CaseRow)
        .where(CaseRow.ref == ref)
        .values(
            ref=None, account="", number=erased, key=erased, title=None, body=None, outcome=None,
            dup=None,
        ),
    )  # fmt: skip


def record(row: CaseRow, vault: Vault) -> CaseRecord:
    """Return a row, opened."""
    lines = () if row.body is None else json.loads(vault.open(row.body))
    return CaseRecord(
        id=row.id,
        number=row.number,
        community=row.community,
        account=row.account,
        ref=row.ref,
        kind=row.kind,
        process=row.process,
        title="" if row.title is None else vault.open(row.title),
        lines=tuple((slot, label, said) for slot, label, said in lines),
        confidentiality=Confidentiality(row.confidentiality),
        anonymous=row.anonymous,
        urgency=Urgency(row.urgency),
        state=CaseState(row.state),
        assignee=row.assignee,
        dup=row.dup,
        merged_into=row.merged_into,
        created_at=row.created_at,
        updated_at=row.updated_at,
        due_at=row.due_at,
        due_sure=row.due_sure,
        closed_at=row.closed_at,
        outcome=None if row.outcome is None else vault.open(row.outcome),
        rating=row.rating,
    )


def case_row(session: Session, case_id: int) -> CaseRow:
    """Return a case for a change: others who want to change it wait.

    Raises:
        NotFound: there is none.
    """
    query = select(CaseRow).where(CaseRow.id == case_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(f"cases: no row {case_id}")
    return row
