"""Days by number: 12月5号, 2026-12-05, 三号, 2026年3月, 农历八月十五, 腊月廿三, 初五."""

import re
from collections.abc import Iterator
from datetime import date

from bot.domain.figures import Doubt, Reading
from bot.understanding.entities import almanac, lunar
from bot.understanding.entities.almanac import Atom, Choice
from bot.understanding.entities.days import month_part
from bot.understanding.entities.festivals import YEAR_FIGURES, YEAR_WORD, said_year
from bot.understanding.entities.numerals import integer, spelled
from bot.understanding.entities.years import names_year

_YEAR = (
    rf"(?:(?P<year>{YEAR_WORD}|{YEAR_FIGURES})的?|"
    r"(?<![0-9a-z零〇一二三四五六七八九十])(?P<short>[0-9]{2}|[零〇一二三四五六七八九]{2})年(?=[0-9一二三四五六七八九十正腊冬]{1,2}月))?"
)
_TWO_FIGURES = re.compile(
    r"(?<![0-9a-z.零〇一二两三四五六七八九十百几第])(?P<year>[0-9]{2}|[零〇一二三四五六七八九]{2})年(?![级代多半前后头零内之以])"
)
_CALENDAR = r"(?P<lunar>农历|阴历|旧历|古历|老历)?(?P<solar>阳历|公历|新历)?"
_MONTH = (
    r"(?P<leap>闰)?(?<![0-9.零〇一二两三四五六七八九十百几第])"
    r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|正|冬|腊)"
)
_DAY = (
    r"(?P<day>初[一二三四五六七八九十]|廿[一二三四五六七八九]?|三十一?|卅一?|二?十[一二三四五六七八九]?|"
    r"二十[一二三四五六七八九]?|[一二三四五六七八九]|3[01]|[12][0-9]|0?[1-9])"
)
#: What may not follow a day that was said without 号: it is a number of something then.
_NO_COUNT = r"(?![0-9一二三四五六七八九十百千万.个块元天次人岁年月点多几名位毛])"
_FULL = re.compile(
    _YEAR
    + _CALENDAR
    + _MONTH
    + r"月份?"
    + _DAY
    + rf"(?P<unit>[号日]|{_NO_COUNT}|(?<=[十廿][一二三四五六七八九])(?=[一两三四五六七]个))"
)
_ONLY_MONTH = re.compile(
    _YEAR + _CALENDAR + r"(?<![近这头共满前后隔每])" + _MONTH
    + r"月(?P<fen>份)?(?![饼亮租薪供嫂])"
    r"(?P<part>初(?![一二三四五六七八九十])|上旬|中旬|下旬|中(?![旬秋午国])|底|末|尾)?"
)  # fmt: skip
_ISO = re.compile(
    r"(?<![0-9a-z.\-/])(?P<year>(?:19|20)[0-9]{2})(?P<mark>[-/.])(?P<month>[01]?[0-9])(?P=mark)"
    r"(?P<day>[0-3]?[0-9])(?![0-9a-z/]|[-.][0-9])"
)
_COMPACT = re.compile(
    r"(?<![0-9a-z.\-])(?P<year>(?:19|20)[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?![0-9a-z])"
)
_SLASH = re.compile(
    r"(?<![0-9a-z.\-/])(?P<month>1[0-2]|0?[1-9])(?:/(?P<day>3[01]|[12][0-9]|0?[5-9]|0[1-4])|"
    r"\.(?P<day2>3[01]|[12][0-9]|0?[1-9])(?=[号日])|-(?P<day3>3[01]|[12][0-9]|0[1-9])(?=[号日]))"
    r"(?![0-9a-z/])(?P<unit>[号日])?"
)
_LONE = re.compile(
    r"(?<![0-9a-z.\-/#零〇一二两三四五六七八九十百几第月个路街巷弄道村里坊领编选栋座幢牌档工账帐型])(?<!算我)"
    r"(?P<day>[0-9]{1,2}|三十一?|二?十[一二三四五六七八九]?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
    r"(?:号(?!电池|路口|[楼线门栋幢院桌窗机库棚房厅厂店车台柜仓铺馆站公选心码召字文令技床岗座网出口位箱球馆码网桩梯信人]|地铁)"
    r"|日(?![内之后前游间元子本常用夜报均薪])(?:(?<=[0-9十]日)|(?<=[0-9十廿][一二三四五六七八九]日)))"
)
#: The new year's days by their place in the first month, and those before it.
_NEW_YEAR = re.compile(
    r"(?:大年|(?<![0-9半今去明后每])年)(?P<first>初[二三四五六七八九十])|大?年(?P<twenty>廿[一二三四五六七八九])(?:晚)?"
)
_BARE_FIRST = re.compile(
    r"(?<![月年当月最起])(?P<first>初[四五六七八九十])(?![中高一二三四五六七八九十年级])"
)
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def numbered_days(text: str, today: date) -> Iterator[Atom]:
    """Yield the days named by number.

    Args:
        text: folded text.
        today: Beijing date.
    """
    chars = set(text)
    if "月" in chars:
        yield from _by_month(text, today)
    if "年" in chars:
        yield from _short_years(text, today)
    if not chars.isdisjoint("0123456789"):
        yield from _in_figures(text, today)
    if not chars.isdisjoint("号日"):
        yield from _lone(text, today)
    if not chars.isdisjoint("初廿"):
        yield from _round_new_year(text, today)


