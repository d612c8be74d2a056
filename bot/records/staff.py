"""Staff of communities and of the service: who may log in, as what, and for which communities."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, and_, case, null, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.database import Database, changed, insert_new
from bot.records.errors import NotFound, Rejected
from bot.records.passwords import MAX_PASSWORD_BYTES, hash_password, verify_password
from bot.records.schema import Base, RowId

#: Wrong passwords in a row before the account is locked, and for how long.
MAX_FAILED = 5
LOCKOUT = timedelta(minutes=15)
#: Shortest password in characters.
MIN_PASSWORD_CHARS = 8
#: Longest name in characters.
MAX_NAME_CHARS = 64

# of no known password: an unknown name must take as long to refuse as a known one
_NOBODY = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


class StaffRole(StrEnum):
    """What a member of staff may do in the console (DESIGN.md §8)."""

    ADMIN = "admin"
    EDITOR = "editor"
    BROADCASTER = "broadcaster"
    APPROVER = "approver"
    CASEWORKER = "caseworker"
    LAWYER = "lawyer"
    STUDY_SECRETARY = "study_secretary"
    VIEWER = "viewer"


class StaffRow(Base):
    """One member of staff.

    Retention: for good, because the audit log names him; one who left is marked inactive.
    """

    __tablename__ = "staff"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    communities: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    active: Mapped[bool]
    failed: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRecord:
    """One member of staff, without the password.

    Attributes:
        id: his number.
        name: what he logs in with.
        role: what he may do.
        communities: slugs he may do it in; ``None`` for all.
        active: whether he may log in.
        failed: wrong passwords in a row.
        locked_until: no login before this.
        created_at: since when.
        last_login_at: last successful login.
    """

    id: int
    name: str
    role: StaffRole
    communities: tuple[str, ...] | None
    active: bool
    failed: int
    locked_until: datetime | None
    created_at: datetime
    last_login_at: datetime | None

    def may_see(self, community: str) -> bool:
        """Tell whether a community is in his scope."""
        return self.communities is None or community in self.communities


def add(
    db: Database,
    *,
    name: str,
    password: str,
    role: StaffRole,
    communities: Collection[str] | None,
    now: datetime,
) -> StaffRecord:
    """Add a member of staff.

    Args:
        db: the database.
        name: what he logs in with, unique.
        password: his first password.
        role: what he may do.
        communities: slugs he may do it in; ``None`` for all.
        now: present moment.

    Raises:
        Rejected: the name is taken or malformed, or the password too short or too long.
    """
    if not name.strip() or name != name.strip() or len(name) > MAX_NAME_CHARS:
        raise Rejected(f"a staff name has 1 to {MAX_NAME_CHARS} characters, no blanks around it")
    row = {
        "name": name,
        "password_hash": _hashed(password),
        "role": StaffRole(role).value,
        "communities": None if communities is None else sorted(set(communities)),
        "active": True,
        "failed": 0,
        "created_at": now,
    }
    with db.session() as session:
        if not insert_new(session, StaffRow, [row], unique=["name"]):
            raise Rejected("a member of staff of this name exists already")
        return _record(session.scalars(select(StaffRow).where(StaffRow.name == name)).one())


def get(db: Database, name: str) -> StaffRecord | None:
    """Return a member of staff by name, active or not, or nothing."""
    with db.reading() as session:
        row = session.scalar(select(StaffRow).where(StaffRow.name == name))
        return _record(row) if row else None


def list_all(db: Database, *, limit: int = 1_000) -> list[StaffRecord]:
    """Return all members of staff by name, at most ``limit``."""
    with db.reading() as session:
        query = select(StaffRow).order_by(StaffRow.name).limit(limit)
        return [_record(row) for row in session.scalars(query)]


def set_password(db: Database, name: str, password: str) -> None:
    """Give a new password, which also ends a lockout.

    Raises:
        Rejected: the password is too short or too long.
        NotFound: nobody has this name.
    """
    values = {"password_hash": _hashed(password), "failed": 0, "locked_until": None}
    with db.session() as session:
        if not changed(session, update(StaffRow).where(StaffRow.name == name).values(**values)):
            raise NotFound("no member of staff has this name")


def set_active(db: Database, name: str, *, active: bool) -> None:
    """Let a member of staff log in, or no longer.

    Raises:
        NotFound: nobody has this name.
    """
    with db.session() as session:
        named = update(StaffRow).where(StaffRow.name == name)
        if not changed(session, named.values(active=active)):
            raise NotFound("no member of staff has this name")


def record_login(db: Database, name: str, *, ok: bool, now: datetime) -> bool:
    """Write down an attempt to log in; five wrong ones in a row lock the account for 15 minutes.

    Attempts during a lockout neither count nor prolong it.

    Returns:
        Whether the login stands: the password was right, and the account active and not locked.
    """
    usable = and_(
        StaffRow.name == name,
        StaffRow.active,
        or_(StaffRow.locked_until.is_(None), StaffRow.locked_until <= now),
    )
    values: dict[str, Any]
    if ok:
        values = {"failed": 0, "locked_until": None, "last_login_at": now}
    else:
        last = StaffRow.failed + 1 >= MAX_FAILED
        values = {
            "failed": case((last, 0), else_=StaffRow.failed + 1),
            "locked_until": case((last, now + LOCKOUT), else_=null()),
        }
    with db.session() as session:
        return changed(session, update(StaffRow).where(usable).values(**values)) == 1 and ok


def authenticate(db: Database, name: str, password: str, now: datetime) -> StaffRecord | None:
    """Check a login and write it down.

    An unknown name takes as long as a wrong password, so that names cannot be probed.

    Returns:
        The member of staff, or nothing: wrong, locked or inactive, without saying which.
    """
    with db.reading() as session:
        stored = session.scalar(select(StaffRow.password_hash).where(StaffRow.name == name))
    right = verify_password(password, stored or _NOBODY)
    return get(db, name) if record_login(db, name, ok=right, now=now) else None


def _hashed(password: str) -> str:
    if len(password) < MIN_PASSWORD_CHARS or len(password.encode()) > MAX_PASSWORD_BYTES:
        raise Rejected(
            f"a password has at least {MIN_PASSWORD_CHARS} characters and at most "
            f"{MAX_PASSWORD_BYTES} bytes"
        )
    return hash_password(password)


def _record(row: StaffRow) -> StaffRecord:
    return StaffRecord(
        id=row.id,
        name=row.name,
        role=StaffRole(row.role),
        communities=None if row.communities is None else tuple(row.communities),
        active=row.active,
        failed=row.failed,
        locked_until=row.locked_until,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )
