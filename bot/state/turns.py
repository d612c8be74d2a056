"""What one message does in Redis: two scripts, one round trip each.

``begin`` claims the message, takes the resident's lock, counts the flood and loads the session;
``finish`` stores the reply for re-deliveries, saves the session, frees the lock and logs the turn.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import redis

from bot.state import keys
from bot.state.connection import Script, State

#: A claim or a lock of a dead worker lapses after this, before the platform's next try at 5 s.
CLAIM_MS = 4_600
#: A stored reply answers re-deliveries this long; the platform retries within seconds.
REPLY_MS = 300_000
SESSION_S = 7 * 24 * 3600
#: A session that holds a message the bot asked back about lives no longer than its topic.
ASKED_S = 1800
FLOOD_WINDOW_MS = 60_000
#: The mark of an erasure outlives the turn that asked for it, so that this turn saves no session.
ERASED_S = 60
_ERASED = "X"
#: Turn records waiting for SQL; older ones are given up first when the worker is away for long.
MAX_TURNS = 200_000

_BEGIN = """
local seen = redis.call('GET', KEYS[1])
if seen then
  local mark = string.sub(seen, 1, 1)
  if mark == 'R' then return {'answered', string.sub(seen, 2)} end
  return {'working'}
end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'busy'} end
redis.call('SET', KEYS[1], 'C' .. ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local count = redis.call('INCR', KEYS[3])
if count == 1 then redis.call('PEXPIRE', KEYS[3], ARGV[3]) end
local kept = redis.call('GET', KEYS[4]) or ''
if kept == 'X' then
  kept = ''
  redis.call('DEL', KEYS[4])
end
return {'fresh', kept, count}
"""

_FINISH = """
local seen = redis.call('GET', KEYS[1])
if seen and string.sub(seen, 1, 1) == 'R' then return string.sub(seen, 2) end
if seen and seen ~= 'C' .. ARGV[1] then return false end
redis.call('SET', KEYS[1], 'R' .. ARGV[2], 'PX', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
if redis.call('GET', KEYS[3]) == 'X' then redis.call('DEL', KEYS[3])
elseif ARGV[4] ~= '' then redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5]) end
if ARGV[6] ~= '' then redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[7], '*', 'd', ARGV[6]) end
return ARGV[2]
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == 'C' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
"""


class Standing(StrEnum):
    """How a delivery stands when it arrives."""

    FRESH = "fresh"
    WORKING = "working"
    BUSY = "busy"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Outcome of ``begin``.

    Attributes:
        standing: fresh (ours), working (another delivery of it is in hand), busy (another message
            of
            the resident is in hand), answered.
        owner: our claim, to be given to ``finish``.
        reply: the stored reply, when answered.
        session: the session as stored, when fresh.
        count: messages of this resident in the running minute, when fresh.
    """

    standing: Standing
    owner: str = ""
    reply: str = ""
    session: bytes = b""
    count: int = 0


class Turns:
    """The once-lock-session store."""

    def __init__(self, state: State):
        self._begin = Script(state, "begin", _BEGIN)
        self._finish = Script(state, "finish", _FINISH)
        self._release = Script(state, "release", _RELEASE)
        self._state = state

    def begin(self, message_key: str, ref: str) -> Beginning:
        """Claim a message.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        owner = secrets.token_hex(8)
        answer = self._begin(
            [keys.once(message_key), keys.lock(ref), keys.flood(ref), keys.session(ref)],
            [owner, CLAIM_MS, FLOOD_WINDOW_MS],
        )
        standing = Standing(answer[0].decode())
        if standing is Standing.FRESH:
            return Beginning(
                standing=standing, owner=owner, session=answer[1], count=int(answer[2])
            )
        reply = answer[1].decode() if standing is Standing.ANSWERED else ""
        return Beginning(standing=standing, reply=reply)

    def finish(
        self,
        message_key: str,
        ref: str,
        owner: str,
        *,
        reply: str,
        session: str,
        turn: str,
        life_s: int = SESSION_S,
    ) -> str | None:
        """Store a reply and save the session.

        Args:
            message_key: identity of the message.
            ref: resident reference.
            owner: the claim from ``begin``.
            reply: what re-deliveries get.
            session: new session, "" leaves the stored one.
            turn: JSON record for the turn log, "" writes none.
            life_s: how long the session is kept, seconds.

        Returns:
            the reply to give: ours, or an earlier one; ``None`` when another worker has taken over
            and is not done.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        answer = self._finish(
            [keys.once(message_key), keys.lock(ref), keys.session(ref), keys.TURNS],
            [owner, reply, REPLY_MS, session, life_s, turn, MAX_TURNS],
        )
        return answer.decode() if answer else None

    def release(self, message_key: str, ref: str, owner: str) -> None:
        """Give a claim back unfinished, so that the next delivery starts afresh.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        self._release([keys.once(message_key), keys.lock(ref)], [owner])

    def save(self, ref: str, session: str, *, life_s: int = SESSION_S) -> None:
        """Overwrite a session outside a turn; it is kept for ``life_s`` seconds.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("save") as client:
            client.set(keys.session(ref), session, ex=life_s)

    def forget(self, ref: str) -> None:
        """Erase everything about a resident that lives in Redis.

        A turn in hand keeps its lock, which lapses by itself, and finds the mark when it ends: what
        it remembered from before is not saved again.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("forget") as client:
            client.delete(keys.flood(ref))
            client.set(keys.session(ref), _ERASED, ex=ERASED_S)

    def owe_erasure(self, ref: str) -> None:
        """Remember that a resident's records are still to be erased.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("owe") as client:
            client.sadd(keys.ERASURES, ref)

    def owed_erasures(self, limit: int) -> list[str]:
        """Return residents whose records are still to be erased, at most ``limit``.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("owed") as client:
            found: Any = client.srandmember(keys.ERASURES, limit)
            return sorted(_plain(ref) for ref in found)

    def erased(self, ref: str) -> None:
        """Strike a resident off the list of those still to be erased.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("erased") as client:
            client.srem(keys.ERASURES, ref)

    def take(
        self, group: str, consumer: str, *, count: int, block_ms: int
    ) -> list[tuple[str, str]]:
        """Return unwritten turn records, first those a dead consumer left behind.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with self._state.guarded("take") as client:
            try:
                client.xgroup_create(keys.TURNS, group, id="0", mkstream=True)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise
            claimed: Any = client.xautoclaim(
                keys.TURNS, group, consumer, min_idle_time=60_000, count=count
            )
            rows = list(claimed[1])
            if not rows:
                found: Any = client.xreadgroup(
                    group, consumer, {keys.TURNS: ">"}, count=count, block=block_ms
                )
                rows = found[0][1] if found else []
        return [(_plain(number), _plain(fields[b"d"])) for number, fields in rows if fields]

    def taken(self, group: str, numbers: list[str]) -> None:
        """Mark turn records as written to SQL and drop them.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        if not numbers:
            return
        with self._state.guarded("taken") as client:
            client.xack(keys.TURNS, group, *numbers)
            client.xdel(keys.TURNS, *numbers)


def _plain(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def record(values: Mapping[str, object]) -> str:
    """Return a turn record as compact JSON."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
