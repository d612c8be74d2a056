"""Runs the processes of ``up`` as children, restarts what dies, and stops all of them."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from types import FrameType

from bot.config import Settings, package_root
from bot.domain.errors import ConfigError

PROCESSES = ("web", "sandbox", "worker", "scheduler")
#: These come first: the others would only take their processors while they load.
FIRST = ("web", "sandbox")
#: Seconds a child may take to stop before it is killed.
STOP_S = 10.0
READY_S = 180.0
#: A first start learns from the phrases; after so long a person is told what it waits for.
PATIENCE_S = 6.0
_RESTART_PAUSE_S = 1.0


class Supervisor:
    """Parent of the processes.

    Args:
        environ: environment of the children.
        log_dir: where each child's log goes.
        tend: looks after what else the deployment owns, about once a second; tells whether it had
            to start something again.
        errands: commands run once, beside the others, when web and sandbox are ready; one that
            fails is told and not repeated.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        log_dir: Path,
        tend: Callable[[], bool],
        errands: Sequence[Sequence[str]] = (),
    ):
        self._environ = dict(environ)
        self._log_dir = log_dir
        self._tend = tend
        self._errands = errands
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = Event()

    def run(self, settings: Settings, banner: list[str]) -> int:
        """Start the children, print the banner when they are ready, and watch over them.

        Returns:
            0 after an ordinary stop, 1 when the web process did not come up.
        """
        signal.signal(signal.SIGTERM, self._asked)
        signal.signal(signal.SIGINT, self._asked)
        self._log_dir.mkdir(parents=True, exist_ok=True)
        try:
            for name in FIRST:
                self._start(name)
            if not self._ready(f"http://127.0.0.1:{settings.port}/readyz"):
                print(f"not ready; see the logs in {self._log_dir}", file=sys.stderr)
                return 1
            self._ready(f"http://127.0.0.1:{settings.port + 1}/healthz")
            for name in PROCESSES:
                if name not in FIRST:
                    self._start(name)
            for errand in self._errands:
                self._running[" ".join(errand)] = self._spawn(errand[0], *errand)
            print("\n".join(["", "NuanLin is ready.", *banner, "Ctrl-C stops it."]), flush=True)
            while not self._stop.wait(1.0):
                self._revive()
                self._reap()
                self._look_after()
        finally:
            self._stop_all()
        return 0

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, name: str) -> None:
        self._children[name] = self._spawn(name, name)

    def _spawn(self, log_name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self._log_dir / f"{log_name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "bot", *command],
                cwd=package_root(),
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _revive(self) -> None:
        for name, child in list(self._children.items()):
            if child.poll() is not None and not self._stop.is_set():
                print(f"{name} ended with {child.returncode}; starting it again", file=sys.stderr)
                time.sleep(_RESTART_PAUSE_S)
                self._start(name)

    def _reap(self) -> None:
        """Take note of errands that ended; a failed one is told once and left."""
        for errand, child in list(self._running.items()):
            if child.poll() is None:
                continue
            del self._running[errand]
            if child.returncode:
                print(f"{errand} failed; see the logs in {self._log_dir}", file=sys.stderr)

    def _look_after(self) -> None:
        try:
            again = self._tend()
        except ConfigError as error:
            print(error, file=sys.stderr)
            return
        if again:
            print("redis ended; started it again", file=sys.stderr)

    def _ready(self, url: str) -> bool:
        began = time.monotonic()
        deadline = began + READY_S
        told = False
        while time.monotonic() < deadline and not self._stop.is_set():
            if self._children["web"].poll() is not None:
                return False
            try:
                with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - own loopback
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                pass
            self._stop.wait(0.1)
            if not told and time.monotonic() - began > PATIENCE_S:
                told = True
                print("learning from the phrases; the first start takes up to a minute", flush=True)
        return self._stop.is_set()

    def _stop_all(self) -> None:
        children = [*self._children.values(), *self._running.values()]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_S
        for child in children:
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=2)
