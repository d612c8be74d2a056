"""Stations and venues, by name or by what they offer."""

from bot.domain.messages import Kind
from bot.testing import make_inbound
from tests.factories import reply_to


def test_a_venue_named_comes_alone():
    """The one that was asked for."""
    text = reply_to("places.library", "羽毛球馆几点开").text

    assert text.startswith("· 暖风里羽毛球馆")
    assert "图书馆" not in text


def test_what_nobody_registered_is_said_to_be_so():
    """No place is pointed to at a guess."""
    text = reply_to("places.facility", "哪里有按摩椅", community="fengxin").text

    assert text.startswith("这里还没有登记哪儿有按摩椅")


def test_what_an_account_says_of_a_place_without_address_is_told():
    """And nobody is asked for his position where no place has one."""
    text = reply_to("places.member_home", "会员之家在哪", community="anlong").text

    assert "全县有22个" in text
    assert "现在开不开，问协会" in text
    assert "位置" not in text


def test_whoever_sent_his_position_is_not_asked_for_it():
    """He reads the nearest places, with distances, and no more questions."""
    here = make_inbound(kind=Kind.LOCATION, latitude=23.13, longitude=113.57)
    text = reply_to("places.station", inbound=here).text

    assert "走" in text or "公里" in text
    assert "把您的位置发给我" not in text
