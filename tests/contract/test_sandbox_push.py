"""The push side on real sockets: signing, deadline, re-delivery, order, misbehaviour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.sandbox import AccountSettings, Mode, SandboxClock, create_sandbox
from bot.sandbox.crypto import sign
from bot.sandbox.platform import EXTENSION, Platform
from tests.unit.sandbox.stub_bot import (
    ACCOUNT,
    OPENID,
    OTHER,
    Answer,
    Seen,
    StubBot,
    running_bot,
    settings_for,
    text_reply,
)

API = "/sandbox/api"


class Phone:
    """Residents' actions through the control API, in process."""

    def __init__(self, client: FlaskClient, platform: Platform, clock: SandboxClock) -> None:
        self.client = client
        self.platform = platform
        self.clock = clock

    def act(self, action: str, openid: str = OPENID, **body: Any) -> Any:
        """Act and wait until the push is settled."""
        answer = self.client.post(f"{API}/residents/{openid}/{action}", json={"wait_s": 15, **body})
        assert answer.status_code == 200, answer.text
        return answer.json

    def arm(self, **switches: Any) -> None:
        """Set chaos switches."""
        assert self.client.put(f"{API}/chaos", json=switches).status_code == 200

    def lines(self, openid: str = OPENID) -> list[Any]:
        """What the phone shows, events aside."""
        found = self.client.get(f"{API}/residents/{openid}/conversation").json
        assert found is not None
        return [entry for entry in found["entries"] if entry["kind"] != "event"]


@contextmanager
def stage(
    answer: Answer | None = None, *, mode: Mode = Mode.SECURE, **changes: Any
) -> Iterator[tuple[StubBot, Phone]]:
    """A bot and an emulator that know each other."""
    with ExitStack() as stack:
        bot = stack.enter_context(running_bot(answer, mode=mode))
        clock = SandboxClock()
        app = create_sandbox(settings_for(bot, **changes), clock)
        platform: Platform = app.extensions[EXTENSION]
        stack.callback(platform.close)
        yield bot, Phone(app.test_client(), platform, clock)


def say_back(seen: Seen) -> bytes:
    """Echo."""
    assert seen.message is not None
    return text_reply(seen, f"收到：{seen.message.value('Content')}")


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def test_a_message_is_answered_in_secure_mode() -> None:
    """From the thumb to the bubble, encrypted both ways."""
    with stage(say_back) as (bot, phone):
        answer = phone.act("say", text="居住证咋办 ]]> 🙂")
        assert answer["delivery"]["outcome"] == "replied"
        assert phone.lines()[-1]["content"] == {"text": "收到：居住证咋办 ]]> 🙂"}
        query = bot.seen[0].query
        assert query["signature"] == sign(ACCOUNT.token, query["timestamp"], query["nonce"])
        assert query["openid"] == OPENID
        assert b"Content" not in bot.seen[0].raw


@pytest.mark.parametrize("mode", [Mode.PLAINTEXT, Mode.COMPATIBLE])
def test_plain_replies_are_taken_where_the_mode_allows(mode: Mode) -> None:
    """And the push looks as the mode says."""

    def plain(seen: Seen) -> bytes:
        assert seen.message is not None
        return (
            f"<xml><ToUserName>{OPENID}</ToUserName><FromUserName>{ACCOUNT.gh_id}</FromUserName>"
            "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>好</Content></xml>"
        ).encode()

    with stage(plain, mode=mode) as (bot, phone):
        assert phone.act("say", text="在吗")["delivery"]["outcome"] == "replied"
        assert ("encrypt_type" in bot.seen[0].query) == (mode is Mode.COMPATIBLE)
        assert "在吗".encode() in bot.seen[0].raw


def test_a_failing_bot_gets_three_deliveries_and_the_resident_one_fault_note() -> None:
    """Same message, fresh nonce, signature and ciphertext each time."""
    with stage(lambda seen: b'{"no":"xml"}') as (bot, phone):
        answer = phone.act("say", text="在吗")
        assert answer["delivery"]["outcome"] == "fault"
        assert [line["kind"] for line in phone.lines()] == ["text", "fault"]
        assert len(bot.seen) == 3
        assert len({one.query["nonce"] for one in bot.seen}) == 3
        assert len({one.query["msg_signature"] for one in bot.seen}) == 3
        assert len({one.raw for one in bot.seen}) == 3
        assert len({message.value("MsgId") for message in bot.messages()}) == 1
        assert len({message.value("CreateTime") for message in bot.messages()}) == 1


