"""Cases worked by hand from the law, each with its working, in the YAML files beside this one."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.sdk import BEIJING
from intents.legal.deadlines import Limit, deadline, order_deadline
from intents.legal.double_wage import double_wage
from intents.legal.months import Tenure, add_months, full_months, tenure_between
from intents.legal.overtime import Worked, each_way, overtime
from intents.legal.ruling import (
    IN_FORCE,
    Assumption,
    Basis,
    CannotSay,
    Checker,
    Law,
    Ruling,
    Slot,
    Why,
)
from intents.legal.severance import severance
from intents.legal.unemployment import benefit

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 25)
LEAST_CASES = 15
FOUND = Ruling | CannotSay


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one calculator."""
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    assert all(("expect" in case) != ("refuse" in case) for case in found)
    return found


def money(value: object) -> Decimal | None:
    """Return a sum as written."""
    return None if value is None else Decimal(str(value))


def tenure(raw: Mapping[str, Any] | None) -> Tenure | None:
    """Return a time of work as a case writes it."""
    if raw is None:
        return None
    if "from" in raw:
        return tenure_between(raw["from"], raw["to"])
    return Tenure(Decimal(raw["months"]), Decimal(raw.get("days", 0)))


def reckon_severance(case: Mapping[str, Any]) -> FOUND:
    return severance(
        tenure=tenure(case.get("tenure")),
        wage=money(case.get("wage")),
        ended=case.get("ended", TODAY),
        last_month=money(case.get("last_month")),
        local_average=money(case.get("average")),
    )


def reckon_double(case: Mapping[str, Any]) -> FOUND:
    return double_wage(
        start=case.get("start"),
        wage=money(case.get("wage")),
        today=TODAY,
        signed=case.get("signed"),
        left=case.get("left"),
    )


def reckon_overtime(case: Mapping[str, Any]) -> FOUND:
    hours = case.get("hours")
    return overtime(
        wage=money(case.get("wage")),
        hours=None
        if hours is None
        else {Worked(kind): Decimal(str(number)) for kind, number in hours.items()},
    )


def reckon_benefit(case: Mapping[str, Any]) -> FOUND:
    return benefit(insured=case.get("insured"), minimum_wage=money(case.get("minimum")))


def reckon_deadline(case: Mapping[str, Any]) -> FOUND:
    return deadline(Limit(case["limit"]), start=case.get("start"), today=TODAY)


RECKON: dict[str, Callable[[Mapping[str, Any]], FOUND]] = {
    "severance": reckon_severance,
    "double_wage": reckon_double,
    "overtime": reckon_overtime,
    "unemployment": reckon_benefit,
    "deadlines": reckon_deadline,
}
ALL = [
    pytest.param(name, case, id=f"{name}-{number}")
    for name in RECKON
    for number, case in enumerate(cases(name), 1)
]
FIELD = {"short": "short_units"}


@pytest.mark.parametrize(("name", "case"), ALL)
def test_a_case_worked_by_hand_comes_out_the_same(name: str, case: dict[str, Any]):
    """To the cent and to the day; where it cannot be said, what is missing."""
    found = RECKON[name](case)

    if "refuse" in case:
        assert isinstance(found, CannotSay), case["working"]
        assert found.why is Why(case["refuse"]["why"]), case["working"]
        assert found.needs == tuple(map(Slot, case["refuse"].get("needs", ())))
        return
    assert isinstance(found, Ruling), (case["working"], found)
    for key, wanted in case["expect"].items():
        value = getattr(found, FIELD.get(key, key))
        exact = Decimal(str(wanted)) if isinstance(value, Decimal) else wanted
        assert value == exact, f"{key}: {value}, expected {exact}: {case['working']}"


@pytest.mark.parametrize("name", RECKON)
def test_every_calculator_has_enough_cases_and_says_its_law(name: str):
    """At least fifteen, each with its working; no result without a law and what it assumes."""
    found = cases(name)
    results = [RECKON[name](case) for case in found]

    assert len(found) >= LEAST_CASES
    assert len({case["working"] for case in found}) == len(found)
    assert all(one.basis for one in results)
    assert all(one.assumes for one in results if isinstance(one, Ruling))


def test_a_law_says_since_when_it_holds_or_that_this_was_not_checked():
    """Only two documents have no day."""
    assert Basis(Law.CONTRACT, ("47",)).in_force == date(2008, 1, 1)
    assert {law for law in Law if law not in IN_FORCE} == {Law.HOURLY, Law.GUANGDONG_JOBLESS}


def test_months_end_where_a_calendar_ends_them():
    """The 31st plus a month, leap days, and back."""
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 31), 2) == date(2026, 3, 31)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert full_months(date(2026, 1, 31), date(2026, 2, 27)) == 0
    with pytest.raises(ValueError, match="expected a day from"):
        full_months(TODAY, date(2026, 11, 24))
    with pytest.raises(ValueError, match="expected a day from"):
        tenure_between(TODAY, date(2026, 11, 24))
    with pytest.raises(ValueError, match="leave the calendar"):
        add_months(TODAY, 12 * 9000)


def test_a_protection_order_is_decided_within_hours_of_the_request():
    """72 hours, 24 in an urgent case; without the moment nothing is said."""
    taken = datetime(2026, 11, 25, 10, 30, tzinfo=BEIJING)

    plain = order_deadline(taken, urgent=False)
    urgent = order_deadline(taken, urgent=True)

    assert not isinstance(plain, CannotSay)
    assert not isinstance(urgent, CannotSay)
    assert plain.decided_by == datetime(2026, 11, 28, 10, 30, tzinfo=BEIJING)
    assert urgent.decided_by == datetime(2026, 11, 26, 10, 30, tzinfo=BEIJING)
    assert urgent.longest_until == date(2027, 5, 26)
    assert order_deadline(None, urgent=True) == CannotSay(
        needs=(Slot.DAY,), basis=(Basis(Law.VIOLENCE, ("28", "30")),)
    )
    with pytest.raises(ValueError, match="aware"):
        order_deadline(datetime(2026, 11, 25), urgent=False)  # noqa: DTZ001 -- what is refused


def test_hours_without_their_kind_are_told_each_way():
    """20 hours at 25 yuan: 750, 1000, 1500."""
    assert list(each_way(Decimal(4350), Decimal(20)).values()) == [750, 1000, 1500]


def test_what_was_taken_for_granted_depends_on_what_was_given():
    """A known average, a counted time of work and a last wage need no assumption."""
    said = severance(tenure=Tenure(Decimal(42)), wage=Decimal(6000), ended=TODAY)
    given = severance(
        tenure=tenure_between(date(2023, 1, 1), date(2026, 6, 30)),
        wage=Decimal(6000),
        ended=TODAY,
        last_month=Decimal(6000),
        local_average=Decimal(8000),
    )

    assert isinstance(said, Ruling)
    assert isinstance(given, Ruling)
    assert set(said.assumes) - set(given.assumes) == {
        Assumption.TENURE_EXACT,
        Assumption.CAP_UNKNOWN,
        Assumption.LAST_MONTH,
    }
    assert said.check_with is Checker.LAWYER
