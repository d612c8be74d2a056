"""The fleet's access tokens in Redis; satisfies ``channel.wechat.tokens.TokenStore``.

| key | holds | lives |
|---|---|---|
| ``bot:token:<app id>:value`` | the access token | as long as it may be used |
| ``bot:token:<app id>:lock`` | who is renewing it | 20 s at most |
| ``bot:token:<app id>:repair`` | a refused token was looked into | 60 s |
| ``bot:token:<app id>:forced:<day>`` | forced renewals of a Beijing day | 2 days |
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import redis

from bot import logs
from bot.domain.errors import StoreUnavailable
from bot.state.connection import Script, State

_POLL_S = 0.05
_FORCED_S = 2 * 24 * 3600

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

_READ = """
local value = redis.call('GET', KEYS[1])
if not value then return {} end
return {value, redis.call('PTTL', KEYS[1])}
"""

_REPAIR = """
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
return math.max(redis.call('PTTL', KEYS[1]), 1)
"""

_FORCED = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used >= tonumber(ARGV[1]) then return 0 end
redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


def token_key(app_id: str, part: str) -> str:
    """Return the key of one ``part`` of an account's token state."""
    return f"bot:token:{app_id}:{part}"


class RedisTokenStore:
    """Token, lock and counters that all processes share."""

    def __init__(self, state: State):
        self._state = state
        self._read = Script(state, "token_read", _READ)
        self._release = Script(state, "token_release", _RELEASE)
        self._repair = Script(state, "token_repair", _REPAIR)
        self._forced = Script(state, "token_forced", _FORCED)

    def read(self, app_id: str) -> tuple[str, float] | None:
        """Return the token and the seconds it may still be used, or nothing.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with _served():
            found = self._read([token_key(app_id, "value")], [])
        if not found or int(found[1]) <= 0:
            return None
        value = found[0].decode() if isinstance(found[0], bytes) else str(found[0])
        return value, int(found[1]) / 1000

    def write(self, app_id: str, value: str, *, usable_s: float) -> None:
        """Keep a token for ``usable_s`` seconds.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with _served(), self._state.guarded("token_write") as client:
            client.set(token_key(app_id, "value"), value, px=max(1, round(usable_s * 1000)))

    @contextmanager
    def hold(self, app_id: str, *, wait_s: float, lease_s: float) -> Iterator[bool]:
        """Hold the account's lock for at most ``lease_s`` seconds.

        Args:
            app_id: the account.
            wait_s: how long to wait for it; the block runs with False when it is still taken.
            lease_s: when it lapses although its holder did not give it back.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        key, owner = token_key(app_id, "lock"), secrets.token_hex(8)
        held = self._take(key, owner, lease_s)
        until = time.monotonic() + wait_s
        while not held and time.monotonic() < until:
            time.sleep(_POLL_S)
            held = self._take(key, owner, lease_s)
        try:
            yield held
        finally:
            if held:
                self._give_back(key, owner)

    def take_repair(self, app_id: str, *, gap_s: float) -> float:
        """Take the one repair allowed in ``gap_s`` seconds; return 0, or the seconds to wait.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with _served():
            wait_ms = self._repair([token_key(app_id, "repair")], [round(gap_s * 1000)])
        return int(wait_ms) / 1000

    def take_forced(self, app_id: str, day: date, *, limit: int) -> bool:
        """Take one of the forced renewals of a Beijing ``day``; False when all are used.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        key = token_key(app_id, f"forced:{day.isoformat()}")
        with _served():
            return bool(self._forced([key], [limit, _FORCED_S]))

    def _take(self, key: str, owner: str, lease_s: float) -> bool:
        with _served(), self._state.guarded("token_lock") as client:
            return bool(client.set(key, owner, nx=True, px=round(lease_s * 1000)))

    def _give_back(self, key: str, owner: str) -> None:
        try:
            with _served():
                self._release([key], [owner])
        except StoreUnavailable:
            logs.logger().warning("token.lock_left", why="Redis does not answer; the lease lapses")


@contextmanager
def _served() -> Iterator[None]:
    """Count a Redis that answers with a refusal (full, disk broken, no rights) as unavailable."""
    try:
        yield
    except redis.RedisError as error:
        raise StoreUnavailable("Redis refuses to keep tokens") from error
