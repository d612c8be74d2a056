"""What staff list and count of cases, within the communities they may see."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.sql import ColumnElement

from bot.domain.cases import OVER, CaseState
from bot.domain.replies import Urgency
from bot.records.cases import STANDING, CaseRecord, CaseRow, Confidentiality, record
from bot.records.database import Database, Unit
from bot.records.vault import Vault


class Age(StrEnum):
    """How long a case has been waiting."""

    DAY = "day"
    THREE_DAYS = "three_days"
    WEEK = "week"
    LONGER = "longer"


_AGES = ((Age.DAY, 1), (Age.THREE_DAYS, 3), (Age.WEEK, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCount:
    """Cases that are not over, of one kind and age.

    Attributes:
        kind: intent id.
        age: how long they have been waiting.
        count: how many there are.
        overdue: how many of them nobody answered in time; what is done has been answered.
    """

    kind: str
    age: Age
    count: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTally:
    """Cases left in a span of time, of one kind and state; erased ones count on.

    Attributes:
        kind: intent id.
        state: how far they have come.
        count: how many there are.
        late: how many of them ended after their deadline.
        rated: how many of them have a rating.
        stars: the sum of their ratings.
    """

    kind: str
    state: CaseState
    count: int
    late: int
    rated: int
    stars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which cases a list shows; what is not named shows all.

    Attributes:
        states: only these; empty for all that are not over.
        kind: only this intent id.
        group: only kinds of this group of intents (``legal``).
        assignee: only those of this member of staff; "" for those nobody has.
        confidential: the reader may see confidential ones as well.
        late_at: only those whose deadline lies before this moment.
    """

    states: frozenset[CaseState] = frozenset()
    kind: str | None = None
    group: str | None = None
    assignee: str | None = None
    confidential: bool = False
    late_at: datetime | None = None


#: All that are not over and not confidential.
ALL = Sieve()


def page(
    db: Database,
    communities: Collection[str] | None,
    sieve: Sieve = ALL,
    *,
    limit: int,
    offset: int = 0,
) -> list[CaseRecord]:
    """Return one page of cases: crisis first, then whichever has to be answered first.

    Those without a deadline follow, the oldest first. Cases that are over come the newest first.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        sieve: which of them.
        limit: longest page.
        offset: how many to pass over.
    """
    query = _sifted(select(CaseRow), communities, sieve)
    if sieve.states and sieve.states <= OVER:
        query = query.order_by(CaseRow.closed_at.desc(), CaseRow.id.desc())
    else:
        crisis_first = case((CaseRow.urgency == Urgency.CRISIS.value, 0), else_=1)
        query = query.order_by(
            crisis_first, CaseRow.due_at.is_(None), CaseRow.due_at, CaseRow.created_at, CaseRow.id
        )
    return _read(db, query.limit(limit).offset(offset))


def list_open(
    db: Database,
    communities: Collection[str] | None,
    *,
    confidential: bool = False,
    limit: int = 100,
) -> list[CaseRecord]:
    """Return the cases not over, crisis first, at most ``limit`` (see :func:`page`)."""
    return page(db, communities, Sieve(confidential=confidential), limit=limit)


def numbered(
    db: Database,
    communities: Collection[str] | None,
    number: str,
    *,
    confidential: bool = False,
    limit: int = 20,
) -> list[CaseRecord]:
    """Return the cases with a number, the newest first: communities number by themselves.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        number: as :func:`bot.domain.cases.read_number` gives it.
        confidential: the reader may see confidential ones as well.
        limit: longest list.
    """
    every = Sieve(states=frozenset(CaseState), confidential=confidential)
    query = _sifted(select(CaseRow), communities, every).where(CaseRow.number == number)
    return _read(db, query.order_by(CaseRow.id.desc()).limit(limit))


def waiting(db: Database, communities: Collection[str] | None, now: datetime) -> list[CaseCount]:
    """Count the cases not over by kind and age, without opening any; confidential ones as well."""
    age = case(
        *((CaseRow.created_at > now - timedelta(days=days), age.value) for age, days in _AGES),
        else_=Age.LONGER.value,
    ).label("age")
    unanswered = CaseRow.state != CaseState.DONE.value
    late = case((and_(CaseRow.due_at < now, unanswered), 1), else_=0)
    query = select(CaseRow.kind, age, func.count(), func.sum(late)).where(STANDING)
    if communities is not None:
        query = query.where(CaseRow.community.in_(sorted(communities)))
    with db.reading() as session:
        found = session.execute(query.group_by(CaseRow.kind, age).order_by(CaseRow.kind, age))
        return [
            CaseCount(kind=kind, age=Age(name), count=count, overdue=int(overdue))
            for kind, name, count, overdue in found
        ]


