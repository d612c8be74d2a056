"""Sums of money: 三千五, 3500块, 一万二, 2.5万, 八千多, 三块五, 月薪五千."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.entities import Money, Per
from bot.domain.figures import Quantity
from bot.understanding.entities.board import Board
from bot.understanding.entities.numerals import FORMAL, NUMBER, between, number, span
from bot.understanding.entities.roughly import LEAD, MORE, TO, rough

_CURRENCY = (
    r"(?P<unit>块钱|元钱|块(?![地石砖板布肉蛋牌木玻屏骨表电糖饼墙区田菜手黑烂瓦毯煤豆儿去来走玩])|"
    r"元(?![里次素旦月宵]|[一二三]次)|圆整|蚊|人民币|rmb|毛钱|毛(?![病巾衣笔线孩坯])|角(?![形恋洲星架度落色])|"
    r"分钱)"
)
_CHANGE = (
    r"(?P<change>[0-9零一二三四五六七八九]{1,2}(?:毛|角|分)?"
    r"(?![0-9个人天年月次万千百件斤条张平包份袋双位瓶盒碗把本只票顿趟节课种枝栋]))?"
)
_WITH_UNIT = re.compile(
    rf"{LEAD}(?P<number>{NUMBER}){TO}{MORE}{_CURRENCY}{_CHANGE}(?P<after>钱|整)?(?P<tail>"
    r"多(?!少)|左右|上下|以上|以下|以内|出头|不到|起(?![来码]))?"
)
_SIGN_FIRST = re.compile(rf"(?:¥|rmb|人民币)(?P<number>{NUMBER})(?P<more>多)?(?:块钱|块|元)?")
_LETTER = re.compile(
    r"(?<![0-9a-z.])(?P<number>[0-9]{1,4}(?:\.[0-9]{1,2})?)(?:-(?P<upper>[0-9]{1,4}))?(?P<scale>[kw])"
    r"(?![0-9a-z])(?P<tail>左右|以上|以下|多(?!少))?"
)
_FORMAL = re.compile(r"(?P<number>[壹贰叁肆伍陆柒捌玖零拾佰仟万亿]{2,})[元圆块]?整?")
_BARE = re.compile(
    rf"{LEAD}(?P<number>{NUMBER}){TO}{MORE}(?P<tail>多(?!少)|左右|上下|以上|以下|以内|出头|不到)?"
    r"(?![0-9.一二两三四五六七八九十百千万个人名位户家张份套间辆台部次趟节本件桌斤平米公里分岁天年月日号"
    r"点周小步字秒只条栋楼层室度瓦克毫升吨倍期路线单k%])"
)
#: Words that make a bare figure a sum of money when they stand close before or behind it.
_CUE = re.compile(
    "工资|月薪|年薪|底薪|时薪|日薪|薪|工钱|房租|租金|月租|押金|订金|定金|学费|收入|存款|贷款|补贴|补助|"
    "补偿|保底|到手|彩礼|红包|价|费|预算|低保|养老金|退休金|提成|奖金"
)
#: Verbs that do so when they stand right before it; in talk of points (积分) they do not.
_WEAK_CUE = re.compile(
    "(?:借|欠|付|交|花|赚|挣|罚|赔|退|扣|缴|转|汇|收|发|给|拿|要|剩|缺|涨|降|差|还)(?:了|我|他|她|你|们|咱|俺|的|到|掉|走|完|才|只|就)*$"
)
_CUE_BEHIND = re.compile("的?(?:工资|月薪|薪|房租|租|押金|补贴|补助|学费|彩礼|钱|到手)")
_POINTS = re.compile("积分|分数|核分|打分|评分|几分|多少分|加分|入户|入学|学校|评估")
_COLLOQUIAL = re.compile(r"[一二两三四五六七八九0-9][百千万]|[0-9.]+万")
_SCALED = re.compile("[百千万亿]")
_PER_BEFORE = re.compile(
    r"(?P<month>(?<!个)月(?:薪|租|供|入|收入|工资)|每个?月|(?<![十二三四五六七八九百0-9])[一1]个月)|"
    r"(?P<year>年薪|年租|年收入|每年|(?<![十二三四五六七八九百0-9])一年)|"
    r"(?P<day>日薪|日结|每[天日]|(?<![十二三四五六七八九百0-9])一[天日])|"
    r"(?P<hour>时薪|每个?小时|(?<![十二三四五六七八九百0-9])[一1]个?小时|钟点工)"
)
_PER_BEHIND = re.compile(
    r"(?:钱)?(?:(?P<month>每个?月|一个?月|/个?月|个月)|(?P<year>每年|一年|/年)|(?P<day>每天|一天|/天|一日)|"
    r"(?P<hour>每个?小时|一个?小时|/小时|一个钟))"
)
_NEAR = 7
_LETTERS = {"k": 1000, "w": 10_000}
_SMALL_MONEY = {"毛": Decimal("0.1"), "角": Decimal("0.1"), "分": Decimal("0.01")}
#: Least sum that is believed without any cue, with a weak one, and with a sure one.
_LEAST_BARE, _LEAST_WEAK, _LEAST_CUED = Decimal(1000), Decimal(100), Decimal(10)
_MOST = Decimal(10) ** 12
_AFTER_SUMS = frozenset("，。！？,.!?;； 的了吧吗呢啊呀够行能可一每\x00")


def money(board: Board) -> Iterator[Money]:
    """Yield sums of money; without a currency only what looks like one."""
    for pattern in (_SIGN_FIRST, _WITH_UNIT):
        for match in pattern.finditer(board.text):
            found = _sum_of(match)
            if found is not None:
                yield _paid(board, match, found, told=True)
    for match in _FORMAL.finditer(board.text):
        value = number(match["number"].translate(FORMAL))
        if value:
            yield _paid(board, match, Quantity(value), told=True)
    for match in _LETTER.finditer(board.text):
        ends = [
            Decimal(said) * _LETTERS[match["scale"]]
            for said in match.group("number", "upper")
            if said
        ]
        both = len(ends) > 1 and ends[0] < ends[1]
        amount = Quantity(ends[0], ends[1] if both else None, rough(match, both=both))
        yield _paid(board, match, amount, told=_cued(board.text, match, amount))
    for match in _BARE.finditer(board.text):
        found = _sum_of(match)
        if found is None:
            continue
        cued = _cued(board.text, match, found)
        if cued or _looks_like_money(board, match, found):
            yield _paid(board, match, found, told=cued)


def _sum_of(match: re.Match[str]) -> Quantity | None:
    groups = match.groupdict()
    upper = groups.get("upper")
    found = between(match["number"], upper) if upper else span(match["number"])
    if found is None or found[0] >= _MOST:
        return None
    value, highest = found
    unit = groups.get("unit") or ""
    if (
        unit == "块"
        and match["number"] == "一"
        and not (groups.get("change") or groups.get("after"))
    ):
        return None  # 一块 is "together"
    scale = _SMALL_MONEY.get(unit[:1], Decimal(1))
    value = value * scale + _change(groups.get("change") or "", unit)
    highest = None if highest is None else highest * scale
    return Quantity(value, highest, rough(match, both=highest is not None))


def _change(said: str, unit: str) -> Decimal:
    """Return the small money behind the unit: 三块五, 五元二角, 一毛五."""
    if not said:
        return Decimal(0)
    scale = _SMALL_MONEY.get(said[-1])
    value = number(said[:-1] if scale else said) or Decimal(0)
    if scale is None:
        scale = Decimal("0.1") if value < 10 and unit[:1] not in _SMALL_MONEY else Decimal("0.01")
    return value * scale


def _paid(board: Board, match: re.Match[str], amount: Quantity, *, told: bool) -> Money:
    per = _per(board, match)
    start, end, text = board.claim(*match.span())
    return Money(start=start, end=end, text=text, amount=amount, per=per, told=told)


def _per(board: Board, match: re.Match[str]) -> Per:
    """Return what a sum is paid for; the words that say so are no length of time any more."""
    text, near = board.text, max(0, match.start() - _NEAR)
    said = _PER_BEHIND.match(text, match.end())
    if said is None:
        before = list(_PER_BEFORE.finditer(text, near, match.start()))
        said = before[-1] if before else None
    if said is None:
        return Per.ONCE
    board.claim(*said.span())
    return Per(said.lastgroup or "")


def _cued(text: str, match: re.Match[str], found: Quantity) -> bool:
    """Tell whether a word for money stands with a figure that is large enough to be one."""
    said = match["number"]
    if said.startswith("0") or found.value < _LEAST_CUED:
        return False
    before = text[max(0, match.start() - _NEAR) : match.start()]
    large = bool(_SCALED.search(said)) or found.value >= _LEAST_WEAK
    return bool(_CUE_BEHIND.match(text, match.end()) or (large and _CUE.search(before)))


def _looks_like_money(board: Board, match: re.Match[str], found: Quantity) -> bool:
    """Tell a sum from a figure by the verb before it, or by the short way sums are said."""
    said, text = match["number"], board.text
    if not _SCALED.search(said) or not _COLLOQUIAL.search(said):
        return False
    before = text[max(0, match.start() - _NEAR) : match.start()]
    paid = _WEAK_CUE.search(before) or _PER_BEHIND.match(text, match.end()) or _per_word(before)
    if paid and not _POINTS.search(board.whole):
        return found.value >= _LEAST_WEAK
    follows = text[match.end() : match.end() + 1]
    return found.value >= _LEAST_BARE and (not follows or follows in _AFTER_SUMS)


def _per_word(before: str) -> bool:
    """Tell whether 一个月, 每天 or the like stands right before a figure."""
    said = list(_PER_BEFORE.finditer(before))
    return bool(said) and len(before) - said[-1].end() <= 1
