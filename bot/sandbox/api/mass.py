"""Mass sends (群发): accepted first, four a month for each person, the result by event."""

from __future__ import annotations

from typing import Any

from bot.sandbox import pushes
from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.chaos import Switch
from bot.sandbox.model import Json, Resident, Side

PER_MONTH = 4
KEY_BYTES, KEY_LIFETIME_S, KEY_TOO_SOON_S = 32, 86400.0, 60.0
EVENT = "MASSSENDJOBFINISH"
MIN_LIST, MAX_LIST = 2, 10_000


def send_all(call: Call) -> Json:
    """`POST /cgi-bin/message/mass/sendall`: everybody, or a tag."""
    body = call.body()
    values = body.get("filter")
    if not isinstance(values, dict):
        raise ApiError(40035)
    tag = values.get("tag_id")
    with call.platform.world.lock:
        people = [
            resident
            for resident in call.platform.world.residents.values()
            if resident.account == call.owner.slug and resident.followed
        ]
    if not values.get("is_to_all"):
        if tag not in call.owner.tags:
            raise ApiError(40152)
        people = [resident for resident in people if tag in resident.tags]
    return _accept(call, body, people, kind="sendall")


def send_list(call: Call) -> Json:
    """`POST /cgi-bin/message/mass/send`: a list of openids."""
    body = call.body()
    openids = body.get("touser")
    if not isinstance(openids, list) or not openids:
        raise ApiError(40031)
    if not MIN_LIST <= len(openids) <= MAX_LIST:
        raise ApiError(40130 if len(openids) < MIN_LIST else 40032)
    known = call.platform.world.residents
    people = [
        known[openid]
        for openid in dict.fromkeys(map(str, openids))
        if openid in known and known[openid].account == call.owner.slug
    ]
    return _accept(call, body, people, kind="send", total=len(openids))


def preview(call: Call) -> Json:
    """`POST /cgi-bin/message/mass/preview`: one person, no quota."""
    body = call.body()
    resident = call.platform.world.residents.get(str(body.get("touser") or ""))
    if resident is None or resident.account != call.owner.slug:
        raise ApiError(40003)
    kind, content = _content(call, body)
    call.platform.world.add_entry(resident.openid, Side.ACCOUNT, kind, content, via="preview")
    return ok(msg_id=call.platform.sends.new_number())


def state(call: Call) -> Json:
    """`POST /cgi-bin/message/mass/get`."""
    number = str(call.body().get("msg_id") or "")
    found = call.platform.sends.state(int(number)) if number.isdigit() else None
    if found is None:
        raise ApiError(40059)
    return {"msg_id": int(number), "msg_status": found}


def _accept(
    call: Call, body: Json, people: list[Resident], *, kind: str, total: int | None = None
) -> Json:
    msgtype, content = _content(call, body)
    sends = call.platform.sends
    own_id = str(body.get("clientmsgid") or "")
    if len(own_id.encode()) > KEY_BYTES:
        raise ApiError(45067)
    key = ("mass", call.owner.slug, own_id)
    earlier = sends.earlier(key, within_s=KEY_LIFETIME_S) if own_id else None
    if earlier is not None:
        number, age = earlier
        if age < KEY_TOO_SOON_S:
            raise ApiError(45066)
        raise ApiError(45065, extra={"msg_id": number})
    number = sends.new_number()
    if own_id:
        sends.remember(key, number)
    _deliver(call, number, people, msgtype, content, total if total is not None else len(people))
    return ok(msg_id=number, msg_data_id=number + 1, type=kind)


def _content(call: Call, body: Json) -> tuple[str, Json]:
    msgtype = str(body.get("msgtype") or "")
    values: Any = body.get(msgtype)
    values = values if isinstance(values, dict) else {}
    if msgtype == "text":
        text = values.get("content")
        if not isinstance(text, str) or not text:
            raise ApiError(44004)
        return "text", {"text": text}
    if msgtype in ("image", "voice"):
        media_id = str(values.get("media_id") or "")
        if not call.platform.media.exists(media_id, msgtype):
            raise ApiError(40007)
        return msgtype, {"media_id": media_id}
    raise ApiError(40007 if msgtype == "mpnews" else 45162)


def _deliver(
    call: Call, number: int, people: list[Resident], kind: str, content: Json, total: int
) -> None:
    platform = call.platform
    failed = platform.chaos.take(Switch.SEND_FAILS) is not None
    month = platform.clock.day()[:7]
    sent = 0
    with platform.world.lock:
        for resident in people:
            received = resident.mass_received.get(month, 0)
            if failed or not resident.followed or resident.muted or received >= PER_MONTH:
                continue
            resident.mass_received = {month: received + 1}
            platform.world.add_entry(resident.openid, Side.ACCOUNT, kind, content, via="mass")
            sent += 1
    platform.sends.set_state(number, "SEND_FAIL" if failed else "SEND_SUCCESS")
    counts = {"TotalCount": total, "FilterCount": sent, "SentCount": sent, "ErrorCount": 0}
    if platform.chaos.take(Switch.RECEIPT_LOST) is None:
        status = "send fail" if failed else "send success"
        event = pushes.job_finished(EVENT, number, status, counts)
        platform.pusher.submit("oSbxPlatform", event, account=call.owner.slug)


ROUTES = (
    Route(path="/cgi-bin/message/mass/sendall", verb="POST", view=send_all),
    Route(path="/cgi-bin/message/mass/send", verb="POST", view=send_list),
    Route(path="/cgi-bin/message/mass/preview", verb="POST", view=preview),
    Route(path="/cgi-bin/message/mass/get", verb="POST", view=state),
)
