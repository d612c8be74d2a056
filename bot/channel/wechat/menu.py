"""The custom menu (自定义菜单), checked before the platform sees it (WECHAT.md §8.3)."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import PackError

MAX_TOP, MAX_SUB = 3, 5
#: Bytes of UTF-8; phones show 4 characters of a top button and 8 of one below.
MAX_TOP_NAME, MAX_SUB_NAME = 16, 60
MAX_KEY, MAX_URL = 128, 1024


class ButtonKind(StrEnum):
    """What a tap does."""

    CLICK = "click"
    VIEW = "view"
    SCAN = "scancode_push"
    SCAN_AND_WAIT = "scancode_waitmsg"
    CAMERA = "pic_sysphoto"
    PHOTO = "pic_photo_or_album"
    ALBUM = "pic_weixin"
    LOCATION = "location_select"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that acts.

    Attributes:
        name: what residents read.
        value: the address for ``view``, else the key that comes back with the event.
        kind: what a tap does.
    """

    name: str
    value: str
    kind: ButtonKind = ButtonKind.CLICK


@dataclass(frozen=True, slots=True, kw_only=True)
class Submenu:
    """A top button that opens one to five others; opening it tells us nothing."""

    name: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A whole menu; the platform knows no partial change."""

    buttons: tuple[Button | Submenu, ...]


def menu_body(menu: Menu) -> dict[str, object]:
    """Return the body of ``menu/create``.

    Raises:
        PackError: one line a broken rule, each naming the button and the limit.
    """
    found = _problems(menu)
    if found:
        raise PackError(found)
    return {"button": [_top(button) for button in menu.buttons]}


def _top(button: Button | Submenu) -> dict[str, object]:
    if isinstance(button, Submenu):
        return {"name": button.name, "sub_button": [_action(inner) for inner in button.buttons]}
    return _action(button)


def _action(button: Button) -> dict[str, object]:
    value = "url" if button.kind is ButtonKind.VIEW else "key"
    return {"name": button.name, "type": button.kind.value, value: button.value}


def _problems(menu: Menu) -> list[str]:
    found: list[str] = []
    if not 1 <= len(menu.buttons) <= MAX_TOP:
        found.append(f"menu: expected 1 to {MAX_TOP} top buttons, found {len(menu.buttons)}")
    for button in menu.buttons:
        found += _name_problems(button.name, MAX_TOP_NAME)
        if isinstance(button, Button):
            found += _value_problems(button)
            continue
        if not 1 <= len(button.buttons) <= MAX_SUB:
            count = len(button.buttons)
            found.append(f"menu {button.name!r}: expected 1 to {MAX_SUB} buttons, found {count}")
        for inner in button.buttons:
            found += _name_problems(inner.name, MAX_SUB_NAME)
            found += _value_problems(inner)
    return found


def _name_problems(name: str, limit: int) -> list[str]:
    size = len(name.encode())
    if 0 < size <= limit:
        return []
    return [f"menu {name!r}: expected a name of 1 to {limit} bytes, found {size}"]


def _value_problems(button: Button) -> list[str]:
    size = len(button.value.encode())
    limit = MAX_URL if button.kind is ButtonKind.VIEW else MAX_KEY
    if not 0 < size <= limit:
        return [f"menu {button.name!r}: expected a value of 1 to {limit} bytes, found {size}"]
    if button.kind is ButtonKind.VIEW and not button.value.startswith(("https://", "http://")):
        return [f"menu {button.name!r}: expected an address that starts with https://"]
    return []
