"""The door to SQL: transactions, durability, and errors of our own kind."""

import sqlite3
import traceback
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, column, event, insert, literal, select, table, text, update

from bot.domain.errors import StoreError, StoreUnavailable
from bot.records import alerts, communities, outbox
from bot.records.communities import CommunityRow
from bot.records.consents import ConsentRow
from bot.records.database import MAX_BATCH, Database, insert_new
from bot.records.outbox import OutboxRow
from bot.records.staff import StaffRow
from tests.contract.records.factories import NOW, OPENID, promise, put_message, raise_alert

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


TITLE_OF = select(CommunityRow.title, CommunityRow.slug).where(
    CommunityRow.slug == bindparam("slug")
)


def test_peek_reads_one_row_by_its_parameters(db):
    """Columns in the statement's order; nothing for what is not there."""
    communities.sync(db, {"demo": "示范", "100%'s": "百分之百"}, NOW)

    assert tuple(db.peek(TITLE_OF, slug="demo")) == ("示范", "demo")
    assert tuple(db.peek(TITLE_OF, slug="100%'s")) == ("百分之百", "100%'s")
    assert db.peek(TITLE_OF, slug="nobody") is None


def test_peek_gives_the_first_of_many_rows(db):
    """One is fetched, the rest is dropped, and the connection is as good as new."""
    communities.sync(db, {"a": "甲", "b": "乙", "c": "丙"}, NOW)
    first = select(CommunityRow.slug).order_by(CommunityRow.slug)

    assert [tuple(db.peek(first)) for _ in range(3)] == [("a",)] * 3


def test_peek_sees_what_is_committed_and_waits_for_no_writer(db):
    """A slow write delays no conversation."""
    communities.sync(db, {"demo": "示范"}, NOW)
    with db.session() as session:
        session.execute(text("UPDATE communities SET title = 'x'"))
        assert db.peek(TITLE_OF, slug="demo")[0] == "示范"
    assert db.peek(TITLE_OF, slug="demo")[0] == "x"


def test_peek_leaves_no_transaction_and_keeps_no_connection(db):
    """However often: no writer waits for it, and the pool does not run dry."""
    communities.sync(db, {"demo": "示范"}, NOW)
    for _ in range(20):
        db.peek(TITLE_OF, slug="demo")
    with db.session() as session:
        session.execute(text("UPDATE communities SET title = 'y'"))
    assert db.peek(TITLE_OF, slug="demo")[0] == "y"


def test_peek_at_an_unreachable_postgres_is_unavailable_and_keeps_the_password(vault):
    """As with any other read."""
    db = Database(f"postgresql+psycopg://nuanlin:{SECRET[-6:]}@127.0.0.1:1/nowhere", vault=vault)
    with pytest.raises(StoreUnavailable) as caught:
        db.peek(TITLE_OF, slug="demo")
    assert SECRET[-6:] not in "".join(traceback.format_exception(caught.value))


def test_peek_at_an_unwritable_sqlite_is_unavailable(tmp_path, vault):
    """A folder that is not there is told as such."""
    db = Database(f"sqlite:///{tmp_path}/missing/records.db", vault=vault)
    with pytest.raises(StoreUnavailable, match="unable to open"):
        db.peek(TITLE_OF, slug="demo")


def test_peek_without_a_free_connection_is_unavailable(tmp_path, vault, monkeypatch):
    """After its wait, like any other."""
    monkeypatch.setattr("bot.records.database.POOL_TIMEOUT_S", 0.01)
    db = Database(f"sqlite:///{tmp_path / 'busy.db'}", vault=vault, pool_size=1)
    with db.reading() as one, db.reading() as two:
        one.execute(text("SELECT 1"))
        two.execute(text("SELECT 1"))
        with pytest.raises(StoreUnavailable, match="pool"):
            db.peek(select(literal(1)))
    assert tuple(db.peek(select(literal(1)))) == (1,)
    db.close()


@pytest.mark.postgres
def test_peek_at_a_postgres_that_went_away_is_unavailable(cluster, vault):
    """Its pooled connection is dead, and no new one comes."""
    url = cluster.create()
    db = Database(url, vault=vault)
    assert tuple(db.peek(select(literal(1)))) == (1,)
    cluster.drop(url)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="does not exist"):
            db.peek(select(literal(1)))
    db.close()


def test_within_an_open_unit_nothing_is_there_before_it_ends(db):
    """It joins, and neither commits nor closes."""
    with db.session() as unit:
        assert raise_alert(db, unit=unit) is True
        assert put_message(db, unit=unit) is not None
        with db.within(unit) as session:
            assert session is unit
        assert alerts.list_open(db, None) == []
        assert outbox.due(db, NOW) == []
    assert len(alerts.list_open(db, None)) == 1
    assert len(outbox.due(db, NOW)) == 1


def test_without_a_unit_within_is_a_transaction_of_its_own(db):
    """Committed at its end, dropped on any error."""
    row = {"title": "示范", "active": True, "created_at": NOW}
    with db.within(None) as session:
        session.execute(insert(CommunityRow), [row | {"slug": "kept"}])

    def fail_after_writing():
        with db.within(None) as session:
            session.execute(insert(CommunityRow), [row | {"slug": "dropped"}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert communities.active_titles(db) == {"kept": "示范"}


def raise_and_announce(db, **message):
    """Write an alert, then a message, in one unit."""
    with db.session() as unit:
        raise_alert(db, unit=unit)
        put_message(db, unit=unit, **message)


@pytest.mark.parametrize("lost", ["alerts", "outbox"])
def test_of_two_writes_in_one_unit_both_stand_or_none(db, lost: str):
    """Whichever fails; and the next unit works."""
    with db.session() as session:
        session.execute(text(f"ALTER TABLE {lost} RENAME TO gone"))
    with pytest.raises(StoreError):
        raise_and_announce(db)
    with db.session() as session:
        session.execute(text(f"ALTER TABLE gone RENAME TO {lost}"))

    assert alerts.list_open(db, None) == []
    assert outbox.due(db, NOW) == []
    raise_and_announce(db)
    assert len(alerts.list_open(db, None)) == len(outbox.due(db, NOW)) == 1


def test_a_refused_row_takes_the_writes_before_it_along(db):
    """A naive moment in the second is a mistake of ours, and the first is not half of the truth."""
    with pytest.raises(StoreError):
        raise_and_announce(db, now=NOW.replace(tzinfo=None))
    assert alerts.list_open(db, None) == []


def test_what_is_there_already_is_no_error_within_a_unit(db):
    """A redelivery: neither is new, and the unit stays usable."""
    raise_alert(db)
    put_message(db)
    with db.session() as unit:
        assert raise_alert(db, unit=unit) is False
        assert put_message(db, unit=unit) is None
        assert put_message(db, unit=unit, key="message-2") is not None
    assert len(outbox.due(db, NOW)) == 2


def test_peek_at_what_is_not_there_is_an_error_of_ours(db):
    """A missing table, like a missing server, is not the caller's to understand; the next works."""
    with pytest.raises(StoreUnavailable):
        db.peek(select(table("nowhere", column("id"))))
    db.ping()
    assert db.peek(select(literal(1))) is not None
