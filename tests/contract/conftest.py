"""An emulator with a client, for the tests of its API side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox import SandboxClock, create_sandbox
from bot.sandbox.platform import EXTENSION, Platform
from tests.contract.sandbox_client import Client
from tests.unit.sandbox.stub_bot import StubBot, running_bot, settings_for


@pytest.fixture
def bot() -> Iterator[StubBot]:
    """A silent bot."""
    with running_bot() as found:
        yield found


@pytest.fixture
def api(bot: StubBot) -> Iterator[Client]:
    """An emulator with a frozen clock."""
    clock = SandboxClock(frozen=True)
    app = create_sandbox(settings_for(bot, token_daily_limit=5), clock)
    platform: Platform = app.extensions[EXTENSION]
    yield Client(app.test_client(), platform, clock)
    platform.close()
