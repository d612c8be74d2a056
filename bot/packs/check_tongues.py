"""Checks what is said in other languages against the Chinese: nothing missing, nothing invented."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter

from pydantic import ValidationError

from bot.packs.language import mapping
from bot.packs.loader import Layer, read_yaml
from bot.packs.schema import FACT_FIELDS, CardModel, TongueModel, TranslationModel, problems
from bot.packs.tongues import asks_of, read_sibling

#: Mark of a file that nobody who grew up with the language has read.
REVIEW = "needs native review"
#: Sentences a language has beyond the Chinese ones.
BEYOND = ("only_chinese", "turned")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Where Chinese may stand in another language: proper names in brackets, words to reply in quotes.
_APART = re.compile(r"\([^()]*\)|（[^（）]*）|“[^“”]*”|«[^«»]*»")
#: Names of laws and platforms that have no name in another language.
_NAMES = re.compile(r"(?:掌上12333|国家医保服务平台|[\u4e00-\u9fff]+〔\d{4}〕\d+号)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MYRIADS = re.compile(r"(\d+(?:\.\d+)?)多?(万|亿)")
_MILLIONS = re.compile(r"(\d+(?:\.\d+)?) million")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTH = re.compile(
    rf"\b(?:{'|'.join(name for name in _MONTHS if name != 'May')}|(?:(?<=to )|(?<=in ))May)\b"
)


def check_tongues(
    root: Path, folders: Sequence[Path], intents: Sequence[str]
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Check the set sentences of all other languages.

    Args:
        root: folder with ``languages.yaml``.
        folders: capability packages.
        intents: all intent ids.

    Returns:
        the errors, and language tag -> groups that are whole in it.
    """
    file = root / "languages.yaml"
    found: list[str] = []
    whole: dict[str, tuple[str, ...]] = {}
    for tag, raw in mapping(read_yaml(file) if file.exists() else {}).items():
        try:
            tongue = TongueModel.model_validate(raw)
        except ValidationError as error:
            found += problems(error, file, tag)
            continue
        whole[tag] = tongue.whole
        for folder in folders:
            own = [intent for intent in intents if intent.partition(".")[0] == folder.name]
            found += _sibling(folder, tag, tongue, own)
    return found, whole


