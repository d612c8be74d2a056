"""Days in words: 今天, 听日, 下周三, 这周末, 月底, 明年, 三天后."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from bot.domain.figures import Doubt, Reading
from bot.understanding.entities import almanac
from bot.understanding.entities.almanac import Atom, Choice
from bot.understanding.entities.festivals import YEAR_FIGURES, YEAR_WORD, said_year
from bot.understanding.entities.numerals import NUMBER, integer, span

_LOOSE = frozenset({Doubt.LOOSE})
#: Day words; 听 琴 寻 are Cantonese, 儿 个 northern. What follows must not continue another word.
_NEAR = re.compile(
    r"(?P<plus3>大后(?:天|日|儿个?))|(?P<minus3>大前(?:天|日|儿个?))|"
    r"(?P<plus2>(?<![以之然最往午背])后(?:天(?![天黑气冷热亮性生])|日(?![子常期本光元程])|儿个|儿(?![子女媳童科])))|"
    r"(?P<minus2>(?<![以之目从])前(?:天(?![天气冷热])|日(?![子常期本])|儿个|儿(?![子女媳童歌])))|"
    r"(?P<plus1>(?<![昆光文说证表声发透聪高三])明(?:天(?!气)|日(?![期常子])|儿个?|个儿|(?=[早晚晨夜]|上午|下午|中午|傍晚))|听日|听(?=朝|晚(?![会报课上到])))|"
    r"(?P<minus1>昨(?:天|日|儿个?|个儿?|(?=[早晚晨夜]|上午|下午|中午))|[琴寻]日|[琴寻](?=晚))|"
    r"(?P<zero>(?<!如)今(?:天(?![天气])|日(?!子)|儿个?|个儿|(?=[早晚晨夜朝]|上午|下午|中午|傍晚)))"
)
_SHIFTS = {
    "plus3": 3, "minus3": -3, "plus2": 2, "minus2": -2, "plus1": 1, "minus1": -1, "zero": 0,
}  # fmt: skip
#: Until this hour "tomorrow" may mean the day that has begun.
_NIGHT_UNTIL = 5

#: 下 and 上 belong to the word before in 问一下周三, 楼下, 晚上, 线上.
_DOWN, _UP = "(?<![一乡楼线以底地])", "(?<![早晚马网街楼线路车身手以])"
_PRE = rf"(?P<pre>{_UP}上上|{_DOWN}下下|{_UP}上|{_DOWN}下|这|本|今|呢|嗰)"
#: After these 下 may belong to the verb: 问下周三 is next Wednesday or "just asking, Wednesday".
_ASKING = frozenset("问查看讲说帮告等")
#: 一周三次 and 每周三 name no day; 周三周四 names two.
_NO_RULE = (
    "(?:(?<![0-9零〇一二两三四五六七八九十百每逢整几半全数多])|(?<=[周期拜][一二三四五六日天]))"
    "(?<!每个)(?<!逢个)"
)
_WEEKDAY = re.compile(
    rf"(?:{_PRE}(?P<ge>个)?)?{_NO_RULE}(?:周|星期|礼拜)(?P<day>[一二三四五六日天]|[1-7](?![0-9]))"
    r"(?P<both>(?<=六)[日天])?(?!次|回|趟|遍|岁|年|种|届|天)"
)
_WEEKDAYS = {
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6,
    **{str(number + 1): number for number in range(7)},
}  # fmt: skip
_WEEKEND = re.compile(rf"(?:{_PRE}(?P<ge>个)?)?(?<!每)(?<!每个)(?:周末|双休日|礼拜尾)")
_WEEK = re.compile(rf"{_PRE}(?P<ge>个)?(?:周|星期|礼拜)(?![一二三四五六日天1-7末尾])")
_SHIFT = {"上上": -2, "上": -1, "下": 1, "下下": 2}

_MONTH_PART = (
    r"(?P<part>初(?![一二三四五六七八九十])|上旬|中旬|下旬|"
    r"中(?![旬秋午国文心药指毒奖间标暑风招])|底|末|尾)"
)
_MONTH = re.compile(
    rf"(?P<pre>{_UP}上上|{_DOWN}下下|{_UP}上|{_DOWN}下|这|本|当)(?P<ge>个)?月(?![亮饼球台])"
    rf"(?:{_MONTH_PART}|的?(?P<day>[0-9]{{1,2}}|[一二三四五六七八九十廿卅]{{1,3}})[号日])?"
)
_BARE_MONTH_PART = re.compile(rf"(?<![0-9正腊冬一二三四五六七八九十个每])月{_MONTH_PART}(?!考)")
#: First and last day of a part of the month, and whether people agree on it.
_PARTS = {
    "初": (1, 5, _LOOSE), "上旬": (1, 10, frozenset[Doubt]()), "中旬": (11, 20, frozenset[Doubt]()),
    "下旬": (21, 31, frozenset[Doubt]()), "中": (12, 18, _LOOSE), "底": (26, 31, _LOOSE),
    "末": (26, 31, _LOOSE), "尾": (26, 31, _LOOSE),
}  # fmt: skip
#: Until its end is what 月底前 means, not until it begins.
_CLOSING = frozenset("底末尾")
_YEAR_PART = (
    r"(?P<part>初(?![一二三四五六七八九十])|头|底|末|尾|中(?![考秋午国风最奖标毒暑])|上半年|下半年)"
)
_YEAR = re.compile(
    rf"(?:(?P<year>{YEAR_WORD}|{YEAR_FIGURES}(?![级代龄限]))"
    rf"(?:年(?=[初头底末尾中]))?{_YEAR_PART}?|(?<![0-9零〇一二两三四五六七八九十百几半多每过全])年(?P<bare>底|末|尾|中(?![考秋午国奖风最标毒暑])|初(?![一二三四五六七八九十]))|"
    r"(?<![一0-9])(?P<half>[上下]半年))"
)
_YEAR_PARTS = {
    "初": (1, 1, _LOOSE), "头": (1, 1, _LOOSE), "底": (12, 12, _LOOSE), "末": (12, 12, _LOOSE),
    "尾": (12, 12, _LOOSE), "中": (6, 7, _LOOSE), "上半年": (1, 6, frozenset[Doubt]()),
    "下半年": (7, 12, frozenset[Doubt]()),
}  # fmt: skip
_LATER = re.compile(
    rf"(?P<about>大概|大约|差不多)?(?:再过|过)?(?P<number>{NUMBER}|半)(?:个(?P<month>月)|个?(?P<unit>天|日|周|星期|礼拜|年))"
    r"(?P<side>之后|以后|过后|后(?![门面来院台悔天年勤期果续备妈爸背腰脑])|之前|以前|前(?![台面门途年天夫妻后]))"
)


def day_words(text: str, today: date, *, hour: int) -> Iterator[Atom]:
    """Yield the days named in words.

    Args:
        text: folded text.
        today: Beijing date.
        hour: hour of the day, 0 to 23.
    """
    chars = set(text)
    if not chars.isdisjoint("天日儿今明昨听琴寻个"):
        yield from _near(text, today, hour)
    if not chars.isdisjoint("周期拜休"):
        yield from _weeks(text, today)
    if not chars.isdisjoint("月年"):
        yield from _months(text, today)
        yield from _years(text, today)
    if not chars.isdisjoint("后前"):
        yield from _later(text, today)


def _near(text: str, today: date, hour: int) -> Iterator[Atom]:
    for match in _NEAR.finditer(text):
        by = _SHIFTS[match.lastgroup or "zero"]
        day = almanac.shifted(today, by)
        if day is None:
            continue
        atom = Choice(almanac.on(day)).atom(*match.span())
        before = almanac.shifted(day, -1)
        if hour < _NIGHT_UNTIL and by > 0 and before is not None:
            atom.others = (almanac.on(before),)
            atom.doubts = frozenset({Doubt.NIGHT})
        yield atom


def _weeks(text: str, today: date) -> Iterator[Atom]:
    for match in _WEEKDAY.finditer(text):
        choice = _either(text, match, partial(_weekday, match, today))
        if choice is not None:
            weekday = -1 if match["both"] else _WEEKDAYS[match["day"]]
            yield choice.atom(*match.span(), weekday=weekday)
    for pattern, first in ((_WEEKEND, 5), (_WEEK, 0)):
        for match in pattern.finditer(text):
            choice = _either(text, match, partial(_part_of_week, today, first))
            if choice is not None:
                yield choice.atom(*match.span())


def _either(
    text: str, match: re.Match[str], made: Callable[[int | None], Choice | None]
) -> Choice | None:
    """Return what a 上, 这 or 下 before week or month makes of it, doubted in 问下周三.

    Args:
        text: folded text.
        match: has a group ``pre``, empty when nothing stood before.
        made: how many weeks or months on (``None``: not said) -> what is meant.
    """
    pre = match["pre"]
    by = _SHIFT.get(pre, 0) if pre else None
    choice = made(by)
    asking = match.start() > 0 and text[match.start() - 1] in _ASKING and not match.group("ge")
    if choice is None or not by or by < 0 or not asking:
        return choice
    nearer = made(by - 1 or None)
    if nearer is None:
        return choice
    others = tuple(dict.fromkeys((nearer.reading, *choice.others, *nearer.others)))
    others = tuple(one for one in others if one != choice.reading)
    doubts = choice.doubts | nearer.doubts
    return Choice(choice.reading, others, doubts | {Doubt.WEEK} if others else doubts)


def _part_of_week(today: date, first: int, by: int | None) -> Choice | None:
    start = almanac.monday(today, by or 0)
    ends = [None if start is None else almanac.shifted(start, day) for day in (first, 6)]
    if ends[0] is None or ends[1] is None:
        return None
    return Choice(almanac.days(ends[0], ends[1]))


def _weekday(match: re.Match[str], today: date, by: int | None) -> Choice | None:
    weekday = _WEEKDAYS[match["day"]]
    if by is None:
        choice = almanac.weekly(weekday, today)
    else:
        start = almanac.monday(today, by)
        day = None if start is None else almanac.shifted(start, weekday)
        choice = None if day is None else Choice(almanac.on(day))
        if choice is not None and match["ge"] and by in {-1, 1}:
            choice = _nearer(choice, by, today)
    return _with_sunday(choice) if match["both"] else choice


def _nearer(choice: Choice, by: int, today: date) -> Choice:
    """Doubt 下个周三 while this week's Wednesday is still to come, 上个周三 once it is past."""
    near = choice.reading.first and almanac.shifted(choice.reading.first, -7 * by)
    if near is None or not (near > today if by > 0 else near < today):
        return choice
    return Choice(choice.reading, (almanac.on(near),), frozenset({Doubt.WEEK}))


