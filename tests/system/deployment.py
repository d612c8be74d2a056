"""Whole deployments: ``python -m bot up`` with its parts, on ports and folders of its own."""

import http.client
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import redis

from bot.bootstrap import House
from bot.config import Settings, load
from bot.domain.residents import resident_ref
from bot.records import alerts, turns
from bot.records.alerts import AlertRecord
from bot.state.embedded import server_binary
from bot.testing import Phone, free_port
from tests.system.machine import Running, arguments, descendants, plain_environ, running, until
from tests.system.wire import Line

#: Ready at the latest; a busy build machine needs its time.
READY_S = 90.0


def free_pair() -> int:
    """Return a free loopback port whose successor is free as well."""
    for _ in range(100):
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port
    raise RuntimeError("no two free ports in a row")


class RedisServer:
    """A Redis reached by URL, with an append-only file, that can be stopped and started again."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it serves."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(server_binary()), "--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--dir", str(self.folder), "--appendonly", "yes", "--save", ""),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        client = redis.Redis(port=self.port, socket_timeout=1)
        until(lambda: _answers(client), seconds=15, what="Redis serves")
        client.close()

    def stop(self) -> None:
        """Stop it; what it took is on disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@dataclass
class Deployment:
    """A running service.

    Attributes:
        environ: what its processes were started with.
        folder: its data folder.
        redis_server: the Redis it reaches by URL, ``None`` for the embedded one.
        up: the supervising process.
    """

    environ: dict[str, str]
    folder: Path
    redis_server: RedisServer | None = None
    up: Running | None = None
    started_s: float = 0.0
    _houses: list[House] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        """Return its settings, generated secrets included."""
        return load({**self.environ, "BOT_SANDBOX": "1"})

    @cached_property
    def house(self) -> House:
        """Return its parts in this process, to look into records and Redis."""
        found = House(self.settings)
        self._houses.append(found)
        return found

    @property
    def line(self) -> Line:
        """Return a line to its webhook."""
        return Line.to(self.settings)

    @property
    def postgres(self) -> bool:
        """Tell whether its records live in PostgreSQL."""
        return not self.settings.embedded_database

    def phone(self, name: str = "居民") -> Phone:
        """Return the phone of a new resident at its emulator."""
        phone = Phone(sandbox=f"http://127.0.0.1:{self.settings.port + 1}", openid=new_openid())
        phone.join(name)
        return phone

    def ref(self, openid: str) -> str:
        """Return a resident's reference."""
        return resident_ref(self.house.pseudonym_key, "default", openid)

    def alerts_of(self, openid: str) -> list[AlertRecord]:
        """Return a resident's open alerts."""
        rows = alerts.list_open(self.house.db, None, limit=10_000)
        return [row for row in rows if row.ref == self.ref(openid)]

    def turns_of(self, openid: str) -> int:
        """Return how many turns of a resident are among the latest in the log."""
        rows = turns.tail(self.house.db, limit=1_000)
        return sum(row.ref == self.ref(openid) for row in rows)

    def children(self, name: str) -> list[int]:
        """Return the ids of a named process and, for ``web``, of its workers after it."""
        assert self.up is not None
        wanted = f"-m bot {name}"
        return sorted(pid for pid in descendants(self.up.pid) if wanted in arguments(pid))

    def web_workers(self) -> list[int]:
        """Return the ids of the web workers, without their parent."""
        return [pid for pid in self.children("web") if not descendants(pid)]

    def redis_pid(self) -> int:
        """Return the id of its Redis."""
        if self.redis_server is not None:
            return self.redis_server.pid
        assert self.up is not None
        found = [pid for pid in descendants(self.up.pid) if "redis-server" in arguments(pid)]
        return found[0]

    def status(self, path: str) -> int:
        """Return the HTTP status of a GET at its web process, 0 when it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def ready(self) -> bool:
        """Tell whether everything answers."""
        return self.status("/readyz") == 200

    def close(self) -> None:
        """Close what the test looked with."""
        for house in self._houses:
            house.close()


def new_openid() -> str:
    """Return an openid nobody has."""
    return "o" + secrets.token_hex(14)[:27]


@contextmanager
def deployed(
    folder: Path, redis_server: RedisServer | None = None, **environ: str
) -> Iterator[Deployment]:
    """Start a deployment and wait until it is ready; stop all of it afterwards."""
    port = free_pair()
    values = plain_environ(
        PORT=str(port),
        BOT_PORT=str(port),
        BOT_DATA_DIR=str(folder),
        BOT_WEB_WORKERS="2",
        **environ,
    )
    if redis_server is not None:
        values["BOT_REDIS_URL"] = redis_server.url
    built = Deployment(environ=values, folder=folder, redis_server=redis_server)
    started = time.monotonic()
    with running(["up"], values, folder.parent / f"{folder.name}.out") as up:
        built.up = up
        until(
            lambda: "is ready" in up.printed or up.process.poll() is not None,
            seconds=READY_S,
            what="the deployment is ready",
        )
        assert up.process.poll() is None, up.printed
        built.started_s = time.monotonic() - started
        try:
            yield built
        finally:
            built.close()
