"""The rules of a custom menu (自定义菜单), each with its error code."""

from __future__ import annotations

from typing import Any

from bot.sandbox.model import Json

MAX_TOP, MAX_SUB = 3, 5
KEYED = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
OTHERS = {
    "view": "url",
    "miniprogram": "pagepath",
    "media_id": "media_id",
    "view_limited": "media_id",
    "article_id": "article_id",
    "article_view_limited": "article_id",
}


class MenuRefusedError(Exception):
    """A menu the platform does not take; `code` is the API's error code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def read_menu(body: Json) -> list[Json]:
    """Check a `menu/create` body and give its buttons.

    Raises:
        MenuRefusedError: 40016-40027 by defect.
    """
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_TOP:
        raise MenuRefusedError(40016)
    return [_top(button) for button in buttons]


def find_button(menu: list[Json], path: list[int]) -> Json | None:
    """The button at [top] or [top, sub]."""
    level = menu
    button: Json | None = None
    for index in path:
        if not 0 <= index < len(level):
            return None
        button = level[index]
        level = button.get("sub_button") or []
    return button


def _top(button: Any) -> Json:
    if not isinstance(button, dict):
        raise MenuRefusedError(40017)
    _name(button, limit=16, code=40018)
    children = button.get("sub_button")
    if not children:
        return _action(button, codes=(40017, 40019, 40020))
    if not isinstance(children, list) or len(children) > MAX_SUB:
        raise MenuRefusedError(40023)
    return {"name": button["name"], "sub_button": [_sub(child) for child in children]}


def _sub(button: Any) -> Json:
    if not isinstance(button, dict):
        raise MenuRefusedError(40024)
    _name(button, limit=60, code=40025)
    if button.get("sub_button"):
        raise MenuRefusedError(40022)
    return _action(button, codes=(40024, 40026, 40027))


def _name(button: Json, *, limit: int, code: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not name or len(name.encode()) > limit:
        raise MenuRefusedError(code)


def _action(button: Json, *, codes: tuple[int, int, int]) -> Json:
    bad_type, bad_key, bad_url = codes
    kind = button.get("type")
    if kind in KEYED:
        if not _fits(button.get("key"), 128):
            raise MenuRefusedError(bad_key)
    elif kind in OTHERS:
        if not _fits(button.get(OTHERS[kind]), 1024):
            raise MenuRefusedError(bad_url)
        if kind == "view" and not str(button["url"]).startswith(("http://", "https://")):
            raise MenuRefusedError(40055)
    else:
        raise MenuRefusedError(bad_type)
    return {name: value for name, value in button.items() if name != "sub_button"}


def _fits(value: Any, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(value.encode()) <= limit
