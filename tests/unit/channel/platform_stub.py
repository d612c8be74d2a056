"""A scripted platform on loopback: answers what a test tells it to and writes down what it got."""

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

OK = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One request as it arrived."""

    path: str
    params: dict[str, str]
    raw: bytes
    headers: dict[str, str]

    @property
    def body(self) -> dict:
        return json.loads(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer: status, bytes, type, or a line that is cut instead."""

    raw: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def said(body: object = OK, **parts: object) -> Said:
    return Said(raw=json.dumps(body, ensure_ascii=False).encode(), **parts)


class PlatformStub:
    """Tokens ``T1``, ``T2``, … of the stable kind; anything else by script, else ``ok``.

    ``good`` tells which tokens pass (all by default); ``script`` holds answers by path.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.got: list[Got] = []
        self.script: dict[str, deque[Said]] = {}
        self.number = 1
        self.lifetime_s: float = 7200
        self.good: Callable[[str], bool] = lambda token: True
        self.base = ""

    def say(self, path: str, *answers: Said) -> None:
        self.script.setdefault(path, deque()).extend(answers)

    def to(self, path: str) -> list[Got]:
        with self.lock:
            return [one for one in self.got if one.path == path]

    @property
    def fetches(self) -> list[bool]:
        """The token requests so far: whether each was forced."""
        return [one.body["force_refresh"] for one in self.to("/cgi-bin/stable_token")]

    def answer(self, got: Got) -> Said:
        with self.lock:
            self.got.append(got)
            waiting = self.script.get(got.path)
            if waiting:
                return waiting.popleft()
            if got.path == "/cgi-bin/stable_token":
                if got.body["force_refresh"]:
                    self.number += 1
                return said({"access_token": f"T{self.number}", "expires_in": self.lifetime_s})
            token = got.params.get("access_token")
            if token is not None and not self.good(token):
                return said({"errcode": 40001, "errmsg": "invalid credential rid: 0a1b2c3d-1-2"})
            return said()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        return


@contextmanager
def running_stub() -> Iterator[PlatformStub]:
    stub = PlatformStub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            got = Got(
                path=parts.path,
                params=dict(parse_qsl(parts.query)),
                raw=raw,
                headers={name.lower(): value for name, value in self.headers.items()},
            )
            answer = stub.answer(got)
            if answer.cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.raw)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.raw)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            return

    server = _Server(("127.0.0.1", 0), Handler)
    stub.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
