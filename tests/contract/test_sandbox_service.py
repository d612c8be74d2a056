"""The emulator as a service: control API, page, start and stop, foreign clients."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.sandbox import AccountSettings, SandboxSettings, create_sandbox
from bot.sandbox.platform import EXTENSION, Platform
from tests.unit.sandbox.stub_bot import (
    ACCOUNT,
    OPENID,
    Seen,
    StubBot,
    call,
    running_bot,
    served,
    settings_for,
    text_reply,
)

API = "/sandbox/api"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    """An emulator whose bot does not exist."""
    account = AccountSettings(callback_url="http://127.0.0.1:9/wechat/default")
    app = create_sandbox(SandboxSettings(accounts=(account,), deadline_s=0.5, history=5))
    yield app.test_client()
    platform: Platform = app.extensions[EXTENSION]
    platform.close()


# -- control API ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", f"/residents/{OPENID}/say"),
        ("POST", "/clock"),
        ("PUT", "/chaos"),
        ("PATCH", "/accounts/default"),
        ("POST", "/reset"),
    ],
)
def test_a_foreign_page_cannot_change_anything(client: FlaskClient, verb: str, path: str) -> None:
    """Simple cross-site requests have no JSON content type."""
    answer = client.open(API + path, method=verb, data="{}", content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("POST", "/residents", {"name": " "}, 400),
        ("POST", "/residents", {"name": "王婶", "account": "nowhere"}, 404),
        ("POST", "/residents/oNobody/say", {"text": "x"}, 404),
        ("POST", f"/residents/{OPENID}/dance", {}, 404),
        ("POST", f"/residents/{OPENID}/say", {"text": ""}, 409),
        ("POST", f"/residents/{OPENID}/say", [], 400),
        ("POST", f"/residents/{OPENID}/follow", {}, 409),
        ("POST", f"/residents/{OPENID}/image", {"base64": "!"}, 400),
        ("POST", f"/residents/{OPENID}/image", {"base64": "AAAA"}, 400),
        ("POST", f"/residents/{OPENID}/location", {}, 409),
        ("POST", f"/residents/{OPENID}/event", {"fields": []}, 400),
        ("GET", "/residents/oNobody/conversation", None, 404),
        ("GET", "/groups/none/conversation", None, 404),
        ("GET", "/deliveries/99", None, 404),
        ("PATCH", "/accounts/default", {"mode": "morse"}, 400),
        ("PATCH", "/accounts/default", {"aes_key": "short"}, 400),
        ("PATCH", "/accounts/default", {"callback_url": "file:///x"}, 400),
        ("POST", "/accounts", {"slug": "x", "colour": "red"}, 400),
        ("PUT", "/chaos", {"weather": 1}, 400),
        ("POST", "/clock", {"set": "tomorrow"}, 400),
        ("POST", "/burst", {"count": 0}, 400),
    ],
)
def test_mistakes_are_named(
    client: FlaskClient, verb: str, path: str, body: Any, status: int
) -> None:
    """A short reason, never a traceback."""
    answer = client.open(API + path, method=verb, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert set(answer.json) == {"error"}


def test_the_state_shows_no_secret(client: FlaskClient) -> None:
    """Neither token nor key nor app secret."""
    text = client.get(f"{API}/state").text
    for secret in (ACCOUNT.token, ACCOUNT.aes_key, ACCOUNT.app_secret):
        assert secret not in text


def test_the_clock_is_set_moved_and_frozen(client: FlaskClient) -> None:
    """In Beijing time."""
    client.post(f"{API}/clock", json={"set": "2026-12-31T23:59:00", "frozen": True})
    found = client.post(f"{API}/clock", json={"advance_s": 60}).json
    assert found is not None
    assert found["now"].startswith("2027-01-01T00:00:0")
    assert found["frozen"]
    client.post(f"{API}/clock", json={"real": True})
    found = client.get(f"{API}/clock").json
    assert found is not None
    assert abs(found["time"] - time.time()) < 5


def test_switches_are_read_back(client: FlaskClient) -> None:
    """Numbers or objects; reset clears."""
    client.put(f"{API}/chaos", json={"delay": {"times": -1, "value": 9}, "api_busy": 2})

    def armed() -> dict[str, int]:
        found = client.get(f"{API}/chaos").json
        assert found is not None
        return {s["name"]: s["times"] for s in found["switches"] if s["times"]}

    assert armed() == {"delay": -1, "api_busy": 2}
    client.post(f"{API}/reset", json={})
    assert armed() == {}


def test_chats_are_bounded_and_can_be_followed_from_a_cursor(client: FlaskClient) -> None:
    """Old lines go, new ones are told."""
    for number in range(9):
        client.post(f"{API}/residents/{OPENID}/say", json={"text": str(number)})
    path = f"{API}/residents/{OPENID}/conversation"
    found = client.get(path).json
    assert found is not None
    assert len(found["entries"]) == 5
    later = client.get(path, query_string={"since": found["cursor"]}).json
    assert later is not None
    assert later["entries"] == []


def test_a_long_poll_wakes_on_news(client: FlaskClient) -> None:
    """Well before its time is up."""
    state = client.get(f"{API}/state").json
    assert state is not None
    answers: list[Any] = []
    other = client.application.test_client()
    poll = threading.Thread(
        target=lambda: answers.append(
            other.get(
                f"{API}/residents/{OPENID}/conversation", query_string={"since": 0, "wait": 9}
            ).json
        )
    )
    poll.start()
    client.post(f"{API}/residents/{OPENID}/say", json={"text": "新"})
    poll.join(3)
    assert answers[0]["entries"][0]["content"]["text"] == "新"


def test_a_new_resident_starts_unknown_to_the_account(client: FlaskClient) -> None:
    """And the same openid is not added twice."""
    body = {"name": "王婶", "openid": "oWang", "followed": False}
    assert client.post(f"{API}/residents", json=body).status_code == 201
    client.post(f"{API}/residents", json=body)
    people = client.get(f"{API}/residents").json
    assert people is not None
    assert [p["name"] for p in people["residents"]].count("王婶") == 1
    found = client.get(f"{API}/groups").json
    assert found is not None
    assert {group["slug"] for group in found["groups"]} == {"staff", "party"}
    accounts = client.get(f"{API}/accounts").json
    assert accounts is not None
    assert accounts["accounts"][0]["slug"] == "default"


# -- page -------------------------------------------------------------------------------------


def test_the_page_runs_only_its_own_files(client: FlaskClient) -> None:
    """A strict policy, no inline script or style."""
    answer = client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
    for name in ("phone.js", "phone.css", "icon.svg"):
        with client.get(f"/sandbox/static/{name}") as found:
            assert found.status_code == 200


def test_the_script_never_parses_the_bots_html() -> None:
    """Text becomes text nodes."""
    script = (ROOT / "bot/sandbox/static/phone.js").read_text(encoding="utf-8")
    for word in ("innerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script


def test_links_leave_by_http_only(client: FlaskClient) -> None:
    """Whatever the bot wrote."""
    good = client.get("/sandbox/open", query_string={"url": "http://x/"})
    assert good.status_code == 302
    bad = client.get("/sandbox/open", query_string={"url": "javascript:alert(1)"})
    assert bad.status_code == 400
    assert client.get("/sandbox/media/nothing").status_code == 404
    assert client.get("/healthz").json == {"status": "ok"}


# -- the served process -----------------------------------------------------------------------


def test_a_conversation_over_real_sockets(bot: StubBot) -> None:
    """Phone, push, reply, and a customer message with a fetched token."""
    bot.answer = lambda seen: text_reply(seen, "好的")
    with served(settings_for(bot, port=0)) as port:
        _, said = call(port, "POST", f"{API}/residents/{OPENID}/say", {"text": "x", "wait_s": 5})
        assert said["delivery"]["outcome"] == "replied"
        _, token = call(
            port,
            "GET",
            "/cgi-bin/token",
            grant_type="client_credential",
            appid=ACCOUNT.app_id,
            secret=ACCOUNT.app_secret,
        )
        body = {"touser": OPENID, "msgtype": "text", "text": {"content": "再说一句"}}
        _, sent = call(
            port,
            "POST",
            "/cgi-bin/message/custom/send",
            body,
            access_token=token["access_token"],
        )
        assert sent == {"errcode": 0, "errmsg": "ok"}
        _, found = call(port, "GET", f"{API}/residents/{OPENID}/conversation")
        assert [e["content"]["text"] for e in found["entries"]] == ["x", "好的", "再说一句"]


@pytest.mark.parametrize("switch", ["api_reset", "api_lost_answer", "api_hang"])
def test_cut_connections_reach_the_client_as_such(bot: StubBot, switch: str) -> None:
    """No answer at all, not an error page."""
    with served(settings_for(bot, port=0)) as port:
        call(port, "PUT", f"{API}/chaos", {switch: {"times": 1, "value": 0.1}})
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            call(
                port,
                "GET",
                "/cgi-bin/token",
                grant_type="client_credential",
                appid=ACCOUNT.app_id,
                secret=ACCOUNT.app_secret,
            )


def test_stopping_does_not_wait_for_pollers_or_hanging_calls(bot: StubBot) -> None:
    """The two-second promise of `served` holds with both under way."""
    with served(settings_for(bot, port=0)) as port:
        call(port, "PUT", f"{API}/chaos", {"api_hang": 1})

        def poll(path: str, **query: str) -> None:
            try:
                call(port, "GET", path, **query)
            except OSError:
                return

        waiting = [
            threading.Thread(
                target=poll, args=(f"{API}/updates",), kwargs={"since": "999", "wait": "20"}
            ),
            threading.Thread(target=poll, args=("/cgi-bin/token",)),
        ]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
    for thread in waiting:
        thread.join(3)
        assert not thread.is_alive()


def test_the_process_stops_on_sigterm() -> None:
    """Cleanly, within two seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.sandbox", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
    )
    assert process.stderr is not None
    assert "sandbox.started" in process.stderr.readline()
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert time.monotonic() - began < 2
    assert "sandbox.stopped" in process.stderr.read()
    process.stderr.close()


