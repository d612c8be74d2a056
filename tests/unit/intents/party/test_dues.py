"""Party dues: cases worked by hand, each with its working, in ``dues.yaml``."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from intents.party.dues import CannotSay, Dues, Member, Need, dues

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "dues.yaml").read_text("utf-8")
)
LEAST_CASES = 15


def reckon(case: dict[str, Any]) -> Dues | CannotSay:
    member, income = case.get("member"), case.get("income")
    return dues(
        None if member is None else Member(member),
        None if income is None else Decimal(str(income)),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(CASES.index(case) + 1))
def test_a_case_worked_by_hand_comes_out_the_same(case: dict[str, Any]):
    """To the cent; where it cannot be said, what is missing."""
    found = reckon(case)

    if "refuse" in case:
        assert found == CannotSay(needs=tuple(map(Need, case["refuse"])))
        return
    assert isinstance(found, Dues)
    wanted = {"most": case["expect"]["least"], "percent": None} | case["expect"]
    for key, value in wanted.items():
        exact = None if value is None else Decimal(str(value))
        assert getattr(found, key) == exact, (key, case["working"])
    assert found.source


def test_there_are_enough_cases():
    """Fifteen at least, no two with one working."""
    assert len({case["working"] for case in CASES}) == len(CASES) >= LEAST_CASES
