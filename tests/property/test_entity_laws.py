"""Laws of reading figures and names: numerals, weeks, spans, and never a surprise."""

from datetime import date, datetime, time, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.clock import BEIJING
from bot.sdk import Doubt, Entities, Identity
from bot.understanding.entities import NameBook, extract, lunar
from bot.understanding.entities.addresses import SIGNS as PLACES
from bot.understanding.entities.codes import FIGURES, PICKS
from bot.understanding.entities.fold import fold, sheet
from bot.understanding.entities.moments import SIGNS as TIMES
from bot.understanding.entities.numerals import integer
from bot.understanding.normalize import normalize

BOOK = NameBook(
    {
        "place": {"图书馆": ("书屋",), "党群服务中心": ("服务中心", "居委会"), "人民调解室": ()},
        "event": {"便民日": ("便民服务日",), "四点半课堂": ()},
    }
)
DIGITS = "零一二三四五六七八九"
WEEKDAYS = "一二三四五六日"
#: Pieces real messages are made of, so that random ones come close to meaning something.
PIECES = [
    "今天",
    "明天",
    "听日",
    "周三",
    "下周",
    "下个",
    "月底",
    "12月",
    "5号",
    "三号",
    "农历",
    "八月",
    "十五",
    "初五",
    "除夕",
    "过完年",
    "国庆",
    "放假",
    "早上",
    "八点",
    "半",
    "一刻",
    "3点",
    ":",
    "30",
    "半夜",
    "之前",
    "以后",
    "前",
    "后",
    "到",
    "-",
    "三",
    "两",
    "年",
    "个月",
    "十来",
    "天",
    "小时",
    "分钟",
    "俩",
    "仨",
    "娃",
    "口",
    "人",
    "块",
    "钱",
    "千",
    "百",
    "万",
    "2.5",
    "3500",
    "多",
    "左右",
    "工资",
    "每月",
    "岁",
    "今年",
    "58",
    "了",
    "3栋",
    "2单元",
    "402",
    "巷",
    "7号",
    "楼",
    "138",
    "0013",
    "8000",
    "110105194912310",
    "02X",
    "A",
    "20261125001",
    "第",
    "二",
    "个",
    "选",
    "3",
    "，",
    "。",
    "（",
    "）",
    "图书馆",
    "图书管",
    "服务中心",
    "四点半课堂",
    "的",
    "我",
    "８",
    "９",
    "號",
    "點",
    "週",
    "兩",
]
MESSAGES = (
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
    | st.text(max_size=60)
    | st.text(alphabet="零一二三四五六七八九十百千万亿0123456789点半年月日号周天个", max_size=30)
)
FIRST, LAST = datetime(1990, 1, 1), datetime(2090, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone
MOMENTS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(tzinfo=BEIJING))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def at(day: date) -> datetime:
    """Return ten in the morning."""
    return datetime.combine(day, time(10), BEIJING)


