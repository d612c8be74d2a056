"""Simplified to traditional script for residents who asked for it (OpenCC)."""

from functools import lru_cache

from opencc import OpenCC

_TO_TRADITIONAL = OpenCC("s2t")


@lru_cache(maxsize=1024)
def traditional(text: str) -> str:
    """Return ``text`` in traditional characters.

    >>> traditional("居住证")
    '居住證'
    """
    return str(_TO_TRADITIONAL.convert(text))