def _with_sunday(choice: Choice | None) -> Choice | None:
    if choice is None:
        return None
    wider = [_two_days(one) for one in (choice.reading, *choice.others)]
    return Choice(wider[0], tuple(wider[1:]), choice.doubts)


def _two_days(reading: Reading) -> Reading:
    first = reading.first
    last = None if first is None else almanac.shifted(first, 1)
    return reading if first is None or last is None else almanac.days(first, last)


def _months(text: str, today: date) -> Iterator[Atom]:
    for match in _MONTH.finditer(text):
        choice = _either(text, match, partial(_within, match, today))
        if choice is not None:
            atom = choice.atom(*match.span())
            atom.closing = match["part"] in _CLOSING
            yield atom
    for match in _BARE_MONTH_PART.finditer(text):
        first, last, doubts = _PARTS[match["part"]]
        months = [almanac.month_on(today.year, today.month, by) for by in (0, 1)]
        this, following = (almanac.month(*one, first, last) for one in months)
        if this is None or following is None or this.last is None:
            continue
        choice = Choice(this, (), doubts)
        if this.last < today:
            choice = Choice(following, (this,), doubts | {Doubt.PASSED})
        atom = choice.atom(*match.span())
        atom.closing = match["part"] in _CLOSING
        yield atom


def _within(match: re.Match[str], today: date, by: int | None) -> Choice | None:
    """Return a month, its part, or its day."""
    year, month = almanac.month_on(today.year, today.month, by or 0)
    if match["day"]:
        figure = integer(match["day"])
        day = None if figure is None else almanac.a_date(year, month, figure)
        return None if day is None else Choice(almanac.on(day))
    return month_part(year, month, match["part"])


