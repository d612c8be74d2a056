"""Courses with their next dates."""

import pytest

from tests.factories import reply_to


def test_a_language_course_has_its_next_date():
    """Wednesday morning: the class is tonight."""
    reply = reply_to("training.bilingual", "想学普通话")

    assert reply.text.startswith("普通话班：今天就有，再后面是12月2日（周三）")
    assert "不用报名" in reply.text
    assert "普通话初学班：周日 15:00–16:30" in reply.rest[0]


def test_a_holiday_stops_a_course():
    """7 October 2026 is a Wednesday and a holiday."""
    text = reply_to("training.bilingual", "普通话班", at="2026-10-05T09:00").text

    assert text.startswith("普通话班：10月7日（周三）放假，停一次。下一次是10月14日（周三）")


def test_all_skills_courses_are_listed():
    """A course that waits for enough people promises no date."""
    reply = reply_to("training.skills", "有什么技能班")

    assert "· 电工入门班：周二、周四 19:30–21:00，人满20开班\n" in reply.text
    assert "· 手机电脑班：周六 19:30–21:00，下一次是11月28日（周六）" in reply.text
    assert "报名现在由工作人员记" in reply.text


def test_a_trade_that_is_not_taught_is_said_to_be_so():
    """Then what there is."""
    text = reply_to("training.skills", "想学叉车").text

    assert text.startswith("现在没有登记教叉车的班。")
    assert "电工入门班" in text


def test_the_law_class_names_both_thursdays():
    """First and third Thursday."""
    text = reply_to("training.legal", "法制课什么时候").text

    assert "法治课（工钱和合同）：下一次是12月3日（周四）" in text
    assert "法治课（租房和防骗）：下一次是12月17日（周四）" in text


def test_own_hours_are_not_made_up():
    """The ledger is with staff."""
    text = reply_to("training.legal", "我还差几个学时").text

    assert text.startswith("您自己的学时我这里查不到，回“转人工”问。")


@pytest.mark.parametrize("intent", ["training.bilingual", "training.legal"])
def test_jiafu_tells_what_was_and_that_today_is_unknown(intent: str):
    """Its courses have no weekday on record."""
    reply = reply_to(intent, "什么时候上课", community="jiafu")

    assert "2016年" in reply.text
    assert "还没核实" in reply.text
    assert "下一次" not in reply.text


@pytest.mark.parametrize("focus", ["papers", "cost", "conditions", "duration"])
def test_follow_ups_are_answered_by_the_card(focus: str):
    """One field, first."""
    reply = reply_to("training.skills", "", focus=focus, topic="training.skills")

    assert reply.text.split("\n")[0] != reply_to("training.skills", "").text.split("\n")[0]
