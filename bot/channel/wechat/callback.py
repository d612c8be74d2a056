"""A callback request to an authentic message, and a reply back into the account's wire form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channel.wechat.account import Account
from bot.channel.wechat.parse import parse, read_xml
from bot.domain.errors import BadSignature
from bot.domain.messages import Inbound

#: Longest body that is looked at (WECHAT.md §1.4).
MAX_BODY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An authentic message and how its reply must be wrapped."""

    inbound: Inbound
    sealed: bool
    key: int


def verify_url(account: Account, query: Mapping[str, str]) -> str:
    """Answer the platform's URL verification.

    Returns:
        ``echostr`` byte for byte.

    Raises:
        BadSignature: the signature does not match.
    """
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    echo = query.get("echostr", "")
    if account.mode != "plaintext" and query.get("msg_signature"):
        account.envelope.check_body(query["msg_signature"], timestamp, nonce, echo)
    else:
        account.envelope.check_url(query.get("signature", ""), timestamp, nonce)
    return echo


def receive(
    account: Account, query: Mapping[str, str], body: bytes, *, now: datetime, window_s: int
) -> Received:
    """Verify, decrypt and parse one POST. Nothing reads the body before its signature holds.

    Args:
        account: whose webhook was called.
        query: the URL's parameters.
        body: raw body.
        now: present moment, for the freshness window.
        window_s: how far the timestamp may lie from ``now`` in seconds; 0 switches the check off.

    Raises:
        BadSignature: not from the platform, stale, or in the wrong mode.
        Unparsable: authentic but unreadable.
    """
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    _check_fresh(timestamp, now, window_s)
    if account.mode == "plaintext":
        account.envelope.check_url(query.get("signature", ""), timestamp, nonce)
        return Received(inbound=parse(account.slug, read_xml(body)), sealed=False, key=0)
    given = query.get("msg_signature", "")
    if not given:
        raise BadSignature("a body without msg_signature, but the account is not in plaintext mode")
    encrypted = _encrypted(body)
    account.envelope.check_body(given, timestamp, nonce, encrypted)
    opened = account.envelope.open(encrypted)
    inbound = parse(account.slug, read_xml(opened.xml))
    return Received(inbound=inbound, sealed=True, key=opened.key)


def _check_fresh(timestamp: str, now: datetime, window_s: int) -> None:
    if window_s == 0:
        return
    if not timestamp.isdecimal() or len(timestamp) > 16:
        raise BadSignature("the timestamp is not a number")
    stamped = int(timestamp)
    if stamped > 100_000_000_000:  # one simulator sends milliseconds (WECHAT.md §13)
        stamped //= 1000
    if abs(now.timestamp() - stamped) > window_s:
        raise BadSignature("the timestamp lies outside the window")


_OPEN, _CLOSE = b"<Encrypt>", b"</Encrypt>"


def _encrypted(body: bytes) -> str:
    """Return the ``Encrypt`` element.

    The envelope is read by position, not by an XML parser: nothing but its signature is trusted
    yet,
    and the signature covers exactly these characters.

    Raises:
        BadSignature: there is none, so nothing is signed.
    """
    start = body.find(_OPEN)
    end = body.find(_CLOSE, start)
    if start < 0 or end < 0:
        raise BadSignature("no Encrypt element")
    inner = body[start + len(_OPEN) : end].strip()
    if inner.startswith(b"<![CDATA[") and inner.endswith(b"]]>"):
        inner = inner[9:-3]
    try:
        return inner.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadSignature("the Encrypt element is not base64") from error


def wrap(account: Account, received: Received, xml: str, *, now: datetime, nonce: str) -> str:
    """Return a reply in the form the account's mode asks for."""
    if not received.sealed:
        return xml
    timestamp = str(int(now.timestamp()))
    return account.envelope.seal(xml, timestamp=timestamp, nonce=nonce, key=received.key)
