"""Category template messages (类目模板消息): typed values, idempotency, a receipt by event."""

from __future__ import annotations

from typing import Any

from bot.sandbox import pushes
from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.chaos import Switch
from bot.sandbox.model import Json, Resident, Side
from bot.sandbox.settings import TemplateSettings
from bot.sandbox.template_values import value_problem

IDEMPOTENT_S = 600.0
EVENT = "TEMPLATESENDJOBFINISH"


def send(call: Call) -> Json:
    """`POST /cgi-bin/message/template/send`; the event may overtake the answer."""
    body = call.body()
    resident = _resident(call, body)
    template = _template(call, body)
    rows = _rows(template, body.get("data"))
    sends = call.platform.sends
    own_id = str(body.get("client_msg_id") or "")
    key = ("template", call.owner.slug, resident.openid, own_id)
    earlier = sends.earlier(key, within_s=IDEMPOTENT_S) if own_id else None
    if earlier is not None:
        return ok(msgid=earlier[0])
    number = sends.new_number()
    if own_id:
        sends.remember(key, number)
    _deliver(call, resident, template, rows, body, number)
    return ok(msgid=number)


def templates(call: Call) -> Json:
    """`GET /cgi-bin/template/get_all_private_template`."""
    found = [
        {
            "template_id": one.template_id,
            "title": one.title,
            "primary_industry": "",
            "deputy_industry": "",
            "content": "\n".join(f"{label}:{{{{{key}.DATA}}}}" for key, label in one.fields),
            "example": "",
        }
        for one in call.platform.settings.templates
    ]
    return {"template_list": found}


def _resident(call: Call, body: Json) -> Resident:
    resident = call.platform.world.residents.get(str(body.get("touser") or ""))
    if resident is None or resident.account != call.owner.slug:
        raise ApiError(40003)
    if not resident.followed:
        raise ApiError(43004)
    return resident


def _template(call: Call, body: Json) -> TemplateSettings:
    wanted = str(body.get("template_id") or "")
    known = (one for one in call.platform.settings.templates if one.template_id == wanted)
    found = next(known, None)
    if found is None:
        raise ApiError(40037)
    return found


def _rows(template: TemplateSettings, data: Any) -> list[Json]:
    values = data if isinstance(data, dict) else {}
    rows = []
    for key, label in template.fields:
        entry = values.get(key)
        value = entry.get("value") if isinstance(entry, dict) else None
        problem = value_problem(key, value)
        if problem:
            raise ApiError(47003, f"data.{key}.value {problem}")
        rows.append({"label": label, "value": value})
    return rows


def _deliver(
    call: Call,
    resident: Resident,
    template: TemplateSettings,
    rows: list[Json],
    body: Json,
    number: int,
) -> None:
    platform = call.platform
    status = "success"
    if resident.muted:
        status = "failed:user block"
    elif platform.chaos.take(Switch.SEND_FAILS) is not None:
        status = "failed: system failed"
    if status == "success":
        content = {"title": template.title, "rows": rows, "url": str(body.get("url") or "")}
        platform.world.add_entry(resident.openid, Side.ACCOUNT, "template", content, via="template")
    if platform.chaos.take(Switch.RECEIPT_LOST) is None:
        platform.pusher.submit(resident.openid, pushes.job_finished(EVENT, number, status))


ROUTES = (
    Route(path="/cgi-bin/message/template/send", verb="POST", view=send),
    Route(path="/cgi-bin/template/get_all_private_template", verb="GET", view=templates),
)
