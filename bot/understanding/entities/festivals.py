"""Feast days (节日) by name, solar and lunar, and the public holidays around some of them.

How long a holiday is stands in the State Council's yearly plan (package ``chinesecalendar``). For
a year without a plan only the day itself is known, and the doubt says so.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar

from bot.domain.figures import Doubt, Reading
from bot.understanding.entities import lunar
from bot.understanding.entities.almanac import Choice, a_date, days, on, yearly
from bot.understanding.entities.numerals import spelled

DayOf = Callable[[int], date | None]


def _solar(month: int, day: int) -> DayOf:
    return lambda year: a_date(year, month, day)


def _lunar(month: int, day: int) -> DayOf:
    return lambda year: lunar.solar(year, month, day)


def _term(name: str) -> DayOf:
    return lambda year: lunar.term(year, name)


def _sunday(month: int, nth: int) -> DayOf:
    def found(year: int) -> date | None:
        first = a_date(year, month, 1)
        return (
            None if first is None else first + timedelta(days=(6 - first.weekday()) + 7 * nth - 7)
        )

    return found


def _new_years_eve(year: int) -> date | None:
    return lunar.eve(year - 1)


_EVE: DayOf = _new_years_eve
_SPRING = _lunar(1, 1)
_NATIONAL = _solar(10, 1)
_LABOUR = _solar(5, 1)
#: Spoken name (a pattern) -> its day. Bare 五四, 三八, 十一 are figures too and need a word after.
_DAYS: tuple[tuple[str, DayOf], ...] = (
    ("元旦", _solar(1, 1)),
    ("情人节", _solar(2, 14)),
    ("(?:三八|38)(?=节|妇女|当天|那天|活动)|妇女节", _solar(3, 8)),
    ("植树节", _solar(3, 12)),
    ("清明", _term("清明")),
    (
        "(?<![0-9零一二三四五六七八九十百千万月])五一(?![0-9零一二三四五六七八九十百千万])|劳动节",
        _LABOUR,
    ),
    ("五四(?=节|青年)|青年节", _solar(5, 4)),
    ("母亲节", _sunday(5, 2)),
    (
        "(?<![0-9零一二三四五六七八九十百千万月])六一(?![0-9零一二三四五六七八九十百千万])|儿童节",
        _solar(6, 1),
    ),
    ("父亲节", _sunday(6, 3)),
    ("端午|五月节", _lunar(5, 5)),
    ("七一(?=节|建党|党|活动|那天)|建党节", _solar(7, 1)),
    ("八一(?=节|建军|那天)|建军节", _solar(8, 1)),
    ("七夕", _lunar(7, 7)),
    ("中元节?|七月半|鬼节", _lunar(7, 15)),
    ("教师节", _solar(9, 10)),
    ("中秋|八月节", _lunar(8, 15)),
    ("国庆|(?<![0-9零一二三四五六七八九十百双])十一(?=节|假|放假|长假|黄金周|期间)", _NATIONAL),
    ("重阳", _lunar(9, 9)),
    ("双十一|双11", _solar(11, 11)),
    ("双十二|双12", _solar(12, 12)),
    ("冬至", _term("冬至")),
    ("平安夜", _solar(12, 24)),
    ("圣诞", _solar(12, 25)),
    ("腊八", _lunar(12, 8)),
    (
        "除夕|大年三十|大年卅|(?<![今去明后每0-9一二两三四五六七八九十几半])年(?:三十|卅)晚?|大年夜|(?<!小)年夜(?!饭)",
        _EVE,
    ),
    ("春节|大年初一|(?<![今去明后每])年初一|(?<!不)过大?年(?![纪龄轻底末初])", _SPRING),
    ("元宵", _lunar(1, 15)),
)
#: Holidays of several days, whose name alone leaves open which of them is meant.
_LONG = {_LABOUR, _NATIONAL, _SPRING}
#: What is called this year's and lies around the turn of the lunar year.
_TURN_OF_YEAR = {_EVE, _SPRING}
YEAR_WORDS = {
    "大前年": -3, "前年": -2, "去年": -1, "旧年": -1, "上年": -1, "今年": 0, "本年": 0,
    "明年": 1, "来年": 1, "下年": 1, "出年": 1, "后年": 2,
}  # fmt: skip
YEAR_WORD = (
    r"大前年|(?<![目之以从])前年(?![纪龄轻])|去年|旧年|(?<![早晚以])上年(?![纪岁头龄])|今年(?!轻人)|本年|明年|来年|下年|出年|"
    r"(?<![以之然])后年(?![纪龄轻])"
)
#: A year in four figures, written or read aloud.
YEAR_FIGURES = (
    r"(?<![0-9a-z零〇一二三四五六七八九十])[12一二][09零〇九][0-9零〇一二三四五六七八九]{2}年"
)
_NAMES = re.compile(
    rf"(?:(?P<year>{YEAR_WORD}|{YEAR_FIGURES})的?)?(?:"
    + "|".join(f"(?P<f{number}>{name})" for number, (name, _) in enumerate(_DAYS))
    + ")节?(?P<whole>假期|放假|期间|长假|小长假|黄金周)?(?:当天|那天|当日)?"
)
#: After the new year: people set out again any time from the eighth day of the year on.
_AFTER_NEW_YEAR = re.compile(
    r"过完(?:大|这个)?年|过了年|过罢年|年过完|出了?正月|开年(?:后|以后|之后)?(?!会)|"
    r"(?:春节|过大?年)(?:过后|之后|以后|后)|"
    r"(?<![0-9零〇一二两三四五六七八九十百半几多前今明去每往])年后(?!代|期)"
)
_BEFORE_NEW_YEAR = re.compile(
    r"(?:春节|过大?年)(?:之前|以前|前(?!后))(?![0-9一二两三四五六七八九十半几])|(?<![0-9零〇一二两三四五六七八九十百半几多去今明往每近])年前(?!后)"
)


def said_year(said: str | None, today: date) -> int | None:
    """Return the year a word like 明年 or 2027年 names, or nothing."""
    if not said:
        return None
    return today.year + YEAR_WORDS[said] if said in YEAR_WORDS else int(spelled(said[:4]))


def festivals(text: str, today: date) -> list[tuple[int, int, Choice]]:
    """Return where feast days are named and which days they are."""
    found: list[tuple[int, int, Choice]] = []
    for match in _NAMES.finditer(text):
        which = next(number for number in range(len(_DAYS)) if match[f"f{number}"] is not None)
        year = said_year(match["year"], today)
        choice = _feast(_DAYS[which][1], year, today, whole=bool(match["whole"]))
        if choice is not None:
            found.append((match.start(), match.end(), choice))
    return found


def _feast(day_of: DayOf, year: int | None, today: date, *, whole: bool) -> Choice | None:
    def made(which: int) -> Reading | None:
        day = day_of(which)
        return None if day is None else on(day)

    choice = yearly(made, today, year)
    if year == today.year and day_of in _TURN_OF_YEAR:
        choice = _this_new_year(choice, made, today)
    if choice is None or not (whole or day_of in _LONG):
        return choice
    return _with_holiday(choice, whole=whole)


def _this_new_year(
    choice: Choice | None, made: Callable[[int], Reading | None], today: date
) -> Choice | None:
    """Return the new year called this year's: once past, the coming one is meant as often."""
    past, coming = None if choice is None else choice.reading, made(today.year + 1)
    if past is None or coming is None or past.last is None or past.last >= today:
        return choice
    return Choice(coming, (past,), frozenset({Doubt.PASSED}))


