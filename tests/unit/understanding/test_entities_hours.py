"""Times of day, alone and on a day; said at ten on Thursday, 26 November 2026."""

from datetime import datetime, time

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Doubt, When
from bot.understanding.entities import extract

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)


def when(text: str) -> When:
    """Return the only day or hour in a message."""
    found = extract(text, now=THURSDAY).whens
    assert len(found) == 1, (text, found)
    return found[0]


def slots(text: str) -> tuple[str, str]:
    """Return the slots ``date`` and ``time``."""
    found = extract(text, now=THURSDAY).slots()
    return found.get("date", ""), found.get("time", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("早上八点半开门吗", "08:30"), ("晚上7点", "19:00"), ("上午十点一刻", "10:15"), ("下午3点45", "15:45"),
        ("下午三点三刻", "15:45"), ("中午十二点", "12:00"), ("中午一点", "13:00"), ("中午11点半", "11:30"),
        ("凌晨三点", "03:00"), ("半夜两点", "02:00"), ("半夜十一点", "23:00"), ("夜里十二点", "00:00"),
        ("傍晚六点", "18:00"), ("清早六点", "06:00"), ("晏昼三点", "15:00"), ("朝早七点", "07:00"),
        ("下昼四点半", "16:30"), ("头晌九点", "09:00"), ("后晌两点", "14:00"), ("晌午十二点", "12:00"),
        ("早8点", "08:00"), ("晚九点", "21:00"), ("20:15", "20:15"), ("08:30", "08:30"),
        ("１４：３０", "14:30"), ("18时30分", "18:30"), ("十五点", "15:00"), ("早上差五分八点", "07:55"),
        ("下午两点零五分", "14:05"), ("晚上八点二十", "20:20"), ("早上七点钟", "07:00"),
        ("下午三點搭五", "15:25"), ("下午三点三个字", "15:15"),
    ],
)  # fmt: skip
def test_a_time_with_its_half_of_the_day_is_sure(text: str, expected: str):
    """However it is said."""
    assert slots(text) == ("", expected)
    assert when(text).sure is not None


@pytest.mark.parametrize(
    ("text", "likely", "other"),
    [
        ("3点一刻", time(15, 15), time(3, 15)), ("八点半", time(8, 30), time(20, 30)),
        ("8:30", time(8, 30), time(20, 30)), ("十二点后门就锁", time(12), time(0)),
        ("两点四十", time(14, 40), time(2, 40)),
    ],
)  # fmt: skip
def test_a_bare_hour_may_be_morning_or_afternoon(text: str, likely: time, other: time):
    """The likelier one first."""
    found = when(text)

    assert Doubt.HALF_DAY in found.doubts
    assert found.sure is None
    assert found.reading.begins in {likely, None}
    assert other in {one.begins or one.ends for one in found.others}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中午有人吗", "11:00/13:00"), ("半夜漏水", "23:00/05:00"), ("晏昼得唔得", "12:00/18:00"),
        ("晚黑有人值班没", "18:00/00:00"), ("大清早就在吵", "05:00/08:00"), ("傍黑去", "17:00/19:00"),
    ],
)  # fmt: skip
def test_a_part_of_the_day_is_a_span(text: str, expected: str):
    """With its customary hours."""
    assert slots(text) == ("", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("下午2点到4点", "14:00/16:00"), ("上午9点-11点半", "09:00/11:30"), ("晚上八点到十点", "20:00/22:00"),
        ("早8点到晚8点", "08:00/20:00"), ("晚上10点到凌晨2点", "22:00/02:00"), ("2点到下午4点", "14:00/16:00"),
        ("9点到11点半", "09:00/11:30|21:00/23:30"), ("14:30-17:00", "14:30/17:00"),
        ("下午五点半以后", "17:30/.."), ("上午十点前", "../10:00"),
    ],
)  # fmt: skip
def test_a_span_of_hours_keeps_to_one_half_of_the_day(text: str, expected: str):
    """The end that was told decides about the other."""
    assert slots(text) == ("", expected)


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("明天上午十点", "2026-11-27", "10:00"), ("下周三下午三点", "2026-12-02", "15:00"),
        ("下周三下午", "2026-12-02", "12:00/18:00"), ("今晚8点", "2026-11-26", "20:00"),
        ("听晚七点半", "2026-11-27", "19:30"), ("昨天的晚上九点", "2026-11-25", "21:00"),
        ("12月5号（周六）下午两点到四点", "2026-12-05", "14:00/16:00"), ("2026年12月5日14:30", "2026-12-05", "14:30"),
        ("腊月二十八凌晨三点", "2027-02-04", "03:00"), ("明天凌晨5点", "2026-11-27", "05:00"),
        ("今晚12点", "2026-11-27", "00:00"), ("星期六早上9点到11点半", "2026-11-28", "09:00/11:30"),
        ("下周一至周五9:00-17:30", "2026-11-30/2026-12-04", "09:00/17:30"), ("周五20:00", "2026-11-27", "20:00"), ("二十分钟后", "2026-11-26", "10:20"),
        ("半个钟后", "2026-11-26", "10:30"), ("一个半小时后", "2026-11-26", "11:30"),
        ("两个小时前", "2026-11-26", "08:00"), ("再过十分钟到", "2026-11-26", "10:10"),
    ],
)  # fmt: skip
def test_a_day_and_an_hour_beside_it_are_one_moment(text: str, day: str, hour: str):
    """Midnight at the end of an evening belongs to the day after."""
    assert slots(text) == (day, hour)


def test_a_moment_is_aware_and_beijings():
    """What a reminder is set to."""
    moment = when("下周三下午三点").reading.moment

    assert moment == datetime(2026, 12, 2, 15, 0, tzinfo=BEIJING)


def test_the_small_hours_of_an_evening_are_doubted():
    """今晚1点 is tomorrow's date, which half the people would not write."""
    found = when("今晚1点")

    assert str(found.reading.day) == "2026-11-27"
    assert found.doubts == {Doubt.NIGHT}


@pytest.mark.parametrize(
    "text",
    [
        "我有三点意见", "快一点", "提两点要求", "早点来", "有一点疼", "4点半课堂", "扣12点积分", "地点在哪", "早上好",
        "晚上好，各位", "差一点忘了", "一点也不", "二点五倍", "几点开门",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_hour_is_none(text: str):
    """Points on a list, a little, and good morning."""
    assert slots(text)[1] == ""
