"""Ours next to the peers: interleaved slices, paired ratios, a table and a JSON file.

Every round gives each subject one slice, so that what else the machine does falls on all alike;
ratios are taken within a round. The generator shares the processors with the servers: the rate of
a very cheap server is as much the generator's. CPU per message does not depend on it.
"""

import json
import os
import platform
import statistics
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import package_root
from bot.state.embedded import EmbeddedRedis
from tests.bench import servers, texts
from tests.bench.slices import Subject
from tests.bench.wire import Check, Identity, check_echo, check_ok, check_reply

#: Phrases of the naive bot.
PHRASES = 2_000
#: Keyword filters of the WeRoBot peers.
KEYWORDS = 50
_OURS, _OURS_REPEATED, _OURS_PLAIN = "ours", "ours, texts repeat", "ours, plaintext"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: slices of each subject.
        slice_s: seconds of a slice.
        connections: keep-alive connections, which is messages in flight.
        warm: messages before the first slice, not measured, in at most ``warm_s`` seconds.
        full: all variants of the peers; else one of each.
    """

    rounds: int = 6
    slice_s: float = 4.0
    connections: int = 32
    warm: int = 1_000
    warm_s: float = 2.0
    full: bool = True


QUICK = Plan(rounds=2, slice_s=1.0, warm=200, warm_s=0.4, full=False)


def run(plan: Plan) -> dict[str, Any]:
    """Start everything, measure, stop everything; return what was found."""
    python = servers.bench_python()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nuanlin-bench-")))
        ours = servers.Ours(folder / "ours", servers.free_port())
        stack.callback(ours.close)
        ours.prepare()
        plain = ours.add_account("plain", ours.settings.community, sealed=False)
        started = _Started(stack=stack, ours=ours, python=python, folder=folder)
        subjects = [*_own(started, plain, full=plan.full), *_peers(started, plan)]
        for subject in subjects:
            subject.server.wait_ready()
        for subject in subjects:
            _warm(subject, plan)
        for number in range(plan.rounds):
            for subject in subjects:
                row = subject.measure(seconds=plan.slice_s, connections=plan.connections)
                print(
                    f"round {number + 1}/{plan.rounds}  {subject.name:<42}"
                    f"{row['rate']:>8.0f}/s {row['cpu_us']:>8.0f} us",
                    flush=True,
                )
        found = _found(subjects, plan)
        found["our_decisions"] = decisions(ours.settings.port)
        found["texts"] |= {"also_phrases": _known_texts(ours)}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Started:
    """Where started things are put so that they are stopped."""

    stack: ExitStack
    ours: servers.Ours
    python: Path
    folder: Path


def _own(started: _Started, plain: Identity, *, full: bool) -> list[Subject]:
    ours = started.ours
    server = ours.start(started.python)
    started.stack.callback(server.stop)
    store = ours.redis.pid or 0
    sealed = ours.identity()
    found = [Subject(_OURS, server, sealed, check_reply, texts.even, store_pid=store)]
    if full:
        # Each starts at a number of its own: a MsgId that comes again would be a re-delivery.
        found += [
            Subject(
                _OURS_REPEATED, server, sealed, check_reply, texts.repeated,
                store_pid=store, number=50_000_000,
            ),
            Subject(_OURS_PLAIN, server, plain, check_reply, texts.odd, store_pid=store),
        ]  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    """A peer in one of its forms.

    Attributes:
        title: in the table.
        name: module and, behind a colon, the variant.
        own: settings that differ from the common ones.
        quick: also measured in a smoke run.
        alone: served by one worker with one thread, where it cannot stand more.
        check: what its replies must be.
    """

    title: str
    name: str
    own: dict[str, Any] = field(default_factory=dict)
    quick: bool = False
    alone: bool = False
    check: Check = check_reply


_ROBOT = "werobot_bot"
_VARIANTS = (
    _Variant(title="flask, says ok", name="flask_ok", quick=True, check=check_ok),
    _Variant(title="our channel and store, no thought", name="floor", quick=True),
    _Variant(title="wechatpy echo", name="wechatpy_echo", quick=True, check=check_echo),
    _Variant(title="werobot fastest", name=f"{_ROBOT}:fast", quick=True),
    _Variant(title="werobot fastest, plaintext", name=f"{_ROBOT}:plain", own={"sealed": False}),
    _Variant(title="werobot as it comes", name=f"{_ROBOT}:sqlite", own={"sessions": True}),
    _Variant(
        title="werobot as it comes, plaintext",
        name=f"{_ROBOT}:sqlite-plain",
        own={"sessions": True, "sealed": False},
    ),
    # Its SQLite session is not safe between threads; so that there is a figure at all:
    _Variant(
        title="werobot as it comes, 1 thread",
        name=f"{_ROBOT}:alone",
        own={"sessions": True},
        alone=True,
    ),
    _Variant(
        title="werobot as it comes, 1 thread, no filters",
        name=f"{_ROBOT}:alone-bare",
        own={"sessions": True, "keywords": []},
        alone=True,
    ),
    _Variant(title="naive bot", name="naive", quick=True),
)


def _peers(started: _Started, plan: Plan) -> list[Subject]:
    """Start the peers, all with the secrets of our own account."""
    sealed = started.ours.identity()
    plain = Identity(
        app_id=sealed.app_id, gh_id=sealed.gh_id, token=sealed.token, aes_key="", sealed=False
    )
    socket = started.folder / "naive.sock"
    store = EmbeddedRedis(started.folder / "naive-redis", socket)
    store.start()
    started.stack.callback(store.stop)
    common: dict[str, Any] = {
        "token": sealed.token,
        "aes_key": sealed.aes_key,
        "app_id": sealed.app_id,
        "redis": str(socket),
        "phrases": str(_phrases(started.ours, started.folder)),
        "keywords": _keywords(started.ours),
        "sessions": False,
        "sealed": True,
    }
    settings = servers.granian_settings(started.ours)
    found = []
    for variant in _VARIANTS:
        if not (plan.full or variant.quick):
            continue
        peer = common | variant.own
        server = servers.start_peer(
            variant.name,
            python=started.python,
            server=settings | ({"workers": 1, "blocking_threads": 1} if variant.alone else {}),
            peer=peer,
            folder=started.folder,
        )
        started.stack.callback(server.stop)
        subject = Subject(
            name=variant.title,
            server=server,
            identity=sealed if peer["sealed"] else plain,
            check=variant.check,
            text=texts.even if peer["sealed"] else texts.odd,
            rival=_OURS if peer["sealed"] else _OURS_PLAIN,
            store_pid=(store.pid or 0) if variant.name in {"naive", "floor"} else 0,
        )
        found.append(subject)
    return found


def _phrases(ours: servers.Ours, folder: Path) -> Path:
    """Write the naive bot's phrases: every n-th of our own, with their intents."""
    book = ours.house.speechbook.phrasebook
    pairs = [(text, intent) for intent, found in book.sets.items() for text in found.texts()]
    step = max(1.0, len(pairs) / PHRASES)
    chosen = [pairs[int(number * step)] for number in range(min(PHRASES, len(pairs)))]
    file = folder / "phrases.json"
    file.write_text(json.dumps(chosen, ensure_ascii=False), encoding="utf-8")
    return file


