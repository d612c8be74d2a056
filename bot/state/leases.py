"""Singleton roles: one holder at a time, each with a higher fencing number than the last."""

import secrets

from bot.state import keys
from bot.state.connection import Script, State

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(redis.call('GET', KEYS[2]))
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('INCR', KEYS[2])
"""
_DROP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Lease:
    """The right to play a role, renewed by its holder.

    Args:
        state: Redis.
        name: the role, for example ``scheduler``.
        life_s: seconds until it lapses without renewal.
    """

    def __init__(self, state: State, name: str, *, life_s: float):
        self._take = Script(state, "lease", _TAKE)
        self._drop = Script(state, "lease", _DROP)
        self._name = name
        self._life_ms = int(life_s * 1000)
        self._holder = secrets.token_hex(8)

    def take(self) -> int:
        """Take or renew; return the fencing number, 0 while somebody else holds it.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        found = self._take(
            [keys.lease(self._name), keys.fence(self._name)], [self._holder, self._life_ms]
        )
        return int(found)

    def drop(self) -> None:
        """Give the role up at once.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        self._drop([keys.lease(self._name)], [self._holder])
