"""What happened to cases: one event a step, its text sealed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.cases import CaseState
from bot.records.database import Database, insert_new
from bot.records.schema import Base, OtherId, RowId, Sealed
from bot.records.vault import Vault

#: Most characters of one note.
MAX_NOTE_CHARS = 4_000
#: Events read in one go.
MAX_EVENTS = 200
#: Who did something, where it was no member of staff.
RESIDENT, SYSTEM = "resident", "system"


class CaseEventRow(Base):
    """One thing that happened to a case; its text goes when the resident is erased.

    Retention: as long as its case.
    """

    __tablename__ = "case_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    case_id: Mapped[OtherId] = mapped_column(
        ForeignKey("cases.id", name="fk_case_events_case_id", ondelete="CASCADE"),
        index=True,
    )
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    state: Mapped[str | None]
    text: Mapped[str | None] = mapped_column(Sealed)
    internal: Mapped[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One thing that happened to a case.

    Attributes:
        id: its number; later ones are higher.
        case_id: which case.
        at: when.
        by: name of the member of staff, ``resident`` or ``system``.
        action: ``opened``, ``noted``, ``moved``, ``assigned``, ``merged`` or ``rated``.
        state: the state it reached, ``None`` when it stayed.
        text: what was said, "" for nothing.
        internal: staff keep it among themselves.
    """

    id: int
    case_id: int
    at: datetime
    by: str
    action: str
    state: CaseState | None
    text: str = field(repr=False)
    internal: bool


def write_event(
    session: Session,
    case_id: int,
    *,
    key: str,
    at: datetime,
    by: str,
    action: str,
    state: CaseState | None = None,
    text: str | None = None,
    internal: bool = False,
) -> bool:
    """Add an event to an open transaction once per key; tell whether it is new.

    Args:
        session: open transaction.
        case_id: which case.
        key: the same for every try to do the same thing to this case.
        at: when.
        by: name of the member of staff, ``resident`` or ``system``.
        action: what was done.
        state: the state the case reached.
        text: what was said, sealed.
        internal: staff keep it among themselves.
    """
    row = {
        "case_id": case_id,
        "key": f"{case_id}:{key}",
        "at": at,
        "by": by,
        "action": action,
        "state": state.value if state else None,
        "text": text,
        "internal": internal,
    }
    return insert_new(session, CaseEventRow, [row], unique=["key"]) == 1


def history(
    db: Database, case_ids: Collection[int], *, limit: int = MAX_EVENTS
) -> dict[int, list[EventRecord]]:
    """Return what happened to some cases, oldest first, by row; at most ``limit`` in all.

    Of longer histories the beginning is left out.
    """
    query = (
        select(CaseEventRow)
        .where(CaseEventRow.case_id.in_(sorted(case_ids)))
        .order_by(CaseEventRow.id.desc())
        .limit(limit)
    )
    found: dict[int, list[EventRecord]] = {case_id: [] for case_id in case_ids}
    with db.reading() as session:
        for row in reversed(session.scalars(query).all()):
            found[row.case_id].append(_event(row, db.vault))
    return found


def _event(row: CaseEventRow, vault: Vault) -> EventRecord:
    return EventRecord(
        id=row.id,
        case_id=row.case_id,
        at=row.at,
        by=row.by,
        action=row.action,
        state=CaseState(row.state) if row.state else None,
        text="" if row.text is None else vault.open(row.text),
        internal=row.internal,
    )
