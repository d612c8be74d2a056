"""The parts of the growth benchmark that need a process each; each prints one line of JSON."""

import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.understanding.encoder import load_encoder
from bot.understanding.features import GramSpace
from bot.understanding.heads import Head
from bot.understanding.learn import fit_model
from bot.understanding.lexical import LexicalIndex
from bot.understanding.model import load, save
from bot.understanding.normalize import normalize
from bot.understanding.reading import Reader
from bot.understanding.router import Router
from tests.bench.understanding import corpus, peers
from tests.bench.understanding.growth import own_memory

_WARM = 30


class Clocks:
    """Times of calls by stage, calls inside other stages included."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, list[float]] = defaultdict(list)

    def around(self, owner: Any, name: str, stage: str) -> None:
        """Put a clock around a method."""
        work: Callable[..., Any] = getattr(owner, name)
        taken = self.taken

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                taken[stage].append(1000 * (time.perf_counter() - started))

        setattr(owner, name, timed)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def learn(size: int, folder: Path) -> dict[str, float]:
    """Learn from a phrasebook of a given size and write the artefact."""
    given = corpus.grown(size)
    encoder = load_encoder()
    started = time.process_time()
    model = fit_model(given.book, safety=given.safety, light=given.light, encoder=encoder)
    taken = time.process_time() - started
    save(model, folder)
    return {
        "cpu_s": taken,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "disk_mb": sum(file.stat().st_size for file in folder.iterdir()) / 1e6,
        "grams": model.space.width,
    }


def serve(folder: Path, asked: Sequence[str]) -> dict[str, Any]:
    """Load an artefact, answer messages, and say what it took."""
    given = corpus.bare()
    before = own_memory()["pss_mb"]
    started = time.perf_counter()
    encoder = load_encoder()
    encoder_s = time.perf_counter() - started
    started = time.perf_counter()
    model = load(folder)
    if model is None:
        raise SystemExit(f"{folder}: expected the artefact that was just written")
    router = Router(model, given.book, safety=given.safety, light=given.light, encoder=encoder)
    load_s = time.perf_counter() - started
    for text in asked[:_WARM]:
        router.understand(text)
    clocks = Clocks()
    clocks.around(Reader, "exact", "exact phrase")
    clocks.around(GramSpace, "vector", "n-grams")
    clocks.around(Head, "score", "one head")
    clocks.around(LexicalIndex, "nearest", "nearest phrases")
    if encoder is not None:
        clocks.around(type(encoder), "encode", "sentence vectors")
    whole = clocks.taken["a message"]
    for text in asked[_WARM:]:
        started = time.perf_counter()
        router.understand(text)
        whole.append(1000 * (time.perf_counter() - started))
    return {
        "load_s": load_s,
        "encoder_s": encoder_s,
        "before_mb": before,
        "stages": {
            stage: {
                "p50": percentile(taken, 0.5),
                "p99": percentile(taken, 0.99),
                "calls": len(taken) / len(whole),
            }
            for stage, taken in clocks.taken.items()
        },
    }


def search(name: str, size: int, asked: Sequence[str]) -> dict[str, float]:
    """Make the index of a peer and search it."""
    given = corpus.grown(size)
    phrases = [text for found in given.book.sets.values() for text in found.texts()]
    phrases += [text for lines in given.book.outside.values() for text in lines]
    started = time.perf_counter()
    find = _peer(name, phrases)
    made_s = time.perf_counter() - started
    taken: list[float] = []
    for text in asked[_WARM:]:
        started = time.perf_counter()
        find(text)
        taken.append(1000 * (time.perf_counter() - started))
    return {
        "made_s": made_s,
        "p50": percentile(taken, 0.5),
        "p99": percentile(taken, 0.99),
        "pss_mb": own_memory()["pss_mb"],
    }


def _peer(name: str, phrases: Sequence[str]) -> Callable[[str], int]:
    if name == "bm25s":
        return peers.bm25s_search(phrases)
    if name == "tantivy":
        return peers.tantivy_search(phrases)
    normals = [normalize(phrase) for phrase in phrases]

    def find(text: str) -> int:
        found = process.extractOne(normalize(text), normals, scorer=fuzz.ratio)
        return int(found[2]) if found else 0

    return find


def _lines(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


def main(arguments: Sequence[str]) -> None:
    """Run one part and print what it found."""
    part, *rest = arguments
    if part == "messages":
        asked = corpus.messages(int(rest[0]) + _WARM)
        print(json.dumps({"texts": asked}), flush=True)
    elif part == "learn":
        print(json.dumps(learn(int(rest[0]), Path(rest[1]))), flush=True)
    elif part == "serve":
        print(json.dumps(serve(Path(rest[0]), _lines(rest[1]))), flush=True)
        sys.stdin.read()  # stays up until its memory has been read
    else:
        print(json.dumps(search(rest[0], int(rest[1]), _lines(rest[2]))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
