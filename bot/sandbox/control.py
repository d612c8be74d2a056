"""The control API for residents and groups: what the phone page and tests call.

Every change needs `Content-Type: application/json`, so that a foreign web page cannot make one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from bot.sandbox.actions import ActionRefusedError, Actions
from bot.sandbox.api.wire import json_response
from bot.sandbox.media import MediaRefusedError
from bot.sandbox.model import Delivery, Json
from bot.sandbox.platform import Platform, platform
from bot.sandbox.world import GROUP_PREFIX, UnknownThingError

PREFIX = "/sandbox/api"
MAX_WAIT_S = 60.0
POLL_WAIT_S = 25.0
Act = Callable[[Actions, str, Json], Delivery]


def register(app: Flask) -> None:
    """Add the residents' half of the control API."""
    blueprint = new_blueprint("sandbox_residents")
    rules: tuple[tuple[str, str, Callable[..., ResponseReturnValue]], ...] = (
        ("GET", "/state", state),
        ("GET", "/updates", updates),
        ("GET", "/residents", residents),
        ("POST", "/residents", add_resident),
        ("PATCH", "/residents/<openid>", change_resident),
        ("GET", "/residents/<openid>/conversation", conversation),
        ("POST", "/residents/<openid>/<action>", act),
        ("GET", "/groups", groups),
        ("PATCH", "/groups/<slug>", change_group),
        ("GET", "/groups/<slug>/conversation", group_conversation),
    )
    add_rules(blueprint, rules)
    app.register_blueprint(blueprint)


def new_blueprint(name: str) -> Blueprint:
    """A blueprint with the control API's rules for errors and content types."""
    blueprint = Blueprint(name, __name__, url_prefix=PREFIX)
    blueprint.before_request(_require_json)
    blueprint.register_error_handler(UnknownThingError, _answer_error(404))
    blueprint.register_error_handler(ActionRefusedError, _answer_error(409))
    blueprint.register_error_handler(MediaRefusedError, _answer_error(400))
    blueprint.register_error_handler(ValueError, _answer_error(400))
    blueprint.register_error_handler(TypeError, _answer_error(400))
    return blueprint


def add_rules(
    blueprint: Blueprint, rules: tuple[tuple[str, str, Callable[..., ResponseReturnValue]], ...]
) -> None:
    """Add (verb, path, view) rules to a blueprint."""
    for verb, path, view in rules:
        blueprint.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=[verb])


def json_body() -> Json:
    """The JSON object posted, empty when there is none."""
    found = request.get_json(silent=True) if request.data else {}
    if not isinstance(found, dict):
        raise TypeError("正文应是 JSON 对象")
    return found


def number_arg(name: str, default: float) -> float:
    """A numeric query parameter."""
    return float(request.args.get(name, default))


def snapshot(host: Platform) -> Json:
    """Everything but the chats: accounts, people, groups, clock, switches."""
    with host.world.lock:
        now = host.clock.time()
        return {
            "cursor": host.world.cursor,
            "generation": host.world.generation,
            "now": now,
            "frozen": host.clock.frozen,
            "accounts": [account.as_json() for account in host.world.accounts.values()],
            "residents": [person.as_json(now) for person in host.world.residents.values()],
            "groups": [group.as_json() for group in host.world.groups.values()],
            "chaos": host.chaos.as_json(),
            "strict": host.settings.strict,
        }


def state() -> ResponseReturnValue:
    """`GET /state`."""
    host = platform()
    host.start_verifying()
    return json_response(snapshot(host))


def updates() -> ResponseReturnValue:
    """`GET /updates?since=&wait=`: new lines of all chats, and the state; a long poll."""
    host = platform()
    since = int(number_arg("since", 0))
    host.world.wait_change(since, min(number_arg("wait", 0), POLL_WAIT_S))
    with host.world.lock:
        body = snapshot(host)
        body["entries"] = [entry.as_json() for entry in host.world.entries(since=since)]
    return json_response(body)


def residents() -> ResponseReturnValue:
    """`GET /residents`."""
    return json_response({"residents": snapshot(platform())["residents"]})


def add_resident() -> ResponseReturnValue:
    """`POST /residents` `{name, account?, openid?, colour?, followed?}`."""
    host, body = platform(), json_body()
    name = str(body.get("name") or "").strip()
    if not name:
        raise ValueError("请填姓名")
    resident = host.world.add_resident(
        name[:20],
        account=str(body.get("account") or "default"),
        openid=_optional(body, "openid"),
        colour=_optional(body, "colour"),
        followed=bool(body.get("followed", True)),
    )
    return json_response(resident.as_json(host.clock.time()), 201)


def change_resident(openid: str) -> ResponseReturnValue:
    """`PATCH /residents/<openid>` `{name?, blacklisted?, muted?}`."""
    host, body = platform(), json_body()
    with host.world.lock:
        resident = host.world.resident(openid)
        resident.name = str(body.get("name", resident.name))[:20]
        resident.blacklisted = bool(body.get("blacklisted", resident.blacklisted))
        resident.muted = bool(body.get("muted", resident.muted))
        host.world.touch()
        return json_response(resident.as_json(host.clock.time()))


