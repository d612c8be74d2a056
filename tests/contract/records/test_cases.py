"""Cases: opened once, numbered apart, found by their own resident alone, empty after erasure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.domain.cases import CaseState, read_number
from bot.domain.errors import StoreError
from bot.records import case_history, case_lists, case_numbers, case_steps, cases, residents
from bot.records.errors import Rejected
from tests.contract.records.factories import (
    NOW,
    OTHER_REF,
    REF,
    act,
    brought_to,
    open_case,
    resident,
)

DAY = timedelta(days=1)
THREADS = 20


# --- opening ---


def test_a_case_is_what_was_left(db):
    """Everything a resident said comes back, and he finds it by its number and in his list."""
    found = open_case(db, lines=[("where", "在哪里", "3栋楼下"), ("what", "怎么了", "灯不亮")])

    assert found.lines == (("where", "在哪里", "3栋楼下"), ("what", "怎么了", "灯不亮"))
    assert (found.title, found.kind, found.state) == ("路灯坏了", "voice.report", "received")
    assert read_number(found.number) == found.number
    assert cases.find(db, found.number, REF) == found == cases.get(db, found.id)
    assert cases.mine(db, REF) == [found]
    (opened,) = case_history.history(db, [found.id])[found.id]
    assert (opened.action, opened.by, opened.state, opened.at) == (
        "opened", "resident", CaseState.RECEIVED, NOW,
    )  # fmt: skip


def test_what_was_said_is_sealed_in_storage(db):
    """Neither title nor words nor what came of it lie on the disk."""
    found = open_case(db, title="灯的事", lines=[("who", "谁", "王小明")])
    case_steps.move(db, found.id, CaseState.DONE, act(note="已经告诉王小明"))
    with db.reading() as session:
        rows = [str(row) for name in ("cases", "case_events")
                for row in session.execute(text(f"SELECT * FROM {name}"))]  # fmt: skip
    assert len(rows) == 3
    assert not [row for row in rows if "王小明" in row or "灯的事" in row or "message-1" in row]


def test_the_same_key_makes_one_case(db):
    """k deliveries or a form sent twice are one case, which the second try gets back as it stands."""
    first = open_case(db)
    case_steps.move(db, first.id, CaseState.ACCEPTED, act())
    again = open_case(db, title="另一个标题")
    assert (again.id, again.number, again.title) == (first.id, first.number, first.title)
    assert again.state is CaseState.ACCEPTED
    assert len(case_history.history(db, [first.id])[first.id]) == 2


def test_nobody_finds_the_case_of_somebody_else(db):
    """A number alone reveals nothing."""
    found = open_case(db)
    assert cases.find(db, found.number, OTHER_REF) is None
    assert cases.mine(db, OTHER_REF) == []


def test_a_case_without_a_name_is_in_nobodys_list(db):
    """Who left it cannot be found out, not even by himself."""
    found = open_case(db, ref=None)
    assert found.anonymous
    assert cases.mine(db, REF) == []
    assert cases.find(db, found.number, REF) is None
    assert [one.id for one in case_lists.list_open(db, None)] == [found.id]


def test_numbers_run_by_community_and_beijing_day(db):
    """A community cannot tell from its numbers how many others there are."""
    evening = NOW.replace(hour=15, minute=59)
    numbers = [
        open_case(db, key="1", now=evening).number,
        open_case(db, key="2", now=evening).number,
        open_case(db, key="3", now=evening, community="fengxin").number,
        open_case(db, key="4", now=evening + timedelta(minutes=1)).number,
    ]
    assert [number[:-1] for number in numbers] == [
        "NL61124001", "NL61124002", "NL61124001", "NL61125001",
    ]  # fmt: skip


def test_twenty_threads_with_keys_of_their_own_never_share_a_number(db):
    """However many arrive at once, each resident can quote a number of his own."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda n: open_case(db, key=f"message-{n}"), range(3 * THREADS)))
    assert len({one.number for one in found}) == len({one.id for one in found}) == 3 * THREADS


def test_twenty_threads_with_the_same_key_make_one_case(db):
    """A form sent twenty times at once is one case for all of them."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: open_case(db), range(THREADS)))
    assert len({(one.id, one.number) for one in found}) == 1
    assert len(case_lists.list_open(db, None)) == 1


def test_a_case_of_a_unit_that_fails_is_not_there(db):
    """What is told to staff and what is on record stand or fall together; the number comes again."""

    def open_and_fail():
        with db.session() as unit:
            open_case(db, unit=unit)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert case_lists.list_open(db, None) == []
    assert open_case(db).number.startswith("NL61124001")


@pytest.mark.parametrize("changes", [{"process": "unknown"}, {"title": "长" * 20_001}])
def test_what_no_case_may_be_is_refused(db, changes):
    """A process nobody declared, a body without end."""
    with pytest.raises(Rejected):
        open_case(db, **changes)


def test_own_cases_come_standing_first_then_the_newest(db):
    """Who asks how it goes reads what is still going."""
    over = brought_to(db, CaseState.WITHDRAWN, key="1")
    old, new = open_case(db, key="2"), open_case(db, key="3")
    assert [one.id for one in cases.mine(db, REF)] == [new.id, old.id, over.id]
    assert [one.id for one in cases.mine(db, REF, limit=1)] == [new.id]


# --- erasure ---


def test_of_an_erased_residents_case_stays_the_frame(db):
    """Kind, state, times and rating; not a word, no number, no key that leads back to the chat."""
    found = brought_to(db, CaseState.DONE, lines=[("who", "谁", "王小明")], dup="d", due_at=NOW)
    case_steps.rate(db, found.id, 5, resident("r", note="谢谢小李"))
    other = open_case(db, key="other", ref=OTHER_REF)

    residents.erase(db, REF, NOW + DAY)

    left = cases.get(db, found.id)
    assert (left.kind, left.state, left.rating, left.created_at, left.due_at, left.community) == (
        found.kind, CaseState.DONE, 5, NOW, NOW, "demo",
    )  # fmt: skip
    assert (left.ref, left.account, left.title, left.lines, left.outcome, left.dup) == (
        None, "", "", (), None, None,
    )  # fmt: skip
    assert left.number == f"erased:{found.id}"
    assert not left.anonymous
    assert {one.text for one in case_history.history(db, [found.id])[found.id]} == {""}
    assert cases.find(db, found.number, REF) is None
    assert cases.get(db, other.id) == other
    with db.reading() as session:
        keys = session.scalars(select(case_history.CaseEventRow.key)).all()
    assert sum(key.startswith("erased:") for key in keys) == 3


def test_an_erased_case_can_still_be_brought_to_its_end(db):
    """The lamp is dark whoever left the account."""
    found = open_case(db)
    residents.erase(db, REF, NOW)
    assert case_steps.move(db, found.id, CaseState.DONE, act()).state is CaseState.DONE


def test_a_lost_counter_table_opens_nothing(db):
    """A case without a number is none."""
    with db.session() as session:
        session.execute(
            text(f"ALTER TABLE {case_numbers.CaseCounterRow.__tablename__} RENAME TO x")
        )
    with pytest.raises(StoreError):
        open_case(db)
    assert case_lists.list_open(db, None) == []
