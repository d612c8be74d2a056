"""The calculator against what was counted by hand."""

from datetime import date
from fractions import Fraction

import pytest

from bot.packs.loader import read_yaml
from intents.points.eligibility import eligible, standing
from intents.points.scoring import nothing_else, score
from intents.points.telling import figure
from tests.unit.points.tables import POINTS, Case, answer, cases, span, tables

CASES = cases()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_case_counted_by_hand_comes_out_the_same(case: Case):
    """Total, verdict, what is missing, what is not scored, whether the table holds."""
    result = score(case.table, case.answers, case.day)
    expected = case.raw

    assert result.total == span(expected["total"]), expected["working"]
    if "missing" in expected:
        assert list(result.missing) == expected["missing"]
    if "unscored" in expected:
        assert set(expected["unscored"]) <= set(result.unscored)
    if "force" in expected:
        assert standing(case.table, case.day).force.value == expected["force"]
    if "verdict" in expected:
        found = eligible(case.table, case.answers, case.day, result=result)
        assert found.verdict.value == expected["verdict"], expected["working"]


def test_every_table_of_the_packs_has_thirty_cases_with_their_working():
    """A new table without cases fails here."""
    counted: dict[str, int] = dict.fromkeys(tables(), 0)
    for case in CASES.values():
        assert case.raw["working"]
        counted[case.table.id] += 1

    assert all(number >= 30 for number in counted.values()), counted


def _golden() -> list[tuple[dict, dict]]:
    """Return the examples with the inputs they leave to the one before."""
    found, before = [], {}
    for raw in read_yaml(POINTS / "examples_golden.yaml"):
        before = before if raw.get("input_same_as_previous") else raw["input"]
        found.append((raw, before))
    return found


def _inputs(raw: dict) -> dict:
    """Return an example's inputs under the ids of the table."""
    said = {name: answer(value) for name, value in raw.items()}
    if "permit_days" in raw:
        said["permit_years"] = answer({"days": said.pop("permit_days")})
    if "volunteer_by_year" in raw:
        said["volunteer"] = said.pop("volunteer_by_year")
    if "social_insurance_months" in raw:
        months = said.pop("social_insurance_months")
        said["social_insurance"] = {
            name: answer({"months": count}) for name, count in months.items()
        }
    return said


#: What the examples call a line of the result, where it is not an indicator.
PARTS = {
    "residence": "residence_or_property",
    "vocational_or_education": "vocational_or_education",
}


@pytest.mark.parametrize("at", range(7))
def test_the_worked_examples_come_out_as_they_say(at: int):
    """The seven examples that came with the tables."""
    raw, before = _golden()[at]
    table = tables()[raw["table"]].narrowed(raw.get("purpose", "school"))
    said = nothing_else(table, _inputs(before))
    result = score(table, said, raw.get("reference_date", date(2026, 8, 31)))

    for name, points in raw["expect"].items():
        if name == "total":
            assert result.total == span(points)
        elif name == "total_approx":
            assert figure(result.total.low) == str(points)
        elif name == "deduction":
            found = [one.points.low for one in result.items if one.indicator.group == "deduction"]
            assert sum(found) == points
        else:
            part = result.parts.get(PARTS.get(name, name))
            shown = part if part is not None else result.item(name).points
            assert Fraction(figure(shown.low)) == Fraction(str(points))


def test_there_are_seven_worked_examples():
    """None is left out."""
    assert len(_golden()) == 7
