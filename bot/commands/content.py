"""``check``, ``route``, ``evaluate``: content and understanding, without a server."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.bootstrap import capability_folders, load_speechbook, router_source
from bot.commands.foreign import read_model, train_on
from bot.commands.measure import evaluate
from bot.commands.training import train_here
from bot.config import models_dir, packs_dir
from bot.domain.clock import SystemClock, beijing
from bot.domain.errors import PackError
from bot.packs.check import check_content
from bot.packs.loader import PackStore
from bot.packs.overmatch import overmatch
from bot.pipeline.names import PackNames
from bot.pipeline.services import ServedCommunities
from bot.understanding.entities import extract
from bot.understanding.router import Router


def packs_root() -> Path:
    """Return the content folder of this installation."""
    return packs_dir()


def build_router() -> Router:
    """Return a router over this installation's phrases, without those that staff added."""
    return router_source(load_speechbook(), models_dir()).learn()


def run_check(arguments: argparse.Namespace) -> int:
    """Validate content; print problems, stale facts, coverage and, if asked, over-matching."""
    today = beijing(SystemClock().now()).date()
    chosen = _chosen(arguments.paths) or [(packs_root(), None)]
    reports = [
        check_content(
            PackStore(root), capability_folders(), today, only=only, apart=arguments.apart
        )
        for root, only in chosen
    ]
    failed = False
    for report in reports:
        print(report.text(strict=arguments.strict))
        failed = failed or bool(report.errors) or (arguments.strict and bool(report.stale))
    if arguments.overmatch:
        print(overmatch(load_speechbook().phrasebook).text())
    return int(failed)


def _chosen(paths: Iterable[Path]) -> list[tuple[Path, str | None]]:
    """Return for each path the folder of all packs, and the one pack to check if it is one."""
    chosen: list[tuple[Path, str | None]] = []
    for path in (given.resolve() for given in paths):
        if not path.exists():
            raise PackError([f"{path}: no such folder; expected a pack like data/demo"])
        roots = [up for up in (path, *path.parents) if (up / "national/pack.yaml").exists()]
        if path.is_file() or not (roots or (path / "pack.yaml").exists()):
            raise PackError(
                [f"{path}: expected a pack folder (with pack.yaml) or a folder of packs"]
            )
        root = roots[0] if roots else path.parent
        chosen.append((root, None if path == root else path.name))
    return chosen


def run_route(arguments: argparse.Namespace) -> int:
    """Route messages from stdin."""
    router = read_model(arguments.model) if arguments.model else build_router()
    packs = PackStore(packs_root())
    names = PackNames(ServedCommunities(packs).called()).book(packs.get(arguments.community))
    clock = SystemClock()
    for line in sys.stdin:
        text = _message(line)
        if text is None:
            continue
        started = time.perf_counter()
        found = router.understand(text)
        took = (time.perf_counter() - started) * 1000
        row: dict[str, object] = {
            "text": text,
            "decision": found.decision.value,
            "intent": found.intent,
            "intents": list(found.intents),
            "score": found.score,
            "candidates": [
                {"intent": candidate.intent, "score": candidate.score}
                for candidate in found.candidates[:5]
            ],
            "safety": found.safety,
            "slots": extract(text, now=clock.now(), names=names).slots(),
            "ms": round(took, 3),
        }
        if arguments.explain:
            row["explain"] = dict(found.why)
        print(json.dumps(row, ensure_ascii=False), flush=True)
    return 0


def _message(line: str) -> str | None:
    """Read a line as a message, or as a JSON object with ``text``."""
    stripped = line.rstrip("\n")
    if not stripped.strip():
        return None
    if stripped.lstrip().startswith("{"):
        try:
            raw = json.loads(stripped)
        except ValueError:
            return stripped
        if isinstance(raw, dict) and isinstance(raw.get("text"), str):
            return str(raw["text"])
    return stripped


def run_train(arguments: argparse.Namespace) -> int:
    """Learn and write the artefact; say how long it took."""
    started = time.perf_counter()
    if arguments.phrases:
        if not arguments.out:
            raise PackError(
                ["train --phrases: expected --out DIR too, where to write the artefact"]
            )
        router = train_on(arguments.phrases, arguments.out)
        told = str(arguments.out)
    else:
        router, told = train_here()
    took = time.perf_counter() - started
    print(f"learned from {router.size} phrases in {took:.1f} s: {told}")
    return 0


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Measure the router."""
    report = evaluate(build_router(), arguments.files)
    print(json.dumps(report, ensure_ascii=False, indent=1) if arguments.as_json else _table(report))
    return 0


def _table(report: dict[str, Any]) -> str:
    lines = []
    for name, figures in report.items():
        if isinstance(figures, dict) and "n" in figures:
            shown = " ".join(f"{key} {value}" for key, value in figures.items())
            lines.append(f"{name:24} {shown}")
    lines += [
        f"  {pair['count']:3} {pair['expected']} -> {pair['found']}"
        for pair in report.get("confusions", [])[:20]
    ]
    return "\n".join(lines)
