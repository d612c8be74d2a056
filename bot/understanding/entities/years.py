"""Two-figure years: 98年 is a year, 八年 is not, 七八年 and 18年 may be either."""

import re

_PAIR = re.compile(r"(?:[零〇一二三四五六七八九]{2}|[0-9]{2})年$")
_NEIGHBOURS = frozenset({"一二", "二三", "三四", "四五", "五六", "六七", "七八", "八九", "三五"})
#: Before a number of years.
_SPENT = re.compile(
    "[了过有满干做住交缴约近足等用要需连租供养打开当教跑受学读这那前后第每共]$|工龄|时间|长达"
)
#: Behind a year: what happened in it.
_HAPPENED = re.compile(
    "来|到|进|出生|生|的|入|结婚|毕业|买|建|办|搬|退|领|参加|参军|当兵|开始|就|底|初|春|夏|秋|冬|那会|那时|以后就"
)
#: Figures that are a year more often than a number of years.
_LONG_AGO = 50


def names_year(text: str, start: int, end: int) -> bool | None:
    """Tell whether the two figures before 年 name a year; ``None`` when they may.

    Args:
        text: folded text.
        start: where the figures begin.
        end: behind 年.
    """
    said = text[start:end]
    if not _PAIR.match(said):
        return False
    if _SPENT.search(text[max(0, start - 2) : start]):
        return False
    figures = said[:2]
    if figures in _NEIGHBOURS:
        return None if _HAPPENED.match(text, end) and figures in {"六七", "七八", "八九"} else False
    if not figures.isdigit() or figures[0] == "0" or int(figures) >= _LONG_AGO:
        return True
    return None if _HAPPENED.match(text, end) else False
