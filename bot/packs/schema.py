"""The shape of content files. Errors name file, key path, what was expected and an example."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

FACT_FIELDS = (
    "answer", "conditions", "papers", "steps", "where", "when", "contact", "cost", "duration",
    "notes", "detail",
)  # fmt: skip
_SPAN = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_TIME = _SPAN.replace("^(", "^$|^(", 1)
_RRULE = r"^$|^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]+=[-+,A-Z0-9]+)*$"


def _lines(value: object) -> object:
    """Accept one line or a list of lines; blank means nothing."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, int | float):
        return (str(value),)
    return value


def _text(value: object) -> object:
    """Accept a number or a date where text is meant; null means unknown."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float | date) else value


Lines = Annotated[tuple[str, ...], BeforeValidator(_lines)]
Text = Annotated[str, BeforeValidator(_text)]
Span = Annotated[str, Field(pattern=_SPAN)]


class Strict(BaseModel):
    """A shape without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HumanModel(Strict):
    """How a person of the community is reached."""

    who: Text = ""
    hours: Text = ""
    phone: Text = ""


class NamesModel(Strict):
    """What a pack is called in another language."""

    title: str
    who: Text = ""
    hours: Text = ""


class PackModel(Strict):
    """``pack.yaml``."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")
    title: str
    level: Literal["nation", "province", "city", "district", "community"]
    extends: tuple[str, ...] = ()
    owner: str
    fictional: bool = False
    aka: tuple[str, ...] = ()
    summary: Text = ""
    human: HumanModel = HumanModel()
    names: dict[str, NamesModel] = Field(default_factory=dict)


class TongueModel(Strict):
    """One language of ``languages.yaml``."""

    whole: tuple[str, ...] = ()
    review: Text = ""


class EffectiveModel(Strict):
    """When a rule holds."""

    from_: Text = Field(default="", alias="from")
    to: date | None = None
    status: Literal["in_force", "expired", "unknown", ""] = ""
    note: Text = ""


class EndedModel(Strict):
    """A rule that has stopped and what holds now."""

    since: Text = ""
    asked: Lines = ()
    note: str
    now: Text = ""


class CardModel(BaseModel):
    """One answer card of ``answers/<group>.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    as_of: date
    basis: Text = ""
    confidence: Literal["high", "medium", "low"] = "high"
    review_by: date | None = None
    effective: EffectiveModel | None = None
    answer: Lines = ()
    conditions: Lines = ()
    papers: Lines = ()
    steps: Lines = ()
    where: Lines = ()
    when: Lines = ()
    contact: Lines = ()
    cost: Lines = ()
    duration: Lines = ()
    notes: Lines = ()
    detail: Lines = ()
    more: Mapping[str, Lines] = Field(default_factory=dict)
    unknown: dict[str, Text] = Field(default_factory=dict)
    ended: EndedModel | None = None


class TranslatedEndedModel(Strict):
    """A rule that has stopped, told in another language."""

    asked: Lines = ()
    note: str
    now: Text = ""


class TranslationModel(Strict):
    """One card of ``answers/<language>/<group>.yaml``: the same facts in another language."""

    as_of: date
    basis: Text = ""
    answer: Lines = ()
    conditions: Lines = ()
    papers: Lines = ()
    steps: Lines = ()
    where: Lines = ()
    when: Lines = ()
    contact: Lines = ()
    cost: Lines = ()
    duration: Lines = ()
    notes: Lines = ()
    detail: Lines = ()
    more: Mapping[str, Lines] = Field(default_factory=dict)
    unknown: dict[str, Text] = Field(default_factory=dict)
    ended: TranslatedEndedModel | None = None


