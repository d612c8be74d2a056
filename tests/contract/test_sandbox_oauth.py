"""Web authorization as the emulator plays it: the phone opens a link, the site learns who it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.sandbox_client import API, Client
from tests.unit.sandbox.stub_bot import ACCOUNT, OPENID, OTHER


def _authorize(api: Client, **changes: str) -> Any:
    values = {
        "appid": ACCOUNT.app_id,
        "redirect_uri": "http://bot.test/back?x=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
        **changes,
    }
    return api.http.get("/connect/oauth2/authorize", query_string=values)


def _code(answer: Any) -> str:
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s1"]
    assert query["x"] == ["1"]
    return query["code"][0]


def _redeem(api: Client, code: str) -> Any:
    values = {
        "appid": ACCOUNT.app_id,
        "secret": ACCOUNT.app_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    return api.http.get("/sns/oauth2/access_token", query_string=values).json


def test_silent_authorization_gives_the_openid_once(api: Client) -> None:
    """The phone's owner is known from the link that was opened."""
    api.http.get("/sandbox/open", query_string={"openid": OPENID, "url": "http://bot.test/"})
    code = _code(_authorize(api))
    found = _redeem(api, code)
    assert found["openid"] == OPENID
    assert _redeem(api, code)["errcode"] == 40163
    info = api.http.get(
        "/sns/userinfo",
        query_string={"access_token": found["access_token"], "openid": OPENID},
    ).json
    assert info is not None
    assert info["errcode"] == 48001


def test_asking_authorization_can_be_refused_or_allowed(api: Client) -> None:
    """No redirect on refusal; a nickname on consent; snapshot users are marked."""
    api.http.get("/sandbox/open", query_string={"openid": OPENID, "url": "http://bot.test/"})
    asked = _authorize(api, scope="snsapi_userinfo")
    assert "允许" in asked.text
    assert "已拒绝" in _authorize(api, scope="snsapi_userinfo", sandbox_answer="refuse").text
    api.http.put(f"{API}/chaos", json={"snapshot_user": 1})
    found = _redeem(api, _code(_authorize(api, scope="snsapi_userinfo", sandbox_answer="allow")))
    assert found["is_snapshotuser"] == 1
    found = _redeem(api, _code(_authorize(api, scope="snsapi_userinfo", sandbox_answer="allow")))
    assert "is_snapshotuser" not in found
    values = {"access_token": found["access_token"], "openid": OPENID}
    info = api.http.get("/sns/userinfo", query_string=values).json
    assert info is not None
    assert info["nickname"] == "李姐"
    assert (api.http.get("/sns/auth", query_string=values).json or {})["errcode"] == 0
    renewed = api.http.get(
        "/sns/oauth2/refresh_token",
        query_string={
            "appid": ACCOUNT.app_id,
            "grant_type": "refresh_token",
            "refresh_token": found["refresh_token"],
        },
    ).json
    assert renewed is not None
    assert renewed["openid"] == OPENID


def test_an_unknown_phone_is_asked_who_it_is(api: Client) -> None:
    """Then goes on as that resident."""
    assert "李姐" in _authorize(api).text
    found = _redeem(api, _code(_authorize(api, sandbox_as=OTHER)))
    assert found["openid"] == OTHER


@pytest.mark.parametrize(
    "change",
    [
        {"appid": "wx0"},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
        {"scope": "everything"},
    ],
)
def test_bad_authorization_requests_end_on_a_page(api: Client, change: dict[str, str]) -> None:
    """Never in a redirect."""
    assert _authorize(api, **change).status_code == 400


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wx0"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "x"}, 40125),
        ({"grant_type": "x"}, 40002),
        ({"code": ""}, 41008),
        ({"code": "x"}, 40029),
    ],
)
def test_bad_code_exchanges_have_their_code(api: Client, change: dict[str, str], code: int) -> None:
    """Each missing or wrong parameter."""
    values = {
        "appid": ACCOUNT.app_id,
        "secret": ACCOUNT.app_secret,
        "code": "x",
        "grant_type": "authorization_code",
        **change,
    }
    answer = api.http.get("/sns/oauth2/access_token", query_string=values).json
    assert answer is not None
    assert answer["errcode"] == code
