"""Labelled sets of messages that others published, and few-shot draws from them.

The files are not part of this repository: one JSON object a line, ``{"text", "label", "split"}``
with split ``train``, ``test`` or ``oos`` (out of scope); other splits are not read.

``smp2017.jsonl``
    SMP2017-ECDT task 1 (arXiv:1709.10217), opened for research use; files from GitHub
    OnionWang/SMP2019-ECDT-NLU, commit 8a014cc5. 30 domains of short commands; ``chat`` is out of
    scope.
``xsid_zh.jsonl``
    The Chinese part of xSID 0.7, CC BY-SA 4.0; GitHub mainlp/xsid, commit 761d926c. Its ``valid``
    is the train split; out of scope is SMP2017's ``chat``.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import PackError

FILES = ("smp2017.jsonl", "xsid_zh.jsonl")
_SPLITS = ("train", "test", "oos")


@dataclass(frozen=True, slots=True)
class Said:
    """A message and its label."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One published set.

    Attributes:
        name: name of its file.
        train: what examples are drawn from.
        test: what is asked.
        outside: what should not be answered.
    """

    name: str
    train: tuple[Said, ...]
    test: tuple[Said, ...]
    outside: tuple[Said, ...]

    def draw(self, count: int, seed: int) -> list[Said]:
        """Return ``count`` different examples of each label, fewer where there are fewer."""
        by_label: dict[str, list[str]] = {}
        for said in self.train:
            by_label.setdefault(said.label, []).append(said.text)
        dice = random.Random(seed)
        drawn: list[Said] = []
        for label in sorted(by_label):
            texts = sorted(set(by_label[label]))
            drawn += [Said(text, label) for text in dice.sample(texts, min(count, len(texts)))]
        return drawn


def read_set(file: Path) -> PublicSet:
    """Read one set.

    Raises:
        PackError: a line is not as expected; names file and line.
    """
    found: dict[str, list[Said]] = {split: [] for split in _SPLITS}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            said = Said(row["text"], row["label"])
            if row["split"] in found:
                found[row["split"]].append(said)
        except (ValueError, KeyError, TypeError) as error:
            raise PackError(
                [f'{file}: line {number}: expected {{"text": …, "label": …, "split": …}}']
            ) from error
    if not found["train"] or not found["test"]:
        raise PackError([f"{file}: expected messages with split train and split test"])
    return PublicSet(file.stem, *(tuple(found[split]) for split in _SPLITS))


def read_sets(folder: Path) -> list[PublicSet]:
    """Read the sets that are there.

    Raises:
        PackError: there is none.
    """
    files = [folder / name for name in FILES if (folder / name).exists()]
    if not files:
        raise PackError([f"{folder}: expected one of {', '.join(FILES)}; see tests/bench"])
    return [read_set(file) for file in files]
