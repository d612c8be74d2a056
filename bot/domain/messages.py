"""One incoming message or event, as the rest of the product sees it (WECHAT.md §2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What kind of thing arrived; ``other`` is anything the platform may invent later."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    MENU = "menu"
    RECEIPT = "receipt"
    CONSENT = "consent"
    ERASURE = "erasure"
    SILENT = "silent"
    OTHER = "other"


#: Kinds that a person wrote or did and that deserve an answer.
ANSWERED = frozenset(
    {
        Kind.TEXT,
        Kind.IMAGE,
        Kind.VOICE,
        Kind.VIDEO,
        Kind.LOCATION,
        Kind.LINK,
        Kind.FOLLOW,
        Kind.SCAN,
        Kind.MENU,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An authentic, decrypted message.

    Attributes:
        account: slug of the official account (公众号) it was sent to.
        sender: openid of the resident; personal data, never logged.
        recipient: the account's original id (``gh_…``), sender of our reply.
        kind: what arrived.
        key: same for every delivery of the same message, different for different ones.
        created: seconds since 1970 as the platform stamped it.
        text: what was written or recognised; a menu key; a QR scene.
        latitude: degrees north, for a location.
        longitude: degrees east, for a location.
        label: the place name the platform adds to a location.
        media_id: platform id of a picture, voice or video (lives three days).
        fields: the remaining raw fields, by their wire names.
    """

    account: str
    sender: str
    recipient: str
    kind: Kind
    key: str
    created: int
    text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    media_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def message_key(account: str, wire: Mapping[str, str]) -> str:
    """Return the identity of a message across re-deliveries.

    ``MsgId`` alone loses real messages and two events of one second differ only in their key
    (DESIGN.md §3), so the parts are joined and the whole content is hashed in.

    Args:
        account: account slug.
        wire: the message's flat fields.

    Returns:
        32 hexadecimal digits.
    """
    head = (
        account,
        wire.get("FromUserName", ""),
        wire.get("MsgId", ""),
        wire.get("CreateTime", ""),
        wire.get("Event", ""),
        wire.get("EventKey", ""),
    )
    body = "\x1f".join(f"{name}={wire[name]}" for name in sorted(wire))
    digest = hashlib.blake2b("\x1e".join((*head, body)).encode(), digest_size=16)
    return digest.hexdigest()
