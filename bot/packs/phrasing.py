"""Checks phrases against each other, the trial messages and measuring files, and their spread.

Two intents that say nearly the same teach the router nothing; a phrase that also stands among the
trial messages, or near a measuring file, makes every figure learned or measured there too good.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from bot.domain.errors import PackError
from bot.packs.nearness import near_between, near_pairs
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook

#: Own phrases every intent has at least.
MIN_PHRASES = 12
#: Phrases and styles an intent should have, and the share one style should not pass.
FULL_PHRASES = 60
FULL_STYLES = 7
FULL_SHARE = 0.5
#: What is too near, as rapidfuzz ratio of normal forms, and from how many characters on.
ACROSS = (92.0, 6)
TRIAL = (95.0, 6)
MEASURED = (88.0, 5)
#: Words this short are what anybody types: the phrase stays and the trial message goes.
BARE_WORD = 3
#: How much of a measuring sentence a message shows: enough to find it, too little to write to it.
_SHOWN = 6
_OUTSIDE = "outofscope"


@dataclass(frozen=True, slots=True)
class Sources:
    """The files phrases come from.

    Attributes:
        folders: capability packages by group, each with a ``phrases.yaml``.
        root: the folder of ``outofscope.yaml`` and ``trial.yaml``.
    """

    folders: Mapping[str, Path]
    root: Path

    def phrases(self, intent: str) -> str:
        """Return the file of an intent, as it reads in a message."""
        folder = self.folders.get(intent.partition(".")[0], self.root)
        return self._shown(folder / "phrases.yaml")

    def file(self, name: str) -> str:
        """Return a file beside the packages, as it reads in a message."""
        return self._shown(self.root / name)

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root.parent).as_posix()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of content.

    Attributes:
        normal: normal form; never empty.
        text: as written.
        owner: intent id, or what stands for "no intent".
        place: file and key where it stands.
    """

    normal: str
    text: str
    owner: str
    place: str

    @override
    def __str__(self) -> str:
        return f"{self.text!r} ({self.place})"


def sources(folders: Sequence[Path]) -> Sources:
    """Return the files behind capability packages."""
    return Sources({folder.name: folder for folder in folders}, folders[0].parent)


def phrase_problems(book: Phrasebook, files: Sources) -> Iterator[str]:
    """Yield what is wrong with phrases: too few, doubled across intents, or tried as well."""
    for intent, found in book.sets.items():
        number = sum(1 for _ in found.texts())
        if number < MIN_PHRASES:
            yield f"{intent}: expected at least {MIN_PHRASES} phrases, found {number}"
    taught = [*_phrases(book, files), *_outside(book, files)]
    yield from _across(taught)
    yield from _tried(taught, list(_trial(book, files)))


def spread_problems(book: Phrasebook) -> Iterator[str]:
    """Yield intents with few phrases, few styles, or most phrases in one style."""
    for intent, found in book.sets.items():
        sizes = {style: len(lines) for style, lines in found.phrases.items() if lines}
        number = sum(sizes.values())
        if number < FULL_PHRASES:
            yield f"{intent}: {number} phrases, better {FULL_PHRASES} or more"
        if len(sizes) < FULL_STYLES:
            shown = ", ".join(sizes)
            yield f"{intent}: {len(sizes)} styles ({shown}), better {FULL_STYLES} or more"
        if number and max(sizes.values()) > FULL_SHARE * number:
            style = max(sizes, key=lambda name: sizes[name])
            yield f"{intent}: {sizes[style]} of {number} phrases are {style}; add other styles"


def apart_problems(book: Phrasebook, files: Sources, measured: Iterable[Path]) -> Iterator[str]:
    """Yield every line of content that is near a sentence of a measuring file.

    Args:
        book: all content.
        files: where it stands.
        measured: files of JSON lines with a ``text``.

    Raises:
        PackError: a measuring file cannot be read.
    """
    content = [
        *_phrases(book, files),
        *_outside(book, files),
        *_look_alikes(book, files),
        *_trial(book, files),
    ]
    for file in measured:
        yield from _near_file(content, file)


def read_measured(file: Path) -> list[str]:
    """Read the sentences of a measuring file.

    Raises:
        PackError: the file is missing, or a line is no object with a ``text``.
    """
    if not file.is_file():
        raise PackError([f"{file}: no such file; expected JSON lines with a text"])
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise PackError([f"{file}:{number}: expected a JSON object a line"]) from error
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            raise PackError([f'{file}:{number}: expected {{"text": "…"}}'])
        found.append(str(raw["text"]))
    return found


