"""Real processes for tests: started, watched, found and ended by their ids."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.config import package_root

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float, what: str) -> T:
    """Wait until a condition is true and return it; fail with words after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def _stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/<pid>/stat`` after the name: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def descendants(pid: int) -> list[int]:
    """Return the ids of a process's children, their children and so on."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
            except OSError:
                continue
    found, layer = [], [pid]
    while layer:
        layer = [child for child, parent in parents.items() if parent in layer]
        found += layer
    return found


def arguments(pid: int) -> str:
    """Return a process's command line, "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def end(pids: Sequence[int], number: int = signal.SIGKILL) -> None:
    """Signal processes; those that are gone do not matter."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def serving(port: int) -> dict[int, int]:
    """Return, by the client's port, the inode of each open connection to a loopback server."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            found[int(fields[2].rpartition(":")[2], 16)] = int(fields[9])
    return found


def holder(pids: Sequence[int], inode: int) -> int | None:
    """Return which process has a socket open."""
    for pid in pids:
        try:
            names = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        if f"socket:[{inode}]" in names:
            return pid
    return None


@dataclass
class Running:
    """A process of the product, with what it prints in a file."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def stop(self, *, seconds: float = 15.0) -> float:
        """Ask it to stop; return how long it took."""
        started = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=seconds)
        return time.monotonic() - started


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], output: Path) -> Iterator[Running]:
    """Run ``python -m bot <command>``; whatever it leaves behind is killed by id."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            cwd=package_root(),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    family: list[int] = []
    try:
        yield Running(process, output)
    finally:
        family = descendants(process.pid)
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)
        end([pid for pid in family if alive(pid)])


def plain_environ(**values: str) -> dict[str, str]:
    """Return an environment without settings of whoever runs the tests.

    Only the phrase model is shared: learning it anew takes most of a minute.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BOT_") or name == "BOT_MODELS_DIR"
    }
    kept.pop("PORT", None)
    return {**kept, "PYTHONUNBUFFERED": "1", **values}
