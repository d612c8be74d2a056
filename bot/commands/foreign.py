"""Learning from foreign phrases: the product's own router, measured on public sets."""

import re
import shutil
from pathlib import Path

from bot.commands.measure import read_rows
from bot.domain.errors import PackError
from bot.understanding.encoder import load_encoder
from bot.understanding.learn import fit_model
from bot.understanding.model import load, save
from bot.understanding.phrasebook import Phrasebook, PhraseSet
from bot.understanding.router import Router

_WORD = re.compile(r"[^\W_a-zA-Z]+|[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def in_words(label: str) -> str:
    """Return what a label is called.

    >>> in_words("alarm/set_alarm"), in_words("AddToPlaylist"), in_words("天气")
    ('alarm set alarm', 'add to playlist', '天气')
    """
    return " ".join(_WORD.findall(label)).lower()


def read_foreign(file: Path) -> Phrasebook:
    """Read lines ``{"text", "label"}``; a label of null means out of scope.

    Raises:
        PackError: a line has no label key, or there are fewer than two labels.
    """
    found: dict[str, list[str]] = {}
    outside: list[str] = []
    for number, row in enumerate(read_rows([file]), 1):
        if "label" not in row:
            raise PackError([f'{file}: message {number}: expected {{"text": …, "label": …}}'])
        if row["label"] is None:
            outside.append(row["text"])
        else:
            found.setdefault(str(row["label"]), []).append(row["text"])
    if len(found) < 2:
        raise PackError([f"{file}: expected at least two labels, found {len(found)}"])
    sets = {
        label: PhraseSet(intent=label, ask=in_words(label), phrases={"foreign": tuple(texts)})
        for label, texts in found.items()
    }
    return Phrasebook(sets=sets, outside={"foreign": tuple(outside)})


def train_on(file: Path, out: Path) -> Router:
    """Learn from a foreign file and write the artefact, replacing an older one there."""
    book = read_foreign(file)
    encoder = load_encoder()
    model = fit_model(book, safety=(), encoder=encoder)
    if out.exists():
        if not (out / "model.json").exists() and any(out.iterdir()):
            raise PackError([f"{out}: expected an empty folder or an older artefact"])
        shutil.rmtree(out)
    save(model, out)
    return Router(model, Phrasebook(sets={}), encoder=encoder)


def read_model(folder: Path) -> Router:
    """Return a router over an artefact.

    Raises:
        PackError: there is no whole artefact of this release.
    """
    model = load(folder)
    if model is None:
        raise PackError(
            [f"{folder}: expected an artefact written by `train --out` of this release"]
        )
    return Router(model, Phrasebook(sets={}), encoder=load_encoder())
