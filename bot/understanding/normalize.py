"""One spelling for many: the normal form of a message, and its Pinyin view.

The normal form is NFKC, simplified, lower case, without emoji, punctuation, blanks and fillers.
One blank stays between words of a language written in Latin letters; Pinyin is written together.
The Pinyin view folds what southern and northern speakers mix up (n/l, z/zh, -n/-ng), so that a
homophone or a dialect slip lands on the same syllables.
"""

import re
import unicodedata
import zlib
from functools import lru_cache

from opencc import OpenCC
from pypinyin.constants import PINYIN_DICT
from pypinyin.style._utils import get_finals, get_initials

_TO_SIMPLIFIED = OpenCC("t2s")
#: What is no letter, digit or character: Latin, Cyrillic (Kazakh), Arabic (Uyghur), Chinese.
_SILENT = r"[^0-9a-z\u0400-\u04ff\u0600-\u06ff\u4e00-\u9fff]+"
_KEEP = re.compile(_SILENT)
#: Several Latin words in a row.
_WORDS = re.compile(rf"[0-9a-z]+(?:{_SILENT}[0-9a-z]+)+")
_APOSTROPHE = re.compile(r"(?<=[a-z])['’‘`´](?=[a-z])")
_FILLERS = re.compile(
    r"请问一下|请问|我想问一下|想问一下|问一下|我想问|想问下|问下|麻烦问|打扰一下|打扰了|"
    r"那个那个|那个啥|嗯嗯|嗯|呃|额|哎呀|哎|诶|唉|哈喽(?=.)|你好(?=.{3})|您好(?=.{3})|在吗(?=.{3})|"
    r"(?<=.)[呀哇啦哦噢喔嘞咧哩呐哈呗嘛啊]+$"
)
_CLAUSE = re.compile(
    r"[，。！？；,.!?;\n~～、]+|(?<=[\u4e00-\u9fff0-9])\s+(?=[\u4e00-\u9fff])|"
    r"(?:还有(?![没冇吗呢位空多几名票剩不])(?=.{2})|顺便|顺带|另外|再一个|再问下|再问一下|还想问|还要问|第二个问题)"
)
#: What people say before and after what they want; a courtesy only where it is a clause by itself.
_BEFORE = (
    r"(?:(?:你|您|大家|社区|老师|主任|书记|早上|上午|中午|下午|晚上)好|喂|嗨|哈[喽啰]|早晨|在[吗么不]?在?|喺唔喺度|有人在?吗|亲|"
    r"请问|(?:麻烦|请|想|我想|再)?(?:请教|问)[一个]?[下声事]?|打扰(?:一?下|了)?|不好意思|对不起|唔该|麻烦[您你]?|"
    r"(?:社区|街道|居委会?|物业)?的?(?:师傅|老师|领导|同志|工作人员|客服|阿姨|叔叔|主任|书记)们?|"
    r"大[哥姐叔爷]|[美帅][女哥]|小[哥姐](?:哥|姐)?|那个|这个|hi|hello|hey|excuse me|sorry)"
)
_AFTER = (
    r"(?:多谢|谢谢?|感谢|感恩|唔该|先谢|辛苦|麻烦|拜托)(?:[您你]们?)?|(?:很|好|特别|有点|比较|挺)?急++|在线等|"
    r"(?:坐|静|我)?[等盼望求][您你]?(?:们)?(?:的)?(?:回复|回信|答复|消息|告知|解答|指教)|求[助解]|收到请?回复?|"
    r"(?:请|快|帮|尽快|速)+(?:回复|回我|帮忙|帮帮我|忙)|thanks?(?: you)?|thx"
)
_SOFT = r"[呀啊啦了哈哦呢嘛哇喔晒嗮]*"
_BREAK = r"[\s,.。!?;~、·\-]+"
_OPENING = re.compile(rf"^(?:{_BREAK})?(?:{_BEFORE}{_SOFT}{_BREAK})++")
_CLOSING = re.compile(rf"(?:{_BREAK}(?:{_AFTER}){_SOFT})+(?:{_BREAK})?$")
_COURTESY = re.compile(rf"(?:(?:{_BEFORE}|{_AFTER}){_SOFT}(?:{_BREAK})?)*+")
_LATIN = re.compile(r"[a-z]+")
_ROUNDS = 8
#: Characters below which what stands beside a courtesy is no wish of its own.
_MIN_WISH = 2
#: First characters of the ranges that stand for syllables, for characters without one, and for runs
#: of letters that spell none: private use, so that no message contains them.
_SOUNDS, _NO_SOUNDS, _RUNS = 0xE000, 0xF0000, 0x100000
_FOLD_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}
_FOLD_FINAL = {"ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ong": "on"}


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """Return the normal form of a message; idempotent.

    >>> normalize("請問，居住證怎麼辦呀？？")
    '居住证怎么办'
    """
    for _ in range(_ROUNDS):
        again = _once(text)
        if again == text:
            break
        text = again
    return text


def _once(text: str) -> str:
    """Fold once; what then stands side by side may fold further (an Arabic letter and its mark)."""
    folded = _APOSTROPHE.sub("", _wish(_folded(text)))
    compact, at = "", 0
    for run in _WORDS.finditer(folded):
        compact += _KEEP.sub("", folded[at : run.start()]) + _joined(_KEEP.split(run.group()))
        at = run.end()
    compact += _KEEP.sub("", folded[at:])
    return _strip_fillers(compact) or compact


