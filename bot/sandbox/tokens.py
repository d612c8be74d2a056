"""Access tokens of both families, with the overlap and the error codes of the real ones."""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock

RENEW_BEFORE_S = 300.0
FORCE_PER_DAY = 20
FORCE_GAP_S = 30.0
REMEMBERED = 5000

MISSING, INVALID, MALFORMED, EXPIRED = 41001, 40001, 40014, 42001
DAY_QUOTA, TOO_OFTEN = 45009, 45011
_SHAPE = re.compile(r"\d{2}_[A-Za-z0-9_-]{100,500}")


class TokenRefusedError(Exception):
    """A token, or a request for one, that the platform refuses with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(slots=True)
class _Token:
    value: str = field(repr=False)
    account: str
    expires_at: float
    dies_at: float


class Tokens:
    """Issues and checks access tokens for all accounts; thread-safe."""

    def __init__(
        self, clock: SandboxClock, *, lifetime_s: float, overlap_s: float, daily_limit: int
    ) -> None:
        self._clock = clock
        self._lifetime = lifetime_s
        self._overlap = overlap_s
        self._daily_limit = daily_limit
        self._lock = threading.Lock()
        self._known: dict[str, _Token] = {}
        self._classic: dict[str, _Token] = {}
        self._stable: dict[str, _Token] = {}
        self._issued: dict[tuple[str, str], int] = {}
        self._forced: dict[tuple[str, str], int] = {}
        self._forced_at: dict[str, float] = {}

    def classic(self, account: str) -> tuple[str, int]:
        """`/cgi-bin/token`: always a new one; the former lives on for the overlap.

        Raises:
            TokenRefusedError: 45009 when the day's quota is used up.
        """
        with self._lock:
            now = self._clock.time()
            day = (account, self._clock.day())
            if self._issued.get(day, 0) >= self._daily_limit:
                raise TokenRefusedError(DAY_QUOTA)
            self._issued[day] = self._issued.get(day, 0) + 1
            former = self._classic.get(account)
            if former is not None:
                former.dies_at = min(former.dies_at, now + self._overlap)
            token = self._new(account, now)
            self._classic[account] = token
            return token.value, int(self._lifetime)

    def stable(self, account: str, *, force: bool) -> tuple[str, int]:
        """`/cgi-bin/stable_token`: the same one while it has more than five minutes to live.

        Raises:
            TokenRefusedError: 45009 or 45011 when forced too often.
        """
        with self._lock:
            now = self._clock.time()
            current = self._stable.get(account)
            if force:
                self._count_force(account, now)
                if current is not None:
                    current.dies_at = now
                current = None
            if current is None or current.expires_at - now <= RENEW_BEFORE_S:
                current = self._new(account, now)
                self._stable[account] = current
            return current.value, int(current.expires_at - now)

    def check(self, value: str) -> str:
        """The slug of the account a token speaks for.

        Raises:
            TokenRefusedError: 41001 missing, 40014 malformed, 42001 expired, 40001 superseded.
        """
        if not value:
            raise TokenRefusedError(MISSING)
        if not _SHAPE.fullmatch(value):
            raise TokenRefusedError(MALFORMED)
        with self._lock:
            token = self._known.get(value)
            now = self._clock.time()
            if token is None:
                raise TokenRefusedError(INVALID)
            if now >= token.expires_at:
                raise TokenRefusedError(EXPIRED)
            if now >= token.dies_at:
                raise TokenRefusedError(INVALID)
            return token.account

    def revoke(self, account: str) -> None:
        """Kill every token of an account (its secret was reset, another system took over)."""
        with self._lock:
            for token in self._known.values():
                if token.account == account:
                    token.dies_at = 0.0
            self._classic.pop(account, None)
            self._stable.pop(account, None)

    def _new(self, account: str, now: float) -> _Token:
        value = f"{secrets.randbelow(60) + 40}_{secrets.token_urlsafe(102)}"
        expires = now + self._lifetime
        token = _Token(value, account, expires, expires)
        self._known[value] = token
        while len(self._known) > REMEMBERED:
            self._known.pop(next(iter(self._known)))
        return token

    def _count_force(self, account: str, now: float) -> None:
        day = (account, self._clock.day())
        if self._forced.get(day, 0) >= FORCE_PER_DAY:
            raise TokenRefusedError(DAY_QUOTA)
        last = self._forced_at.get(account)
        if last is not None and 0 <= now - last < FORCE_GAP_S:
            raise TokenRefusedError(TOO_OFTEN)
        self._forced[day] = self._forced.get(day, 0) + 1
        self._forced_at[account] = now
