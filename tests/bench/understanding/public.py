"""The router on public Chinese intent sets, few-shot, beside other ways to label a message.

5, 10 and 20 examples of each label, drawn three times with fixed seeds; the whole test split is
asked. Ours is the product's own code: what ``bot train --phrases`` and ``bot route --model`` run.
Where the sets come from: :mod:`tests.bench.understanding.sets`.

Top-1 is the forced choice: the first candidate, whatever the decision. A label that the train split
does not have is asked all the same, and is wrong for everybody.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from bot.commands.foreign import read_model, train_on
from bot.understanding.router import Decision
from tests.bench.understanding.peers import LABELLERS, there
from tests.bench.understanding.sets import PublicSet, Said, read_sets

COUNTS = (5, 10, 20)
SEEDS = (1, 2, 3)
OURS, OURS_UNNAMED = "ours", "ours, labels numbered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one subject made of one draw; shares of the test messages.

    Attributes:
        top1: right, when a label must be named.
        fit_s: seconds of learning.
        answered: answered without asking back.
        wrong: answered, and wrongly.
        fallback: given up.
        accepted: share of the out-of-scope messages that were answered.
    """

    top1: float
    fit_s: float
    answered: float | None = None
    wrong: float | None = None
    fallback: float | None = None
    accepted: float | None = None


def ours(chosen: PublicSet, examples: Sequence[Said], *, named: bool = True) -> Score:
    """Learn and ask with the product's router.

    Args:
        chosen: what to ask.
        examples: what to learn from.
        named: give labels their names, which the router reads; else numbers.
    """
    numbers = {label: str(at) for at, label in enumerate(sorted({one.label for one in examples}))}
    called = {label: label if named else numbers[label] for label in numbers}
    with tempfile.TemporaryDirectory(prefix="nuanlin-public-") as folder:
        file, out = Path(folder) / "phrases.jsonl", Path(folder) / "model"
        lines = (
            json.dumps({"text": one.text, "label": called[one.label]}, ensure_ascii=False)
            for one in examples
        )
        file.write_text("\n".join(lines), encoding="utf-8")
        started = time.process_time()
        train_on(file, out)
        fit_s = time.process_time() - started
        router = read_model(out)
        found = [(router.understand(one.text), called.get(one.label)) for one in chosen.test]
        lost = [router.understand(one.text) for one in chosen.outside]
    answers = [(one, label) for one, label in found if one.decision is Decision.ANSWER]
    return Score(
        top1=fmean(
            bool(one.candidates) and one.candidates[0].intent == label for one, label in found
        ),
        fit_s=fit_s,
        answered=len(answers) / len(found),
        wrong=sum(label not in one.intents for one, label in answers) / len(found),
        fallback=fmean(one.decision is Decision.FALLBACK for one, _ in found),
        accepted=fmean(one.decision is Decision.ANSWER for one in lost) if lost else None,
    )


def peer(name: str, chosen: PublicSet, examples: Sequence[Said]) -> Score:
    """Learn and ask with a peer."""
    started = time.process_time()
    label = LABELLERS[name][1](examples)
    fit_s = time.process_time() - started
    found = label([one.text for one in chosen.test])
    right = fmean(got == one.label for got, one in zip(found, chosen.test, strict=True))
    return Score(top1=right, fit_s=fit_s)


def measure(chosen: PublicSet, count: int, seeds: Sequence[int]) -> dict[str, Score]:
    """Return the mean score of each subject over some draws."""
    names = [name for name, (package, _) in LABELLERS.items() if there(package)]
    rows: dict[str, list[Score]] = {OURS: [], OURS_UNNAMED: [], **{name: [] for name in names}}
    for seed in seeds:
        examples = chosen.draw(count, seed)
        rows[OURS].append(ours(chosen, examples))
        rows[OURS_UNNAMED].append(ours(chosen, examples, named=False))
        for name in names:
            rows[name].append(peer(name, chosen, examples))
    return {name: _mean(scores) for name, scores in rows.items()}


def _mean(scores: Sequence[Score]) -> Score:
    def over(name: str) -> Any:
        found = [getattr(one, name) for one in scores]
        return None if None in found else fmean(found)

    return Score(**{name: over(name) for name in Score.__slots__})


def main(folder: Path, *, quick: bool) -> int:
    """Measure and print a table for each set."""
    missing = sorted(name for name, (package, _) in LABELLERS.items() if not there(package))
    if missing:
        print("not installed and left out:", ", ".join(missing))
    counts, seeds = (COUNTS[:1], SEEDS[:1]) if quick else (COUNTS, SEEDS)
    for chosen in read_sets(folder):
        print(
            f"\n{chosen.name}: {len({one.label for one in chosen.train})} labels, "
            f"{len(chosen.test)} test messages, {len(chosen.outside)} out of scope, "
            f"mean of {len(seeds)} draws"
        )
        for count in counts:
            print(f"  {count} examples a label")
            for name, score in measure(chosen, count, seeds).items():
                print(f"    {name:<24}{_shown(score)}", flush=True)
    return 0


def _shown(score: Score) -> str:
    text = f"top-1 {100 * score.top1:5.1f} %   learned in {score.fit_s:5.2f} s"
    if score.answered is None or score.wrong is None or score.fallback is None:
        return text
    text += (
        f"   answered {100 * score.answered:.1f} %, wrong {100 * score.wrong:.1f} %, "
        f"fallback {100 * score.fallback:.1f} %"
    )
    if score.accepted is not None:
        text += f"; out of scope answered {100 * score.accepted:.1f} %"
    return text
