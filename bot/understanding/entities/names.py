"""Finds the names a community knows: said in full, by another name, misheard, or nearly right."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

from bot.domain.entities import Match, Named
from bot.understanding.entities.board import Board
from bot.understanding.entities.fold import fold
from bot.understanding.normalize import syllable
from bot.understanding.rules import WordFinder

#: Shorter names are not looked for.
LEAST_CHARS = 2
#: From this length on a name that sounds the same is found, from the next on one nearly said.
LEAST_SOUND, LEAST_CLOSE = 3, 5
#: Longer names are said as they are or not at all.
MOST_CLOSE = 14
#: Share of a nearly said name that must agree, of 100: one character in five may differ.
LIKE_FROM = 80.0
#: Only so much of a message is searched for what was nearly said.
MOST_SEARCHED = 160

_SILENT = re.compile(r"[^0-9a-z\u4e00-\u9fff\u0600-\u06ff]+")
_PAUSE = re.compile("[，。！？；、,.!?;\n]")
_BRACKETED = re.compile(r"[（(【\[].*?[）)】\]]")
#: Characters that tell two names apart even where all others agree.
_TELLING = frozenset("0123456789零一二三四五六七八九十日天东南西北上下左右前后男女新老大小中")
#: Words a sentence is made of. One of them in the place of a character that sounds the same is no
#: slip of the pen: 活动是哪天 does not ask for the 活动室.
_WORDS = frozenset(
    "是时事使识石十四市有又要在再的地得了就都也不没无和跟给到去来起这那我你他她它们吗呢吧啊么怎为什几多"
)
_FIRST_CODE = 0xE000


@dataclass(frozen=True)
class NameBook:
    """Names by kind, each with its other names; safe to share between threads.

    Attributes:
        names: kind (``place``, ``event`` …) -> full name -> other names.
    """

    names: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    @cached_property
    def index(self) -> "NameIndex":
        """Return the names, ready to be looked for."""
        return NameIndex(self.names)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One way to say one name."""

    kind: str
    name: str
    match: Match


@dataclass(frozen=True, slots=True)
class _Hit:
    """A form found in a text without blanks and punctuation."""

    start: int
    end: int
    form: str
    match: Match | None
    share: float = 100.0


class NameIndex:
    """What a name book looks like from a message: by whole forms and by syllables."""

    def __init__(self, names: Mapping[str, Mapping[str, Sequence[str]]]):
        self._codes: dict[str, str] = {}
        self._spoken: dict[str, list[_Spoken]] = {}
        for kind, of_kind in names.items():
            for name, others in of_kind.items():
                self._learn(kind, name, others)
        self._finder = WordFinder(self._spoken)
        self._near = [form for form in self._spoken if LEAST_SOUND <= len(form) <= MOST_CLOSE]
        self._sounds = [self._sound(form) for form in self._near]
        self._needed = [_needed(sound) for sound in self._sounds]
        self._by_sound: dict[str, list[int]] = {}
        for number, sound in enumerate(self._sounds):
            for char in set(sound):
                self._by_sound.setdefault(char, []).append(number)

    def _learn(self, kind: str, name: str, others: Sequence[str]) -> None:
        said = [(name, Match.NAME), (_BRACKETED.sub("", name), Match.ALIAS)]
        for one, match in (*said, *((other, Match.ALIAS) for other in others)):
            form = bare(one)
            known = self._spoken.setdefault(form, []) if len(form) >= LEAST_CHARS else []
            if not any((other.kind, other.name) == (kind, name) for other in known):
                known.append(_Spoken(kind, name, match))
            for char in form:
                code = chr(_FIRST_CODE + 1 + len(self._codes))
                self._codes.setdefault(syllable(char), code)

    def _sound(self, text: str) -> str:
        """Return one character per syllable; syllables of no name are all the same."""
        unknown = chr(_FIRST_CODE)
        return "".join(self._codes.get(syllable(char), unknown) for char in text)

    def spoken(self, form: str) -> list[_Spoken]:
        """Return what a form is a name of."""
        return self._spoken[form]

    def hits(self, text: str) -> list[_Hit]:
        """Return what is named in a bare text, the surest first: whole forms, then near ones."""
        whole = [
            _Hit(at, at + len(form), form, None)
            for form in self._finder.find(text)
            for at in _places(form, text)
        ]
        near = list(self._nearly(text[:MOST_SEARCHED]))
        kept: list[_Hit] = []
        for hit in (*sorted(whole, key=_by_length), *sorted(near, key=_by_share)):
            clash = [one for one in kept if hit.start < one.end and one.start < hit.end]
            if not clash or (hit.match is not None and any(_rivals(hit, one) for one in clash)):
                kept.append(hit)
        return kept

    def _nearly(self, text: str) -> Iterator[_Hit]:
        sound = self._sound(text)
        shared: Counter[int] = Counter()
        for char in set(sound):
            shared.update(self._by_sound.get(char, ()))
        for number, count in shared.items():
            if count >= self._needed[number]:
                hit = self._compared(number, text, sound)
                if hit is not None:
                    yield hit

    def _compared(self, number: int, text: str, sound: str) -> _Hit | None:
        form, own = self._near[number], self._sounds[number]
        at = sound.find(own)
        if at >= 0:
            heard = text[at : at + len(own)]
            slip = _same(form, heard) >= _needed_same(form) and not _is_sentence(form, heard)
            return _Hit(at, at + len(own), form, Match.SOUND, 99.0) if slip else None
        if len(form) < LEAST_CLOSE or len(text) < len(form) - 1 or "的" in form:
            return None
        best: _Hit | None = None
        for mine, theirs in ((form, text), (own, sound)):
            found = fuzz.partial_ratio_alignment(mine, theirs, score_cutoff=LIKE_FROM)
            if found is None:
                continue
            share, start, end = _window(mine, theirs, found.dest_start, found.dest_end)
            if (best is None or share > best.share) and _fits(form, text[start:end]):
                best = _Hit(start, end, form, Match.CLOSE, min(share, 98.0))
        return best


