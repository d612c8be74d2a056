"""Starts what is measured: our own web process and the peers, all under the same server."""

import dataclasses
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.bootstrap import House
from bot.commands import web as web_command
from bot.config import Settings, generate, load, models_dir, package_root
from bot.records import accounts
from bot.records.accounts import AccountMode, AccountRecord
from bot.state.embedded import EmbeddedRedis
from tests.bench import proc
from tests.bench.wire import Identity

#: Worker processes of every server.
WORKERS = 2
#: What the peers need beside ``requirements.lock``.
PEER_PACKAGES = ("werobot==1.13.1", "cryptography")
_START_S = 90.0
#: Two workers share the port; a dozen answers in a row come from both.
_ANSWERS_IN_A_ROW = 12
_STOP_S = 10.0
_PIP_S = 900


def bench_python() -> Path:
    """Return the interpreter of ``.venv-bench``, made first when missing or out of date."""
    root = package_root()
    folder = root / ".venv-bench"
    python = folder / "bin" / "python"
    lock = root / "requirements.lock"
    mark = folder / "bench.mark"
    wanted = hashlib.sha256(lock.read_bytes() + repr(PEER_PACKAGES).encode()).hexdigest()
    if python.exists() and mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return python
    print("making .venv-bench: requirements.lock and", ", ".join(PEER_PACKAGES), flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, "--require-hashes", "-r", str(lock)],
        [*pip, *PEER_PACKAGES],
    ):
        subprocess.run(command, check=True, timeout=_PIP_S, cwd=root)
    mark.write_text(wanted, encoding="ascii")
    return python


