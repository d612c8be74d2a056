"""Merges cards in another language: what is translated, and what a layer says in Chinese only.

Layers merge as in Chinese, field by field. Where a deeper layer says something that nobody has
translated, its Chinese lines go beside the translation, so that no reader takes the general rule
for the local one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.cards import Beside, Card, Ended, Fact, Passport
from bot.packs.schema import FACT_FIELDS, CardModel, TranslationModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one layer states about an intent.

    Attributes:
        model: its card.
        passport: of that card.
        translation: the card in the other language, if there is one.
    """

    model: CardModel
    passport: Passport
    translation: TranslationModel | None


def translated(chinese: Card, stated: Sequence[Stated], language: str) -> Card | None:
    """Return a merged card in another language; ``None`` when nothing of it is translated.

    Args:
        chinese: the merged card in Chinese.
        stated: what the layers state, outermost first.
        language: language tag.
    """
    facts: dict[str, Fact] = {}
    beside: dict[str, Beside] = {}
    for one in stated:
        for name in FACT_FIELDS:
            _replace(name, one, facts, beside)
            _append(name, one, facts, beside)
    if not facts:
        return None
    return Card(
        intent=chinese.intent,
        facts=facts,
        unknown=_unknown(chinese, stated),
        ended=_ended(chinese.ended, stated),
        beside=beside,
        language=language,
    )


def _passport(one: Stated) -> Passport:
    basis = one.translation.basis if one.translation else ""
    return replace(one.passport, basis=basis or one.passport.basis)


def _replace(name: str, one: Stated, facts: dict[str, Fact], beside: dict[str, Beside]) -> None:
    """A field a layer states takes the place of what lies beneath."""
    lines: tuple[str, ...] = getattr(one.model, name)
    if not lines:
        return
    said: tuple[str, ...] = getattr(one.translation, name) if one.translation else ()
    if said:
        facts[name] = Fact(lines=said, passport=_passport(one))
        beside.pop(name, None)
    else:
        beside[name] = Beside(lines=lines, passport=one.passport, instead=name in facts)


def _append(name: str, one: Stated, facts: dict[str, Fact], beside: dict[str, Beside]) -> None:
    """A field with a plus adds to what lies beneath."""
    lines = one.model.more.get(name, ())
    if not lines:
        return
    said = one.translation.more.get(name, ()) if one.translation else ()
    under = beside.get(name)
    if said and under is None:
        above = facts[name].lines if name in facts else ()
        facts[name] = Fact(lines=(*above, *said), passport=_passport(one))
        return
    told = under.lines if under else ()
    beside[name] = Beside(
        lines=(*told, *lines), passport=one.passport, instead=bool(under and under.instead)
    )


def _unknown(chinese: Card, stated: Sequence[Stated]) -> dict[str, str]:
    """Return who knows what nobody has checked; a name nobody translated stays in Chinese."""
    said: dict[str, str] = {}
    for one in stated:
        for name, who in one.model.unknown.items():
            said[name] = (one.translation.unknown.get(name) if one.translation else "") or who
    return {name: said.get(name, who) for name, who in chinese.unknown.items()}


def _ended(chinese: Ended | None, stated: Sequence[Stated]) -> Ended | None:
    """Return an ended rule: asked for in either language, told in the best one there is."""
    if chinese is None:
        return None
    asked: Mapping[str, None] = dict.fromkeys(chinese.asked)
    found = chinese
    for one in stated:
        if one.model.ended is None:
            continue
        said = one.translation.ended if one.translation else None
        if said is None:
            found = chinese
            continue
        asked = {**asked, **dict.fromkeys(said.asked)}
        found = replace(chinese, note=said.note, now=said.now)
    return replace(found, asked=tuple(asked) if chinese.asked else ())
