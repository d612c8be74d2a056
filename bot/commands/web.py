"""``web``: the server; its parent loads nothing, each worker builds its own house."""

import argparse
import os
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from bot import logs
from bot.commands.ports import check_port
from bot.config import ONE_THREAD_EACH, load, package_root

#: Threads in each web worker: many wait in Redis or SQL at once, few compute. Fewer take less of
#: the interpreter from each other (docs/scale.md), but four are all waiting when records hang.
WEB_THREADS = 8
#: What a processor needs for the numeric library's AVX-512 kernels; it picks them by itself only
#: on the processors of one maker, and the sentence encoder takes a quarter less time with them.
_WIDE = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})
_WIDE_KERNELS = ("OPENBLAS_CORETYPE", "SKYLAKEX")
_PROCESSORS = Path("/proc/cpuinfo")
#: Connections a web worker may hold waiting.
WEB_BACKLOG = 1024


def web(_arguments: argparse.Namespace) -> int:
    """Serve the webhook until SIGTERM."""
    settings = load()
    logs.configure(level=settings.log_level, style=settings.log_format, process="web")
    address = "127.0.0.1" if settings.sandbox else "0.0.0.0"  # noqa: S104 - production listens
    check_port(address, settings.port)
    for name in ONE_THREAD_EACH:
        os.environ.setdefault(name, "1")
    if has_wide_registers(_PROCESSORS):
        os.environ.setdefault(*_WIDE_KERNELS)
    Granian(
        "bot.wsgi:make_app",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.web_workers,
        blocking_threads=WEB_THREADS,
        backlog=WEB_BACKLOG,
        http1_settings=HTTP1Settings(keep_alive=True, pipeline_flush=False),
        websockets=False,
        log_access=False,
        log_enabled=settings.log_level == "DEBUG",
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=6,
        working_dir=package_root(),
    ).serve()
    return 0


def has_wide_registers(description: Path) -> bool:
    """Tell whether the processors have AVX-512 as the numeric library uses it.

    Args:
        description: what the kernel says of the processors; without it the answer is no.
    """
    try:
        lines = description.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = [frozenset(line.split()) for line in lines if line.startswith("flags")]
    return bool(flags) and all(own >= _WIDE for own in flags)
