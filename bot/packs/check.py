"""Checks all content together: stale, missing and conflicting facts, and coverage per community."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.domain.cards import FIELDS, Passport
from bot.domain.errors import PackError
from bot.packs.check_tongues import check_tongues, check_translations
from bot.packs.language import read_phrasebook, read_vocabulary
from bot.packs.loader import Layer, Pack, PackStore
from bot.packs.phrasing import apart_problems, phrase_problems, sources, spread_problems
from bot.understanding.phrasebook import Phrasebook

#: A checked fact is looked at again after this many days where no ``review_by`` says otherwise.
STALE_DAYS = 400
_MAX_ANSWER_CHARS = 60
_MAX_ITEMS = 9


@dataclass(slots=True)
class Report:
    """What a check found.

    Attributes:
        errors: wrong content; fails always.
        stale: facts past their date; fails with ``--strict``.
        warnings: worth a look; never fails.
        spread: intents with few phrases or styles; never fails, listed with ``--strict``.
        coverage: community -> counts of local, general and hand-over answers.
        counts: sizes, for orientation.
    """

    errors: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    coverage: dict[str, dict[str, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def text(self, *, strict: bool = False) -> str:
        """Return the report as text, worst first.

        Args:
            strict: list thin intents one by one instead of counting them.
        """
        lines = [f"error: {line}" for line in self.errors]
        lines += [f"stale: {line}" for line in self.stale]
        lines += [f"warning: {line}" for line in self.warnings[:40]]
        if len(self.warnings) > 40:
            lines.append(f"warning: and {len(self.warnings) - 40} more")
        if strict:
            lines += [f"spread: {line}" for line in self.spread]
        elif self.spread:
            lines.append(f"spread: {len(self.spread)} thin spots in phrases; --strict lists them")
        if self.coverage:
            lines.append(
                "coverage (intents answered with local facts / in general / hand-over only):"
            )
            for slug, found in sorted(self.coverage.items()):
                shown = " / ".join(str(found[key]) for key in ("local", "general", "handover"))
                lines.append(f"  {slug:12} {shown}")
        sizes = ", ".join(f"{name} {number}" for name, number in self.counts.items())
        verdict = "failed" if self.errors else "ok"
        lines.append(f"{verdict}: {len(self.errors)} errors, {len(self.stale)} stale; {sizes}")
        return "\n".join(lines)


def check_content(
    store: PackStore,
    folders: Sequence[Path],
    today: date,
    *,
    only: str | None = None,
    apart: Iterable[Path] = (),
) -> Report:
    """Check packs and phrases.

    Args:
        store: all packs.
        folders: capability packages.
        today: Beijing date.
        only: slug of the one pack to check; its layers are read but not reported.
        apart: measuring files no line of content may be near.
    """
    report = Report()
    book = _phrases(folders, report)
    try:
        report.errors += apart_problems(book, sources(folders), apart)
    except PackError as error:
        report.errors += error.problems
    known = frozenset(book.sets)
    whole = _tongues(folders, sorted(known), report)
    slugs = [only] if only else list(store.slugs)
    for slug in slugs:
        layer = _layer(store, slug, report)
        if layer is None:
            continue
        _check_layer(layer, known, today, report)
        report.errors += check_translations(layer, whole)
        pack = _merged(store, slug, report)
        if pack is not None and pack.level == "community":
            report.coverage[slug] = coverage(pack, known)
            report.warnings += _unknown_places(pack)
    report.counts |= {
        "packs": len(slugs),
        "intents": len(known),
        "phrases": sum(1 for found in book.sets.values() for _ in found.texts()),
        "outside": sum(len(lines) for lines in book.outside.values()),
        "languages": len(whole),
    }
    return report


def _tongues(
    folders: Sequence[Path], intents: Sequence[str], report: Report
) -> Mapping[str, Sequence[str]]:
    """Check the sentences in other languages; return which groups are whole in each."""
    try:
        errors, whole = check_tongues(folders[0].parent, folders, intents)
    except PackError as error:
        report.errors += error.problems
        return {}
    report.errors += errors
    return whole


def _phrases(folders: Sequence[Path], report: Report) -> Phrasebook:
    root = folders[0].parent
    try:
        read_vocabulary(root / "vocabulary.yaml")
        book = read_phrasebook(folders, root / "outofscope.yaml", root / "trial.yaml")
    except PackError as error:
        report.errors += error.problems
        return Phrasebook(sets={})
    report.errors += phrase_problems(book, sources(folders))
    report.spread += spread_problems(book)
    asks: dict[str, str] = {}
    for intent, label in book.asks.items():
        if label in asks:
            report.errors.append(f"{intent}: ask {label!r} is also that of {asks[label]}")
        asks[label] = intent
    return book


def _layer(store: PackStore, slug: str, report: Report) -> Layer | None:
    try:
        return store.layer(slug)
    except PackError as error:
        report.errors += error.problems
        return None


def _merged(store: PackStore, slug: str, report: Report) -> Pack | None:
    try:
        return store.get(slug)
    except PackError as error:
        report.errors += [line for line in error.problems if line not in report.errors]
        return None


def _check_layer(layer: Layer, known: frozenset[str], today: date, report: Report) -> None:
    for intent, (model, passport) in layer.cards.items():
        where = f"{layer.folder.name}: {intent}"
        if known and intent not in known:
            report.errors.append(f"{where}: expected an intent of the capabilities, there is none")
        report.stale += _stale(where, passport, today)
        for line in model.answer:
            if len(line) > _MAX_ANSWER_CHARS:
                report.warnings.append(
                    f"{where}.answer: longer than {_MAX_ANSWER_CHARS} characters"
                )
        for name in FIELDS[1:-1]:
            if len(getattr(model, name)) > _MAX_ITEMS:
                report.warnings.append(f"{where}.{name}: more than {_MAX_ITEMS} items")
        unknown = set(model.unknown) - set(FIELDS)
        if unknown:
            report.errors.append(
                f"{where}.unknown: expected card fields, found {', '.join(sorted(unknown))}"
            )
    for entry in layer.entries.values():
        report.stale += _stale(
            f"{layer.folder.name}: {entry.kind}/{entry.id}", entry.passport, today
        )
    for table in layer.tables.values():
        report.stale += _stale(f"{layer.folder.name}: points/{table.id}", table.passport, today)


def _stale(where: str, passport: Passport, today: date) -> Iterable[str]:
    if passport.review_by and passport.review_by < today:
        yield f"{where}: review was due on {passport.review_by}; check the source and move the date"
    elif (today - passport.as_of).days > STALE_DAYS and passport.review_by is None:
        yield f"{where}: checked on {passport.as_of}, more than {STALE_DAYS} days ago"
    if passport.valid_to and passport.valid_to < today and passport.status != "expired":
        yield f"{where}: ran out on {passport.valid_to}; mark it status: expired, or renew it"


def coverage(pack: Pack, intents: Iterable[str]) -> dict[str, int]:
    """Count how a community answers: with local facts, in general, or by handing over."""
    counts = {"local": 0, "general": 0, "handover": 0}
    for intent in intents:
        counts[standing(pack, intent)] += 1
    return counts


def standing(pack: Pack, intent: str) -> str:
    """Tell how a community answers an intent: ``local``, ``general`` or ``handover``."""
    card = pack.cards.get(intent)
    if card is None:
        return "general" if intent.partition(".")[0] == "chat" else "handover"
    layers = {fact.passport.pack for fact in card.facts.values()}
    if pack.slug in layers or (card.ended and not layers):
        return "local"
    if card.lines("answer") or card.ended:
        return "general"
    return "handover"


def _unknown_places(pack: Pack) -> Iterable[str]:
    places = {entry.id for entry in pack.entries("place")}
    for kind, entries in pack.directory.items():
        for entry in entries:
            by_id = entry.place and entry.place.isascii()
            if by_id and entry.place not in places:
                yield f"{pack.slug}: {kind}/{entry.id}.place: no place {entry.place!r}"


def facts(pack: Pack) -> Mapping[str, int]:
    """Count what a community knows by kind, for an overview."""
    return {
        "cards": len(pack.cards),
        **{kind: len(found) for kind, found in pack.directory.items()},
    }
