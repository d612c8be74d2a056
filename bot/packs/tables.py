"""Points tables of a pack, from their validated shape to what the domain counts with."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from bot.domain.cards import Passport
from bot.domain.points import (
    AgeBand,
    Ages,
    Check,
    Choices,
    Condition,
    Effect,
    ExclusiveGroup,
    FirstAndMore,
    Fixed,
    Indicator,
    Paper,
    Partial,
    PerUnit,
    PointsTable,
    Scale,
    Shared,
    Unpublished,
)
from bot.packs.schema import PackModel
from bot.packs.table_schema import (
    AgeBandModel,
    ConditionModel,
    DeductionModel,
    IndicatorModel,
    PointsModel,
    TableEffectiveModel,
    TableModel,
)


def table_of(model: TableModel, pack: PackModel) -> PointsTable:
    """Return what a validated file says, as the domain has it."""
    default = model.confidence_default
    bonus = model.district_bonus
    caps = {"district": bonus.cap} if bonus and bonus.cap is not None else {}
    # A cap on points nobody has listed: they exist, and the total cannot hold them.
    unlisted_bonus = (bonus.text,) if bonus and not bonus.items and not model.unscored else ()
    added = tuple(
        IndicatorModel.model_validate({"group": "district", **item})
        for item in (bonus.items if bonus else ())
    )
    return PointsTable(
        id=model.id,
        title=model.title,
        purposes=model.purposes,
        passport=_passport(model, pack),
        version=model.version,
        district=model.jurisdiction.district or "",
        effect=_effect(model.effective),
        indicators=(
            *(_indicator(one, default) for one in (*model.indicators, *added)),
            *(_deduction(one, default) for one in model.deductions if one.points),
        ),
        groups=tuple(
            ExclusiveGroup(id=one.id, members=one.members, rule=one.rule, note=one.note)
            for one in model.exclusive_groups
        ),
        group_caps=caps,
        conditions=(
            *(_condition(one, default) for one in model.eligibility),
            *(_bar(one, default) for one in model.deductions if one.effect),
        ),
        papers=tuple(
            Paper(id=one.id, text=one.text, needed_for=one.needed_for) for one in model.documents
        ),
        floor=model.total.floor,
        cutoff=_month_and_day(model.cutoff),
        unscored=(*model.unscored, *unlisted_bonus),
        unknowns=model.unknowns,
        uses=model.uses_table,
    )


def _passport(model: TableModel, pack: PackModel) -> Passport:
    return Passport(
        pack=pack.slug,
        owner=pack.owner,
        source=f"points/{model.id}",
        basis=model.legal_basis or model.title,
        as_of=model.as_of,
        confidence=model.confidence_default,
        valid_to=model.effective.to,
        status=model.effective.status,
        note=model.effective.note,
    )


def _month_and_day(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    month, _, day = text.partition("-")
    return int(month), int(day)


def _effect(model: TableEffectiveModel) -> Effect:
    since = None
    if model.from_:
        # "2018" alone: the year is known, the day is not; its first day is taken.
        text = model.from_ if "-" in model.from_ else f"{model.from_}-01-01"
        since = date.fromisoformat(text)
    return Effect(
        since=since, until=model.to, status=model.status, trial=model.trial, note=model.note
    )


def _indicator(model: IndicatorModel, default: str) -> Indicator:
    asked = model.input
    return Indicator(
        id=model.id,
        group=model.group,
        label=model.label,
        brief=model.brief,
        asked=asked.type,
        scale=_scale(model.points, model.cap_extra),
        unit=asked.unit,
        partial=Partial.FLOOR if asked.partial == "n/a" else Partial(asked.partial),
        items=asked.per_item,
        window=asked.window,
        window_years=asked.window_years,
        per_year_cap=model.per_year_cap,
        cap=model.cap,
        requires=model.requires,
        applies_to=model.applies_to,
        confidence=model.confidence or default,
        note="；".join(text for text in (model.rule, model.note, model.cap_note) if text),
        ask=model.ask,
        help=model.help,
    )


def _deduction(model: DeductionModel, default: str) -> Indicator:
    return Indicator(
        id=model.id,
        group="deduction",
        label=model.label,
        brief=model.brief,
        asked=model.input.type,
        scale=_scale(model.points, None),
        unit=model.input.unit,
        applies_to=model.applies_to,
        confidence=model.confidence or default,
        ask=model.ask,
        help=model.help,
    )


def _scale(model: PointsModel | None, cap_extra: Fraction | None) -> Scale:
    """Return how points come of an answer; a table without a figure gives none."""
    if model is None:
        return Unpublished()
    if model.per_unit is not None:
        return PerUnit(
            points=model.per_unit, size=model.unit_size, now=model.now, cap_extra=cap_extra
        )
    if model.first is not None:
        return FirstAndMore(first=model.first, more=model.each_more)
    if model.fixed is not None:
        return Fixed(points=model.fixed)
    if model.shared is not None:
        return Shared(points=model.shared)
    if model.choices:
        return Choices(points=model.choices, unlisted=model.unlisted)
    return Ages(bands=tuple(_band(one) for one in model.age_table or ()))


def _band(model: AgeBandModel) -> AgeBand:
    if model.above is not None:
        return AgeBand(
            start=model.above + 1,
            end=model.to,
            points=model.start or Fraction(0),
            less=model.less_per_year or Fraction(0),
            least=model.min or Fraction(0),
        )
    return AgeBand(start=model.from_ or 0, end=model.to, points=model.points or Fraction(0))


def _condition(model: ConditionModel, default: str) -> Condition:
    check = model.check
    return Condition(
        id=model.id,
        text=model.text,
        check=Check(
            of=check.of,
            at_least=check.at_least,
            at_most=check.at_most,
            equals=check.equals,
            necessary=check.necessary,
        )
        if check
        else None,
        open=model.open,
        confidence=model.confidence or default,
        ask=model.ask,
        help="；".join(text for text in (model.help, model.note) if text),
    )


def _bar(model: DeductionModel, default: str) -> Condition:
    return Condition(
        id=model.id,
        text=f"{model.label}的，{model.effect}",
        check=Check(of=model.id, equals=False),
        applies_to=model.applies_to,
        confidence=model.confidence or default,
        ask=model.ask,
        help=model.help,
    )


def composed(tables: Mapping[str, PointsTable]) -> dict[str, PointsTable]:
    """Return the tables with what each takes over from another.

    Raises:
        ValueError: a table names another one that none of the layers has, or one that itself takes
            over from a third, or an indicator neither has; the text is for a content author.
    """
    out: dict[str, PointsTable] = {}
    for name, table in tables.items():
        if not table.uses:
            out[name] = table
            continue
        base = tables.get(table.uses)
        if base is None or base.uses:
            raise ValueError(
                f"points/{name}: uses_table: expected a table of this or a lower layer that uses "
                f"no other, found {table.uses!r}; example: uses_table: gz-laisui-points-2021"
            )
        out[name] = table.on(base)
        missing = _unknown_names(out[name])
        if missing:
            raise ValueError(
                f"points/{name}: expected ids of its own indicators or of {base.id}, not "
                f"{', '.join(missing)}"
            )
    return out


def _unknown_names(table: PointsTable) -> list[str]:
    """Return what groups, papers and requirements name while the table has no such indicator."""
    known = {one.id for one in table.indicators}
    named = {one.requires for one in table.indicators if one.requires}
    named |= {member for group in table.groups for member in group.members}
    named |= {name for paper in table.papers for name in paper.needed_for}
    return sorted(named - known)


def local(tables: Iterable[PointsTable], places: Mapping[str, str]) -> tuple[PointsTable, ...]:
    """Return the tables that hold here, the most local first.

    A table of a district holds where a layer is called so: a neighbouring district's table may
    stand in the city's pack without being taken for one's own. Within a layer, a table made for
    one purpose comes before the one whose indicators it takes over, and one for fewer purposes
    before one for all.

    Args:
        tables: of all layers.
        places: slug to title of the layers, outermost first.
    """
    found = [
        one
        for one in tables
        if not one.district or any(one.district in title for title in places.values())
    ]
    depth = {slug: at for at, slug in enumerate(places)}

    def distance(one: PointsTable) -> tuple[int, bool, int]:
        return -depth.get(one.passport.pack, 0), not one.uses, len(one.purposes)

    return tuple(sorted(found, key=distance))