def test_a_slow_bot_is_dropped_at_the_deadline_and_the_last_answer_counts() -> None:
    """Two time-outs, then an answer in time."""
    calls: list[float] = []

    def slow(seen: Seen) -> bytes:
        calls.append(time.monotonic())
        if len(calls) < 3:
            time.sleep(0.8)
        return text_reply(seen, f"第 {len(calls)} 次")

    with stage(slow, deadline_s=0.3) as (_bot, phone):
        answer = phone.act("say", text="慢")
        outcomes = [attempt["outcome"] for attempt in answer["delivery"]["attempts"]]
        assert outcomes == ["timeout", "timeout", "replied"]
        assert len(phone.lines()) == 2
        assert all(0.25 < later - first < 0.6 for first, later in pairwise(calls))


@pytest.mark.parametrize("status", [403, 500])
def test_an_error_status_is_a_failed_delivery(status: int) -> None:
    """Whatever the body says."""
    with stage() as (bot, phone):
        bot.status = status
        answer = phone.act("say", text="在吗")
        assert answer["delivery"]["outcome"] == "fault"
        assert answer["delivery"]["attempts"][0]["reason"] == f"HTTP {status}"


def test_an_unreachable_bot_is_noted_as_such() -> None:
    """Connection refused is not a time-out."""
    with stage() as (bot, phone):
        url = "http://127.0.0.1:9/wechat/default"
        phone.client.patch(f"{API}/accounts/default", json={"callback_url": url})
        answer = phone.act("say", text="在吗")
        assert answer["delivery"]["outcome"] == "unreachable"
        assert phone.lines()[-1]["kind"] == "fault"
        assert not bot.seen


def test_silence_shows_nothing() -> None:
    """`success` is neither an answer nor a fault."""
    with stage() as (_bot, phone):
        assert phone.act("say", text="在吗")["delivery"]["outcome"] == "quiet"
        assert len(phone.lines()) == 1


def test_one_resident_is_served_in_order_and_others_in_parallel() -> None:
    """A slow answer for one does not delay another."""
    gate = threading.Event()

    def hold(seen: Seen) -> bytes:
        assert seen.message is not None
        if seen.message.value("FromUserName") == OPENID:
            gate.wait(5)
        return b"success"

    with stage(hold, deadline_s=5) as (bot, phone):
        for text in ("一", "二", "三"):
            phone.act("say", text=text, wait_s=0)
        assert until(lambda: len(bot.seen) == 1)
        assert phone.act("say", OTHER, text="快")["delivery"]["outcome"] == "quiet"
        mine = [m for m in bot.messages() if m.value("FromUserName") == OPENID]
        assert len(mine) == 1
        gate.set()
        assert until(lambda: len(bot.seen) == 4)
        mine = [m for m in bot.messages() if m.value("FromUserName") == OPENID]
        assert [m.value("Content") for m in mine] == ["一", "二", "三"]


def test_following_and_leaving_are_events() -> None:
    """The welcome is shown, an answer to an unfollow is not."""

    def greet(seen: Seen) -> bytes:
        return text_reply(seen, "欢迎")

    newcomer = "oSbxResident000000000000004"
    with stage(greet) as (bot, phone):
        phone.act("follow", newcomer, scene="gate-7")
        assert [line["content"]["text"] for line in phone.lines(newcomer)] == ["欢迎"]
        phone.act("unfollow", newcomer)
        assert len(phone.lines(newcomer)) == 1
        events = [message.value("Event") for message in bot.messages()]
        assert events == ["subscribe", "unsubscribe"]
        assert bot.messages()[0].value("EventKey") == "qrscene_gate-7"
        refused = phone.client.post(f"{API}/residents/{newcomer}/say", json={"text": "在吗"})
        assert refused.status_code == 409


