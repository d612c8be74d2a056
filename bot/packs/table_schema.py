"""The shape of ``points/<name>.yaml``: a points table (积分表) as a file has it.

Figures stand in the file as their source has them; keys beside them (``check``, ``window_years``,
``less_per_year``) say the same in a form a machine can count with. What a file says in prose only
(process, history) is accepted and not interpreted.
"""

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bot.domain.points import Asked
from bot.packs.schema import EffectiveModel, Strict, Text

Purpose = Literal["school", "hukou", "housing"]
Confidence = Literal["high", "medium", "low"]


def _exact(value: object) -> object:
    """Read a number exactly as it is written: 0.1 is a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Fraction(str(value))


Number = Annotated[Fraction, BeforeValidator(_exact)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$")]


class TableEffectiveModel(EffectiveModel):
    """When a table holds."""

    trial: bool = False


class JurisdictionModel(Strict):
    """Where a table holds; no district means the whole city."""

    province: str
    city: str
    district: str | None = None


class CheckModel(Strict):
    """How a condition is read off an answer."""

    of: Id
    at_least: Number | None = None
    at_most: Number | None = None
    equals: bool | None = None
    necessary: bool = False

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least, self.at_most, self.equals) == (None, None, None):
            raise ValueError("at_least, at_most or equals")
        return self


class ConditionModel(Strict):
    """A condition that counts no points."""

    id: Id
    text: str
    check: CheckModel | None = None
    open: bool = False
    ask: Text = ""
    help: Text = ""
    note: Text = ""
    confidence: Confidence | None = None
    source: tuple[str, ...] = ()


class InputModel(Strict):
    """What is asked for an indicator."""

    type: Asked
    unit: Text = ""
    partial: Literal["floor", "prorate_day", "prorate_month", "n/a"] = "floor"
    window: Text = ""
    window_years: int | None = Field(default=None, ge=1, le=50)
    per_item: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class AgeBandModel(Strict):
    """A band of an age table: ``from`` … ``to``, or all ages ``above``."""

    from_: int | None = Field(default=None, alias="from")
    to: int | None = None
    above: int | None = None
    points: Number | None = None
    rule: Text = ""
    start: Number | None = None
    less_per_year: Number | None = None
    min: Number | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        flat = self.from_ is not None and self.points is not None
        falling = None not in (self.above, self.start, self.less_per_year)
        if not flat and not falling:
            raise ValueError("from and points, or above, start and less_per_year")
        return self


class PointsModel(Strict):
    """How points come of an answer: exactly one way."""

    per_unit: Number | None = None
    unit_size: Number = Field(default=Fraction(1), gt=0)
    now: Number = Fraction(0)
    first: Number | None = None
    each_more: Number = Fraction(0)
    fixed: Number | None = None
    shared: Number | None = None
    formula: Text = ""
    choices: dict[str, Number] | None = None
    unlisted: tuple[str, ...] = ()
    age_table: tuple[AgeBandModel, ...] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (
            self.per_unit,
            self.first,
            self.fixed,
            self.shared,
            self.choices or None,
            self.age_table or None,
        )
        if sum(way is not None for way in ways) != 1:
            raise ValueError("one of per_unit, first, fixed, shared, choices, age_table")
        return self


class IndicatorModel(Strict):
    """One thing that is counted."""

    id: Id
    label: str
    brief: Text = ""
    group: Literal["base", "bonus", "district"] = "base"
    input: InputModel
    points: PointsModel | None = Field(...)
    cap: Number | None = None
    cap_note: Text = ""
    cap_extra: Number | None = None
    per_year_cap: Number | None = None
    requires: Text = ""
    applies_to: tuple[Purpose, ...] = ()
    rule: Text = ""
    note: Text = ""
    ask: Text = ""
    help: Text = ""
    confidence: Confidence | None = None
    source: tuple[str, ...] = ()


class DeductionModel(Strict):
    """Something points are taken off for, or that bars an application (``effect``)."""

    id: Id
    label: str
    brief: Text = ""
    input: InputModel = InputModel(type=Asked.COUNT)
    points: PointsModel | None = None
    effect: Text = ""
    applies_to: tuple[Purpose, ...] = ()
    ask: Text = ""
    help: Text = ""
    confidence: Confidence | None = None
    source: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.points is None) == (not self.effect):
            raise ValueError("either points or effect")
        return self


class GroupModel(Strict):
    """Indicators of which only one counts."""

    id: Id
    members: tuple[str, ...] = Field(min_length=1)
    rule: Literal["max", "choice"]
    note: Text = ""
    source: tuple[str, ...] = ()


class DistrictBonusModel(Strict):
    """Points a district adds to the city's."""

    cap: Number | None = None
    text: Text = ""
    items: tuple[dict[str, Any], ...] = ()
    confidence: Confidence | None = None
    source: tuple[str, ...] = ()


class PaperModel(Strict):
    """A paper to bring."""

    id: Id
    text: str
    needed_for: tuple[str, ...] = Field(default=(), alias="for")
    source: tuple[str, ...] = ()


class TotalModel(Strict):
    """How the total is made; no table goes below nothing unless it says so."""

    formula: Text = ""
    floor: Number | None = Fraction(0)
    confidence: Confidence | None = None
    source: tuple[str, ...] = ()


class TableModel(Strict):
    """``points/<name>.yaml``. The keys after ``sources`` are prose for editors."""

    id: Id
    title: str
    jurisdiction: JurisdictionModel
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    as_of: date
    version: Text = ""
    uses_table: Text = ""
    effective: TableEffectiveModel = TableEffectiveModel()
    authority: Text = ""
    legal_basis: Text = ""
    confidence_default: Confidence = "medium"
    cutoff: str | None = Field(default=None, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    total: TotalModel = TotalModel()
    eligibility: tuple[ConditionModel, ...] = ()
    indicators: tuple[IndicatorModel, ...] = ()
    exclusive_groups: tuple[GroupModel, ...] = ()
    deductions: tuple[DeductionModel, ...] = ()
    district_bonus: DistrictBonusModel | None = None
    documents: tuple[PaperModel, ...] = ()
    unscored: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    sources: dict[str, dict[str, Any]] = Field(min_length=1)
    system: Any = None
    award_notes: Any = None
    deduction_note: Any = None
    process: Any = None
    quota: Any = None
    tie_breakers: Any = None
    cutoff_rules: Any = None
    priority_industries: Any = None
    combine_parents: Any = None
    priority_batch: Any = None
    categories: Any = None
    scope: Any = None
    windows: Any = None
    history: Any = None
    admission_order: Any = None
    permit_process: Any = None
    other_districts: Any = None
    priority: Any = None

    @model_validator(mode="after")
    def _sources_known(self) -> Self:
        """Whatever counts or bars names sources that stand in the table."""
        stated: tuple[ConditionModel | IndicatorModel | DeductionModel | GroupModel, ...] = (
            *self.eligibility,
            *self.indicators,
            *self.deductions,
            *self.exclusive_groups,
        )
        named = {name for one in stated for name in one.source}
        missing = sorted(named - self.sources.keys())
        if missing:
            raise ValueError(f"sources of this table, not {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        """Members and requirements of a table that stands by itself exist."""
        if self.uses_table:
            return self
        known = {one.id for one in self.indicators}
        wanted = {one.requires for one in self.indicators if one.requires}
        wanted |= {member for group in self.exclusive_groups for member in group.members}
        wanted |= {name for paper in self.documents for name in paper.needed_for}
        missing = sorted(wanted - known)
        if missing:
            raise ValueError(f"ids of indicators of this table, not {', '.join(missing)}")
        return self