def conversation(openid: str) -> ResponseReturnValue:
    """`GET /residents/<openid>/conversation?since=&wait=`."""
    platform().world.resident(openid)
    return _chat(openid)


def group_conversation(slug: str) -> ResponseReturnValue:
    """`GET /groups/<slug>/conversation?since=&wait=`."""
    platform().world.group(slug)
    return _chat(GROUP_PREFIX + slug)


def groups() -> ResponseReturnValue:
    """`GET /groups`."""
    return json_response({"groups": snapshot(platform())["groups"]})


def change_group(slug: str) -> ResponseReturnValue:
    """`PATCH /groups/<slug>` `{removed?, title?}`: take the robot out of its group, or back."""
    host, body = platform(), json_body()
    with host.world.lock:
        group = host.world.group(slug)
        group.removed = bool(body.get("removed", group.removed))
        group.title = str(body.get("title", group.title))[:40]
        host.world.touch()
        return json_response(group.as_json())


def act(openid: str, action: str) -> ResponseReturnValue:
    """`POST /residents/<openid>/<action>`; `wait_s` waits until the push is settled."""
    host, body = platform(), json_body()
    before = host.world.cursor
    wait_s = min(float(body.get("wait_s") or 0.0), MAX_WAIT_S)
    following: Json = {}
    delivery: Delivery | None
    if action == "menu":
        path = [int(index) for index in body.get("path") or []]
        delivery, following = host.actions.tap_menu(openid, path, body)
    elif action in _ACTS:
        delivery = _ACTS[action](host.actions, openid, body)
    else:
        raise UnknownThingError(f"没有动作 {action}")
    if delivery is not None and wait_s > 0:
        host.world.wait_settled(delivery, wait_s)
    entries = host.world.entries(openid, since=before)
    with host.world.lock:
        shown = None if delivery is None else delivery.as_json()
    return json_response(
        {"delivery": shown, "next": following, "entries": [entry.as_json() for entry in entries]}
    )


def _image(actions: Actions, openid: str, body: Json) -> Delivery:
    try:
        data = base64.b64decode(str(body.get("base64") or ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("图片应是 base64") from error
    return actions.image(openid, data, str(body.get("file_name") or "photo.png"))


def _location(actions: Actions, openid: str, body: Json) -> Delivery:
    return actions.location(
        openid,
        float(body.get("latitude", "nan")),
        float(body.get("longitude", "nan")),
        label=str(body.get("label") or ""),
        scale=int(body.get("scale", 16)),
    )


def _event(actions: Actions, openid: str, body: Json) -> Delivery:
    fields = body.get("fields") or {}
    if not isinstance(fields, dict) or not body.get("event"):
        raise ValueError("需要 event 和 fields")
    return actions.event(openid, str(body["event"]), fields)


_ACTS: dict[str, Act] = {
    "say": lambda acts, openid, body: acts.say(
        openid, str(body.get("text") or ""), menu_id=_optional(body, "menu_id")
    ),
    "image": _image,
    "voice": lambda acts, openid, body: acts.voice(
        openid, str(body.get("text") or ""), recognised=bool(body.get("recognised", True))
    ),
    "video": lambda acts, openid, body: acts.video(openid, short=bool(body.get("short"))),
    "location": _location,
    "link": lambda acts, openid, body: acts.link(
        openid,
        str(body.get("title") or ""),
        str(body.get("description") or ""),
        str(body.get("url") or ""),
    ),
    "follow": lambda acts, openid, body: acts.follow(openid, scene=str(body.get("scene") or "")),
    "unfollow": lambda acts, openid, _: acts.unfollow(openid),
    "scan": lambda acts, openid, body: acts.scan(openid, str(body.get("scene") or "")),
    "enter": lambda acts, openid, body: acts.enter(
        openid, float(body.get("latitude", 23.13)), float(body.get("longitude", 113.57))
    ),
    "event": _event,
}


def _chat(chat: str) -> ResponseReturnValue:
    world = platform().world
    since = int(number_arg("since", 0))
    world.wait_change(since, min(number_arg("wait", 0), POLL_WAIT_S), chat=chat)
    with world.lock:
        entries = [entry.as_json() for entry in world.entries(chat, since=since)]
        return json_response({"cursor": world.cursor, "entries": entries})


def _optional(body: Json, name: str) -> str | None:
    value: Any = body.get(name)
    return None if value is None or value == "" else str(value)


def _require_json() -> Response | None:
    if request.method != "GET" and request.mimetype != "application/json":
        return json_response({"error": "需要 Content-Type: application/json"}, 415)
    return None


def _answer_error(status: int) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        return json_response({"error": str(error)}, status)

    return answer
