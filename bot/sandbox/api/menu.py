"""The custom menu: always replaced as a whole."""

from __future__ import annotations

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.menus import read_menu
from bot.sandbox.model import Json


def create(call: Call) -> Json:
    r"""`POST /cgi-bin/menu/create`; `\uXXXX` in the body is refused."""
    body = call.body()
    if call.has_escapes():
        raise ApiError(40033)
    _replace(call, read_menu(body))
    return ok()


def get(call: Call) -> Json:
    """`GET /cgi-bin/menu/get`."""
    if not call.owner.menu:
        raise ApiError(46003)
    return {"menu": {"button": [_with_list(button) for button in call.owner.menu]}}


def current(call: Call) -> Json:
    """`GET /cgi-bin/get_current_selfmenu_info`."""
    buttons = [
        {"name": button["name"], "sub_button": {"list": button["sub_button"]}}
        if button.get("sub_button")
        else button
        for button in call.owner.menu
    ]
    return {"is_menu_open": int(bool(buttons)), "selfmenu_info": {"button": buttons}}


def delete(call: Call) -> Json:
    """`GET /cgi-bin/menu/delete`."""
    _replace(call, [])
    return ok()


def _with_list(button: Json) -> Json:
    return {"sub_button": [], **button}


def _replace(call: Call, buttons: list[Json]) -> None:
    with call.platform.world.lock:
        call.owner.menu = buttons
        call.platform.world.touch()


ROUTES = (
    Route(path="/cgi-bin/menu/create", verb="POST", view=create),
    Route(path="/cgi-bin/menu/get", verb="GET", view=get),
    Route(path="/cgi-bin/menu/delete", verb="GET", view=delete),
    Route(path="/cgi-bin/get_current_selfmenu_info", verb="GET", view=current),
)
