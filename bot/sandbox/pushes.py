"""Every message and event the platform pushes, as fields in the documented order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.model import Json
from bot.sandbox.wire_xml import Fields, build


class Trigger(StrEnum):
    """What a push allows the account to do afterwards."""

    MESSAGE = "message"
    ACTION = "action"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One thing the platform tells the account about.

    Attributes:
        kind: the `MsgType`, or `event:` and the event's name.
        fields: what follows the four common fields.
        trigger: which customer-service budget it opens.
        visible: whether a failing account shows the resident a fault note.
    """

    kind: str
    fields: Fields
    trigger: Trigger = Trigger.NOTHING
    visible: bool = True

    @property
    def is_message(self) -> bool:
        """Messages carry a `MsgId`, events do not."""
        return not self.kind.startswith("event:")

    def xml(self, *, gh_id: str, openid: str, create_time: int, msg_id: str) -> str:
        """The whole document."""
        msg_type = self.kind if self.is_message else "event"
        common: list[tuple[str, str | int | float | Fields]] = [
            ("ToUserName", gh_id),
            ("FromUserName", openid),
            ("CreateTime", create_time),
            ("MsgType", msg_type),
        ]
        tail = [("MsgId", int(msg_id))] if self.is_message else []
        return build([*common, *self.fields, *tail])


def _message(kind: str, fields: Fields) -> Push:
    return Push(kind=kind, fields=fields, trigger=Trigger.MESSAGE)


def text(content: str, *, menu_id: str | None = None) -> Push:
    """A text; a tapped msgmenu item carries its id and counts as a menu click."""
    fields: list[tuple[str, str | int | float | Fields]] = [("Content", content)]
    if menu_id is None:
        return _message("text", fields)
    fields.append(("bizmsgmenuid", menu_id))
    return Push(kind="text", fields=fields, trigger=Trigger.ACTION)


def image(pic_url: str, media_id: str) -> Push:
    """A picture."""
    return _message("image", [("PicUrl", pic_url), ("MediaId", media_id)])


def voice(media_id: str, recognition: str) -> Push:
    """A voice message; `Recognition` may be empty, as it often is in reality."""
    return _message(
        "voice",
        [
            ("MediaId", media_id),
            ("Format", "amr"),
            ("MediaId16K", f"{media_id}_16K"),
            ("Recognition", recognition),
        ],
    )


def video(media_id: str, thumb_media_id: str, *, short: bool = False) -> Push:
    """A video or a short video."""
    kind = "shortvideo" if short else "video"
    return _message(kind, [("MediaId", media_id), ("ThumbMediaId", thumb_media_id)])


def location(latitude: float, longitude: float, *, scale: int, label: str) -> Push:
    """A place sent by the resident."""
    return _message(
        "location",
        [
            ("Location_X", f"{latitude:.6f}"),
            ("Location_Y", f"{longitude:.6f}"),
            ("Scale", scale),
            ("Label", label),
        ],
    )


def link(title: str, description: str, url: str) -> Push:
    """A forwarded article."""
    return _message("link", [("Title", title), ("Description", description), ("Url", url)])


def mini_program(title: str, app_id: str, path: str) -> Push:
    """A mini-program card."""
    return _message(
        "miniprogrampage",
        [
            ("AppId", app_id),
            ("Title", title),
            ("PagePath", path),
            ("ThumbUrl", ""),
            ("ThumbMediaId", ""),
        ],
    )


def subscribe(scene: str = "") -> Push:
    """A follow; `scene` is the parametric code that was scanned."""
    key = f"qrscene_{scene}" if scene else ""
    extra = [("Ticket", ticket(scene))] if scene else []
    return _event("subscribe", [("EventKey", key), *extra], trigger=Trigger.ACTION)


def unsubscribe() -> Push:
    """An unfollow; its answer is shown to nobody."""
    return _event("unsubscribe", [("EventKey", "")], visible=False)


def scan(scene: str) -> Push:
    """A follower scanned a parametric code."""
    return _event("SCAN", [("EventKey", scene), ("Ticket", ticket(scene))], trigger=Trigger.ACTION)


def click(key: str) -> Push:
    """A tap on a `click` menu button."""
    return _event("CLICK", [("EventKey", key)], trigger=Trigger.ACTION)


def view(url: str) -> Push:
    """A tap on a `view` menu button."""
    return _event("VIEW", [("EventKey", url), ("MenuId", "430000001")], visible=False)


def view_mini_program(path: str) -> Push:
    """A tap on a `miniprogram` menu button."""
    fields = [("EventKey", path), ("MenuId", "430000001")]
    return _event("view_miniprogram", fields, visible=False)


def scan_code(kind: str, key: str, result: str) -> Push:
    """A menu scan: `scancode_push` or `scancode_waitmsg`."""
    info = [("ScanType", "qrcode"), ("ScanResult", result)]
    return _event(kind, [("EventKey", key), ("ScanCodeInfo", info)], trigger=Trigger.ACTION)


def pictures(kind: str, key: str, digests: list[str]) -> Push:
    """A menu picture button; the pictures follow as messages."""
    items = [("item", [("PicMd5Sum", digest)]) for digest in digests]
    info: Fields = [("Count", len(digests)), ("PicList", items)]
    return _event(kind, [("EventKey", key), ("SendPicsInfo", info)], visible=False)


def location_select(key: str, latitude: float, longitude: float, label: str) -> Push:
    """A menu place button; the place follows as a message."""
    info = [
        ("Location_X", f"{latitude:.6f}"),
        ("Location_Y", f"{longitude:.6f}"),
        ("Scale", "16"),
        ("Label", label),
        ("Poiname", label),
    ]
    fields: Fields = [("EventKey", key), ("SendLocationInfo", info)]
    return _event("location_select", fields, visible=False)


def report_location(latitude: float, longitude: float, precision: float = 30.0) -> Push:
    """The phone reports where it is on entering the chat."""
    fields = [
        ("Latitude", f"{latitude:.6f}"),
        ("Longitude", f"{longitude:.6f}"),
        ("Precision", f"{precision:.6f}"),
    ]
    return _event("LOCATION", fields, visible=False)


def job_finished(event: str, msg_id: int, status: str, counts: Json | None = None) -> Push:
    """`TEMPLATESENDJOBFINISH` or `MASSSENDJOBFINISH`."""
    fields: list[tuple[str, str | int | float | Fields]] = [("MsgID", msg_id), ("Status", status)]
    names = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    if event == "MASSSENDJOBFINISH":
        fields += [(name, int((counts or {}).get(name, 0))) for name in names]
    return _event(event, fields, visible=False)


def raw_event(name: str, values: Json) -> Push:
    """Any other event of the documents, its fields given as JSON (objects nest, lists repeat)."""
    return _event(name, _from_json(values), visible=False)


def _event(
    name: str, fields: Fields, *, trigger: Trigger = Trigger.NOTHING, visible: bool = True
) -> Push:
    return Push(
        kind=f"event:{name}",
        fields=[("Event", name), *fields],
        trigger=trigger,
        visible=visible,
    )


def ticket(scene: str) -> str:
    """The ticket of a scene's code; the same scene always has the same."""
    return "gQ" + hashlib.sha256(scene.encode()).hexdigest()[:60]


def _from_json(values: Json) -> Fields:
    fields: list[tuple[str, str | int | float | Fields]] = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                fields.append((str(name), _from_json(item)))
            elif isinstance(item, (int, float)):
                fields.append((str(name), item))
            else:
                fields.append((str(name), str(item)))
    return fields
