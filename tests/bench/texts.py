"""What the benchmark's residents write: invented messages, and endless variations of them."""

import random
from functools import cache
from pathlib import Path

#: Same shuffle in every run, so that each subject reads the same texts in the same order.
_SEED = 20_261_124
_OPENERS = (
    "",
    "你好，",
    "请问",
    "麻烦问一下，",
    "不好意思，",
    "在吗？",
    "师傅，",
    "那个，",
    "社区的同志，",
)
_CLOSERS = ("", "？", "呀", "，谢谢", "，急", "，等你回复", "。谢谢啦")


@cache
def messages() -> tuple[str, ...]:
    """Return the different invented messages, shuffled once and for all."""
    file = Path(__file__).with_name("messages.txt")
    found = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    texts = list(dict.fromkeys(line for line in found if line))
    random.Random(_SEED).shuffle(texts)
    return tuple(texts)


def repeated(number: int) -> str:
    """Return message ``number`` where the same few hundred come again and again."""
    texts = messages()
    return texts[number % len(texts)]


def fresh(number: int) -> str:
    """Return message ``number`` where no text comes twice, so that no cache of answers helps.

    The first round is the plain messages; then each gets an opener and a closer; when those are
    used up, a house number too.
    """
    texts = messages()
    turn, place = divmod(number, len(texts))
    turn, opener = divmod(turn, len(_OPENERS))
    house, closer = divmod(turn, len(_CLOSERS))
    address = f"我住{house % 60 + 1}栋{house // 60 + 101}，" if house else ""
    return f"{_OPENERS[opener]}{address}{texts[place]}{_CLOSERS[closer]}"


def even(number: int) -> str:
    """Return every second fresh message: what goes to the secure accounts."""
    return fresh(2 * number)


def odd(number: int) -> str:
    """Return the fresh messages between: what goes to the plaintext accounts.

    Both accounts of ours live in one process; were they sent the same texts, the second would find
    the first's in the router's cache.
    """
    return fresh(2 * number + 1)
