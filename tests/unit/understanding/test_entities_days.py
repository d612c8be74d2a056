"""Days: in words, by number, by feast, by two calendars; said on a Thursday, 26 November 2026."""

from datetime import date, datetime

import pytest

from bot.domain.clock import BEIJING
from bot.sdk import Doubt, When
from bot.understanding.entities import extract

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=BEIJING)


def when(text: str, now: datetime = THURSDAY) -> When:
    """Return the only day or hour in a message."""
    found = extract(text, now=now).whens
    assert len(found) == 1, (text, found)
    return found[0]


def slot(text: str, now: datetime = THURSDAY) -> str:
    """Return the ``date`` slot of a message, "" when there is none."""
    return extract(text, now=now).slots().get("date", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天开门吗", "2026-11-26"), ("明天上午去行不行", "2026-11-27"), ("后天有义诊", "2026-11-28"),
        ("大后天再说", "2026-11-29"), ("昨天报的修", "2026-11-25"), ("前天交的表", "2026-11-24"),
        ("大前天打过电话", "2026-11-23"), ("明日仲开唔开", "2026-11-27"), ("听日有冇人", "2026-11-27"),
        ("琴日打过电话", "2026-11-25"), ("寻日冇人听", "2026-11-25"), ("听晚跳舞", "2026-11-27"),
        ("听朝几点开门", "2026-11-27"), ("琴晚漏水", "2026-11-25"), ("明儿来拿", "2026-11-27"),
        ("今儿个律师来不", "2026-11-26"), ("后儿个去", "2026-11-28"), ("昨儿个吵了一宿", "2026-11-25"),
        ("明早排队", "2026-11-27"), ("今晚有电影", "2026-11-26"), ("昨晚会上说的", "2026-11-25"),
        ("今晚会不会下雨", "2026-11-26"),
    ],
)  # fmt: skip
def test_a_day_near_by_is_understood_in_every_region(text: str, expected: str):
    """Mandarin, Cantonese, northern and Sichuan words."""
    assert slot(text) == expected
    assert when(text).sure is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("下周三下午", "2026-12-02"), ("下礼拜三", "2026-12-02"), ("下个星期三", "2026-12-02"),
        ("这周五", "2026-11-27"), ("本周日", "2026-11-29"), ("这个星期天", "2026-11-29"),
        ("上周四", "2026-11-19"), ("上上周五", "2026-11-13"), ("下下周一", "2026-12-07"),
        ("周六去", "2026-11-28"), ("礼拜日得闲", "2026-11-29"), ("星期5", "2026-11-27"),
        ("这周末有活动吗", "2026-11-28/2026-11-29"), ("周六日有人吗", "2026-11-28/2026-11-29"),
        ("下周一到周五", "2026-11-30/2026-12-04"), ("下周末", "2026-12-05/2026-12-06"), ("双休日上班吗", "2026-11-28/2026-11-29"),
        ("这周排了什么", "2026-11-23/2026-11-29"), ("下星期再来", "2026-11-30/2026-12-06"),
        ("呢个礼拜", "2026-11-23/2026-11-29"), ("問一下週六開門嗎", "2026-11-28"),
    ],
)  # fmt: skip
def test_a_weekday_lies_in_the_week_that_was_said(text: str, expected: str):
    """Weeks begin on Monday."""
    assert slot(text) == expected
    assert when(text).sure is not None


@pytest.mark.parametrize(
    ("text", "likely", "other"),
    [
        ("周三能办吗", date(2026, 12, 2), date(2026, 11, 25)),
        ("礼拜一律师来不来", date(2026, 11, 30), date(2026, 11, 23)),
        ("周四休息", date(2026, 11, 26), date(2026, 12, 3)),
        ("问下周六开门吗", date(2026, 12, 5), date(2026, 11, 28)),
        ("帮我查下周五的课", date(2026, 12, 4), date(2026, 11, 27)),
        ("下个周五开会", date(2026, 12, 4), date(2026, 11, 27)),
        ("上个周二来过", date(2026, 11, 17), date(2026, 11, 24)),
    ],
)
def test_a_weekday_that_may_be_another_week_says_so(text: str, likely: date, other: date):
    """周三 said on Thursday; 问下周六 is "just asking, Saturday" as often as next Saturday."""
    found = when(text)

    assert found.sure is None
    assert Doubt.WEEK in found.doubts
    assert (found.reading.day, [one.day for one in found.others]) == (likely, [other])


def test_a_weekday_after_just_asking_is_this_weeks():
    """问一下 ends with the character that 下周 begins with."""
    assert slot("想问一下周五几点上课") == "2026-11-27"