@pytest.mark.parametrize(
    ("action", "body", "kind"),
    [
        ("image", {"base64": "iVBORw0KGgoAAAAA"}, "image"),
        ("voice", {"text": "老伴摔了"}, "voice"),
        ("video", {}, "video"),
        ("location", {"latitude": 23.13, "longitude": 113.57, "label": "东门"}, "location"),
        ("link", {"title": "t", "description": "d", "url": "http://x"}, "link"),
        ("scan", {"scene": "7"}, "event"),
        ("enter", {}, "event"),
        ("event", {"event": "user_info_modified", "fields": {"OpenID": OPENID}}, "event"),
    ],
)
def test_every_action_reaches_the_bot(action: str, body: dict[str, Any], kind: str) -> None:
    """As the message or event it stands for."""
    with stage() as (bot, phone):
        assert phone.act(action, **body)["delivery"]["outcome"] == "quiet"
        assert bot.messages()[0].value("MsgType") == kind


def test_speech_that_is_not_recognised_arrives_empty() -> None:
    """As it does more and more often."""
    with stage() as (bot, phone):
        phone.act("voice", text="听不清", recognised=False)
        assert bot.messages()[0].value("Recognition") == ""


MENU = [
    {"name": "办事", "sub_button": [{"type": "click", "name": "居住证", "key": "JZZ"}]},
    {"type": "view", "name": "指南", "url": "http://x/guide"},
    {"type": "location_select", "name": "附近", "key": "NEAR"},
]


def test_menu_taps_become_events_and_pages() -> None:
    """A parent button opens and tells nobody; `location_select` brings a message too."""
    with stage() as (bot, phone):
        phone.platform.world.account("default").menu = list(MENU)
        assert phone.act("menu", path=[0])["delivery"] is None
        phone.act("menu", path=[0, 0])
        assert phone.act("menu", path=[1])["next"] == {"url": "http://x/guide"}
        phone.act("menu", path=[2], latitude=23.1, longitude=113.5, label="东门")
        seen = [m.value("Event") or m.value("MsgType") for m in bot.messages()]
        assert seen == ["CLICK", "VIEW", "location_select", "location"]
        missing = phone.client.post(f"{API}/residents/{OPENID}/menu", json={"path": [9]})
        assert missing.status_code == 409


# -- misbehaviour -----------------------------------------------------------------------------


def test_duplicates_are_sent_and_shown_once() -> None:
    """The second answer is kept for comparison only."""
    with stage(say_back) as (bot, phone):
        phone.arm(duplicate={"times": 1, "value": 2})
        number = phone.act("say", text="一次")["delivery"]["id"]
        assert until(lambda: len(bot.seen) == 3)
        assert len({m.value("MsgId") for m in bot.messages()}) == 1
        assert until(lambda: len(phone.platform.world.delivery(number).attempts) == 3)
        assert len(phone.lines()) == 2


def test_a_delayed_push_leaves_when_its_time_comes() -> None:
    """Minutes of virtual time, at once for us."""
    with stage() as (bot, phone):
        phone.clock.freeze()
        phone.arm(delay={"times": 1, "value": 600})
        number = phone.act("say", text="迟", wait_s=0.1)["delivery"]["id"]
        phone.act("say", text="早")
        assert [m.value("Content") for m in bot.messages()] == ["早"]
        phone.clock.advance(timedelta(seconds=600))
        assert phone.platform.world.delivery(number, wait_s=5).outcome == "quiet"
        assert [m.value("Content") for m in bot.messages()] == ["早", "迟"]


def test_two_messages_can_change_places() -> None:
    """And a held one is let go when the switch is cleared."""
    with stage() as (bot, phone):
        phone.arm(reorder=1)
        phone.act("say", text="一", wait_s=0)
        phone.act("say", text="二")
        assert until(lambda: len(bot.seen) == 2)
        assert [m.value("Content") for m in bot.messages()] == ["二", "一"]
        phone.arm(reorder=1)
        phone.act("say", text="三", wait_s=0)
        phone.arm(clear=True)
        assert until(lambda: len(bot.seen) == 3)


