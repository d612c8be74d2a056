"""The door to SQL: transactions, durability, and errors of our own kind."""

import sqlite3
import traceback
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import column, event, insert, literal, select, table, text, update

from bot.domain.errors import StoreError, StoreUnavailable
from bot.records import communities, outbox
from bot.records.communities import CommunityRow
from bot.records.consents import ConsentRow
from bot.records.database import MAX_BATCH, Database, insert_new
from bot.records.outbox import OutboxRow
from bot.records.staff import StaffRow
from tests.contract.records.factories import NOW, OPENID, promise

SECRET = "somebody's secret"


def test_database_answers_a_ping(db):
    """A reachable database is ready."""
    db.ping()


def test_failed_transaction_leaves_nothing(db):
    """All of a transaction stands, or none."""

    def fail_after_writing():
        with db.session() as session:
            session.add(CommunityRow(slug="demo", title="示范", active=True, created_at=NOW))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert communities.active_titles(db) == {}


def test_moment_comes_back_aware_in_utc(db):
    """Whatever zone a moment is given in, UTC is stored and returned."""
    beijing = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    promise(db, now=beijing)
    with db.reading() as session:
        stored = session.scalar(select(OutboxRow.created_at))
    assert stored == beijing
    assert stored.tzinfo is UTC


def test_moment_without_zone_is_refused(db):
    """A naive time is a mistake of ours and never stored."""
    with pytest.raises(StoreError):
        promise(db, now=NOW.replace(tzinfo=None))


def test_plain_text_is_refused_by_a_sealed_column(db):
    """Personal data cannot be stored unsealed by forgetting to seal it."""
    promise(db)
    forgotten = update(OutboxRow).values(payload=SECRET)
    with pytest.raises(StoreError) as caught, db.session() as session:
        session.execute(forgotten)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_errors_never_repeat_what_a_row_holds(db):
    """A violated constraint is named; names and values are not, not even in the traceback."""
    row = {"name": SECRET, "password_hash": SECRET, "role": "viewer", "active": True, "failed": 0}
    with pytest.raises(StoreError) as twice, db.session() as session:
        session.execute(insert(StaffRow), [row | {"created_at": NOW}] * 2)
    with pytest.raises(StoreError) as missing, db.session() as session:
        session.execute(insert(StaffRow), [row])
    assert not isinstance(twice.value, StoreUnavailable)
    for error in (twice.value, missing.value):
        assert SECRET not in "".join(traceback.format_exception(error))


def test_missing_table_is_not_mistaken_for_an_outage(empty_url, vault):
    """An unmigrated database is an error to mend, not one to wait for."""
    db = Database(empty_url, vault=vault)
    with pytest.raises(StoreError) as caught:
        outbox.due(db, NOW, limit=1)
    assert not isinstance(caught.value, StoreUnavailable)
    db.close()


def test_reader_does_not_wait_for_a_writer(db):
    """A slow write delays no page."""
    communities.sync(db, {"demo": "示范"}, NOW)
    with db.session() as session:
        session.execute(text("UPDATE communities SET title = 'x'"))
        assert communities.active_titles(db) == {"demo": "示范"}


def test_batch_is_bounded(db):
    """One statement carries at most a thousand rows."""
    row = {"ref": "a", "kind": "k", "text_version": "1", "given_at": NOW}
    with pytest.raises(ValueError, match="at most"), db.session() as session:
        insert_new(session, ConsentRow, [row] * (MAX_BATCH + 1), unique=["ref"])


def test_unreachable_postgres_is_unavailable_and_keeps_the_password(vault):
    """Whoever reads the error learns where, not with which password."""
    db = Database(f"postgresql+psycopg://nuanlin:{SECRET[-6:]}@127.0.0.1:1/nowhere", vault=vault)
    with pytest.raises(StoreUnavailable) as caught:
        db.ping()
    assert "127.0.0.1" in str(caught.value)
    assert SECRET[-6:] not in "".join(traceback.format_exception(caught.value))


def test_unwritable_sqlite_is_unavailable(tmp_path, vault):
    """A folder that is not there is told as such."""
    db = Database(f"sqlite:///{tmp_path}/missing/records.db", vault=vault)
    with pytest.raises(StoreUnavailable, match="unable to open"):
        db.ping()


def test_locked_sqlite_is_unavailable_after_its_wait(tmp_path, vault):
    """A writer that waits too long gives up with an error that passes."""
    db = Database(f"sqlite:///{tmp_path / 'locked.db'}", vault=vault, statement_timeout_ms=50)
    db.ping()
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"), db.session() as session:
        session.execute(text("SELECT 1"))
    other.close()
    db.close()


def test_sqlite_keeps_promises_over_a_power_cut(tmp_path, vault):
    """The pragmas that make a commit durable and foreign keys count are on for every connection."""
    db = Database(f"sqlite:///{tmp_path / 'pragmas.db'}", vault=vault)
    with db.reading() as session:
        values = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
    }
    db.close()


@pytest.mark.postgres
def test_postgres_statement_ends_after_its_timeout(cluster, vault):
    """No statement holds a worker for more than its limit."""
    url = cluster.create()
    db = Database(url, vault=vault, statement_timeout_ms=100)
    with pytest.raises(StoreUnavailable, match="statement timeout"), db.reading() as session:
        session.execute(text("SELECT pg_sleep(10)"))
    db.close()
    cluster.drop(url)


@pytest.mark.postgres
def test_postgres_connection_that_died_is_replaced(cluster, vault):
    """After a restart of the server the next transaction works."""
    url = cluster.create()
    db = Database(url, vault=vault)
    db.ping()
    other = Database(url, vault=vault)
    with other.session() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    db.ping()
    db.close()
    other.close()
    cluster.drop(url)


@pytest.mark.postgres
def test_pool_is_bounded(cluster, vault):
    """A process never opens more connections than it was given."""
    url = cluster.create()
    db = Database(url, vault=vault, pool_size=1)
    opened = []
    event.listen(db._engine, "connect", lambda connection, record: opened.append(connection))
    with db.session() as one, db.session() as two:
        one.execute(text("SELECT 1"))
        two.execute(text("SELECT 1"))
        with pytest.raises(StoreUnavailable, match="pool"):
            db.ping()
    assert len(opened) == 2
    db.close()
    cluster.drop(url)


def test_openid_is_in_no_file_of_the_database(tmp_path, vault, sqlite_template):
    """Personal data does not lie on the disk in the clear."""
    folder = tmp_path / "disk"
    folder.mkdir()
    file = folder / "records.db"
    file.write_bytes(Path(sqlite_template).read_bytes())
    db = Database(f"sqlite:///{file}", vault=vault)
    promise(db)
    db.close()
    for part in folder.iterdir():
        assert OPENID.encode() not in part.read_bytes()


def test_peek_at_what_is_not_there_is_an_error_of_ours(db):
    """A missing table, like a missing server, is not the caller's to understand; the next works."""
    with pytest.raises(StoreUnavailable):
        db.peek(select(table("nowhere", column("id"))))
    db.ping()
    assert db.peek(select(literal(1))) is not None