@pytest.mark.parametrize(
    "text", ["每周三上课", "逢周六休息", "每个星期天都去", "一周三次", "两周五天班"]
)
def test_what_comes_back_every_week_is_no_date(text: str):
    """A rule, or a number of times."""
    assert slot(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12月5号", "2026-12-05"), ("十二月五号", "2026-12-05"), ("12月5日", "2026-12-05"),
        ("１２月５號", "2026-12-05"), ("12月5", "2026-12-05"), ("2026年12月5日", "2026-12-05"),
        ("二零二六年十二月五号", "2026-12-05"), ("26年12月5号", "2026-12-05"), ("明年3月8号", "2027-03-08"),
        ("去年12月31号", "2025-12-31"), ("2026-12-05", "2026-12-05"), ("2026/12/5", "2026-12-05"),
        ("2026.12.5", "2026-12-05"), ("20261205", "2026-12-05"), ("12/5", "2026-12-05"),
        ("12-05号", "2026-12-05"), ("12.5号", "2026-12-05"), ("28号来", "2026-11-28"),
        ("下个月三号", "2026-12-03"), ("本月30日", "2026-11-30"), ("这个月二十八号", "2026-11-28"),
        ("2026年3月", "2026-03-01/2026-03-31"), ("12月份", "2026-12-01/2026-12-31"),
        ("明年二月", "2027-02-01/2027-02-28"), ("上个月", "2026-10-01/2026-10-31"),
        ("2025年", "2025-01-01/2025-12-31"), ("明年", "2027-01-01/2027-12-31"),
        ("今年上半年", "2026-01-01/2026-06-30"), ("12月中旬", "2026-12-11/2026-12-20"),
        ("98年出生", "1998-01-01/1998-12-31"), ("零八年来的", "2008-01-01/2008-12-31"),
        ("12月5号到8号", "2026-12-05/2026-12-08"), ("28号到3号", "2026-11-28/2026-12-03"),
        ("12月5号至12月8号", "2026-12-05/2026-12-08"),
        ("12月30号到1月3号", "2026-12-30/2027-01-03"), ("2026年3月到6月", "2026-03-01/2026-06-30"),
        ("居住证2026-12-05到期", "2026-12-05"), ("12月5号（星期六）", "2026-12-05"),
    ],
)  # fmt: skip
def test_a_date_by_number_is_understood(text: str, expected: str):
    """With and without year and month, in figures and in characters."""
    assert slot(text) == expected
    assert when(text).sure is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三号来拿", "2026-12-03|2026-11-03"), ("六月十号才听说", "2027-06-10|2026-06-10"),
        ("五月投的票", "2027-05-01/2027-05-31|2026-05-01/2026-05-31"),
    ],
)  # fmt: skip
def test_a_date_that_may_be_past_says_so(text: str, expected: str):
    """The next one first, the last one beside it."""
    assert slot(text) == expected
    assert when(text).doubts == {Doubt.PASSED}


def test_a_weekday_beside_a_date_decides_or_contradicts():
    """The third that is a Thursday is December's; 5 December is no Friday."""
    assert when("三号周四下午").sure is not None
    assert when("三号（周二）").reading.day == date(2026, 11, 3)
    assert Doubt.CONFLICT in when("12月5号周五").doubts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月底交租", "2026-11-26/2026-11-30~"), ("下个月初", "2026-12-01/2026-12-05~"),
        ("年底回家", "2026-12-01/2026-12-31~"), ("明年年初", "2027-01-01/2027-01-31~"),
        ("八月底", "2027-08-26/2027-08-31|2026-08-26/2026-08-31~"),
    ],
)  # fmt: skip
def test_a_part_without_sharp_bounds_says_so(text: str, expected: str):
    """月底 begins when one thinks it does."""
    assert slot(text) == expected
    assert Doubt.LOOSE in when(text).doubts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("农历腊月二十三", "2027-01-30"), ("正月十五", "2027-02-20"), ("冬月十二", "2026-12-20"),
        ("腊月三十", "2027-02-05"), ("大年初三", "2027-02-08"), ("年廿八", "2027-02-04"),
        ("年初六返嚟", "2027-02-11"), ("除夕值班吗", "2027-02-05"), ("大年三十", "2027-02-05"),
        ("年三十晚", "2027-02-05"), ("元宵节", "2027-02-20"), ("腊八", "2027-01-15"),
        ("冬至吃饺子", "2026-12-22"), ("元旦", "2027-01-01"), ("圣诞", "2026-12-25"),
        ("去年中秋", "2025-10-06"), ("明年清明", "2027-04-05"), ("2026年端午", "2026-06-19"),
        ("除夕前一天", "2027-02-04"), ("腊月二十四一个人回", "2027-01-31"), ("2026年国庆假期", "2026-10-01/2026-10-07"),
        ("農曆臘月廿三", "2027-01-30"), ("去年腊月", "2026-01-19/2026-02-16"),
    ],
)  # fmt: skip
def test_a_lunar_day_or_a_feast_is_a_date(text: str, expected: str):
    """Both calendars, the eve of the year whether it has a thirtieth or not."""
    assert slot(text) == expected
    assert when(text).sure is not None


