"""Cases as handlers get them: durable, told to staff in one step, only to their own resident."""

import json
from datetime import timedelta

import pytest

from bot.domain.cases import CaseState, NewCase, case_number
from bot.domain.clock import beijing
from bot.domain.errors import StoreError
from bot.domain.replies import Urgency
from bot.pipeline.casework import ForgetfulCases
from bot.records import alerts, case_lists, case_steps, cases, outbox, residents
from bot.records.case_steps import Act
from bot.testing import START, Rig, make_inbound

LINES = (("where", "在哪里", "3栋楼下"), ("what", "怎么了", "灯不亮，我叫王小明"))


def new_case(**changes):
    plain = {
        "key": "form-1",
        "kind": "voice.report",
        "title": "路灯坏了",
        "lines": LINES,
        "days": 3,
    }
    return NewCase(**plain | changes)


def leave(rig: Rig, sender="", **changes):
    inbound = make_inbound("路灯坏了", sender=sender or rig.sender)
    return rig.house.services.cases.open(inbound, new_case(**changes))


def inbound_of(rig: Rig, **changes):
    return make_inbound("", **{"sender": rig.sender} | changes)


def staff_read(rig: Rig) -> list[str]:
    """Return what lies ready for the staff's group, oldest first."""
    rows = outbox.due(rig.house.db, rig.clock.now())
    claimed = [outbox.claim(rig.house.db, row, rig.clock.now(), 0) for row in rows]
    return [json.loads(one.payload)["text"] for one in claimed]


def step(rig: Rig, number: str, state: CaseState, note: str = "", *, internal: bool = False):
    """Let staff move a case on."""
    (found,) = case_lists.numbered(rig.house.db, None, number, confidential=True)
    act = Act(
        by="lina", at=rig.clock.now(), key=f"to {state}", note=note, internal=internal
    )  # fmt: skip
    case_steps.move(rig.house.db, found.id, state, act)


@pytest.fixture
def woken(rig: Rig, monkeypatch) -> list[int]:
    """Give the rows the worker was woken for; each must be due by then."""
    rows: list[int] = []

    def wake(row: int) -> None:
        assert row in outbox.due(rig.house.db, rig.clock.now())
        rows.append(row)

    monkeypatch.setattr(rig.house.services.cases, "_wake", wake)
    return rows


def test_a_case_is_on_record_told_to_staff_and_announced(rig: Rig, woken):
    """Number, deadline and lines come back; staff read what it is and none of the resident's words."""
    view = leave(rig)

    assert (view.state, view.lines, view.created) == ("received", LINES, rig.clock.now())
    assert f"{beijing(view.due):%m-%d %H}" == "11-27 18"
    assert rig.house.services.cases.mine(inbound_of(rig)) == [view]
    (alert,) = alerts.list_open(rig.house.db, None)
    assert (alert.reason, alert.urgency, alert.ref) == ("voice.report", Urgency.REQUEST, rig.ref)
    assert alert.summary == f"路灯坏了，编号{view.number}，11-27前要回话"
    (said,) = staff_read(rig)
    assert said.startswith("【工单】")
    assert alert.summary in said
    assert "王小明" not in said
    assert len(woken) == 1
    assert residents.get(rig.house.db, rig.ref) is not None


def test_the_same_form_is_one_case_and_told_once(rig: Rig, woken):
    """Whether the message came again or the resident pressed twice; somebody else's is another."""
    first = leave(rig)
    assert leave(rig) == first
    assert leave(rig, sender="oSomebodyElse0000000000001").number != first.number
    assert len(alerts.list_open(rig.house.db, None)) == len(staff_read(rig)) == len(woken) == 2


