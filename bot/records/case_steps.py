"""What is done to a case after it was opened: by its resident, by staff, by the clock.

Every step carries a key, so that a repeated delivery or a form sent twice is one step, and writes
an event. What staff do is in the audit, in the same transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.cases import OVER, RATED, CaseState
from bot.records.audit import AuditEntry, write
from bot.records.case_history import MAX_NOTE_CHARS, RESIDENT, SYSTEM, write_event
from bot.records.cases import PROCESSES, CaseRecord, CaseRow, case_row, record
from bot.records.database import Database, Unit, changed
from bot.records.errors import IllegalTransition, NotFound, Rejected
from bot.records.states import move as shift
from bot.records.states import sources

#: How long after its end a case may be taken up again.
REOPEN_WITHIN = timedelta(days=30)
#: What is done is closed by itself when nobody objects for this long.
DONE_LEFT = timedelta(days=7)
#: Grades a resident can give.
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something to a case, when, and what he says with it.

    Attributes:
        by: name of the member of staff, ``resident`` or ``system``.
        at: when.
        key: the same for every try to do the same thing to this case: a message's key, or the
            token of a form.
        note: what is said, "" for nothing.
        internal: staff keep it among themselves.
    """

    by: str
    at: datetime
    key: str
    note: str = field(default="", repr=False)
    internal: bool = False

    @property
    def by_staff(self) -> bool:
        """Tell whether a member of staff does it."""
        return self.by not in {RESIDENT, SYSTEM}


def add_note(db: Database, case_id: int, act: Act, *, unit: Unit | None = None) -> CaseRecord:
    """Add what a resident says besides, or a note of staff; a repeated one is there already.

    A case that was returned to its resident is received again when he answers.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is over.
        Rejected: nothing is said, or too much.
    """
    if not act.note.strip():
        raise Rejected("cases: an empty note")
    with db.within(unit) as session:
        row = case_row(session, case_id)
        _refuse_over(row)
        answered = act.by == RESIDENT and row.state == CaseState.RETURNED.value
        state = CaseState.RECEIVED if answered else None
        if _event(db, session, row, act, "noted", state=state):
            if state is not None:
                _shift(session, row, state, {"updated_at": act.at})
            else:
                _set(session, row, updated_at=act.at)
            _audit(session, row, act, "case.note", "internal" if act.internal else "public")
        return _after(db, session, row)


def move(
    db: Database, case_id: int, state: CaseState, act: Act, *, unit: Unit | None = None
) -> CaseRecord:
    """Move a case on along its process; a note the resident may read becomes what came of it.

    Raises:
        NotFound: no such case.
        IllegalTransition: nothing leads there from where it is.
        Rejected: the note is too long.
    """
    if state is CaseState.MERGED:
        raise IllegalTransition("cases: merged into which?")
    with db.within(unit) as session:
        row = case_row(session, case_id)
        if _event(db, session, row, act, "moved", state=state):
            values: dict[str, str | datetime | None] = {"updated_at": act.at}
            values["closed_at"] = act.at if state in OVER else None
            if state in RATED and act.note and not act.internal:
                values["outcome"] = db.vault.seal(act.note)
            _shift(session, row, state, values)
            _audit(session, row, act, "case.move", state.value)
        return _after(db, session, row)


def withdraw(db: Database, case_id: int, act: Act, *, unit: Unit | None = None) -> CaseRecord:
    """Take a case back for its resident.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is done or over.
    """
    return move(db, case_id, CaseState.WITHDRAWN, act, unit=unit)


def reopen(db: Database, case_id: int, act: Act, *, unit: Unit | None = None) -> CaseRecord:
    """Take a case up again within :data:`REOPEN_WITHIN` of its end.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is neither done nor closed, or ended too long ago.
    """
    with db.within(unit) as session:
        row = case_row(session, case_id)
        if row.closed_at is not None and row.closed_at < act.at - REOPEN_WITHIN:
            raise IllegalTransition(f"cases {case_id}: it ended too long ago")
        return move(db, case_id, CaseState.REOPENED, act, unit=session)


def assign(
    db: Database, case_id: int, assignee: str | None, act: Act, *, unit: Unit | None = None
) -> CaseRecord:
    """Give a case to a member of staff, or back to all.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is over.
    """
    with db.within(unit) as session:
        row = case_row(session, case_id)
        _refuse_over(row)
        if _event(db, session, row, act, "assigned", internal=True):
            _set(session, row, assignee=assignee, updated_at=act.at)
            _audit(session, row, act, "case.assign", assignee or "")
        return _after(db, session, row)


def take(
    db: Database, case_id: int, holder: str | None, act: Act, *, unit: Unit | None = None
) -> CaseRecord:
    """Let a member of staff have a case, if it is still with whom he saw it; of two, one succeeds.

    Args:
        db: the database.
        case_id: which case.
        holder: who had it when he looked, ``None`` for nobody.
        act: the step; the case goes to ``act.by``.
        unit: open transaction it belongs to; its own by default.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is over, or somebody else has taken it.
    """
    with db.within(unit) as session:
        row = case_row(session, case_id)
        if row.assignee not in {holder, act.by}:
            raise IllegalTransition(f"cases {case_id}: somebody else has it")
        return assign(db, case_id, act.by, act, unit=session)


