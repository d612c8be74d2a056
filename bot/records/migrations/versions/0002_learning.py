"""What was not understood, and the phrases that staff added."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "unanswered",
        _id(),
        _text("find"),
        _text("community"),
        _text("text"),
        sa.Column("seen", sa.Integer(), nullable=False),
        _moment("first_at"),
        _moment("last_at"),
        _text("decision"),
        sa.Column("likely", sa.JSON(), nullable=False),
        _text("state"),
        _text("intent", nullable=True),
        _text("decided_by", nullable=True),
        _moment("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
        sa.UniqueConstraint("find", name="uq_unanswered_find"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unanswered_last_at", "unanswered", ["last_at"])
    op.create_index(
        "ix_unanswered_community_state_seen", "unanswered", ["community", "state", "seen"]
    )
    op.create_index("ix_unanswered_state_seen", "unanswered", ["state", "seen"])
    op.create_table(
        "phrases",
        _id(),
        _text("text"),
        _text("intent"),
        _text("author"),
        _moment("added_at"),
        _text("ended_by", nullable=True),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_phrases"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_phrases_ended_at", "phrases", ["ended_at"])
    active = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_phrases_active",
        "phrases",
        ["text"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
