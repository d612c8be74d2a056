"""What the branch studies, and its day."""

import pytest

from tests.factories import reply_to


@pytest.mark.parametrize(
    ("at", "title"),
    [
        ("2026-11-25T09:00", "安全出行与文明骑行"),
        ("2026-11-02T09:00", "党章学习"),
        ("2026-11-01T09:00", "安全出行与文明骑行"),
        ("2026-12-16T09:00", "身边党员故事"),
    ],
)
def test_this_weeks_lesson_is_that_of_its_monday(at: str, title: str):
    """Lessons go out on Mondays; a Sunday still belongs to the week before."""
    assert reply_to("party.study", "今天学什么", at=at).text.startswith(f"这周学的是{title}。")


def test_a_fifth_monday_has_no_lesson_of_its_own():
    """30 November 2026 is the fifth Monday."""
    text = reply_to("party.study", "今天学什么", at="2026-11-30T09:00").text

    assert "这周学的是" not in text
    assert "第四周：安全出行与文明骑行" in text


def test_a_lesson_named_is_told():
    """By its title."""
    assert reply_to("party.study", "党章学习").text.startswith("第一周：党章学习：")


def test_the_branchs_day_is_the_third_friday():
    """With what to bring, and the rules with their basis on 详细."""
    reply = reply_to("party.meeting", "下次主题党日什么时候")

    assert reply.text.startswith("主题党日：下一次是12月18日（周五）")
    assert "支部工作条例" in "".join(reply.rest)


@pytest.mark.parametrize("intent", ["party.study", "party.meeting"])
@pytest.mark.parametrize("community", ["fengxin", "beidajie", "nanshawan"])
def test_elsewhere_the_branch_is_asked(intent: str, community: str):
    """No day is guessed."""
    text = reply_to(intent, "", community=community).text

    assert "下一次" not in text
    assert "支部" in text
