"""From an HTTP request to a view and back: verbs, tokens, injected faults, the call log."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from bot.sandbox.api import (
    custom,
    mass,
    material,
    menu,
    oauth,
    qrcode,
    tags,
    template,
    token,
    user,
    webhook,
)
from bot.sandbox.api.wire import (
    ApiError,
    Call,
    Route,
    drop_connection,
    failure,
    json_response,
    new_rid,
)
from bot.sandbox.chaos import Switch
from bot.sandbox.media import MediaRefusedError
from bot.sandbox.menus import MenuRefusedError
from bot.sandbox.model import Account
from bot.sandbox.oauth import OAuthRefusedError
from bot.sandbox.platform import Platform, platform
from bot.sandbox.tokens import TokenRefusedError

MAX_BODY = 24 * 1024 * 1024
REFUSALS = (ApiError, TokenRefusedError, MediaRefusedError, MenuRefusedError, OAuthRefusedError)


def routes() -> tuple[Route, ...]:
    """Every endpoint of the platform's API."""
    return (
        *token.ROUTES,
        *custom.ROUTES,
        *material.ROUTES,
        *menu.ROUTES,
        *mass.ROUTES,
        *oauth.ROUTES,
        *qrcode.ROUTES,
        *tags.ROUTES,
        *template.ROUTES,
        *user.ROUTES,
        *webhook.ROUTES,
    )


def register(app: Flask) -> None:
    """Add the API to an app; unknown paths below its prefixes answer like the platform."""
    blueprint = Blueprint("platform_api", __name__)
    for route in routes():
        blueprint.add_url_rule(
            route.path,
            endpoint=route.path.strip("/").replace("/", "_").replace(".", "_"),
            view_func=_view(route),
            methods=["GET", "POST"],
        )
    for prefix in ("/cgi-bin/<path:rest>", "/sns/<path:rest>", "/wxa/<path:rest>"):
        blueprint.add_url_rule(
            prefix, endpoint=f"unknown_{prefix[1:4]}", view_func=_unknown, methods=["GET", "POST"]
        )
    app.register_blueprint(blueprint)


def _view(route: Route) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        return _Exchange(route, platform(), new_rid()).run()

    return view


class _Exchange:
    """One request on its way through faults, checks, view and log."""

    def __init__(self, route: Route, host: Platform, rid: str) -> None:
        self._route = route
        self._host = host
        self._rid = rid
        self._account: Account | None = None

    def run(self) -> ResponseReturnValue:
        """Answer the request."""
        broken = self._broken_line()
        if broken is not None:
            return broken
        code, note = 0, ""
        try:
            answer = self._route.view(self._checked_call())
            if isinstance(answer, dict):
                code = int(answer.get("errcode", 0))
        except REFUSALS as error:
            code, note = error.code, getattr(error, "detail", "")
            answer = {**failure(code, note, self._rid), **getattr(error, "extra", {})}
        self._log(code, note)
        if code == 0 and self._armed(Switch.API_LOST_ANSWER):
            return self._cut()
        return json_response(answer) if isinstance(answer, dict) else answer

    def _broken_line(self) -> ResponseReturnValue | None:
        hang = self._host.chaos.take(Switch.API_HANG, self._route.path)
        if hang is not None:
            self._log(-1, "hang")
            self._host.world.closing.wait(hang.value)
            return self._cut()
        if self._armed(Switch.API_RESET):
            self._log(-1, "reset")
            return self._cut()
        if self._armed(Switch.API_BAD_GATEWAY):
            self._log(-1, "502")
            return Response("<html><h1>502 Bad Gateway</h1></html>", 502)
        return None

    def _checked_call(self) -> Call:
        self._check_faults()
        if request.method != self._route.verb:
            raise ApiError(43001 if self._route.verb == "GET" else 43002)
        if self._route.token:
            slug = self._host.tokens.check(request.args.get("access_token", ""))
            self._account = self._host.world.account(slug)
        if (request.content_length or 0) > MAX_BODY:
            raise ApiError(40006)
        return Call(
            platform=self._host,
            account=self._account,
            args=request.args,
            raw=b"" if request.mimetype == "multipart/form-data" else request.get_data(),
            files=request.files,
        )

    def _check_faults(self) -> None:
        issuing = self._route in token.ROUTES
        faults = (
            (Switch.API_BUSY, -1, True),
            (Switch.QUOTA_USED_UP, 45009, True),
            (Switch.IP_REFUSED, 40164, issuing),
            (Switch.TOKEN_STALE, 40001, self._route.token),
        )
        for switch, code, applies in faults:
            if applies and self._armed(switch):
                raise ApiError(code)

    def _armed(self, switch: Switch) -> bool:
        return self._host.chaos.take(switch, self._route.path) is not None

    @staticmethod
    def _cut() -> ResponseReturnValue:
        drop_connection()
        return Response("", 502)

    def _log(self, code: int, note: str) -> None:
        self._host.world.record_call(
            path=self._route.path,
            errcode=code,
            rid=self._rid,
            account=self._account.slug if self._account else "",
            note=note,
        )


def _unknown(rest: str) -> ResponseReturnValue:
    del rest
    return json_response(failure(48001, "(not emulated)", new_rid()))