@pytest.mark.parametrize("lost", ["outbox", "alerts", "case_events"])
def test_what_staff_cannot_be_told_of_is_not_on_record(rig: Rig, woken, lost: str):
    """Whichever part fails, nothing is promised; the next try starts afresh."""

    def rename(old, new):
        with rig.house.db.session() as session:
            session.connection().exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    rename(lost, "gone")
    with pytest.raises(StoreError):
        leave(rig)
    rename("gone", lost)
    assert case_lists.list_open(rig.house.db, None) == []
    assert alerts.list_open(rig.house.db, None) == []
    assert woken == []
    assert leave(rig).number.startswith("NL61124001")


def test_a_confidential_case_is_announced_without_what_it_is(rig: Rig):
    """Every member of staff reads the group; not every one may read the case."""
    view = leave(rig, confidential=True, title="家里有人动手")
    (said,) = staff_read(rig)
    (alert,) = alerts.list_open(rig.house.db, None)
    assert "家里" not in said + alert.summary
    assert alert.reason != view.kind
    assert view.number in said
    assert case_lists.list_open(rig.house.db, None) == []
    assert len(case_lists.list_open(rig.house.db, None, confidential=True)) == 1


def test_a_case_without_a_name_leads_to_nobody(rig: Rig):
    """Neither case, alert nor announcement knows who it was, and no resident is recorded for it."""
    view = leave(rig, anonymous=True)
    assert rig.house.services.cases.find(inbound_of(rig), view.number) is None
    assert alerts.list_open(rig.house.db, None)[0].ref is None
    assert residents.get(rig.house.db, rig.ref) is None
    assert residents.summary(rig.house.db, rig.ref) == {}
    assert leave(rig, anonymous=True) == view


def test_a_crisis_is_announced_as_one(rig: Rig):
    """Staff see at once that it is urgent."""
    leave(rig, urgency=Urgency.CRISIS)
    assert staff_read(rig)[0].startswith("【紧急】")


def test_the_second_report_of_a_lamp_names_the_first(rig: Rig):
    """Staff are told that it may be the same; a month later it is another matter."""
    first = leave(rig, key="1", dup="3栋 路灯")
    leave(rig, key="2", dup="３栋路灯", sender="oSomebodyElse0000000000001")
    rig.clock.advance(timedelta(days=30))
    leave(rig, key="3", dup="3栋路灯")
    summaries = [one.summary for one in alerts.list_open(rig.house.db, None)]
    same = f"和{first.number}可能是同一件"
    assert [same in summary for summary in summaries] == [False, True, False]


def test_staff_hear_which_language_the_resident_reads(rig: Rig):
    """So that somebody who speaks it answers; known from the message or from his settings."""
    leave(rig, key="1", language="en")
    who = {"ref": rig.ref, "account": "default", "openid": rig.sender}
    residents.set_profile(
        rig.house.db, **who, language="ug", community="anlong", now=rig.clock.now()
    )
    leave(rig, key="2")
    one, two = alerts.list_open(rig.house.db, None)
    assert "English" in one.summary
    assert "ئۇيغۇرچە" in two.summary
    assert (one.community, two.community) == ("demo", "anlong")


def test_the_resident_reads_what_staff_say_to_him_and_nothing_else(rig: Rig):
    """Internal notes stay among staff."""
    number = leave(rig).number
    step(rig, number, CaseState.ACCEPTED, "先看看再说", internal=True)
    step(rig, number, CaseState.WORKING, "师傅明天上午来")
    view = rig.house.services.cases.find(inbound_of(rig), number.lower())
    assert [(one.state, one.text, one.own) for one in view.events] == [
        (CaseState.RECEIVED, "", True),
        (CaseState.WORKING, "师傅明天上午来", False),
    ]


def test_nobody_does_anything_to_the_case_of_somebody_else(rig: Rig):
    """Not even with its number."""
    number, served = leave(rig).number, rig.house.services.cases
    stranger = make_inbound("", sender="oSomebodyElse0000000000001")
    assert served.find(stranger, number) is None
    assert served.add(stranger, number, "x") is None
    assert served.withdraw(stranger, number) is None
    assert served.rate(stranger, number, 1) is None
    assert served.reopen(stranger, number) is None
    assert served.find(inbound_of(rig), number).state is CaseState.RECEIVED
    assert served.find(inbound_of(rig), "no number") is None


