"""State machines in SQL: a guarded UPDATE moves a row only along its transition table."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.records.database import changed
from bot.records.errors import IllegalTransition, NotFound

S = TypeVar("S", bound=StrEnum)
Transitions = Mapping[S, frozenset[S]]


def sources(table: "Transitions[S]", to: S) -> frozenset[S]:
    """Return the states from which ``to`` is reached in one step."""
    return frozenset(state for state, targets in table.items() if to in targets)


def move(
    session: Session,
    table: Any,
    row_id: int,
    *,
    to: StrEnum,
    origins: Collection[StrEnum],
    values: Mapping[str, str | datetime | None],
) -> None:
    """Move one row to state ``to``; of processes that try at once, one succeeds.

    Args:
        session: open transaction.
        table: model with columns ``id`` and ``state``.
        row_id: which row.
        to: new state.
        origins: states it may come from.
        values: further columns to set.

    Raises:
        NotFound: no such row.
        IllegalTransition: it is in another state.
    """
    statement = (
        update(table)
        .where(table.id == row_id, table.state.in_([str(state) for state in origins]))
        .values(state=str(to), **values)
    )
    if changed(session, statement):
        return
    state = session.scalar(select(table.state).where(table.id == row_id))
    if state is None:
        raise NotFound(f"{table.__tablename__}: no row {row_id}")
    raise IllegalTransition(f"{table.__tablename__} {row_id}: {state} -> {to} is not allowed")
