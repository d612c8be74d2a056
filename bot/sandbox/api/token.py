"""Access tokens and the platform's addresses."""

from __future__ import annotations

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.crypto import same_signature
from bot.sandbox.model import Account, Json

IPS = ["127.0.0.1"]


def issue(call: Call) -> Json:
    """`GET /cgi-bin/token`: a new token each time."""
    account = _owner(call, dict(call.args.items()))
    value, lifetime = call.platform.tokens.classic(account.slug)
    return {"access_token": value, "expires_in": lifetime}


def issue_stable(call: Call) -> Json:
    """`POST /cgi-bin/stable_token`: the same token while it is valid."""
    body = call.body()
    account = _owner(call, body)
    force = body.get("force_refresh") is True
    value, lifetime = call.platform.tokens.stable(account.slug, force=force)
    return {"access_token": value, "expires_in": lifetime}


def addresses(_call: Call) -> Json:
    """`getcallbackip` and `get_api_domain_ip`."""
    return {"ip_list": IPS}


def clear_quota(call: Call) -> Json:
    """`POST /cgi-bin/clear_quota`."""
    if call.body().get("appid") != call.owner.app_id:
        raise ApiError(40013)
    return ok()


def _owner(call: Call, values: Json) -> Account:
    if values.get("grant_type") != "client_credential":
        raise ApiError(40002)
    app_id, secret = str(values.get("appid") or ""), str(values.get("secret") or "")
    if not app_id:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    account = call.platform.world.account_by_app_id(app_id)
    if account is None:
        raise ApiError(40013)
    if not same_signature(secret, account.app_secret):
        raise ApiError(40125)
    return account


ROUTES = (
    Route(path="/cgi-bin/token", verb="GET", view=issue, token=False),
    Route(path="/cgi-bin/stable_token", verb="POST", view=issue_stable, token=False),
    Route(path="/cgi-bin/getcallbackip", verb="GET", view=addresses),
    Route(path="/cgi-bin/get_api_domain_ip", verb="GET", view=addresses),
    Route(path="/cgi-bin/clear_quota", verb="POST", view=clear_quota),
)
