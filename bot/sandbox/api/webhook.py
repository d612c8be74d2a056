"""WeCom group robots (企业微信群机器人): one webhook for each group, errors with a hint."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from bot.sandbox.api.wire import Call, Route, new_rid, ok
from bot.sandbox.media import MediaRefusedError
from bot.sandbox.model import Group, Json, Side
from bot.sandbox.world import GROUP_PREFIX

TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
MAX_ARTICLES = 8
MAX_IMAGE = 2 * 1024 * 1024

_MESSAGES = {
    40008: "invalid message type",
    40058: "invalid argument",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    93000: "invalid webhook url",
}


class _RefusedError(Exception):
    def __init__(self, code: int, hint: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.hint = hint


def send(call: Call) -> Json:
    """`POST /cgi-bin/webhook/send?key=`."""
    try:
        group, kind, content = _read(call)
    except _RefusedError as error:
        return _failure(error)
    call.platform.world.add_entry(
        GROUP_PREFIX + group.slug, Side.ROBOT, kind, content, via="webhook"
    )
    return ok()


def _read(call: Call) -> tuple[Group, str, Json]:
    group = _group(call)
    body = _body(call)
    kind = str(body.get("msgtype") or "")
    reader = _READERS.get(kind)
    if reader is None:
        raise _RefusedError(40008)
    value = body.get(kind)
    content = reader(call, value if isinstance(value, dict) else {})
    if not call.platform.robots.spend(group.key):
        raise _RefusedError(45009)
    return group, kind, content


def _group(call: Call) -> Group:
    key = call.args.get("key", "")
    with call.platform.world.lock:
        groups = list(call.platform.world.groups.values())
    found = next((group for group in groups if group.key == key and not group.removed), None)
    if found is None:
        raise _RefusedError(93000)
    return found


def _body(call: Call) -> Json:
    try:
        found = json.loads(call.raw.decode())
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _RefusedError(40008, "Warning: wrong json format. ") from error
    if not isinstance(found, dict):
        raise _RefusedError(40008, "Warning: wrong json format. ")
    return found


def _failure(error: _RefusedError) -> Json:
    text = _MESSAGES.get(error.code, "error")
    hint = f"{error.hint}hint: [{secrets.randbelow(10**18)}], from ip: 127.0.0.1"
    return {"errcode": error.code, "errmsg": f"{text}, {hint}, rid: {new_rid()}"}


def _limited(value: Any, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _RefusedError(44004)
    if len(value.encode()) > limit:
        raise _RefusedError(45002)
    return value


def _names(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _text(_call: Call, values: Json) -> Json:
    return {
        "text": _limited(values.get("content"), TEXT_BYTES),
        "mentioned": _names(values.get("mentioned_list")),
        "mentioned_mobile": _names(values.get("mentioned_mobile_list")),
    }


def _markdown(_call: Call, values: Json) -> Json:
    return {"text": _limited(values.get("content"), MARKDOWN_BYTES)}


def _news(_call: Call, values: Json) -> Json:
    articles = values.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= MAX_ARTICLES:
        raise _RefusedError(40058)
    found = [article if isinstance(article, dict) else {} for article in articles]
    if any(not article.get("title") or not article.get("url") for article in found):
        raise _RefusedError(40058)
    names = ("title", "description", "url", "picurl")
    return {"articles": [{name: str(one.get(name) or "") for name in names} for one in found]}


def _image(call: Call, values: Json) -> Json:
    try:
        data = base64.b64decode(str(values.get("base64") or ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _RefusedError(40058) from error
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if not data or len(data) > MAX_IMAGE or digest != values.get("md5"):
        raise _RefusedError(40058)
    try:
        media = call.platform.media.add("image", data, file_name="robot.png")
    except MediaRefusedError as error:
        raise _RefusedError(40058) from error
    return {"media_id": media.media_id}


_READERS: dict[str, Callable[[Call, Json], Json]] = {
    "text": _text,
    "markdown": _markdown,
    "markdown_v2": _markdown,
    "news": _news,
    "image": _image,
}

ROUTES = (Route(path="/cgi-bin/webhook/send", verb="POST", view=send, token=False),)
