"""Stalls, counters and health points from the directory."""

import pytest

from tests.factories import reply_to


@pytest.mark.parametrize(
    ("at", "state"), [("2026-11-25T20:00", "现在开着"), ("2026-11-25T12:00", "现在没开")]
)
def test_a_market_named_is_told_with_whether_it_is_time(at: str, state: str):
    """By the clock that is handed in."""
    text = reply_to("services.stall", "夜市几点能摆", at=at).text

    assert text.startswith(f"南广场夜市（{state}）\n地址：暖风里南路2号")


def test_all_markets_are_listed_with_time_and_place():
    """Four places."""
    text = reply_to("services.stall", "哪里可以摆摊").text

    assert "· 北门早市（现在没开）：北门驿站 暖风里北路9号，每天 6:00–9:00" in text
    assert text.count("· ") >= 4


def test_contraceptives_are_told_with_their_places():
    """Two machines, free, nobody is asked."""
    reply = reply_to("services.contraceptives", "避孕套在哪里领", focus="where")

    assert "西门驿站避孕药具自助机（现在开着）" in reply.text
    assert "不登记名字" in reply.text


def test_vaccination_has_its_own_times_and_no_open_sign():
    """The clinic is open when vaccination is not."""
    text = reply_to("services.vaccination", "孩子打疫苗在哪", at="2026-11-29T09:00").text

    assert "暖风里南路12号" in text
    assert "接种 周一、周三、周五、周六" in text
    assert "现在开着" not in text
    assert "还没录入" not in text


def test_the_access_card_desk_is_told():
    """With what to bring and what it costs."""
    text = reply_to("services.access_card", "门禁卡怎么办").text

    assert "门禁卡办理点（现在开着）" in text
    assert "要带：" in text


@pytest.mark.parametrize(
    "intent",
    ["services.stall", "services.contraceptives", "services.vaccination", "services.access_card"],
)
@pytest.mark.parametrize("community", ["fengxin", "beidajie", "jiafu", "nanshawan", "anlong"])
def test_communities_without_places_answer_from_the_card(intent: str, community: str):
    """General words, and that places are not known."""
    reply = reply_to(intent, "", community=community)

    assert "现在开着" not in reply.text
    assert "chat.human" in [choice.target for choice in reply.choices]


def test_a_centre_whose_address_nobody_checked_says_so():
    """And who knows it."""
    text = reply_to("services.center", "居委会在哪", community="fengxin").text

    assert "地址、开放时间还没核实，可以问凤馨苑社区工作人员" in text
