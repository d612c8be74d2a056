"""Dates, names and first replies, without any community."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from bot.domain.clock import BEIJING
from bot.domain.replies import Choice
from bot.domain.telling import (
    FIRST_CHARS,
    ahead,
    checked_month,
    dates_said,
    day_said,
    facts_said,
    hours_said,
    looked_up,
    meant,
    named,
    place_said,
    sections,
    span_said,
    unknown_said,
)
from tests.factories import make_card, make_entry, make_passport

WORDS = {
    "today": "今天有",
    "next": "下次{day}",
    "later": "，再{days}",
    "holiday": "先问",
    "uncertain": "（未定）",
    "skipped": "{days}停。",
}
LABELS = {"answer": "", "papers": "要带", "cost": "费用", "checked": "核对"}


@dataclass(frozen=True)
class Day:
    """A day of a rule."""

    day: date
    holiday: bool = False
    certain: bool = True


def at(text: str) -> datetime:
    """Return a Beijing moment."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("day", "today", "said"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), "今天（周三）"),
        (date(2026, 11, 26), date(2026, 11, 25), "明天（周四）"),
        (date(2026, 11, 28), date(2026, 11, 25), "11月28日（周六）"),
        (date(2027, 1, 2), date(2026, 12, 30), "1月2日（周六）"),
        (date(2027, 4, 19), date(2026, 11, 25), "2027年4月19日（周一）"),
        (date(2026, 11, 25), None, "11月25日（周三）"),
    ],
)
def test_dates_are_said_as_people_say_them(day: date, today: date | None, said: str):
    """Today and tomorrow by name, a far year with its number."""
    assert day_said(day, today) == said


def test_times_are_said_without_a_leading_nought():
    """As on a notice board."""
    assert span_said("09:00-11:30") == "9:00–11:30"


def test_a_place_is_said_by_its_id_and_a_text_as_it_stands():
    """What is no id is a text already."""
    places = [make_entry(id="hall", name="大厅", address="中路1号")]

    assert place_said("hall", places) == "大厅 中路1号"
    assert place_said("hall", places, brief=True) == "大厅"
    assert place_said("南门外", places) == "南门外"


def test_the_longest_name_in_a_message_is_meant():
    """A short other name does not steal a longer one."""
    class_ = make_entry(id="a", name="普通话班")
    first = make_entry(id="b", name="普通话班初级", aka=("识字班",))

    assert named("普通话班初级几点", [class_, first]) == [first]
    assert named("普通话班几点", [class_, first]) == [class_]
    assert named("几点开门", [class_, first]) == []


def test_a_slip_of_one_character_still_means_the_name():
    """Enough characters close together are enough; words that say nothing are not counted."""
    day, swap = make_entry(id="a", name="便民日"), make_entry(id="b", name="交换", aka=("换东西",))

    assert meant("便明日在哪", [day, swap]) == [day]
    assert meant("要带什么东西", [day, swap]) == [swap]
    assert meant("要带什么东西", [day, swap], noise="东西|什么") == []
    assert meant("", [day, swap]) == []


def test_names_are_compared_without_punctuation():
    """Residents type no brackets."""
    party = make_entry(id="a", name="我们约会吧（5.20）")

    assert named("我们约会吧520几点", [party]) == [party]


@pytest.mark.parametrize(
    ("time", "now", "still"),
    [
        ("19:30-21:00", "2026-11-25T20:59", True),
        ("19:30-21:00", "2026-11-25T21:00", False),
        ("18:00-24:00", "2026-11-25T23:59", True),
        ("20:00-02:00", "2026-11-25T23:00", True),
        ("晚上", "2026-11-25T23:00", True),
    ],
)
def test_what_is_over_today_is_not_ahead(time: str, now: str, still: bool):
    """The end of its time decides, where it is known."""
    found = ahead([Day(date(2026, 11, 25))], make_entry(time=time), at(now))

    assert bool(found) is still


def test_a_holiday_skips_names_or_leaves_an_event():
    """What a holiday does stands in the entry."""
    days = [Day(date(2026, 10, 2), holiday=True), Day(date(2026, 10, 9)), Day(date(2026, 10, 16))]
    now = at("2026-09-28T09:00")

    told = {
        rule: dates_said(days, make_entry(holiday=rule), now, WORDS, shown=2)
        for rule in ("skip", "ask", "keep")
    }

    assert told == {
        "skip": "10月2日（周五）停。下次10月9日（周五），再10月16日（周五）",
        "ask": "下次10月2日（周五）先问，再10月9日（周五）",
        "keep": "下次10月2日（周五），再10月9日（周五）",
    }


def test_a_year_whose_holidays_are_unknown_is_said_to_be_so():
    """Never a guess about next year."""
    days = [Day(date(2027, 1, 1), certain=False)]
    now = at("2026-12-30T09:00")

    assert dates_said(days, make_entry(holiday="skip"), now, WORDS).endswith("（未定）")
    assert "未定" not in dates_said(days, make_entry(holiday="keep"), now, WORDS)


def test_today_comes_first_and_no_day_says_nothing():
    """An empty rule has no next day."""
    now = at("2026-11-25T09:00")

    assert dates_said([Day(date(2026, 11, 25))], make_entry(), now, WORDS) == "今天有"
    assert dates_said([], make_entry(), now, WORDS) == ""