def spoken(number: int) -> str:
    """Write a number as it is said."""
    if number == 0:
        return "零"
    for size, unit in ((100_000_000, "亿"), (10_000, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if rest and rest < size // 10 else ""
            return spoken(head) + unit + gap + (spoken(rest) if rest else "")
    out, zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = number // size % 10
        if figure:
            out += ("零" if zero and out else "") + DIGITS[figure] + unit
        zero = not figure
    return out


def small(number: int) -> str:
    """Write a number below a hundred as it is said: 十二, not 一十二."""
    said = spoken(number)
    return said.removeprefix("一") if 10 <= number < 20 else said


def values(found: Entities) -> list[object]:
    """Return what was found without where and how it was written."""
    plain = [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in found]
    return [
        {name: value for name, value in one.items() if name not in {"start", "end", "text"}}
        for one in plain
    ]


@given(st.integers(0, 1_000_000_000))
@example(1_000_000_000)
@example(100_000_001)
@example(10_010)
def test_a_number_that_is_said_is_the_number_that_is_read(number: int):
    """From nought to a thousand millions, in characters and in figures."""
    assert integer(spoken(number)) == number
    assert integer(str(number)) == number
    assert integer(f"{number:,}") == number


@given(
    DAYS,
    st.integers(0, 6),
    st.sampled_from([("上", -1), ("这", 0), ("本", 0), ("下", 1), ("下下", 2)]),
)
def test_a_weekday_with_its_week_lies_in_that_week(day: date, weekday: int, pre: tuple[str, int]):
    """For every day it may be said on."""
    (found,) = extract(f"{pre[0]}周{WEEKDAYS[weekday]}", now=at(day)).whens

    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=pre[1])
    assert found.reading.day == monday + timedelta(days=weekday)
    assert found.sure is not None


@given(DAYS, st.integers(0, 6), st.sampled_from(["周", "星期", "礼拜"]))
def test_a_bare_weekday_is_the_next_one_and_says_when_it_may_not_be(
    day: date, weekday: int, word: str
):
    """Sure only while this week's is still to come."""
    (found,) = extract(f"{word}{WEEKDAYS[weekday]}", now=at(day)).whens

    said = found.reading.day
    assert said is not None
    assert said.weekday() == weekday
    assert day <= said < day + timedelta(days=8)
    assert (found.sure is not None) == (weekday > day.weekday())
    assert all(abs((one.day - said).days) == 7 for one in found.others if one.day)


@given(DAYS, st.integers(1, 31))
def test_a_day_of_the_month_is_the_next_of_that_number(day: date, number: int):
    """In a month that has it."""
    (found,) = extract(f"{number}号", now=at(day)).whens

    said = found.reading.day
    assert said is not None
    assert (said.day, said >= day) == (number, True)
    assert (said - day).days <= 62
    assert (found.doubts == {Doubt.PASSED}) == bool(found.others)


@given(DAYS, DAYS)
def test_a_whole_date_is_that_date_whenever_it_is_said(day: date, said: date):
    """However it is written."""
    forms = (
        f"{said.year}年{said.month}月{said.day}日",
        f"{said.year}-{said.month:02}-{said.day:02}",
        f"{said.year}年{small(said.month)}月{small(said.day)}号",
    )
    for text in forms:
        (found,) = extract(text, now=at(day)).whens
        assert (found.reading.day, found.doubts) == (said, frozenset())


@given(DAYS, st.integers(1, 12), st.integers(1, 28))
def test_a_date_without_a_year_is_within_a_year_and_never_past(day: date, month: int, number: int):
    """A far one is doubted, a near one is not."""
    (found,) = extract(f"{month}月{number}号", now=at(day)).whens

    said = found.reading.day
    assert said is not None
    assert 0 <= (said - day).days <= 366
    assert (Doubt.PASSED in found.doubts) == ((said - day).days > 100)


@given(DAYS, st.integers(1, 400), st.sampled_from([("天", 1), ("周", 7)]))
def test_so_many_days_on_are_counted(day: date, number: int, unit: tuple[str, int]):
    """Forwards and back."""
    assume(number * unit[1] < 3000)
    for side, sign in (("后", 1), ("前", -1)):
        (found,) = extract(f"{number}{unit[0]}{side}", now=at(day)).whens
        assert found.reading.day == day + timedelta(days=sign * number * unit[1])


@given(st.integers(1902, 2098), st.integers(1, 12), st.integers(1, 29))
def test_lunar_days_follow_each_other(year: int, month: int, day: int):
    """The second is a day after the first; the eve is the day before the new year."""
    first, following = lunar.solar(year, month, day), lunar.solar(year, month, day + 1)

    assert first is not None
    assert following is None or following - first == timedelta(days=1)
    new_year = lunar.solar(year + 1, 1, 1)
    assert lunar.eve(year) == (new_year and new_year - timedelta(days=1))


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_by_the_clock_is_that_time(hour: int, minute: int):
    """Sure from one in the afternoon on, and before that with a nought."""
    (found,) = extract(f"{hour:02}:{minute:02}", now=at(date(2026, 11, 26))).whens

    known = {found.reading.at, *(one.at for one in found.others)}
    assert time(hour, minute) in known
    assert bool(found.others) == (10 <= hour <= 12)


@given(MESSAGES, MOMENTS)
@example("下下下下周三三三", datetime(2026, 11, 26, 10, tzinfo=BEIJING))
@example("9999年12月31号后三天", datetime(2026, 11, 26, 10, tzinfo=BEIJING))
@example("99999999天后9999999个月前99999999年后", datetime(2026, 11, 26, 10, tzinfo=BEIJING))
@example("9999999999999分钟后", datetime(2026, 11, 26, 10, tzinfo=BEIJING))
@example("二月三十号31号0号0月13月", datetime(2026, 2, 28, 10, tzinfo=BEIJING))
def test_any_message_is_read_and_every_piece_stands_in_it(text: str, now: datetime):
    """No exception; each piece is a slice, an identity number's is starred."""
    found = extract(text, now=now, names=BOOK)

    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        piece = text[one.start : one.end]
        if isinstance(one, Identity):
            assert len(one.text) == len(piece)
            assert not any(char.isdigit() for char in one.text)
        else:
            assert one.text == piece
    assert all(isinstance(said, str) and said for said in found.slots().values())
    assert len(found.masked(text)) == len(text)


@given(MESSAGES, MOMENTS)
def test_a_span_of_days_does_not_run_backwards(text: str, now: datetime):
    """In no reading; and what is doubted is never sure."""
    for when in extract(text, now=now).whens:
        for one in (when.reading, *when.others):
            assert one.dated or one.timed
            assert one.first is None or one.last is None or one.first <= one.last
        assert (when.sure is None) == bool(when.doubts)
        assert when.reading not in when.others


@given(MESSAGES, MOMENTS)
def test_folding_a_message_changes_nothing(text: str, now: datetime):
    """Wide and traditional characters read as the plain ones do, in the same places."""
    plain = fold(text)
    assume(fold(plain) == plain)

    assert len(plain) == len(text)
    first, second = extract(text, now=now, names=BOOK), extract(plain, now=now, names=BOOK)
    assert values(first) == values(second)
    assert [(one.start, one.end) for one in first] == [(one.start, one.end) for one in second]


PHRASES = st.sampled_from(
    [
        "明天下午三点",
        "下周三上午",
        "这周末",
        "12月5号",
        "腊月二十三",
        "三年半",
        "两年零三个月",
        "十来天",
        "两个娃",
        "三口人",
        "月薪五千",
        "欠三千五",
        "六岁半",
        "3栋2单元402",
        "五巷7号",
        "13800138000",
        "工单A20261125001",
        "选3",
        "图书馆",
        "便民服务日",
        "二十分钟后",
        "过完年",
    ]
)


@given(PHRASES)
def test_a_phrase_reads_the_same_in_its_normal_form(text: str):
    """Whoever has only the normal form of a message loses no figure of a plain phrase."""
    now = at(date(2026, 11, 26))
    normal = normalize(text)

    assert (
        extract(normal, now=now, names=BOOK).slots() == extract(text, now=now, names=BOOK).slots()
    )
    assert normalize(normal) == normal


SIGNS = FIGURES | TIMES | PLACES | PICKS | frozenset("十百千万亿廿卅半俩仨壹贰叁肆伍陆柒捌玖拾几")
SILENT = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF).filter(
        lambda char: fold(char) not in SIGNS
    )
    | st.sampled_from("abc，。！？ ابپ🙂"),
    max_size=40,
)


@given(SILENT, MOMENTS)
def test_a_message_without_figures_and_time_words_yields_nothing(text: str, now: datetime):
    """Whatever else it says."""
    assert not extract(text, now=now)


@given(st.text(max_size=60) | MESSAGES)
def test_every_folded_character_knows_its_place(text: str):
    """A piece of the folded message is a piece of the original."""
    page = sheet(text)

    for start in range(len(page.text)):
        first, last = page.span(start, start + 1)
        assert 0 <= first < last <= len(text)
        assert fold(text[first:last]) == page.text[start] or page.text[start] == " "
