"""Web authorization, the server half: code to token to user."""

from __future__ import annotations

from bot.sandbox.api.wire import ApiError, Call, Route, ok
from bot.sandbox.crypto import same_signature
from bot.sandbox.model import Account, Json
from bot.sandbox.oauth import Grant


def access_token(call: Call) -> Json:
    """`GET /sns/oauth2/access_token`."""
    account = _account(call)
    secret = call.args.get("secret", "")
    if not secret:
        raise ApiError(41004)
    if not same_signature(secret, account.app_secret):
        raise ApiError(40125)
    if call.args.get("grant_type") != "authorization_code":
        raise ApiError(40002)
    code = call.args.get("code", "")
    if not code:
        raise ApiError(41008)
    return _tokens(call.platform.oauth.redeem(account.slug, code))


def refresh_token(call: Call) -> Json:
    """`GET /sns/oauth2/refresh_token`."""
    account = _account(call)
    if call.args.get("grant_type") != "refresh_token":
        raise ApiError(40002)
    grant = call.platform.oauth.refresh(account.slug, call.args.get("refresh_token", ""))
    return _tokens(grant)


def user_info(call: Call) -> Json:
    """`GET /sns/userinfo`, only for `snsapi_userinfo`."""
    grant = _grant(call)
    if grant.scope != "snsapi_userinfo":
        raise ApiError(48001)
    resident = call.platform.world.resident(grant.openid)
    name = "微信用户" if grant.snapshot else resident.name
    return {
        "openid": grant.openid,
        "nickname": name,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    }


def check(call: Call) -> Json:
    """`GET /sns/auth`."""
    _grant(call)
    return ok()


def _account(call: Call) -> Account:
    app_id = call.args.get("appid", "")
    if not app_id:
        raise ApiError(41002)
    account = call.platform.world.account_by_app_id(app_id)
    if account is None:
        raise ApiError(40013)
    return account


def _grant(call: Call) -> Grant:
    token = call.args.get("access_token", "")
    if not token:
        raise ApiError(41001)
    return call.platform.oauth.check(token, call.args.get("openid", ""))


def _tokens(grant: Grant) -> Json:
    found: Json = {
        "access_token": grant.access_token,
        "expires_in": 7200,
        "refresh_token": grant.refresh_token,
        "openid": grant.openid,
        "scope": grant.scope,
    }
    return {**found, "is_snapshotuser": 1} if grant.snapshot else found


ROUTES = (
    Route(path="/sns/oauth2/access_token", verb="GET", view=access_token, token=False),
    Route(path="/sns/oauth2/refresh_token", verb="GET", view=refresh_token, token=False),
    Route(path="/sns/userinfo", verb="GET", view=user_info, token=False),
    Route(path="/sns/auth", verb="GET", view=check, token=False),
)
