"""How an API request is read and answered: routes, JSON bodies, error codes, diagnostics ids."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import Response, request
from werkzeug.datastructures import FileStorage, MultiDict

from bot.sandbox.model import Account, Json
from bot.sandbox.platform import Platform

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, "
    "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid file size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid menu type",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button depth",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40031: "invalid openid list",
    40032: "invalid openid list size",
    40030: "invalid refresh_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid args",
    40036: "invalid template_id size",
    40037: "invalid template_id",
    40055: "invalid url domain",
    40059: "invalid msg id",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40152: "invalid tagid",
    40163: "code been used",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "user is on the account's blacklist",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45056: "too many tag now, pls add new tag after delete some",
    45058: "can't modify sys tag",
    45059: "can not tag one user with more than 20 tags",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "invalid typing command",
    45080: "no conversation within the last 30 seconds",
    45081: "already typing",
    45157: "invalid tag name",
    45158: "tag name too long",
    45159: "invalid tag id",
    45162: "invalid msgtype",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user refuses the account's messages",
    49003: "not match any openid of this appid",
    70000: "message refused by minor protection",
}

ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, code: int, detail: str = "", *, extra: Json | None = None) -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail
        self.extra = extra or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API request as a view sees it; `account` is set where a token was required."""

    platform: Platform
    account: Account | None
    args: MultiDict[str, str]
    raw: bytes
    files: MultiDict[str, FileStorage]

    @property
    def owner(self) -> Account:
        """The account whose token was used."""
        if self.account is None:
            raise ApiError(41001)
        return self.account

    def body(self, *, literal_escapes: bool = False) -> Json:
        r"""The JSON object posted.

        Args:
            literal_escapes: show `\uXXXX` as it stands, as customer messages do on real phones.

        Raises:
            ApiError: 44002 empty, 47001 not a JSON object in UTF-8.
        """
        if not self.raw.strip():
            raise ApiError(44002)
        try:
            text = self.raw.decode()
            found = json.loads(show_escapes(text) if literal_escapes else text)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise ApiError(47001) from error
        if not isinstance(found, dict):
            raise ApiError(47001)
        return found

    def has_escapes(self) -> bool:
        r"""Whether the body writes characters as `\uXXXX`."""
        return show_escapes(text := self.raw.decode(errors="replace")) != text


Answer: TypeAlias = "Json | Response"
View: TypeAlias = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint: path, verb, view, and whether an access token is needed."""

    path: str
    verb: str
    view: View
    token: bool = True


def new_rid() -> str:
    """A request id as `errmsg` carries it."""
    return "-".join(secrets.token_hex(4) for _ in range(3))


def ok(**values: Any) -> Json:
    """Success, with further fields."""
    return {"errcode": 0, "errmsg": "ok", **values}


def failure(code: int, detail: str, rid: str) -> Json:
    """An error body."""
    text = MESSAGES.get(code, "error")
    return {"errcode": code, "errmsg": f"{text}{' ' + detail if detail else ''} rid: {rid}"}


def json_response(body: Json, status: int = 200) -> Response:
    """A JSON answer in raw UTF-8."""
    return Response(
        json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json"
    )


def show_escapes(text: str) -> str:
    r"""Turn every `\uXXXX` of a JSON text into its six visible characters.

    >>> show_escapes('{"a":"\\u4f60\\n"}')
    '{"a":"\\\\u4f60\\n"}'
    """
    return ESCAPED.sub(lambda m: "\\\\u" if m.group(1) == "u" else m.group(0), text)


def drop_connection() -> bool:
    """Cut the client's connection; False where there is none to cut (a test client)."""
    sock = request.environ.get("werkzeug.socket")
    if sock is None:
        return False
    try:
        sock.shutdown(2)
    except OSError:
        return False
    return True
