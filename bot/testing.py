"""Doubles and rigs for tests, shipped with the product: a clock to set, a house to talk to.

Records and Redis are the real ones, in a folder of the test's own (DESIGN.md §1.5). A ``Rig`` is a
house without a network; a ``Stage`` is one behind its real webhook, with the platform emulator in
front of it and phones to type on.
"""

import base64
import itertools
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.fernet import Fernet
from flask import Flask
from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.bootstrap import House
from bot.broadcast.delivery import deliver
from bot.commands.emulator import sandbox_settings
from bot.config import Settings, load, models_dir, package_root
from bot.domain.clock import SystemClock
from bot.domain.messages import Inbound, Kind
from bot.domain.residents import resident_ref
from bot.domain.sessions import Session
from bot.domain.sessions import load as load_session
from bot.pipeline.turn import Request
from bot.records import outbox
from bot.sandbox import SandboxClock, SandboxSettings, create_sandbox
from bot.sandbox.platform import EXTENSION, Platform
from bot.state import keys
from bot.state.embedded import EmbeddedRedis
from bot.worker.process import write_turns

#: A Tuesday evening; every test starts here unless it says otherwise.
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

#: Seconds a phone waits for a push to be settled: three deliveries of five seconds and some.
PATIENCE_S = 20.0
#: Longest wait of a rig for one HTTP answer of the emulator, in seconds.
CALL_TIMEOUT_S = 40.0
#: The smallest PNG, for a resident who sends a picture.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

__all__ = [
    "START",
    "FakeClock",
    "Heard",
    "Phone",
    "Rig",
    "ShiftedClock",
    "Stage",
    "free_port",
    "make_inbound",
    "make_settings",
    "redis_server",
    "rig",
    "serving",
    "stage",
]


@dataclass
class FakeClock:
    """A clock that moves when told; monotonic seconds move with it.

    Attributes:
        moment: what it shows.
    """

    moment: datetime = START
    ticks: float = 1000.0

    def now(self) -> datetime:
        """Return the moment shown."""
        return self.moment

    def monotonic(self) -> float:
        """Return seconds since some start."""
        return self.ticks

    def advance(self, step: timedelta) -> None:
        """Move on by ``step``."""
        self.moment += step
        self.ticks += step.total_seconds()


class ShiftedClock:
    """A clock that runs, from another moment on; for rigs with threads and deadlines.

    Args:
        start: what it shows first.
    """

    def __init__(self, start: datetime = START):
        self._system = SystemClock()
        self._shift = start - self._system.now()

    def now(self) -> datetime:
        """Return the moment shown."""
        return self._system.now() + self._shift

    def monotonic(self) -> float:
        """Return the machine's own seconds."""
        return self._system.monotonic()


_serial = itertools.count(1)


def make_inbound(text: str = "", **fields: object) -> Inbound:
    """Return a text message from a resident; any field may be overridden."""
    number = next(_serial)
    plain = Inbound(
        account="default",
        sender="oTestResident00000000000001",
        recipient="gh_test",
        kind=Kind.TEXT,
        key=f"{number:032x}",
        created=int(START.timestamp()),
        text=text,
    )
    return replace(plain, **fields)  # type: ignore[arg-type] # tests name real fields


def make_settings(folder: Path, **environ: str) -> Settings:
    """Return settings of a throw-away deployment under ``folder``."""
    return load(
        {
            "BOT_DATA_DIR": str(folder),
            "BOT_SECRET_KEY": "test-secret-key-test-secret-key",
            "BOT_DATA_KEYS": Fernet.generate_key().decode(),
            "BOT_WECHAT_TOKEN": "testtoken",
            "BOT_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "BOT_WECHAT_APP_SECRET": "0" * 32,
            "BOT_LOG_LEVEL": "ERROR",
            "BOT_SANDBOX": "1",
            "BOT_MODELS_DIR": str(models_dir(data_dir=package_root() / "var")),
            **environ,
        }
    )


@contextmanager
def redis_server(folder: Path) -> Iterator[Path]:
    """Run a Redis of the test's own; give its socket."""
    socket = folder / "redis.sock"
    server = EmbeddedRedis(folder, socket)
    server.start()
    try:
        yield socket
    finally:
        server.stop()


