"""Wire XML to a frozen :class:`Inbound` (WECHAT.md §2).

The platform's XML is flat with two small nests, so expat with three refusals (document types,
entities,
depth) reads it whole; ``wechatpy.parse_message`` raises seven kinds of exceptions on odd input and
loses
unknown events (WECHAT.md §11.1).
"""

from collections.abc import Mapping
from xml.parsers import expat

from bot.domain.errors import Unparsable
from bot.domain.messages import Inbound, Kind, message_key

#: Elements deeper than this are refused; the platform nests four at most.
MAX_DEPTH = 8
#: More leaves than this are refused; the longest known event has about sixty.
MAX_FIELDS = 400
#: Of a longer text only the beginning is read: understanding takes longer than linear time.
MAX_TEXT_CHARS = 2_000

_MESSAGES = {
    "text": Kind.TEXT,
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "location": Kind.LOCATION,
    "link": Kind.LINK,
    "miniprogrampage": Kind.LINK,
}
_EVENTS = {
    "subscribe": Kind.FOLLOW,
    "unsubscribe": Kind.UNFOLLOW,
    "scan": Kind.SCAN,
    "click": Kind.MENU,
    "view": Kind.SILENT,
    "view_miniprogram": Kind.SILENT,
    "location": Kind.SILENT,
    "scancode_push": Kind.SILENT,
    "scancode_waitmsg": Kind.MENU,
    "pic_sysphoto": Kind.SILENT,
    "pic_photo_or_album": Kind.SILENT,
    "pic_weixin": Kind.SILENT,
    "location_select": Kind.SILENT,
    "templatesendjobfinish": Kind.RECEIPT,
    "masssendjobfinish": Kind.RECEIPT,
    "publishjobfinish": Kind.RECEIPT,
    "subscribe_msg_sent_event": Kind.RECEIPT,
    "subscribe_msg_popup_event": Kind.CONSENT,
    "subscribe_msg_change_event": Kind.CONSENT,
    "kf_create_session": Kind.SILENT,
    "kf_close_session": Kind.SILENT,
    "kf_switch_session": Kind.SILENT,
    "user_info_modified": Kind.SILENT,
    "user_authorization_revoke": Kind.ERASURE,
    "user_authorization_cancellation": Kind.ERASURE,
    "qualification_verify_success": Kind.SILENT,
    "qualification_verify_fail": Kind.SILENT,
    "naming_verify_success": Kind.SILENT,
    "naming_verify_fail": Kind.SILENT,
    "annual_renew": Kind.SILENT,
    "verify_expired": Kind.SILENT,
}
_OWN_FIELDS = frozenset(
    {"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event"}
)


class _Reader:
    """Collects the leaves of a document as ``Outer.Inner`` -> text."""

    def __init__(self) -> None:
        self.leaves: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self.root = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) == 1:
            self.root = name
        if len(self._path) > MAX_DEPTH or len(self.leaves) > MAX_FIELDS:
            raise Unparsable("the document is too deep or too long")
        self._text = []

    def end(self, name: str) -> None:
        if self._text:
            key = ".".join(self._path[1:])
            self.leaves.setdefault(key, "".join(self._text))
        elif len(self._path) == 2:
            self.leaves.setdefault(name, "")
        self._text = []
        self._path.pop()

    def data(self, text: str) -> None:
        self._text.append(text)


def _refuse(*_parts: object) -> None:
    raise Unparsable("document types and entities are refused")


def read_xml(body: bytes) -> dict[str, str]:
    """Return the leaves of a platform document, the first of each name.

    Raises:
        Unparsable: it is not such a document.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unparsable("not well-formed XML") from error
    if reader.root != "xml":
        raise Unparsable("the root element is not xml")
    return reader.leaves


def parse(account: str, wire: Mapping[str, str]) -> Inbound:
    """Turn the leaves of a message into an :class:`Inbound`.

    Args:
        account: slug of the account it was sent to.
        wire: leaves from :func:`read_xml`.

    Raises:
        Unparsable: sender, receiver or kind is missing.
    """
    sender, recipient = wire.get("FromUserName", ""), wire.get("ToUserName", "")
    kind_name = wire.get("MsgType", "").strip().lower()
    if not sender or not recipient or not kind_name:
        raise Unparsable("sender, receiver or message type is missing")
    event = wire.get("Event", "").strip().lower()
    kind = _EVENTS.get(event, Kind.OTHER) if kind_name == "event" else _message_kind(kind_name)
    return Inbound(
        account=account,
        sender=sender,
        recipient=recipient,
        kind=kind,
        key=message_key(account, wire),
        created=_whole(wire.get("CreateTime", "")),
        text=_text(kind, wire)[:MAX_TEXT_CHARS],
        latitude=_degrees(wire.get("Location_X"), 90) if kind is Kind.LOCATION else None,
        longitude=_degrees(wire.get("Location_Y"), 180) if kind is Kind.LOCATION else None,
        label=wire.get("Label", ""),
        media_id=wire.get("MediaId", ""),
        fields={name: text for name, text in wire.items() if name not in _OWN_FIELDS},
    )


def _message_kind(name: str) -> Kind:
    return _MESSAGES.get(name, Kind.OTHER)


def _text(kind: Kind, wire: Mapping[str, str]) -> str:
    if kind is Kind.TEXT:
        return wire.get("Content", "").strip()
    if kind is Kind.VOICE:
        return wire.get("Recognition", "").strip()
    if kind in {Kind.MENU, Kind.SCAN}:
        return wire.get("EventKey", "").strip()
    if kind is Kind.FOLLOW:
        scene = wire.get("EventKey", "").strip()
        return scene.removeprefix("qrscene_") if scene.startswith("qrscene_") else ""
    return ""


def _whole(text: str) -> int:
    """Read a count of seconds; one simulator sends milliseconds (WECHAT.md §13)."""
    digits = text.strip()
    if not digits.isdecimal() or len(digits) > 18:
        return 0
    number = int(digits)
    return number // 1000 if number > 100_000_000_000 else number


def _degrees(text: str | None, limit: float) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if -limit <= value <= limit else None