def _with_holiday(choice: Choice, *, whole: bool) -> Choice:
    """Put the holiday beside the day, or before it when the whole holiday was named."""
    day = choice.reading.first
    holiday = None if day is None else holiday_around(day)
    if holiday is None:
        return Choice(choice.reading, choice.others, choice.doubts | {Doubt.HOLIDAY})
    if whole:
        others = [one.first and holiday_around(one.first) for one in choice.others]
        return Choice(holiday, tuple(one for one in others if one), choice.doubts)
    return Choice(choice.reading, (holiday, *choice.others), choice.doubts | {Doubt.HOLIDAY})


def holiday_around(day: date) -> Reading | None:
    """Return the public holiday around a day, or nothing where no plan is published."""
    try:
        if not all(chinese_calendar.get_holiday_detail(day)):
            return None
        first, last = _edge(day, -1), _edge(day, 1)
    except NotImplementedError:
        return None
    return days(first, last)


def _edge(day: date, step: int) -> date:
    """Return the last day, in one direction, that the plan counts to the same holiday."""
    while True:
        following = day + timedelta(days=step)
        try:
            free, name = chinese_calendar.get_holiday_detail(following)
        except NotImplementedError:
            return day
        if not (free and name):
            return day
        day = following


def around_new_year(text: str, today: date) -> list[tuple[int, int, Choice]]:
    """Return 过完年, 年后 as "from then on" and 年前 as "until then"."""
    loose = frozenset({Doubt.LOOSE})
    found: list[tuple[int, int, Choice]] = []
    for match in _AFTER_NEW_YEAR.finditer(text):
        day = _coming(_lunar(1, 8), today)
        later = None if day is None else lunar.solar(day.year, 1, 16)
        if day is not None:
            others = () if later is None else (Reading(first=later),)
            found.append((match.start(), match.end(), Choice(Reading(first=day), others, loose)))
    for match in _BEFORE_NEW_YEAR.finditer(text):
        eve = _coming(_EVE, today)
        if eve is not None:
            found.append((match.start(), match.end(), Choice(days(today, eve), (), loose)))
    return found


def _coming(day_of: DayOf, today: date) -> date | None:
    known = (day_of(today.year + by) for by in range(-1, 3))
    return next((day for day in known if day is not None and day >= today), None)
