"""Cutting text where a reader would pause."""

import re

_PAUSE = re.compile(r"(?<=[。！？；!?;\n])")
_SOFT_PAUSE = re.compile(r"(?<=[，、,·\s])")
#: How many characters say in another language what one character says in Chinese.
_STRETCH = {"en": 2.0, "ug": 1.7, "kk": 1.9}
#: Most characters of text in another language, beside choices and the small line.
_MOST_FOREIGN = 720


def stretched(size: int, language: str) -> int:
    """Return how many characters of ``language`` stand for ``size`` of Chinese.

    >>> stretched(300, "zh-Hans"), stretched(300, "en")
    (300, 600)
    """
    stretch = _STRETCH.get(language)
    return min(_MOST_FOREIGN, int(size * stretch)) if stretch else size


def fit(text: str, limit: int) -> str:
    """Return ``text`` or a beginning of at most ``limit`` characters; nothing below a limit of one.

    The cut falls after a sentence where there is one, else after a clause.
    """
    if len(text) <= limit:
        return text
    for pause in (_PAUSE, _SOFT_PAUSE):
        kept = ""
        for piece in pause.split(text):
            if len(kept) + len(piece) > limit:
                break
            kept += piece
        if kept.strip():
            return kept.rstrip()
    return text[: max(0, limit)]


def fit_bytes(text: str, limit: int) -> tuple[str, str]:
    """Split ``text`` into a beginning of at most ``limit`` UTF-8 bytes and the rest.

    The cut falls after a sentence where there is one (WECHAT.md §3: 2048 bytes a text).
    """
    if len(text.encode()) <= limit:
        return text, ""
    clipped = text.encode()[:limit].decode(errors="ignore")
    head = fit(text, len(clipped)) if len(clipped) < len(text) else clipped
    while len(head.encode()) > limit:
        head = fit(text, len(head) - 1)
    return head, text[len(head) :].lstrip()


def pieces(paragraphs: list[str], limit: int) -> tuple[str, ...]:
    """Join ``paragraphs`` into as few texts of at most ``limit`` characters as hold them."""
    out: list[str] = []
    for paragraph in paragraphs:
        rest = paragraph.strip()
        while rest:
            head = fit(rest, limit)
            rest = rest[len(head) :].lstrip()
            if out and len(out[-1]) + 1 + len(head) <= limit:
                out[-1] += "\n" + head
            else:
                out.append(head)
    return tuple(out)


_ASKING = re.compile(
    r"[?？]\s*$|(?:吗|呢|么)[。.!！]?\s*$|怎么|咋|如何|哪里|哪儿|哪天|多少|几点|什么|啥|能不能|可不可以|是不是|要不要"
)


def asking(text: str) -> bool:
    """Tell whether a message reads like a question.

    >>> asking("路灯坏了找谁修？"), asking("3栋的路灯坏了")
    (True, False)
    """
    return bool(_ASKING.search(text))
