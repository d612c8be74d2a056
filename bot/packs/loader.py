"""Reads layers from disk and merges them, nation outermost, field by field."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.domain.cards import Card, Ended, Fact, Passport
from bot.domain.directory import Entry
from bot.domain.errors import PackError
from bot.domain.points import PointsTable
from bot.packs.schema import (
    FACT_FIELDS,
    CardModel,
    EntryModel,
    PackModel,
    TranslationModel,
    problems,
)
from bot.packs.table_schema import TableModel
from bot.packs.tables import composed, local, table_of
from bot.packs.translations import Stated, translated

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Merged communities kept in memory at once; the least used one is dropped.
MAX_VIEWS = 256
M = TypeVar("M", bound=BaseModel)
_OWN_FIELDS = frozenset(EntryModel.model_fields)


class _Loader(_BASE):  # type: ignore[misc] # the base is the C loader where there is one
    """The safe loader; of two equal keys YAML would silently drop the first."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping whose keys stand once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                problem = f"the key {key.value!r} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


def read_yaml(file: Path) -> Any:
    """Read one YAML file.

    Raises:
        PackError: it is not readable as YAML, or a key stands twice; names file, line and column.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1} column {mark.column + 1}" if mark else "encoding"
        problem = getattr(error, "problem", None) or "UTF-8 text"
        raise PackError([f"{file}: {where}: not valid YAML: {problem}"]) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One pack folder as written, not merged.

    Attributes:
        translations: language tag -> intent -> its card in that language.
    """

    model: PackModel
    folder: Path
    cards: Mapping[str, tuple[CardModel, Passport]]
    translations: Mapping[str, Mapping[str, TranslationModel]]
    entries: Mapping[str, Entry]
    tables: Mapping[str, PointsTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What one community knows, layers merged; satisfies ``sdk.PackView``.

    Attributes:
        points: the tables that hold here, the most local first.
        elsewhere: the same by language tag, as far as it is translated.
    """

    slug: str
    title: str
    summary: str
    fictional: bool
    level: str
    human: Mapping[str, str]
    chain: tuple[str, ...]
    cards: Mapping[str, Card]
    directory: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    points: tuple[PointsTable, ...] = ()
    elsewhere: Mapping[str, "Pack"] = field(default_factory=dict)

    def told_in(self, language: str) -> "Pack":
        """Return the same in another language; without any card where nothing is translated."""
        return self.elsewhere.get(language) or replace(self, cards={})

    def card(self, intent: str) -> Card | None:
        """Return the answer card of an intent, or nothing."""
        return self.cards.get(intent)

    def entries(self, kind: str, *sorts: str) -> Sequence[Entry]:
        """Return directory entries of a kind, optionally only of some sorts."""
        found = self.directory.get(kind, ())
        return tuple(entry for entry in found if entry.sort in sorts) if sorts else found

    def tables(self, purpose: str) -> Sequence[PointsTable]:
        """Return the points tables for a purpose that hold here, the most local first."""
        return tuple(one.narrowed(purpose) for one in self.points if purpose in one.purposes)


def read_layer(folder: Path) -> Layer:
    """Read and validate one pack folder.

    Raises:
        PackError: with every problem found in the folder, not only the first.
    """
    found: list[str] = []
    model = _read_pack(folder)
    cards: dict[str, tuple[CardModel, Passport]] = {}
    translations: dict[str, dict[str, TranslationModel]] = {}
    for file in sorted((folder / "answers").glob("*.yaml")):
        for intent, card in _read_cards(file, CardModel, found).items():
            cards[intent] = (card, _passport(card, model))
    for file in sorted((folder / "answers").glob("*/*.yaml")):
        translations.setdefault(file.parent.name, {}).update(
            _read_cards(file, TranslationModel, found)
        )
    entries: dict[str, Entry] = {}
    for file in sorted((folder / "directory").glob("*.yaml")):
        found += _read_entries(file, model, entries)
    tables: dict[str, PointsTable] = {}
    for file in sorted((folder / "points").glob("*.yaml")):
        found += _read_table(file, model, tables)
    if found:
        raise PackError(found)
    return Layer(
        model=model,
        folder=folder,
        cards=cards,
        translations=translations,
        entries=entries,
        tables=tables,
    )


def _read_pack(folder: Path) -> PackModel:
    file = folder / "pack.yaml"
    raw = read_yaml(file)
    model = _validated(PackModel, raw, file, "")
    if isinstance(model, list):
        raise PackError(model)
    if model.slug != folder.name:
        raise PackError([f"{file}: slug: expected {folder.name!r}, the folder's name"])
    return model


def _validated(model: type[M], raw: object, file: Path, at: str) -> M | list[str]:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        return problems(error, file, at)


def _passport(model: CardModel | EntryModel, pack: PackModel) -> Passport:
    effective = getattr(model, "effective", None)
    return Passport(
        pack=pack.slug,
        owner=pack.owner,
        source=model.source,
        basis=model.basis,
        as_of=model.as_of,
        confidence=model.confidence,
        review_by=model.review_by,
        valid_to=effective.to if effective else None,
        status=effective.status if effective else "",
        note=effective.note if effective else "",
    )


def _read_cards(file: Path, shape: type[M], found: list[str]) -> dict[str, M]:
    """Read the cards of one file; what is wrong is added to ``found``."""
    raw = read_yaml(file)
    if not isinstance(raw, dict):
        found.append(
            f"{file}: expected intent ids with their cards; example: {{legal.aid: {{...}}}}"
        )
        return {}
    cards: dict[str, M] = {}
    for intent, fields in raw.items():
        if str(intent).partition(".")[0] != file.stem:
            found.append(
                f"{file}: {intent}: expected an id of group {file.stem!r}, or another file"
            )
            continue
        if isinstance(fields, dict):
            plus = {key[1:]: value for key, value in fields.items() if str(key).startswith("+")}
            fields = {key: value for key, value in fields.items() if not str(key).startswith("+")}
            fields["more"] = plus
            found += [
                f"{file}: {intent}.+{key}: expected no such key (see docs/content.md)"
                for key in plus
                if key not in FACT_FIELDS
            ]
        model = _validated(shape, fields, file, str(intent))
        if isinstance(model, list):
            found += model
        else:
            cards[str(intent)] = model
    return cards


def _read_entries(file: Path, pack: PackModel, into: dict[str, Entry]) -> list[str]:
    raw = read_yaml(file)
    if not isinstance(raw, list):
        return [f"{file}: expected a list of entries; example: - {{id: station-1, name: ...}}"]
    found: list[str] = []
    for at, fields in enumerate(raw):
        model = _validated(EntryModel, fields, file, f"[{at}]")
        if isinstance(model, list):
            found += model
        elif model.id in into:
            found.append(f"{file}: [{at}].id: expected an id used once, {model.id!r} is taken")
        else:
            into[model.id] = _entry(model, file.stem, pack)
    return found


def _entry(model: EntryModel, kind: str, pack: PackModel) -> Entry:
    extra = {
        str(key): "、".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in (model.model_extra or {}).items()
        if value is not None
    }
    return Entry(
        id=model.id,
        kind=kind,
        name=model.name,
        passport=_passport(model, pack),
        sort=model.sort,
        aka=model.aka,
        text=model.text,
        address=model.address,
        latitude=model.lat,
        longitude=model.lon,
        hours=model.hours,
        open={str(day): spans for day, spans in model.open.items()},
        rrule=model.rrule,
        time=model.time,
        holiday=model.holiday,
        place=model.place,
        phone=model.phone,
        facilities=model.facilities,
        number=model.number,
        use=model.use,
        tags=model.tags,
        extra=extra,
    )


def _read_table(file: Path, pack: PackModel, into: dict[str, PointsTable]) -> list[str]:
    model = _validated(TableModel, read_yaml(file), file, "")
    if isinstance(model, list):
        return model
    if model.id in into:
        return [f"{file}: id: expected an id used once, {model.id!r} is taken"]
    into[model.id] = table_of(model, pack)
    return []


def merge(layers: Sequence[Layer]) -> Pack:
    """Merge layers, outermost first: the deeper one wins field by field.

    Raises:
        PackError: a points table takes over from one that no layer has.
    """
    deepest = layers[-1].model
    cards: dict[str, Card] = {}
    entries: dict[str, Entry] = {}
    tables: dict[str, PointsTable] = {}
    human: dict[str, str] = {}
    for layer in layers:
        for intent, (model, passport) in layer.cards.items():
            cards[intent] = _deepen(cards.get(intent), intent, model, passport)
        entries.update(layer.entries)
        tables.update(layer.tables)
        human.update({key: text for key, text in layer.model.human if text})
    directory: dict[str, list[Entry]] = {}
    for entry in entries.values():
        directory.setdefault(entry.kind, []).append(entry)
    pack = Pack(
        slug=deepest.slug,
        title=deepest.title,
        summary=deepest.summary,
        fictional=deepest.fictional,
        level=deepest.level,
        human=human,
        chain=tuple(layer.model.slug for layer in layers),
        cards=cards,
        directory={kind: tuple(found) for kind, found in directory.items()},
        points=_points(tables, layers),
    )
    tags = {tag for layer in layers for tag in (*layer.translations, *layer.model.names)}
    return replace(pack, elsewhere={tag: _told_in(tag, pack, layers) for tag in sorted(tags)})


def _points(tables: Mapping[str, PointsTable], layers: Sequence[Layer]) -> tuple[PointsTable, ...]:
    try:
        whole = composed(tables)
    except ValueError as error:
        raise PackError([f"{layers[-1].folder.name}: {error}"]) from error
    return local(whole.values(), {layer.model.slug: layer.model.title for layer in layers})


def _told_in(tag: str, pack: Pack, layers: Sequence[Layer]) -> Pack:
    """Return a merged pack in another language."""
    cards: dict[str, Card] = {}
    for intent, chinese in pack.cards.items():
        stated = [
            Stated(
                model=layer.cards[intent][0],
                passport=layer.cards[intent][1],
                translation=layer.translations.get(tag, {}).get(intent),
            )
            for layer in layers
            if intent in layer.cards
        ]
        card = translated(chinese, stated, tag)
        if card is not None:
            cards[intent] = card
    names = layers[-1].model.names.get(tag)
    if names is None:
        return replace(pack, cards=cards)
    human = {"who": names.who, "hours": names.hours}
    human = {**pack.human, **{key: text for key, text in human.items() if text}}
    return replace(pack, cards=cards, title=names.title, human=human)


def _deepen(below: Card | None, intent: str, model: CardModel, passport: Passport) -> Card:
    facts = dict(below.facts) if below else {}
    for name in FACT_FIELDS:
        lines: tuple[str, ...] = getattr(model, name)
        if lines:
            facts[name] = Fact(lines=lines, passport=passport)
    for name, lines in model.more.items():
        under = facts[name].lines if name in facts else ()
        facts[name] = Fact(lines=(*under, *lines), passport=passport)
    cleared = "unknown" in model.model_fields_set and not model.unknown
    inherited = below.unknown if below and not cleared else {}
    unknown = {**inherited, **model.unknown}
    ended = below.ended if below else None
    if model.ended:
        old = model.ended
        ended = Ended(note=old.note, now=old.now, since=old.since, asked=old.asked)
    known = {name: who for name, who in unknown.items() if name not in facts}
    return Card(intent=intent, facts=facts, unknown=known, ended=ended)


class PackStore:
    """All packs under one folder; communities are merged when first asked for."""

    def __init__(self, root: Path):
        self._root = root
        self._lock = Lock()
        self._layers: dict[str, Layer] = {}
        self._views: OrderedDict[str, Pack] = OrderedDict()
        self._folders = {
            file.parent.name: file.parent
            for pattern in ("*/pack.yaml", "communities/*/pack.yaml")
            for file in sorted(root.glob(pattern))
        }
        if not self._folders:
            raise PackError([f"{root}: expected at least one <slug>/pack.yaml"])

    @property
    def slugs(self) -> tuple[str, ...]:
        """Return the slugs of all packs found."""
        return tuple(self._folders)

    def layer(self, slug: str) -> Layer:
        """Return one pack as written.

        Raises:
            PackError: there is no such pack, or it is not valid.
        """
        if slug not in self._folders:
            known = ", ".join(sorted(self._folders))
            raise PackError([f"{self._root}: no pack {slug!r}; there are: {known}"])
        if slug not in self._layers:
            self._layers[slug] = read_layer(self._folders[slug])
        return self._layers[slug]

    def get(self, slug: str) -> Pack:
        """Return a community's merged pack.

        Raises:
            PackError: it or a layer beneath it is missing or not valid.
        """
        with self._lock:
            view = self._views.get(slug)
            if view is not None:
                self._views.move_to_end(slug)
                return view
            own = self.layer(slug)
            pack = merge([*(self.layer(below) for below in own.model.extends), own])
            self._views[slug] = pack
            while len(self._views) > MAX_VIEWS:
                self._views.popitem(last=False)
            return pack

    def communities(self) -> tuple[Layer, ...]:
        """Return the packs that are communities, by slug."""
        layers = (self.layer(slug) for slug in sorted(self._folders))
        return tuple(layer for layer in layers if layer.model.level == "community")
