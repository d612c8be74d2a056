"""How the router grows: learning, loading, memory and time a message over 1,000 to 100,000 phrases.

Beside it what only searches: rapidfuzz, bm25s, tantivy. Everything runs in a process of its own,
one at a time, on one thread; memory is the proportional set size from ``smaps_rollup``, for ours
with two processes over the same artefact, so that pages they share count once.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.config import package_root
from tests.bench.understanding.peers import there

SIZES = (1_000, 10_000, 100_000)
MESSAGES = 1_000
QUICK_SIZES, QUICK_MESSAGES = (1_000,), 200
#: subject -> package
PEERS = {"rapidfuzz ratio": "rapidfuzz", "bm25s": "bm25s", "tantivy": "tantivy"}
_PART_S = 3_000


def main(*, quick: bool) -> int:
    """Measure and print a table for each size."""
    sizes, count = (QUICK_SIZES, QUICK_MESSAGES) if quick else (SIZES, MESSAGES)
    with tempfile.TemporaryDirectory(prefix="nuanlin-growth-") as folder:
        asked = Path(folder) / "messages.txt"
        texts = part("messages", str(count))["texts"]
        asked.write_text("\n".join(text.replace("\n", " ") for text in texts), encoding="utf-8")
        for size in sizes:
            print(f"\n{size:,} phrases, {count:,} messages", flush=True)
            _ours(size, Path(folder) / f"model-{size}", asked)
            _peers(size, asked)
    return 0


def _ours(size: int, folder: Path, asked: Path) -> None:
    learned = part("learn", str(size), str(folder))
    print(
        f"  learned in {learned['cpu_s']:.1f} s of one core, peak {learned['peak_mb']:.0f} MB; "
        f"artefact {learned['disk_mb']:.0f} MB, {learned['grams']:,} n-grams",
        flush=True,
    )
    _show_ours(serve_two(folder, asked))


def _peers(size: int, asked: Path) -> None:
    for name, package in PEERS.items():
        if not there(package):
            print(f"  {name:<18}not installed")
            continue
        found = part("search", name, str(size), str(asked))
        print(
            f"  {name:<18}made in {found['made_s']:.1f} s; a message p50 {found['p50']:.2f} ms, "
            f"p99 {found['p99']:.2f} ms; {found['pss_mb']:.0f} MB",
            flush=True,
        )


def _show_ours(found: Sequence[dict[str, Any]]) -> None:
    first = found[0]
    print(
        f"  loaded in {first['load_s']:.2f} s (and the encoder in {first['encoder_s']:.2f} s)\n"
        f"  a process {first['pss_mb']:.0f} MB with shared pages counted once, of it "
        f"{first['private_mb']:.0f} MB its own; before the model {first['before_mb']:.0f} MB"
    )
    print("  stage                      ms a call p50      p99    calls a message")
    for stage, row in first["stages"].items():
        print(f"    {stage:<22}{row['p50']:>15.3f}{row['p99']:>10.3f}{row['calls']:>12.2f}")


def part(*arguments: str) -> dict[str, Any]:
    """Run one part in a process of its own; return what it found."""
    done = subprocess.run(
        _command(*arguments), check=True, stdout=subprocess.PIPE, text=True, timeout=_PART_S,
        cwd=package_root(),
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def serve_two(folder: Path, asked: Path) -> list[dict[str, Any]]:
    """Let two processes load the same artefact and answer; read their memory while both are up."""
    with ExitStack() as stack:
        found, running = [], []
        for _ in range(2):
            process = stack.enter_context(
                subprocess.Popen(
                    _command("serve", str(folder), str(asked)),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=package_root(),
                )
            )
            stack.callback(process.kill)
            running.append(process)
            if process.stdout is None:
                raise RuntimeError("the part was started without a pipe")
            line = next((line for line in process.stdout if line.startswith("{")), "")
            if not line:
                raise RuntimeError("serving ended without a word; see above")
            found.append(dict(json.loads(line)))
        for process, row in zip(running, found, strict=True):
            row |= memory(process.pid)
    return found


def memory(pid: int) -> dict[str, float]:
    """Return a process's memory in MB: proportional, and what it shares with nobody."""
    kilobytes: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, value = line.split(":")
        kilobytes[name] = int(value.split()[0])
    own = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {"pss_mb": kilobytes["Pss"] / 1024, "private_mb": own / 1024}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.understanding.parts", *arguments]


def own_memory() -> dict[str, float]:
    """Return this process's memory in MB."""
    return memory(os.getpid())
