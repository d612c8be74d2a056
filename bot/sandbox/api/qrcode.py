"""Parametric codes (带参数二维码): the ticket stands for a scene that `scan` takes."""

from __future__ import annotations

from urllib.parse import quote

from bot.sandbox.api.wire import ApiError, Call, Route
from bot.sandbox.model import Json
from bot.sandbox.pushes import ticket

TEMPORARY = {"QR_SCENE", "QR_STR_SCENE"}
PERMANENT = {"QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}
MAX_AGE_S = 2_592_000


def create(call: Call) -> Json:
    """`POST /cgi-bin/qrcode/create`."""
    body = call.body()
    action = body.get("action_name")
    if action not in TEMPORARY | PERMANENT:
        raise ApiError(40035)
    scene = _scene(body, text="STR" in str(action))
    age = body.get("expire_seconds", 60)
    if not isinstance(age, int) or not 1 <= age <= MAX_AGE_S:
        raise ApiError(40035)
    found = {"ticket": ticket(scene), "url": f"http://weixin.qq.com/q/{quote(scene)}"}
    return {**found, "expire_seconds": age} if action in TEMPORARY else found


def _scene(body: Json, *, text: bool) -> str:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    value = (scene if isinstance(scene, dict) else {}).get("scene_str" if text else "scene_id")
    if text and isinstance(value, str) and 1 <= len(value) <= 64:
        return value
    if not text and isinstance(value, int) and 1 <= value < 2**32:
        return str(value)
    raise ApiError(40035)


ROUTES = (Route(path="/cgi-bin/qrcode/create", verb="POST", view=create),)
