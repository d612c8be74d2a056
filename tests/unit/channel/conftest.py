"""A scripted platform and a clock that tests move."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.channel.platform_stub import PlatformStub, running_stub


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def stub() -> Iterator[PlatformStub]:
    """Give a scripted platform."""
    with running_stub() as running:
        yield running


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands still."""
    return MovedClock()