def _keywords(ours: servers.Ours) -> list[str]:
    return [intent.title for intent in ours.house.registry.intents.values()][:KEYWORDS]


def _known_texts(ours: servers.Ours) -> int:
    """Return how many of the benchmark's messages are phrases that the router learned."""
    book = ours.house.speechbook.phrasebook
    known = {text for found in book.sets.values() for text in found.texts()}
    return len(known.intersection(texts.messages()))


def _warm(subject: Subject, plan: Plan) -> None:
    """Send a few messages so that both workers have loaded what they load lazily."""
    subject.expected = plan.warm / plan.warm_s
    subject.measure(seconds=plan.warm_s, connections=plan.connections)
    problems = subject.rows[-1]["problems"]
    if problems:
        print(f"warning: {subject.name} while warming up: {problems}", flush=True)
    subject.rows.clear()


def decisions(port: int) -> dict[str, int]:
    """Return how our own messages were decided, from the server's figures."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    found: Counter[str] = Counter()
    for line in lines:
        name, _, value = line.rpartition(" ")
        if name.startswith("bot_messages_total{"):
            found[name.partition('decision="')[2].partition('"')[0]] += int(float(value))
        elif name.partition("{")[0] in {
            "bot_late_total",
            "bot_rejected_total",
            "bot_state_down_total",
        }:
            found[name.partition("{")[0]] += int(float(value))
    return dict(found)


def _middle(rows: Sequence[dict[str, Any]], name: str) -> dict[str, float]:
    values = [row[name] for row in rows]
    return {
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }


def _paired(
    above: Sequence[dict[str, Any]], below: Sequence[dict[str, Any]], name: str
) -> dict[str, float] | None:
    """Return the ratios of two subjects round by round, of the rounds where both have a figure."""
    rows = [
        {"ratio": high[name] / low[name]}
        for high, low in zip(above, below, strict=True)
        if high[name] and low[name]
    ]
    return _middle(rows, "ratio") if rows else None


def _found(subjects: Sequence[Subject], plan: Plan) -> dict[str, Any]:
    by_name = {subject.name: subject for subject in subjects}
    table = []
    for subject in subjects:
        rows = subject.rows
        line: dict[str, Any] = {"name": subject.name, "sealed": subject.identity.sealed}
        for name in ("rate", "p50", "p90", "p99", "max", "cpu_us", "store_us", "generator_us"):
            line[name] = _middle(rows, name)
        for name in ("completed", "answered", "errors", "malformed", "quiet", "over_4500"):
            line[name] = sum(row[name] for row in rows)
        line["problems"] = dict(sum((Counter(row["problems"]) for row in rows), Counter()))
        rival = by_name.get(subject.rival)
        if rival is not None:
            line["against"] = rival.name
            line["rate_ratio"] = _paired(rival.rows, rows, "rate")
            line["cpu_ratio"] = _paired(rival.rows, rows, "cpu_us")
        line["slices"] = rows
        table.append(line)
    others = statistics.median(row["others_cores"] for item in subjects for row in item.rows)
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "plan": {name: getattr(plan, name) for name in ("rounds", "slice_s", "connections")},
        "workers": servers.WORKERS,
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "others_cores": others,
        "texts": {"different": len(texts.messages())},
        "subjects": table,
    }


def show(found: dict[str, Any]) -> None:
    """Print the table."""
    plan = found["plan"]
    print(
        f"\n{plan['rounds']} rounds of {plan['slice_s']} s, {plan['connections']} connections, "
        f"{found['workers']} workers each, {found['processors']} processors of which other work "
        f"took {found['others_cores']}; median (min-max); latency at full load"
    )
    print(
        f"{'':<42}{'answers/s':>22}{'p50 ms':>8}{'p99 ms':>8}{'CPU us':>8}{'Redis':>7}"
        f"{'errors':>8}{'silent':>8}{'malformed':>11}   {'ours/peer rate':<24}ours/peer CPU"
    )
    for line in found["subjects"]:
        rate = line["rate"]
        spread = f"{rate['median']:.0f} ({rate['min']:.0f}-{rate['max']:.0f})"
        print(
            f"{line['name']:<42}{spread:>22}{line['p50']['median']:>8.1f}"
            f"{line['p99']['median']:>8.1f}{_whole(line['cpu_us'])}"
            f"{line['store_us']['median']:>7.0f}{line['errors']:>8}{line['quiet']:>8}"
            f"{line['malformed']:>11}   "
            f"{_ratio(line.get('rate_ratio')):<24}{_ratio(line.get('cpu_ratio'))}"
        )
        if line["problems"]:
            print(f"{'':<42}  {line['problems']}")
    print(f"our decisions: {found['our_decisions']}")
    print(
        f"different texts: {found['texts']['different']}, of which the router learned "
        f"{found['texts']['also_phrases']}; all but 'texts repeat' vary them without end"
    )


def _whole(value: dict[str, float]) -> str:
    """Return a median; a dash where no slice had a figure."""
    return f"{value['median']:>8.0f}" if value["max"] else f"{'-':>8}"


def _ratio(value: dict[str, float] | None) -> str:
    if not value:
        return ""
    return f"{value['median']:.2f} ({value['min']:.2f}-{value['max']:.2f})"


def main(*, quick: bool) -> int:
    """Measure, print, write ``var/bench/webhook.json``; fail only on malformed replies of ours."""
    found = run(QUICK if quick else Plan())
    show(found)
    file = package_root() / "var" / "bench" / "webhook.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {file.relative_to(package_root())}")
    own = [line for line in found["subjects"] if "against" not in line]
    return int(any(line["malformed"] or line["errors"] for line in own))