def test_a_day_of_either_calendar_says_so():
    """八月十五 is Mid-Autumn unless somebody means August."""
    found = when("去年八月十五")

    assert found.doubts == {Doubt.CALENDAR}
    assert found.reading.day == date(2025, 10, 6)
    assert [one.day for one in found.others] == [date(2025, 8, 15)]
    assert when("去年八月十五号").reading.day == date(2025, 8, 15)
    assert when("去年农历八月十五").sure is not None


def test_a_long_holiday_is_the_day_or_the_whole_of_it():
    """Where the plan is published the other reading is the holiday, else there is none."""
    golden = when("今年国庆")
    assert golden.doubts == {Doubt.HOLIDAY}
    assert [(one.first, one.last) for one in golden.others] == [
        (date(2026, 10, 1), date(2026, 10, 7))
    ]

    unpublished = when("明年五一放假几天")
    assert unpublished.doubts == {Doubt.HOLIDAY}
    assert (unpublished.reading.day, unpublished.others) == (date(2027, 5, 1), ())


@pytest.mark.parametrize("text", ["过完年再来", "年后返岗", "过了年就办", "春节过后", "出了正月"])
def test_after_the_new_year_is_open_ended(text: str):
    """Nobody says when it ends, and everybody begins on another day."""
    found = when(text)

    assert found.reading.first == date(2027, 2, 13)
    assert found.reading.last is None
    assert Doubt.LOOSE in found.doubts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12月5号之前", "../2026-12-04|../2026-12-05~"), ("月底前搬走", "../2026-11-30"),
        ("年底之前", "../2026-12-31"), ("下周一起", "2026-11-30/.."), ("12月1日起", "2026-12-01/.."),
        ("元旦以后", "2027-01-02/..|2027-01-01/..~"), ("年前", "2026-11-26/2027-02-05~"),
        ("三天后", "2026-11-29"), ("三周后", "2026-12-17"), ("两三天后", "2026-11-28/2026-11-29"),
        ("半个月后", "2026-12-11~"), ("一个月前", "2026-10-26~"), ("两年前", "2024-11-26~"),
    ],
)  # fmt: skip
def test_before_and_after_open_a_span_or_move_a_day(text: str, expected: str):
    """Whether the day itself is still in it is left open."""
    assert slot(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "以后天天来", "聪明天才", "说明天气", "目前天冷", "然后儿子去上学", "之前日子", "光明日报", "孩子上初二",
        "3号楼没电", "坐3号线", "五号电池", "我是八栋12号", "认领3号", "第三周", "三天两头", "一起火",
        "明朝那些事", "地铁3号口", "星期几", "几月几号", "上年纪了", "月亮", "周到", "一月三十块", "人山人海",
    ],
)  # fmt: skip
def test_a_word_that_only_looks_like_a_day_is_none(text: str):
    """Nothing rather than a wrong date."""
    assert slot(text) == ""


def test_tomorrow_after_midnight_may_be_today():
    """At one in the morning the day has not begun for who is still awake."""
    night = datetime(2026, 11, 27, 1, 0, tzinfo=BEIJING)
    found = when("明天开门吗", night)

    assert (found.reading.day, [one.day for one in found.others]) == (
        date(2026, 11, 28),
        [date(2026, 11, 27)],
    )
    assert found.doubts == {Doubt.NIGHT}


def test_the_day_is_beijings_wherever_the_server_stands():
    """Half past five in the afternoon in London is tomorrow."""
    from datetime import UTC

    assert slot("今天", datetime(2026, 11, 26, 17, 30, tzinfo=UTC)) == "2026-11-27"


def test_a_moment_without_a_zone_is_refused():
    """It would be read in the zone of the server."""
    with pytest.raises(ValueError, match="aware"):
        extract("今天", now=datetime(2026, 11, 26))  # noqa: DTZ001 - the case under test
