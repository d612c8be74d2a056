"""The emulator's shared state: one lock, one cursor, every list bounded."""

from __future__ import annotations

import threading
import time
from collections import deque
from itertools import count

from bot.sandbox.clock import SandboxClock
from bot.sandbox.model import (
    Account,
    ApiCall,
    Attempt,
    Delivery,
    Entry,
    Group,
    Json,
    Outcome,
    Resident,
    Side,
    UrlState,
)
from bot.sandbox.settings import AccountSettings, Mode, SandboxSettings, check_account

GROUP_PREFIX = "group:"
_AVATARS = ("#e07a5f", "#3d7ea6", "#6a994e", "#9c6ade", "#c77d3b", "#2a9d8f", "#b5557d")


class UnknownThingError(LookupError):
    """An account, resident, group or delivery that does not exist."""


class World:
    """Accounts, residents, groups, chats and logs; every method is thread-safe."""

    def __init__(self, settings: SandboxSettings, clock: SandboxClock) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.closing = threading.Event()
        self._settings = settings
        self._clock = clock
        self._seq = 0
        self.generation = f"{int(clock.wall() * 1000):x}-0"
        self._numbers = count(1)
        self._msg_ids = count(int(clock.wall() * 1_000_000) * 10)
        self.accounts = {a.slug: Account.from_settings(a) for a in settings.accounts}
        self.groups = {
            robot.group: Group(
                slug=robot.group,
                title=robot.group_title,
                robot=robot.name,
                key=robot.key,
                members=robot.members,
            )
            for robot in settings.robots
        }
        self.residents: dict[str, Resident] = {}
        self._entries: dict[str, deque[Entry]] = {}
        self._deliveries: deque[Delivery] = deque(maxlen=settings.log_size)
        self._calls: deque[ApiCall] = deque(maxlen=settings.log_size)
        for seed in settings.residents:
            self.add_resident(
                seed.name,
                account=seed.account,
                openid=seed.openid,
                colour=seed.colour,
                followed=seed.followed,
            )

    # -- people ------------------------------------------------------------------------------

    def account(self, slug: str) -> Account:
        """The account with a slug."""
        with self.lock:
            if slug not in self.accounts:
                raise UnknownThingError(f"没有公众号 {slug}")
            return self.accounts[slug]

    def account_by_app_id(self, app_id: str) -> Account | None:
        """The account with an app id, if any."""
        with self.lock:
            return next((a for a in self.accounts.values() if a.app_id == app_id), None)

    def resident(self, openid: str) -> Resident:
        """The resident with an openid."""
        with self.lock:
            if openid not in self.residents:
                raise UnknownThingError(f"没有居民 {openid}")
            return self.residents[openid]

    def add_resident(
        self,
        name: str,
        *,
        account: str = "default",
        openid: str | None = None,
        colour: str | None = None,
        followed: bool = True,
    ) -> Resident:
        """Add a resident; a known openid is returned unchanged.

        Raises:
            ValueError: when the emulator is full.
            UnknownThingError: for an unknown account.
        """
        with self.lock:
            self.account(account)
            number = len(self.residents) + 1
            openid = openid or f"oSbx{self._settings.port:05d}{number:019d}"
            if openid in self.residents:
                return self.residents[openid]
            if number > self._settings.max_residents:
                raise ValueError("居民太多了")
            resident = Resident(
                openid=openid,
                name=name,
                account=account,
                colour=colour or _AVATARS[number % len(_AVATARS)],
                followed=followed,
                subscribed_at=self._clock.time() if followed else 0.0,
            )
            self.residents[openid] = resident
            self.touch()
            return resident

    def group(self, slug: str) -> Group:
        """The group chat with a slug."""
        with self.lock:
            if slug not in self.groups:
                raise UnknownThingError(f"没有群 {slug}")
            return self.groups[slug]

    def add_account(self, settings: AccountSettings) -> Account:
        """Register one more Official Account.

        Raises:
            ValueError: when it is not acceptable, or its slug, app id or gh id is taken.
        """
        check_account(settings)
        with self.lock:
            for known in self.accounts.values():
                if settings.slug == known.slug or settings.app_id == known.app_id:
                    raise ValueError("slug 或 AppID 已被占用")
                if settings.gh_id == known.gh_id:
                    raise ValueError("原始 ID 已被占用")
            account = Account.from_settings(settings)
            self.accounts[settings.slug] = account
            self.touch()
            return account

    def configure(self, slug: str, changes: Json) -> Account:
        """Change an account as its owner would in the console; a new key keeps the old one.

        Raises:
            ValueError: for values the console refuses.
        """
        with self.lock:
            account = self.account(slug)
            callback = str(changes.get("callback_url", account.callback_url))
            aes_key = str(changes.get("aes_key", account.aes_key))
            check_account(
                AccountSettings(
                    slug=slug, token=account.token, aes_key=aes_key, callback_url=callback
                )
            )
            mode = Mode(str(changes.get("mode", account.mode.value)))
            if aes_key != account.aes_key:
                account.previous_aes_key, account.aes_key = account.aes_key, aes_key
            account.mode, account.callback_url = mode, callback
            account.title = str(changes.get("title", account.title))
            account.url_state = UrlState.UNKNOWN
            self.touch()
            return account

    # -- chats -------------------------------------------------------------------------------

    def add_entry(
        self,
        chat: str,
        side: Side,
        kind: str,
        content: Json,
        *,
        via: str = "",
        delivery: int | None = None,
    ) -> Entry:
        """Append a line to a chat and wake those who wait for it."""
        with self.lock:
            self._seq += 1
            entry = Entry(
                seq=self._seq,
                at=self._clock.time(),
                chat=chat,
                side=side,
                kind=kind,
                content=content,
                via=via,
                delivery=delivery,
            )
            log = self._entries.setdefault(chat, deque(maxlen=self._settings.history))
            log.append(entry)
            self.lock.notify_all()
            return entry

    def entries(self, chat: str | None = None, *, since: int = 0) -> list[Entry]:
        """Lines after a cursor, of one chat or of all, oldest first."""
        with self.lock:
            logs = self._entries.values() if chat is None else [self._entries.get(chat, deque())]
            found = [entry for log in logs for entry in log if entry.seq > since]
            return sorted(found, key=lambda entry: entry.seq)

    @property
    def cursor(self) -> int:
        """The number of the latest change."""
        with self.lock:
            return self._seq

    def touch(self) -> None:
        """Tell those who wait that something other than a chat line changed."""
        with self.lock:
            self._seq += 1
            self.lock.notify_all()

    def wait_change(self, since: int, timeout_s: float, *, chat: str | None = None) -> None:
        """Wait for a change after a cursor (of one chat, or of anything)."""
        until = time.monotonic() + timeout_s

        def changed() -> bool:
            if chat is not None:
                return bool(self.entries(chat, since=since))
            return self._seq > since

        with self.lock:
            while not changed() and not self.closing.is_set():
                left = until - time.monotonic()
                if left <= 0:
                    return
                self.lock.wait(left)

    def clear(self) -> None:
        """Forget chats and logs, keep people and accounts."""
        with self.lock:
            self._entries.clear()
            self._deliveries.clear()
            self._calls.clear()
            boot, times = self.generation.split("-")
            self.generation = f"{boot}-{int(times) + 1}"
            self.touch()

    def close(self) -> None:
        """Wake everybody; the emulator is stopping."""
        self.closing.set()
        with self.lock:
            self.lock.notify_all()

    # -- logs --------------------------------------------------------------------------------

    def next_msg_id(self) -> str:
        """A fresh 64-bit message id, unique across restarts."""
        return str(next(self._msg_ids))

    def open_delivery(
        self, *, account: str, openid: str, kind: str, msg_id: str, xml: str
    ) -> Delivery:
        """Start the record of one push."""
        with self.lock:
            delivery = Delivery(
                number=next(self._numbers),
                account=account,
                openid=openid,
                kind=kind,
                msg_id=msg_id,
                at=self._clock.time(),
                xml=xml,
            )
            self._deliveries.append(delivery)
            self.touch()
            return delivery

    def record_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Add one attempt to a push."""
        with self.lock:
            delivery.attempts.append(attempt)
            self.touch()

    def settle(self, delivery: Delivery, outcome: Outcome, reply: Json | None) -> None:
        """Write down how a push ended."""
        with self.lock:
            delivery.outcome = outcome
            delivery.reply = reply
            self.touch()

    def delivery(self, number: int, *, wait_s: float = 0.0) -> Delivery:
        """One push, waited for until it is settled or the time is up."""
        with self.lock:
            found = next((d for d in self._deliveries if d.number == number), None)
        if found is None:
            raise UnknownThingError(f"没有推送 {number}")
        self.wait_settled(found, wait_s)
        return found

    def wait_settled(self, delivery: Delivery, wait_s: float) -> None:
        """Wait until a push has ended or the time is up."""
        until = time.monotonic() + wait_s
        with self.lock:
            while delivery.outcome is Outcome.PENDING and not self.closing.is_set():
                left = until - time.monotonic()
                if left <= 0:
                    return
                self.lock.wait(left)

    def deliveries(self, *, openid: str | None = None, limit: int = 100) -> list[Json]:
        """The latest pushes, newest last."""
        with self.lock:
            found = [d for d in self._deliveries if openid is None or d.openid == openid]
            return [delivery.as_json() for delivery in found[-limit:]]

    def record_call(self, *, path: str, errcode: int, rid: str, account: str, note: str) -> None:
        """Write down one API request of the bot."""
        with self.lock:
            self._seq += 1
            call = ApiCall(
                seq=self._seq,
                at=self._clock.time(),
                path=path,
                errcode=errcode,
                rid=rid,
                account=account,
                note=note,
            )
            self._calls.append(call)
            self.lock.notify_all()

    def calls(self, *, since: int = 0, limit: int = 200) -> list[Json]:
        """The latest API requests, newest last."""
        with self.lock:
            return [call.as_json() for call in self._calls if call.seq > since][-limit:]