def _sibling(folder: Path, tag: str, tongue: TongueModel, intents: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with one ``replies.<tag>.yaml``."""
    file = folder / f"replies.{tag}.yaml"
    content = read_sibling(folder, tag)
    complete = folder.name in tongue.whole
    if not content:
        if complete:
            yield f"{file}: expected this file, {tag} is whole in {folder.name} (languages.yaml)"
        return
    if tongue.review and content.get("review") != REVIEW:
        yield f"{file}: review: expected {REVIEW!r}, until somebody has read it"
    yield from _asks(file, asks_of(content), intents, every=not tongue.review)
    if not tongue.review and not content.get("title"):
        yield f"{file}: title: expected the group's name"
    chinese = mapping(mapping(read_yaml(folder / "replies.yaml")).get("frames"))
    frames = mapping(content.get("frames"))
    if "frames" in content or complete:
        yield from _frames(file, chinese, frames, complete=complete)
    if complete and "choose" in chinese:  # the house
        yield from (f"{file}: frames.{name}: expected it" for name in BEYOND if name not in frames)


def _asks(
    file: Path, asks: Mapping[str, str], intents: Sequence[str], *, every: bool
) -> Iterator[str]:
    """Yield what is wrong with how choices read."""
    for intent in sorted(set(asks) - set(intents)):
        yield f"{file}: {intent}: expected an intent of this group, there is none"
    for intent in intents:
        if every and not asks.get(intent):
            yield f"{file}: {intent}.ask: expected how the choice reads; example: {{ask: Jobs}}"
    for intent, ask in asks.items():
        if _CHINESE.search(ask):
            yield f"{file}: {intent}.ask: expected no Chinese, found {ask!r}"


def _frames(
    file: Path, chinese: Mapping[str, object], said: Mapping[str, object], *, complete: bool
) -> Iterator[str]:
    """Yield sentences that are missing, have other placeholders, or Chinese in them."""
    ours, theirs = dict(_leaves(chinese)), dict(_leaves(said))
    if complete:
        for name in sorted(set(ours) - set(theirs)):
            yield f"{file}: frames.{name}: expected this sentence, replies.yaml has it"
    for name, text in theirs.items():
        rest = _APART.sub("", text)
        if _CHINESE.search(rest):
            yield f"{file}: frames.{name}: expected Chinese in brackets or quotes only: {rest!r}"
        if name not in ours:
            continue
        wanted, found = _placeholders(ours[name]), _placeholders(text)
        if name not in _FREE and (found - wanted or (complete and wanted - found)):
            yield (
                f"{file}: frames.{name}: expected the placeholders {sorted(wanted)}, "
                f"found {sorted(found)}"
            )


#: Sentences that may be made of other values in another language.
_FREE = frozenset({"roster", "roster_next"})


def _leaves(frames: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in frames.items():
        if isinstance(value, dict):
            yield from _leaves(mapping(value), f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def check_translations(layer: Layer, whole: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what is wrong with a pack's translated cards, and which are missing.

    Args:
        layer: the pack.
        whole: language tag -> groups in which every card of the nation is translated.
    """
    for tag, cards in layer.translations.items():
        folder = layer.folder / "answers" / tag
        for intent, card in cards.items():
            where = f"{folder}/{intent.partition('.')[0]}.yaml: {intent}"
            if intent not in layer.cards:
                yield f"{where}: expected a card this pack has in Chinese, there is none"
                continue
            yield from _card(where, layer.cards[intent][0], card)
    yield from _names(layer)
    if layer.model.level != "nation":
        return
    for tag, groups in whole.items():
        for intent in layer.cards:
            missing = intent not in layer.translations.get(tag, {})
            if missing and intent.partition(".")[0] in groups:
                yield f"{layer.folder}/answers/{tag}: {intent}: expected this card too"


def _names(layer: Layer) -> Iterator[str]:
    """Yield what is wrong with what a pack is called in other languages."""
    for tag, names in layer.model.names.items():
        where = f"{layer.folder}/pack.yaml: names.{tag}"
        for text in (names.title, names.who, names.hours):
            if _CHINESE.search(_APART.sub("", text)):
                yield f"{where}: expected Chinese in brackets only: {text!r}"
        yield from _numbers_differ(f"{where}.hours", layer.model.human.hours, names.hours)


def _card(where: str, chinese: CardModel, card: TranslationModel) -> Iterator[str]:
    if card.as_of != chinese.as_of:
        yield (
            f"{where}.as_of: expected {chinese.as_of}, the day of the Chinese card; "
            "compare the texts and move the date"
        )
    for name in FACT_FIELDS:
        yield from _field(f"{where}.{name}", getattr(chinese, name), getattr(card, name))
        more = chinese.more.get(name, ()), card.more.get(name, ())
        yield from _field(f"{where}.+{name}", *more)
    for name in FACT_FIELDS[:-1]:
        if getattr(chinese, name) and not getattr(card, name) and name in _LEADING:
            yield f"{where}.{name}: expected this field, the Chinese card has it"
    for name in sorted(set(card.unknown) - set(chinese.unknown)):
        yield f"{where}.unknown.{name}: expected only what the Chinese card does not know"
    if bool(card.ended) and not chinese.ended:
        yield f"{where}.ended: expected only where the Chinese card has it"
    yield from _numbers_differ(f"{where}.basis", chinese.basis, card.basis)


#: Fields that are not left out when a card is translated.
_LEADING = ("answer", "steps", "contact")


def _field(where: str, chinese: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    if not said:
        return
    if len(said) != len(chinese):
        yield f"{where}: expected {len(chinese)} lines as in Chinese, found {len(said)}"
        return
    for ours, theirs in zip(chinese, said, strict=True):
        yield from _numbers_differ(where, ours, theirs)
        rest = _NAMES.sub("", _APART.sub("", theirs))
        if _CHINESE.search(rest):
            yield f"{where}: expected Chinese in brackets or quotes only: {rest!r}"


def _numbers_differ(where: str, chinese: str, said: str) -> Iterator[str]:
    ours, theirs = numbers(chinese), numbers(said)
    if said and ours != theirs:
        yield f"{where}: expected the numbers {ours}, found {theirs} in {said[:60]!r}"


def numbers(text: str) -> list[str]:
    """Return the numbers a text names, in order of size: the same in every language.

    >>> numbers("最高30万元、最长3年"), numbers("up to 300,000 yuan and 3 years")
    (['3', '300000'], ['3', '300000'])
    """
    text = _NAMES.sub("", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _MYRIADS.sub(lambda m: _whole(m[1], 10_000 if m[2] == "万" else 100_000_000), text)
    text = _MILLIONS.sub(lambda m: _whole(m[1], 1_000_000), text)
    text = _MONTH.sub(lambda m: str(_MONTHS.index(m[0]) + 1), text)
    found = [number.lstrip("0") or "0" for number in _NUMBER.findall(text)]
    return sorted(found, key=lambda number: (float(number), number))


def _whole(number: str, unit: int) -> str:
    return str(round(float(number) * unit))
