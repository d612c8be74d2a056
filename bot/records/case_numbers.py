"""The counters that case numbers come from: one row a community and day."""

from datetime import datetime, timedelta

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.domain.cases import case_number
from bot.domain.clock import beijing
from bot.records.database import count_up
from bot.records.schema import Base, RowId

#: A counter is of no use after its day; the week is for hosts whose clocks differ.
KEPT = timedelta(days=7)


class CaseCounterRow(Base):
    """How many cases a community has numbered on one Beijing day; it belongs to no resident.

    Retention: 7 days.
    """

    __tablename__ = "case_counters"
    __table_args__ = (
        Index("uq_case_counters_day", "community", "day", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    community: Mapped[str]
    day: Mapped[str]
    last: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for counters of days that are over."""
        return cls.created_at < now - KEPT


def next_number(session: Session, community: str, now: datetime) -> str:
    """Take the next number of a community: never given out twice, gaps are possible.

    Others who take one for the same community wait until the transaction ends.

    Raises:
        ValueError: the community has used up the day's numbers.
    """
    day = beijing(now).date()
    row = {"community": community, "day": day.isoformat(), "created_at": now}
    serial = count_up(session, CaseCounterRow, row, unique=["community", "day"], column="last")
    return case_number(day, serial)
