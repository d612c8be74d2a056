"""A bot on a real socket for the emulator to talk to, and small clients for its API.

The bot opens and seals with the emulator's own crypto, which the golden vectors pin down.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.sandbox import AccountSettings, Mode, SandboxSettings, serve
from bot.sandbox.crypto import decrypt, seal
from bot.sandbox.wire_xml import Element, build, parse

ACCOUNT = AccountSettings()
OPENID = "oSbxResident000000000000001"
OTHER = "oSbxResident000000000000002"


@dataclass
class Seen:
    """One request as the bot got it."""

    query: dict[str, str]
    raw: bytes
    message: Element | None
    at: float


Answer = Callable[[Seen], bytes]


@dataclass
class StubBot:
    """Answers with whatever `answer` says; remembers every request."""

    mode: Mode = Mode.SECURE
    answer: Answer = lambda seen: b"success"
    seen: list[Seen] = field(default_factory=list)
    status: int = 200
    url: str = ""

    def messages(self) -> list[Element]:
        """The pushes that could be read, in order of arrival."""
        return [one.message for one in self.seen if one.message is not None]


def text_reply(seen: Seen, content: str, **changes: str) -> bytes:
    """A correct text reply in secure mode, with fields replaced by name."""
    message = seen.message
    assert message is not None
    values = {
        "ToUserName": message.value("FromUserName"),
        "FromUserName": message.value("ToUserName"),
        "CreateTime": "1790000001",
        "MsgType": "text",
        "Content": content,
        **changes,
    }
    return sealed(build(list(values.items())))


def sealed(xml: str, *, account: AccountSettings = ACCOUNT, **changes: str) -> bytes:
    """An encrypted reply envelope."""
    box = seal(
        token=account.token,
        aes_key=account.aes_key,
        app_id=changes.get("app_id", account.app_id),
        text=xml.encode(),
        timestamp="1790000001",
        nonce="424242",
    )
    return build(
        [
            ("Encrypt", box.encrypt),
            ("MsgSignature", changes.get("signature", box.msg_signature)),
            ("TimeStamp", box.timestamp),
            ("Nonce", box.nonce),
        ]
    ).encode()


@contextmanager
def running_bot(answer: Answer | None = None, *, mode: Mode = Mode.SECURE) -> Iterator[StubBot]:
    """A bot listening on a free port of the loopback."""
    bot = StubBot(mode=mode)
    if answer is not None:
        bot.answer = answer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            self._send(200, query.get("echostr", "").encode())

        def do_POST(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            seen = Seen(query, raw, _open(raw, query), time.monotonic())
            bot.seen.append(seen)
            self._send(bot.status, bot.answer(seen))

        def _send(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    bot.url = f"http://127.0.0.1:{server.server_port}/wechat/default"
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings_for(bot: StubBot, **changes: Any) -> SandboxSettings:
    """Settings whose default account calls this bot."""
    account = AccountSettings(callback_url=bot.url, mode=bot.mode)
    return SandboxSettings(**{"accounts": (account,), "deadline_s": 2.0, **changes})


@contextmanager
def served(settings: SandboxSettings) -> Iterator[int]:
    """A served emulator; stopping must take less than two seconds."""
    stop, ready, ports = threading.Event(), threading.Event(), list[int]()

    def started(port: int) -> None:
        ports.append(port)
        ready.set()

    thread = threading.Thread(target=serve, args=(settings, stop), kwargs={"ready": started})
    thread.start()
    assert ready.wait(5)
    try:
        yield ports[0]
    finally:
        began = time.monotonic()
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        assert time.monotonic() - began < 2


def call(port: int, verb: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
    """One request to a served emulator: status and JSON."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    target = f"{path}?{urlencode(query)}" if query else path
    raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"} if verb != "GET" else {}
    connection.request(verb, target, body=raw, headers=headers)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, json.loads(data) if data else None


def _open(raw: bytes, query: dict[str, str]) -> Element | None:
    try:
        root = parse(raw)
        if query.get("encrypt_type") != "aes":
            return root
        return parse(decrypt(ACCOUNT.aes_key, root.value("Encrypt"), ACCOUNT.app_id))
    except Exception:  # noqa: BLE001 - hostile requests are part of the tests
        return None
