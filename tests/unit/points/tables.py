"""Reads the tables of the packs and the cases counted by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from bot.domain.points import PointsTable
from bot.packs.loader import PackStore, read_yaml
from bot.packs.tables import composed
from intents.points.answers import Answer, Lasting, Period, Span
from intents.points.scoring import nothing_else

ROOT = Path(__file__).parents[3]
POINTS = ROOT / "tests" / "points"
FIVE = ("养老", "医疗", "失业", "工伤", "生育")


@cache
def tables() -> Mapping[str, PointsTable]:
    """Return all tables of all packs, of whatever district."""
    store = PackStore(ROOT / "data")
    found: dict[str, PointsTable] = {}
    for slug in store.slugs:
        found |= store.layer(slug).tables
    return composed(found)


@dataclass(frozen=True)
class Case:
    """One case counted by hand."""

    table: PointsTable
    day: date
    answers: Mapping[str, Answer | None]
    raw: Mapping[str, object]


def cases() -> dict[str, Case]:
    """Return the cases of all tables by a readable name."""
    found: dict[str, Case] = {}
    for file in sorted((POINTS / "cases").glob("*.yaml")):
        content = read_yaml(file)
        for raw in content["cases"]:
            name = f"{file.stem}/{raw['id']}"
            assert name not in found, name
            found[name] = _case(tables()[content["table"]], raw)
    return found


def _case(whole: PointsTable, raw: Mapping[str, object]) -> Case:
    table = whole.narrowed(raw["purpose"])
    said = {name: answer(value) for name, value in raw["answers"].items()}
    if raw.get("rest") != "open":
        open_ones = [name for name, value in said.items() if value is None]
        said = nothing_else(table, said)
        for name in open_ones:
            del said[name]
    said |= {f"eligibility.{name}": True for name in raw.get("meets", ())}
    said |= {f"eligibility.{name}": False for name in raw.get("fails", ())}
    return Case(table=table, day=raw["day"], answers=said, raw=raw)


def answer(value: object) -> Answer | None:
    """Return an answer as the calculator takes it, from how YAML has it."""
    if isinstance(value, float):
        return Fraction(str(value))
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    if set(value) <= {"years", "months", "days"}:
        return Lasting(**value)
    if "from" in value:
        return Period(start=value["from"], end=value.get("to"))
    if "all" in value:
        return dict.fromkeys(FIVE, answer(value["all"]))
    return {str(name): answer(one) for name, one in value.items()}


def span(value: object) -> Span:
    """Return an expected total: one number, or lowest and highest."""
    if isinstance(value, list):
        low, high = (None if one is None else Fraction(str(one)) for one in value)
        return Span(low, high)
    return Span(Fraction(str(value)), Fraction(str(value)))
