"""A house whose Redis can be stopped, and what was logged."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.bootstrap import House
from bot.state import connection
from bot.state.embedded import EmbeddedRedis
from bot.testing import FakeClock, Rig, make_settings


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """Give a Redis that only this test uses."""
    server = EmbeddedRedis(tmp_path, tmp_path / "redis.sock")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lone(tmp_path, own_redis, migrated, packs, speechbook, router, monkeypatch) -> Iterator[Rig]:
    """Give a house on a Redis of its own, asked again soon after it was away."""
    monkeypatch.setattr(connection, "BREAK_S", 0.05)
    shutil.copy(migrated, tmp_path / "nuanlin.db")
    clock = FakeClock()
    house = House(make_settings(tmp_path), clock)
    house.packs, house.speechbook, house.router = packs, speechbook, router
    yield Rig(house=house, clock=clock)
    house.close()


@pytest.fixture
def logged(monkeypatch) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Give a reader of everything that was logged, as the process would write it."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure(level="DEBUG", style="json", process="web")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
