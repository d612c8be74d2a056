"""CPU of process trees from ``/proc``, so that a figure is the server's own on a busy machine."""

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def _stat(pid: int) -> list[str] | None:
    """Return the fields of a process after its name, ``None`` when it is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """Return a process and all its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children[pid])
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """Return user plus system seconds that processes have used so far."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields:
            total += int(fields[11]) + int(fields[12])
    return total * _TICK_S


def machine_busy_s() -> float:
    """Return seconds that all processors have been busy since boot."""
    line = (_PROC / "stat").read_text(encoding="ascii").splitlines()[0].split()
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line[1:9])
    return (user + nice + system + irq + softirq + steal) * _TICK_S


def settle(root: int, *, limit_s: float = 60.0) -> bool:
    """Wait until a freshly started tree is idle; tell whether it became so in time."""
    deadline = time.monotonic() + limit_s
    calm = 0
    before = cpu_s(tree(root))
    while time.monotonic() < deadline:
        time.sleep(0.25)
        after = cpu_s(tree(root))
        calm = calm + 1 if after - before <= 2 * _TICK_S else 0
        if calm >= 3:
            return True
        before = after
    return False
