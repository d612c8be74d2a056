"""A budget of actions a minute that all processes share."""

from bot.domain.errors import StoreUnavailable
from bot.state import keys
from bot.state.connection import Script, State

#: One action counts for this long, in milliseconds.
_WINDOW_MS = 60_000

# A sliding window: the times of the last actions in a sorted set, so that no 60 s ever hold too
# many.
_TAKE = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ms - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], ms, ms .. '-' .. now[2] .. '-' .. redis.call('ZCARD', KEYS[1]))
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return ARGV[2] - (ms - oldest[2])
"""


class MinuteBudget:
    """At most so many actions in any sixty seconds.

    Args:
        state: Redis.
        name: kind of action, part of the key.
    """

    def __init__(self, state: State, name: str):
        self._script = Script(state, "rate", _TAKE)
        self._name = name

    def take(self, ref: str, *, per_minute: int) -> float:
        """Take one action of ``ref``; return 0, or the seconds until there is one.

        Without Redis it says wait ten seconds: what goes out must never exceed the platform's
        quota.
        """
        try:
            left_ms = self._script([keys.rate(self._name, ref)], [per_minute, _WINDOW_MS])
        except StoreUnavailable:
            return 10.0
        return float(left_ms) / 1000