def test_an_entry_is_told_by_field_and_without_what_nobody_knows():
    """The text is not told twice where it stands for the date."""
    words = {
        "name": "{name}：{dates}",
        "hours": "时间：{hours}",
        "place": "地点：{place}",
        "bring": "要带：{bring}",
        "fee": "费用：{fee}",
        "phone": "电话：{phone}",
    }
    bare = make_entry(name="读书会", text="哪天办问社区。")
    full = make_entry(name="读书会", hours="周日", text="能来听", phone="1", extra={"fee": "免费"})

    assert facts_said(bare, dates="", place="", words=words) == {"when": "读书会：哪天办问社区。"}
    assert facts_said(full, dates="明天", place="4楼", words=words) == {
        "when": "读书会：明天",
        "hours": "时间：周日",
        "where": "地点：4楼",
        "text": "能来听",
        "cost": "费用：免费",
        "contact": "电话：1",
    }


def test_fields_with_a_law_behind_them_end_with_it():
    """A basis is told wherever its facts are."""
    lawful = make_card(papers="身份证", passport=make_passport(basis="某法第1条"))

    assert sections(lawful, ("papers", "cost"), LABELS) == ["要带：身份证"]
    assert sections(lawful, ("papers",), LABELS, based=True)[-1] == "〔某法第1条 · 核对 2026-11〕"
    assert sections(make_card(papers="身份证"), ("papers",), LABELS, based=True) == ["要带：身份证"]
    assert sections(None, ("papers",), LABELS) == []


def test_nothing_unknown_says_nothing():
    """No sentence about nothing."""
    labels = {"unknown": "{what}问{who}"}
    assert unknown_said(labels, [], "社区") == []
    assert unknown_said(labels, ["地址", "时间"], "社区") == ["地址、时间问社区"]


def test_the_oldest_check_dates_a_reply():
    """A reply is no fresher than its oldest fact."""
    old = make_entry(passport=make_passport(as_of=date(2026, 3, 1)))

    assert checked_month([make_entry(), old]) == "2026-03"


def test_what_does_not_fit_a_first_reply_is_told_on_detail():
    """Nothing is lost, nothing is said twice, and 详细 takes the last of four places."""
    lines = ["先说这个", "先说这个", *(f"{number}" + "长" * 120 for number in range(4))]
    choices = [Choice(label=str(number), target="chat.human") for number in range(4)]

    reply = looked_up(
        lines, closing=["完"], choices=choices, detail="详细", topic="a.b", passport="核对"
    )

    assert len(reply.text) <= FIRST_CHARS
    assert reply.text.startswith("先说这个\n0长")
    assert reply.text.endswith("\n完")
    assert sorted((reply.text + "".join(reply.rest)).count(f"{n}长") for n in range(4)) == [1] * 4
    assert [choice.label for choice in reply.choices] == ["0", "1", "2", "详细"]


def test_a_short_reply_offers_no_detail():
    """A choice that leads nowhere is not offered."""
    reply = looked_up(["一句"], choices=(), detail="详细", topic="a.b", passport="")

    assert (reply.text, reply.choices, reply.rest) == ("一句", (), ())


ENGLISH = {
    "date": "{weekday} {day} {month}",
    "year": "{weekday} {day} {month} {year}",
    "same_day": "today ({weekday})",
    "next_day": "tomorrow ({weekday})",
    "weekdays": "Mon|Tue|Wed|Thu|Fri|Sat|Sun",
    "months": "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), "today (Tue)"),
        (date(2026, 11, 25), "tomorrow (Wed)"),
        (date(2026, 12, 1), "Tue 1 Dec"),
        (date(2027, 1, 5), "Tue 5 Jan"),
        (date(2027, 3, 1), "Mon 1 Mar 2027"),
    ],
)
def test_a_day_is_said_in_the_forms_of_another_language(day: date, expected: str):
    """Names of days and months come from the capability's words."""
    assert day_said(day, date(2026, 11, 24), ENGLISH) == expected


WEEK = {
    "mon": ("09:00-12:00",), "tue": ("09:00-12:00",), "wed": ("09:00-12:00",), "sat": (), "sun": (),
    "holiday": (),
}  # fmt: skip
DAYS = {
    "daily": "daily", "mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri",
    "sat": "Sat", "sun": "Sun", "holiday": "public holidays", "closed": "closed", "always": "24 hours",
}  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (WEEK, "Mon–Wed 9:00–12:00; Sat, Sun closed; public holidays closed"),
        ({"daily": ("00:00-23:59",), "holiday": ("00:00-23:59",)}, "daily 24 hours"),
        ({"daily": ("06:00-09:00", "18:00-22:30")}, "daily 6:00–9:00, 18:00–22:30"),
        ({}, "每天"),
    ],
)
def test_opening_hours_are_said_from_times_in_another_language(opening, expected: str):
    """In Chinese, and where no times are known, in the words of the entry."""
    entry = make_entry(hours="每天", open=opening)

    assert hours_said(entry, DAYS) == expected
    assert hours_said(entry, {}) == "每天"
