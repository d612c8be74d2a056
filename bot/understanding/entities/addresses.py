"""Where somebody lives inside a community: 3栋2单元402, 12号楼1101室, 五巷7号, 二期6幢."""

import re
from collections.abc import Iterator

from bot.domain.entities import Address
from bot.understanding.entities.board import Board
from bot.understanding.entities.numerals import DIGITS, integer, spelled

#: An address has one of these, or figures with dashes.
SIGNS = frozenset("栋幢座楼单元室房巷弄门路街层期户-")
_N = r"(?<![0-9.零〇一二两三四五六七八九十百几第])(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_WING = "[a-z]|[东南西北甲乙丙丁](?=[座栋幢])"
_ROOM = r"[a-z]?[0-9]{3,4}[a-z]?|[零〇一二三四五六七八九]{3,4}"
_BARE_NUMBER = "[0-9]{1,4}|[一二三四五六七八九十百零]{1,5}"
#: A room, not the year of a date.
_DASHED_ROOM = "(?!19[0-9]{2}|20[0-9]{2})[1-9][0-9]{2,3}"
_TWO = "[0-9]{1,2}"
_PARTS: tuple[tuple[str, str], ...] = (
    ("phase", rf"(?P<phase>{_N})期(?!间|限|待|望|货|末|中|房)"),
    ("lane", rf"(?P<lane>{_N})(?:巷|弄)(?!堂|子)"),
    (
        "plate",
        rf"门牌(?:号码?|号)?(?:是|为|[:：])?(?P<plate>{_BARE_NUMBER})(?![个张块])号?(?!楼|栋)",
    ),
    (
        "number",
        rf"(?:(?<=[路街巷弄道村里坊])|(?<=胡同))(?P<number>{_BARE_NUMBER})号(?![楼线栋]|院)",
    ),
    (
        "building",
        rf"(?P<building>{_N}|(?<![a-z0-9])(?:{_WING}))(?:号楼|栋楼|号栋|栋|幢|座|号院)(?!电梯房)",
    ),
    ("unit", rf"(?P<unit>{_N}|[a-z甲乙丙])(?:单元|门洞|梯(?!队|子|级))"),
    ("floor", rf"(?P<floor>(?:负|地下|-)?{_N})(?:楼(?!盘|道|梯|下|上|长|市)|层(?!次|面|级))"),
    ("room", rf"(?P<room>(?<![0-9a-z.])(?:{_ROOM}))(?:号房|室|房)(?![间租子东价产])"),
    (
        "dashes",
        rf"(?<![0-9a-z.\-])(?P<d1>{_TWO})-(?P<d2>{_TWO})-(?P<d3>{_DASHED_ROOM})(?![0-9\-])",
    ),
)
_PART = re.compile("|".join(f"(?P<is_{name}>{pattern})" for name, pattern in _PARTS))
_BETWEEN = re.compile(r"[-，, 的]?$")
#: A bare room right behind a building or a unit.
_ROOM_AFTER = re.compile(
    rf"-?(?:(?P<room>{_ROOM})(?![0-9.]|[元块人户年个天点米平号月日])|(?P<door>[0-9]{{1,4}})号(?![楼线院]))"
)
_STREET = re.compile(r"(?P<street>[\u4e00-\u9fff]{1,5}(?:路|街|大道|村|胡同|坊))$")
_NOT_STREET = re.compile(r"^.*[我你他她在住是到从去的了和跟往向给您寄送来至]")
#: What a lone part has to look like: 第二期 is a course, 五座 a car, 一栋 and 三层高 are measures.
_MEASURE = re.compile("一[栋幢座]楼?|[0-9]+座")
_LIVES = re.compile("(?:住|在|是|到|家|搬|来|去)$")


def addresses(board: Board) -> Iterator[Address]:
    """Yield addresses; parts that follow each other make one."""
    chain: list[re.Match[str]] = []
    for match in _PART.finditer(board.text):
        if chain and not _BETWEEN.match(board.text, chain[-1].end(), match.start()):
            yield from _address(board, chain)
            chain = []
        chain.append(match)
    yield from _address(board, chain)


def _address(board: Board, chain: list[re.Match[str]]) -> Iterator[Address]:
    values: dict[str, str] = {}
    for match in chain:
        values.update(_values(match))
    if not values or (len(chain) == 1 and _alone_is_nothing(board.text, chain[0])):
        return
    start, end = chain[0].start(), chain[-1].end()
    if "room" not in values and set(values) & {"building", "unit", "floor", "number"}:
        behind = _ROOM_AFTER.match(board.text, end)
        if behind:
            values["room"] = _plain(behind["room"] or behind["door"])
            end = behind.end()
    if "number" in values or "lane" in values:
        street = _street(board.text[max(0, start - 6) : start])
        values |= {"street": street} if street else {}
        start -= len(street)
    first, last, text = board.claim(start, end)
    yield Address(start=first, end=last, text=text, **values)


def _alone_is_nothing(text: str, match: re.Match[str]) -> bool:
    """Tell whether a part by itself is more likely a measure than an address."""
    said = match.group()
    if match["is_phase"] or said.endswith("层") or (said.endswith("座") and not said[0].isascii()):
        return True
    measure = bool(_MEASURE.fullmatch(said))
    lives = _LIVES.search(text[max(0, match.start() - 1) : match.start()])
    return measure and not lives


def _values(match: re.Match[str]) -> dict[str, str]:
    """Return the part of an address a match stands for, in Arabic figures."""
    if match["is_dashes"]:
        return {"building": match["d1"], "unit": match["d2"], "room": match["d3"]}
    if match["is_plate"]:
        return {"number": _plain(match["plate"])}
    name = next(name for name, _ in _PARTS if match[f"is_{name}"])
    return {name: _plain(match[name])}


def _street(before: str) -> str:
    found = _STREET.search(before)
    return _NOT_STREET.sub("", found["street"]) if found else ""


def _plain(said: str) -> str:
    """Return a number of a house in Arabic figures, a letter in capitals."""
    below = "-" if said[0] in "负-" or said.startswith("地下") else ""
    bare = said.removeprefix("负").removeprefix("地下").removeprefix("-")
    if len(bare) > 2 and set(bare) <= set(DIGITS):
        return below + spelled(bare)
    number = integer(bare)
    return below + (str(number) if number is not None and not bare.isdigit() else bare.upper())
