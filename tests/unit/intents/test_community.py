"""Clubs, people from one place, talks, rules, older people."""

import pytest

from tests.factories import reply_to


def test_clubs_are_told_by_class():
    """Four classes, twenty-four clubs."""
    text = reply_to("community.clubs", "有什么社团").text

    for name in ("公益：", "休闲：", "文化：", "体育：羽毛球队、篮球队"):
        assert f"· {name}" in text


def test_a_class_asked_is_told_with_its_times():
    """Sport, six of them."""
    text = reply_to("community.clubs", "想运动一下").text

    assert text.startswith("体育类的有6个：")
    assert "羽毛球队：周二、周六 19:30–21:30" in text


def test_a_club_named_has_its_next_day():
    """Tuesday and Saturday."""
    text = reply_to("community.clubs", "想打羽毛球").text

    assert text.startswith("羽毛球队：下一次是11月28日（周六）")
    assert "暖风里北路20号" in text


def test_a_club_that_does_not_exist_is_said_to_be_so():
    """Then what there is."""
    assert reply_to("community.clubs", "有没有瑜伽").text.startswith("现在没有登记瑜伽的社团")


def test_fengxin_names_clubs_without_times():
    """Known by name, times unknown."""
    overview = reply_to("community.clubs", "有什么社团", community="fengxin").text
    one = reply_to("community.clubs", "羽毛球", community="fengxin").text

    assert "· 体育：羽毛球社团、太极社团、乒乓球社团" in overview
    assert "还没核实" in one


def test_volunteers_hear_which_teams_there_are():
    """And keep the law's line."""
    reply = reply_to("community.volunteer", "想当志愿者")

    assert "可以加入的队：邻里夜巡队" in reply.text
    assert "志愿服务条例" in "".join(reply.rest)
    assert reply_to("community.volunteer", "加入巡逻队").text.startswith("邻里夜巡队：今天就有")


def test_a_driver_is_led_to_the_drivers():
    """One asks for a ride, another offers one."""
    assert reply_to("community.carpool", "我有车想帮忙接人").text.startswith("谢谢您愿意出车")
    assert "2027年1月22日" in reply_to("community.carpool", "春节回家接送站").text


def test_people_from_one_place_are_found():
    """By province, with the next meeting."""
    text = reply_to("community.hometown", "有没有贵州老乡会").text

    assert text.startswith("贵州老乡会：下一次是12月13日（周日）")


def test_a_province_without_a_group_is_said_to_be_so():
    """Then those there are."""
    text = reply_to("community.hometown", "有东北老乡会吗").text

    assert text.startswith("现在没有登记东北的老乡会")
    assert "湖南老乡会" in text


def test_anlong_names_its_contacts_abroad():
    """Without a telephone nobody checked."""
    text = reply_to("community.hometown", "新州镇有联系人吗", community="anlong").text

    assert text.startswith("隆林新州镇驻地协会")
    assert "问协会" in text


def test_talks_have_a_hotline_a_roster_and_the_emergency_numbers():
    """12356 whoever asks."""
    text = reply_to("community.counselling", "心情不好想找人聊聊").text

    assert "12356" in text
    assert "心理老师值班：今天就有，再后面是11月28日（周六）" in text
    assert "打 110 或 120" in text


def test_beidajie_knows_the_friday_but_not_the_hour():
    """The day is computed, the hour is asked for."""
    text = reply_to("community.counselling", "想找人聊聊", community="beidajie").text

    assert "顺顺吧：下一次是11月27日（周五）" in text
    assert "12356" in text


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("养狗有什么规矩", "养狗约定：牵绳"),
        ("停车有什么规定", "停车约定："),
        ("好居民评选", "好邻居评选："),
        ("社区公约", "邻里公约："),
    ],
)
def test_a_rule_named_is_read_out(text: str, first: str):
    """The house's own first, then the city's."""
    assert reply_to("community.covenant", text).text.startswith(first)


def test_rules_are_listed_by_name():
    """Sixteen of them, to choose by name."""
    text = reply_to("community.covenant", "有哪些制度").text

    assert "说名字就念给您听" in text
    assert "协会例会制度" in text


@pytest.mark.parametrize(
    ("at", "state"), [("2026-11-25T11:30", "现在开着"), ("2026-11-25T15:00", "现在没开")]
)
def test_the_canteen_is_told_with_whether_it_is_open(at: str, state: str):
    """By the clock that is handed in."""
    text = reply_to("community.elder", "长者饭堂几点开饭", at=at).text

    assert text.startswith(f"暖风里长者饭堂（{state}）")


@pytest.mark.parametrize("community", ["jiafu", "nanshawan", "anlong"])
@pytest.mark.parametrize(
    "intent", ["community.clubs", "community.counselling", "community.elder", "community.carpool"]
)
def test_communities_without_a_directory_answer_from_the_card(intent: str, community: str):
    """General words, what is unknown, and a person."""
    reply = reply_to(intent, "", community=community)

    assert "chat.human" in [choice.target for choice in reply.choices]
    assert "下一次" not in reply.text
