"""The control API for the platform itself: clock, switches, accounts, logs."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, request
from flask.typing import ResponseReturnValue

from bot.sandbox.api.wire import json_response
from bot.sandbox.chaos import Switch
from bot.sandbox.control import add_rules, json_body, new_blueprint, number_arg
from bot.sandbox.model import Json
from bot.sandbox.platform import Platform, platform
from bot.sandbox.settings import AccountSettings, Mode

MAX_BURST = 100_000


def register(app: Flask) -> None:
    """Add the platform's half of the control API."""
    blueprint = new_blueprint("sandbox_platform")
    add_rules(
        blueprint,
        (
            ("GET", "/clock", clock),
            ("POST", "/clock", move_clock),
            ("GET", "/chaos", chaos),
            ("PUT", "/chaos", set_chaos),
            ("POST", "/burst", burst),
            ("GET", "/burst", burst_state),
            ("GET", "/accounts", accounts),
            ("POST", "/accounts", add_account),
            ("PATCH", "/accounts/<slug>", change_account),
            ("POST", "/accounts/<slug>/verify", verify),
            ("POST", "/accounts/<slug>/revoke_tokens", revoke_tokens),
            ("GET", "/deliveries", deliveries),
            ("GET", "/deliveries/<int:number>", delivery),
            ("GET", "/calls", calls),
            ("POST", "/reset", reset),
        ),
    )
    app.register_blueprint(blueprint)


def _clock_json(host: Platform) -> Json:
    return {
        "now": host.clock.now().isoformat(),
        "time": host.clock.time(),
        "frozen": host.clock.frozen,
    }


def clock() -> ResponseReturnValue:
    """`GET /clock`."""
    return json_response(_clock_json(platform()))


def move_clock() -> ResponseReturnValue:
    """`POST /clock` `{set?: ISO, advance_s?, frozen?, real?: true}`."""
    host, body = platform(), json_body()
    if body.get("real"):
        host.clock.resume()
        host.clock.set(datetime.fromtimestamp(host.clock.wall(), tz=host.clock.now().tzinfo))
    if body.get("set"):
        host.clock.set(datetime.fromisoformat(str(body["set"])))
    if body.get("advance_s"):
        host.clock.advance(timedelta(seconds=float(body["advance_s"])))
    if "frozen" in body:
        if body["frozen"]:
            host.clock.freeze()
        else:
            host.clock.resume()
    host.world.touch()
    return json_response(_clock_json(host))


def chaos() -> ResponseReturnValue:
    """`GET /chaos`."""
    return json_response({"switches": platform().chaos.as_json()})


def set_chaos() -> ResponseReturnValue:
    """`PUT /chaos` `{switch: times | {times, value?, path?}, …}`; `{"clear": true}` first."""
    host, body = platform(), json_body()
    if body.pop("clear", False):
        host.chaos.clear()
    for name, wanted in body.items():
        values = wanted if isinstance(wanted, dict) else {"times": wanted}
        value = values.get("value")
        host.chaos.set(
            Switch(name),
            times=int(values.get("times", 0)),
            value=None if value is None else float(value),
            path=str(values.get("path") or ""),
        )
    if not any(s["times"] for s in host.chaos.as_json() if s["name"] == Switch.REORDER.value):
        host.pusher.release_held()
    host.world.touch()
    return json_response({"switches": host.chaos.as_json()})


def burst() -> ResponseReturnValue:
    """`POST /burst` `{count, account?, openid?}`: job-finish events as fast as they go."""
    host, body = platform(), json_body()
    number = int(body.get("count", 1000))
    if not 1 <= number <= MAX_BURST:
        raise ValueError(f"count 应在 1 到 {MAX_BURST} 之间")
    slug = str(body.get("account") or "default")
    openid = str(body.get("openid") or next(iter(host.world.residents), "oSbxBurst"))
    host.pusher.burst(slug, openid, number)
    return json_response({"count": number, "done": 0}, 202)


def burst_state() -> ResponseReturnValue:
    """`GET /burst`: requests of the latest burst that have ended."""
    return json_response({"done": platform().pusher.burst_done})


def accounts() -> ResponseReturnValue:
    """`GET /accounts`."""
    host = platform()
    with host.world.lock:
        found = [account.as_json() for account in host.world.accounts.values()]
    return json_response({"accounts": found})


def add_account() -> ResponseReturnValue:
    """`POST /accounts` with the fields of `AccountSettings`."""
    host, body = platform(), json_body()
    mode = Mode(str(body.pop("mode", Mode.SECURE.value)))
    values = {str(name): str(value) for name, value in body.items()}
    account = host.world.add_account(AccountSettings(mode=mode, **values))
    return json_response(account.as_json(), 201)


def change_account(slug: str) -> ResponseReturnValue:
    """`PATCH /accounts/<slug>` `{mode?, callback_url?, aes_key?, title?}`."""
    host = platform()
    account = host.world.configure(slug, json_body())
    return json_response(account.as_json())


def verify(slug: str) -> ResponseReturnValue:
    """`POST /accounts/<slug>/verify`: the console's "save" on the server address."""
    host = platform()
    host.pusher.verify_url(slug)
    return json_response(host.world.account(slug).as_json())


def revoke_tokens(slug: str) -> ResponseReturnValue:
    """`POST /accounts/<slug>/revoke_tokens`: every access token becomes 40001."""
    host = platform()
    host.tokens.revoke(host.world.account(slug).slug)
    return json_response({"revoked": slug})


def deliveries() -> ResponseReturnValue:
    """`GET /deliveries?openid=&limit=`, newest last."""
    limit = int(number_arg("limit", 50))
    found = platform().world.deliveries(openid=request.args.get("openid"), limit=limit)
    return json_response({"deliveries": found})


def delivery(number: int) -> ResponseReturnValue:
    """`GET /deliveries/<id>?wait=`."""
    host = platform()
    found = host.world.delivery(number, wait_s=min(number_arg("wait", 0), 60.0))
    with host.world.lock:
        return json_response(found.as_json())


def calls() -> ResponseReturnValue:
    """`GET /calls?since=&limit=`: the bot's API requests, newest last."""
    since, limit = int(number_arg("since", 0)), int(number_arg("limit", 100))
    return json_response({"calls": platform().world.calls(since=since, limit=limit)})


def reset() -> ResponseReturnValue:
    """`POST /reset`: forget chats and logs, switch chaos off."""
    host = platform()
    host.chaos.clear()
    host.pusher.release_held()
    host.world.clear()
    return json_response({"cursor": host.world.cursor})