def free_port() -> int:
    """Return a port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One started server process with its descendants.

    Args:
        name: for messages and the log's name.
        command: what to run.
        environ: its environment.
        port: where it will listen.
        folder: its working folder and the place of its log.
        probe: path of its health check; any path of a server without one.
    """

    def __init__(
        self,
        *,
        name: str,
        command: list[str],
        environ: Mapping[str, str],
        port: int,
        folder: Path,
        probe: str = "/",
    ):
        self.name = name
        self._probe = probe
        self.port = port
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=dict(environ), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Return the root of its process tree."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Wait until every worker answers and has stopped computing.

        The socket accepts before the workers have loaded, so a connection proves nothing: a row of
        answers on fresh connections does.

        Raises:
            RuntimeError: it ended or never answered; with the end of its log.
        """
        deadline = time.monotonic() + _START_S
        row = 0
        while row < _ANSWERS_IN_A_ROW:
            if self._process.poll() is not None or time.monotonic() > deadline:
                last = self.log.read_text(encoding="utf-8", errors="replace")[-1_500:]
                raise RuntimeError(f"{self.name} does not start; its last words:\n{last}")
            row = row + 1 if self._answers() else 0
            if not row:
                time.sleep(0.1)
        if not proc.settle(self.pid):
            print(f"warning: {self.name} never became idle after its start", file=sys.stderr)

    def _answers(self) -> bool:
        """Tell whether a new connection is answered at once, other than "not ready" (503)."""
        probe = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            probe.request("GET", self._probe)
            return probe.getresponse().status != 503
        except (OSError, http.client.HTTPException):
            return False
        finally:
            probe.close()

    def stop(self) -> None:
        """Stop it and whatever it left behind, each by its pid."""
        family = proc.tree(self.pid) if self._process.poll() is None else []
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=2)
        for pid in family[1:]:
            _end_orphan(pid)


def _end_orphan(pid: int) -> None:
    """End a worker that outlived its parent."""
    command = Path(f"/proc/{pid}/cmdline")
    try:
        if b"granian" in command.read_bytes() or b"multiprocessing" in command.read_bytes():
            os.kill(pid, signal.SIGKILL)
    except OSError:
        return


class Ours:
    """Our own deployment in a folder: secrets, migrated SQLite, embedded Redis, accounts.

    Args:
        folder: data folder; must be empty.
        port: web port.
    """

    def __init__(self, folder: Path, port: int):
        self._folder = folder
        figures = folder / "metrics"
        figures.mkdir(parents=True)
        generate(folder)
        kept = {name: text for name, text in os.environ.items() if not name.startswith("BOT_")}
        self.environ = kept | {
            "BOT_DATA_DIR": str(folder),
            "BOT_SANDBOX": "1",
            "BOT_PORT": str(port),
            "BOT_WEB_WORKERS": str(WORKERS),
            "BOT_MODELS_DIR": str(models_dir(data_dir=package_root() / "var")),
            "PROMETHEUS_MULTIPROC_DIR": str(figures),
            "PYTHONPATH": str(package_root()),
        }
        self.settings: Settings = load(self.environ)
        self.redis = EmbeddedRedis(folder, self.settings.redis_socket)
        self.house = House(self.settings)

    def prepare(self) -> None:
        """Start Redis, bring the records to the newest schema, learn from the phrases.

        Learning is a step of a release: done here, no worker learns while it is measured.
        """
        self.redis.start()
        self.house.migrate()
        _ = self.house.router

    def identity(self) -> Identity:
        """Return the account ``default``."""
        chosen = self.settings
        return Identity(
            app_id=chosen.app_id, gh_id=chosen.gh_id, token=chosen.token, aes_key=chosen.aes_key
        )

    def add_account(self, slug: str, community: str, *, sealed: bool = True) -> Identity:
        """Put an account into the records and return it as the platform knows it."""
        mode = AccountMode.SECURE if sealed else AccountMode.PLAINTEXT
        number = hashlib.sha256(slug.encode()).hexdigest()
        found = AccountRecord(
            slug=slug,
            gh_id=f"gh_{number[:12]}",
            app_id=f"wx{number[:16]}",
            app_secret=number[:32],
            token=number[16:40],
            aes_key=number[:43],
            mode=mode,
            community=community,
        )
        accounts.put(self.house.db, found, self.house.clock.now())
        return Identity(
            app_id=found.app_id,
            gh_id=found.gh_id,
            token=found.token,
            aes_key=found.aes_key,
            sealed=sealed,
            path=f"/wechat/{slug}",
        )

    def start(self, python: Path, command: str = "web") -> Server:
        """Start one of our processes."""
        return Server(
            name=f"ours-{command}",
            command=[str(python), "-m", "bot", command],
            environ=self.environ,
            port=self.settings.port,
            folder=self._folder,
            probe="/readyz",
        )

    def close(self) -> None:
        """Close the records and stop Redis."""
        self.house.close()
        self.redis.stop()


def granian_settings(ours: Ours) -> dict[str, Any]:
    """Return exactly what our own ``web`` command gives its server, without app and port.

    The command is run with a recorder in the server's place, so a peer cannot drift from it.
    """
    taken: dict[str, Any] = {}

    class Recorder:
        def __init__(self, _target: str, **settings: Any):
            taken.update(settings)

        def serve(self) -> None:
            """Serve nothing."""

    with (
        patch.object(web_command, "Granian", Recorder),
        patch.object(web_command.logs, "configure"),
        patch.dict(os.environ, ours.environ),
    ):
        web_command.web(None)  # type: ignore[arg-type] # the command reads no arguments
    for name in ("port", "working_dir", "address"):
        taken.pop(name, None)
    taken["interface"] = str(getattr(taken["interface"], "value", taken["interface"]))
    taken["http1_settings"] = dataclasses.asdict(taken["http1_settings"])
    return taken


def start_peer(
    name: str, *, python: Path, server: Mapping[str, Any], peer: Mapping[str, Any], folder: Path
) -> Server:
    """Start a peer under the same server with the same settings as ours.

    Args:
        name: of the module and variant, for example ``werobot_bot:sqlite-secure``.
        python: interpreter of ``.venv-bench``.
        server: from :func:`granian_settings`.
        peer: what the peer's own ``make_app`` reads.
        folder: temporary folder for its files.
    """
    port = free_port()
    module = name.partition(":")[0]
    own = folder / name.replace(":", "-")
    own.mkdir(parents=True)
    environ = {key: text for key, text in os.environ.items() if not key.startswith("BOT_")}
    environ |= {
        "PYTHONPATH": str(package_root()),
        "BENCH_PEER": json.dumps(dict(peer), ensure_ascii=False),
        "BENCH_SERVER": json.dumps({**server, "port": port}),
    }
    return Server(
        name=name.replace(":", "-"),
        command=[str(python), "-m", "tests.bench.peers.serve", f"tests.bench.peers.{module}"],
        environ=environ,
        port=port,
        folder=own,
    )
