"""Official accounts (公众号) and the secrets we share with the platform."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.database import Database, insert_or_update
from bot.records.schema import Base, Sealed
from bot.records.vault import Vault


class AccountMode(StrEnum):
    """How the platform wraps messages (WECHAT.md §1)."""

    SECURE = "secure"
    COMPATIBLE = "compatible"
    PLAINTEXT = "plaintext"


class AccountRow(Base):
    """One official account.

    Retention: for good; an account that is no longer used is marked inactive.
    """

    __tablename__ = "accounts"

    slug: Mapped[str] = mapped_column(primary_key=True)
    gh_id: Mapped[str]
    app_id: Mapped[str]
    app_secret: Mapped[str] = mapped_column(Sealed)
    token: Mapped[str] = mapped_column(Sealed)
    aes_key: Mapped[str] = mapped_column(Sealed)
    previous_aes_key: Mapped[str | None] = mapped_column(Sealed)
    mode: Mapped[str]
    community: Mapped[str]
    staff_robot_key: Mapped[str | None] = mapped_column(Sealed)
    active: Mapped[bool]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """One official account, its secrets opened.

    Attributes:
        slug: our name for it, the last part of its callback address.
        gh_id: the platform's original id (``gh_…``).
        app_id: AppID.
        app_secret: AppSecret.
        token: signature token.
        aes_key: EncodingAESKey, 43 characters; "" in plaintext mode.
        previous_aes_key: the one before, while the platform changes over.
        mode: how messages are wrapped.
        community: slug of the community that answers where a resident chose none.
        staff_robot_key: key of the WeCom group robot that brings alerts to staff.
        active: whether it is served.
        created_at: when it was first put here; ignored by :func:`put`.
    """

    slug: str
    gh_id: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    previous_aes_key: str | None = field(default=None, repr=False)
    mode: AccountMode = AccountMode.SECURE
    community: str = ""
    staff_robot_key: str | None = field(default=None, repr=False)
    active: bool = True
    created_at: datetime | None = None


def get(db: Database, slug: str) -> AccountRecord | None:
    """Return one account, active or not, or nothing.

    Raises:
        BrokenSeal: its secrets were sealed with a key we no longer have.
    """
    with db.reading() as session:
        row = session.get(AccountRow, slug)
        return _record(row, db.vault) if row else None


def put(db: Database, record: AccountRecord, now: datetime) -> None:
    """Store an account, new or changed."""
    row = {
        "slug": record.slug,
        "gh_id": record.gh_id,
        "app_id": record.app_id,
        "app_secret": db.vault.seal(record.app_secret),
        "token": db.vault.seal(record.token),
        "aes_key": db.vault.seal(record.aes_key),
        "previous_aes_key": _sealed(record.previous_aes_key, db.vault),
        "mode": record.mode.value,
        "community": record.community,
        "staff_robot_key": _sealed(record.staff_robot_key, db.vault),
        "active": record.active,
        "created_at": now,
    }
    with db.session() as session:
        update = [name for name in row if name not in {"slug", "created_at"}]
        insert_or_update(session, AccountRow, row, unique=["slug"], update=update)


def list_all(db: Database, *, limit: int = 1_000) -> list[AccountRecord]:
    """Return the accounts, active or not, at most ``limit``, by slug.

    Raises:
        BrokenSeal: secrets were sealed with a key we no longer have.
    """
    with db.reading() as session:
        query = select(AccountRow).order_by(AccountRow.slug).limit(limit)
        return [_record(row, db.vault) for row in session.scalars(query)]


def _sealed(text: str | None, vault: Vault) -> str | None:
    return None if text is None else vault.seal(text)


def _opened(token: str | None, vault: Vault) -> str | None:
    return None if token is None else vault.open(token)


def _record(row: AccountRow, vault: Vault) -> AccountRecord:
    return AccountRecord(
        slug=row.slug,
        gh_id=row.gh_id,
        app_id=row.app_id,
        app_secret=vault.open(row.app_secret),
        token=vault.open(row.token),
        aes_key=vault.open(row.aes_key),
        previous_aes_key=_opened(row.previous_aes_key, vault),
        mode=AccountMode(row.mode),
        community=row.community,
        staff_robot_key=_opened(row.staff_robot_key, vault),
        active=row.active,
        created_at=row.created_at,
    )
