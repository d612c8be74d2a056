"""Cases that residents leave for staff, what happens to them, and the counters of their numbers."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _cases()
    _events()
    _counters()


def _cases() -> None:
    op.create_table(
        "cases",
        _id(),
        _text("key"),
        _text("number"),
        _text("community"),
        _text("account"),
        _text("ref", nullable=True),
        _text("kind"),
        _text("process"),
        _text("title", nullable=True),
        _text("body", nullable=True),
        _text("confidentiality"),
        _flag("anonymous"),
        _text("urgency"),
        _text("state"),
        _text("assignee", nullable=True),
        _text("dup", nullable=True),
        sa.Column("merged_into", _big(), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("due_at", nullable=True),
        _flag("due_sure"),
        _moment("closed_at", nullable=True),
        _text("outcome", nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("key", name="uq_cases_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_cases_community_number", "cases", ["community", "number"], unique=True)
    op.create_index("ix_cases_ref", "cases", ["ref"])
    op.create_index("ix_cases_community_created_at", "cases", ["community", "created_at"])
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_state_updated_at", "cases", ["state", "updated_at"])
    standing = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_cases_standing",
        "cases",
        ["community", "created_at"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
    comparable = sa.text("dup IS NOT NULL")
    op.create_index(
        "ix_cases_dup", "cases", ["dup"], sqlite_where=comparable, postgresql_where=comparable
    )


def _events() -> None:
    op.create_table(
        "case_events",
        _id(),
        sa.Column("case_id", _big(), nullable=False),
        _text("key"),
        _moment("at"),
        _text("by"),
        _text("action"),
        _text("state", nullable=True),
        _text("text", nullable=True),
        _flag("internal"),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.UniqueConstraint("key", name="uq_case_events_key"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_events_case_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])


def _counters() -> None:
    op.create_table(
        "case_counters",
        _id(),
        _text("community"),
        _text("day"),
        sa.Column("last", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_case_counters"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_case_counters_day", "case_counters", ["community", "day"], unique=True)
    op.create_index("ix_case_counters_created_at", "case_counters", ["created_at"])


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _big(), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
