"""内容: what each community knows, where it comes from, and what is stale."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, request

from bot.console import wording
from bot.console.guard import signed_in
from bot.console.paging import PER_PAGE, Page, offset, paged
from bot.console.parts import ConsoleParts
from bot.console.rehearsal import Rehearsal
from bot.console.scope import checked, own_titles
from bot.domain.cards import FIELDS, Card
from bot.domain.clock import beijing
from bot.packs.check import coverage, facts, standing
from bot.packs.loader import Pack

#: Filters of a community's list of intents.
FILTERS = {"": "全部", **wording.STANDINGS, "stale": "要复核"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How one community answers, for the overview."""

    slug: str
    title: str
    fictional: bool
    counts: Mapping[str, int]
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One intent in a community's list.

    Attributes:
        intent: id.
        title: its name.
        standing: ``local``, ``general`` or ``handover``.
        checked: oldest day one of its facts was checked, if it has any.
        worries: what makes facts of it stale.
    """

    intent: str
    title: str
    standing: str
    checked: date | None
    worries: tuple[str, ...]


def add_packs(blueprint: Blueprint, parts: ConsoleParts) -> None:
    """Add the overview, a community's page and the page of one card to a blueprint."""
    rehearsal = Rehearsal(parts)

    @blueprint.get("/packs")
    def pack_list() -> str:
        slugs = list(own_titles(parts))[offset() : offset() + PER_PAGE + 1]
        page: Page[str] = paged(slugs, "pack_list")
        rows = [_coverage(parts, slug) for slug in page.rows]
        return render_template("console/packs.html", page=page, rows=rows)

    @blueprint.get("/packs/<slug>")
    def pack(slug: str) -> str:
        found = parts.packs.get(checked(parts, slug))
        chosen = request.args.get("show", "")
        if chosen not in FILTERS:
            abort(404)
        today = _today(parts)
        groups = [
            (group.title, rows)
            for group in parts.registry.capabilities
            if (rows := [
                line
                for intent in group.intents
                if _shown(line := _line(found, intent.id, intent.title, today), chosen)
            ])
        ]  # fmt: skip
        return render_template(
            "console/pack.html",
            pack=found,
            layers=[_layer_title(parts, layer) for layer in found.chain],
            facts=facts(found),
            groups=groups,
            entries=tuple(_stale_entries(found, today)),
            filters=FILTERS,
            chosen=chosen,
        )

    @blueprint.get("/packs/<slug>/<intent>")
    def card(slug: str, intent: str) -> str:
        found = parts.packs.get(checked(parts, slug))
        if intent not in parts.registry.intents:
            abort(404)
        known = found.card(intent)
        return render_template(
            "console/card.html",
            pack=found,
            intent=parts.registry.intents[intent],
            standing=standing(found, intent),
            card=known,
            fields=[name for name in FIELDS if known and name in known.facts],
            layer_title=lambda layer: _layer_title(parts, layer),
            today=_today(parts),
            reply=rehearsal.choose(intent, found),
            editable=signed_in().role.value in {"admin", "editor"},
        )


def _today(parts: ConsoleParts) -> date:
    return beijing(parts.clock.now()).date()


def _coverage(parts: ConsoleParts, slug: str) -> Coverage:
    pack = parts.packs.get(slug)
    today = _today(parts)
    stale = sum(1 for card in pack.cards.values() if any(True for _ in _worries(card, today)))
    return Coverage(
        slug=slug,
        title=pack.title,
        fictional=pack.fictional,
        counts=coverage(pack, parts.registry.intents),
        stale=stale + sum(1 for _ in _stale_entries(pack, today)),
    )


def _worries(card: Card, today: date) -> Iterator[str]:
    seen: set[str] = set()
    for fact in card.facts.values():
        for worry in wording.worries(fact.passport, today):
            if worry not in seen:
                seen.add(worry)
                yield worry


def _line(pack: Pack, intent: str, title: str, today: date) -> Line:
    card = pack.card(intent)
    days = [fact.passport.as_of for fact in card.facts.values()] if card else []
    return Line(
        intent=intent,
        title=title,
        standing=standing(pack, intent),
        checked=min(days, default=None),
        worries=tuple(_worries(card, today)) if card else (),
    )


def _shown(line: Line, chosen: str) -> bool:
    return not chosen or (bool(line.worries) if chosen == "stale" else line.standing == chosen)


def _stale_entries(pack: Pack, today: date) -> Iterator[tuple[str, str]]:
    """Yield directory entries that are stale: name, and why."""
    for entries in pack.directory.values():
        for entry in entries:
            found = tuple(wording.worries(entry.passport, today))
            if found:
                yield entry.name, "；".join(found)


def _layer_title(parts: ConsoleParts, slug: str) -> str:
    return parts.packs.layer(slug).model.title
