"""Numbers that name something: telephones, identity cards, our case numbers, places in a list."""

import re
from collections.abc import Iterator
from datetime import date

from bot.domain.entities import CaseNumber, Identity, Phone, Picked
from bot.understanding.entities.board import Board
from bot.understanding.entities.numerals import SPOKEN, integer, spelled

#: Characters that numbers are written with or read aloud.
FIGURES = frozenset("0123456789") | frozenset(SPOKEN)
_D = "[0-9零〇一二三四五六七八九幺]"
_GAP = "[ -]?"
_CARD = re.compile(
    r"(?<![0-9a-z])[1-9][0-9]{5}[ -]?(?:18|19|20)[0-9]{2}[ -]?"
    r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9x](?![0-9a-z])"
)
_OLD_CARD = re.compile(
    r"(?<![0-9a-z])[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9a-z])"
)
_SPOKEN_CARD = re.compile(rf"(?<!{_D}){_D}{{17}}[0-9零〇一二三四五六七八九幺x](?!{_D})")
_PERMIT = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|港澳证|居住证|身份证|社保卡|银行卡|证件)(?:号码?|编号)?(?:是|为|[:：])?"
    r"(?P<number>[a-z]{1,2}[0-9]{6,9}|(?!(?:19|20)[0-9]{2}-)[0-9](?:[ -]?[0-9]){8,20}x?)"
    r"(?![0-9a-z])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10x98765432"
