"""How long and how old: 三年半, 两年零三个月, 半年, 十来天, 7个工作日, 六岁半, 今年58, 62了."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.entities import Age
from bot.domain.figures import Duration, Length, Rough
from bot.understanding.entities.board import Board
from bot.understanding.entities.numerals import NUMBER, between, integer, span
from bot.understanding.entities.roughly import LEAD, MORE, TAIL, TO, rough
from bot.understanding.entities.years import names_year

SIGNS = frozenset("年月周期拜天日时钟分昼宿岁俩仨")
AGE_SIGNS = frozenset("岁今年了都快满出龄纪大")
_HALF = Decimal("0.5")
_FIGURE = rf"(?P<number>{NUMBER}|半|大半|小半|俩|仨){TO}{MORE}"
_UNIT = (
    r"(?:(?P<work>个?工作日)|(?P<ge>个(?P<half>半|多)?)?(?P<unit>年(?![级初代纪制龄糕货轻画])头?|月(?:(?<=个月)|(?<=个半月)|(?<=个多月)|(?<=[俩仨两]月))(?![亮饼份球初底中])|"
    r"周(?![岁年一二三四五六日末])|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])|"
    r"天(?![然气花空线猫赋河安门平堂才黑亮])|日(?=[内之以]|左右)|昼夜|宿|小时|钟头|钟(?![头点表])|分钟|刻钟))"
)
_AND = (
    r"(?P<and>半(?![个价天年月夜小])|零?[0-9一二两三四五六七八九十]{1,2}个半?月|"
    r"零?[0-9一二两三四五六七八九十]{1,3}(?:天|分钟?))?"
)
_LENGTH = re.compile(LEAD + _FIGURE + _UNIT + _AND + TAIL)
_AND_PARTS = re.compile(
    r"零?(?P<number>[0-9一二两三四五六七八九十]{1,3})(?P<unit>个半?月|天|分|年)"
)
_WORDS = {"半": _HALF, "大半": _HALF, "小半": _HALF, "俩": Decimal(2), "仨": Decimal(3)}
_MINUTES = {"小时": 60, "钟头": 60, "钟": 60, "分钟": 1, "刻钟": 15}
_DAYS = {"天": 1, "日": 1, "昼夜": 1, "宿": 1, "周": 7, "星期": 7, "礼拜": 7}
_MOST = Decimal(100_000)

_YEARS_OLD = re.compile(
    rf"(?P<nominal>虚岁)?{LEAD}(?:刚满|刚好|满|今年)?(?P<number>{NUMBER}){TO}(?P<more>多|来|几|余)?"
    r"(?P<nominal2>虚岁)?周?岁(?![数月])(?P<and>半|零?[0-9一二两三四五六七八九十]{1,2}个月)?"
    r"(?P<tail>多|左右|上下|以上|以下|出头|了)?"
)
_MONTHS_OLD = re.compile(
    rf"(?P<number>{NUMBER})(?P<more>多)?个(?P<half>半|多)?月大(?![概约家部学多])"
)
_WHO = (
    "我|俺|咱|他|她|妈|爸|爹|娘|父|母|奶|爷|婆|公|姥|老人|老伴|老头|老太|老婆|老公|媳妇|孩子|娃|崽|仔|"
    "儿子|女儿|闺女|孙子|孙女|哥|姐|弟|妹|叔|姨|姑|舅|伯"
)
_SAID_AGE = re.compile(
    rf"(?:(?P<cue>年龄|年纪|岁数|虚岁)(?:是|为|有|[:：])?|(?:今年|都|已经|快|就要|马上|刚|(?P<who>{_WHO}))+(?:有|都|快|已经|今年)*)"
    r"(?P<number>[1-9][0-9]?|1[01][0-9]|[一二三四五六七八九]?十[一二三四五六七八九]?|[二三四五六七八九]十)"
    r"(?P<more>多|来|几|好几|出头)?(?P<done>了|啦|咯|喽)?"
    r"(?=$|[，。！？,.!?;；、的呢吧啊呀还就能可要想没也都算够行还]|岁|可以|怎么|有没有|退休)"
)
_BARE_AGE = re.compile(r"(?:都|快|已经)?(?P<number>[2-9][0-9])(?P<more>多)?(?:了|啦)[。！!]?")
_OLDEST = 120
#: From this figure on 都七十了 is an age though nobody is named.
_OLD_FROM = 50


def durations(board: Board) -> Iterator[Duration]:
    """Yield lengths of time."""
    for match in _LENGTH.finditer(board.text):
        found = _lengths(match)
        if found is None:
            continue
        lower, upper = found
        start, end, text = board.claim(*match.span())
        yield Duration(
            start=start,
            end=end,
            text=text,
            length=lower,
            upto=upper,
            rough=_rough(match, both=upper is not None),
            workdays=bool(match["work"]),
        )


def _lengths(match: re.Match[str]) -> tuple[Length, Length | None] | None:
    amounts = _amounts(match)
    if amounts is None:
        return None
    unit = "工作日" if match["work"] else match["unit"].removesuffix("头")
    ends = [_length(one, unit) for one in amounts if one is not None]
    extra = _extra(match["and"], unit)
    if extra is None or any(one is None for one in ends):
        return None
    lower, upper = ends[0], ends[1] if len(ends) > 1 else None
    return None if lower is None else (_sum(lower, extra), upper)


def _amounts(match: re.Match[str]) -> tuple[Decimal, Decimal | None] | None:
    said = match["number"]
    if said in _WORDS:
        return _WORDS[said], None
    found = between(said, match["upper"]) if match["upper"] else span(said)
    if found is None or not 0 < found[0] <= _MOST or _no_length(match):
        return None
    lower, upper = found
    if match["half"] == "半":
        lower += _HALF
    return lower, upper


def _no_length(match: re.Match[str]) -> bool:
    """Tell whether a figure names something else: which day, a year of birth."""
    said, text, at = match["number"], match.string, match.start("number")
    if match["unit"] == "年":
        return names_year(text, at, match.end("unit")) is not False
    return said == "一" and text[at - 1 : at] in {"哪", "那", "这", "某", "每", "同"}


def _length(amount: Decimal, unit: str) -> Length | None:
    if unit == "年":
        return Length(months=amount * 12)
    if unit == "月":
        return Length(months=amount)
    if unit in _MINUTES:
        return Length(minutes=amount * _MINUTES[unit])
    return Length(days=amount * _DAYS.get(unit, 1))


def _extra(said: str | None, unit: str) -> Length | None:
    """Return what follows the unit: 三年半, 两年零三个月, 一小时二十分."""
    if not said:
        return Length()
    if said == "半":
        return _length(_HALF, unit)
    part = _AND_PARTS.match(said)
    amount = None if part is None else integer(part["number"])
    if part is None or amount is None:
        return None
    if "月" in part["unit"]:
        half = _HALF if "半" in part["unit"] else Decimal(0)
        return Length(months=amount + half)
    if part["unit"] == "天":
        return Length(days=Decimal(amount))
    return Length(minutes=Decimal(amount)) if part["unit"] == "分" else None


def _sum(one: Length, other: Length) -> Length:
    return Length(
        months=one.months + other.months,
        days=one.days + other.days,
        minutes=one.minutes + other.minutes,
    )


def _rough(match: re.Match[str], *, both: bool) -> Rough:
    """Return how exactly a length was said; 三个多月 and 大半年 have ways of their own."""
    if match["half"] == "多":
        return Rough.OVER
    found = rough(match, both=both)
    vague = found is Rough.EXACT and match["number"] in {"大半", "小半"}
    return Rough.ABOUT if vague else found


def ages(board: Board) -> Iterator[Age]:
    """Yield ages: with 岁, in months, or a bare figure after 今年 or of a person."""
    for match in _YEARS_OLD.finditer(board.text):
        yield from _old(board, match)
    for match in _MONTHS_OLD.finditer(board.text):
        months = integer(match["number"])
        if months is not None and months < 12 * _OLDEST:
            start, end, text = board.claim(*match.span())
            years, rest = divmod(months, 12)
            yield Age(
                start=start,
                end=end,
                text=text,
                years=years,
                months=rest,
                rough=Rough.OVER if match["more"] or match["half"] else Rough.EXACT,
            )
    bare = _BARE_AGE.fullmatch(board.text)
    for match in [bare] if bare else _SAID_AGE.finditer(board.text):
        yield from _said(board, match)


def _old(board: Board, match: re.Match[str]) -> Iterator[Age]:
    upper = match["upper"]
    found = between(match["number"], upper) if upper else span(match["number"])
    if found is None or found[0] > _OLDEST:
        return
    lower, highest = found
    months = int(lower % 1 * 12)
    extra = match["and"]
    if extra == "半":
        months = 6
    elif extra:
        months = integer(extra.removeprefix("零").removesuffix("个月")) or 0
    start, end, text = board.claim(*match.span())
    yield Age(
        start=start,
        end=end,
        text=text,
        years=int(lower) + months // 12,
        months=months % 12,
        upto=None if highest is None else int(highest),
        rough=rough(match, both=highest is not None),
        nominal=bool(match["nominal"] or match["nominal2"]),
    )


def _said(board: Board, match: re.Match[str]) -> Iterator[Age]:
    groups = match.groupdict()
    said = match.group()
    person = groups.get("cue") or groups.get("who") or "今年" in said
    sure = groups.get("cue") or "今年" in said or groups.get("done")
    years = integer(match["number"])
    if years is None or not 0 < years <= _OLDEST or not (sure or match.re is _BARE_AGE):
        return
    if match.re is _SAID_AGE and not person and years < _OLD_FROM:
        return  # 已经20了 may be anything
    start, end, text = board.claim(*match.span())
    degree = Rough.OVER if match["more"] else Rough.EXACT
    if "快" in said or "就要" in said or "马上" in said:
        degree = Rough.UNDER
    yield Age(start=start, end=end, text=text, years=years, rough=degree, nominal="虚岁" in said)
