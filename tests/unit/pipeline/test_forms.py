"""Every form there is, walked through the whole pipeline: in peace, interrupted, twice, in need."""

import threading

import pytest

from bot.bootstrap import load_speechbook
from bot.domain.flows import FORM_LIFE, Plan, Slot, SlotKind
from bot.domain.messages import Kind
from bot.domain.replies import Reply
from bot.domain.sessions import load
from bot.pipeline.outcome import Answer
from bot.records import case_lists
from bot.records.case_lists import Sieve
from bot.state import keys
from bot.testing import Rig, make_inbound

PLANS = [flow.plan for found in load_speechbook().capabilities for flow in found.flows]
EACH = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
ANSWERS = {
    SlotKind.TEXT: "楼道那头堆着旧家具，路都窄了",
    SlotKind.NAME: "王小明",
    SlotKind.PHONE: "13800138000",
    SlotKind.PLACE: "南门凉亭边上",
    SlotKind.ADDRESS: "3栋2单元402",
    SlotKind.DAY: "今天",
    SlotKind.AGE: "30岁",
    SlotKind.COUNT: "3",
    SlotKind.MONEY: "4000元",
    SlotKind.LENGTH: "8个月",
    SlotKind.YES_NO: "是",
}
ASK, ASK_INTENT = "居住证要带什么材料？", "services.residence_permit"
CRISIS = "我妈晕倒了叫不醒"


def form(rig: Rig):
    """Return the form being filled in, or nothing."""
    kept = rig.house.state.client.get(keys.session(rig.ref))
    forms = load(kept, rig.house.db.vault.open).forms
    return forms[0] if forms else None


def cases_of(rig: Rig) -> int:
    """Return how many cases there are at all."""
    return len(case_lists.page(rig.house.db, None, Sieve(confidential=True), limit=100))


def begin(rig: Rig, plan: Plan) -> None:
    """Open a form from the menu; an answer that only offers it is taken at its word."""
    rig.say(plan.name, kind=Kind.MENU)
    if form(rig) is None:
        rig.say("1")
    assert form(rig).flow == plan.name


def answer(slot: Slot) -> str:
    """Return a good answer."""
    return "1" if slot.kind is SlotKind.CHOICE else ANSWERS[slot.kind]


def fill(rig: Rig, plan: Plan) -> None:
    """Answer what is asked until the summary stands."""
    for _ in range(len(plan.slots) + 1):
        slot = plan.slot(form(rig).at)
        if slot is None:
            return
        rig.say(answer(slot))
    raise AssertionError(f"{plan.name} never came to its summary")


@EACH
def test_a_form_walked_to_its_end_is_one_case(rig: Rig, plan: Plan):
    """With a number, and nothing left open."""
    begin(rig, plan)
    fill(rig, plan)
    said = rig.say("没错")

    assert "编号 NL" in said
    assert form(rig) is None
    assert cases_of(rig) == 1


def test_whoever_works_on_a_case_reads_what_was_said(rig: Rig):
    """The telephone in full, so that he can call."""
    plan = next(plan for plan in PLANS if plan.name == "jobs.register")
    begin(rig, plan)
    fill(rig, plan)
    rig.say("没错")
    (case,) = case_lists.page(rig.house.db, None, limit=2)

    said = {slot: text for slot, _, text in case.lines}
    assert (said["name"], said["phone"], said["pay"]) == ("王小明", "13800138000", "4000元")


def test_a_bare_no_is_the_answer_to_a_yes_or_no_question(rig: Rig):
    """不是 begins corrections elsewhere."""
    plan = next(plan for plan in PLANS if plan.name == "voice.report")
    begin(rig, plan)
    rig.say(answer(plan.slots[0]))
    rig.say(answer(plan.slots[1]))
    rig.say("不是")

    assert form(rig).values["risk"].plain == "no"