def test_what_a_resident_adds_is_told_once(rig: Rig, woken):
    """A repeated message is one addition; staff hear of it without its words."""
    number, served = leave(rig).number, rig.house.services.cases
    message = inbound_of(rig)
    for _ in range(2):
        view = served.add(message, number, "晚上最黑，我叫王小明")
    assert [one.text for one in view.events] == ["", "晚上最黑，我叫王小明"]
    assert len(woken) == 2
    assert staff_read(rig)[1].count("王小明") == 0
    assert f"居民补充了{number}" in staff_read(rig)[1]


def test_done_is_rated_once_and_taken_up_again(rig: Rig, woken):
    """What a case does not allow leaves it as it is, and staff hear nothing."""
    number, served = leave(rig).number, rig.house.services.cases
    assert served.rate(inbound_of(rig), number, 5).rating is None
    step(rig, number, CaseState.DONE, "灯换好了")
    assert served.rate(inbound_of(rig), number, 9).rating is None
    assert served.rate(inbound_of(rig), number, 4).rating == 4
    assert served.rate(inbound_of(rig), number, 1).rating == 4
    assert served.withdraw(inbound_of(rig), number).state is CaseState.DONE
    assert len(woken) == 1
    message = inbound_of(rig)
    for _ in range(2):
        assert served.reopen(message, number, "又不亮了").state is CaseState.REOPENED
    assert len(woken) == 2
    assert "没办好" in staff_read(rig)[1]


def test_a_withdrawn_case_is_over(rig: Rig):
    """It takes nothing more."""
    number, served = leave(rig).number, rig.house.services.cases
    view = served.withdraw(inbound_of(rig), number)
    assert (view.state, view.open) == (CaseState.WITHDRAWN, False)
    assert served.add(inbound_of(rig), number, "还有").events == view.events


def test_a_merged_case_tells_how_far_the_other_has_come(rig: Rig):
    """Its resident keeps his number, and reads nothing that was said to somebody else."""
    served = rig.house.services.cases
    first = leave(rig, key="1", sender="oSomebodyElse0000000000001")
    mine = leave(rig, key="2")
    rows = {one.number: one.id for one in case_lists.list_open(rig.house.db, None)}
    act = Act(by="lina", at=rig.clock.now(), key="m")
    case_steps.merge(rig.house.db, rows[mine.number], rows[first.number], act)
    step(rig, first.number, CaseState.WORKING, "张阿姨，明天来")
    view = served.find(inbound_of(rig), mine.number)
    assert (view.state, view.number) == (CaseState.WORKING, mine.number)
    assert not [one for one in view.events if one.text]


def test_who_leaves_the_account_takes_his_words_along(rig: Rig):
    """An erasure reaches the cases."""
    number = leave(rig).number
    rig.house.services.privacy.erase(inbound_of(rig))
    assert rig.house.services.cases.mine(inbound_of(rig)) == []
    (left,) = case_lists.list_open(rig.house.db, None)
    assert (left.lines, left.title, left.ref) == ((), "", None)
    assert number not in left.number
    assert cases.find(rig.house.db, number, rig.ref) is None


def test_trying_things_out_leaves_no_case(rig: Rig):
    """The console's rehearsal and `ask` show what it would be like, and store nothing."""
    tried = ForgetfulCases(rig.clock)
    inbound = inbound_of(rig)
    assert tried.open(inbound, new_case()).number == case_number(START.date(), 1)
    assert tried.mine(inbound) == ()
    for found in (
        tried.find(inbound, "x"),
        tried.add(inbound, "x", "y"),
        tried.withdraw(inbound, "x"),
        tried.rate(inbound, "x", 1),
        tried.reopen(inbound, "x"),
    ):
        assert found is None
