"""Residents (居民): who follows which account, and the end of everything we know about one.

A resident is named by ``ref``, the keyed hash of account and openid
(:func:`bot.domain.residents.resident_ref`); the openid itself is sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, and_, bindparam, cast, delete, func, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement
from typing_extensions import override

from bot.records import cases
from bot.records.alerts import AlertRow
from bot.records.audit import AuditEntry, write
from bot.records.cases import CaseRow
from bot.records.consents import ConsentRow
from bot.records.database import MAX_BATCH, Database, changed, insert_new, insert_or_update
from bot.records.outbox import OutboxRow
from bot.records.schema import Base, RowId, Sealed
from bot.records.subscriptions import SubscriptionRow
from bot.records.turns import ErasureRow, TurnRow

#: An unfollow erases at once; this is when the nightly job catches one that was only marked.
UNFOLLOWED_KEPT = timedelta(days=1)
#: A resident who neither follows nor writes is forgotten after this.
SILENT_KEPT = timedelta(days=2 * 365)


class ResidentRow(Base):
    """One resident of one account.

    Retention: while he follows the account; one day after he left it, if not erased at once; two
    years after the last message of one who does not follow; until he asks for erasure.
    """

    __tablename__ = "residents"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    ref: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str]
    openid: Mapped[str] = mapped_column(Sealed)
    openid_find: Mapped[str] = mapped_column(index=True)
    community: Mapped[str | None]
    language: Mapped[str | None]
    scene: Mapped[str | None]
    followed: Mapped[bool] = mapped_column(index=True)
    followed_at: Mapped[datetime | None]
    unfollowed_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @classmethod
    @override
    def expired(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition for residents who left, or are long silent without following."""
        last_seen = func.coalesce(cls.last_inbound_at, cls.created_at)
        return and_(
            cls.followed.is_(False),
            or_(cls.unfollowed_at < now - UNFOLLOWED_KEPT, last_seen < now - SILENT_KEPT),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRecord:
    """One resident, without the openid.

    Attributes:
        ref: keyed hash of account and openid.
        account: account slug.
        community: slug he chose, ``None`` for the account's own.
        language: language tag he chose, ``None`` for simplified Chinese.
        scene: the QR code (场景值) through which he came, ``None`` when unknown.
        followed: whether he follows the account, so that he may be written to.
        followed_at: since when, ``None`` when he followed before we looked.
        unfollowed_at: when he left.
        last_inbound_at: his last message, for the platform's 48 h window (WECHAT.md).
        created_at: when this record began.
    """

    ref: str
    account: str
    community: str | None
    language: str | None
    scene: str | None
    followed: bool
    followed_at: datetime | None
    unfollowed_at: datetime | None
    last_inbound_at: datetime | None
    created_at: datetime


def get(db: Database, ref: str) -> ResidentRecord | None:
    """Return one resident, or nothing."""
    with db.reading() as session:
        row = session.scalar(select(ResidentRow).where(ResidentRow.ref == ref))
        if row is None:
            return None
        return ResidentRecord(
            ref=row.ref,
            account=row.account,
            community=row.community,
            language=row.language,
            scene=row.scene,
            followed=row.followed,
            followed_at=row.followed_at,
            unfollowed_at=row.unfollowed_at,
            last_inbound_at=row.last_inbound_at,
            created_at=row.created_at,
        )


_CHOICES = select(ResidentRow.community, ResidentRow.language).where(
    ResidentRow.ref == bindparam("ref")
)


def choices(db: Database, ref: str) -> tuple[str | None, str | None] | None:
    """Return the community and the language a resident chose; nothing for a stranger.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    found = db.peek(_CHOICES, ref=ref)
    return None if found is None else (found[0], found[1])


def openid_of(db: Database, ref: str) -> str | None:
    """Return the platform's id of a resident, or nothing. Personal data: never log it.

    Raises:
        BrokenSeal: it was sealed with a key we no longer have.
    """
    with db.reading() as session:
        token = session.scalar(select(ResidentRow.openid).where(ResidentRow.ref == ref))
    return db.vault.open(token) if token else None


def refs_of(db: Database, openid: str, *, limit: int = 100) -> list[str]:
    """Return the residents with this openid, of whatever account, at most ``limit``."""
    with db.reading() as session:
        query = (
            select(ResidentRow.ref)
            .where(ResidentRow.openid_find == db.vault.find(openid))
            .order_by(ResidentRow.ref)
            .limit(limit)
        )
        return list(session.scalars(query))


def follow(
    db: Database, *, ref: str, account: str, openid: str, now: datetime, scene: str = ""
) -> bool:
    """Record that a resident follows the account; tell whether he did not before.

    A repeated delivery changes nothing; who comes back after leaving begins a new time.

    Args:
        db: the database.
        ref: keyed hash of account and openid.
        account: account slug.
        openid: the platform's id of the person.
        now: present moment.
        scene: the QR code through which he came, or "".
    """
    row = _new_row(db, ref=ref, account=account, openid=openid, now=now)
    row |= {"followed_at": now, "scene": scene or None}
    with db.session() as session:
        if insert_new(session, ResidentRow, [row], unique=["ref"]):
            return True
        back = (
            update(ResidentRow)
            .where(ResidentRow.ref == ref, ResidentRow.followed.is_(False))
            .values(followed=True, followed_at=now, unfollowed_at=None, scene=scene or None)
        )
        return changed(session, back) == 1


def unfollow(db: Database, ref: str, now: datetime) -> bool:
    """Mark that a resident left, so that nothing more is sent; tell whether he was following.

    The mark alone erases nothing: :func:`erase` is due at once, and the nightly job catches up.
    """
    with db.session() as session:
        leaving = (
            update(ResidentRow)
            .where(ResidentRow.ref == ref, ResidentRow.followed)
            .values(followed=False, unfollowed_at=now)
        )
        return changed(session, leaving) == 1


def set_profile(
    db: Database,
    *,
    ref: str,
    account: str,
    openid: str,
    community: str | None = None,
    language: str | None = None,
    now: datetime,
) -> None:
    """Store a resident's own settings; ``None`` leaves one as it is.

    Who is not on record yet is taken to be following: only a follower can write to an account.
    """
    chosen = {"community": community, "language": language}
    settings = {name: value for name, value in chosen.items() if value is not None}
    row = _new_row(db, ref=ref, account=account, openid=openid, now=now) | settings
    with db.session() as session:
        insert_or_update(session, ResidentRow, row, unique=["ref"], update=list(settings))


def touch_many(db: Database, moments: Mapping[str, datetime]) -> None:
    """Note the last message of many residents by ref: never backwards, unknown ones passed over."""
    statement = (
        update(ResidentRow.__table__)  # type: ignore[arg-type]  # a declared table is a Table
        .where(
            ResidentRow.ref == bindparam("of"),
            or_(
                ResidentRow.last_inbound_at.is_(None),
                ResidentRow.last_inbound_at < bindparam("seen"),
            ),
        )
        .values(last_inbound_at=bindparam("seen"))
    )
    # in order of the unique key: two workers with overlapping batches cannot deadlock
    rows = [{"of": ref, "seen": moments[ref]} for ref in sorted(moments)]
    for at in range(0, len(rows), MAX_BATCH):
        with db.session() as session:
            session.connection().execute(statement, rows[at : at + MAX_BATCH])


def summary(db: Database, ref: str) -> dict[str, str]:
    """Return what is stored about a resident, by plain names; empty when nothing is (PIPL 45).

    Times are ISO 8601 in UTC, counts are numbers as text, lists are joined by commas.
    """
    with db.reading() as session:
        row = session.scalar(select(ResidentRow).where(ResidentRow.ref == ref))
        facts: dict[str, object] = {}
        if row:
            names = ("account", "community", "language", "scene", "followed_at", "last_inbound_at")
            facts = {name: getattr(row, name) for name in names} | {"since": row.created_at}
        topics = select(SubscriptionRow.topic).where(
            SubscriptionRow.ref == ref, SubscriptionRow.ended_at.is_(None)
        )
        kinds = select(ConsentRow.kind).where(
            ConsentRow.ref == ref, ConsentRow.withdrawn_at.is_(None)
        )
        facts["subscriptions"] = ",".join(sorted(set(session.scalars(topics.limit(MAX_BATCH)))))
        facts["consents"] = ",".join(sorted(set(session.scalars(kinds.limit(MAX_BATCH)))))
        counted = (
            ("cases", CaseRow.ref),
            ("alerts", AlertRow.ref),
            ("messages", OutboxRow.ref),
            ("turns", TurnRow.ref),
        )
        for name, whose in counted:
            count = session.scalar(select(func.count()).where(whose == ref))
            facts[name] = count or ""
    return {name: _plain(value) for name, value in facts.items() if value not in {None, ""}}


def erase(db: Database, ref: str, now: datetime, *, actor: str = "resident") -> int:
    """Delete a resident and everything that hangs on him, in one transaction (PIPL 47).

    Subscriptions, consents and messages go; turns stay without him; of alerts stay urgency, reason,
    community, state and times; of cases kind, community, state, times and rating. An audit entry
    without personal data says that it was done.
    Repeating it is harmless. A message that is being sent meanwhile cannot be called back.

    Args:
        db: the database.
        ref: keyed hash of account and openid.
        now: present moment.
        actor: who asked: ``resident``, ``system`` or a member of staff's name.

    Returns:
        The number of the audit entry, a receipt for the resident (回执编号).
    """
    with db.session() as session:
        insert_or_update(
            session, ErasureRow, {"ref": ref, "at": now}, unique=["ref"], update=["at"]
        )
        counts = {
            table.__tablename__: changed(session, delete(table).where(table.ref == ref))
            for table in (ResidentRow, SubscriptionRow, ConsentRow, OutboxRow)
        }
        forgotten = update(TurnRow).where(TurnRow.ref == ref).values(ref=None)
        counts["turns"] = changed(session, forgotten)
        counts["alerts"] = _anonymise_alerts(session, ref)
        counts["cases"] = cases.forget(session, ref)
        detail = " ".join(f"{name}={count}" for name, count in counts.items())
        entry = AuditEntry(
            at=now, actor=actor, action="resident.erase", subject="resident", detail=detail
        )
        return write(session, entry)


def expired_refs(db: Database, now: datetime, *, limit: int = 1_000) -> list[str]:
    """Return residents whose time is over (see :class:`ResidentRow`), at most ``limit``."""
    with db.reading() as session:
        query = select(ResidentRow.ref).where(ResidentRow.expired(now)).limit(limit)
        return list(session.scalars(query))


def _anonymise_alerts(session: Session, ref: str) -> int:
    """Forget in alerts who it was; the key is derived from the message, so it goes as well."""
    return changed(
        session,
        update(AlertRow)
        .where(AlertRow.ref == ref)
        .values(
            ref=None,
            account="",
            summary=None,
            key=literal("erased:") + cast(AlertRow.id, Text),
        ),
    )


def _new_row(
    db: Database, *, ref: str, account: str, openid: str, now: datetime
) -> dict[str, object]:
    return {
        "ref": ref,
        "account": account,
        "openid": db.vault.seal(openid),
        "openid_find": db.vault.find(openid),
        "followed": True,
        "created_at": now,
    }


def _plain(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
