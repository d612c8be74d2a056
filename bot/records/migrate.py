"""Brings a database to the newest schema, whoever else is doing the same at the moment.

Alembic is configured here in code. Each dialect has one lock that serialises upgrades of two hosts:
an advisory lock in PostgreSQL, the write lock of the file in SQLite. Both run DDL in a transaction,
so a failed upgrade leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.records.database import border, open_engine

#: Longest wait for another host's upgrade, and longest single statement.
TIMEOUT_MS = 60_000
# any number, as long as nothing else in the database uses it: "nuanlin" in ASCII
_LOCK = 0x6E75616E6C696E
_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> str:
    """Migrate to head; safe to run twice and from two hosts at once.

    Returns:
        The revision the database is at.

    Raises:
        ConfigError: the URL is malformed.
        StoreUnavailable: the database cannot be reached, or another upgrade takes over a minute.
        StoreError: a migration was refused.
    """
    with _connected(url) as connection:
        _lock(connection)
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return _revision(connection) or ""


def current(url: str) -> str | None:
    """Return the revision a database is at, ``None`` for an empty one.

    Raises:
        ConfigError: the URL is malformed.
        StoreUnavailable: the database cannot be reached.
    """
    with _connected(url) as connection:
        return _revision(connection)


def head() -> str:
    """Return the newest revision this release knows."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head() or ""


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """Open one transaction; in SQLite that is the write lock of the file."""
    engine = open_engine(url, pool_size=1, statement_timeout_ms=TIMEOUT_MS)
    try:
        with border(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
