"""The platform's side of the wire by hand: signed, encrypted posts and opened replies.

Signs and seals with the emulator's code, which shares nothing with the bot's own.
"""

import itertools
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from bot.config import Settings
from bot.sandbox import pushes
from bot.sandbox.crypto import decrypt, same_signature, sign
from bot.sandbox.pushes import Push
from bot.sandbox.settings import Mode
from bot.sandbox.signing import Keys, sign_push
from bot.sandbox.wire_xml import Element, parse

#: The platform drops the connection here (WECHAT.md §1.4).
DEADLINE_S = 5.0
_numbers = itertools.count(time.time_ns() // 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a resident, the same for each of its deliveries."""

    openid: str
    xml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status.
        body: raw body.
        took_s: seconds from connecting to the last byte.
        message: the opened document, ``None`` for the quiet answer.
    """

    status: int
    body: bytes
    took_s: float
    message: Element | None

    @property
    def text(self) -> str:
        """Return what the resident reads."""
        return self.message.value("Content") if self.message else ""

    @property
    def fields(self) -> dict[str, str]:
        """Return the opened document, to compare with another."""
        return {one.tag: one.text for one in self.message.children} if self.message else {}


class Malformed(Exception):
    """An answer the platform would show a fault note for."""


@dataclass(kw_only=True)
class Line:
    """A connection of the platform to one account's webhook.

    Attributes:
        keys: the account's secrets.
        local_port: our side of the latest connection, to find who serves it.
    """

    keys: Keys
    local_port: int = field(default=0)

    @classmethod
    def to(cls, settings: Settings, slug: str = "default") -> "Line":
        """Return the line to a deployment's own account."""
        keys = Keys(
            token=settings.token,
            aes_key=settings.aes_key,
            previous_aes_key=None,
            app_id=settings.app_id,
            gh_id=settings.gh_id,
            mode=Mode(settings.mode),
            callback_url=f"http://127.0.0.1:{settings.port}/wechat/{slug}",
        )
        return cls(keys=keys)

    def fresh(self) -> "Line":
        """Return another line to the same webhook, for another thread."""
        return Line(keys=self.keys)

    def message(self, openid: str, push: Push | str) -> Message:
        """Return a new message; a plain text is a text message."""
        made = pushes.text(push) if isinstance(push, str) else push
        xml = made.xml(
            gh_id=self.keys.gh_id,
            openid=openid,
            create_time=int(time.time()),
            msg_id=str(next(_numbers)),
        )
        return Message(openid=openid, xml=xml)

    def deliver(self, message: Message, *, timeout_s: float = 2 * DEADLINE_S) -> Reply:
        """Deliver once, with a signature and ciphertext of its own.

        Raises:
            OSError: the connection broke.
            Malformed: the answer is none the platform takes.
        """
        signed = sign_push(
            self.keys, openid=message.openid, xml=message.xml, timestamp=int(time.time())
        )
        where = urlsplit(self.keys.callback_url)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=timeout_s)
        started = time.monotonic()
        try:
            connection.connect()
            self.local_port = connection.sock.getsockname()[1]
            connection.request("POST", f"{where.path}?{urlencode(signed.query)}", body=signed.body)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        took = time.monotonic() - started
        opened = self._open(body, message) if answer.status == 200 else None
        return Reply(status=answer.status, body=body, took_s=took, message=opened)

    def _open(self, body: bytes, message: Message) -> Element | None:
        if body in {b"", b"success"}:
            return None
        outer = parse(body)
        encrypted = outer.value("Encrypt")
        stamp, nonce = outer.value("TimeStamp"), outer.value("Nonce")
        wanted = sign(self.keys.token, stamp, nonce, encrypted)
        if not same_signature(wanted, outer.value("MsgSignature")):
            raise Malformed("the reply's signature does not match")
        found = parse(decrypt(self.keys.aes_key, encrypted, self.keys.app_id))
        sides = (found.value("ToUserName"), found.value("FromUserName"))
        if sides != (message.openid, self.keys.gh_id):
            raise Malformed("the reply is addressed to somebody else")
        if found.value("MsgType") != "text" or not found.value("Content"):
            raise Malformed("the reply is no text with content")
        return found