def _by_month(text: str, today: date) -> Iterator[Atom]:
    taken: list[tuple[int, int]] = []
    for match in _FULL.finditer(text):
        choice = _full(match, today)
        if choice is not None:
            taken.append(match.span())
            yield choice.atom(*match.span())
    for match in _ONLY_MONTH.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        choice = _only_month(match, today)
        if choice is not None:
            atom = choice.atom(*match.span())
            atom.closing = match["part"] in {"底", "末", "尾"}
            yield atom


def _short_years(text: str, today: date) -> Iterator[Atom]:
    """Yield 98年 and 零八年; 18年 where something happened in it, in doubt."""
    for match in _TWO_FIGURES.finditer(text):
        told = names_year(text, match.start(), match.end())
        found = almanac.year_span(_century(match["year"], today)) if told is not False else None
        if found is not None:
            doubts = almanac.NO_DOUBT if told else frozenset({Doubt.YEAR})
            yield Choice(found, (), doubts).atom(*match.span())


def _century(said: str, today: date) -> int:
    """Return the year two figures stand for: of this century up to twenty years ahead."""
    year = int(spelled(said))
    return year + (2000 if year <= today.year % 100 + 20 else 1900)


def _full(match: re.Match[str], today: date) -> Choice | None:
    month = _month_number(match["month"])
    day = _day_number(match["day"])
    if month is None or day is None:
        return None
    year = _year(match, today)
    by_sun = _yearly(month, day, today, year)
    plain = bool(match["unit"] or match["day"].isdigit())
    if match["solar"] or (plain and not _is_lunar(match)):
        return by_sun
    by_moon = _lunar_yearly(-month if match["leap"] else month, day, today, year)
    if _is_lunar(match):
        return by_moon
    if by_moon is None or by_sun is None:
        return by_moon or by_sun
    others = (*by_moon.others, by_sun.reading, *by_sun.others)
    return Choice(by_moon.reading, others, by_moon.doubts | by_sun.doubts | {Doubt.CALENDAR})


def _is_lunar(match: re.Match[str]) -> bool:
    day = match["day"]
    told = match["lunar"] or match["leap"] or match["month"] in _LUNAR_MONTHS
    return bool(told or day[0] in "初廿卅")


def _year(match: re.Match[str], today: date) -> int | None:
    short = match["short"]
    if short:
        return _century(short, today)
    return said_year(match["year"], today)


def _month_number(said: str) -> int | None:
    return _LUNAR_MONTHS.get(said) or integer(said)


