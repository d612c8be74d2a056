"""Topics of the residents' council."""

from tests.factories import reply_to


def test_open_topics_come_before_decided_ones():
    """With the next meeting, computed."""
    text = reply_to("council.topics", "最近在议什么").text

    assert text.startswith("正在议：\n· 东门加12盏路灯")
    assert text.index("正在议") < text.index("议过的")
    assert "居民议事会下一次是11月26日（周四），19:30–21:00。" in text


def test_results_come_first_when_they_are_asked_for():
    """Votes as counted."""
    assert reply_to("council.topics", "上次表决结果怎么样").text.startswith("议过的：")


def test_a_topic_named_stands_alone():
    """No list where one answer is enough."""
    text = reply_to("council.topics", "路灯的事议了吗").text

    assert text.startswith("东门加12盏路灯：")
    assert "快递柜" not in text


def test_fengxin_has_no_checked_topics():
    """Old figures are dated, today's are unknown."""
    text = reply_to("council.topics", "在议什么", community="fengxin").text

    assert "还没核实" in text
    assert "2019年" in text
