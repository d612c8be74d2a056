"""A whole house per test: a copy of one migrated file, one Redis emptied, one phrase index."""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import settings

from bot.bootstrap import House, Speechbook
from bot.config import models_dir, package_root
from bot.packs.loader import PackStore
from bot.state.connection import State
from bot.testing import FakeClock, Rig, make_settings, redis_server
from bot.understanding.router import Router
from tests.factories import Platform

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=150)
settings.register_profile("fast", derandomize=True, deadline=None, max_examples=20)
settings.register_profile("explore", deadline=None, max_examples=3_000)
#: Folders whose tests start houses of their own.
_NEEDS_MODEL = {"conversations", "utterances", "system", "browser", "console"}
settings.load_profile(os.environ.get("NUANLIN_EXAMPLES", "ci"))
# learning takes most of a minute: all tests and the processes they start share one artefact
os.environ.setdefault("BOT_MODELS_DIR", str(models_dir(data_dir=package_root() / "var")))


@pytest.fixture(scope="session")
def packs() -> PackStore:
    """Give the content of the repository."""
    return PackStore(package_root() / "data")


@pytest.fixture(scope="session")
def speechbook() -> Speechbook:
    """Give capabilities, phrases and words of the repository."""
    return _house().speechbook


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fit the phrase model where none is kept yet: that takes a minute, more than a test may."""
    wanted = any(
        "router" in item.fixturenames or _NEEDS_MODEL & set(item.path.parts)
        for item in session.items
        if isinstance(item, pytest.Function)
    )
    if wanted and not session.config.option.collectonly:
        _house().router_source.start()


@cache
def _house() -> House:
    """Return a house for its language parts only; nothing of it is opened."""
    return House(make_settings(package_root() / "var"), FakeClock())


@pytest.fixture(scope="session")
def router() -> Router:
    """Give the index over the repository's phrases, without any that staff added."""
    return _house().router_source.start()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the socket of the session's Redis."""
    with redis_server(tmp_path_factory.mktemp("redis")) as socket:
        yield socket


@pytest.fixture
def state(shared_redis: Path) -> Iterator[State]:
    """Give an empty Redis."""
    opened = State(f"unix://{shared_redis}")
    opened.client.flushall()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, packs: PackStore) -> Path:
    """Give a migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("records")
    house = House(make_settings(folder), FakeClock())
    house.packs = packs
    house.migrate()
    house.close()
    return folder / "nuanlin.db"


@pytest.fixture
def rig(
    tmp_path: Path,
    shared_redis: Path,
    state: State,
    migrated: Path,
    packs: PackStore,
    speechbook: Speechbook,
    router: Router,
) -> Iterator[Rig]:
    """Give a whole house to talk to, its clock standing still."""
    shutil.copy(migrated, tmp_path / "nuanlin.db")
    house = House(make_settings(tmp_path, BOT_REDIS_URL=f"unix://{shared_redis}"), FakeClock())
    house.packs, house.speechbook, house.router = packs, speechbook, router
    yield Rig(house=house, clock=house.clock)
    house.close()


@pytest.fixture
def client(rig: Rig) -> FlaskClient:
    """Give a client of the house's web application."""
    return rig.house.web_app().test_client()


@pytest.fixture
def platform(rig: Rig) -> Platform:
    """Give the platform's side of the house's own account."""
    return Platform.of(rig.house.settings, rig.clock)