def test_a_slow_body_still_arrives_whole() -> None:
    """Sent in pieces."""
    with stage(say_back) as (_bot, phone):
        phone.arm(slow_body={"times": 1, "value": 0.5})
        answer = phone.act("say", text="慢慢来")
        assert answer["delivery"]["outcome"] == "replied"
        assert answer["delivery"]["attempts"][0]["took_ms"] >= 450


def test_hostile_requests_come_before_the_real_one_and_are_not_repeated() -> None:
    """The log tells what the bot answered to each."""
    switches = (
        "garbage_body",
        "wrong_signature",
        "wrong_app_id",
        "dtd_bomb",
        "stale_timestamp",
    )
    with stage(lambda seen: b"success") as (bot, phone):
        phone.arm(**dict.fromkeys(switches, 1))
        attempts = phone.act("say", text="在吗")["delivery"]["attempts"]
        assert [attempt["outcome"] for attempt in attempts] == ["hostile"] * 5 + ["quiet"]
        assert {attempt["reason"] for attempt in attempts[:5]} == set(switches)
        assert len(bot.seen) == 6


def test_a_burst_of_events_is_sent_without_a_record_each() -> None:
    """Thousands would drown the log."""
    with stage() as (bot, phone):
        assert phone.client.post(f"{API}/burst", json={"count": 200}).status_code == 202
        assert until(lambda: phone.platform.pusher.burst_done >= 200, 15)
        assert len({m.value("MsgID") for m in bot.messages()}) == 200
        assert not phone.platform.world.deliveries()


def test_a_rotated_key_is_used_for_pushes_and_the_old_one_on_request() -> None:
    """The old key stays acceptable for replies."""
    with stage(say_back) as (bot, phone):
        phone.client.patch(f"{API}/accounts/default", json={"aes_key": "N" * 43})
        phone.arm(old_key=1)
        assert phone.act("say", text="旧")["delivery"]["outcome"] == "replied"
        bot.answer = lambda seen: b"success"
        phone.act("say", text="新")
        assert bot.seen[-1].message is None


# -- server address ---------------------------------------------------------------------------


def test_the_server_address_is_verified_byte_for_byte() -> None:
    """And again after a change."""
    with stage() as (_bot, phone):
        found = phone.client.post(f"{API}/accounts/default/verify", json={}).json
        assert found is not None
        assert found["url_state"] == "verified"
        changed = phone.client.patch(
            f"{API}/accounts/default", json={"callback_url": "http://127.0.0.1:9/x"}
        ).json
        assert changed is not None
        assert changed["url_state"] == "unknown"
        failed = phone.client.post(f"{API}/accounts/default/verify", json={}).json
        assert failed is not None
        assert failed["url_state"] == "failed"


def test_verification_is_tried_until_it_succeeds() -> None:
    """The bot may start after the emulator."""
    with stage(verify_retry_s=0.05) as (bot, phone):
        world = phone.platform.world
        good = world.account("default").callback_url
        world.configure("default", {"callback_url": "http://127.0.0.1:9/x"})
        phone.platform.start_verifying()
        assert until(lambda: world.account("default").url_state == "failed")
        world.configure("default", {"callback_url": good})
        assert until(lambda: world.account("default").url_state == "verified")
        assert bot.url == good


def test_a_second_account_has_its_own_residents_and_address() -> None:
    """Each resident belongs to one account."""
    second = replace(
        AccountSettings(), slug="north", app_id="wx00000000000000aa", gh_id="gh_aaaaaaaaaaaa"
    )
    with running_bot() as other, stage() as (bot, phone):
        body = {
            "slug": second.slug,
            "title": "北街",
            "app_id": second.app_id,
            "gh_id": second.gh_id,
            "callback_url": other.url,
            "mode": "plaintext",
        }
        assert phone.client.post(f"{API}/accounts", json=body).status_code == 201
        assert phone.client.post(f"{API}/accounts", json=body).status_code == 400
        made = phone.client.post(f"{API}/residents", json={"name": "王婶", "account": "north"}).json
        assert made is not None
        phone.act("say", made["openid"], text="在吗")
        assert not bot.seen
        assert other.seen[0].query.get("encrypt_type") is None
        assert b"gh_aaaaaaaaaaaa" in other.seen[0].raw
