"""How a resident asks for his own cases, through the real webhook, while staff work on them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.cases import CaseState, NewCase
from bot.records import case_lists, case_steps
from bot.records.case_steps import Act
from bot.testing import Phone, Stage, make_inbound, stage

HOW_IS_IT = "我反映的事处理得怎么样了"
WHAT_IS_MINE = "看看我的记录"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One house and one emulator; every test has residents of its own."""
    with stage(tmp_path_factory.mktemp("cases")) as built:
        yield built


def leave(street: Stage, phone: Phone, **changes) -> str:
    """Leave a case as a form will; return its number."""
    inbound = make_inbound("", sender=phone.openid)
    plain = {"key": inbound.key, "kind": "voice.report", "title": "路灯坏了", "days": 3}
    return street.house.services.cases.open(inbound, NewCase(**plain | changes)).number


def work(street: Stage, number: str, state: CaseState, note: str = "") -> None:
    """Let staff move a case on."""
    house = street.house
    newest = case_lists.numbered(house.db, None, number)[0]
    act = Act(by="lina", at=house.clock.now(), key=f"to {state}", note=note)
    case_steps.move(house.db, newest.id, state, act)


def said(street: Stage, phone: Phone, text: str, intent: str) -> str:
    """Return what is answered, and that it is the answer of an intent."""
    heard = phone.say(text)
    assert not heard.problems
    assert street.turns()[-1][1]["intent"] == intent, heard.text
    assert not re.search(r"[{}]|None|account\.", heard.text)
    return heard.text


def test_who_left_nothing_is_told_so(street: Stage):
    """Honestly, with a way on; what was said at the window is not here."""
    phone = street.phone()
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    assert "没有留过" in text
    assert "转人工" in text
    assert "没有还在办的事" in said(street, phone, WHAT_IS_MINE, "account.mine")


def test_a_case_is_followed_from_leaving_to_the_end(street: Stage):
    """Number, state, deadline, and what staff said last."""
    phone = street.phone()
    number = leave(street, phone)
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    for piece in ("路灯坏了", number, "收到了", "11月24日", "最晚11月27日"):
        assert piece in text

    work(street, number, CaseState.WORKING, "师傅明天上午来")
    text = said(street, phone, f"查一下工单{number}的进度", "account.case_status")
    assert "正在办" in text
    assert "11月24日社区回话：师傅明天上午来" in text

    work(street, number, CaseState.RETURNED)
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    assert "补充" in text


def test_what_is_over_is_told_as_over(street: Stage):
    """The last one, without a deadline nobody waits for."""
    phone = street.phone()
    number = leave(street, phone)
    work(street, number, CaseState.DONE, "灯换好了")
    assert "您看看行不行" in said(street, phone, HOW_IS_IT, "account.case_status")
    work(street, number, CaseState.CLOSED)
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    assert "都办完了" in text
    assert "灯换好了" in text
    assert "给您回话" not in text
    assert "办完的有1件" in said(street, phone, WHAT_IS_MINE, "account.mine")


def test_several_cases_are_listed_and_picked_by_number(street: Stage):
    """Each with how far it is; a number tells one of them."""
    phone = street.phone()
    lamp, wish = leave(street, phone), leave(street, phone, title="想要一把轮椅", days=0)
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    for piece in ("2件", "路灯坏了", lamp, "想要一把轮椅", wish):
        assert piece in text
    for pick in ("1", f"查工单号{wish}的进度"):  # the newest comes first
        text = said(street, phone, pick, "account.case_status")
        assert wish in text
        assert "路灯" not in text
    text = said(street, phone, WHAT_IS_MINE, "account.mine")
    assert "路灯坏了" in text


def test_more_cases_than_fit_are_counted(street: Stage):
    """The newest to pick from, a person for the rest; the reply stays readable."""
    phone = street.phone()
    for title in ("路灯坏了", "井盖松了", "电梯异响", "想要一把轮椅", "楼道堆了杂物"):
        leave(street, phone, title=title)
    text = said(street, phone, HOW_IS_IT, "account.case_status")
    assert "5件" in text
    assert "最近4件" in text
    assert "5 找工作人员" in text
    assert "路灯坏了" not in text
    assert "路灯坏了" in said(street, phone, WHAT_IS_MINE, "account.mine")


def test_subscriptions_stand_among_what_is_mine(street: Stage):
    """Cases and notices in one answer."""
    phone = street.phone()
    leave(street, phone)
    phone.say("有活动通知我")
    text = said(street, phone, WHAT_IS_MINE, "account.mine")
    assert "路灯坏了" in text
    assert "社区活动" in text


def test_the_case_of_somebody_else_is_not_there(street: Stage):
    """A number that is right and not one's own reads like one that was never given out."""
    number = leave(street, street.phone("张三"), title="家里的事")
    text = said(street, street.phone("李四"), f"查一下工单{number}的进度", "account.case_status")
    assert "没有编号" in text
    assert "家里的事" not in text


def test_a_number_copied_wrongly_is_told_as_that(street: Stage):
    """He looks at it again instead of thinking that nothing was recorded."""
    phone = street.phone()
    number = leave(street, phone)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "抄错" in said(street, phone, f"查一下工单{wrong}的进度", "account.case_status")


def test_a_deadline_that_has_passed_is_admitted(street: Stage):
    """Nobody pretends; somebody can be asked to hurry."""
    phone = street.phone()
    shelf = street.house.services.cases
    clock, real = shelf._clock, shelf._clock.now

    class Earlier:
        def now(self):
            return real() - timedelta(days=10)

    shelf._clock = Earlier()
    try:
        leave(street, phone)
    finally:
        shelf._clock = clock
    assert "已经过了" in said(street, phone, HOW_IS_IT, "account.case_status")


def test_my_data_counts_what_was_left_and_erasure_empties_it(street: Stage):
    """What 我的数据 shows is what 全部删除 takes."""
    phone = street.phone()
    leave(street, phone)
    assert "留下的事：1" in said(street, phone, "我的数据", "account.privacy")
    phone.say("1")
    assert "没有留过" in said(street, phone, HOW_IS_IT, "account.case_status")
