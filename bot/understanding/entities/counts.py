"""How many people or things: 两个娃, 三口人, 俩, 仨孩子, 5人, 两张."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.entities import Count
from bot.domain.figures import Quantity
from bot.understanding.entities.board import Board
from bot.understanding.entities.numerals import NUMBER, between, span
from bot.understanding.entities.roughly import LEAD, MORE, TO, rough

_MOST = Decimal(10) ** 12
_PEOPLE = (
    "人|娃娃|娃儿|娃|孩子|小孩|孩|小朋友|细路仔?|细佬|崽|仔|儿子|女儿|闺女|老人家?(?![机卡证院公])|大人|学生|"
    "同学|工友|朋友|亲戚|家人|居民|兄弟|姐妹|姊妹|弟弟|妹妹|哥哥|姐姐|孙子|孙女|男孩子?|女孩子?|党员|"
    "志愿者|同事|老乡|租客|房客|伢"
)
_THINGS = (
    "户|家|张|份|套|间|辆|台|部|次|趟|节|本|件|把(?<![万千百]把)|桌|公斤|斤|平方米?|平米|平|"
    "只|条|桶|箱|袋"
)
_COUNTED = re.compile(
    rf"{LEAD}(?P<number>{NUMBER}){TO}{MORE}"
    rf"(?:(?P<unit>个(?![月半小星礼])|位(?![数码])|名|口(?!子))(?P<of>{_PEOPLE})?|(?P<thing>{_THINGS})|"
    r"(?P<people>人(?![民们家工才口大间座份员事生行情均次力])|(?<=[两0-9])娃))"
    r"(?P<tail>左右|上下|以上|以下|以内)?"
)
_PAIR = re.compile(rf"(?P<pair>[俩仨])(?!月|星期|礼拜|小时|钟|周|年)(?P<of>{_PEOPLE})?")


def counts(board: Board) -> Iterator[Count]:
    """Yield how many people or things; a bare 一个 counts nothing."""
    for match in _COUNTED.finditer(board.text):
        amount = _amount(match)
        if amount is None:
            continue
        start, end, text = board.claim(*match.span())
        yield Count(
            start=start,
            end=end,
            text=text,
            amount=amount,
            unit=match["unit"] or match["thing"] or "",
            of=match["of"] or match["people"] or "",
        )
    for match in _PAIR.finditer(board.text):
        start, end, text = board.claim(*match.span())
        value = Decimal(2 if match["pair"] == "俩" else 3)
        yield Count(start=start, end=end, text=text, amount=Quantity(value), of=match["of"] or "")


def _amount(match: re.Match[str]) -> Quantity | None:
    """Return the number; nothing for a bare 一个, nor for 二, which only tells the place."""
    said, upper = match["number"], match["upper"]
    found = between(said, upper) if upper else span(said)
    if found is None or not 0 < found[0] < _MOST or said == "二":
        return None
    value, highest = found
    if said == "一" and highest is None and not match["of"]:
        return None
    return Quantity(value, highest, rough(match, both=highest is not None))
