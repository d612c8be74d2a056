"""Five hundred different messages over five communities, through the webhook.

First every message goes to every community once, each reply checked; the server has only just
started, so whatever a worker loads at its first message shows here. Then messages are offered at
a fixed rate whatever the server does, and latency counts from the moment a message was due. Web
and worker run as they would in service: what a turn leaves behind is written at the same time.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.config import package_root
from tests.bench import proc, servers, texts
from tests.bench.compare import decisions
from tests.bench.load import Generator, Report, judge
from tests.bench.wire import Identity, Letter, check_reply, letter

COMMUNITIES = ("fengxin", "nanshawan", "beidajie", "jiafu", "anlong")
#: Messages a second that are offered.
RATE = 200
#: Seconds of the offered load.
SECONDS = 30.0
#: Connections: more than any sane number of messages in hand, so that none waits for one.
_CONNECTIONS = 256
_FIRST_CONNECTIONS = 16
_FIRST_LIMIT_S = 120.0
_RESIDENTS = 1_500


def main(*, quick: bool) -> int:
    """Run both parts and print them; 1 when a reply was malformed, missing or over 4.5 s."""
    python = servers.bench_python()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nuanlin-hot-"))
        ours = servers.Ours(Path(folder) / "ours", servers.free_port())
        stack.callback(ours.close)
        ours.prepare()
        accounts = [ours.add_account(slug, slug) for slug in COMMUNITIES]
        server = ours.start(python)
        stack.callback(server.stop)
        server.wait_ready()
        worker = ours.start(python, "worker")
        stack.callback(worker.stop)
        first = _every_message(server.port, accounts, limit=500 if quick else None)
        seconds = 5.0 if quick else SECONDS
        steady, cpu_us = _offered(server, accounts, seconds=seconds)
        figures = decisions(server.port)
    _show("every message to every community, once", first)
    _show(f"{RATE} messages/s offered for {seconds:.0f} s", steady)
    print(f"  CPU {cpu_us:.0f} us a message; our decisions: {figures}")
    found = {"first": asdict(first), "offered": asdict(steady), "cpu_us": cpu_us} | {
        "rate": RATE,
        "seconds": seconds,
        "decisions": figures,
    }
    file = package_root() / "var" / "bench" / "hot500.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(any(part.errors or part.malformed or part.over_4500 for part in (first, steady)))


def _letters(accounts: Sequence[Identity], pairs: Sequence[tuple[int, str]]) -> list[Letter]:
    """Build letters from account places and texts; each resident keeps to one community."""
    now_s = int(time.time())
    return [
        letter(
            accounts[place],
            text,
            openid=f"oHot{place}{number % _RESIDENTS:023d}",
            number=number + place * 1_000_000 + now_s * 10,
            now_s=now_s,
        )
        for number, (place, text) in enumerate(pairs)
    ]


def _every_message(port: int, accounts: Sequence[Identity], *, limit: int | None) -> Report:
    """Send all messages to all communities, a few at a time."""
    pairs = [
        (place, text) for text in texts.messages() for place in range(len(accounts))
    ][:limit]  # fmt: skip
    generator = Generator(port, _FIRST_CONNECTIONS)
    return judge(generator.closed(_letters(accounts, pairs), seconds=_FIRST_LIMIT_S), check_reply)


def _offered(
    server: servers.Server, accounts: Sequence[Identity], *, seconds: float
) -> tuple[Report, float]:
    """Offer messages at the fixed rate; return figures and server CPU microseconds a message."""
    count = int(RATE * seconds)
    pairs = [(number % len(accounts), texts.fresh(10_000 + number)) for number in range(count)]
    letters = _letters(accounts, pairs)
    pids = proc.tree(server.pid)
    before = proc.cpu_s(pids)
    run = Generator(server.port, _CONNECTIONS).offered(letters, rate=RATE, seconds=seconds + 1)
    used = proc.cpu_s(pids) - before
    return judge(run, check_reply), used * 1e6 / max(1, len(run.outcomes))


def _show(title: str, report: Report) -> None:
    problems: dict[str, Any] = dict(Counter(report.problems))
    print(
        f"\n{title}\n  {report.completed} answered at {report.rate:.0f}/s; "
        f"p50 {report.p50:.1f} ms, p90 {report.p90:.1f}, p99 {report.p99:.1f}, "
        f"max {report.max:.0f}; waited to be sent p99 {report.waited_p99:.1f} ms\n"
        f"  errors {report.errors}, malformed {report.malformed}, silent {report.quiet}, "
        f"over 4.5 s {report.over_4500} {problems or ''}"
    )