@dataclass
class Rig:
    """A whole house without a network: talk to it as a resident.

    Attributes:
        house: the parts.
        clock: its time.
        community: who answers.
        sender: openid of the resident who talks.
    """

    house: House
    clock: FakeClock
    community: str = "demo"
    sender: str = "oTestResident00000000000001"
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Return the resident's reference."""
        return resident_ref(self.house.pseudonym_key, "default", self.sender)

    def say(self, text: str = "", **fields: object) -> str:
        """Send one message through the whole pipeline; return what the resident reads."""
        inbound = make_inbound(text, **{"sender": self.sender, **fields})
        return self.deliver(inbound)

    def deliver(self, inbound: Inbound) -> str:
        """Deliver a message, for example for the second time."""
        request = Request(
            inbound=inbound,
            ref=resident_ref(self.house.pseudonym_key, inbound.account, inbound.sender),
            community=self.community,
            render=self.house.speech.text,
            arrived=self.clock.monotonic(),
        )
        reply = self.house.runner.run(request)
        self.said.append((inbound.text, reply))
        return reply


@contextmanager
def rig(folder: Path, *, community: str = "demo", **environ: str) -> Iterator[Rig]:
    """Build a migrated house on its own SQLite and Redis, and tear it down."""
    with redis_server(folder):
        clock = FakeClock()
        house = House(make_settings(folder, **environ), clock)
        house.migrate()
        try:
            yield Rig(house=house, clock=clock, community=community)
        finally:
            house.close()


