"""The learned models of a phrasebook, kept in folders: of the packs, and of what staff added too.

An artefact is named after what it was learned from: the packs' phrases and the way of learning,
then the staff's phrases. So a process can tell whether what it wants was learned already, and
finds the newest model over the same packs where it was not.
"""

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from bot.logs import logger
from bot.understanding.encoder import Encoder
from bot.understanding.learn import fit_model
from bot.understanding.lessons import kinds_of, labelled
from bot.understanding.model import Model, fingerprint, load, save
from bot.understanding.overlay import Addition, joined
from bot.understanding.phrasebook import Phrasebook

#: Modules of this package that decide what an artefact holds.
FITTED_BY = (
    "alarms", "asks", "calibrate", "crisis", "features", "fitting", "heads", "learn", "lessons",
    "lexical", "model", "normalize", "reading", "rules", "training", "trust",
)  # fmt: skip
#: Artefacts kept in a folder, besides the packs' own.
KEPT = 3


class Artefacts:
    """Finds and makes models.

    Args:
        book: the packs' phrases.
        safety: crisis intents.
        light: small talk.
        encoder: sentence encoder, or nothing.
        folder: where the packs' model lives; ``None`` keeps nothing.
        learned: where models with the staff's phrases live, when not there too.
    """

    def __init__(
        self,
        book: Phrasebook,
        *,
        safety: Sequence[str],
        light: Sequence[str] = (),
        encoder: Encoder | None,
        folder: Path | None,
        learned: Path | None = None,
    ):
        self._book = book
        self._safety = tuple(sorted(safety))
        self._light = tuple(sorted(light))
        self._encoder = encoder
        self._folder = folder
        self._learned = learned or folder

    @cached_property
    def name(self) -> str:
        """Return the name of the packs' own artefact."""
        return fingerprint(
            tuple(_contents(self._book, (*self._safety, *self._light), self._encoder))
        )

    def path(self, added: Iterable[Addition] = ()) -> Path | None:
        """Return where the model with some phrases lives once it is learned."""
        lines = [f"{one.intent}\t{one.text}" for one in sorted(set(added))]
        folder = self._learned if lines else self._folder
        if folder is None:
            return None
        return folder / (f"{self.name}-{fingerprint(lines)}" if lines else self.name)

    def find(self, added: Iterable[Addition] = ()) -> Model | None:
        """Return the model learned from the packs and these phrases, or nothing."""
        path = self.path(added)
        return load(path) if path is not None and path.exists() else None

    def newest(self) -> Model | None:
        """Return the newest model over the same packs, whatever staff had added then."""
        folders = [folder for folder in {self._folder, self._learned} if folder is not None]
        paths = [path for folder in folders for path in folder.glob(f"{self.name}*")]
        for path in sorted(paths, key=_written, reverse=True):
            found = load(path)
            if found is not None:
                return found
        return None

    def get(self, added: Iterable[Addition] = ()) -> Model:
        """Return the model of the packs and these phrases, learned now if nobody has before.

        Raises:
            OSError: it could not be written.
        """
        wanted = tuple(added)
        path = self.path(wanted)
        if path is None:
            return self._fit(wanted)
        found = load(path)
        if found is not None:
            return found
        with _alone(path.parent):
            found = load(path)  # another process may have learned it meanwhile
            if found is None:
                logger().info("understanding.fitting", artefact=path.name)
                found = self._fit(wanted)
                save(found, path)
                found = load(path) or found
                _drop_old(path.parent, keep={path.name, self.name})
        return found

    def _fit(self, added: Iterable[Addition]) -> Model:
        book = joined(self._book, added)
        return fit_model(book, safety=self._safety, light=self._light, encoder=self._encoder)


def _written(path: Path) -> float:
    """Return when an artefact was written, nought for one that was dropped just now."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _contents(book: Phrasebook, named: Sequence[str], encoder: Encoder | None) -> Iterator[str]:
    yield from _method()
    yield encoder.name if encoder else ""
    yield from named
    for normal, intent in labelled(book):
        yield f"{intent}\t{normal}"
    yield from map(repr, sorted(kinds_of(book).items()))
    for found in book.sets.values():
        for style, texts in found.phrases.items():
            yield from (f"{found.intent}\t{style}\t{text}" for text in texts)
        yield from map(repr, found.rules)
    yield from map(repr, book.trial)


def _method() -> Iterator[str]:
    """Yield the source of whatever decides what is learned: a changed method is learned anew."""
    for name in FITTED_BY:
        yield (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time fit."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _drop_old(folder: Path, *, keep: set[str]) -> None:
    """Keep the newest few artefacts."""
    found = sorted(
        (path for path in folder.iterdir() if path.is_dir() and path.name not in keep),
        key=_written,
    )
    for path in found[: max(0, len(found) - KEPT + 1)]:
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