def _day_number(said: str) -> int | None:
    return integer(said.removeprefix("初").replace("卅", "三十"))


def _yearly(month: int, day: int, today: date, year: int | None) -> Choice | None:
    def made(which: int) -> Reading | None:
        found = almanac.a_date(which, month, day)
        return None if found is None else almanac.on(found)

    return almanac.yearly(made, today, year)


def _lunar_yearly(month: int, day: int, today: date, year: int | None) -> Choice | None:
    def made(which: int) -> Reading | None:
        found = lunar.solar(which, month, day)
        if found is None and (month, day) == (12, 30):
            found = lunar.eve(which)
        return None if found is None else almanac.on(found)

    return almanac.yearly(made, today, year)


def _only_month(match: re.Match[str], today: date) -> Choice | None:
    said = match["month"]
    number = _month_number(said)
    told = match["year"] or match["short"] or match["fen"] or match["part"] or match["lunar"]
    if number is None or (said == "一" and not told):  # 一月三千 is a monthly sum
        return None
    year = _year(match, today)
    if said in _LUNAR_MONTHS or match["lunar"]:
        return almanac.yearly(lambda which: _lunar_month(which, number), today, year)
    part = month_part(today.year, number, match["part"])
    choice = almanac.yearly(lambda which: _part(which, number, match["part"]), today, year)
    if choice is None or part is None:
        return None
    return Choice(choice.reading, choice.others, choice.doubts | part.doubts)


def _part(year: int, month: int, part: str | None) -> Reading | None:
    found = month_part(year, month, part)
    return None if found is None else found.reading


def _lunar_month(year: int, month: int) -> Reading | None:
    first = lunar.solar(year, month, 1)
    last = lunar.solar(year, month, 30) or lunar.solar(year, month, 29)
    return None if first is None or last is None else almanac.days(first, last)


def _in_figures(text: str, today: date) -> Iterator[Atom]:
    for pattern in (_ISO, _COMPACT):
        for match in pattern.finditer(text):
            day = almanac.a_date(int(match["year"]), int(match["month"]), int(match["day"]))
            if day is not None:
                yield Choice(almanac.on(day)).atom(*match.span())
    for match in _SLASH.finditer(text):
        said = match["day"] or match["day2"] or match["day3"]
        choice = _yearly(int(match["month"]), int(said), today, None)
        if choice is not None:
            yield choice.atom(*match.span())


def _lone(text: str, today: date) -> Iterator[Atom]:
    for match in _LONE.finditer(text):
        day = integer(match["day"])
        choice = None if day is None else almanac.monthly(day, today)
        if choice is not None:
            atom = choice.atom(*match.span())
            atom.number = day or 0
            yield atom


def _round_new_year(text: str, today: date) -> Iterator[Atom]:
    for match in _NEW_YEAR.finditer(text):
        month, said = (1, match["first"]) if match["first"] else (12, match["twenty"])
        day = _day_number(said)
        choice = None if day is None else _lunar_yearly(month, day, today, None)
        if choice is not None:
            yield choice.atom(*match.span())
    for match in _BARE_FIRST.finditer(text):
        day = _day_number(match["first"])
        choice = None if day is None else _next_lunar_day(day, today)
        if choice is not None:
            yield choice.atom(*match.span())


def _next_lunar_day(day: int, today: date) -> Choice | None:
    """Return the next 初五 of any lunar month; that of the new year is meant as often."""
    known = sorted(
        found
        for year in (today.year - 1, today.year, today.year + 1)
        for month in range(1, 13)
        if (found := lunar.solar(year, month, day)) is not None and found >= today
    )
    new_year = _lunar_yearly(1, day, today, None)
    if not known or new_year is None:
        return None
    if new_year.reading.first == known[0]:
        return Choice(new_year.reading)
    return Choice(almanac.on(known[0]), (new_year.reading,), frozenset({Doubt.CALENDAR}))