def free_port() -> int:
    """Return a loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Silent(WSGIRequestHandler):
    """Prints no request line: query strings hold signatures."""

    protocol_version = "HTTP/1.1"

    @override
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve an application with threads on the loopback; give its base URL."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
    server.daemon_threads = True  # type: ignore[attr-defined] # the threaded class has it
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5.0)
        server.server_close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one push.

    Attributes:
        outcome: the emulator's verdict: ``replied``, ``quiet``, ``fault``, ``timeout`` …
        text: what the resident reads, "" for nothing.
        problems: what the emulator's strict check found in the answers.
        attempts: the deliveries as the emulator logged them.
        id: number of the push in the emulator's log.
    """

    outcome: str
    text: str = ""
    problems: tuple[str, ...] = ()
    attempts: tuple[dict[str, Any], ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A resident's phone at an emulator, in this process or in another.

    Attributes:
        sandbox: base URL of the emulator.
        openid: who holds the phone.
    """

    sandbox: str
    openid: str = "oSbxResident000000000000001"

    def call(self, verb: str, path: str, body: object = None) -> Any:
        """Call the emulator's control API; return its JSON.

        Raises:
            OSError: the emulator does not answer.
            ValueError: it refuses; the text says why.
        """
        where = urlsplit(self.sandbox)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=CALL_TIMEOUT_S)
        try:
            raw = None if verb == "GET" else json.dumps(body or {}).encode()
            headers = {"Content-Type": "application/json"} if raw is not None else {}
            connection.request(verb, f"/sandbox/api{path}", body=raw, headers=headers)
            answer = connection.getresponse()
            found = json.loads(answer.read() or b"null")
        finally:
            connection.close()
        if answer.status >= 400:
            raise ValueError(f"{verb} {path}: HTTP {answer.status}: {found}")
        return found

    def join(self, name: str, *, followed: bool = True, account: str = "default") -> None:
        """Make the resident known to the emulator."""
        wanted = {"name": name, "openid": self.openid, "followed": followed, "account": account}
        self.call("POST", "/residents", wanted)

    def act(self, action: str, *, wait_s: float = PATIENCE_S, **body: object) -> Heard:
        """Do something with the phone and wait until the push is settled."""
        path = f"/residents/{quote(self.openid)}/{action}"
        found = self.call("POST", path, {"wait_s": wait_s, **body})
        return _heard(found["delivery"])

    def say(self, text: str) -> Heard:
        """Send a text."""
        return self.act("say", text=text)

    def arm(self, **switches: object) -> None:
        """Set the emulator's chaos switches."""
        self.call("PUT", "/chaos", switches)

    def armed(self, switch: str) -> int:
        """Tell how often a chaos switch will still act; -1 for always."""
        found = self.call("GET", "/chaos")["switches"]
        return next(int(each["times"]) for each in found if each["name"] == switch)

    def delivery(self, number: int) -> Heard:
        """Read a push again, for attempts made after it was settled."""
        return _heard(self.call("GET", f"/deliveries/{number}"))

    def bubbles(self, chat: str = "") -> list[str]:
        """Return the texts in a chat that are not the resident's own; ``group:…`` for a group."""
        kind, _, slug = chat.partition(":")
        path = f"/groups/{slug}" if kind == "group" else f"/residents/{quote(self.openid)}"
        entries = self.call("GET", f"{path}/conversation")["entries"]
        said = [entry for entry in entries if entry["side"] in {"account", "robot"}]
        return [str(entry["content"].get("text", "")) for entry in said]


def _heard(delivery: dict[str, Any] | None) -> Heard:
    if delivery is None:
        return Heard(outcome="nothing")
    attempts = tuple(delivery["attempts"])
    return Heard(
        outcome=str(delivery["outcome"]),
        text=str((delivery["reply"] or {}).get("text", "")),
        problems=tuple(problem for attempt in attempts for problem in attempt["problems"]),
        attempts=attempts,
        id=int(delivery["id"]),
    )


@dataclass
class Stage:
    """A house behind its real webhook, and the emulator in front of it.

    Attributes:
        house: the parts.
        web: base URL of the webhook.
        sandbox: base URL of the emulator.
        emulator: the emulator's own parts, for pushes that no phone makes.
    """

    house: House
    web: str
    sandbox: str
    emulator: Platform

    def phone(
        self, name: str = "居民", *, followed: bool = True, account: str = "default"
    ) -> Phone:
        """Return the phone of a resident nobody has met."""
        phone = Phone(sandbox=self.sandbox, openid=f"oStage{next(_serial):022d}")
        phone.join(name, followed=followed, account=account)
        return phone

    def ref(self, phone: Phone, account: str = "default") -> str:
        """Return a resident's reference."""
        return resident_ref(self.house.pseudonym_key, account, phone.openid)

    def session(self, ref: str) -> Session:
        """Return a resident's conversation as it is stored."""
        found: Any = self.house.state.client.get(keys.session(ref))
        return load_session(found, self.house.db.vault.open)

    def turns(self, after: str = "-") -> list[tuple[str, dict[str, Any]]]:
        """Return the turns logged after a stream id, oldest first, each with its own id."""
        start = after if after == "-" else f"({after}"
        rows: Any = self.house.state.client.xrange(keys.TURNS, min=start, count=1000)
        return [(number.decode(), json.loads(fields[b"d"])) for number, fields in rows]

    def work(self) -> int:
        """Do what the worker does, once: send what is due, write the turn log; return the sends."""
        house = self.house
        due = outbox.due(house.db, house.clock.now())
        for row in due:
            deliver(house.db, house.senders, row, house.clock)
        write_turns(house.db, house.turns, "stage", block_ms=1)
        return len(due)


@contextmanager
def stage(
    folder: Path, *, sandbox: dict[str, Any] | None = None, **environ: str
) -> Iterator[Stage]:
    """Serve a migrated house and an emulator that know each other, in this process.

    Both stand at ``START`` and their time runs.

    Args:
        folder: where records and Redis live.
        sandbox: changes to the emulator's settings.
        environ: changes to the house's settings.
    """
    web_port, sandbox_port = free_port(), free_port()
    address = f"http://127.0.0.1:{sandbox_port}"
    wanted = {
        "BOT_PORT": str(web_port),
        "BOT_WECHAT_API_BASE": address,
        "BOT_WECOM_API_BASE": address,
        "BOT_STAFF_ROBOT_KEY": "5a1e0000-0000-4000-8000-000000000001",
        **environ,
    }
    with redis_server(folder):
        settings = make_settings(folder, **wanted)
        house = House(settings, ShiftedClock())
        house.migrate()
        changes = {"wall_timestamps": False, **(sandbox or {}), "port": sandbox_port}
        chosen: SandboxSettings = replace(sandbox_settings(settings), **changes)
        emulator = create_sandbox(chosen, SandboxClock(START))
        platform: Platform = emulator.extensions[EXTENSION]
        try:
            with serving(house.web_app(), web_port) as web, serving(emulator, sandbox_port) as here:
                yield Stage(house=house, web=web, sandbox=here, emulator=platform)
        finally:
            platform.close()
            house.close()
