"""Wishes that wait for somebody."""

from tests.factories import reply_to


def test_open_wishes_are_listed_without_names():
    """Things, not people; staff take the claim."""
    reply = reply_to("voice.wish_claim", "有哪些心愿可以认领")

    assert reply.text.startswith("现在有6个心愿等人圆：\n· 1号心愿：小学生书包")
    assert "不公开名字" in reply.text
    assert reply.choices[0].target == "chat.human"


def test_a_wish_is_found_by_number_or_by_thing():
    """As the wall has them."""
    assert reply_to("voice.wish_claim", "认领3号").text.startswith("3号心愿：一张全家福")
    assert reply_to("voice.wish_claim", "想捐个书包").text.startswith("1号心愿：小学生书包")


def test_a_number_nobody_has_shows_the_list():
    """Nothing is made up."""
    assert reply_to("voice.wish_claim", "认领33号").text.startswith("现在有6个心愿")


def test_beidajie_asks_the_community():
    """Its wishes are not on record."""
    text = reply_to("voice.wish_claim", "认领心愿", community="beidajie").text

    assert text.startswith("可以认领，有哪些心愿要问社区。")
    assert "detail" not in text
