"""The nightly end of what is no longer needed (PIPL 19): each table's docstring, enforced."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, inspect, select

from bot.records import residents
from bot.records.database import Database, changed
from bot.records.schema import Base
from bot.records.tables import TABLES

#: Rows deleted in one transaction: small enough that nobody waits for the lock.
BATCH = 1_000


def purge(db: Database, now: datetime) -> dict[str, int]:
    """Delete every row whose time is over, in small transactions; safe to interrupt and repeat.

    Returns:
        Deleted rows by table; a resident counts once, whatever hung on him.

    Raises:
        StoreUnavailable: the database went away; what was deleted stays deleted.
    """
    counts = {"residents": sum(_erase_residents(db, now))}
    for table in TABLES:
        if table is not residents.ResidentRow:
            counts[table.__tablename__] = sum(_delete(db, table, now))
    return counts


def _erase_residents(db: Database, now: datetime) -> Iterator[int]:
    while refs := residents.expired_refs(db, now, limit=BATCH):
        for ref in refs:
            residents.erase(db, ref, now, actor="system")
        yield len(refs)


def _delete(db: Database, table: type[Base], now: datetime) -> Iterator[int]:
    key: Any = inspect(table).primary_key[0]
    gone = BATCH
    while gone == BATCH:
        with db.session() as session:
            batch = select(key).where(table.expired(now)).limit(BATCH)
            gone = changed(session, delete(table).where(key.in_(batch)))
        yield gone
