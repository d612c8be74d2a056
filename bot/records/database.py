"""The one door to SQL: connection pool, transactions, and the border where driver errors end."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Select, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler

from bot.domain.errors import ConfigError, StoreError, StoreUnavailable
from bot.records.schema import Base
from bot.records.vault import Vault

CONNECT_TIMEOUT_S = 3
#: Longest statement in PostgreSQL, and longest wait for the writer before in SQLite.
STATEMENT_TIMEOUT_MS = 5_000
#: How long a thread waits for a free connection of the pool.
POOL_TIMEOUT_S = 3.0
#: Rows one call may write: bounds the time the write lock is held.
MAX_BATCH = 1_000

#: Primary SQLite result codes that pass: BUSY, LOCKED, IOERR, FULL, CANTOPEN, PROTOCOL.
_SQLITE_PASSING = frozenset({5, 6, 10, 13, 14, 15})
_READING = "nuanlin_reading"
#: An open transaction, handed to calls whose writes belong together (:meth:`Database.session`).
Unit = Session
#: Pause between two tries to switch a file to its write-ahead log.
_SWITCH_POLL_S = 0.01


def parse_url(url: str) -> URL:
    """Read a database URL.

    Raises:
        ConfigError: it is no URL, or neither SQLite nor PostgreSQL; the text never repeats it.
    """
    hint = "expected sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # not chained: the cause repeats the URL, and with it the password
        raise ConfigError(f"BOT_DATABASE_URL is not a database URL; {hint}") from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError(f"BOT_DATABASE_URL: unsupported database; {hint}")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ConfigError(f"BOT_DATABASE_URL: SQLite needs a file; {hint}")
    return parsed


def open_engine(
    url: str, *, pool_size: int = 5, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS
) -> Engine:
    """Return an engine with our time limits and pragmas; nothing connects yet.

    Args:
        url: SQLAlchemy URL.
        pool_size: connections kept; as many again may be opened under load.
        statement_timeout_ms: longest statement in PostgreSQL, longest wait for a lock in SQLite.

    Raises:
        ConfigError: the URL is malformed.
    """
    parsed = parse_url(url)
    limits = {
        "hide_parameters": True,
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_timeout": POOL_TIMEOUT_S,
    }
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, **limits)
        _tune_sqlite(engine, statement_timeout_ms)
        return engine
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        **limits,
        pool_pre_ping=True,
        pool_recycle=1_800,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "nuanlin",
            "options": f"-c timezone=UTC -c statement_timeout={statement_timeout_ms}",
            # a host that vanished is noticed by TCP: the server's own timeouts cannot tell us
            "tcp_user_timeout": 2 * STATEMENT_TIMEOUT_MS,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
    )


class Database:
    """The engine, its sessions and the vault that opens personal fields.

    Make one per process, after any fork, and hand it around.

    Args:
        url: SQLAlchemy URL of a migrated database (:func:`bot.records.migrate.upgrade`).
        vault: seals and opens personal fields.
        pool_size: connections kept open; as many again under load.
        statement_timeout_ms: longest statement in PostgreSQL, longest wait for a lock in SQLite.

    Raises:
        ConfigError: the URL is malformed.
    """

    def __init__(
        self,
        url: str,
        *,
        vault: Vault,
        pool_size: int = 5,
        statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    ):
        self.vault = vault
        self._engine = open_engine(
            url, pool_size=pool_size, statement_timeout_ms=statement_timeout_ms
        )
        self._plain: dict[Select[*tuple[Any, ...]], SQLCompiler] = {}
        driver: Any = self._engine.dialect.dbapi
        self._driver_error: type[Exception] = driver.Error
        reading: dict[str, Any] = {_READING: True}
        if self._engine.dialect.name == "postgresql":
            reading["postgresql_readonly"] = True
        self._writers = sessionmaker(self._engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self._engine.execution_options(**reading), expire_on_commit=False
        )

    @property
    def local(self) -> bool:
        """Tell whether this is a file of this machine: its readers never wait for a writer."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction that may write: committed on success, rolled back on any error.

        In SQLite its first statement takes the write lock, so that it never fails for it half-way.

        Raises:
            StoreUnavailable: the database cannot be reached, is overloaded or timed out.
            StoreError: it refused what was asked.
        """
        with border(), self._writers.begin() as session:
            yield session

    @contextmanager
    def within(self, unit: Unit | None) -> Iterator[Session]:
        """Give the transaction ``unit`` that is open already, else open one that may write.

        Raises:
            StoreUnavailable: the database cannot be reached, is overloaded or timed out.
            StoreError: it refused what was asked.
        """
        if unit is not None:
            yield unit
            return
        with self.session() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one transaction that only reads and never waits for a writer.

        Raises:
            StoreUnavailable: the database cannot be reached, is overloaded or timed out.
            StoreError: it refused what was asked.
        """
        with border(), self._readers.begin() as session:
            yield session

    def peek(
        self, statement: Select[*tuple[Any, ...]], **parameters: object
    ) -> Sequence[Any] | None:
        """Return the first row of a statement that reads one row, as the driver gives it.

        Without session and transaction it costs a twentieth of :meth:`reading`: for the one read
        that a conversation begins with. Columns must need no conversion (texts and numbers).

        Args:
            statement: kept by its owner for good: its text is worked out once.
            parameters: values of its ``bindparam`` by name.

        Raises:
            StoreUnavailable: the database cannot be reached, is overloaded or timed out.
        """
        plain = self._plain.get(statement)
        if plain is None:
            plain = statement.compile(self._engine)
            self._plain[statement] = plain
        values: Any = plain.construct_params(parameters)
        if plain.positiontup is not None:
            values = tuple(values[name] for name in plain.positiontup)
        connection = self._plain_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(plain.string, values)
            found: Sequence[Any] | None = cursor.fetchone()
            cursor.close()
        except self._driver_error as error:
            connection.invalidate()
            raise _away(error) from error
        finally:
            connection.close()
        return found

    def _plain_connection(self) -> PoolProxiedConnection:
        """Take a connection from the pool, as the driver gives it.

        Raises:
            StoreUnavailable: there is none.
        """
        try:
            with border():
                return self._engine.raw_connection()
        except self._driver_error as error:  # SQLAlchemy wraps those of its own connections alone
            raise _away(error) from error

    def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StoreUnavailable: there is none.
        """
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all pooled connections; the next use opens new ones."""
        self._engine.dispose()


