"""Web authorization (网页授权): single-use codes and the tokens they buy."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.clock import SandboxClock

T = TypeVar("T")

CODE_LIFETIME_S = 300.0
TOKEN_LIFETIME_S = 7200.0
REFRESH_LIFETIME_S = 30 * 86400.0
REMEMBERED = 2000

BAD_CODE, USED_CODE, OLD_CODE = 40029, 40163, 42003
BAD_REFRESH, OLD_REFRESH = 40030, 42002
BAD_TOKEN, OLD_TOKEN, BAD_OPENID = 40001, 42001, 40003


class OAuthRefusedError(Exception):
    """A code or token the platform refuses with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(slots=True, kw_only=True)
class Grant:
    """One resident's consent for one account."""

    account: str
    openid: str
    scope: str
    snapshot: bool
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0
    used: bool = False


class OAuthCodes:
    """Codes, access tokens and refresh tokens; thread-safe and bounded."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, tuple[Grant, float]] = {}

    def issue(self, *, account: str, openid: str, scope: str, snapshot: bool) -> str:
        """A code for the redirect."""
        code = secrets.token_hex(16)
        grant = Grant(account=account, openid=openid, scope=scope, snapshot=snapshot)
        with self._lock:
            grant.expires_at = self._clock.time() + CODE_LIFETIME_S
            _remember(self._codes, code, grant)
        return code

    def redeem(self, account: str, code: str) -> Grant:
        """Exchange a code, once.

        Raises:
            OAuthRefusedError: 40029 unknown, 40163 used, 42003 too old.
        """
        with self._lock:
            grant = self._codes.get(code)
            if grant is None or grant.account != account:
                raise OAuthRefusedError(BAD_CODE)
            if grant.used:
                raise OAuthRefusedError(USED_CODE)
            if self._clock.time() >= grant.expires_at:
                raise OAuthRefusedError(OLD_CODE)
            grant.used = True
            return self._tokens(grant)

    def refresh(self, account: str, token: str) -> Grant:
        """Renew an access token.

        Raises:
            OAuthRefusedError: 40030 unknown, 42002 too old.
        """
        with self._lock:
            grant, until = self._refresh.get(token, (None, 0.0))
            if grant is None or grant.account != account:
                raise OAuthRefusedError(BAD_REFRESH)
            if self._clock.time() >= until:
                raise OAuthRefusedError(OLD_REFRESH)
            return self._tokens(grant)

    def check(self, token: str, openid: str) -> Grant:
        """The grant behind an access token.

        Raises:
            OAuthRefusedError: 40001 unknown, 42001 too old, 40003 another openid.
        """
        with self._lock:
            grant = self._access.get(token)
            if grant is None:
                raise OAuthRefusedError(BAD_TOKEN)
            if self._clock.time() >= grant.expires_at:
                raise OAuthRefusedError(OLD_TOKEN)
            if grant.openid != openid:
                raise OAuthRefusedError(BAD_OPENID)
            return grant

    def _tokens(self, former: Grant) -> Grant:
        now = self._clock.time()
        grant = Grant(
            account=former.account,
            openid=former.openid,
            scope=former.scope,
            snapshot=former.snapshot,
            access_token=f"OEZ_{secrets.token_urlsafe(80)}",
            refresh_token=former.refresh_token or f"OER_{secrets.token_urlsafe(80)}",
            expires_at=now + TOKEN_LIFETIME_S,
            used=True,
        )
        _remember(self._access, grant.access_token, grant)
        if grant.refresh_token not in self._refresh:
            _remember(self._refresh, grant.refresh_token, (grant, now + REFRESH_LIFETIME_S))
        return grant


def _remember(store: dict[str, T], key: str, value: T) -> None:
    store[key] = value
    while len(store) > REMEMBERED:
        store.pop(next(iter(store)))
