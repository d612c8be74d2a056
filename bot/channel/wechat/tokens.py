"""Access tokens: one for the whole fleet, renewed by one, repaired at most once a minute.

The library's own renewal asked 487 times for one bad call and never settled between twenty threads
(WECHAT.md §11.1), so this is our own: ``stable_token`` (§4.1), a shared store with a lock, and a
hard bound on what a storm of refusals can cost.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import requests

from bot import logs
from bot.channel.http import open_session, post_json
from bot.channel.wechat.errors import Endpoint, Platform
from bot.domain.clock import Clock, beijing
from bot.domain.errors import ChannelError, QuotaExhausted, RetryLater, StoreUnavailable

STABLE_TOKEN = Endpoint(
    path="/cgi-bin/stable_token", repeatable=True, platform=Platform.WECHAT_TOKEN
)
#: A token is given up this long before its end; the platform has a new one from 300 s before it and
#: honours both until then (WECHAT.md §4.1), so one renewal a lifetime is enough.
MARGIN_S = 120.0
#: A refused token is looked into once in this time by the whole fleet. Two forced renewals must lie
#: 30 s apart (§4.1); the rest covers the time two slow requests may take.
REPAIR_GAP_S = 60.0
FORCED_PER_DAY = 20
#: After a failed request for a token this process asks no more for a while.
PAUSE_S = 5.0
#: The fleet lock lapses after this; longer than two requests at their timeouts.
LEASE_S = 20.0
LOCK_WAIT_S = 25.0
_WARN_EVERY_S = 60.0
#: The platform reserves 512 characters; far beyond that is no token.
_MAX_TOKEN_CHARS = 4096


class TokenStore(Protocol):
    """Where a fleet keeps its tokens; every method may raise ``StoreUnavailable``."""

    def read(self, app_id: str) -> tuple[str, float] | None:
        """Return the token and the seconds it may still be used, or nothing."""
        ...

    def write(self, app_id: str, value: str, *, usable_s: float) -> None:
        """Keep a token for ``usable_s`` seconds."""
        ...

    def hold(self, app_id: str, *, wait_s: float, lease_s: float) -> AbstractContextManager[bool]:
        """Hold the account's lock; gives False when it was not free within ``wait_s`` seconds."""
        ...

    def take_repair(self, app_id: str, *, gap_s: float) -> float:
        """Take the one repair allowed in ``gap_s`` seconds; return 0, or the seconds to wait."""
        ...

    def take_forced(self, app_id: str, day: date, *, limit: int) -> bool:
        """Take one of the forced renewals of a Beijing ``day``; False when all are used."""
        ...


@dataclass(slots=True)
class _Kept:
    value: str = field(repr=False)
    until: float


