"""Numbers as people write and say them: 3500, 3,500, 2.5万, 三千五, 一万二, 二零二六, 三四千.

Works on folded text (:mod:`bot.understanding.entities.fold`).
"""

import re
from decimal import Decimal

DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
    "八": 8, "九": 9,
}  # fmt: skip
#: Digits as read aloud one by one, over the telephone.
SPOKEN = {**DIGITS, "幺": 1}
#: Figures of cheques and contracts (大写).
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_TENS = {"廿": 20, "卅": 30}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_SCALES = {**_UNITS, **_BIG}

DIGIT = "一二两三四五六七八九"
_ANY = "0-9零〇一二两三四五六七八九十百千万亿廿卅"
#: A number wherever it begins.
FIGURE = (
    r"(?:[0-9]+(?:,[0-9]{3})+(?![0-9])|[0-9零〇一二两三四五六七八九十廿卅])"
    rf"(?:[{_ANY}]|\.(?=[0-9])|点(?=[零一二三四五六七八九]+[万亿千百]))*"
)
#: A number that is not the end of a longer one, an ordinal or a 几十.
NUMBER = rf"(?<![0-9a-z.零〇一二两三四五六七八九十百千万亿廿卅几数第]){FIGURE}"
#: Characters a number may begin with.
HEADS = frozenset("0123456789零〇一二两三四五六七八九十廿卅")

_ARABIC = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_TOKEN = re.compile(
    rf"({_ARABIC.pattern})|([零〇一二两三四五六七八九])|([十百千])|([万亿])|([廿卅])"
)
_SPELLED = re.compile(r"[零〇一二两三四五六七八九]{2,}")
_POINT = re.compile(r"(.+)点([零〇一二三四五六七八九]+)([百千万亿]?)")
_NEIGHBOURS = re.compile(
    r"(?<![零〇一二两三四五六七八九])([一二两三四五六七八])([二两三四五六七八九])(?![零〇一二两三四五六七八九])"
)
_TAIL_SCALE = re.compile(r"[十百千万亿]+$")
#: Longer than any number a resident means.
_MAX_CHARS = 24


def number(text: str) -> Decimal | None:
    """Read a number, or return nothing.

    >>> [int(number(said)) for said in ("三千五", "一万二", "2.5万", "二零二六", "两百零八")]
    [3500, 12000, 25000, 2026, 208]
    """
    if not text or len(text) > _MAX_CHARS:
        return None
    if text == "半":
        return Decimal("0.5")
    if _ARABIC.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _SPELLED.fullmatch(text):
        return Decimal("".join(str(DIGITS[char]) for char in text))
    point = _POINT.fullmatch(text)
    if point:
        return _with_point(*point.groups())
    return _Sum().read(text)


def integer(text: str) -> int | None:
    """Read a whole number, or return nothing."""
    found = number(text)
    return int(found) if found is not None and found == found.to_integral_value() else None


def spelled(text: str) -> str:
    """Return digits read one by one as figures; other characters stay."""
    return "".join(str(SPOKEN.get(char, char)) for char in text)


def span(text: str) -> tuple[Decimal, Decimal | None] | None:
    """Read a number or two neighbours said for a rough one.

    >>> [[int(end) for end in span(said)] for said in ("三四千", "十七八", "三五")]
    [[3000, 4000], [17, 18], [3, 5]]
    """
    pair = _NEIGHBOURS.search(text)
    if pair and DIGITS[pair[2]] - DIGITS[pair[1]] in {1, 2 if pair[0] == "三五" else 1}:
        low = number(text[: pair.start(2)] + text[pair.end(2) :])
        high = number(text[: pair.start(1)] + text[pair.start(2) :])
        if low is not None and high is not None and low < high:
            return low, high
    found = number(text)
    return None if found is None else (found, None)


def between(low: str, high: str) -> tuple[Decimal, Decimal | None] | None:
    """Read 三千到五千, and 三到五千 whose first figure borrows the scale of the second."""
    first, second = number(low), number(high)
    if first is None or second is None:
        return None
    scale = _TAIL_SCALE.search(high)
    if scale and not _TAIL_SCALE.search(low):
        scaled = first
        for char in scale.group():
            scaled *= _SCALES[char]
        first = scaled if scaled < second else first
    return (first, second) if first < second else None


def _with_point(whole: str, fraction: str, scale: str) -> Decimal | None:
    head = number(whole)
    if head is None or head != head.to_integral_value():
        return None
    figures = "".join(str(DIGITS[char]) for char in fraction)
    found = Decimal(f"{int(head)}.{figures}")
    return found * _SCALES[scale] if scale else found


class _Sum:
    """Adds up digits and scales from left to right; refuses what is no number."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.section = Decimal(0)
        self.digit: Decimal | None = None
        self.figures = 0
        self.scale = 0
        self.ceiling = 0
        self.zero = False

    def read(self, text: str) -> Decimal | None:
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None or not self._take(token):
                return None
            at = token.end()
        return self._close()

    def _take(self, token: re.Match[str]) -> bool:
        arabic, digit, unit, big, tens = token.groups()
        if arabic:
            return self._digit(Decimal(arabic.replace(",", "")), len(arabic))
        if digit in {"零", "〇"}:
            return self._zero()
        if digit:
            return self._digit(Decimal(DIGITS[digit]), 1)
        if unit:
            return self._unit(_UNITS[unit])
        if tens:
            return self._tens(_TENS[tens])
        return self._big(_BIG[big])

    def _digit(self, value: Decimal, figures: int) -> bool:
        if self.digit is not None:
            return False
        self.digit, self.figures = value, figures
        return True

    def _zero(self) -> bool:
        if self.digit is not None or self.zero:
            return False
        self.zero = True
        return True

    def _unit(self, unit: int) -> bool:
        if self.ceiling and unit >= self.ceiling:
            return False
        if self.digit is None:
            if unit != 10:
                return False
            self.digit = Decimal(1)
        self.section += self.digit * unit
        self.digit, self.scale, self.ceiling, self.zero = None, unit, unit, False
        return True

    def _tens(self, value: int) -> bool:
        if self.digit is not None or (self.ceiling and self.ceiling <= 10):
            return False
        self.section += value
        self.scale = self.ceiling = 10
        self.zero = False
        return True

    def _big(self, unit: int) -> bool:
        self.section += self.digit or 0
        if not self.section and not (unit == _BIG["亿"] and self.total):
            return False
        if unit == _BIG["亿"]:
            self.total = (self.total + self.section) * unit
        elif self.total % _BIG["亿"]:
            return False
        else:
            self.total += self.section * unit
        self.section, self.digit, self.scale, self.ceiling, self.zero = (
            Decimal(0),
            None,
            unit,
            0,
            False,
        )
        return True

    def _close(self) -> Decimal | None:
        if self.digit is None:
            return None if self.zero and self.scale else self.total + self.section
        short = self.scale > 10 and not self.zero and self.figures == 1
        rest = self.digit * (self.scale // 10 if short else 1)
        if self.scale and rest >= self.scale:
            return None
        return self.total + self.section + rest
