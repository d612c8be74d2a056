"""The phone page, pictures, and the in-app browser's authorization page."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import (
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from bot.sandbox.chaos import Switch
from bot.sandbox.model import Account, Resident
from bot.sandbox.platform import Platform, platform

COOKIE = "sandbox_openid"
SCOPES = ("snsapi_base", "snsapi_userinfo")


def register(app: Flask) -> None:
    """Add the pages a person sees."""
    app.add_url_rule("/", "sandbox_phone", phone)
    app.add_url_rule("/healthz", "sandbox_health", lambda: {"status": "ok"})
    app.add_url_rule("/sandbox/media/<media_id>", "sandbox_media", media)
    app.add_url_rule("/sandbox/open", "sandbox_open", open_link)
    app.add_url_rule("/connect/oauth2/authorize", "sandbox_authorize", authorize)


def phone() -> ResponseReturnValue:
    """The shell; everything in it comes from the control API."""
    host = platform()
    host.start_verifying()
    return render_template("sandbox/phone.html", strict=host.settings.strict)


def media(media_id: str) -> ResponseReturnValue:
    """A picture for the page and for `PicUrl`."""
    found = platform().media.get(media_id)
    if found is None:
        abort(404)
    response = Response(found.data, mimetype=found.content_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def open_link() -> ResponseReturnValue:
    """Leave the chat for a link, remembering whose phone it is."""
    url = request.args.get("url", "")
    if urlsplit(url).scheme not in ("http", "https"):
        abort(400)
    response = make_response(redirect(url))
    openid = request.args.get("openid", "")
    if openid in platform().world.residents:
        response.set_cookie(COOKIE, openid, httponly=True, samesite="Lax")
    return response


def authorize() -> ResponseReturnValue:
    """`/connect/oauth2/authorize`: silent for `snsapi_base`, else the resident is asked."""
    host, args = platform(), request.args
    account = host.world.account_by_app_id(args.get("appid", ""))
    target, scope = args.get("redirect_uri", ""), args.get("scope", "")
    problem = _request_problem(account, target, scope)
    if problem or account is None:
        return render_template("sandbox/oauth.html", problem=problem, account=None), 400
    resident = _phone_owner(host, account)
    if resident is None:
        people = [p for p in host.world.residents.values() if p.account == account.slug]
        return render_template(
            "sandbox/oauth.html", account=account, people=people, choose=_with("sandbox_as")
        )
    answer = args.get("sandbox_answer", "")
    if scope == "snsapi_userinfo" and answer != "allow":
        return render_template(
            "sandbox/oauth.html",
            account=account,
            resident=resident,
            refused=answer == "refuse",
            allow=_with("sandbox_answer") + "allow",
            refuse=_with("sandbox_answer") + "refuse",
        )
    code = host.oauth.issue(
        account=account.slug,
        openid=resident.openid,
        scope=scope,
        snapshot=host.chaos.take(Switch.SNAPSHOT_USER) is not None,
    )
    return redirect(_with_code(target, code, args.get("state", "")))


def _request_problem(account: Account | None, target: str, scope: str) -> str:
    if account is None:
        return "appid 参数错误 (10003)"
    if urlsplit(target).scheme not in ("http", "https"):
        return "redirect_uri 参数错误 (10003)"
    if request.args.get("response_type") != "code":
        return "response_type 参数错误"
    return "" if scope in SCOPES else "scope 参数错误 (10005)"


def _phone_owner(host: Platform, account: Account) -> Resident | None:
    openid = request.args.get("sandbox_as") or request.cookies.get(COOKIE, "")
    resident = host.world.residents.get(openid)
    return resident if resident is not None and resident.account == account.slug else None


def _with(name: str) -> str:
    values = [(key, value) for key, value in request.args.items() if key != name]
    return f"{url_for('sandbox_authorize')}?{urlencode(values)}&{name}="


def _with_code(target: str, code: str, state: str) -> str:
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return urlunsplit(parts._replace(query=urlencode(query)))
