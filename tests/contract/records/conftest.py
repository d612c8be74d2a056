"""A migrated database per test, once on SQLite and once on PostgreSQL."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.records.database import Database
from bot.records.migrate import upgrade
from bot.records.vault import Vault, new_data_key
from tests.contract.records.cluster import Cluster, MissingPackage

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for the session, with a migrated database ``template``."""
    try:
        server = Cluster()
    except MissingPackage as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> str:
    """The name of a migrated database to copy."""
    url = cluster.create()
    upgrade(url)
    return url.rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a migrated file to copy, its log written back."""
    file = tmp_path_factory.mktemp("template") / "records.db"
    upgrade(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return str(file)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_url(backend, tmp_path, request) -> Iterator[str]:
    """A database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def url(backend, tmp_path, request) -> Iterator[str]:
    """A migrated database of its own."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "records.db")
        yield f"sqlite:///{tmp_path / 'records.db'}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    url = server.create(request.getfixturevalue("postgres_template"))
    yield url
    server.drop(url)


@pytest.fixture
def data_keys() -> list[str]:
    return [new_data_key()]


@pytest.fixture
def vault(data_keys) -> Vault:
    return Vault(data_keys, b"pseudonym key of the tests")


@pytest.fixture
def db(url, vault) -> Iterator[Database]:
    database = Database(url, vault=vault)
    yield database
    database.close()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
