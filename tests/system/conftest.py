"""Two deployments for the session: on the embedded parts, and on servers of their own."""

import os
from collections.abc import Iterator

import pytest

from tests.contract.records.cluster import Cluster, MissingPackage
from tests.system.deployment import Deployment, RedisServer, deployed

EMBEDDED = "embedded"
SERVERS = "servers"
BOTH = [EMBEDDED, pytest.param(SERVERS, marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL server of the session's own."""
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
def redis_by_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a Redis server that is reached by URL."""
    server = RedisServer(tmp_path_factory.mktemp("redis-server"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Give a deployment on SQLite and the embedded Redis."""
    with deployed(tmp_path_factory.mktemp("embedded") / "var") as built:
        yield built


@pytest.fixture(scope="session")
def on_servers(
    tmp_path_factory: pytest.TempPathFactory, cluster: Cluster, redis_by_url: RedisServer
) -> Iterator[Deployment]:
    """Give a deployment on PostgreSQL and a Redis by URL."""
    folder = tmp_path_factory.mktemp("servers") / "var"
    with deployed(folder, redis_by_url, BOT_DATABASE_URL=cluster.create()) as built:
        yield built


@pytest.fixture(params=BOTH)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Give each of the two in turn; a test leaves it serving."""
    name = "embedded" if request.param == EMBEDDED else "on_servers"
    return request.getfixturevalue(name)
