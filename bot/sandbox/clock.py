"""The emulator's virtual clock: budgets, expiries and timestamps follow it.

Only this module reads the machine's clock. Waiting threads wake when somebody moves the time.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class SandboxClock:
    """A clock that can be set, moved and frozen; thread-safe."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._changed = threading.Condition()
        self._offset_s = 0.0
        self._frozen_at: float | None = None
        if start is not None:
            self._offset_s = _epoch(start) - time.time()
        if frozen:
            self._frozen_at = time.time() if start is None else _epoch(start)

    @property
    def frozen(self) -> bool:
        """Whether the time stands still."""
        with self._changed:
            return self._frozen_at is not None

    def wall(self) -> float:
        """The machine's own time, seconds since 1970."""
        return time.time()

    def time(self) -> float:
        """The virtual time, seconds since 1970."""
        with self._changed:
            return self._time()

    def now(self) -> datetime:
        """The virtual time in Beijing."""
        return datetime.fromtimestamp(self.time(), tz=SHANGHAI)

    def day(self) -> str:
        """The Beijing calendar day, the unit of daily quotas."""
        return self.now().date().isoformat()

    def set(self, moment: datetime) -> None:
        """Jump to a moment; a naive one is read as Beijing time."""
        with self._changed:
            self._shift(_epoch(moment) - self._time())

    def advance(self, step: timedelta) -> None:
        """Move by a step, forward or back."""
        with self._changed:
            self._shift(step.total_seconds())

    def freeze(self) -> None:
        """Stop the time."""
        with self._changed:
            self._frozen_at = self._time()
            self._changed.notify_all()

    def resume(self) -> None:
        """Let a frozen clock run on from where it stands."""
        with self._changed:
            if self._frozen_at is not None:
                self._offset_s = self._frozen_at - time.time()
                self._frozen_at = None
                self._changed.notify_all()

    def wait_until(self, epoch: float, stop: threading.Event) -> bool:
        """Wait for a virtual moment; False when `stop` was set first."""
        with self._changed:
            while not stop.is_set():
                left = epoch - self._time()
                if left <= 0:
                    return True
                self._changed.wait(min(left, 0.2))
        return False

    def _time(self) -> float:
        return self._frozen_at if self._frozen_at is not None else time.time() + self._offset_s

    def _shift(self, seconds: float) -> None:
        if self._frozen_at is not None:
            self._frozen_at += seconds
        else:
            self._offset_s += seconds
        self._changed.notify_all()


def _epoch(moment: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return moment.timestamp()
