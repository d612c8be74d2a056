"""What is on, and one event: from the demo directory, for fixed days."""

from datetime import date

import pytest

from intents.events.windows import asked
from tests.factories import as_read, make_context, reply_to

WINDOWS = make_context("events.list").words.many("windows")
WEEKDAYS = make_context("events.list").words.many("weekdays")
WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("最近有什么活动", "2026-11-25", "2026-12-08"),
        ("今晚有什么", "2026-11-25", "2026-11-25"),
        ("明天有什么", "2026-11-26", "2026-11-26"),
        ("后天呢", "2026-11-27", "2026-11-27"),
        ("这周末有什么", "2026-11-28", "2026-11-29"),
        ("下周末", "2026-12-05", "2026-12-06"),
        ("这周有啥", "2026-11-25", "2026-11-29"),
        ("下周有啥", "2026-11-30", "2026-12-06"),
        ("周日有空", "2026-11-29", "2026-11-29"),
        ("星期二晚上", "2026-12-01", "2026-12-01"),
        ("下周五", "2026-12-04", "2026-12-04"),
        ("月底", "2026-11-25", "2026-11-30"),
        ("这个月", "2026-11-25", "2026-11-30"),
        ("下个月", "2026-12-01", "2026-12-31"),
    ],
)
def test_residents_name_days_in_their_own_words(text: str, first: str, last: str):
    """Two weeks when no day is named; never a day that is past."""
    window = asked(text, WEDNESDAY, WINDOWS, WEEKDAYS)

    assert (window.start.isoformat(), window.end.isoformat()) == (first, last)


def test_the_list_starts_today_and_shows_five():
    """The rest waits under 详细."""
    reply = reply_to("events.list", "最近有什么活动")
    lines = [line for line in reply.text.split("\n") if line.startswith("·")]

    assert reply.text.startswith("近两周有11场")
    assert lines[0] == "· 今天（周三）19:30–21:00 普通话班，暖风里中路1号4楼402"
    assert len(lines) == 5
    assert "12月4日（周五）9:00–12:00 招聘会" in reply.rest[0]
    assert "我们约会吧：每年5月20日" in reply.rest[0]
    assert reply.choices[-1].target == "command:detail"


def test_what_is_over_today_is_no_longer_on():
    """At ten in the evening the class is past."""
    reply = reply_to("events.list", "今天有什么活动", at="2026-11-25T22:00")

    assert reply.text.startswith("今天没有登记的活动。最近的是：\n· 明天（周四）")


def test_a_weekend_asked_is_a_weekend_told():
    """Only Saturday and Sunday."""
    text = reply_to("events.list", "这周末有什么好玩的").text

    assert text.startswith("这个周末有3场：")
    assert "周三" not in text
    assert "月末百家宴" in text


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("孩子能参加的活动", "小雁子安全课", "居民议事会"),
        ("老人能去的活动", "长者生日会", "亲子烘焙"),
        ("有没有免费的活动", "普通话班", "主题党日"),
    ],
)
def test_the_list_is_for_whom_it_is_asked(text: str, inside: str, outside: str):
    """Children, older people, nothing to pay."""
    reply = reply_to("events.list", text, at="2026-12-07T09:00")
    told = reply.text + "".join(reply.rest)

    assert inside in told
    assert outside not in told


def test_a_holiday_stops_what_skips_it_and_warns_of_what_may_not():
    """Named, with its day; what is kept stays in the list without a warning."""
    text = reply_to("events.list", "国庆有什么活动", at="2026-09-30T10:00").text

    assert "放假停一次的：法治课（10.1）、招聘会（10.2）、小雁子安全课（10.3）" in text
    assert "旧物交换集市，南广场暖峰港湾（遇上放假，去前先问）" in text
    assert "10月2日（周五）19:30–21:30 广场电影，南广场暖峰港湾\n" in text


def test_days_of_a_year_without_a_holiday_plan_are_uncertain():
    """2027 is not in the calendar yet: said, not guessed."""
    text = reply_to("events.list", "最近有什么活动", at="2026-12-29T09:00").text

    assert "有的日子放假安排还没出，去前先问。" in text


def test_nobody_finds_an_audience_that_has_nothing():
    """Honest, with who may know more."""
    reply = reply_to("events.list", "明天有没有老人的活动", at="2026-11-12T12:30")

    assert reply.text.startswith("明天没有登记的适合老人的活动。最近的是：")


