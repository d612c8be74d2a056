"""A counter that tells all processes that something they hold in memory has changed."""

from typing import Any

from bot.state.connection import State


class Version:
    """One counter in Redis. Only that it differs matters: it may start anew with an empty Redis.

    Args:
        state: Redis.
        key: where it stands.
    """

    def __init__(self, state: State, key: str):
        self._state = state
        self._key = key

    def read(self) -> int:
        """Return the counter, 0 when nothing was ever told.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("version") as client:
            found: Any = client.get(self._key)
            return int(found or 0)

    def tell(self) -> int:
        """Tell all processes; return the new value.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("version") as client:
            told: Any = client.incr(self._key)
            return int(told)
