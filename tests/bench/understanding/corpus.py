"""Phrasebooks of any size: the packs' own phrases, and beyond them variations; deterministic."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.bootstrap import Speechbook, load_speechbook
from bot.sdk import IntentKind
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook
from tests.bench import texts

_OPENERS = (
    "我是新搬来的", "替我妈问一句", "隔壁大姐让我问", "昨天没听清楚", "我在厂里上班", "老乡跟我说", "我家孩子小",
    "刚下夜班", "上次办过一回", "手机上看到的", "群里有人讲", "我不太会用手机", "急着用", "排了半天队",
)  # fmt: skip
_CLOSERS = (
    "麻烦讲清楚点", "我记一下", "能不能快一点", "跑了两趟了", "说简单点", "我怕弄错", "今天就要", "发我一下",
)  # fmt: skip
#: Share of phrases that belong to no intent, and of sentences that only look like a crisis; about as
#: in the packs.
_OUTSIDE_SHARE, _ALIKE_SHARE = 0.1, 0.05
_STYLE = "grown"


@cache
def _speechbook() -> Speechbook:
    """Return the packs' language, read once, as every process of the product does."""
    return load_speechbook()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A phrasebook of a given size, and what a router over it is told besides."""

    book: Phrasebook
    safety: tuple[str, ...]
    light: tuple[str, ...]


def bare() -> Grown:
    """Return the packs' rules without any phrases."""
    return _as_grown(_speechbook().phrasebook, {}, {}, ())


def grown(size: int) -> Grown:
    """Return a phrasebook of ``size`` phrases, evenly over the intents."""
    book = _speechbook().phrasebook
    outside = _enough(
        [text for lines in book.outside.values() for text in lines], size * _OUTSIDE_SHARE
    )
    crises = [intent for intent, found in book.sets.items() if found.look_alikes]
    alike = {
        intent: _enough(list(book.sets[intent].look_alikes), size * _ALIKE_SHARE / len(crises))
        for intent in crises
    }
    left = size - len(outside) - sum(map(len, alike.values()))
    sets = {
        intent: _enough(list(found.texts()), left / len(book.sets))
        for intent, found in book.sets.items()
    }
    return _as_grown(book, sets, alike, outside)


def messages(count: int) -> list[str]:
    """Return messages no phrasebook has: invented ones, and variations made in another way."""
    book = _speechbook().phrasebook
    sources = [text for found in book.sets.values() for text in found.texts()]
    dice = random.Random("messages")
    varied = [_typo(_longer(dice.choice(sources), sources, dice), dice) for _ in range(count // 2)]
    found = [*varied, *(texts.fresh(3 * number) for number in range(count - len(varied)))]
    dice.shuffle(found)
    return found


def _as_grown(
    book: Phrasebook,
    sets: Mapping[str, Sequence[str]],
    alike: Mapping[str, Sequence[str]],
    outside: Sequence[str],
) -> Grown:
    kinds = {
        intent.id: intent.kind
        for capability in _speechbook().capabilities
        for intent in capability.intents
    }
    return Grown(
        book=replace(
            book,
            sets={
                intent: replace(
                    found,
                    phrases={_STYLE: tuple(sets.get(intent, ()))},
                    look_alikes=tuple(alike.get(intent, ())),
                )
                for intent, found in book.sets.items()
            },
            outside={_STYLE: tuple(outside)},
        ),
        safety=tuple(sorted(name for name, kind in kinds.items() if kind is IntentKind.SAFETY)),
        light=tuple(name for name, kind in kinds.items() if kind is IntentKind.CHAT),
    )


def _enough(sources: list[str], wanted: float) -> list[str]:
    """Return as many different phrases as wanted: of the sources, then variations of them."""
    dice = random.Random(f"{len(sources)} {sources[0]}")
    count = max(2, round(wanted))
    own = list(dict.fromkeys(sources))
    if len(own) >= count:
        return dice.sample(own, count)
    met = {normalize(text) for text in own}
    while len(own) < count:
        text = _longer(dice.choice(sources), sources, dice)
        if dice.random() < 0.5:
            text = _typo(text, dice)
        normal = normalize(text)
        if normal and normal not in met:
            met.add(normal)
            own.append(text)
    return own


def _longer(text: str, sources: Sequence[str], dice: random.Random) -> str:
    """Put a clause before, behind, or half of another phrase beside a phrase."""
    way = dice.randrange(4)
    if way == 0:
        return f"{dice.choice(_OPENERS)}，{text}"
    if way == 1:
        return f"{text}，{dice.choice(_CLOSERS)}"
    if way == 2:
        return f"我住{dice.randint(1, 60)}栋{dice.randint(101, 3200)}，{text}"
    other = dice.choice(sources)
    return f"{text}，{other[: max(2, len(other) // 2)]}"


def _typo(text: str, dice: random.Random) -> str:
    """Leave out, double or swap a character."""
    if len(text) < 4:
        return text
    at = dice.randrange(1, len(text) - 1)
    way = dice.randrange(3)
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
