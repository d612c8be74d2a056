"""The board of jobs and the fair."""

import pytest

from tests.factories import reply_to


def shown(text: str, **fields: object) -> list[str]:
    """Return the jobs of a first reply."""
    reply = reply_to("jobs.search", text, **fields)
    return [
        line
        for line in reply.text.split("\n")
        if line.startswith("· ") and "，" in line and "打" not in line
    ]


def test_five_jobs_are_shown_and_the_rest_on_detail():
    """Eighteen on the board."""
    reply = reply_to("jobs.search", "有什么活干")

    assert reply.text.startswith("现在登记的活有18个：")
    assert len(shown("有什么活干")) == 5
    assert "仓库文员" in "".join(reply.rest)
    assert "不是真招工" in reply.text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("保洁的活", ["写字楼保洁", "半天保洁"]),
        ("想当保安", ["小区保安"]),
        ("包吃包住的", ["电子厂普工"]),
        ("工资七千五以上焊工", ["门窗厂焊工"]),
        ("地铁口驿站那边的", ["外卖骑手"]),
        ("双休的文员", ["仓库文员"]),
    ],
)
def test_jobs_are_found_by_what_one_asks(text: str, names: list[str]):
    """Trade, pay, place and wishes."""
    found = shown(text)

    assert [name for name in names if any(name in line for line in found)] == names
    assert len(found) == len(names)


def test_a_wage_asked_is_the_least_that_is_told():
    """Hourly pay is no monthly wage."""
    found = shown("一个月7000以上的")

    assert found
    assert not any("4200" in line or "每小时" in line for line in found)


def test_a_road_finds_the_jobs_on_it():
    """Seven on the factory road."""
    assert reply_to("jobs.search", "厂前路有没有招工").text.startswith("对得上的有7个：")


@pytest.mark.parametrize("text", ["有没有叉车的活", "两万以上的保安20000", "幼儿园老师"])
def test_none_is_said_honestly(text: str):
    """With the way to be remembered, and what else there is."""
    reply = reply_to("jobs.search", text)

    assert reply.text.startswith("现在没有登记")
    assert reply.choices[0].target == "jobs.register"
    assert "chat.human" in [choice.target for choice in reply.choices]
    assert reply.rest[0].startswith("别的活还有这些：")


@pytest.mark.parametrize("community", ["fengxin", "beidajie", "jiafu", "nanshawan", "anlong"])
def test_communities_without_a_board_say_so(community: str):
    """No job is made up."""
    reply = reply_to("jobs.search", "保安", community=community)

    assert "还没录入" in reply.text
    assert "detail" not in reply.text


def test_a_follow_up_about_the_board_is_the_cards():
    """Cost of the service, not of a job."""
    assert reply_to("jobs.search", "", focus="cost", topic="jobs.search").text.startswith("费用：")


def test_the_next_fair_is_the_first_friday():
    """Computed from the rule."""
    assert reply_to("jobs.fair", "招聘会什么时候").text.startswith(
        "招聘会：下一次是12月4日（周五）"
    )


def test_a_fair_on_a_holiday_moves_and_nobody_guesses_where():
    """2 October 2026 is free."""
    text = reply_to("jobs.fair", "招聘会", at="2026-09-28T09:00").text

    assert text.startswith("招聘会：10月2日（周五）放假不办，改到哪天先问")
    assert "11月6日（周五）" in text


def test_jiafu_knows_no_next_fair():
    """Only that there were some."""
    assert "下一场哪天还没核实" in reply_to("jobs.fair", "招聘会", community="jiafu").text