@pytest.fixture
def bot() -> Iterator[StubBot]:
    """A silent bot."""
    with running_bot() as found:
        yield found


# -- foreign software -------------------------------------------------------------------------


def test_wechatpy_understands_us_and_we_understand_it() -> None:
    """An independent client library as the bot: decrypt, parse, reply, encrypt."""
    wechatpy = pytest.importorskip("wechatpy")
    crypto_module = pytest.importorskip("wechatpy.crypto")
    crypto = crypto_module.WeChatCrypto(ACCOUNT.token, ACCOUNT.aes_key, ACCOUNT.app_id)

    def answer(seen: Seen) -> bytes:
        query = seen.query
        clear = crypto.decrypt_message(
            seen.raw, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = wechatpy.parse_message(clear)
        text = f"{message.type}:{getattr(message, 'content', getattr(message, 'label', ''))}"
        rendered = wechatpy.create_reply(text, message=message).render()
        return str(crypto.encrypt_message(rendered, query["nonce"], query["timestamp"])).encode()

    with running_bot(answer) as found, served(settings_for(found, port=0)) as port:
        path = f"{API}/residents/{OPENID}"
        _, said = call(port, "POST", f"{path}/say", {"text": "积分", "wait_s": 5})
        assert said["delivery"]["reply"] == {"kind": "text", "text": "text:积分"}
        place = {"latitude": 23.13, "longitude": 113.57, "label": "东门", "wait_s": 5}
        _, said = call(port, "POST", f"{path}/location", place)
        assert said["delivery"]["reply"] == {"kind": "text", "text": "location:东门"}
