"""Which script a message is written in, and simplified to traditional script (OpenCC)."""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from bot.understanding.normalize import is_pinyin

#: Characters as they are written in Hong Kong and Macau, nearest to most of our readers.
_FOR_READERS = OpenCC("s2hk")
_TO_TRADITIONAL = OpenCC("s2t")
_TO_SIMPLIFIED = OpenCC("t2s")
#: A message is in traditional script from so many characters on that simplified script has not.
TRADITIONAL_FROM = 3
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
#: Letters of Uyghur that neighbouring scripts do not have, and Kazakh ones.
_UYGHUR = frozenset("ېۆۈۋەڭۇ")
_KAZAKH = frozenset("әғқңөұүһі")
_KAZAKH_ARABIC = ("ٴ", "قازاق")
#: Names and words of things that are the same in Chinese sentences: they tell no language.
_NAMES = frozenset(
    ["wifi", "app", "wechat", "iphone", "android", "email", "excel", "windows", "pro"]
)
#: English words that Chinese speakers use too: alone or two together they tell no language either.
_LOANS = frozenset(
    ["hello", "thanks", "sorry", "bye", "byebye", "goodbye", "help", "okay", "please"]
)
#: English words that could be read as Pinyin.
_SMALL_WORDS = frozenset(["can", "you", "me", "he", "she", "we", "to", "do", "men", "die", "one"])
_FEW_WORDS = 2
_LEAST_WORD = 5


@lru_cache(maxsize=1024)
def traditional(text: str) -> str:
    """Return ``text`` in traditional characters.

    >>> traditional("居住证")
    '居住證'
    """
    return str(_FOR_READERS.convert(text))


@lru_cache(maxsize=1024)
def written_in(text: str) -> str:
    """Return the language tag a message is clearly written in, "" when it is not clear.

    One of ``en`` (any language in plain Latin letters), ``ug``, ``kk``, ``zh-Hans``, ``zh-Hant``,
    or ``zh`` where few characters tell one script from the other.

    >>> written_in("How do I get a residence permit?"), written_in("ju zhu zheng"), written_in("1")
    ('en', '', '')
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    found = _other_letters(folded)
    if found:
        return found
    chinese = len(_CHINESE.findall(folded))
    if not _marked(folded) and _is_english(_WORD.findall(folded), chinese):
        return "en"
    return _chinese_script(folded) if chinese > 1 else ""


def _other_letters(folded: str) -> str:
    """Return ``ug`` or ``kk`` for letters of those languages."""
    if len(_ARABIC.findall(folded)) > 2:
        if any(mark in folded for mark in _KAZAKH_ARABIC):
            return "kk"
        return "ug" if _UYGHUR & set(folded) else ""
    if len(_CYRILLIC.findall(folded)) > 2 and _KAZAKH & set(folded):
        return "kk"
    return ""


def _marked(folded: str) -> bool:
    """Tell whether Latin letters with marks stand there: it is not English then."""
    return any("\u00df" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff" for char in folded)


def _is_english(words: list[str], chinese: int) -> bool:
    """Tell whether words are a language of their own, not Pinyin and not a name in Chinese."""
    plain = _NAMES if len(words) > _FEW_WORDS else _NAMES | _LOANS
    foreign = [word for word in words if not is_pinyin(word) and word not in plain]
    if chinese:
        return len(foreign) > 2 and chinese <= len(words)
    if len(words) == 1:
        return bool(foreign) and len(words[0]) >= _LEAST_WORD
    small = [word for word in words if word in _SMALL_WORDS]
    return bool(foreign) and 2 * len(foreign + small) >= len(words) > 1


def _chinese_script(folded: str) -> str:
    simple, full = _TO_SIMPLIFIED.convert(folded), _TO_TRADITIONAL.convert(folded)
    if len(simple) != len(folded) or len(full) != len(folded):
        return "zh"
    older = sum(one != plain for one, plain in zip(folded, simple, strict=True))
    newer = sum(one != other for one, other in zip(folded, full, strict=True))
    if older >= TRADITIONAL_FROM and older > newer:
        return "zh-Hant"
    return "zh-Hans" if newer > older else "zh"
