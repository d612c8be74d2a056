"""Time as something that is handed in, so that a test can stand at any hour.

This is the only module that reads the wall clock. Storage is UTC; people read Beijing time.
"""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for budgets and timeouts."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that may read the wall clock

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


def beijing(moment: datetime) -> datetime:
    """Return ``moment`` (aware) as residents read it, in Beijing time."""
    return moment.astimezone(BEIJING)
