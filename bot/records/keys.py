"""Rotation of data keys: whatever an older key sealed is sealed anew with the newest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Row, Table, select, update
from sqlalchemy.orm import Session

from bot.records.database import Database, changed
from bot.records.errors import BrokenSeal
from bot.records.schema import Base, Sealed
from bot.records.tables import TABLES
from bot.records.vault import Vault

#: Rows read and re-sealed in one transaction.
BATCH = 500


@dataclass(slots=True, kw_only=True)
class Rotation:
    """What a rotation did.

    Attributes:
        resealed: values sealed anew, by ``table.column``.
        unreadable: values that open with none of the keys, by ``table.column``; left as they are.
    """

    resealed: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Tell whether older keys may be thrown away."""
        return not any(self.unreadable.values())


def rotate(db: Database, vault: Vault) -> Rotation:
    """Re-seal every sealed column with the newest key of ``vault``.

    Runs in small transactions beside the service and may be interrupted: a second run passes over
    what the first one did. Processes that still seal with an older key must be restarted first.

    Args:
        db: the database.
        vault: has the newest key first and every older one that is still in use.
    """
    done = Rotation()
    for model in TABLES:
        table = Base.metadata.tables[model.__tablename__]
        columns = sealed_columns(table)
        for column in columns:
            done.resealed[str(column)] = done.unreadable[str(column)] = 0
        for page in _pages(db, table, columns):
            with db.session() as session:
                for row in page:
                    _reseal(session, vault, columns, row, done)
    return done


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table that hold sealed values."""
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def _pages(
    db: Database, table: Table, columns: Sequence[Column[Any]]
) -> Iterator[Sequence[Row[Any]]]:
    """Yield key and sealed columns of a table, a page at a time, each read by itself."""
    if not columns:
        return
    (key,) = table.primary_key
    query = select(key, *columns).order_by(key).limit(BATCH)
    last: Any = None
    while True:
        with db.reading() as session:
            page = session.execute(query if last is None else query.where(key > last)).all()
        if not page:
            return
        yield page
        last = page[-1][0]


def _reseal(
    session: Session, vault: Vault, columns: Sequence[Column[Any]], row: Row[Any], done: Rotation
) -> None:
    primary: Any = row[0]
    tokens: Sequence[str | None] = row[1:]
    for column, token in zip(columns, tokens, strict=True):
        if token is None or vault.is_current(token):
            continue
        try:
            fresh = vault.rotate(token)
        except BrokenSeal:
            done.unreadable[str(column)] += 1
            continue
        (key,) = column.table.primary_key
        # only what was read: a value written meanwhile is newer than ours
        unchanged = update(column.table).where(key == primary, column == token)
        done.resealed[str(column)] += changed(session, unchanged.values({column.name: fresh}))
