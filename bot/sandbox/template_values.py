"""What a value of a category template may look like, by the prefix of its key."""

from __future__ import annotations

import re

_DATE = r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_TIME = rf"(?:{_DATE}\s*)?{_CLOCK}"
_DAY = rf"{_DATE}(?:\s*{_CLOCK})?"

_RULES = {
    "thing": r".{1,20}",
    "short_thing": r".{1,20}",
    "const": r".{1,20}",
    "enum": r".{1,20}",
    "number": r"\d{1,32}|(?=.{3,33}$)\d+\.\d+",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_TIME}(?:\s*~\s*{_TIME})?",
    "date": rf"{_DAY}(?:\s*~\s*{_DAY})?",
    "amount": r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": r"\w{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}
_COMPILED = {kind: re.compile(rule) for kind, rule in _RULES.items()}
_KEY = re.compile(r"([a-z_]+?)(\d+)")


def key_kind(key: str) -> str:
    """The type of a key: `thing` for `thing12`, empty for an unknown one.

    >>> key_kind("character_string1"), key_kind("first")
    ('character_string', '')
    """
    match = _KEY.fullmatch(key)
    return match.group(1) if match and match.group(1) in _COMPILED else ""


def value_problem(key: str, value: object) -> str:
    """Empty when a value fits its key, else `empty` or `invalid`."""
    if not isinstance(value, str) or not value.strip():
        return "empty"
    if any(ord(character) < 32 for character in value):
        return "invalid"
    rule = _COMPILED.get(key_kind(key))
    return "" if rule is not None and rule.fullmatch(value) else "invalid"