def _wish(folded: str) -> str:
    """Return a folded message without the courtesies around it; all of it if there is nothing else.

    >>> _wish("师傅,居住证怎么办,急,等你回复")
    '居住证怎么办'
    """
    rest = _CLOSING.sub("", _OPENING.sub("", folded))
    if _COURTESY.fullmatch(rest) or len(_strip_fillers(_KEEP.sub("", rest))) < _MIN_WISH:
        return folded
    return rest


def _joined(words: list[str]) -> str:
    """Join Latin words: with blanks where they are words, without where they spell Pinyin."""
    letters = [word for word in words if word.isalpha()]
    spelled = len(letters) < 2 or all(is_pinyin(word) for word in letters)
    return ("" if spelled else " ").join(words)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    if any(char > "\u2e80" for char in folded):
        folded = _TO_SIMPLIFIED.convert(folded)
    return folded


def _strip_fillers(text: str) -> str:
    while True:
        shorter = _FILLERS.sub("", text)
        if shorter in {text, ""}:
            return text if shorter == "" else shorter
        text = shorter


def clauses(text: str) -> tuple[str, ...]:
    """Return the message's clauses in normal form, short ones joined to their neighbour."""
    out: list[str] = []
    for piece in _CLAUSE.split(_wish(_folded(text))):
        normal = normalize(piece)
        if not normal:
            continue
        if out and (len(normal) < 3 or len(out[-1]) < 3):
            latin = (out[-1][-1] + normal[0]).isascii()
            out[-1] += f" {normal}" if latin else normal
        else:
            out.append(normal)
    return tuple(out)


def _fold(syllable: str) -> str:
    initial = get_initials(syllable, strict=False)
    final = get_finals(syllable, strict=False)
    return _FOLD_INITIAL.get(initial, initial) + _FOLD_FINAL.get(final, final)


def _plain_syllable(marked: str) -> str:
    # ü comes apart into u and two dots, which would be lost with the tone
    bare = unicodedata.normalize("NFD", marked).replace("u\u0308", "v")
    return "".join(char for char in bare if "a" <= char <= "z")


@lru_cache(maxsize=16384)
def syllable(char: str) -> str:
    """Return the folded syllable of one character, or the character itself."""
    marked = PINYIN_DICT.get(ord(char), "")
    return _fold(_plain_syllable(marked.split(",")[0])) if marked else char


@lru_cache(maxsize=1)
def _syllable_table() -> dict[str, str]:
    """Return every spelled syllable of Mandarin and its folded form."""
    table: dict[str, str] = {}
    for marked in PINYIN_DICT.values():
        for one in marked.split(","):
            plain = _plain_syllable(one)
            if plain and plain not in table:
                table[plain] = _fold(plain)
    return table


@lru_cache(maxsize=4096)
def is_pinyin(word: str) -> bool:
    """Tell whether a Latin word can be read as syllables of Mandarin.

    >>> is_pinyin("juzhuzheng"), is_pinyin("permit")
    (True, False)
    """
    return word in _syllable_table() or _spelled(word) != [word]


def _spelled(run: str) -> list[str]:
    """Read Latin letters as Pinyin, longest syllable first; letters that are none stay together."""
    table = _syllable_table()
    out: list[str] = []
    at = 0
    while at < len(run):
        for size in range(min(6, len(run) - at), 1, -1):
            if run[at : at + size] in table:
                out.append(table[run[at : at + size]])
                at += size
                break
        else:
            return [run]
    return out


class _Sounds(dict[int, str]):
    """Code point of a character -> the one character that stands for its folded syllable.

    Syllables of Mandarin get characters of the private use area, in alphabetical order; whatever
    has no syllable gets its own character, moved to a plane where nothing else is.
    """

    def __missing__(self, point: int) -> str:
        found = _sound(syllable(chr(point)))
        self[point] = found
        return found


@lru_cache(maxsize=1)
def _sound_table() -> dict[str, str]:
    folded = sorted(set(_syllable_table().values()))
    return {one: chr(_SOUNDS + number) for number, one in enumerate(folded)}


@lru_cache(maxsize=4096)
def _sound(token: str) -> str:
    """Return the one character that stands for a folded syllable or for a run of letters."""
    known = _sound_table().get(token)
    if known:
        return known
    if len(token) == 1:
        return chr(_NO_SOUNDS + (ord(token) & 0xFFFF))
    return chr(_RUNS + zlib.crc32(token.encode()) % 0xFFF0)


_SOUND_OF = _Sounds()


def sounds(normal: str) -> str:
    """Return the folded syllables of a normal form, each as one character.

    Slices of it are n-grams of syllables; they never equal n-grams of characters.
    """
    if _LATIN.search(normal):
        return "".join(map(_sound, pinyin(normal)))
    return normal.translate(_SOUND_OF)


def heard(sound: str) -> str:
    """Return a slice of :func:`sounds` as people read it: syllables, other characters as they are.

    >>> heard(sounds("居住证3"))
    'ju zu zen 3'
    """
    return " ".join(map(_heard, sound))


def _heard(char: str) -> str:
    point = ord(char)
    if point >= _RUNS:
        return "…"
    if point >= _NO_SOUNDS:
        return chr(point - _NO_SOUNDS)
    return _syllables()[point - _SOUNDS]


@lru_cache(maxsize=1)
def _syllables() -> tuple[str, ...]:
    return tuple(_sound_table())


@lru_cache(maxsize=4096)
def pinyin(normal: str) -> tuple[str, ...]:
    """Return the folded syllables of a normal form."""
    out: list[str] = []
    at = 0
    while at < len(normal):
        run = _LATIN.match(normal, at)
        if run:
            out.extend(_spelled(run.group()))
            at = run.end()
        else:
            if normal[at] != " ":
                out.append(syllable(normal[at]))
            at += 1
    return tuple(out)
