"""From a phrasebook to a model: which phrases teach what, fitted or read from the artefact."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.logs import logger
from bot.understanding.encoder import Encoder, RememberingEncoder
from bot.understanding.features import GramSpace
from bot.understanding.lessons import labelled, look_alikes
from bot.understanding.lexical import LexicalIndex, postings
from bot.understanding.model import Model, Sorter, fingerprint, load, save
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook

#: Modules of this package that decide what an artefact holds.
FITTED_BY = (
    "alarms", "asks", "calibrate", "crisis", "features", "fitting", "heads", "learn", "lessons",
    "lexical", "model", "normalize", "reading", "rules", "training", "trust",
)  # fmt: skip


def model_for(
    book: Phrasebook,
    *,
    safety: Sequence[str],
    light: Sequence[str] = (),
    encoder: Encoder | None,
    folder: Path | None,
) -> Model:
    """Return the model of a phrasebook: from its artefact, else fitted and written there.

    Args:
        book: phrases and rules.
        safety: crisis intents.
        light: small talk.
        encoder: sentence encoder, or nothing.
        folder: where artefacts live; ``None`` fits without writing.
    """
    if folder is None:
        return fit_model(book, safety=safety, light=light, encoder=encoder)
    name = fingerprint(tuple(_contents(book, (*safety, *light), encoder)))
    found = load(folder / name)
    if found is not None:
        return found
    with _alone(folder):
        found = load(folder / name)  # another process may have fitted it meanwhile
        if found is None:
            logger().info("understanding.fitting", artefact=name)
            found = fit_model(book, safety=safety, light=light, encoder=encoder)
            save(found, folder / name)
            found = load(folder / name) or found
            _drop_old(folder, keep=name)
    return found


def _contents(book: Phrasebook, named: Sequence[str], encoder: Encoder | None) -> Iterator[str]:
    yield from _method()
    yield encoder.name if encoder else ""
    yield from named
    for normal, intent in labelled(book):
        yield f"{intent}\t{normal}"
    yield from look_alikes(book)
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


def _drop_old(folder: Path, *, keep: str, most: int = 3) -> None:
    """Keep the newest few artefacts."""
    found = sorted(
        (path for path in folder.iterdir() if path.is_dir() and path.name != keep),
        key=lambda path: path.stat().st_mtime,
    )
    for path in found[: max(0, len(found) - most + 1)]:
        for file in path.iterdir():
            file.unlink()
        path.rmdir()


def fit_model(
    book: Phrasebook,
    *,
    safety: Sequence[str],
    light: Sequence[str] = (),
    encoder: Encoder | None,
) -> Model:
    """Fit everything on the phrases; deterministic."""
    from bot.understanding.alarms import fit_alarm  # these load what only fitting needs
    from bot.understanding.training import HELD_STYLES, Lesson, fit
    from bot.understanding.trust import trusted

    encoder = RememberingEncoder(encoder) if encoder else None
    pairs = labelled(book)
    normals = tuple(normal for normal, _ in pairs)
    style_of: dict[str, str] = {}
    for found in book.sets.values():
        for style, texts in found.phrases.items():
            for text in texts:
                style_of.setdefault(normalize(text), style)
    known = set(style_of.values()) & {style for group in HELD_STYLES for style in group}
    lesson = Lesson(
        normals=normals,
        labels=tuple(intent for _, intent in pairs),
        styles=tuple(style_of.get(normal, "") for normal in normals) if known else (),
        names=book.asks,
    )
    fitted = fit(lesson, encoder, with_trust=not book.trial)
    space = GramSpace(fitted.space.columns, fitted.space.idf)
    alarm = None
    if safety:
        alarm = fit_alarm(book, fitted.space, safety, with_odds=not book.trial)
    model = Model(
        space=space,
        index=LexicalIndex(space, normals, lesson.labels, postings(fitted.space, normals)),
        sorter=Sorter(
            labels=fitted.labels,
            cheap=fitted.cheap,
            full=fitted.full,
            answer_from=fitted.answer_from,
            outside_from=fitted.outside_from,
            second_odds=fitted.second_odds,
            second_from=fitted.second_from,
            weigh_alone=fitted.weigh_alone,
            weigh_cheap=fitted.weigh_cheap,
            weigh_full=fitted.weigh_full,
        ),
        alarm=alarm,
        encoder=encoder.name if encoder else "",
    )
    if not book.trial:
        return model
    return trusted(model, book, safety=safety, light=light, encoder=encoder)