class LocalTokenStore:
    """A store for one process: used alone, or while the shared one does not answer."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._held = threading.Lock()
        self._guard = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._repaired: dict[str, float] = {}
        self._forced: dict[str, tuple[date, int]] = {}

    def read(self, app_id: str) -> tuple[str, float] | None:
        """Return the token and the seconds it may still be used, or nothing."""
        with self._guard:
            kept = self._kept.get(app_id)
            left = kept.until - self._clock.monotonic() if kept else 0.0
            return (kept.value, left) if kept and left > 0 else None

    def write(self, app_id: str, value: str, *, usable_s: float) -> None:
        """Keep a token for ``usable_s`` seconds."""
        with self._guard:
            self._kept[app_id] = _Kept(value, self._clock.monotonic() + usable_s)

    @contextmanager
    def hold(self, app_id: str, *, wait_s: float, lease_s: float) -> Iterator[bool]:
        """Hold the lock; a thread of this process cannot die holding it, so no lease runs."""
        del app_id, lease_s
        held = self._held.acquire(timeout=wait_s)
        try:
            yield held
        finally:
            if held:
                self._held.release()

    def take_repair(self, app_id: str, *, gap_s: float) -> float:
        """Take the one repair allowed in ``gap_s`` seconds; return 0, or the seconds to wait."""
        with self._guard:
            now = self._clock.monotonic()
            wait = self._repaired.get(app_id, now - gap_s) + gap_s - now
            if wait > 0:
                return wait
            self._repaired[app_id] = now
            return 0.0

    def take_forced(self, app_id: str, day: date, *, limit: int) -> bool:
        """Take one of the forced renewals of a Beijing ``day``; False when all are used."""
        with self._guard:
            counted, used = self._forced.get(app_id, (day, 0))
            used = used if counted == day else 0
            if used >= limit:
                return False
            self._forced[app_id] = (day, used + 1)
            return True


class TokenProvider:
    """Gives the access token of one account; safe for any number of threads and processes.

    Args:
        app_id: the account.
        secret: its AppSecret.
        api_base: the platform's base address.
        clock: for the day of forced renewals and for this process's own cache.
        store: what the fleet shares; without it each process renews for itself, with a warning.
    """

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        api_base: str,
        clock: Clock,
        store: TokenStore | None = None,
    ):
        self._app_id = app_id
        self._secret = secret
        self._api_base = api_base.rstrip("/")
        self._clock = clock
        self._store = store
        self._local = LocalTokenStore(clock)
        self._session: requests.Session = open_session(api_base)
        self._renewing = threading.Lock()
        self._pause: tuple[float, str, int | None] = (0.0, "", None)
        self._warned = float("-inf")
        if store is None:
            self._warn("none is configured")

    @property
    def app_id(self) -> str:
        """Return the account this is the token of."""
        return self._app_id

    def current(self) -> str:
        """Return a token that is believed good, from memory when there is one.

        Raises:
            ChannelError: the platform gives none; ``RetryLater`` when that may pass.
        """
        return self._known(None) or self._renew(None)

    def replace(self, refused: str) -> str:
        """Return another token than ``refused`` (40001, 40014, 42001), for one repeat of the call.

        The shared one is tried first, then ``stable_token``; only when that insists on the same
        token is a new one forced. The fleet does this once in ``REPAIR_GAP_S`` seconds.

        Raises:
            RetryLater: another repair was made a moment ago, or the platform does not answer.
            QuotaExhausted: the forced renewals of the day are used up.
            ChannelError: the platform refuses.
        """
        return self._known(refused) or self._renew(refused)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _known(self, refused: str | None) -> str | None:
        kept = self._local.read(self._app_id)
        return kept[0] if kept and kept[0] != refused else None

    def _renew(self, refused: str | None) -> str:
        if not self._renewing.acquire(timeout=LOCK_WAIT_S):
            raise RetryLater("the access token is being renewed", after_s=PAUSE_S)
        try:
            known = self._known(refused)
            if known:
                return known
            try:
                return self._renew_in(self._store or self._local, refused)
            except StoreUnavailable:
                self._warn("the shared one does not answer")
                return self._renew_in(self._local, refused)
        finally:
            self._renewing.release()

    def _renew_in(self, store: TokenStore, refused: str | None) -> str:
        shared = self._adopt(store, refused)
        if shared:
            return shared
        self._check_pause()
        with store.hold(self._app_id, wait_s=LOCK_WAIT_S, lease_s=LEASE_S) as held:
            shared = self._adopt(store, refused)
            if shared:
                return shared
            if not held:
                raise RetryLater("the access token is being renewed elsewhere", after_s=PAUSE_S)
            return self._fetch(store, refused)

    def _adopt(self, store: TokenStore, refused: str | None) -> str | None:
        """Take the store's token into memory unless it is the refused one."""
        found = store.read(self._app_id)
        if found is None or found[0] == refused:
            return None
        self._local.write(self._app_id, found[0], usable_s=found[1])
        return found[0]

    def _fetch(self, store: TokenStore, refused: str | None) -> str:
        if refused is None:
            return self._keep(store, *self._ask(force=False))
        wait_s = store.take_repair(self._app_id, gap_s=REPAIR_GAP_S)
        if wait_s > 0:
            raise RetryLater("the access token was renewed and refused again", after_s=wait_s)
        value, usable_s = self._ask(force=False)
        if value == refused:
            today = beijing(self._clock.now()).date()
            if not store.take_forced(self._app_id, today, limit=FORCED_PER_DAY):
                raise QuotaExhausted("the forced token renewals of the day are used up")
            logs.logger().warning("token.forced")
            value, usable_s = self._ask(force=True)
        return self._keep(store, value, usable_s)

    def _keep(self, store: TokenStore, value: str, usable_s: float) -> str:
        self._local.write(self._app_id, value, usable_s=usable_s)
        try:
            store.write(self._app_id, value, usable_s=usable_s)
        except StoreUnavailable:
            self._warn("the shared one does not answer")
        return value

    def _ask(self, *, force: bool) -> tuple[str, float]:
        """Ask the platform once; return the token and the seconds it may be used."""
        started = time.perf_counter()
        try:
            answer = post_json(
                self._session,
                self._api_base,
                STABLE_TOKEN,
                body={
                    "grant_type": "client_credential",
                    "appid": self._app_id,
                    "secret": self._secret,
                    "force_refresh": force,
                },
            )
            value, lifetime_s = _grant(answer.get("access_token"), answer.get("expires_in"))
        except ChannelError as error:
            self._pause = (self._clock.monotonic() + PAUSE_S, str(error), error.code)
            raise
        took_ms = round((time.perf_counter() - started) * 1000)
        logs.logger().info("token.fetched", forced=force, lifetime_s=lifetime_s, ms=took_ms)
        return value, max(lifetime_s - MARGIN_S, lifetime_s / 2)

    def _check_pause(self) -> None:
        until, reason, code = self._pause
        left = until - self._clock.monotonic()
        if reason and left > 0:
            raise RetryLater(f"not asked again so soon; {reason}", after_s=left, code=code)

    def _warn(self, why: str) -> None:
        now = self._clock.monotonic()
        if now - self._warned >= _WARN_EVERY_S:
            self._warned = now
            logs.logger().warning("token.store_missing", why=why)


def _grant(value: object, lifetime_s: object) -> tuple[str, float]:
    """Check what the platform gave; ``expires_in`` may be anything from 300 s up (§4.1)."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TOKEN_CHARS:
        raise RetryLater(f"{STABLE_TOKEN.path}: answer holds no token", after_s=PAUSE_S)
    if not isinstance(lifetime_s, int | float) or lifetime_s <= 0:
        raise RetryLater(f"{STABLE_TOKEN.path}: answer holds no lifetime", after_s=PAUSE_S)
    return value, float(lifetime_s)
