"""HTTP with a hard deadline, as the platform's push servers keep it.

A socket timeout alone does not bound a response that drips; a timer shuts the socket instead.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

MAX_ANSWER_BYTES = 1024 * 1024


class TransportError(Exception):
    """No usable answer: `timeout` tells a missed deadline from a failed connection."""

    def __init__(self, reason: str, *, timeout: bool, took_s: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.timeout = timeout
        self.took_s = took_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    body: bytes
    took_s: float


def request(
    url: str,
    query: dict[str, str],
    *,
    body: bytes | None = None,
    deadline_s: float,
    drip_s: float = 0.0,
) -> Answer:
    """GET, or POST when there is a body, within a deadline counted over the whole exchange.

    Args:
        url: the account's server address, which may have a query of its own.
        query: parameters to add.
        body: an XML document; sent in small pieces over `drip_s` seconds if that is positive.
        deadline_s: real seconds until the connection is dropped.
        drip_s: real seconds to stretch the sending of the body.

    Raises:
        TransportError: when there is no complete answer in time.
    """
    started = time.monotonic()
    expired = threading.Event()
    connection = _connection(url, deadline_s)
    timer: threading.Timer | None = None
    try:
        connection.connect()
        timer = threading.Timer(
            max(0.01, deadline_s - (time.monotonic() - started)),
            _drop,
            (connection.sock, expired),
        )
        timer.daemon = True
        timer.start()
        _send(connection, _target(url, query), body, drip_s)
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES + 1)
        if expired.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        took = time.monotonic() - started
        late = expired.is_set() or isinstance(error, TimeoutError)
        reason = f"{deadline_s:g} 秒内没有应答" if late else f"连接失败：{type(error).__name__}"
        raise TransportError(reason, timeout=late, took_s=took) from error
    finally:
        if timer is not None:
            timer.cancel()
        connection.close()
    return Answer(status=response.status, body=answer, took_s=time.monotonic() - started)


def _connection(url: str, deadline_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "127.0.0.1", parts.port, timeout=deadline_s)


def _target(url: str, query: dict[str, str]) -> str:
    parts = urlsplit(url)
    joined = "&".join(piece for piece in (parts.query, urlencode(query)) if piece)
    return f"{parts.path or '/'}?{joined}"


def _send(
    connection: http.client.HTTPConnection, target: str, body: bytes | None, drip_s: float
) -> None:
    headers = {"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Connection": "close"}
    if body is None:
        connection.request("GET", target, headers=headers)
        return
    headers["Content-Type"] = "text/xml"
    if drip_s <= 0:
        connection.request("POST", target, body=body, headers=headers)
        return
    connection.putrequest("POST", target)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    pieces = 10
    size = max(1, -(-len(body) // pieces))
    for start in range(0, len(body), size):
        connection.send(body[start : start + size])
        time.sleep(drip_s / pieces)


def _drop(sock: socket.socket | None, expired: threading.Event) -> None:
    expired.set()
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
