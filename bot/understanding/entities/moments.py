"""Joins days and hours that stand together: 下周三下午三点, 12月5号（周六）, 9点到11点半."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from itertools import product

from bot.domain.figures import Doubt, Reading
from bot.understanding.entities import almanac, hours
from bot.understanding.entities.almanac import Atom
from bot.understanding.entities.dates import numbered_days
from bot.understanding.entities.days import day_words
from bot.understanding.entities.festivals import around_new_year, festivals
from bot.understanding.entities.numerals import span

#: A message without any of these says nothing about time.
SIGNS = frozenset(
    "天日儿今明昨听琴寻周期拜休月年号初廿后前点时:差早晨晚夜午晌昼朝晓昏黑亮钟"
    "节秋国庆端阳清元旦春五六除夕双至圣平腊植0123456789"
)
#: More competing readings than this help nobody.
_MOST_READINGS = 6
_BESIDE = re.compile("(?:的|那天|当天|，|,|大概|大约|,?的)?$")
_BRACKET = re.compile(r"[(（\[]?$")
_TO = re.compile(r"(?:到|至|-{1,2}|直到|一直到)$")
_BEFORE = re.compile(
    r"之前|以前|前(?P<move>[0-9]{1,2}|[一二两三四五六七八九十])(?P<unit>天|周|个?星期|个?礼拜)|"
    r"前(?![台门面途年天夫妻往边进景辈几后任院厅排沿段方提半期者])"
)
_AFTER = re.compile(
    r"之后|以后|过后|后(?P<move>[0-9]{1,2}|[一二两三四五六七八九十])(?P<unit>天|周|个?星期|个?礼拜)|"
    r"后(?![门面来院台悔天年勤期果续备妈爸座排街背跟遗半厨边儿日])"
)
_FROM = re.compile("起(?![来床火不身个码伏草诉])|开始|以来|之日起")
Join = Callable[[str, Atom, Atom], Atom | None]

#: Doubts about the end of a span that its beginning settles.
_SETTLED = frozenset({Doubt.PASSED, Doubt.WEEK})
_MIDNIGHT, _SMALL_HOURS = time(0), time(5)
_DAY_MINUTES = 24 * 60


def moments(text: str, now: datetime) -> list[Atom]:
    """Return the days and hours of a folded text, neighbours joined, in order.

    Args:
        text: folded text.
        now: present moment in Beijing time.
    """
    if SIGNS.isdisjoint(text):
        return []
    today = now.date()
    found = list(day_words(text, today, hour=now.hour))
    found += numbered_days(text, today)
    for start, end, choice in (*around_new_year(text, today), *festivals(text, today)):
        found.append(choice.atom(start, end))
    apart = _apart([*hours.later_moments(text, now), *found])
    clock = [one for one in _apart(hours.day_hours(text)) if not any(map(one.overlaps, apart))]
    atoms = sorted([*apart, *clock], key=lambda one: one.start)
    for join in (_with_weekday, _days_to, _with_hour, _to):
        atoms = _joined(text, atoms, join)
    return [_opened(text, one) for one in atoms]


def _apart(atoms: Iterable[Atom]) -> list[Atom]:
    """Leave the longest of those that overlap."""
    kept: list[Atom] = []
    for atom in sorted(atoms, key=lambda one: (one.start - one.end, one.start)):
        if not any(map(atom.overlaps, kept)):
            kept.append(atom)
    return sorted(kept, key=lambda one: one.start)


def _joined(text: str, atoms: list[Atom], join: Join) -> list[Atom]:
    out: list[Atom] = []
    for atom in atoms:
        both = join(text, out[-1], atom) if out else None
        if both is None:
            out.append(atom)
        else:
            out[-1] = both
    return out


def _with_weekday(text: str, first: Atom, second: Atom) -> Atom | None:
    """Join a date and its weekday; the weekday decides between readings, or contradicts."""
    if not _BRACKET.match(text, first.end, second.start) or (first.weekday < 0) == (
        second.weekday < 0
    ):
        return None
    dated, named = (first, second) if second.weekday >= 0 else (second, first)
    if dated.reading.timed or dated.reading.day is None:
        return None
    end = second.end + (
        text[second.end : second.end + 1] in {")", "）", "]"} and first.end < second.start
    )
    known = (dated.reading, *dated.others)
    right = [one for one in known if one.day and one.day.weekday() == named.weekday]
    if right:
        return Atom(start=first.start, end=end, reading=right[0])
    return Atom(
        start=first.start,
        end=end,
        reading=dated.reading,
        others=(*dated.others, named.reading),
        doubts=dated.doubts | {Doubt.CONFLICT},
    )


def _with_hour(text: str, first: Atom, second: Atom) -> Atom | None:
    """Join a day and an hour of it; 今晚 and 12点 of which one only names the part of the day."""
    if not _BESIDE.match(text, first.end, second.start):
        return None
    if not first.reading.dated or second.reading.dated or first.reading.timed:
        return None
    pairs = list(product((first.reading, *first.others), (second.reading, *second.others)))
    readings = [_on_day(day, hour, second.part) for day, hour in pairs[:_MOST_READINGS]]
    doubts = first.doubts | second.doubts
    at = second.reading.at
    if at is not None and at < _SMALL_HOURS and second.part in {hours.EVENING, hours.NIGHT}:
        doubts |= {Doubt.NIGHT} if (second.part, at) != (hours.EVENING, _MIDNIGHT) else set()
    return Atom(
        start=first.start,
        end=second.end,
        reading=readings[0],
        others=tuple(readings[1:]),
        doubts=doubts,
        part=second.part,
    )


def _on_day(day: Reading, hour: Reading, part: str) -> Reading:
    """Put an hour on a day; the small hours of an evening belong to the day after."""
    late = hour.at is not None and hour.at < _SMALL_HOURS and part in {hours.EVENING, hours.NIGHT}
    if late and day.first is not None and day.last is not None:
        first, last = almanac.shifted(day.first, 1), almanac.shifted(day.last, 1)
        if first is not None and last is not None:
            day = almanac.days(first, last)
    return replace(day, begins=hour.begins, ends=hour.ends)


def _days_to(text: str, first: Atom, second: Atom) -> Atom | None:
    """Join 周一至周五 before an hour that follows is taken for Friday's alone."""
    if first.reading.timed or second.reading.timed:
        return None
    return _to(text, first, second)


