"""A short way for deliveries: past Flask's request, routing and session to the same function.

Flask spends on a request as much as the whole channel does. The view in :mod:`bot.web.webhook`
stays and does the same; whatever the door does not know (another method or path, a body without a
length) goes through Flask.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bot.web.webhook import Sent, deliver, too_large

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

    from bot.web.app import WebParts

_PATH = re.compile(r"/wechat/([^/]+)")
_LINES = {200: "200 OK", 403: "403 FORBIDDEN", 413: "413 REQUEST ENTITY TOO LARGE"}
#: More parameters than this are no delivery of the platform.
_MOST_PARAMETERS = 40


class Door:
    """A WSGI application in front of another.

    Args:
        parts: finished parts of the web process.
        inside: the Flask application, for everything else; stays reachable under this name.
        longest: longest body in bytes.
    """

    def __init__(self, parts: "WebParts", inside: "WSGIApplication", longest: int):
        self._parts = parts
        self.inside = inside
        self._longest = longest

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        arrived = self._parts.clock.monotonic()
        slug = _slug(environ)
        length = environ.get("CONTENT_LENGTH", "")
        if not slug or not length.isdecimal():
            return self.inside(environ, start_response)
        try:
            size = int(length)  # refuses thousands of digits
            query = _parameters(environ.get("QUERY_STRING", ""))
        except ValueError:
            return self.inside(environ, start_response)
        if size > self._longest:
            sent = too_large()
        else:
            body = environ["wsgi.input"].read(size)
            sent = deliver(self._parts, slug, query, body, arrived)
        return _send(sent, start_response)


def _slug(environ: dict[str, Any]) -> str:
    """Return the account a POST is for, "" when it is no delivery."""
    if environ.get("REQUEST_METHOD") != "POST":
        return ""
    found = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    return found.group(1) if found else ""


def _parameters(query: str) -> dict[str, str]:
    """Return the URL's parameters, the first of each name.

    Raises:
        ValueError: there are more than any delivery has.
    """
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    return dict(reversed(pairs))


def _send(sent: Sent, start_response: "StartResponse") -> list[bytes]:
    body = sent.text.encode()
    headers = [
        ("Content-Type", f"{sent.mimetype}; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response(_LINES[sent.status], headers)
    return [body]
