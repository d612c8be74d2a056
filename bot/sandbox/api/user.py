"""Followers: no nickname and no picture, as since 2021."""

from __future__ import annotations

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.model import Json, Resident

PAGE = 10_000
BATCH = 100
REMARK = 30


def info(call: Call) -> Json:
    """`GET /cgi-bin/user/info`."""
    return _profile(_resident(call, call.args.get("openid", "")))


def batch(call: Call) -> Json:
    """`POST /cgi-bin/user/info/batchget`."""
    wanted = call.body().get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH:
        raise ApiError(40035)
    openids = [str(item.get("openid", "")) if isinstance(item, dict) else "" for item in wanted]
    return {"user_info_list": [_profile(_resident(call, openid)) for openid in openids]}


def followers(call: Call) -> Json:
    """`GET /cgi-bin/user/get`."""
    with call.platform.world.lock:
        everybody = [
            resident.openid
            for resident in call.platform.world.residents.values()
            if resident.followed and resident.account == call.owner.slug
        ]
    after = call.args.get("next_openid", "")
    if after and after not in everybody:
        raise ApiError(40003)
    start = everybody.index(after) + 1 if after else 0
    page = everybody[start : start + PAGE]
    found: Json = {"total": len(everybody), "count": len(page), "next_openid": ""}
    if page:
        found |= {"data": {"openid": page}, "next_openid": page[-1]}
    return found


def remark(call: Call) -> Json:
    """`POST /cgi-bin/user/info/updateremark`."""
    body = call.body()
    resident = _resident(call, str(body.get("openid") or ""))
    text = body.get("remark")
    if not isinstance(text, str) or len(text) >= REMARK:
        raise ApiError(40035)
    resident.remark = text
    return ok()


def _resident(call: Call, openid: str) -> Resident:
    if not openid:
        raise ApiError(41009)
    found = call.platform.world.residents.get(openid)
    if found is None or found.account != call.owner.slug:
        raise ApiError(40003)
    return found


def _profile(resident: Resident) -> Json:
    if not resident.followed:
        return {"subscribe": 0, "openid": resident.openid}
    return {
        "subscribe": 1,
        "openid": resident.openid,
        "language": "zh_CN",
        "subscribe_time": int(resident.subscribed_at),
        "remark": resident.remark,
        "groupid": resident.tags[0] if resident.tags else 0,
        "tagid_list": list(resident.tags),
        "subscribe_scene": resident.scene,
        "qr_scene": 0,
        "qr_scene_str": "",
    }


ROUTES = (
    Route(path="/cgi-bin/user/info", verb="GET", view=info),
    Route(path="/cgi-bin/user/info/batchget", verb="POST", view=batch),
    Route(path="/cgi-bin/user/info/updateremark", verb="POST", view=remark),
    Route(path="/cgi-bin/user/get", verb="GET", view=followers),
)
