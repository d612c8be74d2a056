"""How this package speaks HTTP: bounded, without redirects, and never with an address in an error.

A request's address holds the access token or the robot's key, and the HTTP library prints it in
its exceptions. So those never become the cause of ours: ``raise … from None`` is deliberate.
"""

import io
import json
import logging
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from bot import logs
from bot.channel.wechat.errors import Endpoint, error_for, rid, unanswered
from bot.domain.errors import ChannelError

#: Seconds to connect and to wait for each part of an answer (WECHAT.md §11.1).
TIMEOUT_S = (3.0, 5.0)
#: The largest answer the platform gives to a call that is not a file: 10,000 openids.
MAX_ANSWER_BYTES = 2 * 1024 * 1024
#: Seconds a whole answer may take; the timeout above starts anew with every part.
ANSWER_S = 20.0
JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}
_CONNECTIONS = 32
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Control characters JSON can only write as an escape, which the platform refuses (40033).
_CONTROL = {code: None for code in range(32) if code not in {9, 10, 13}}

Answer = Mapping[str, object]


class AnswerTooLong(requests.RequestException):
    """The platform sent more than such an answer can hold."""


class AnswerTooSlow(requests.Timeout):
    """The answer dripped beyond its whole time."""


def open_session(api_base: str) -> requests.Session:
    """Return a session for one host: pooled, no cookies, no repeats of its own.

    Args:
        api_base: the host's base address; on loopback no proxy of the environment is used.
    """
    # The connection pool's DEBUG lines hold whole addresses, tokens included.
    logging.getLogger("urllib3").setLevel(logging.INFO)
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = urlsplit(api_base).hostname not in _LOOPBACK
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.hooks["response"].append(_bounded)
    return session


def encode(body: Mapping[str, object]) -> bytes:
    r"""Return ``body`` as raw UTF-8 JSON without any ``\uXXXX`` (WECHAT.md §5, §8.3: 40033)."""
    return json.dumps(_clean(body), ensure_ascii=False, separators=(",", ":")).encode()


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.translate(_CONTROL).encode(errors="ignore").decode()
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def post_json(
    session: requests.Session,
    api_base: str,
    endpoint: Endpoint,
    *,
    body: Mapping[str, object],
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Post JSON once and return the platform's answer.

    Args:
        session: from :func:`open_session`.
        api_base: the host's base address, without a trailing slash.
        endpoint: the call.
        body: what to send.
        params: query parameters; never logged.

    Raises:
        ChannelError: the platform refused or did not answer; see ``errors.error_for``.
    """
    try:
        response = session.post(
            api_base + endpoint.path,
            data=encode(body),
            params=dict(params or {}),
            headers=JSON_TYPE,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise lost(error, endpoint) from None
    return settled(endpoint, decode(response.content, endpoint, response.status_code))


def read(response: requests.Response, limit: int) -> bytes:
    """Read a whole answer of at most ``limit`` bytes within ``ANSWER_S`` seconds.

    Raises:
        requests.RequestException: it is longer, takes longer, or breaks off.
    """
    deadline = time.monotonic() + ANSWER_S
    held = bytearray()
    try:
        while piece := response.raw.read1(65_536, decode_content=True):
            held += piece
            if len(held) > limit:
                raise AnswerTooLong
            if time.monotonic() > deadline:
                raise AnswerTooSlow
    except HTTPError as error:
        raise requests.ConnectionError(type(error).__name__) from None
    except requests.RequestException:
        response.close()
        raise
    return bytes(held)


def _bounded(response: requests.Response, **sent: object) -> None:
    """Read an answer that nobody streams here, before ``requests`` reads it without a bound."""
    if not sent.get("stream"):
        response.raw = io.BytesIO(read(response, MAX_ANSWER_BYTES))


def decode(raw: bytes, endpoint: Endpoint, status: int) -> Answer:
    """Return the JSON object in an answer.

    Raises:
        ChannelError: another status than 200, or no JSON object.
    """
    if status != requests.codes.ok:
        raise unanswered(endpoint, f"HTTP status {status}")
    try:
        answer = json.loads(raw.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise unanswered(endpoint, "answer is not a JSON object")
    return cast(Answer, answer)


def settled(endpoint: Endpoint, answer: Answer) -> Answer:
    """Return ``answer``, or raise what its code stands for; its request id is logged.

    Raises:
        ChannelError: the platform refused.
    """
    try:
        code = int(cast(str, answer.get("errcode", 0)))
    except (TypeError, ValueError):
        raise unanswered(endpoint, "answer has no readable code") from None
    message = str(answer.get("errmsg", ""))
    error = error_for(endpoint, code, message)
    if code:
        logs.logger().info(
            "channel.refused" if error else "channel.ignored",
            path=endpoint.path,
            code=code,
            rid=rid(message),
        )
    if error:
        raise error
    return answer


def lost(error: requests.RequestException, endpoint: Endpoint) -> ChannelError:
    """Return our error for a failure of the transport; logs its kind, never its text."""
    left = not _never_left(error)
    reason = "no answer in time" if isinstance(error, requests.Timeout) else "connection failed"
    logs.logger().warning(
        "channel.unanswered", path=endpoint.path, kind=type(error).__name__, left=left
    )
    return unanswered(endpoint, f"{reason} ({type(error).__name__})", left=left)


def _never_left(error: requests.RequestException) -> bool:
    """Tell whether the connection was never made, so that nothing can have arrived."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