def rate(
    db: Database, case_id: int, rating: int, act: Act, *, unit: Unit | None = None
) -> CaseRecord:
    """Write how a resident found what was done: once, when it is done or closed.

    Raises:
        NotFound: no such case.
        IllegalTransition: it is not done yet, or has a rating.
        Rejected: there is no such grade.
    """
    if not LOWEST <= rating <= HIGHEST:
        raise Rejected(f"cases: a rating lies between {LOWEST} and {HIGHEST}")
    with db.within(unit) as session:
        row = case_row(session, case_id)
        if _event(db, session, row, act, "rated"):
            graded = (
                update(CaseRow)
                .where(
                    CaseRow.id == case_id,
                    CaseRow.rating.is_(None),
                    CaseRow.state.in_([state.value for state in RATED]),
                )
                .values(rating=rating)
            )
            if not changed(session, graded):
                raise IllegalTransition(f"cases {case_id}: not to be rated (again)")
        return _after(db, session, row)


def merge(
    db: Database, case_id: int, into_id: int, act: Act, *, unit: Unit | None = None
) -> CaseRecord:
    """Let a case be carried out as another one of the same community; return the merged one.

    Its resident keeps his number and reads how far the other one has come.

    Raises:
        NotFound: no such case.
        IllegalTransition: one of them is over.
        Rejected: it is the same case, or one of another community.
    """
    if case_id == into_id:
        raise Rejected("cases: a case is not merged into itself")
    with db.within(unit) as session:
        # in order of their rows: two who merge the same two cannot deadlock
        rows = {one: case_row(session, one) for one in sorted({case_id, into_id})}
        row, into = rows[case_id], rows[into_id]
        if row.community != into.community:
            raise Rejected("cases: only within one community")
        if row.merged_into != into_id:
            _refuse_over(into)
        if _event(db, session, row, act, "merged", state=CaseState.MERGED):
            _shift(session, row, CaseState.MERGED, {"updated_at": act.at, "closed_at": act.at})
            # whoever was merged into this one goes along: there are no chains
            session.execute(
                update(CaseRow)
                .where((CaseRow.id == case_id) | (CaseRow.merged_into == case_id))
                .values(merged_into=into_id)
                .execution_options(synchronize_session=False)
            )
            _audit(session, row, act, "case.merge", f"into case:{into_id}")
        return _after(db, session, row)


def close_done(db: Database, now: datetime, *, limit: int = 500) -> dict[str, int]:
    """Close what has been done for :data:`DONE_LEFT` and nobody objected; return how many.

    Safe to interrupt and to repeat.

    Raises:
        StoreUnavailable: the database went away; what was closed stays closed.
    """
    query = (
        select(CaseRow.id)
        .where(CaseRow.state == CaseState.DONE.value, CaseRow.updated_at < now - DONE_LEFT)
        .order_by(CaseRow.updated_at)
        .limit(limit)
    )
    with db.reading() as session:
        waiting = list(session.scalars(query))
    closed = 0
    for case_id in waiting:
        act = Act(by=SYSTEM, at=now, key=f"closed:{now:%Y%m%d}")
        try:
            move(db, case_id, CaseState.CLOSED, act)
        except (IllegalTransition, NotFound):  # its resident was faster
            continue
        closed += 1
    return {"closed": closed}


def _refuse_over(row: CaseRow) -> None:
    if row.closed_at is not None:
        raise IllegalTransition(f"cases {row.id}: it is over")


def _event(
    db: Database,
    session: Session,
    row: CaseRow,
    act: Act,
    action: str,
    *,
    state: CaseState | None = None,
    internal: bool = False,
) -> bool:
    """Write the event of a step; tell whether it is new.

    Raises:
        Rejected: the note is too long.
    """
    if len(act.note) > MAX_NOTE_CHARS:
        raise Rejected(f"cases: at most {MAX_NOTE_CHARS} characters in a note")
    return write_event(
        session,
        row.id,
        key=act.key,
        at=act.at,
        by=act.by,
        action=action,
        state=state,
        text=db.vault.seal(act.note) if act.note else None,
        internal=internal or act.internal,
    )


def _shift(
    session: Session, row: CaseRow, state: CaseState, values: dict[str, str | datetime | None]
) -> None:
    origins = sources(PROCESSES[row.process], state)
    shift(session, CaseRow, row.id, to=state, origins=origins, values=values)


def _set(session: Session, row: CaseRow, **values: str | datetime | None) -> None:
    session.execute(update(CaseRow).where(CaseRow.id == row.id).values(**values))


def _audit(session: Session, row: CaseRow, act: Act, action: str, detail: str) -> None:
    """Write what a member of staff did; a resident's own steps are the case's history."""
    if not act.by_staff:
        return
    entry = AuditEntry(
        at=act.at,
        actor=act.by,
        action=action,
        subject=f"case:{row.id}",
        community=row.community,
        detail=detail,
    )
    write(session, entry)


def _after(db: Database, session: Session, row: CaseRow) -> CaseRecord:
    session.refresh(row)
    return record(row, db.vault)
