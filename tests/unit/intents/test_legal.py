"""The lawyer's days."""

from tests.factories import reply_to


def test_the_lawyers_next_days_are_computed():
    """Monday, and every other Saturday."""
    text = reply_to("legal.duty", "律师哪天来").text

    assert "每周一 14:30–17:00。下一次是11月30日（周一）" in text
    assert "下一次是11月28日（周六），再后面是12月12日（周六）" in text


def test_a_lawyer_who_has_left_today_is_not_offered_today():
    """Monday at six in the evening."""
    text = reply_to("legal.duty", "今天有律师吗", at="2026-11-23T18:00").text

    assert text.startswith("每周一 14:30–17:00。下一次是11月30日（周一）")
    assert "今天就有" in reply_to("legal.duty", "今天有律师吗", at="2026-11-23T10:00").text


def test_fengxin_names_the_monday_and_what_is_unknown():
    """The day is known, the hour is not."""
    text = reply_to("legal.duty", "律师哪天来", community="fengxin").text

    assert "11月30日（周一）" in text
    assert "开放时间还没核实" in text
