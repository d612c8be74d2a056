"""Times of day: 早上八点半, 晚上7点, 3点一刻, 14:30, 中午, 半夜, 晏昼, 二十分钟后."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from bot.domain.figures import Doubt, Reading
from bot.understanding.entities import almanac
from bot.understanding.entities.almanac import Atom
from bot.understanding.entities.numerals import HEADS, NUMBER, integer, number

EVENING, NIGHT = "evening", "night"
_DAWN, _EARLY, _MORNING, _NOON = "dawn", "early", "morning", "noon"
_AFTERNOON, _DUSK = "afternoon", "dusk"
#: Spoken word (a pattern) -> part of the day. Cantonese 朝早 晏昼 下昼, northern 头晌 后晌 擦黑.
_WORDS: tuple[tuple[str, str], ...] = (
    ("三更半夜|大?半夜|深夜|午夜|下半夜|后半夜", NIGHT),
    ("凌晨|拂晓", _DAWN),
    ("大?清早|清晨|一大早|大早上|大清老早|天刚亮|天不亮", _EARLY),
    ("早上|早晨|早晌|上午|上半晌|前晌|头晌|朝头早|朝早|朝晨|上昼|晨间|早间", _MORNING),
    ("大?中午|正午|晌午头?|晌午|午间", _NOON),
    ("下午|后晌|过晌|午后|下昼|晏昼|下半晌", _AFTERNOON),
    ("傍晚|黄昏|擦黑|傍黑|挨黑|挨晚|傍夜", _DUSK),
    ("晚上|晚间|夜晚黑?|夜里头?|夜间|晚黑|黑了天|大?晚上", EVENING),
)
_FIGURES = "(?=[0-9五六七八九十]{1,2}[点:])"
_FUSED = (
    r"(?<=[今明昨听琴寻])(?:(?P<fm>早|晨|朝)|(?P<fe>晚|夜))|"
    rf"(?P<sm>早){_FIGURES}|(?P<se>晚){_FIGURES}"
)
_PART = (
    "(?:"
    + "|".join(f"(?P<w{place}>{word})" for place, (word, _) in enumerate(_WORDS))
    + f"|{_FUSED})"
)
_HOUR = r"(?P<hour>[0-9]{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_MINUTE = (
    r"(?P<minute>半(?!价|个)|[一1]刻|[三3]刻|过?[0-5]?[0-9]分|[0-5][0-9](?![0-9])|"
    r"过?[零〇][一二三四五六七八九]分?|过?[二三四五]?十[一二三四五六七八九]?分?|"
    r"过?[一二三四五六七八九]分(?!钟)|搭[一二三四五六七八九十]|[一二三四五六七八九十]个字)"
)
_CLOCK = (
    r"(?:(?<![0-9.零〇一二两三四五六七八九十百千几第])|(?<=[周期拜][一二三四五六日])|(?<=初[一二三四五六七八九十]))"
    rf"(?:{_HOUR}"
    r"(?P<mark>点(?![子心名赞评击餐单滴火头破燃缀收])(?P<bell>钟|整)?|"
    rf"时(?=[0-5]?[0-9]分|[整左之以前后到至]|$|[，。])){_MINUTE}?|"
    r"(?P<hh>[01]?[0-9]|2[0-4]):(?P<mm>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])|"
    r"差(?P<less>[一1]刻|[0-9]{1,2}分|[一二三四五六七八九十]{1,2}分)钟?"
    r"(?P<lessof>[0-9]{1,2}|十[一二]?|[一二两三四五六七八九])点)钟?(?P<loose>多|左右|来钟|前后)?"
)
_TIME = re.compile(rf"(?:{_PART}(?:的|大概|大约|，)?)?{_CLOCK}")
#: 早上好 tells no time.
_GREETED = re.compile("好(?:$|[，。！!,呀啊哈 ]|各位|大家)|[，啊呀](?:各位|大家|街坊)")
_PART_ALONE = re.compile(_PART)
#: What is counted, not told by the clock: three points, not three o'clock.
_NOT_A_CLOCK = re.compile(
    r"积分|意见|建议|要求|问题|理由|原因|希望|想法|说明|需要|注意|疑问|诉求|情况|内容|事|好处|不|"
    r"体会|看法|经验|课堂|学校|成长|辅导班|小[事忙]|钱|儿|都不|也不|点|[零一二三四五六七八九][万亿千]"
)
_NO_TIME_BEFORE = re.compile(
    r"(?:[有提说讲这那早晚快慢差多少好大小高低第重缺优弱几]|提了|讲了|说了|一共|总共|以下|以上|积分?)$"
)
_SPANS = {
    NIGHT: (time(23), time(5)), _DAWN: (time(0), time(6)), _EARLY: (time(5), time(8)),
    _MORNING: (time(6), time(12)), _NOON: (time(11), time(13)), _AFTERNOON: (time(12), time(18)),
    _DUSK: (time(17), time(19)), EVENING: (time(18), time(0)),
}  # fmt: skip
_NOON_HOUR, _DAY_HOURS = 12, 24
_LATER = re.compile(
    rf"(?P<about>大概|大约|差不多)?(?:再过|过|再等)?(?P<number>{NUMBER}|半|一个半|两个半|大半)个?(?P<unit>分钟|小时|钟头|钟(?!头))"
    r"(?P<side>之后|以后|过后|后|之前|以前|前(?![台面]))"
)
_IN = re.compile(
    rf"(?:再过|过|再等)(?P<number>{NUMBER}|半)个?(?P<unit>分钟|小时|钟头|钟(?!头))(?!了|的|以|之|后|前)"
)
_QUARTER = 15


def day_hours(text: str) -> Iterator[Atom]:
    """Yield the times of day, clock times first, then 早上 and 半夜 that stand alone.

    Args:
        text: folded text.
    """
    taken: list[tuple[int, int]] = []
    chars = set(text)
    if not chars.isdisjoint("点时:差"):
        for match in _TIME.finditer(text):
            atom = _clock(text, match)
            if atom is not None:
                taken.append(match.span())
                yield atom
    if not chars.isdisjoint("早晨晚夜午晌昼朝晓昏黑亮"):
        for match in _PART_ALONE.finditer(text):
            clash = any(start < match.end() and match.start() < end for start, end in taken)
            if not clash and not _GREETED.match(text, match.end()):
                begins, ends = _SPANS[_part_of(match)]
                yield Atom(
                    start=match.start(),
                    end=match.end(),
                    reading=Reading(begins=begins, ends=ends),
                    part=_part_of(match),
                )


def later_moments(text: str, now: datetime) -> Iterator[Atom]:
    """Yield the moments told by their distance from now.

    Args:
        text: folded text.
        now: present moment in Beijing time.
    """
    if "钟" not in text and "时" not in text:
        return
    for pattern in (_LATER, _IN):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            amount = _amount(match["number"])
            minutes = None if amount is None else amount * (1 if match["unit"] == "分钟" else 60)
            if minutes is None or minutes > almanac.MOST_DAYS:
                continue
            back = -1 if "前" in (groups.get("side") or "") else 1
            moment = (now + timedelta(minutes=float(minutes) * back)).replace(
                second=0, microsecond=0
            )
            at = moment.time()
            reading = replace(almanac.on(moment.date()), begins=at, ends=at)
            doubts = frozenset({Doubt.LOOSE}) if groups.get("about") else almanac.NO_DOUBT
            yield Atom(start=match.start(), end=match.end(), reading=reading, doubts=doubts)


def _amount(said: str) -> Decimal | None:
    if said.endswith("个半"):
        whole = number(said.removesuffix("个半"))
        return None if whole is None else whole + Decimal("0.5")
    return number(said)


def _part_of(match: re.Match[str]) -> str:
    """Return the part of the day a match names, "" when it names none."""
    for place, (_, part) in enumerate(_WORDS):
        if match[f"w{place}"]:
            return part
    if match["fm"] or match["sm"]:
        return _MORNING
    return EVENING if match["fe"] or match["se"] else ""


def _clock(text: str, match: re.Match[str]) -> Atom | None:
    told = _told(match)
    if told is None:
        return None
    hour, minute = told
    part = _part_of(match)
    if not part and not _is_clock(text, match, hour):
        return None
    reading, others, doubts = _placed(hour, minute, part, written=_in_full(match))
    if match["loose"]:
        doubts |= {Doubt.LOOSE}
    return Atom(
        start=match.start(),
        end=match.end(),
        reading=reading,
        others=others,
        doubts=doubts,
        part=part,
    )


def _in_full(match: re.Match[str]) -> bool:
    """Tell whether the hour is written with a leading nought, as in 08:30."""
    return bool(match["hh"] and match["hh"].startswith("0"))


def _is_clock(text: str, match: re.Match[str], hour: int) -> bool:
    """Tell a clock time from "three points" and "a little"."""
    if match["hh"] or match["less"] or match["bell"] or match["minute"]:
        return not (match["minute"] == "半" and _NOT_A_CLOCK.match(text, match.end()))
    if match["mark"].startswith("时"):
        return True
    follows = text[match.end() : match.end() + 1]
    if (hour == 1 and not match["hour"].isdigit()) or follows in HEADS:
        return False
    if _NO_TIME_BEFORE.search(text[max(0, match.start() - 2) : match.start()]):
        return False
    return not _NOT_A_CLOCK.match(text, match.end())


def _told(match: re.Match[str]) -> tuple[int, int] | None:
    """Return hour and minute as said, before they are placed in a half of the day."""
    if match["hh"]:
        return int(match["hh"]), int(match["mm"])
    if match["less"]:
        hour, less = integer(match["lessof"]), _minutes(match["less"])
        return None if not hour or less is None or less >= 60 else (hour - 1, 60 - less)
    hour = integer(match["hour"])
    minute = _minutes(match["minute"]) if match["minute"] else 0
    if hour is None or minute is None or hour > _DAY_HOURS or minute >= 60:
        return None
    return hour, minute


def _minutes(said: str) -> int | None:
    if said == "半":
        return 30
    if said.endswith("刻"):
        quarters = integer(said.removesuffix("刻"))
        return None if quarters is None else _QUARTER * quarters
    if said.startswith("搭") or said.endswith("个字"):  # Cantonese: five minutes each
        fives = integer(said.removeprefix("搭").removesuffix("个字"))
        return None if fives is None else 5 * fives
    return integer(said.removeprefix("过").removesuffix("分").lstrip("〇零") or "零")


Placed = tuple[Reading, tuple[Reading, ...], frozenset[Doubt]]


def _placed(hour: int, minute: int, part: str, *, written: bool) -> Placed:
    """Put a clock time into its half of the day; without a word for it both are possible."""
    if part:
        return _in_part(hour, minute, part)
    if hour in {0, _DAY_HOURS} or hour > _NOON_HOUR or written:
        return _at(hour, minute), (), almanac.NO_DOUBT
    early, late = _at(hour % _NOON_HOUR, minute), _at(hour % _NOON_HOUR + _NOON_HOUR, minute)
    likely = early if 7 <= hour < _NOON_HOUR else late
    other = late if likely is early else early
    return likely, (other,), frozenset({Doubt.HALF_DAY})


def _in_part(hour: int, minute: int, part: str) -> Placed:
    if hour > _NOON_HOUR:
        return _at(hour, minute), (), almanac.NO_DOUBT
    if part in {EVENING, NIGHT}:
        if hour == _NOON_HOUR or hour < 5:
            return _at(hour % _NOON_HOUR, minute), (), almanac.NO_DOUBT
        return _at(hour + _NOON_HOUR, minute), (), almanac.NO_DOUBT
    if part == _DAWN:
        return _at(hour % _NOON_HOUR, minute), (), almanac.NO_DOUBT
    if part in {_AFTERNOON, _DUSK} or (part == _NOON and hour < 10):
        return _at(hour % _NOON_HOUR + _NOON_HOUR, minute), (), almanac.NO_DOUBT
    if hour == _NOON_HOUR and part != _NOON:  # 早上12点 is nobody's morning
        return _at(hour, minute), (_at(0, minute),), frozenset({Doubt.HALF_DAY})
    return _at(hour, minute), (), almanac.NO_DOUBT


def _at(hour: int, minute: int) -> Reading:
    moment = time(hour % _DAY_HOURS, minute)
    return Reading(begins=moment, ends=moment)
