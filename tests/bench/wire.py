"""The platform's side of the callback: requests to send, replies to check (WECHAT.md §1).

Written apart from ``bot.channel`` on purpose: a mistake there must not hide here.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: Longest text of a passive reply, in UTF-8 bytes (WECHAT.md §3).
MAX_TEXT_BYTES = 2048
_BLOCK = 32


class Malformed(Exception):
    """A reply that the platform would not show to the resident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An official account as both sides know it.

    Attributes:
        app_id: AppID, the receiver id inside the envelope.
        gh_id: original id, sender of the replies.
        token: signature token.
        aes_key: EncodingAESKey, 43 characters.
        sealed: secure mode; plaintext otherwise.
        path: path of its webhook.
    """

    app_id: str
    gh_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    sealed: bool = True
    path: str = "/wechat/default"

    def cipher(self) -> Cipher[modes.CBC]:
        """Return AES-256-CBC with the key's own first half as its vector."""
        raw = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One request, ready for the socket.

    Attributes:
        wire: the whole HTTP request.
        openid: who sends it.
        text: what is asked.
        identity: the account it goes to.
    """

    wire: bytes
    openid: str
    text: str
    identity: Identity


#: Looks at a reply's body; raises :class:`Malformed`; returns its text, "" for the quiet answer.
Check = Callable[[Letter, bytes], str]


def signature(*parts: str) -> str:
    """Return the platform's SHA-1 over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypt(identity: Identity, xml: bytes, *, prefix: bytes = b"") -> str:
    """Return ``xml`` in the platform's envelope; ``prefix`` only for test vectors."""
    head = prefix or secrets.token_bytes(16)
    plain = head + len(xml).to_bytes(4, "big") + xml + identity.app_id.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    encryptor = identity.cipher().encryptor()
    done = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(done).decode()


def decrypt(identity: Identity, encrypted: str) -> bytes:
    """Open the platform's envelope.

    Raises:
        Malformed: it is not one, or it is for another account.
    """
    try:
        decryptor = identity.cipher().decryptor()
        plain = decryptor.update(base64.b64decode(encrypted, validate=True))
        plain += decryptor.finalize()
    except ValueError as error:
        raise Malformed("the envelope is not whole blocks of base64") from error
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Malformed("the padding is wrong")
    size = int.from_bytes(plain[16:20], "big")
    xml, receiver = plain[20 : 20 + size], plain[20 + size : -pad]
    if len(xml) != size or receiver != identity.app_id.encode():
        raise Malformed("the envelope is for another account")
    return xml


def letter(identity: Identity, text: str, *, openid: str, number: int, now_s: int) -> Letter:
    """Return a signed (and in secure mode encrypted) text message.

    Args:
        identity: the account it goes to.
        text: what is written.
        openid: who writes.
        number: makes MsgId and nonce its own.
        now_s: seconds since 1970; the server refuses what is older than its window.
    """
    inner = (
        f"<xml><ToUserName><![CDATA[{identity.gh_id}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{now_s}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{24_500_000_000_000_000 + number}</MsgId></xml>"
    ).encode()
    stamp, nonce = str(now_s), f"{number * 7919 % 10_000_000_000:010d}"
    query = {"signature": signature(identity.token, stamp, nonce)}
    query |= {"timestamp": stamp, "nonce": nonce, "openid": openid}
    body = inner
    if identity.sealed:
        closed = encrypt(identity, inner)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(identity.token, stamp, nonce, closed)
        body = (
            f"<xml><ToUserName><![CDATA[{identity.gh_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{closed}]]></Encrypt></xml>"
        ).encode()
    head = (
        f"POST {identity.path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Mozilla/4.0\r\nAccept: */*\r\nPragma: no-cache\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Letter(wire=head.encode() + body, openid=openid, text=text, identity=identity)


def _leaves(xml: bytes) -> dict[str, str]:
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Malformed("a document type in a reply")
    try:
        root = ET.fromstring(xml)
    except ET.ParseError as error:
        raise Malformed("not well-formed XML") from error
    if root.tag != "xml":
        raise Malformed("the root element is not xml")
    return {node.tag: node.text or "" for node in root}


def _open(sent: Letter, body: bytes) -> bytes:
    """Return the inner XML of an encrypted reply whose signature holds."""
    outer = _leaves(body)
    missing = {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} - outer.keys()
    if missing:
        raise Malformed(f"the envelope lacks {', '.join(sorted(missing))}")
    parts = (sent.identity.token, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
    if signature(*parts) != outer["MsgSignature"]:
        raise Malformed("the reply's signature does not match")
    return decrypt(sent.identity, outer["Encrypt"])


def check_reply(sent: Letter, body: bytes) -> str:
    """Check that the platform would show this reply to the person who wrote, and return its text.

    Raises:
        Malformed: it would not.
    """
    if body in {b"success", b""}:
        return ""
    leaves = _leaves(_open(sent, body) if sent.identity.sealed else body)
    if leaves.get("ToUserName") != sent.openid:
        raise Malformed("the reply is for somebody else")
    if leaves.get("FromUserName") != sent.identity.gh_id:
        raise Malformed("the reply is from another account")
    if not leaves.get("CreateTime", "").isdecimal():
        raise Malformed("CreateTime is not a number")
    kind = leaves.get("MsgType")
    if kind == "news":
        return "news"
    content = leaves.get("Content", "")
    if kind != "text" or not content.strip():
        raise Malformed("no text in the reply")
    if len(content.encode()) > MAX_TEXT_BYTES:
        raise Malformed("the text is longer than the platform takes")
    return content


def check_echo(sent: Letter, body: bytes) -> str:
    """Check a reply that must repeat the very text that was sent.

    Raises:
        Malformed: it does not.
    """
    content = check_reply(sent, body)
    if content != sent.text:
        raise Malformed("the echo is of another message")
    return content


def check_ok(_sent: Letter, body: bytes) -> str:
    """Check the bare answer of a server that does nothing.

    Raises:
        Malformed: it is another.
    """
    if body != b"ok":
        raise Malformed("not ok")
    return "ok"
