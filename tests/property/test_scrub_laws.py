"""Laws of scrubbing: it ends, it is stable, and no long number survives it."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.understanding.scrub import LONG_RUN, MAX_CHARS, learnable, scrub

PIECES = st.sampled_from(
    re.split(
        " ",
        "我叫 张三 王 师傅 老 小 李 姓 阿姨 微信 号 abc 12 3 138 0013 8000 - ， 〔 〕 〔电话〕 〔人名〕 栋 单元 巷 路 五 "
        "七 @ qq.com 粤A B http:// 嗯 ① ½ ٣ 零 一 · 是 儿子 房东 的 1990年1月 2日 . 室 那个 个 \u0654 \u0627",
    )
)
TEXTS = st.text(max_size=260) | st.lists(PIECES | st.just(" "), max_size=90).map("".join)
LONG = re.compile(rf"\d{{{LONG_RUN},}}")


@given(TEXTS)
@example("1 " * 200)
@example("@a" * 150)
@example("12〔电话〕345")
def test_scrubbing_twice_is_scrubbing_once(text: str):
    """What is kept would not be masked further."""
    once = scrub(text)

    assert scrub(once) == once
    assert len(once) <= MAX_CHARS


@given(TEXTS)
@example("1嗯2嗯3嗯4嗯5")
@example("12-34〔电话〕56")
def test_no_long_number_survives_in_the_text_or_in_what_is_learned_of_it(text: str):
    """Not even one that only the normal form puts together."""
    once = scrub(text)

    assert not LONG.search(once)
    assert not LONG.search(learnable(once))


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_scrubbed_somehow(text: str):
    """Whatever a phone can send."""
    assert isinstance(scrub(text), str)