def _window(mine: str, theirs: str, start: int, end: int) -> tuple[float, int, int]:
    """Return the best window within two characters to either side, with its share."""
    windows = [
        (fuzz.ratio(mine, theirs[first:last]), first, last)
        for first in range(max(0, start - 2), start + 2)
        for last in range(end - 1, min(len(theirs), end + 2) + 1)
        if first < last
    ]
    return max(windows, key=lambda one: (one[0], one[1] - one[2]))


def _fits(form: str, window: str) -> bool:
    """Tell whether a nearly said name differs by a slip, not by what it is about."""
    return (
        abs(len(window) - len(form)) <= 1
        and _tells_same(form, window)
        and not (len(window) <= len(form) and _is_sentence(form, window))
    )


def _same(form: str, heard: str) -> int:
    return sum(mine == theirs for mine, theirs in zip(form, heard, strict=True))


def _needed_same(form: str) -> int:
    """Return how many characters must be written alike in what sounds alike."""
    return max(2, len(form) // 2)


def _is_sentence(form: str, heard: str) -> bool:
    return any(char in _WORDS and char not in form for char in heard)


def _by_length(hit: _Hit) -> tuple[int, int]:
    return hit.start - hit.end, hit.start


def _by_share(hit: _Hit) -> tuple[float, int, int]:
    return -hit.share, hit.start - hit.end, hit.start


def _rivals(one: _Hit, other: _Hit) -> bool:
    """Tell whether two near names are equally good for the same piece."""
    return (one.start, one.end, one.share) == (other.start, other.end, other.share)


def _needed(sound: str) -> int:
    """Return how many of a form's syllables a message must have to be compared with it."""
    distinct = len(set(sound))
    return distinct if len(sound) < LEAST_CLOSE else distinct - max(1, len(sound) // 5)


def _tells_same(form: str, window: str) -> bool:
    """Tell whether figures, weekdays and directions agree: 周一律师 is not 周三律师."""
    mine, theirs = (Counter(char for char in said if char in _TELLING) for said in (form, window))
    return mine == theirs


def _places(form: str, text: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        if not (form.isascii() and _inside_word(form, text, at)):
            yield at
        at = text.find(form, at + len(form))


def _inside_word(form: str, text: str, at: int) -> bool:
    around = text[max(0, at - 1) : at] + text[at + len(form) : at + len(form) + 1]
    return any(char.isascii() for char in around)


def bare(name: str) -> str:
    """Return a name folded, without punctuation and blanks."""
    return _SILENT.sub("", fold(name))


def named(board: Board, book: NameBook) -> list[Named]:
    """Return the names in a message, in order; nothing is claimed.

    Args:
        board: the message.
        book: what could be named.
    """
    if not book.names:
        return []
    places = [at for at, char in enumerate(board.whole) if not _SILENT.match(char)]
    if len(places) < LEAST_CHARS:
        return []
    index = book.index
    pieces: dict[tuple[int, int], list[tuple[_Hit, _Spoken]]] = {}
    for hit in index.hits("".join(board.whole[at] for at in places)):
        said = board.whole[places[hit.start] : places[hit.end - 1] + 1]
        if hit.match is not None and _PAUSE.search(said):
            continue
        known = [(hit, one) for one in index.spoken(hit.form)]
        pieces.setdefault((hit.start, hit.end), []).extend(known)
    out: list[Named] = []
    for (first, last), known in sorted(pieces.items(), key=lambda one: one[0]):
        out += _of_kinds(board.where(places[first], places[last - 1] + 1), known)
    return out


def _of_kinds(
    where: tuple[int, int, str], known: Sequence[tuple[_Hit, _Spoken]]
) -> Iterator[Named]:
    """Yield one name per kind: full names before other names, rivals beside it."""
    kinds: dict[str, list[tuple[_Hit, _Spoken]]] = {}
    for hit, one in known:
        kinds.setdefault(one.kind, []).append((hit, one))
    for kind, of_kind in kinds.items():
        ordered = sorted(of_kind, key=lambda pair: pair[1].match is not Match.NAME)
        hit, best = ordered[0]
        others = dict.fromkeys(one.name for _, one in ordered[1:] if one.name != best.name)
        full = hit.match is None and best.match is Match.NAME
        yield Named(
            start=where[0],
            end=where[1],
            text=where[2],
            kind=kind,
            name=best.name,
            match=hit.match or best.match,
            likeness=round(hit.share / 100, 2),
            others=() if full else tuple(others),
        )
