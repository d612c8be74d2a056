"""Cases as staff list and count them: only what is theirs to see, in the order of need."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.cases import CaseState
from bot.domain.replies import Urgency
from bot.records import case_lists, case_steps, cases, residents
from bot.records.cases import Confidentiality
from tests.contract.records.factories import (
    NOW,
    REF,
    act,
    brought_to,
    open_case,
    resident,
)

DAY = timedelta(days=1)
THREADS = 20


def test_staff_read_crises_first_then_what_is_due_first(db):
    """Then those without a deadline, the oldest first."""
    for key, changes in {
        "newer": {"now": NOW},
        "older": {"now": NOW - DAY},
        "late": {"due_at": NOW + DAY},
        "later": {"due_at": NOW + 2 * DAY},
        "crisis": {"urgency": Urgency.CRISIS},
    }.items():
        open_case(db, key=key, title=key, **changes)
    order = [one.title for one in case_lists.list_open(db, None)]
    assert order == ["crisis", "late", "later", "older", "newer"]
    second = case_lists.page(db, None, limit=2, offset=2)
    assert [one.title for one in second] == ["later", "older"]


def test_staff_see_only_their_communities_and_what_is_open_to_them(db):
    """Named communities, all, or none; confidential ones for those who may."""
    open_case(db, key="1", community="fengxin", title="a")
    open_case(db, key="2", community="anlong", title="b")
    secret = open_case(
        db, key="3", community="anlong", title="c", confidentiality=Confidentiality.CONFIDENTIAL
    )

    def seen(scope, **changes):
        return {one.title for one in case_lists.list_open(db, scope, **changes)}

    assert seen(["fengxin"]) == {"a"}
    assert seen(None) == {"a", "b"}
    assert seen(["anlong"], confidential=True) == {"b", "c"}
    assert seen([]) == set()
    assert case_lists.numbered(db, None, secret.number) == []
    assert case_lists.numbered(db, ["anlong"], secret.number, confidential=True) == [secret]


def test_a_list_is_sifted_by_state_kind_assignee_and_lateness(db):
    """Each by itself; what is over comes the newest first."""
    one = open_case(db, key="1", title="one", due_at=NOW)
    two = open_case(db, key="2", title="two", kind="voice.wish")
    case_steps.assign(db, two.id, "wang", act("a"))
    for n, key in enumerate(("3", "4")):
        over = open_case(db, key=key, title=key)
        case_steps.withdraw(db, over.id, resident(at=NOW + n * DAY))

    def seen(**changes):
        sieve = case_lists.Sieve(**changes)
        return [found.title for found in case_lists.page(db, None, sieve, limit=10)]

    assert seen() == ["one", "two"]
    assert seen(kind="voice.wish") == seen(assignee="wang") == ["two"]
    assert seen(assignee="") == seen(late_at=NOW + DAY) == ["one"]
    assert seen(states=frozenset({CaseState.WITHDRAWN})) == ["4", "3"]
    assert seen(states=frozenset({CaseState.RECEIVED})) == ["one", "two"]
    assert seen(group="voice") == ["one", "two"]
    assert seen(group="voic") == seen(group="%") == seen(group="legal") == []
    assert cases.get(db, one.id).assignee is None


def test_cases_are_counted_by_kind_and_age(db):
    """How many wait how long, and how many of them too long."""
    for key, days in {"1": 0, "2": 2, "3": 2, "4": 5, "5": 40}.items():
        open_case(db, key=key, now=NOW - days * DAY, due_at=NOW - timedelta(hours=3 - int(key)))
    open_case(db, key="6", kind="voice.wish", community="fengxin")
    brought_to(db, CaseState.CLOSED, key="7")
    brought_to(db, CaseState.DONE, key="8", kind="voice.praise", due_at=NOW - DAY)
    found = {
        (one.kind, one.age.value): (one.count, one.overdue)
        for one in case_lists.waiting(db, None, NOW)
    }
    assert found == {
        ("voice.report", "day"): (1, 1),
        ("voice.report", "three_days"): (2, 1),
        ("voice.report", "week"): (1, 0),
        ("voice.report", "longer"): (1, 0),
        ("voice.wish", "day"): (1, 0),
        ("voice.praise", "day"): (1, 0),  # what is done has been answered
    }
    assert [one.kind for one in case_lists.waiting(db, ["fengxin"], NOW)] == ["voice.wish"]


@pytest.mark.parametrize(
    ("index", "where"),
    [
        ("ix_cases_standing", "community = 'demo' AND closed_at IS NULL ORDER BY created_at"),
        ("ix_cases_community_created_at", "community = 'demo' AND created_at >= '2026-01-01'"),
        ("ix_cases_dup", "dup = 'x' AND dup IS NOT NULL"),
        ("ix_cases_ref", "ref = 'x' AND number = 'y'"),
        ("ix_cases_closed_at", "closed_at < '2026-01-01'"),
        ("ix_cases_state_updated_at", "state = 'done' AND updated_at < '2026-01-01'"),
        ("uq_cases_community_number", "community = 'demo' AND number = 'y'"),
    ],
)
def test_no_list_reads_the_whole_table(db, backend, index, where):
    """Each question of the ledger has an index that serves it."""
    explain = "EXPLAIN QUERY PLAN" if backend == "sqlite" else "EXPLAIN"
    with db.reading() as session:
        if backend == "postgresql":  # it reads an empty table whole, whatever indexes there are
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text(f"{explain} SELECT * FROM cases WHERE {where}"))
        told = " ".join(str(row) for row in plan)
    if backend == "sqlite":
        assert index in told
    else:  # which of several it takes of an empty table is chance
        assert "Index" in told
        assert "Seq Scan" not in told


def test_what_became_of_the_cases_of_a_month_is_counted(db):
    """Twenty-one disputes, twenty settled, as a ledger counts them; erasure takes none away."""
    for n in range(21):
        found = open_case(db, key=f"{n}", kind="legal.mediation", due_at=NOW + DAY)
        if n < 20:
            case_steps.move(db, found.id, CaseState.DONE, act("1"))
            case_steps.move(db, found.id, CaseState.CLOSED, act("2", at=NOW + (n % 2) * 2 * DAY))
        if n < 3:
            case_steps.rate(db, found.id, 5 - n, resident())
    open_case(db, key="earlier", now=NOW - 40 * DAY)
    open_case(db, key="elsewhere", community="fengxin")
    residents.erase(db, REF, NOW + 3 * DAY)

    span = {"since": NOW - DAY, "until": NOW + DAY}
    settled, left = case_lists.tally(db, ["demo"], **span)

    assert (settled.kind, settled.state, settled.count) == ("legal.mediation", "closed", 20)
    assert (settled.late, settled.rated, settled.stars) == (10, 3, 12)
    assert (left.state, left.count, left.late, left.rated, left.stars) == ("received", 1, 0, 0, 0)
    assert case_lists.tally(db, [], **span) == []
    assert len(case_lists.tally(db, None, **span)) == 3
