"""The emulator as a Flask app, and a server for it."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.sandbox import control, control_platform, page
from bot.sandbox.api import dispatch
from bot.sandbox.clock import SandboxClock
from bot.sandbox.platform import EXTENSION, Platform
from bot.sandbox.settings import SandboxSettings

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; img-src 'self' data: http: https:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def create_sandbox(settings: SandboxSettings, clock: SandboxClock | None = None) -> Flask:
    """Build the emulator; no thread runs before the first push or page."""
    app = Flask(__name__, static_url_path="/sandbox/static")
    app.config["MAX_CONTENT_LENGTH"] = dispatch.MAX_BODY
    app.extensions[EXTENSION] = Platform(settings, clock or SandboxClock())
    dispatch.register(app)
    control.register(app)
    control_platform.register(app)
    page.register(app)
    app.after_request(_protect)
    return app


def serve(
    settings: SandboxSettings,
    stop: threading.Event,
    *,
    clock: SandboxClock | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until `stop` is set or SIGTERM/SIGINT comes; returns within two seconds of it.

    Args:
        settings: where to listen and what to emulate; port 0 picks a free one.
        stop: set it to end the server.
        clock: a clock shared with a test.
        ready: called with the port once connections are accepted.
    """
    if settings.port == 0:
        settings = replace(settings, port=_free_port(settings.host))
    app = create_sandbox(settings, clock)
    platform: Platform = app.extensions[EXTENSION]
    server = make_server(
        settings.host, settings.port, app, threaded=True, request_handler=_QuietHandler
    )
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2})
    thread.daemon = True
    thread.start()
    platform.start_verifying()
    log.info("sandbox.started port=%d", server.server_port)
    if ready is not None:
        ready(server.server_port)
    try:
        while not stop.wait(0.5):
            continue
    finally:
        platform.close()
        server.shutdown()
        server.server_close()
        thread.join(1.0)
        log.info("sandbox.stopped")


def _silent(_handler: WSGIRequestHandler, code: int | str = "-", size: int | str = "-") -> None:
    del code, size


class _QuietHandler(WSGIRequestHandler):
    """Requests are in the emulator's own logs; query strings hold secrets, so none here."""

    protocol_version = "HTTP/1.1"

    log_request = _silent


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