def _to(text: str, first: Atom, second: Atom) -> Atom | None:
    """Join two ends of a span of days or of hours."""
    if not _TO.match(text, first.end, second.start):
        return None
    if second.reading.dated != first.reading.dated and not (
        first.reading.at is not None and second.reading.at is not None
    ):
        return None
    if first.reading.timed and second.reading.timed and not second.reading.dated:
        return _to_hour(first, second)
    if first.reading.dated and second.reading.dated:
        return _to_day(first, second)
    return None


def _to_day(first: Atom, second: Atom) -> Atom | None:
    starts = [first.reading, *first.others]
    spans: list[Reading] = []
    for begin in starts:
        ends = _day_in_month_of(begin, second.number) or [second.reading, *second.others]
        fitting = [one for one in ends if _gap(begin, one) is not None]
        fitting = fitting or _weekday_after(begin, second.weekday)
        if fitting:
            end = min(fitting, key=partial(_reach, begin))
            spans.append(
                Reading(first=begin.first, last=end.last, begins=begin.begins, ends=end.ends)
            )
    if not spans:
        return None
    doubts = first.doubts | (second.doubts - _SETTLED)
    return Atom(
        start=first.start,
        end=second.end,
        reading=spans[0],
        others=tuple(spans[1:]),
        doubts=doubts,
    )


def _reach(begin: Reading, end: Reading) -> int:
    return _gap(begin, end) or 0


def _gap(begin: Reading, end: Reading) -> int | None:
    """Return the days from one reading to another, nothing when they go backwards."""
    if begin.first is None or end.last is None or end.last < begin.first:
        return None
    return (end.last - begin.first).days


def _weekday_after(begin: Reading, weekday: int) -> list[Reading]:
    """Return the Friday that follows "from next Monday"."""
    if weekday < 0 or begin.first is None:
        return []
    day = almanac.shifted(begin.first, (weekday - begin.first.weekday()) % 7)
    return [] if day is None else [almanac.on(day)]


def _day_in_month_of(begin: Reading, number: int) -> list[Reading]:
    """Return "the eighth" that follows "from 5 December"."""
    if not number or begin.first is None:
        return []
    for by in (0, 1):
        year, month = almanac.month_on(begin.first.year, begin.first.month, by)
        day = almanac.a_date(year, month, number)
        if day is not None and day >= begin.first:
            return [almanac.on(day)]
    return []


