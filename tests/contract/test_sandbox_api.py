"""The API side as a bot's client meets it: tokens, messages, budgets, menus, media."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.sandbox_client import API, PNG, STRANGER, Client
from tests.unit.sandbox.stub_bot import ACCOUNT, OPENID, OTHER

# -- tokens -----------------------------------------------------------------------------------

GOOD = {
    "grant_type": "client_credential",
    "appid": ACCOUNT.app_id,
    "secret": ACCOUNT.app_secret,
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wx0"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "0" * 32}, 40125),
    ],
)
def test_both_token_endpoints_check_the_credentials(
    api: Client, change: dict[str, str], code: int | None
) -> None:
    """With the same codes."""
    values = {**GOOD, **change}
    classic = api.http.get("/cgi-bin/token", query_string=values).json
    stable = api.http.post("/cgi-bin/stable_token", json=values).json
    assert classic is not None
    assert stable is not None
    for found in (classic, stable):
        assert found.get("errcode") == code
        assert ("access_token" in found) == (code is None)


def test_every_error_carries_a_request_id(api: Client) -> None:
    """And the call log has the same."""
    answer = api.get("/cgi-bin/user/info", access_token="x")
    assert answer["errcode"] == 40014
    rid = answer["errmsg"].rsplit("rid: ", 1)[1]
    assert api.platform.world.calls()[-1]["rid"] == rid


@pytest.mark.parametrize(
    ("token", "code"), [("", 41001), ("bad", 40014), ("44_" + "a" * 136, 40001)]
)
def test_calls_without_a_good_token_are_refused(api: Client, token: str, code: int) -> None:
    """Missing, malformed, unknown."""
    assert api.get("/cgi-bin/menu/get", access_token=token)["errcode"] == code


def test_an_expired_token_is_42001(api: Client) -> None:
    """After two hours."""
    api.clock.advance(timedelta(hours=2))
    assert api.get("/cgi-bin/menu/get")["errcode"] == 42001


def test_the_wrong_verb_is_named(api: Client) -> None:
    """43001 and 43002."""
    assert api.post("/cgi-bin/menu/get", {})["errcode"] == 43001
    assert api.get("/cgi-bin/menu/create")["errcode"] == 43002


def test_the_token_quota_of_the_day(api: Client) -> None:
    """The sixth of five."""
    codes = [
        (api.http.get("/cgi-bin/token", query_string=GOOD).json or {}).get("errcode")
        for _ in range(6)
    ]
    assert codes == [None] * 5 + [45009]


def test_revoked_tokens_are_refused(api: Client) -> None:
    """As after a reset of the secret."""
    api.http.post(f"{API}/accounts/default/revoke_tokens", json={})
    assert api.get("/cgi-bin/menu/get")["errcode"] == 40001


@pytest.mark.parametrize("path", ["/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip"])
def test_addresses_are_told(api: Client, path: str) -> None:
    """This machine."""
    assert api.get(path) == {"ip_list": ["127.0.0.1"]}


def test_an_unknown_endpoint_answers_like_the_platform(api: Client) -> None:
    """JSON, 48001."""
    assert api.post("/cgi-bin/wxopen/nothing", {})["errcode"] == 48001


# -- customer messages ------------------------------------------------------------------------


def test_five_messages_after_one_of_the_resident(api: Client) -> None:
    """Then 45047, and 45015 once the window has closed."""
    assert api.send("text", {"content": "早"}) == 45015
    api.say()
    codes = [api.send("text", {"content": f"第 {n} 条"}) for n in range(6)]
    assert codes == [0, 0, 0, 0, 0, 45047]
    api.say()
    assert api.send("text", {"content": "又一条"}) == 0
    api.clock.advance(timedelta(hours=48))
    api.token = api.platform.tokens.stable("default", force=False)[0]
    assert api.send("text", {"content": "晚了"}) == 45015


def test_a_msgmenu_tap_allows_three_in_a_minute(api: Client) -> None:
    """It is a menu click, not a message."""
    api.say(menu_id="1")
    assert [api.send("text", {"content": "x"}) for _ in range(4)] == [0, 0, 0, 45047]
    api.clock.advance(timedelta(seconds=60))
    assert api.send("text", {"content": "x"}) == 45015


def test_refused_messages_cost_nothing(api: Client) -> None:
    """The budget is for what was shown."""
    api.say()
    for _ in range(9):
        assert api.send("text", {"content": "长" * 700}) == 45002
    assert api.send("text", {"content": "短"}) == 0


@pytest.mark.parametrize(
    ("msgtype", "value", "code"),
    [
        ("text", {"content": "好"}, 0),
        ("text", {"content": ""}, 44004),
        ("text", {"content": "长" * 683}, 45002),
        ("text", "好", 44004),
        ("image", {"media_id": "gone"}, 40007),
        ("image", {}, 41006),
        ("news", {"articles": [{"title": "t", "url": "http://x"}]}, 0),
        ("news", {"articles": [{"title": "t"}] * 2}, 45008),
        ("news", {"articles": []}, 44003),
        ("msgmenu", {"head_content": "选", "list": [{"id": "1", "content": "一"}]}, 0),
        ("msgmenu", {"list": []}, 40035),
        ("msgmenu", {"list": [{"id": "1"}]}, 40035),
        ("music", {"musicurl": "http://x", "title": "歌"}, 0),
        ("miniprogrampage", {"thumb_media_id": "gone"}, 40007),
        ("poem", {"content": "x"}, 40008),
    ],
)
def test_each_kind_of_message_is_checked(api: Client, msgtype: str, value: Any, code: int) -> None:
    """Shown when right, refused with its code when not."""
    api.say()
    assert api.send(msgtype, value) == code
    assert (api.last()["via"] == "custom") == (code == 0)


def test_an_uploaded_picture_can_be_sent_for_three_days(api: Client) -> None:
    """Then it is 40007."""
    files = {"media": (io.BytesIO(PNG), "a.png")}
    values = {"access_token": api.token, "type": "image"}
    found = api.http.post("/cgi-bin/media/upload", query_string=values, data=files).json
    assert found is not None
    media_id = found["media_id"]
    api.say()
    assert api.send("image", {"media_id": media_id}, customservice={"kf_account": "a@b"}) == 0
    assert api.last()["content"]["agent"] == "a@b"
    got = api.http.get(
        "/cgi-bin/media/get", query_string={"access_token": api.token, "media_id": media_id}
    )
    assert (got.data, got.mimetype) == (PNG, "image/png")
    api.clock.advance(timedelta(days=3))
    api.token = api.platform.tokens.stable("default", force=False)[0]
    api.say()
    assert api.send("image", {"media_id": media_id}) == 40007
    assert api.get("/cgi-bin/media/get", media_id=media_id)["errcode"] == 40007
    assert api.get("/cgi-bin/media/get")["errcode"] == 41006


def test_uploads_need_the_field_named_media(api: Client) -> None:
    """And a known type."""
    values = {"access_token": api.token, "type": "image"}
    wrong = api.http.post(
        "/cgi-bin/media/upload", query_string=values, data={"file": (io.BytesIO(PNG), "a.png")}
    ).json
    assert wrong is not None
    assert wrong["errcode"] == 41005
    values["type"] = "film"
    wrong = api.http.post(
        "/cgi-bin/media/upload", query_string=values, data={"media": (io.BytesIO(PNG), "a.png")}
    ).json
    assert wrong is not None
    assert wrong["errcode"] == 40004


def test_people_who_cannot_be_written_to(api: Client) -> None:
    """Unknown, not following, blacklisted, muted, protected."""
    assert api.send("text", {"content": "x"}, "oNobody") == 40003
    assert api.send("text", {"content": "x"}, STRANGER) == 43004
    api.say()
    api.http.patch(f"{API}/residents/{OPENID}", json={"blacklisted": True})
    assert api.send("text", {"content": "x"}) == 43019
    api.http.patch(f"{API}/residents/{OPENID}", json={"blacklisted": False, "muted": True})
    assert api.send("text", {"content": "x"}) == 48002
    api.http.patch(f"{API}/residents/{OPENID}", json={"muted": False})
    api.http.put(f"{API}/chaos", json={"minor_protection": 1})
    assert api.send("text", {"content": "x"}) == 70000
    assert api.send("text", {"content": "x"}) == 0


@pytest.mark.parametrize(("raw", "code"), [(b"", 44002), (b"{", 47001), (b"[]", 47001)])
def test_broken_bodies_are_told_apart(api: Client, raw: bytes, code: int) -> None:
    """Empty, not JSON, not an object."""
    assert api.post("/cgi-bin/message/custom/send", raw)["errcode"] == code


def test_escaped_text_is_shown_as_it_stands(api: Client) -> None:
    r"""`\uXXXX` reaches real phones as six characters."""
    api.say()
    body = {"touser": OPENID, "msgtype": "text", "text": {"content": "你\n好"}}
    assert api.post("/cgi-bin/message/custom/send", json.dumps(body).encode())["errcode"] == 0
    assert api.last()["content"]["text"] == "\\u4f60\n\\u597d"


def test_typing_is_shown_for_fifteen_seconds(api: Client) -> None:
    """Within thirty seconds of an exchange, once at a time."""
    path = "/cgi-bin/message/custom/typing"

    def typing(command: str = "Typing") -> int:
        return int(api.post(path, {"touser": OPENID, "command": command})["errcode"])

    assert typing() == 45080
    api.say()
    assert typing("Dance") == 45072
    assert typing() == 0
    assert typing() == 45081
    assert api.platform.world.resident(OPENID).as_json(api.clock.time())["typing_s"] == 15
    assert typing("CancelTyping") == 0
    assert typing() == 0
    assert api.send("text", {"content": "好"}) == 0
    assert api.platform.world.resident(OPENID).typing_until == 0
    api.clock.advance(timedelta(seconds=31))
    assert typing() == 45080


# -- menu, users ------------------------------------------------------------------------------

MENU = {
    "button": [
        {"name": "办事", "sub_button": [{"type": "click", "name": "居住证", "key": "JZZ"}]},
        {"type": "view", "name": "指南", "url": "http://x/guide"},
    ]
}


def test_a_menu_is_created_read_and_deleted(api: Client) -> None:
    """Always as a whole."""
    assert api.get("/cgi-bin/menu/get")["errcode"] == 46003
    assert api.post("/cgi-bin/menu/create", MENU)["errcode"] == 0
    assert api.get("/cgi-bin/menu/get")["menu"]["button"][0] == MENU["button"][0]
    shown = api.get("/cgi-bin/get_current_selfmenu_info")
    assert shown["is_menu_open"] == 1
    assert shown["selfmenu_info"]["button"][0]["sub_button"]["list"][0]["key"] == "JZZ"
    assert api.get("/cgi-bin/menu/delete")["errcode"] == 0
    assert api.get("/cgi-bin/menu/get")["errcode"] == 46003


def test_an_escaped_menu_is_refused(api: Client) -> None:
    """Raw UTF-8 only."""
    assert api.post("/cgi-bin/menu/create", json.dumps(MENU).encode())["errcode"] == 40033
    assert api.post("/cgi-bin/menu/create", {"button": []})["errcode"] == 40016


def test_user_info_has_no_nickname(api: Client) -> None:
    """And almost nothing for strangers."""
    found = api.get("/cgi-bin/user/info", openid=OPENID)
    assert found["subscribe"] == 1
    assert "nickname" not in found
    assert api.get("/cgi-bin/user/info", openid=STRANGER) == {"subscribe": 0, "openid": STRANGER}
    assert api.get("/cgi-bin/user/info", openid="oNobody")["errcode"] == 40003
    assert api.get("/cgi-bin/user/info")["errcode"] == 41009


def test_followers_are_listed_in_pages(api: Client) -> None:
    """The last page has no data."""
    page = api.get("/cgi-bin/user/get")
    assert page["total"] == page["count"] == 3
    assert page["data"]["openid"][:2] == [OPENID, OTHER]
    end = api.get("/cgi-bin/user/get", next_openid=page["next_openid"])
    assert end["count"] == 0
    assert "data" not in end
    assert api.get("/cgi-bin/user/get", next_openid="oNobody")["errcode"] == 40003


def test_several_users_at_once(api: Client) -> None:
    """At most a hundred."""
    body = {"user_list": [{"openid": OPENID}, {"openid": OTHER}]}
    found = api.post("/cgi-bin/user/info/batchget", body)
    assert [one["openid"] for one in found["user_info_list"]] == [OPENID, OTHER]
    assert api.post("/cgi-bin/user/info/batchget", {"user_list": []})["errcode"] == 40035


# -- faults -----------------------------------------------------------------------------------


def test_injected_errors_come_as_often_as_asked(api: Client) -> None:
    """And only where asked."""
    api.http.put(f"{API}/chaos", json={"api_busy": {"times": 2, "path": "/cgi-bin/menu"}})
    assert api.get("/cgi-bin/user/get")["count"] == 3
    assert [api.get("/cgi-bin/menu/delete")["errcode"] for _ in range(3)] == [-1, -1, 0]
    api.http.put(f"{API}/chaos", json={"ip_refused": 1, "token_stale": 1, "quota_used_up": 1})
    assert api.get("/cgi-bin/menu/delete")["errcode"] == 45009
    assert api.get("/cgi-bin/menu/delete")["errcode"] == 40001
    answer = api.http.get("/cgi-bin/token", query_string=GOOD).json
    assert answer is not None
    assert answer["errcode"] == 40164


def test_a_bad_gateway_is_not_json(api: Client) -> None:
    """A client must not trust the content type."""
    api.http.put(f"{API}/chaos", json={"api_bad_gateway": 1})
    answer = api.http.get("/cgi-bin/menu/get", query_string={"access_token": api.token})
    assert (answer.status_code, answer.mimetype) == (502, "text/html")


def test_a_lost_answer_has_had_its_effect(api: Client) -> None:
    """The message is on the phone although the call failed."""
    api.say()
    api.http.put(f"{API}/chaos", json={"api_lost_answer": 1})
    body = {"touser": OPENID, "msgtype": "text", "text": {"content": "到了"}}
    answer = api.http.post(
        "/cgi-bin/message/custom/send",
        query_string={"access_token": api.token},
        data=json.dumps(body, ensure_ascii=False).encode(),
    )
    assert answer.status_code == 502
    assert api.last()["content"]["text"] == "到了"
