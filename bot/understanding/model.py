"""The learned snapshot: features, index, heads and weighings, and the artefact it lives in."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.understanding.features import GramSpace, Ids, Values
from bot.understanding.heads import Head, Weighing
from bot.understanding.lexical import LexicalIndex, Postings

#: Raised when the files of an artefact change their form; older ones are then not read.
VERSION = 24
_META, _GRAMS, _TEXTS = "model.json", "grams.txt", "texts.txt"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorter:
    """Heads over one set of labels, with their weighings.

    Attributes:
        labels: column names; "" is "belongs to no intent".
        cheap: head over n-grams.
        full: head over n-grams and the sentence vector, or nothing.
        answer_from: probability from which a message is answered.
        outside_from: probability of "belongs to no intent" from which a message is not guessed at.
        second_odds: weights by which a second ask is judged (:mod:`bot.understanding.asks`).
        second_from: odds from which it is answered.
        weigh_alone: weighing of the cheap head alone.
        weigh_cheap: weighing of (cheap, near).
        weigh_full: weighing of (full, cheap, near), or nothing.
    """

    labels: tuple[str, ...]
    cheap: Head
    full: Head | None
    answer_from: float
    outside_from: float
    second_odds: tuple[float, ...]
    second_from: float
    weigh_alone: Weighing
    weigh_cheap: Weighing
    weigh_full: Weighing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The crisis detector's learned part: a head over n-grams, and two logistics.

    What their features are is in :mod:`bot.understanding.crisis`.

    Attributes:
        labels: crisis intents and "" for everything else.
        head: head over n-grams.
        quick: weights of the features and 1 where the text was read without its vector.
        close: the same where it was read with it.
        fire_from: odds from which a crisis is answered as one.
    """

    labels: tuple[str, ...]
    head: Head
    quick: tuple[float, ...]
    close: tuple[float, ...]
    fire_from: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything learned from phrases; immutable, shared by threads.

    Attributes:
        space: n-grams and their rarity.
        index: nearest phrases.
        sorter: intents.
        alarm: crises; ``None`` when the phrases have none.
        encoder: package of the sentence encoder it was fitted with, "" for none.
    """

    space: GramSpace
    index: LexicalIndex
    sorter: Sorter
    alarm: Alarm | None
    encoder: str

    def features(self, normal: str) -> tuple[Ids, Values]:
        """Return the n-gram features of a normal form."""
        return self.space.vector(normal)


def fingerprint(parts: Sequence[str]) -> str:
    """Return the name of the artefact that fits these phrases and this release."""
    digest = hashlib.blake2b(digest_size=10)
    digest.update(str(VERSION).encode())
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\x00")
    return digest.hexdigest()


def save(model: Model, folder: Path) -> None:
    """Write a model; a reader sees the old state or the whole new one, never a part."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    arrays: dict[str, NDArray[Any]] = {
        "idf": model.space.idf,
        "starts": model.index.lists.starts,
        "phrases": model.index.lists.phrases,
        "weights": model.index.lists.weights,
        "owners": _owners(model),
    }
    heads = {"sorter.cheap": model.sorter.cheap, "sorter.full": model.sorter.full}
    if model.alarm:
        heads["alarm"] = model.alarm.head
    for name, head in heads.items():
        if head is not None:
            arrays |= _head_arrays(name, head)
    for name, array in arrays.items():
        np.save(partial / f"{name}.npy", array, allow_pickle=False)
    columns = sorted(model.space.columns, key=model.space.columns.__getitem__)
    meta = {
        "version": VERSION,
        "encoder": model.encoder,
        "sorter": {
            "labels": model.sorter.labels,
            "answer_from": model.sorter.answer_from,
            "outside_from": model.sorter.outside_from,
            "second_odds": model.sorter.second_odds,
            "second_from": model.sorter.second_from,
            "alone": _weighing(model.sorter.weigh_alone),
            "cheap": _weighing(model.sorter.weigh_cheap),
            "full": _weighing(model.sorter.weigh_full),
        },
        "alarm": _alarm_meta(model.alarm),
    }
    _write_lines(partial / _GRAMS, columns)
    _write_lines(partial / _TEXTS, model.index.texts)
    (partial / _META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    partial.chmod(0o755)
    try:
        partial.rename(folder)
    except OSError:  # another process was faster; what it wrote is the same
        for file in partial.iterdir():
            file.unlink()
        partial.rmdir()


def load(folder: Path) -> Model | None:
    """Read a model, its large arrays mapped and shared; ``None`` when there is no whole one."""
    try:
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        if meta["version"] != VERSION:
            return None
        space = GramSpace(
            {gram: column for column, gram in enumerate(_read_lines(folder / _GRAMS))},
            _read(folder, "idf"),
        )
        lists = Postings(
            _read(folder, "starts"), _read(folder, "phrases"), _read(folder, "weights")
        )
        sorter = meta["sorter"]
        intents = [sorter["labels"][owner] for owner in _read(folder, "owners").tolist()]
        return Model(
            space=space,
            index=LexicalIndex(space, _read_lines(folder / _TEXTS), intents, lists),
            sorter=Sorter(
                labels=tuple(sorter["labels"]),
                cheap=_required(_read_head(folder, "sorter.cheap", sorter["labels"])),
                full=_read_head(folder, "sorter.full", sorter["labels"]),
                answer_from=float(sorter["answer_from"]),
                outside_from=float(sorter["outside_from"]),
                second_odds=tuple(sorter["second_odds"]),
                second_from=float(sorter["second_from"]),
                weigh_alone=_required(_read_weighing(sorter["alone"])),
                weigh_cheap=_required(_read_weighing(sorter["cheap"])),
                weigh_full=_read_weighing(sorter["full"]),
            ),
            alarm=_read_alarm(folder, meta["alarm"]),
            encoder=meta["encoder"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    """Write normal forms or n-grams, which hold no line break: less to parse than JSON."""
    file.write_text("\n".join(lines), encoding="utf-8")


def _read_lines(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return text.split("\n") if text else []


def _owners(model: Model) -> NDArray[np.int32]:
    """Return the column of each phrase's intent."""
    place = {label: column for column, label in enumerate(model.sorter.labels)}
    return np.array([place[intent] for intent in model.index.intents], np.int32)


def _read(folder: Path, name: str) -> NDArray[Any]:
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))


def _head_arrays(name: str, head: Head) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        f"{name}.grams": head.grams,
        f"{name}.scale": head.scale,
        f"{name}.bias": head.bias,
    }
    if head.dense is not None and head.centre is not None:
        arrays |= {f"{name}.dense": head.dense, f"{name}.centre": head.centre}
    return arrays


def _read_head(folder: Path, name: str, labels: Sequence[str]) -> Head | None:
    if not (folder / f"{name}.grams.npy").exists():
        return None
    dense = (folder / f"{name}.dense.npy").exists()
    bias = np.array(_read(folder, f"{name}.bias"))
    return Head(
        grams=_read(folder, f"{name}.grams"),
        scale=np.array(_read(folder, f"{name}.scale")),
        bias=bias,
        kinds=len(bias) - len(labels),
        dense=np.array(_read(folder, f"{name}.dense")) if dense else None,
        centre=np.array(_read(folder, f"{name}.centre")) if dense else None,
    )


def _required(found: T | None) -> T:
    if found is None:
        raise ValueError("the artefact is not whole")
    return found


def _weighing(found: Weighing | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "weights": found.weights,
        "outside": found.outside,
        "place": found.place,
        "rules": found.rules,
    }


def _read_weighing(raw: dict[str, Any] | None) -> Weighing | None:
    if raw is None:
        return None
    return Weighing(tuple(raw["weights"]), raw["outside"], raw["place"], raw["rules"])


def _alarm_meta(alarm: Alarm | None) -> dict[str, object] | None:
    if alarm is None:
        return None
    return {
        "labels": alarm.labels,
        "quick": alarm.quick,
        "close": alarm.close,
        "fire_from": alarm.fire_from,
    }


def _read_alarm(folder: Path, raw: dict[str, Any] | None) -> Alarm | None:
    if raw is None:
        return None
    return Alarm(
        labels=tuple(raw["labels"]),
        head=_required(_read_head(folder, "alarm", raw["labels"])),
        quick=tuple(raw["quick"]),
        close=tuple(raw["close"]),
        fire_from=float(raw["fire_from"]),
    )