_MOBILE = re.compile(
    rf"(?<![0-9a-z])(?:\+?86{_GAP})?(?P<number>1[3-9](?:{_GAP}[0-9]){{9}})(?![0-9])|"
    rf"(?<!{_D})(?P<aloud>[1一幺][3-9三四五六七八九](?:[ ，-]?{_D}){{9}})(?!{_D})"
)
_LANDLINE = re.compile(
    r"(?<![0-9a-z])[(（]?(?P<area>0(?:10|2[0-9])|0[3-9][0-9]{2})[)）]?[ -]?"
    r"(?P<local>[2-9][0-9]{2,3}[ -]?[0-9]{4})(?:(?:-|转)[0-9]{1,5})?(?![0-9])|"
    r"(?<![0-9a-z])(?P<service>[48]00[ -]?[0-9]{3,4}[ -]?[0-9]{3,4})(?![0-9])|"
    r"(?<=电话|座机|号码)(?:号码?)?(?:是|[:：])?(?P<near>[2-8][0-9]{6,7})(?![0-9])"
)
_SERVICE_FIGURES = 10
_CASE = re.compile(
    rf"(?<![0-9a-z])(?P<letters>[a-z]{{1,3}}){_GAP}(?P<figures>{_D}{{6,12}})(?![0-9a-z@])"
)
#: Letters before figures that are an account elsewhere or a number plate.
_OTHER_LETTERS = {"qq", "wx", "vx", "vv", "tel", "ip", "pm"}
_ELSEWHERE = re.compile("(?:微信|账号|帐号|邮箱|抖音|快手|用户名|密码)(?:号码?|是|为|[:：])*$")
_PLATE = frozenset("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
_TOLD = re.compile(
    r"(?:工单|案件|案子|受理|回执|登记|预约|取件|取货|核销|签到|查询|投诉|报修|报名|取号|排队|单)"
    r"(?:号码?|编号|码|单号|单)?(?:是|为|[:：]|，)?"
    rf"(?P<number>[a-z]{{0,3}}-?[0-9](?:[0-9a-z-]{{2,12}})[0-9a-z]|{_D}{{4,12}})(?![0-9a-z年月日号])"
)
#: What may follow 第二个 when a list was meant; "the second child" is none.
_PICKED = r"(?=$|[，。！？,.!?;；吧的呢啊呀哦哈那就行好可是要在有怎多详电地时给]|报名|活动|选项|办)"
_ORDINAL = re.compile(
    r"(?:我?[选要]|就|那)?(?:第(?P<nth>[0-9]{1,2}|[一二三四五六七八九十]{1,2})"
    rf"(?:(?:个|项|条|种|款|位|家|号|样){_PICKED}|$)|(?P<first>头一个|头个|首个|打头的){_PICKED}|"
    rf"(?P<last>最后(?:那|一)(?:一)?个|末一个|最后一[项条]|最尾个?){_PICKED})"
)
_CHOSEN = re.compile(
    r"(?:选择?|回复|(?<!三)拣)(?:第(?P<nth>[0-9]{1,2}|[一二三四五六七八九十])(?:个|项|条|号|款)?|"
    r"(?P<index>[0-9]{1,2}|[一二三四五六七八九十])(?:号|项|条)?(?!个))"
    r"(?![0-9一二三四五六七八九十百千万.点:月日年岁块元栋楼])"
)
_ALONE = re.compile(r"(?:[0-9]|[1-9][0-9]|[一二三四五六七八九十])[.。、!，]?")
#: Characters of the ways to point at a place in a list that need no figure.
PICKS = frozenset("头首末尾后")
#: Ordinals count as a choice only in a message that says little else.
_SHORT = 10
_LONGEST_LIST = 20


def identities(board: Board) -> Iterator[Identity]:
    """Yield numbers of identity cards, passports and permits, hidden."""
    for pattern in (_CARD, _SPOKEN_CARD, _OLD_CARD):
        for match in pattern.finditer(board.text):
            figures = spelled(match.group()).replace(" ", "").replace("-", "")
            if pattern is _SPOKEN_CARD and not _CARD.fullmatch(figures):
                continue
            yield _hidden(board, match.start(), match.end(), checked=_checks(figures))
    for match in _PERMIT.finditer(board.text):
        yield _hidden(board, match.start("number"), match.end("number"), checked=False)


def _hidden(board: Board, start: int, end: int, *, checked: bool) -> Identity:
    first, last, text = board.claim(start, end)
    stars = "".join(char if char in " -" else "*" for char in text)
    return Identity(start=first, end=last, text=stars, checked=checked)


def _checks(figures: str) -> bool:
    """Tell whether the last figure agrees with the others (GB 11643) and the birthday exists."""
    if (
        len(figures) != len(_WEIGHTS) + 1
        or not figures[:-1].isascii()
        or not figures[:-1].isdigit()
    ):
        return False
    total = sum(int(figure) * weight for figure, weight in zip(figures[:-1], _WEIGHTS, strict=True))
    try:
        date(int(figures[6:10]), int(figures[10:12]), int(figures[12:14]))
    except ValueError:
        return False
    return _CHECK[total % 11] == figures[-1]


def phones(board: Board) -> Iterator[Phone]:
    """Yield mobile numbers, landlines and 400 numbers."""
    for match in _MOBILE.finditer(board.text):
        figures = _figures(match["number"] or match["aloud"])
        start, end, text = board.claim(*match.span())
        yield Phone(start=start, end=end, text=text, number=figures, mobile=True)
    for match in _LANDLINE.finditer(board.text):
        figures = _figures(match["service"] or match["near"] or match["area"] + match["local"])
        if match["service"] and len(figures) != _SERVICE_FIGURES:
            continue
        where = match.span("near") if match["near"] else match.span()
        start, end, text = board.claim(*where)
        yield Phone(start=start, end=end, text=text, number=figures, mobile=False)


def _figures(said: str) -> str:
    return "".join(char for char in spelled(said) if char.isdigit())


def case_numbers(board: Board) -> Iterator[CaseNumber]:
    """Yield numbers of ours: letters and figures, or whatever follows 工单号 and its like."""
    for match in _CASE.finditer(board.text):
        before = board.text[max(0, match.start() - 1) : match.start()]
        elsewhere = _ELSEWHERE.search(board.text, 0, match.start())
        if match["letters"] in _OTHER_LETTERS or before in _PLATE or elsewhere:
            continue
        start, end, text = board.claim(*match.span())
        number = match["letters"].upper() + spelled(match["figures"])
        yield CaseNumber(start=start, end=end, text=text, number=number)
    for match in _TOLD.finditer(board.text):
        start, end, text = board.claim(*match.span("number"))
        number = spelled(match["number"]).replace("-", "").upper()
        yield CaseNumber(start=start, end=end, text=text, number=number)


def picked(board: Board) -> Iterator[Picked]:
    """Yield places in a list: a bare number, 选3, 第二个, 头一个."""
    if _ALONE.fullmatch(board.whole):
        length = len(board.whole.rstrip(".。、!，"))
        index = integer(board.whole[:length])
        if index and index <= _LONGEST_LIST:
            start, end, text = board.claim(0, length)
            yield Picked(start=start, end=end, text=text, index=index)
        return
    for match in _CHOSEN.finditer(board.text):
        index = integer(match["index"] or match["nth"])
        if index:
            start, end, text = board.claim(*match.span())
            yield Picked(start=start, end=end, text=text, index=index)
    if len(board.whole) > _SHORT:
        return
    for match in _ORDINAL.finditer(board.text):
        index = _ordinal(match)
        if index:
            start, end, text = board.claim(*match.span())
            yield Picked(start=start, end=end, text=text, index=index)


def _ordinal(match: re.Match[str]) -> int | None:
    if match["first"]:
        return 1
    if match["last"]:
        return -1
    return integer(match["nth"])
