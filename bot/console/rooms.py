"""Builds the console's blueprint: the door, the rooms, and the pages that say no."""

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, redirect, render_template
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from bot.console import guard, sessions, wording
from bot.console.alerts import add_alerts
from bot.console.audit import add_audit
from bot.console.cases import add_cases
from bot.console.explain import add_explain
from bot.console.login import add_login
from bot.console.packs import add_packs
from bot.console.parts import ConsoleParts
from bot.console.rights import may, rooms
from bot.console.today import add_today
from bot.console.undelivered import add_undelivered
from bot.domain.errors import StoreUnavailable
from bot.logs import logger

_REFUSED = {
    "form": "这个表单过期了，请回上一页刷新后再试。一直这样，说明浏览器没有留住登录："
    "后台要用 https 打开（本机除外）。",
    "role": "您的身份进不了这一页。需要的话，请找管理员。",
    "community": "这个社区不归您管。",
}
_TITLES = {403: "这里进不去", 404: "没有这一页", 405: "没有这一页", 503: "系统这会儿没响应"}
_CODES = (400, 403, 404, 405, 413)
_HINTS = {
    404: "可能已经处理掉了，或者地址写错了。",
    405: "请从页面上的按钮进来。",
    503: "请过一分钟再试。急事请直接打电话：110、120、12345。",
}


def console_blueprint(parts: ConsoleParts) -> Blueprint:
    """Return the console, to be registered with an application that has a secret key.

    Args:
        parts: finished parts from the composition root.
    """
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    blueprint.auth = "staff"  # type: ignore[attr-defined] # read by the architecture test
    blueprint.record_once(_dress)
    blueprint.before_request(lambda: guard.admit(parts))
    blueprint.after_request(_sealed)
    for kind in (HTTPException, *_CODES):  # by code too, or the application's own would win
        blueprint.register_error_handler(kind, _refusal)
    blueprint.register_error_handler(Exception, _failure)
    version = _style_version()

    @blueprint.context_processor
    def surroundings() -> dict[str, object]:
        me = guard.visitor()
        return {
            "me": me,
            "rooms": rooms(me) if me else [],
            "may": lambda endpoint: me is not None and may(me, endpoint),
            "csrf": sessions.form_token,
            "word": wording,
            "style_version": version,
            "title_of": lambda intent: (
                parts.registry.intents[intent].title
                if intent in parts.registry.intents
                else wording.ALERT_REASONS.get(intent, intent)
            ),
            "place_of": parts.services.communities.title,
        }

    for add in (
        add_login, add_today, add_alerts, add_cases, add_undelivered, add_packs, add_explain,
        add_audit,
    ):  # fmt: skip
        add(blueprint, parts)
    _add_missing(blueprint)
    return blueprint


def _add_missing(blueprint: Blueprint) -> None:
    """Answer every other address below the console with our own page."""

    @blueprint.route("/", methods=["POST"])
    @blueprint.route("/<path:_rest>", methods=["GET", "POST"])
    def missing(_rest: str = "") -> AnyResponse:
        abort(404)


def _dress(state: BlueprintSetupState) -> None:
    app = state.app
    if isinstance(app, Flask):
        app.session_interface = sessions.ConsoleCookies()


def _sealed(response: Response) -> Response:
    guard.seal(response)
    return response


def _style_version() -> str:
    """Return a mark of the style sheet, so that a browser fetches a new one after a release."""
    file = Path(__file__).parent / "static" / "console.css"
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def _refusal(error: HTTPException) -> AnyResponse | tuple[str, int]:
    if isinstance(error, RequestRedirect):
        return redirect(error.new_url, code=308)
    code = error.code or 500
    return _no(code, _REFUSED.get(error.description or ""))


def _failure(error: Exception) -> tuple[str, int]:
    """Say that it did not work; the process boundary, so nothing else reaches the browser."""
    if isinstance(error, StoreUnavailable):
        logger().warning("console.store_away")
        return _no(503)
    logger().exception("console.failed", exc_info=error)
    return _no(500)


def _no(code: int, hint: str | None = None) -> tuple[str, int]:
    title = _TITLES.get(code, "这一步没办成")
    told = hint or _HINTS.get(code, "请回上一页再试一次；还不行，请告诉管理员。")
    return render_template("console/refusal.html", title=title, hint=told, code=code), code