@contextmanager
def border() -> Iterator[None]:
    """Turn what SQLAlchemy and the drivers raise into the product's errors.

    Raises:
        StoreUnavailable: for whatever passes: unreachable, locked, overloaded, timed out.
        StoreError: for the rest.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("database: no free connection in the pool") from error
    except (IntegrityError, DataError) as error:
        # not chained: PostgreSQL's DETAIL line repeats the row
        raise StoreError(f"database: {_kind(error)}") from None
    except DBAPIError as error:
        if _passes(error):
            raise _away(error.orig) from error
        raise StoreError(f"database: {_kind(error)}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"database: {type(error).__name__}") from error


def insert_new(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: Sequence[str],
    where: Any = None,
) -> int:
    """Insert rows in one go, passing over those whose unique key is already there.

    One statement is compiled once and run for all rows by the driver; written out with a thousand
    rows of values it would take ten times as long, with SQLite's write lock held.

    Args:
        session: open transaction.
        table: model.
        rows: at most ``MAX_BATCH``; all with the same columns.
        unique: columns of the unique key.
        where: condition of a partial unique index.

    Returns:
        How many rows are new.

    Raises:
        ValueError: more than ``MAX_BATCH`` rows.
    """
    if len(rows) > MAX_BATCH:
        raise ValueError(f"at most {MAX_BATCH} rows in one statement")
    if not rows:
        return 0
    statement = (
        _insert(session, table)
        .inline()  # no key is fetched, so that the driver counts rows in both databases
        .on_conflict_do_nothing(index_elements=list(unique), index_where=where)
    )
    return changed(session, statement, rows)


def insert_or_update(
    session: Session,
    table: type[Base],
    row: Mapping[str, Any],
    *,
    unique: Sequence[str],
    update: Sequence[str],
) -> None:
    """Insert one row, or overwrite the columns ``update`` of the one that has its unique key."""
    insertion = _insert(session, table).values(dict(row))
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=list(unique),
            set_={name: insertion.excluded[name] for name in update},
        )
        if update
        else insertion.on_conflict_do_nothing(index_elements=list(unique))
    )


def count_up(
    session: Session,
    table: type[Base],
    row: Mapping[str, Any],
    *,
    unique: Sequence[str],
    column: str,
) -> int:
    """Insert one row, or add one to ``column`` of the one with its unique key; return the column.

    Others who count the same row wait until this transaction ends, so no value is given out twice.
    """
    counter = getattr(table, column)
    statement = (
        _insert(session, table)
        .values({**row, column: 1})
        .on_conflict_do_update(index_elements=list(unique), set_={column: counter + 1})
        .returning(counter)
    )
    return int(session.execute(statement).scalar_one())


def changed(
    session: Session, statement: Any, rows: Sequence[Mapping[str, Any]] | None = None
) -> int:
    """Execute an INSERT, UPDATE or DELETE, for ``rows`` if given; return the rows it touched."""
    # without the option an INSERT's count is lost in PostgreSQL
    counting = {"preserve_rowcount": True}
    return session.connection().execute(statement, rows, execution_options=counting).rowcount


def _insert(session: Session, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """Return the dialect's INSERT: both know ON CONFLICT, SQLAlchemy has one class each."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _away(error: BaseException | None) -> StoreUnavailable:
    """Tell a driver's error as ours, by its first line: further ones may repeat the row."""
    return StoreUnavailable(f"database: {str(error).partition(chr(10))[0]}")


def _kind(error: DBAPIError) -> str:
    """Name an error without repeating values: its class, SQLSTATE or code, and constraint."""
    parts = [type(error.orig).__name__]
    if isinstance(error.orig, sqlite3.Error):
        parts.append(getattr(error.orig, "sqlite_errorname", ""))
    else:
        parts.append(getattr(error.orig, "sqlstate", None) or "")
        diagnosis = getattr(error.orig, "diag", None)
        parts.append(getattr(diagnosis, "constraint_name", None) or "")
    return " ".join(filter(None, parts))


def _passes(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 1) & 0xFF) in _SQLITE_PASSING
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _tune_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    """Make SQLite durable, concurrent and explicit about transactions."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}").close()
        _write_ahead(connection, busy_timeout_ms)
        # FULL: a promise survives a power cut (DESIGN.md §1)
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _write_ahead(connection: sqlite3.Connection, busy_timeout_ms: int) -> None:
    """Switch a file to its write-ahead log, waiting for others who do the same.

    SQLite does not apply its busy timeout to this one statement: of several processes that open a
    new file at once, some would be refused at once.

    Raises:
        sqlite3.OperationalError: the file stays locked for longer than the timeout.
    """
    until = time.monotonic() + busy_timeout_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= until:
                raise
            time.sleep(_SWITCH_POLL_S)
        else:
            return
