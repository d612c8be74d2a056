"""Communities this deployment serves (社区); the packs name them, SQL remembers them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.database import Database, changed, insert_or_update
from bot.records.schema import Base


class CommunityRow(Base):
    """One community.

    Retention: for good; it names a place, not a person.
    """

    __tablename__ = "communities"

    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime]


def sync(db: Database, titles: Mapping[str, str], now: datetime) -> None:
    """Make ``titles`` (slug to name) the active communities; others stay on record, inactive."""
    with db.session() as session:
        for slug, title in sorted(titles.items()):
            row = {"slug": slug, "title": title, "active": True, "created_at": now}
            insert_or_update(
                session, CommunityRow, row, unique=["slug"], update=["title", "active"]
            )
        gone = CommunityRow.slug.not_in(sorted(titles))
        changed(session, update(CommunityRow).where(gone).values(active=False))


def active_titles(db: Database, *, limit: int = 1_000) -> dict[str, str]:
    """Return the active communities, slug to name, at most ``limit``, by slug."""
    with db.reading() as session:
        query = (
            select(CommunityRow.slug, CommunityRow.title)
            .where(CommunityRow.active)
            .order_by(CommunityRow.slug)
            .limit(limit)
        )
        return {row.slug: row.title for row in session.execute(query)}