def _to_hour(first: Atom, second: Atom) -> Atom:
    """Let the sure end of 下午2点到4点 decide about the other."""
    sure_end = Doubt.HALF_DAY in first.doubts and Doubt.HALF_DAY not in second.doubts
    starts = [first.reading, *first.others]
    ends = [second.reading, *second.others]
    if sure_end:
        nearest = min(_minutes(one.begins, second.reading.ends) for one in starts)
        spans = [
            replace(one, ends=second.reading.ends)
            for one in starts
            if _minutes(one.begins, second.reading.ends) == nearest
        ]
        doubts = first.doubts - {Doubt.HALF_DAY}
    else:
        spans = [replace(one, ends=_next_of(one.begins, ends)) for one in starts]
        doubts = first.doubts | (second.doubts - {Doubt.HALF_DAY})
    return Atom(
        start=first.start,
        end=second.end,
        reading=spans[0],
        others=tuple(spans[1:]),
        doubts=doubts,
    )


def _next_of(begin: time | None, ends: list[Reading]) -> time | None:
    return min((end.ends for end in ends), key=partial(_minutes, begin))


def _minutes(begin: time | None, end: time | None) -> int:
    """Return the minutes from one hour to the next time it is the other; a day for none."""
    if begin is None or end is None:
        return _DAY_MINUTES
    ahead = (end.hour - begin.hour) * 60 + end.minute - begin.minute
    return ahead % _DAY_MINUTES or _DAY_MINUTES


def _opened(text: str, atom: Atom) -> Atom:
    """Read what follows: until then (前), from then on (后, 起), the day before (前一天)."""
    if (atom.reading.first is None) != (atom.reading.last is None):
        return atom
    start = _FROM.match(text, atom.end)
    if start:
        return _open(atom, start.end(), [_from(one) for one in (atom.reading, *atom.others)])
    for pattern, back in ((_BEFORE, True), (_AFTER, False)):
        match = pattern.match(text, atom.end)
        if match:
            return _moved(atom, match, back) if match["move"] else _beyond(atom, match.end(), back)
    return atom


def _open(atom: Atom, end: int, readings: list[Reading]) -> Atom:
    return Atom(
        start=atom.start,
        end=end,
        reading=readings[0],
        others=tuple(readings[1:]),
        doubts=atom.doubts,
        part=atom.part,
    )


def _from(reading: Reading) -> Reading:
    return Reading(first=reading.first, begins=reading.begins)


def _moved(atom: Atom, match: re.Match[str], back: bool) -> Atom:
    """Return 中秋前一天."""
    amount = span(match["move"])
    size = (1 if match["unit"] == "天" else 7) * (-1 if back else 1)
    by = 0 if amount is None else int(amount[0]) * size
    readings: list[Reading] = []
    for one in (atom.reading, *atom.others):
        edge = one.first if back else one.last
        day = None if edge is None else almanac.shifted(edge, by)
        if day is None:
            return atom
        readings.append(almanac.on(day))
    return _open(atom, match.end(), readings)


def _beyond(atom: Atom, end: int, back: bool) -> Atom:
    """Open a span; whether the day itself is still in it, people do not agree on."""
    if atom.closing and back:
        until = [Reading(last=one.last) for one in (atom.reading, *atom.others)]
        opened = _open(atom, end, until)
        opened.doubts = atom.doubts - {Doubt.LOOSE}
        return opened
    readings: list[Reading] = []
    for one in (atom.reading, *atom.others):
        edges = _edges(one, back)
        readings += [edge for edge in edges if edge not in readings]
    opened = _open(atom, end, readings)
    if not atom.reading.timed:
        opened.doubts = atom.doubts | {Doubt.LOOSE}
    return opened


def _edges(one: Reading, back: bool) -> list[Reading]:
    if one.timed:
        if back:
            return [Reading(last=one.first, ends=one.begins)]
        return [Reading(first=one.last, begins=one.ends)]
    edge: date | None = one.first if back else one.last
    beyond = None if edge is None else almanac.shifted(edge, -1 if back else 1)
    if edge is None or beyond is None:
        return [one]
    if back:
        return [Reading(last=beyond), Reading(last=edge)]
    return [Reading(first=beyond), Reading(first=edge)]
