"""Words around a figure that make it rough: 大概, 不到, 多, 来, 左右, 以上."""

import re

from bot.domain.figures import Rough
from bot.understanding.entities.numerals import FIGURE

#: Before a figure. 约 is an appointment as often, so it counts only before Arabic figures.
LEAD = (
    r"(?:(?:(?P<under>快|将近|不到|不足|不满|最多|顶多|少于|低于|不超过|差一点)|"
    r"(?P<over>至少|超过|起码|不止|最少|多于|高于|大于)|"
    r"(?P<about>大概|大约|约(?=[0-9])|差不多|估计))(?:要|有|是)?)?"
)
#: A second figure: 三千到五千.
TO = rf"(?:(?:到|至|-)(?P<upper>{FIGURE}))?"
#: Between a figure and its unit; 多少 is a question.
MORE = r"(?P<more>多(?!少)|来|几|余)?"
#: Behind the unit.
TAIL = (
    r"(?P<tail>多(?![少大远久一])|左右|上下|以上|以下|以内|之内|出头|不到|"
    r"内(?![容部科衣地存裤心]))?"
)
_UNDER_TAILS = frozenset({"以内", "之内", "内", "不到", "以下"})
_OVER_WORDS = frozenset({"多", "余", "几", "以上", "出头", "起", "好几"})
_ABOUT_TAILS = frozenset({"左右", "上下"})


def rough(match: re.Match[str], *, both: bool) -> Rough:
    """Return how exactly a figure was said.

    Args:
        match: of a pattern made of the pieces above.
        both: two figures were said.
    """
    groups = match.groupdict()
    tail, more = groups.get("tail") or "", groups.get("more") or ""
    if groups.get("under") or tail in _UNDER_TAILS:
        return Rough.UNDER
    if groups.get("over") or more in _OVER_WORDS or tail in _OVER_WORDS:
        return Rough.OVER
    vague = both or more == "来" or tail in _ABOUT_TAILS or groups.get("about")
    return Rough.ABOUT if vague else Rough.EXACT