def _across(taught: Sequence[Sentence]) -> Iterator[str]:
    by_normal = _grouped(taught)
    for group in by_normal.values():
        first = group[0]
        for other in _first_by_owner(group):
            if other.owner != first.owner:
                yield (
                    f"{first} and {other}: the same in normal form, expected under one intent; "
                    "remove it where it is wrong"
                )
    normals = list(by_normal)
    for at, other_at, alike in near_pairs(normals, ratio=ACROSS[0], min_chars=ACROSS[1]):
        left, right = by_normal[normals[at]], by_normal[normals[other_at]]
        pair = _different(left, right)
        if pair:
            yield (
                f"{pair[0]} and {pair[1]}: near each other ({alike:.0f} of 100) across intents; "
                "remove or reword the one that fits its intent less"
            )


def _different(
    left: Iterable[Sentence], right: Sequence[Sentence]
) -> tuple[Sentence, Sentence] | None:
    pairs = ((one, two) for one in left for two in right if one.owner != two.owner)
    return next(pairs, None)


def _tried(taught: Sequence[Sentence], trial: Sequence[Sentence]) -> Iterator[str]:
    for sentence, message, alike in _nearest(taught, trial, *TRIAL):
        yield (
            f"{sentence} and {message}: alike ({alike:.0f} of 100), but trust is learned from "
            f"messages the phrases do not know; remove the phrase (of a bare word up to "
            f"{BARE_WORD} characters, the trial message)"
        )


def _near_file(content: Sequence[Sentence], file: Path) -> Iterator[str]:
    texts = [(text, normalize(text)) for text in read_measured(file)]
    measured = [Sentence(normal, text, "", file.name) for text, normal in texts if normal]
    for sentence, found, alike in _nearest(content, measured, *MEASURED):
        yield (
            f"{sentence}: near a sentence of {file.name} ({found.text[:_SHOWN]}…, {alike:.0f} of "
            "100); remove it, what is measured must not be taught"
        )


def _nearest(
    content: Sequence[Sentence], others: Sequence[Sentence], ratio: float, min_chars: int
) -> Iterator[tuple[Sentence, Sentence, float]]:
    """Yield each line of content that equals or is near one of the others, with the nearest."""
    places = {other.normal: at for at, other in reversed(list(enumerate(others)))}
    best = {
        number: (100.0, places[sentence.normal])
        for number, sentence in enumerate(content)
        if sentence.normal in places
    }
    normals, other_normals = [one.normal for one in content], [one.normal for one in others]
    for number, at, alike in near_between(normals, other_normals, ratio=ratio, min_chars=min_chars):
        if alike > best.get(number, (0.0, 0))[0]:
            best[number] = (alike, at)
    for number, (alike, at) in sorted(best.items()):
        yield content[number], others[at], alike


def _grouped(sentences: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    groups: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.normal, []).append(sentence)
    return groups


def _first_by_owner(group: Iterable[Sentence]) -> Iterable[Sentence]:
    firsts: dict[str, Sentence] = {}
    for sentence in group:
        firsts.setdefault(sentence.owner, sentence)
    return firsts.values()


def _phrases(book: Phrasebook, files: Sources) -> Iterator[Sentence]:
    for intent, found in book.sets.items():
        file = files.phrases(intent)
        for style, lines in found.phrases.items():
            yield from _sentences(lines, intent, f"{file}: {intent}.{style}")


def _look_alikes(book: Phrasebook, files: Sources) -> Iterator[Sentence]:
    for intent, found in book.sets.items():
        place = f"{files.phrases(intent)}: {intent}.look_alikes"
        yield from _sentences(found.look_alikes, intent, place)


def _outside(book: Phrasebook, files: Sources) -> Iterator[Sentence]:
    for kind, lines in book.outside.items():
        yield from _sentences(lines, _OUTSIDE, f"{files.file('outofscope.yaml')}: {kind}")


def _trial(book: Phrasebook, files: Sources) -> Iterator[Sentence]:
    file = files.file("trial.yaml")
    for one in book.trial:
        at = ".".join((one.expected, *one.intents[:1]))
        yield from _sentences((one.text,), at, f"{file}: {at}")


def _sentences(lines: Iterable[str], owner: str, place: str) -> Iterator[Sentence]:
    """Yield lines with their normal form; what has none (an emoji) says nothing."""
    for text in lines:
        normal = normalize(text)
        if normal:
            yield Sentence(normal, text, owner, place)