class EntryModel(BaseModel):
    """One entry of ``directory/<kind>.yaml``; further text fields are kept as they are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,60}$")
    name: str
    source: str
    as_of: date
    basis: Text = ""
    confidence: Literal["high", "medium", "low"] = "high"
    review_by: date | None = None
    sort: Text = ""
    aka: Lines = ()
    text: Text = ""
    address: Text = ""
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    hours: Text = ""
    open: dict[
        Literal["daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"],
        tuple[Span, ...],
    ] = Field(default_factory=dict)
    rrule: Annotated[Text, Field(pattern=_RRULE)] = ""
    time: Annotated[Text, Field(pattern=_TIME)] = ""
    holiday: Literal["skip", "keep", "ask"] = "keep"
    place: Text = ""
    phone: Text = ""
    facilities: Lines = ()
    number: Text = ""
    use: Text = ""
    tags: Lines = ()


class RuleModel(Strict):
    """A keyword rule of ``phrases.yaml``."""

    all: tuple[str, ...] = Field(min_length=1)
    none: tuple[str, ...] = ()
    score: float = Field(default=0.9, gt=0, le=1)
    safety: bool = False


Style = Literal[
    "plain", "indirect", "story", "short", "colloquial", "dialect", "typo", "voice", "nonnative",
    "traditional", "english",
]  # fmt: skip


class MorePhrasesModel(Strict):
    """What residents say for one intent in another language: ``phrases.<language>.yaml``."""

    phrases: dict[Style, Lines]
    rules: tuple[RuleModel, ...] = ()
    look_alikes: Lines = ()


class PhrasesModel(MorePhrasesModel):
    """What residents say for one intent: ``phrases.yaml``."""

    ask: str = Field(max_length=16)


class TrialAskModel(Strict):
    """A message by the second author with the ids that are right for it."""

    text: str
    style: Style
    also: Lines = ()


class TrialLookAlikeModel(Strict):
    """A harmless sentence built like a crisis; ``intent`` is "" when it is no ask."""

    text: str
    intent: str


class TrialTwoAsksModel(Strict):
    """Two asks in one message."""

    text: str
    intents: tuple[str, str]


class TrialModel(Strict):
    """``intents/trial.yaml``: messages by another author, from which trust is learned."""

    asks: dict[str, tuple[TrialAskModel, ...]]
    outside: dict[Literal["far", "near", "noise", "abuse", "spam"], Lines]
    crises: dict[str, Lines]
    look_alikes: tuple[TrialLookAlikeModel, ...]
    two_asks: tuple[TrialTwoAsksModel, ...]


_EXAMPLES = {
    "as_of": "as_of: 2026-11-21",
    "source": "source: FACTS J1；居住证暂行条例",
    "slug": "slug: zengcheng",
    "level": "level: district",
    "id": "id: demo-station-1",
    "title": "title: 广州市增城区",
    "answer": "answer: 第一次办不收钱。",
    "papers": "papers: [身份证, 照片]",
    "review_by": "review_by: 2027-11-21",
    "effective": "effective: {from: 2016-01-01, to: 2026-12-31}",
    "lat": "lat: 23.1301",
    "lon": "lon: 113.5712",
    "rrule": "rrule: FREQ=MONTHLY;BYDAY=2SA",
    "time": 'time: "14:30-17:00"',
    "extends": "extends: [national, guangdong]",
    "open": 'open: {daily: ["08:00-22:00"]}',
    "rules": '- {all: ["居住证", "怎么办|办理"], none: ["签注"]}',
    "ask": "ask: 办居住证",
    "phrases": "phrases: {plain: [怎么办居住证]}",
    "unknown": "unknown: {where: 社区工作人员}",
    "confidence": "confidence: high",
    "human": "human: {who: 社区工作人员, phone: null}",
    "purposes": "purposes: [school, hukou, housing]",
    "jurisdiction": "jurisdiction: {province: 广东省, city: 广州市, district: null}",
    "indicators": "- {id: blood, label: 献血, input: {type: count}, points: {per_unit: 2}}",
    "deductions": "- {id: tax, label: 偷漏税, points: {per_unit: -10}, applies_to: [hukou]}",
    "exclusive_groups": "- {id: housing_choice, members: [home_owned, home_rented], rule: choice}",
    "eligibility": "- {id: permit, text: 居住证满1年, check: {of: permit_years, at_least: 1}}",
    "documents": "- {id: deed, text: 房产证, for: [home_owned]}",
    "sources": "sources: {S1: {title: 穗府规〔2021〕7号, kind: official}}",
}


def problems(error: ValidationError, file: Path, at: str) -> list[str]:
    """Translate a validation error: one line a problem, file, key path, expectation, example."""
    out = []
    for item in error.errors():
        path = ".".join([at, *(str(part) for part in item["loc"])]).strip(".")
        head = next((str(part) for part in item["loc"] if str(part) in _EXAMPLES), "")
        example = f"; example: {_EXAMPLES[head]}" if head else ""
        where = f"{file}: {path}" if path else str(file)
        out.append(f"{where}: expected {_expected(item)}{example}")
    return out


def _expected(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "no such key (see docs/content.md)"
    if item["type"] == "missing":
        return "this key, it is required"
    message = re.sub(r"^(Input should be |Value error, )", "", str(item["msg"]))
    if item["type"] == "value_error":
        return message
    return f"{message}, found {item.get('input')!r}"[:220]
