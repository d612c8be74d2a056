"""Where the time of one webhook call goes, in this process, without a server around it.

Two passes over different fresh messages: one with clocks around the stages (each stage's own time,
without the stages inside it), one under ``cProfile`` for the list of functions.
"""

import cProfile
import io
import pstats
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from bot.channel.wechat import callback
from bot.pipeline.converse import Conversation
from bot.state.turns import Turns
from bot.web import webhook
from tests.bench import servers, texts
from tests.bench.wire import Identity, check_reply, letter

_STAGES = (
    "signature+decrypt", "parse", "begin", "crisis", "understand", "move", "handler", "render",
    "finish", "encrypt", "profile from SQL", "the rest",
)  # fmt: skip


class _Clocks:
    """Own time of each stage; what runs in a helper thread counts for its own stages there."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._open = threading.local()

    def around(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``work`` with a clock around it."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            inner = self._open.__dict__.setdefault("stack", [])
            inner.append(0.0)
            start = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                took = time.perf_counter() - start
                self.spent[stage] += took - inner.pop()
                self.calls[stage] += 1
                if inner:
                    inner[-1] += took

        return timed


@contextmanager
def _clocked(ours: servers.Ours, clocks: _Clocks) -> Iterator[None]:
    """Put clocks around the stages."""
    house = ours.house
    targets: tuple[tuple[str, Any, str], ...] = (
        ("signature+decrypt", webhook, "receive"),
        ("parse", callback, "read_xml"),
        ("parse", callback, "parse"),
        ("begin", Turns, "begin"),
        ("finish", Turns, "finish"),
        ("crisis", house.router, "crisis"),
        ("understand", house.router, "understand"),
        ("handler", Conversation, "_act"),
        ("render", house.speech, "text"),
        ("render", webhook, "render_text"),
        ("encrypt", webhook, "wrap"),
        ("profile from SQL", house.ledger, "profile"),
        ("move", Conversation._written.__globals__, "read"),
    )
    with ExitStack() as stack:
        for stage, owner, name in targets:
            if isinstance(owner, dict):
                timed = clocks.around(stage, owner[name])
                stack.enter_context(patch.dict(owner, {name: timed}))
            else:
                timed = clocks.around(stage, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, timed))
        yield


def _calls(identity: Identity, first: int, count: int) -> list[tuple[Any, dict[str, Any]]]:
    """Build requests as WSGI environments, outside any clock; every resident writes twice."""
    found = []
    for number in range(first, first + count):
        sent = letter(
            identity,
            texts.fresh(number),
            openid=f"oProfile{number // 2:020d}",
            number=number,
            now_s=int(time.time()),
        )
        head, _, body = sent.wire.partition(b"\r\n\r\n")
        target = urlsplit(head.split(b" ", 2)[1].decode())
        environ = create_environ(
            path=target.path,
            query_string=target.query,
            method="POST",
            data=body,
            content_type="text/xml",
        )
        found.append((sent, environ))
    return found


def _serve(app: Flask, calls: list[tuple[Any, dict[str, Any]]]) -> list[float]:
    """Make the calls one after the other; return the microseconds of each; check each reply."""
    took = []
    for sent, environ in calls:
        start = time.perf_counter()
        pieces, status, _headers = run_wsgi_app(app, environ)
        body = b"".join(pieces)
        took.append((time.perf_counter() - start) * 1e6)
        if not status.startswith("200"):
            raise RuntimeError(f"the webhook answered {status}")
        check_reply(sent, body)
    return took


def main(*, quick: bool) -> int:
    """Print the stages and the 25 most expensive functions."""
    count = 150 if quick else 1_000
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nuanlin-profile-"))
        ours = servers.Ours(Path(folder) / "ours", servers.free_port())
        stack.callback(ours.close)
        ours.prepare()
        app = ours.house.web_app()
        identity = ours.identity()
        _serve(app, _calls(identity, 0, count // 2))
        bare = _serve(app, _calls(identity, 10_000, count))
        clocks = _Clocks()
        with _clocked(ours, clocks):
            clocked = _serve(app, _calls(identity, 20_000, count))
        profiler = cProfile.Profile()
        calls = _calls(identity, 30_000, count)
        profiler.runcall(_serve, app, calls)
    _show_stages(clocks, clocked, bare)
    _show_functions(profiler, count)
    return 0


def _show_stages(clocks: _Clocks, clocked: list[float], bare: list[float]) -> None:
    count = len(clocked)
    total = sum(clocked) / count
    print(
        f"\none webhook call in this process, {count} fresh messages: mean "
        f"{sum(bare) / count:.0f} us, median {statistics.median(bare):.0f} us "
        f"(with clocks {total:.0f} us)"
    )
    known = sum(clocks.spent.values()) * 1e6 / count
    print(f"  {'stage':<20}{'us a message':>13}{'share':>8}{'calls a message':>17}")
    for stage in _STAGES:
        spent = total - known if stage == "the rest" else clocks.spent[stage] * 1e6 / count
        calls = f"{clocks.calls[stage] / count:.2f}" if stage in clocks.calls else ""
        print(f"  {stage:<20}{spent:>13.0f}{spent / total:>8.1%}{calls:>17}")
    print("  the rest: Flask, Werkzeug, session JSON, figures, threads, the clocks themselves")


def _show_functions(profiler: cProfile.Profile, count: int) -> None:
    out = io.StringIO()
    stats = pstats.Stats(profiler, stream=out)
    stats.strip_dirs().sort_stats("cumulative").print_stats(25)
    print(f"\nunder cProfile, {count} messages, the calling thread only")
    print("\n".join(line for line in out.getvalue().splitlines() if line.strip()))
