"""From a push's XML to a signed HTTP request, in each mode, and its hostile imitations."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.chaos import Switch
from bot.sandbox.crypto import encrypt, seal, sign
from bot.sandbox.settings import Mode
from bot.sandbox.wire_xml import build

STALE_S = 3600
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{former};" * 10}">'
        for former, name in zip("abcdef", "bcdefg", strict=True)
    )
    + "]><xml><MsgType>text</MsgType><Content>&g;</Content></xml>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """An account's secrets as they stood when the request was made."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    previous_aes_key: str | None = field(repr=False)
    app_id: str
    gh_id: str
    mode: Mode
    callback_url: str

    @property
    def aes_keys(self) -> tuple[str, ...]:
        """The keys a reply may use, the current one first."""
        return (self.aes_key, *([self.previous_aes_key] if self.previous_aes_key else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """Query and body of one POST."""

    query: dict[str, str]
    body: bytes


def new_nonce() -> str:
    """Ten digits, as the platform uses."""
    return str(secrets.randbelow(9_000_000_000) + 1_000_000_000)


def signed_query(keys: Keys, timestamp: int) -> dict[str, str]:
    """Signature, timestamp and nonce, as every request carries them."""
    stamp, nonce = str(timestamp), new_nonce()
    return {"signature": sign(keys.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}


def sign_push(
    keys: Keys, *, openid: str | None, xml: str, timestamp: int, old_key: bool = False
) -> SignedRequest:
    """Wrap a push in the account's mode with fresh nonce, signature and ciphertext.

    Args:
        keys: the account's configuration.
        openid: added to the query when given.
        xml: the plain document.
        timestamp: seconds since 1970 for the signature.
        old_key: encrypt with the previous AES key if there is one.
    """
    query = signed_query(keys, timestamp)
    if openid:
        query["openid"] = openid
    if keys.mode is Mode.PLAINTEXT:
        return SignedRequest(query=query, body=xml.encode())
    key = keys.previous_aes_key if old_key and keys.previous_aes_key else keys.aes_key
    sealed = seal(
        token=keys.token,
        aes_key=key,
        app_id=keys.app_id,
        text=xml.encode(),
        timestamp=query["timestamp"],
        nonce=query["nonce"],
    )
    query |= {"encrypt_type": "aes", "msg_signature": sealed.msg_signature}
    if keys.mode is Mode.COMPATIBLE:
        hidden = build([("Encrypt", sealed.encrypt)], root="x")[len("<x>") : -len("</x>")]
        body = xml.removesuffix("</xml>") + hidden + "</xml>"
    else:
        body = build([("ToUserName", keys.gh_id), ("Encrypt", sealed.encrypt)])
    return SignedRequest(query=query, body=body.encode())


def imitate(
    switch: Switch, keys: Keys, *, openid: str | None, xml: str, timestamp: int
) -> SignedRequest:
    """A request that an honest server must survive and must not act upon."""
    honest = sign_push(keys, openid=openid, xml=xml, timestamp=timestamp)
    makers: dict[Switch, Callable[[], SignedRequest]] = {
        Switch.GARBAGE_BODY: lambda: SignedRequest(
            query=honest.query, body=b"\xff\xfe\x00<xml><" + secrets.token_bytes(200)
        ),
        Switch.WRONG_SIGNATURE: lambda: SignedRequest(
            query={**honest.query, "signature": "0" * 40, "msg_signature": "0" * 40},
            body=honest.body,
        ),
        Switch.WRONG_APP_ID: lambda: _foreign(keys, honest, xml),
        Switch.DTD_BOMB: lambda: _bomb(keys, openid, timestamp),
        Switch.STALE_TIMESTAMP: lambda: sign_push(
            keys, openid=openid, xml=xml, timestamp=timestamp - STALE_S
        ),
    }
    return makers[switch]()


def _foreign(keys: Keys, honest: SignedRequest, xml: str) -> SignedRequest:
    encrypted = encrypt(keys.aes_key, xml.encode(), "wxffffffffffffffff")
    query = {
        **honest.query,
        "encrypt_type": "aes",
        "msg_signature": sign(
            keys.token, honest.query["timestamp"], honest.query["nonce"], encrypted
        ),
    }
    body = build([("ToUserName", keys.gh_id), ("Encrypt", encrypted)])
    return SignedRequest(query=query, body=body.encode())


def _bomb(keys: Keys, openid: str | None, timestamp: int) -> SignedRequest:
    """The bomb outside, where an attacker can put it, and inside where the key is known."""
    request = sign_push(keys, openid=openid, xml=_BOMB, timestamp=timestamp)
    if keys.mode is Mode.COMPATIBLE:
        return SignedRequest(query=request.query, body=_BOMB.encode())
    return request
