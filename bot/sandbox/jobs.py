"""What the platform remembers about sends: idempotency keys and months, thread-safe."""

from __future__ import annotations

import threading
from itertools import count

from bot.sandbox.clock import SandboxClock

REMEMBERED = 20_000


class SendLog:
    """Job numbers, and earlier jobs by the caller's own key."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = count(int(clock.wall() * 1000))
        self._keys: dict[tuple[str, ...], tuple[int, float]] = {}
        self._states: dict[int, str] = {}

    def new_number(self) -> int:
        """A fresh job number."""
        return next(self._numbers)

    def earlier(self, key: tuple[str, ...], *, within_s: float) -> tuple[int, float] | None:
        """The number and age of a job with this key, if recent enough."""
        with self._lock:
            number, at = self._keys.get(key, (0, 0.0))
            age = self._clock.time() - at
            return (number, age) if number and age < within_s else None

    def remember(self, key: tuple[str, ...], number: int) -> None:
        """Keep a key for later calls."""
        with self._lock:
            self._keys[key] = (number, self._clock.time())
            while len(self._keys) > REMEMBERED:
                self._keys.pop(next(iter(self._keys)))

    def set_state(self, number: int, state: str) -> None:
        """Write down how a mass job stands."""
        with self._lock:
            self._states[number] = state
            while len(self._states) > REMEMBERED:
                self._states.pop(next(iter(self._states)))

    def state(self, number: int) -> str | None:
        """How a mass job stands."""
        with self._lock:
            return self._states.get(number)