def tally(
    db: Database, communities: Collection[str] | None, *, since: datetime, until: datetime
) -> list[CaseTally]:
    """Count the cases left in a span of time by kind and state, without opening any.

    Args:
        db: the database.
        communities: slugs the reader may see; ``None`` for all, empty for none.
        since: first moment counted.
        until: first moment no longer counted.
    """
    late = case((CaseRow.closed_at > CaseRow.due_at, 1), else_=0)
    query = select(
        CaseRow.kind,
        CaseRow.state,
        func.count(),
        func.sum(late),
        func.count(CaseRow.rating),
        func.coalesce(func.sum(CaseRow.rating), 0),
    ).where(CaseRow.created_at >= since, CaseRow.created_at < until)
    if communities is not None:
        query = query.where(CaseRow.community.in_(sorted(communities)))
    query = query.group_by(CaseRow.kind, CaseRow.state).order_by(CaseRow.kind, CaseRow.state)
    with db.reading() as session:
        return [
            CaseTally(
                kind=kind,
                state=CaseState(state),
                count=count,
                late=int(overdue),
                rated=rated,
                stars=int(stars),
            )
            for kind, state, count, overdue, rated, stars in session.execute(query)
        ]


def dup_key(vault: Vault, *, community: str, kind: str, place: str) -> str | None:
    """Return what cases about the same thing share: a keyed hash of kind and normalised place.

    Width, case, blanks and punctuation make no difference. Nothing when no place is left.
    """
    plain = unicodedata.normalize("NFKC", place).casefold()
    plain = "".join(char for char in plain if char.isalnum())
    return vault.find(f"case dup\x1e{community}\x1e{kind}\x1e{plain}") if plain else None


def similar_open(
    db: Database,
    *,
    community: str,
    kind: str,
    dup: str,
    since: datetime,
    limit: int = 20,
    unit: Unit | None = None,
) -> list[CaseRecord]:
    """Return the cases not over about the same thing, left since a moment, the oldest first.

    Args:
        db: the database.
        community: slug.
        kind: intent id.
        dup: of :func:`dup_key`.
        since: those left before are another matter: a lamp breaks again.
        limit: longest list.
        unit: open transaction to read in; its own by default.
    """
    query = (
        select(CaseRow)
        .where(
            CaseRow.dup == dup,
            CaseRow.dup.is_not(None),  # else SQLite would not use the partial index
            CaseRow.community == community,
            CaseRow.kind == kind,
            CaseRow.created_at >= since,
            STANDING,
        )
        .order_by(CaseRow.id)
        .limit(limit)
    )
    if unit is None:
        return _read(db, query)
    return [record(row, db.vault) for row in unit.scalars(query)]


def _sifted(
    query: Select[CaseRow], communities: Collection[str] | None, sieve: Sieve
) -> Select[CaseRow]:
    wanted: list[ColumnElement[bool] | Any] = []
    if communities is not None:
        wanted.append(CaseRow.community.in_(sorted(communities)))
    if sieve.states:
        wanted.append(CaseRow.state.in_(sorted(sieve.states)))
    else:
        wanted.append(STANDING)
    if sieve.kind is not None:
        wanted.append(CaseRow.kind == sieve.kind)
    if sieve.group is not None:
        wanted.append(CaseRow.kind.startswith(f"{sieve.group}.", autoescape=True))
    if sieve.assignee is not None:
        wanted.append(
            CaseRow.assignee == sieve.assignee if sieve.assignee else CaseRow.assignee.is_(None)
        )
    if not sieve.confidential:
        wanted.append(CaseRow.confidentiality == Confidentiality.ORDINARY.value)
    if sieve.late_at is not None:
        wanted.append(CaseRow.due_at < sieve.late_at)
    return query.where(*wanted)


def _read(db: Database, query: Select[CaseRow]) -> list[CaseRecord]:
    with db.reading() as session:
        return [record(row, db.vault) for row in session.scalars(query)]
