"""Schools beside the card."""

from tests.factories import reply_to


def test_schools_are_listed_and_none_has_a_made_up_mark():
    """Marks only where they were published."""
    text = reply_to("points.school_line", "哪些学校有积分学位").text

    assert text.startswith("没有固定的分数线")
    assert "暖风里第一小学（演示），暖风里北路50号" in text


def test_a_school_named_is_told():
    """By its short name."""
    assert "没有录取分" in reply_to("points.school_line", "暖一小往年多少分").text


def test_elsewhere_the_card_answers():
    """No school is on record there."""
    text = reply_to("points.school_line", "哪些学校", community="fengxin").text

    assert text.startswith("没有固定的分数线")
