"""Accounts, communities, residents and their choices; turns, alerts, outbox, staff, audit."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _communities_and_accounts()
    _residents()
    _turns()
    _alerts()
    _outbox()
    _staff_and_audit()


def _communities_and_accounts() -> None:
    op.create_table(
        "communities",
        _text("slug"),
        _text("title"),
        sa.Column("active", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("slug", name="pk_communities"),
    )
    op.create_table(
        "accounts",
        _text("slug"),
        _text("gh_id"),
        _text("app_id"),
        _text("app_secret"),
        _text("token"),
        _text("aes_key"),
        _text("previous_aes_key", nullable=True),
        _text("mode"),
        _text("community"),
        _text("staff_robot_key", nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("slug", name="pk_accounts"),
    )


def _residents() -> None:
    op.create_table(
        "residents",
        _id(),
        _text("ref"),
        _text("account"),
        _text("openid"),
        _text("openid_find"),
        _text("community", nullable=True),
        _text("language", nullable=True),
        _text("scene", nullable=True),
        sa.Column("followed", sa.Boolean(), nullable=False),
        _moment("followed_at", nullable=True),
        _moment("unfollowed_at", nullable=True),
        _moment("last_inbound_at", nullable=True),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_residents"),
        sa.UniqueConstraint("ref", name="uq_residents_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_residents_openid_find", "residents", ["openid_find"])
    op.create_index("ix_residents_followed", "residents", ["followed"])
    op.create_table(
        "erasures",
        _text("ref"),
        _moment("at"),
        sa.PrimaryKeyConstraint("ref", name="pk_erasures"),
    )
    op.create_index("ix_erasures_at", "erasures", ["at"])
    op.create_table(
        "consents",
        _id(),
        _text("ref"),
        _text("kind"),
        _text("text_version"),
        _moment("given_at"),
        _moment("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_ref", "consents", ["ref"])
    op.create_index("ix_consents_withdrawn_at", "consents", ["withdrawn_at"])
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consents_standing",
        "consents",
        ["ref", "kind", "text_version"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "subscriptions",
        _id(),
        _text("ref"),
        _text("community"),
        _text("topic"),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriptions_ref", "subscriptions", ["ref"])
    op.create_index("ix_subscriptions_ended_at", "subscriptions", ["ended_at"])
    active = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_subscriptions_active",
        "subscriptions",
        ["ref", "community", "topic"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )


def _turns() -> None:
    op.create_table(
        "turns",
        _id(),
        _text("turn_id"),
        _moment("at"),
        _text("account"),
        _text("community"),
        _text("ref", nullable=True),
        _text("kind"),
        _text("decision"),
        _text("intent", nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("ms", sa.Float(), nullable=False),
        _text("delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("turn_id", name="uq_turns_turn_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_turns_at", "turns", ["at"])
    op.create_index("ix_turns_community_at", "turns", ["community", "at"])
    op.create_index("ix_turns_ref", "turns", ["ref"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        _id(),
        _text("key"),
        _text("community"),
        _text("account"),
        _text("ref", nullable=True),
        _text("urgency"),
        _text("reason"),
        _text("summary", nullable=True),
        _text("state"),
        _moment("created_at"),
        _moment("seen_at", nullable=True),
        _text("seen_by", nullable=True),
        _moment("closed_at", nullable=True),
        _text("closed_by", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("key", name="uq_alerts_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_closed_at", "alerts", ["closed_at"])
    op.create_index("ix_alerts_ref", "alerts", ["ref"])
    not_closed = sa.text("state <> 'closed'")
    op.create_index(
        "ix_alerts_not_closed",
        "alerts",
        ["community", "created_at"],
        sqlite_where=not_closed,
        postgresql_where=not_closed,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        _text("key"),
        _text("account"),
        _text("ref"),
        _text("openid"),
        _text("payload", nullable=True),
        _text("state"),
        _text("reason", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("lease_until", nullable=True),
        _moment("created_at"),
        _moment("not_after"),
        _moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_ref", "outbox", ["ref"])
    op.create_index("ix_outbox_state_created_at", "outbox", ["state", "created_at"])
    op.create_index("ix_outbox_state_updated_at", "outbox", ["state", "updated_at"])


def _staff_and_audit() -> None:
    op.create_table(
        "staff",
        _id(),
        _text("name"),
        _text("password_hash"),
        _text("role"),
        sa.Column("communities", sa.JSON(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        _moment("locked_until", nullable=True),
        _moment("created_at"),
        _moment("last_login_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        _id(),
        _moment("at"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        _text("community", nullable=True),
        _text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_community_id", "audit", ["community", "id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
