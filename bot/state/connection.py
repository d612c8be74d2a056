"""One way to reach Redis: short timeouts, a bounded pool, and a breaker that fails fast."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot import metrics
from bot.domain.errors import StoreUnavailable

#: Seconds a call may take; a turn has 4.0 s in all.
CALL_TIMEOUT_S = 0.8
CONNECT_TIMEOUT_S = 0.4
#: After a failure nobody asks Redis again for this long, so turns do not queue up behind timeouts.
BREAK_S = 1.0


class State:
    """A connection pool with a breaker.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        max_connections: upper bound of the pool.
    """

    def __init__(self, url: str, *, max_connections: int = 64):
        self.client: redis.Redis = redis.Redis.from_url(
            url,
            socket_timeout=CALL_TIMEOUT_S,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            max_connections=max_connections,
            retry=Retry(NoBackoff(), 1),
            health_check_interval=0,
        )
        self._broken_until = 0.0
        #: Connections nobody uses just now; as many as ever were in use at once.
        self._free: deque[Any] = deque()
        self._lock = Lock()

    @contextmanager
    def guarded(self, call: str) -> Iterator[redis.Redis]:
        """Give the client for one call; count its time.

        Raises:
            StoreUnavailable: Redis does not answer, or did not a moment ago.
        """
        if time.monotonic() < self._broken_until:
            raise StoreUnavailable("Redis did not answer a moment ago")
        started = time.perf_counter()
        try:
            yield self.client
        except (
            redis.ConnectionError,
            redis.TimeoutError,
            redis.exceptions.BusyLoadingError,
        ) as error:
            with self._lock:
                self._broken_until = time.monotonic() + BREAK_S
            raise StoreUnavailable("Redis does not answer") from error
        except (redis.ReadOnlyError, redis.OutOfMemoryError) as error:
            raise StoreUnavailable("Redis takes no writes") from error
        finally:
            metrics.state_time(call).observe(time.perf_counter() - started)

    @contextmanager
    def own_connection(self, call: str) -> Iterator[Any]:
        """Lend a connection for one call; after any trouble it is closed.

        Raises:
            StoreUnavailable: Redis does not answer, or did not a moment ago.
        """
        with self.guarded(call):
            try:
                connection = self._free.pop()
            except IndexError:
                connection = self.client.connection_pool.make_connection()
            kept = False
            try:
                yield connection
                kept = True
            except redis.ResponseError:
                kept = True  # answered: the connection is in order
                raise
            finally:
                if not kept:
                    connection.disconnect()  # it opens itself again at its next use
                self._free.append(connection)

    def ping(self) -> None:
        """Ask Redis for a sign of life.

        Raises:
            StoreUnavailable: there is none.
        """
        with self.guarded("ping") as client:
            client.ping()

    def close(self) -> None:
        """Close all connections."""
        while self._free:
            self._free.pop().disconnect()
        self.client.close()


class Script:
    """A Lua script that loads itself on the first use after a Redis restart."""

    def __init__(self, state: State, name: str, source: str):
        self._state = state
        self._name = name
        self._script = state.client.register_script(source)

    def __call__(self, keys: list[str], args: list[Any]) -> Any:
        """Run the script.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        words = ("EVALSHA", self._script.sha, len(keys), *keys, *args)
        with self._state.own_connection(self._name) as connection:
            try:
                return _exchange(connection, words)
            except redis.exceptions.NoScriptError:
                _exchange(connection, ("SCRIPT", "LOAD", self._script.script))
                return _exchange(connection, words)


def _exchange(connection: Any, words: tuple[Any, ...]) -> Any:
    """Send one command and read its answer, without the client's own wrappers.

    They cost three times the exchange itself (tests/bench): a turn makes two, so it counts.

    Raises:
        redis.ResponseError: Redis refuses the command.
    """
    connection.send_command(*words, check_health=False)
    return connection.read_response()