def month_part(year: int, number_: int, part: str | None) -> Choice | None:
    """Return a month or the part of it called 初, 中旬, 底 …"""
    first, last, doubts = _PARTS[part] if part else (1, 31, frozenset[Doubt]())
    found = almanac.month(year, number_, first, last)
    return None if found is None else Choice(found, (), doubts)


def _years(text: str, today: date) -> Iterator[Atom]:
    for match in _YEAR.finditer(text):
        part = match["part"] or match["bare"] or match["half"]
        first, last, doubts = _YEAR_PARTS[part] if part else (1, 12, frozenset[Doubt]())
        choice = almanac.yearly(
            partial(almanac.year_span, first=first, last=last),
            today,
            said_year(match["year"], today),
        )
        if choice is not None:
            atom = Choice(choice.reading, choice.others, choice.doubts | doubts).atom(*match.span())
            atom.closing = part in _CLOSING
            yield atom


def _later(text: str, today: date) -> Iterator[Atom]:
    for match in _LATER.finditer(text):
        amount = span(match["number"])
        if amount is None:
            continue
        back = -1 if "前" in match["side"] else 1
        ends = [
            _moved(one * back, match["month"] or match["unit"], today)
            for one in amount
            if one is not None
        ]
        known = sorted(day for day in ends if day is not None)
        if len(known) == len(ends):
            loose = match["about"] or match["month"] or match["unit"] == "年"
            doubts = _LOOSE if loose else almanac.NO_DOUBT
            yield Choice(almanac.days(known[0], known[-1]), (), doubts).atom(*match.span())


def _moved(amount: Decimal, unit: str, today: date) -> date | None:
    """Return the day so many days, weeks, months or years away."""
    if unit in {"月", "年"}:
        months = amount * (12 if unit == "年" else 1)
        if months != months.to_integral_value():
            return almanac.shifted(today, int(months * 30))
        return almanac.same_day(today, int(months))
    ahead = amount * (1 if unit in {"天", "日"} else 7)
    return almanac.shifted(today, int(ahead)) if ahead % 1 == 0 else None
