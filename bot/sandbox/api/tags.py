"""Tags on followers (用户标签), with their limits."""

from __future__ import annotations

from typing import Any

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.model import Json, Resident

MAX_TAGS, MAX_BATCH, MAX_PER_USER, NAME_BYTES = 100, 50, 20, 30
FIRST_ID = 100


def create(call: Call) -> Json:
    """`POST /cgi-bin/tags/create`."""
    name = _name(call, _tag(call.body()))
    with call.platform.world.lock:
        if len(call.owner.tags) >= MAX_TAGS:
            raise ApiError(45056)
        number = max(call.owner.tags, default=FIRST_ID - 1) + 1
        call.owner.tags[number] = name
    return {"tag": {"id": number, "name": name}}


def get(call: Call) -> Json:
    """`GET /cgi-bin/tags/get`."""
    with call.platform.world.lock:
        people = [r for r in call.platform.world.residents.values() if r.followed]
        found = [
            {"id": number, "name": name, "count": sum(number in r.tags for r in people)}
            for number, name in call.owner.tags.items()
        ]
    return {"tags": found}


def update(call: Call) -> Json:
    """`POST /cgi-bin/tags/update`."""
    values = _tag(call.body())
    number = _known(call, values.get("id"))
    name = _name(call, values)
    with call.platform.world.lock:
        call.owner.tags[number] = name
    return ok()


def delete(call: Call) -> Json:
    """`POST /cgi-bin/tags/delete`."""
    number = _known(call, _tag(call.body()).get("id"))
    with call.platform.world.lock:
        del call.owner.tags[number]
        for resident in call.platform.world.residents.values():
            if resident.account == call.owner.slug and number in resident.tags:
                resident.tags.remove(number)
    return ok()


def tag_members(call: Call) -> Json:
    """`POST /cgi-bin/tags/members/batchtagging`: all or an error."""
    number, people = _batch(call)
    with call.platform.world.lock:
        fresh = [one for one in people if number not in one.tags]
        if any(len(one.tags) >= MAX_PER_USER for one in fresh):
            raise ApiError(45059)
        for resident in fresh:
            resident.tags.append(number)
    return ok()


def untag_members(call: Call) -> Json:
    """`POST /cgi-bin/tags/members/batchuntagging`."""
    number, people = _batch(call)
    with call.platform.world.lock:
        for resident in people:
            if number in resident.tags:
                resident.tags.remove(number)
    return ok()


def of_user(call: Call) -> Json:
    """`POST /cgi-bin/tags/getidlist`."""
    return {"tagid_list": list(_person(call, call.body().get("openid")).tags)}


def members(call: Call) -> Json:
    """`POST /cgi-bin/user/tag/get`, one page."""
    body = call.body()
    number = _known(call, body.get("tagid"))
    with call.platform.world.lock:
        found = [
            resident.openid
            for resident in call.platform.world.residents.values()
            if number in resident.tags and resident.account == call.owner.slug
        ]
    after = str(body.get("next_openid") or "")
    page = found[found.index(after) + 1 :] if after in found else found
    shown: Json = {"count": len(page), "next_openid": page[-1] if page else ""}
    return {**shown, "data": {"openid": page}} if page else shown


def _tag(body: Json) -> Json:
    values = body.get("tag")
    if not isinstance(values, dict):
        raise ApiError(40035)
    return values


def _name(call: Call, values: Json) -> str:
    name = values.get("name")
    if not isinstance(name, str) or not name:
        raise ApiError(45157)
    if len(name.encode()) > NAME_BYTES:
        raise ApiError(45158)
    if name in call.owner.tags.values():
        raise ApiError(45157)
    return name


def _known(call: Call, number: Any) -> int:
    if number in (0, 1, 2):
        raise ApiError(45058)
    if not isinstance(number, int) or number not in call.owner.tags:
        raise ApiError(45159)
    return number


def _person(call: Call, openid: Any) -> Resident:
    resident = call.platform.world.residents.get(str(openid or ""))
    if resident is None:
        raise ApiError(40003)
    if resident.account != call.owner.slug:
        raise ApiError(49003)
    return resident


def _batch(call: Call) -> tuple[int, list[Resident]]:
    body = call.body()
    openids = body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= MAX_BATCH:
        raise ApiError(40032)
    return _known(call, body.get("tagid")), [_person(call, openid) for openid in openids]


ROUTES = (
    Route(path="/cgi-bin/tags/create", verb="POST", view=create),
    Route(path="/cgi-bin/tags/get", verb="GET", view=get),
    Route(path="/cgi-bin/tags/update", verb="POST", view=update),
    Route(path="/cgi-bin/tags/delete", verb="POST", view=delete),
    Route(path="/cgi-bin/tags/members/batchtagging", verb="POST", view=tag_members),
    Route(path="/cgi-bin/tags/members/batchuntagging", verb="POST", view=untag_members),
    Route(path="/cgi-bin/tags/getidlist", verb="POST", view=of_user),
    Route(path="/cgi-bin/user/tag/get", verb="POST", view=members),
)
