"""Measures the router on labelled messages: per style, with confusions."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.domain.errors import PackError
from bot.understanding.router import Decision, Router, Understanding

_CONFUSIONS = 40


def read_rows(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Read labelled messages.

    Raises:
        PackError: a line is not a JSON object with ``text``; names file and line.
    """
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise PackError([f"{file}: line {number}: expected a JSON object"]) from error
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise PackError([f'{file}: line {number}: expected {{"text": …, "intent": …}}'])
            yield row


def evaluate(router: Router, files: Sequence[Path]) -> dict[str, Any]:
    """Return metrics over ``{"text", "intent", "also"}`` rows; intent null means out of scope."""
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    outside: dict[str, Counter[str]] = defaultdict(Counter)
    two = Counter[str]()
    confusions: Counter[tuple[str, str]] = Counter()
    for row in read_rows(files):
        found = router.understand(row["text"])
        if "intents" in row:
            _count_two(two, row["intents"], found)
        elif row.get("intent") is None:
            for group in ("outside", f"outside:{row.get('kind', 'look-alike')}"):
                outside[group]["n"] += 1
                outside[group][found.decision.value] += 1
                outside[group]["safety"] += int(found.safety)
        else:
            wanted = {row["intent"], *row.get("also", ())}
            for group in ("inside", f"style:{row.get('style', 'none')}"):
                _count_inside(inside[group], wanted, found)
            top = found.candidates[0].intent if found.candidates else "nothing"
            if top not in wanted:
                confusions[(row["intent"], top)] += 1
    report: dict[str, Any] = {name: _shares(found) for name, found in sorted(inside.items())}
    report |= {name: _shares(found) for name, found in sorted(outside.items())}
    if two:
        report["two_asks"] = dict(two)
    report["confusions"] = [
        {"expected": expected, "found": top, "count": count}
        for (expected, top), count in confusions.most_common(_CONFUSIONS)
    ]
    return report


def _count_inside(counts: Counter[str], wanted: set[str], found: Understanding) -> None:
    ranked = [candidate.intent for candidate in found.candidates]
    counts["n"] += 1
    counts["top1"] += bool(ranked and ranked[0] in wanted)
    counts["top3"] += bool(wanted & set(ranked[:3]))
    counts[found.decision.value] += 1
    right = bool(wanted & set(found.intents))
    counts["wrong_answer"] += found.decision is Decision.ANSWER and not right
    offered = found.decision is Decision.CLARIFY and bool(wanted & set(ranked[:3]))
    counts["right_or_offered"] += right or offered
    counts["safety"] += int(found.safety)


def _count_two(counts: Counter[str], wanted: Sequence[str], found: Understanding) -> None:
    counts["n"] += 1
    got = len(set(wanted) & set(found.intents))
    counts["both" if got >= 2 else "one" if got == 1 else "none"] += 1


def _shares(counts: Counter[str]) -> dict[str, float | int]:
    total = counts["n"] or 1
    return {"n": counts["n"]} | {
        name: round(number / total, 4) for name, number in counts.items() if name != "n"
    }
