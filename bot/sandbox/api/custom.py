"""Customer-service messages (客服消息) and the typing state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.chaos import Switch
from bot.sandbox.model import Json, Resident, Side

TYPING_S = 15.0
EXCHANGE_S = 30.0
MAX_MENU_ITEMS = 50
Reader = Callable[[Call, Json], Json]


def send(call: Call) -> Json:
    """`POST /cgi-bin/message/custom/send`: shown at once, no message id comes back."""
    body = call.body(literal_escapes=True)
    resident = _resident(call, body)
    kind = str(body.get("msgtype") or "")
    reader = _READERS.get(kind)
    if reader is None:
        raise ApiError(40008)
    _check_willing(call, resident)
    content = reader(call, _object(body.get(kind)))
    world, now = call.platform.world, call.platform.clock.time()
    with world.lock:
        refusal = resident.budget.spend(now)
        if refusal:
            raise ApiError(refusal)
        resident.typing_until = 0.0
        resident.last_exchange_at = now
        agent = _object(body.get("customservice")).get("kf_account")
        if isinstance(agent, str) and agent:
            content = {**content, "agent": agent}
        world.add_entry(resident.openid, Side.ACCOUNT, kind, content, via="custom")
    return ok()


def typing(call: Call) -> Json:
    """`POST /cgi-bin/message/custom/typing`."""
    body = call.body()
    resident = _resident(call, body)
    command = body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise ApiError(45072)
    world, now = call.platform.world, call.platform.clock.time()
    with world.lock:
        if command == "CancelTyping":
            resident.typing_until = 0.0
        elif now - resident.last_exchange_at > EXCHANGE_S:
            raise ApiError(45080)
        elif now < resident.typing_until:
            raise ApiError(45081)
        else:
            resident.typing_until = now + TYPING_S
        world.touch()
    return ok()


def _resident(call: Call, body: Json) -> Resident:
    found = call.platform.world.residents.get(str(body.get("touser") or ""))
    if found is None or found.account != call.owner.slug:
        raise ApiError(40003)
    return found


def _check_willing(call: Call, resident: Resident) -> None:
    if not resident.followed:
        raise ApiError(43004)
    if resident.blacklisted:
        raise ApiError(43019)
    if resident.muted:
        raise ApiError(48002)
    if call.platform.chaos.take(Switch.MINOR_PROTECTION) is not None:
        raise ApiError(70000)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _required(values: Json, name: str, code: int) -> str:
    found = values.get(name)
    if not isinstance(found, str) or not found:
        raise ApiError(code)
    return found


def _text(call: Call, values: Json) -> Json:
    content = _required(values, "content", 44004)
    if len(content.encode()) > call.platform.settings.text_limit_bytes:
        raise ApiError(45002)
    return {"text": content}


def _media(kind: str) -> Reader:
    def read(call: Call, values: Json) -> Json:
        media_id = _required(values, "media_id", 41006)
        if not call.platform.media.exists(media_id, kind):
            raise ApiError(40007)
        title, description = str(values.get("title", "")), str(values.get("description", ""))
        return {"media_id": media_id, "title": title, "description": description}

    return read


def _music(_call: Call, values: Json) -> Json:
    return {
        "title": str(values.get("title", "")),
        "description": str(values.get("description", "")),
        "url": _required(values, "musicurl", 40035),
    }


def _news(_call: Call, values: Json) -> Json:
    articles = values.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(44003)
    if len(articles) > 1:
        raise ApiError(45008)
    article = _object(articles[0])
    names = ("title", "description", "url", "picurl")
    return {"articles": [{name: str(article.get(name) or "") for name in names}], "cut": 0}


def _menu(_call: Call, values: Json) -> Json:
    items = values.get("list")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_MENU_ITEMS:
        raise ApiError(40035)
    choices = [
        {
            "id": str(_object(item).get("id", "")),
            "content": _required(_object(item), "content", 40035),
        }
        for item in items
    ]
    head, tail = str(values.get("head_content") or ""), str(values.get("tail_content") or "")
    return {"head": head, "list": choices, "tail": tail}


def _mini_program(call: Call, values: Json) -> Json:
    if not call.platform.media.exists(_required(values, "thumb_media_id", 41006), "thumb"):
        raise ApiError(40007)
    return {
        "title": _required(values, "title", 40035),
        "app_id": _required(values, "appid", 40035),
        "path": _required(values, "pagepath", 40035),
    }


_READERS: dict[str, Reader] = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _media("video"),
    "music": _music,
    "news": _news,
    "msgmenu": _menu,
    "miniprogrampage": _mini_program,
}

ROUTES = (
    Route(path="/cgi-bin/message/custom/send", verb="POST", view=send),
    Route(path="/cgi-bin/message/custom/typing", verb="POST", view=typing),
)
