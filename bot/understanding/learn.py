"""From a phrasebook to a model: which phrases teach what, fitted or read from the artefact."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bot.logs import logger
from bot.understanding.calibrate import fit as fit_logistic
from bot.understanding.crisis import best_margin
from bot.understanding.encoder import Encoder, Vectors
from bot.understanding.features import GramSpace
from bot.understanding.lexical import LexicalIndex
from bot.understanding.model import Alarm, Model, Sorter, fingerprint, load, save
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.rules import RuleBook

#: Styles whose sentences mostly name the thing they ask for.
EASY_STYLES = ("plain", "short", "typo", "traditional")
#: Label of messages that belong to no intent.
OUTSIDE = ""
#: A look-alike weighs this much in the alarm: there are few, and each stands for many.
_LOOK_ALIKE_WEIGHT = 3.0


def labelled(book: Phrasebook) -> list[tuple[str, str]]:
    """Return (normal form, intent) of all phrases once each, then the out-of-scope messages."""
    seen: dict[tuple[str, str], None] = {}
    for intent, found in book.sets.items():
        for text in found.texts():
            normal = normalize(text)
            if normal:
                seen.setdefault((normal, intent))
    taken = {normal for normal, _ in seen}
    for lines in book.outside.values():
        for text in lines:
            normal = normalize(text)
            if normal and normal not in taken:
                seen.setdefault((normal, OUTSIDE))
    return list(seen)


def look_alikes(book: Phrasebook) -> list[str]:
    """Return the normal forms of sentences that only look like a crisis."""
    found = (normalize(text) for group in book.sets.values() for text in group.look_alikes)
    return list(dict.fromkeys(normal for normal in found if normal))


def model_for(
    book: Phrasebook, *, safety: Sequence[str], encoder: Encoder | None, folder: Path | None
) -> Model:
    """Return the model of a phrasebook: from its artefact, else fitted and written there.

    Args:
        book: phrases and rules.
        safety: crisis intents.
        encoder: sentence encoder, or nothing.
        folder: where artefacts live; ``None`` fits without writing.
    """
    if folder is None:
        return fit_model(book, safety=safety, encoder=encoder)
    name = fingerprint(tuple(_contents(book, safety, encoder)))
    found = load(folder / name)
    if found is not None:
        return found
    with _alone(folder):
        found = load(folder / name)  # another process may have fitted it meanwhile
        if found is None:
            logger().info("understanding.fitting", artefact=name)
            found = fit_model(book, safety=safety, encoder=encoder)
            save(found, folder / name)
            found = load(folder / name) or found
            _drop_old(folder, keep=name)
    return found


def _contents(book: Phrasebook, safety: Sequence[str], encoder: Encoder | None) -> Iterator[str]:
    yield encoder.name if encoder else ""
    yield from sorted(safety)
    for normal, intent in labelled(book):
        yield f"{intent}\t{normal}"
    yield from look_alikes(book)
    for intent, found in book.sets.items():
        for rule in found.rules:
            yield f"{intent}\t{rule.all}\t{rule.none}\t{rule.score}\t{rule.safety}"


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


def fit_model(book: Phrasebook, *, safety: Sequence[str], encoder: Encoder | None) -> Model:
    """Fit everything on the phrases; deterministic."""
    from bot.understanding.training import Lesson, fit  # needed only to fit

    pairs = labelled(book)
    normals = tuple(normal for normal, _ in pairs)
    easy = {
        normalize(text)
        for found in book.sets.values()
        for style in EASY_STYLES
        for text in found.phrases.get(style, ())
    }
    lesson = Lesson(
        normals=normals,
        labels=tuple(intent for _, intent in pairs),
        hard=tuple(normal not in easy for normal in normals),
    )
    fitted = fit(lesson, encoder)
    return Model(
        space=fitted.space,
        index=LexicalIndex(fitted.space, normals, lesson.labels),
        sorter=Sorter(
            labels=fitted.labels,
            cheap=fitted.cheap,
            full=fitted.full,
            weigh_cheap=fitted.weigh_cheap,
            weigh_full=fitted.weigh_full,
        ),
        alarm=_fit_alarm(book, fitted.space, safety, encoder) if safety else None,
        encoder=encoder.name if encoder else "",
    )


def _fit_alarm(
    book: Phrasebook, space: GramSpace, safety: Sequence[str], encoder: Encoder | None
) -> Alarm:
    """Fit the crisis heads and their odds on phrases and look-alikes."""
    from bot.understanding import training

    crises = set(safety)
    rows = [(normal, intent if intent in crises else OUTSIDE) for normal, intent in labelled(book)]
    alike = look_alikes(book)
    normals = [normal for normal, _ in rows] + alike
    names = [label for _, label in rows] + [OUTSIDE] * len(alike)
    labels = tuple(sorted(set(names)))
    place = {label: column for column, label in enumerate(labels)}
    truth = np.array([place[name] for name in names], np.int32)
    weights = np.array([1.0] * len(rows) + [_LOOK_ALIKE_WEIGHT] * len(alike))
    features = training.sparse_rows(space, normals)
    dense = training.vectors(encoder, normals) if encoder else None
    rulebook = RuleBook(
        [rule for found in book.sets.values() for rule in found.rules if rule.safety]
    )
    strongest = [max((hit.weight for hit in rulebook.hits(text)), default=0.0) for text in normals]
    test = training.folds_of(normals)[0]
    learn = np.setdiff1d(np.arange(len(normals)), test)

    def odds(vectors: Vectors | None) -> tuple[float, ...]:
        head = training.fit_head(
            features[learn],
            truth[learn],
            len(labels),
            vectors[learn] if vectors is not None else None,
            weights[learn],
        )
        scores = training.head_scores(
            head, features[test], vectors[test] if vectors is not None else None
        )
        table = [
            (best_margin(row, labels), strongest[at]) for row, at in zip(scores, test, strict=True)
        ]
        return fit_logistic(table, [int(names[at] != OUTSIDE) for at in test]).weights

    return Alarm(
        labels=labels,
        cheap=training.fit_head(features, truth, len(labels), None, weights),
        full=training.fit_head(features, truth, len(labels), dense, weights)
        if dense is not None
        else None,
        cheap_odds=odds(None),
        full_odds=odds(dense) if dense is not None else (),
    )