def test_a_form_that_is_the_second_of_two_asks_is_opened_too(rig: Rig):
    """After the answer to the first."""
    first = Answer(reply=Reply(text="第一件的答案"), decision="answer", intent="legal.duty")
    second = Answer(reply=Reply(opens="voice.suggest"), decision="answer", intent="voice.suggest")
    both = rig.house.conversation._both([first, second])

    assert both.reply.text == "第一件的答案"
    assert both.reply.opens == "voice.suggest"
    assert both.reply.rest == ()


@EACH
def test_an_ask_in_between_is_answered_and_the_form_waits(rig: Rig, plan: Plan):
    """And goes on to its end."""
    begin(rig, plan)
    before = form(rig)
    said = rig.say(ASK)

    assert "还没填完" in said
    assert form(rig).at == before.at
    assert form(rig).values == before.values
    rig.say("继续")
    fill(rig, plan)
    assert "编号 NL" in rig.say("1")


@EACH
def test_a_crisis_inside_a_form_is_a_crisis_and_nothing_is_lost(rig: Rig, plan: Plan):
    """Help stands alone; the form waits."""
    begin(rig, plan)
    before = form(rig)
    said = rig.say(CRISIS)

    assert "120" in said
    assert "还没填完" not in said
    assert form(rig).at == before.at
    assert form(rig).values == before.values


@EACH
def test_the_same_yes_delivered_again_and_again_is_one_case(rig: Rig, plan: Plan):
    """Three deliveries at once."""
    begin(rig, plan)
    fill(rig, plan)
    yes = make_inbound("1", sender=rig.sender)
    said: list[str] = []
    threads = [threading.Thread(target=lambda: said.append(rig.deliver(yes))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(said)) == 1
    assert "编号 NL" in said[0]
    assert cases_of(rig) == 1


@EACH
def test_a_yes_whose_worker_died_after_the_record_makes_no_second_one(rig: Rig, plan: Plan):
    """The record is written, the session is not: the next delivery says the same number."""
    begin(rig, plan)
    fill(rig, plan)
    client = rig.house.state.client
    session = client.get(keys.session(rig.ref))
    yes = make_inbound("1", sender=rig.sender)
    first = rig.deliver(yes)
    client.set(keys.session(rig.ref), session)
    client.delete(keys.once(yes.key))

    assert rig.deliver(yes) == first
    client.set(keys.session(rig.ref), session)
    assert rig.say("提交") == first
    assert cases_of(rig) == 1


@EACH
def test_a_correction_at_the_summary_changes_that_slot_alone(rig: Rig, plan: Plan):
    """The summary comes again with it."""
    begin(rig, plan)
    fill(rig, plan)
    before = dict(form(rig).values)
    rig.say("不对")
    rig.say("1")
    slot = plan.slot(form(rig).at)
    rig.say(answer(slot) if slot.kind is not SlotKind.TEXT else "换成另一件事来说说吧")

    assert form(rig).at == ""
    changed = {name for name in before if form(rig).values[name] != before[name]}
    assert changed <= {slot.id}


@EACH
def test_cancelled_or_forgotten_a_form_leaves_nothing(rig: Rig, plan: Plan):
    """Neither in the session nor in the records."""
    begin(rig, plan)
    rig.say("取消")
    assert form(rig) is None

    begin(rig, plan)
    rig.clock.advance(FORM_LIFE * 1.01)
    rig.say("你好")
    assert form(rig) is None
    assert cases_of(rig) == 0


def test_what_is_said_in_a_form_lies_sealed_in_redis(rig: Rig):
    """And no longer than a form lives."""
    plan = next(plan for plan in PLANS if plan.name == "jobs.register")
    begin(rig, plan)
    fill(rig, plan)
    kept = rig.house.state.client.get(keys.session(rig.ref)).decode()

    assert "13800138000" not in kept
    assert "王小明" not in kept
    assert 0 < rig.house.state.client.ttl(keys.session(rig.ref)) <= FORM_LIFE.total_seconds()