@pytest.mark.parametrize(
    ("community", "text", "said"),
    [
        ("fengxin", "最近有什么活动", "便民日、搭伙拼菜、百家宴"),
        ("beidajie", "最近有什么活动", "每周五有“顺顺吧”"),
        ("jiafu", "最近有什么活动", "近期的还没核实"),
        ("nanshawan", "孩子有什么活动", "快乐四点半、小雁子安全教育、尤克里里班"),
        ("anlong", "最近有什么活动", "近期活动没核实"),
    ],
)
def test_communities_without_dates_say_so_and_hand_over(community: str, text: str, said: str):
    """What they used to have, that days are not known, and a person."""
    reply = reply_to("events.list", text, community=community)

    assert said in reply.text
    assert "核实" in reply.text
    assert "chat.human" in [choice.target for choice in reply.choices]


def test_a_named_event_is_told_in_full():
    """When, where, what to bring, what it costs, whom to call."""
    text = reply_to("events.detail", "便民日几点").text

    assert text.startswith("便民日：下一次是12月12日（周六）")
    for part in (
        "每月第二个周六 9:00–11:30",
        "暖风里南路2号",
        "要修的东西",
        "费用：不收钱",
        "020-0000",
    ):
        assert part in text


def test_the_field_asked_about_a_named_event_comes_first():
    """VOICE.md: the first line answers."""
    text = reply_to("events.detail", "百家宴要带什么东西", focus="papers").text

    assert text.startswith("要带：一道菜和自家碗筷")


def test_a_named_event_stays_open_for_follow_ups_wherever_it_was_asked():
    """The list hands over to the event."""
    assert reply_to("events.list", "便民日这个月是哪天").topic == "events.detail"


def test_a_name_with_a_slip_is_found():
    """Homophones happen."""
    assert reply_to("events.detail", "便明日在哪").text.startswith("便民日：")


def test_an_event_nobody_knows_is_not_made_up():
    """The near ones are offered instead."""
    reply = reply_to("events.detail", "那个活动几点")

    assert reply.text.startswith("没找到您说的那一场")


def test_an_event_without_a_day_says_so():
    """The real communities' events have no dates."""
    text = reply_to("events.detail", "小雁子几点", community="fengxin").text

    assert "今年办不办，问社区" in text


def test_several_events_that_fit_become_choices():
    """The resident picks by name."""
    reply = reply_to("events.detail", "我们约会吧几点", community="nanshawan")

    assert reply.text.startswith("有3场对得上，您问哪一场？")
    assert [choice.label for choice in reply.choices][:2] == [
        "我们约会吧（5.20）",
        "我们约会吧（七夕）",
    ]


def test_signing_up_tells_the_event_and_who_takes_names():
    """No promise that the machine cannot keep."""
    reply = reply_to("events.signup", "我要报名百家宴")

    assert reply.text.startswith("月末百家宴：下一次是11月29日（周日）")
    assert "报名现在由工作人员记，回“转人工”" in reply.text
    assert reply.choices[0].target == "chat.human"


def test_what_needs_no_place_says_so():
    """Nobody is sent to staff for nothing."""
    text = reply_to("events.signup", "报名便民日").text

    assert "不用报名，到时直接来" in text
    assert "转人工" not in text


@pytest.mark.parametrize(
    ("intent", "text", "first"),
    [
        ("events.cancel", "百家宴去不了了", "来不了没关系。取消现在由工作人员记"),
        ("events.checkin", "普通话班签到", "签到现在由现场的工作人员记"),
    ],
)
def test_cancelling_and_checking_in_are_done_by_staff(intent: str, text: str, first: str):
    """Said plainly, with the event that is meant."""
    reply = reply_to(intent, text)

    assert reply.text.startswith(first)
    assert reply.text.split("\n")[1].startswith(("月末百家宴", "普通话班"))


def test_holiday_care_adds_the_next_day_of_its_class():
    """The card says most, the directory the date."""
    text = reply_to("events.holiday_camp", "小雁子报名").text

    assert text.startswith("有，暑假小雁子托管")
    assert "小雁子安全课：下一次是11月28日（周六）" in text


@pytest.mark.parametrize("intent", ["events.matchmaking", "events.kids430", "events.holiday_camp"])
@pytest.mark.parametrize("community", ["demo", "fengxin", "nanshawan"])
def test_programmes_offer_a_person_first(intent: str, community: str):
    """Places are given by people."""
    reply = reply_to(intent, "", community=community)

    assert reply.choices[0].target == "chat.human"
    assert len(as_read(reply)) <= 600
