"""Our channel against the emulator: every kind it pushes, in every mode, and its misbehaviour.

The emulator shares no code with the channel and judges each answer strictly; what it finds wrong
stands in ``problems``.
"""

import base64
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.broadcast.delivery import deliver
from bot.pipeline import limits
from bot.records import accounts, outbox
from bot.records.accounts import AccountMode, AccountRecord
from bot.sandbox import pushes
from bot.sandbox.pushes import Push
from bot.testing import PICTURE, Heard, Phone, Stage, stage

MODES = ("secure", "compatible", "plaintext")
DEADLINE_MS = 5_000
OLD_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
NEW_KEY = "zyxwvutsrqponmlkjihgfedcba9876543210ZYXWVUT"
CARD = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "1"}


@pytest.fixture(scope="module", params=MODES)
def street(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A house and an emulator in each mode."""
    with stage(tmp_path_factory.mktemp(request.param), BOT_WECHAT_MODE=request.param) as built:
        yield built


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A house and an emulator in the mode of production."""
    with stage(tmp_path_factory.mktemp("secure")) as built:
        yield built


@pytest.fixture
def phone(street: Stage) -> Iterator[Phone]:
    """The phone of a new resident; the emulator behaves again afterwards."""
    made = street.phone()
    yield made
    made.arm(clear=True)


def _until(condition: Callable[[], Any], what: str, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_the_platform_accepts_our_address_in_every_mode(street: Stage) -> None:
    """URL verification echoes byte for byte, again and again."""
    phone = street.phone()

    for _ in range(2):
        found = phone.call("POST", "/accounts/default/verify")

        assert found["url_state"] == "verified", found["url_reason"]


@dataclass(frozen=True)
class Kind:
    """One push of WECHAT.md §2 and whether it deserves a bubble."""

    push: Push
    answered: bool = False


def _event(name: str, answered: bool = False, **fields: Any) -> Kind:
    return Kind(pushes.raw_event(name, fields), answered)


KINDS: dict[str, Kind] = {
    "text": Kind(pushes.text("居住证咋办"), True),
    "text, empty": Kind(pushes.text(" "), True),
    "text, hostile": Kind(pushes.text("<a>]]>&amp;\u202e🙂\u0007"), True),
    "text, long": Kind(pushes.text("我想问一下居住证怎么办" * 500), True),
    "text, tapped msgmenu": Kind(pushes.text("在哪办", menu_id="101"), True),
    "image": Kind(pushes.image("http://127.0.0.1/p.png", "media"), True),
    "voice, recognised": Kind(pushes.voice("media", "居住证咋办"), True),
    "voice, not recognised": Kind(pushes.voice("media", ""), True),
    "video": Kind(pushes.video("media", "thumb"), True),
    "shortvideo": Kind(pushes.video("media", "thumb", short=True), True),
    "location": Kind(pushes.location(23.13, 113.57, scale=16, label="广东省广州市"), True),
    "link": Kind(pushes.link("标题", "说明", "https://example.com/"), True),
    "miniprogrampage": Kind(pushes.mini_program("小程序", "wx1", "pages/a"), True),
    "subscribe": Kind(pushes.subscribe(), True),
    "subscribe, scanned": Kind(pushes.subscribe("c_fengxin"), True),
    "subscribe, unknown scene": Kind(pushes.subscribe("door-7"), True),
    "subscribe, paid": _event("subscribe", True, EventKey="last_trade_no_4200000000"),
    "SCAN": Kind(pushes.scan("c_jiafu"), True),
    "unsubscribe": Kind(pushes.unsubscribe()),
    "LOCATION": Kind(pushes.report_location(23.13, 113.57)),
    "CLICK": Kind(pushes.click("services.residence_permit"), True),
    "CLICK, unknown key": Kind(pushes.click("V1001_TODAY"), True),
    "VIEW": Kind(pushes.view("https://example.com/")),
    "view_miniprogram": Kind(pushes.view_mini_program("pages/a")),
    "scancode_push": Kind(pushes.scan_code("scancode_push", "k", "https://example.com/")),
    "scancode_waitmsg": Kind(pushes.scan_code("scancode_waitmsg", "chat.help", "x"), True),
    "pic_sysphoto": Kind(pushes.pictures("pic_sysphoto", "k", ["0" * 32])),
    "pic_photo_or_album": Kind(pushes.pictures("pic_photo_or_album", "k", ["0" * 32, "1" * 32])),
    "pic_weixin": Kind(pushes.pictures("pic_weixin", "k", [])),
    "location_select": Kind(pushes.location_select("k", 23.13, 113.57, "东门")),
    "TEMPLATESENDJOBFINISH": Kind(pushes.job_finished("TEMPLATESENDJOBFINISH", 1, "success")),
    "templatesendjobfinish": Kind(pushes.job_finished("templatesendjobfinish", 1, "success")),
    "MASSSENDJOBFINISH": Kind(
        pushes.job_finished(
            "MASSSENDJOBFINISH", 1, "sendsuccess", {"TotalCount": 5, "SentCount": 5}
        )
    ),
    "PUBLISHJOBFINISH": _event(
        "PUBLISHJOBFINISH", PublishEventInfo={"publish_id": "1", "publish_status": "0"}
    ),
    "subscribe_msg_popup_event": _event(
        "subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [CARD, CARD]}
    ),
    "subscribe_msg_change_event": _event(
        "subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": [CARD]}
    ),
    "subscribe_msg_sent_event": _event(
        "subscribe_msg_sent_event",
        SubscribeMsgSentEvent={"List": [{"TemplateId": "T1", "MsgID": "1", "ErrorCode": "0"}]},
    ),
    "kf_create_session": _event("kf_create_session", KfAccount="a@b"),
    "kf_close_session": _event("kf_close_session", KfAccount="a@b", CloseType="KF"),
    "kf_switch_session": _event("kf_switch_session", FromKfAccount="a@b", ToKfAccount="c@b"),
    "user_info_modified": _event("user_info_modified", OpenID="o", AppID="wx1"),
    "user_authorization_revoke": _event("user_authorization_revoke", OpenID="o", RevokeInfo="1"),
    "user_authorization_cancellation": _event("user_authorization_cancellation", OpenID="o"),
    "qualification_verify_success": _event("qualification_verify_success", ExpiredTime="1"),
    "annual_renew": _event("annual_renew", ExpiredTime="1"),
    "verify_expired": _event("verify_expired", ExpiredTime="1"),
    "never heard of": _event("brand_new_event", Deep={"Deeper": [{"Deepest": "1"}]}),
    "message never heard of": Kind(Push(kind="hologram", fields=[("MediaId", "1")])),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gets_an_answer_the_platform_accepts(street: Stage, name: str) -> None:
    """Delivered once, answered in time, and the strict check finds nothing."""
    kind, phone = KINDS[name], street.phone()

    heard = _pushed(street, phone, kind.push)

    assert heard.problems == ()
    assert [attempt["status"] for attempt in heard.attempts] == [200]
    assert heard.attempts[0]["took_ms"] < DEADLINE_MS
    assert heard.outcome == ("replied" if kind.answered else "quiet")


def _pushed(street: Stage, phone: Phone, push: Push) -> Heard:
    number = street.emulator.pusher.submit(phone.openid, push).number
    _until(lambda: phone.delivery(number).outcome != "pending", "the push is settled", 20)
    return phone.delivery(number)


def test_a_phone_can_do_everything_it_offers(street: Stage, phone: Phone) -> None:
    """The page's own actions, with media ids that exist."""
    picture = base64.b64encode(PICTURE).decode()
    for action, body in (
        ("say", {"text": "在吗"}),
        ("image", {"base64": picture, "file_name": "a.png"}),
        ("voice", {"text": "你好"}),
        ("video", {"short": True}),
        ("location", {"latitude": 23.13, "longitude": 113.57, "label": "东门"}),
        ("link", {"title": "标题", "url": "https://example.com/"}),
        ("scan", {"scene": "c_fengxin"}),
    ):
        heard = phone.act(action, **body)
        assert (heard.outcome, heard.problems) == ("replied", ()), action


def test_a_redelivered_message_gets_one_and_the_same_reply(street: Stage, phone: Phone) -> None:
    """Three deliveries, one alert, and the opened replies do not differ in a single byte."""
    phone.arm(duplicate={"times": 1, "value": 2})

    heard = phone.say("转人工")
    _until(lambda: len(phone.delivery(heard.id).attempts) == 3, "the duplicates are delivered")

    again = phone.delivery(heard.id)
    assert again.problems == ()
    assert {attempt["outcome"] for attempt in again.attempts} == {"replied"}
    assert len({attempt["answer"] for attempt in again.attempts}) == 1


def test_a_delayed_message_is_answered_when_it_comes(street: Stage, phone: Phone) -> None:
    """A minute late, and behind a younger one."""
    phone.arm(delay={"times": 1, "value": 60})
    late = phone.act("say", wait_s=0.1, text="居住证咋办")
    assert late.outcome == "pending"
    assert phone.say("你好").outcome == "replied"

    phone.call("POST", "/clock", {"advance_s": 61})

    _until(lambda: phone.delivery(late.id).outcome == "replied", "the late message is answered")
    assert phone.delivery(late.id).problems == ()
    phone.call("POST", "/clock", {"advance_s": -61})


@pytest.mark.parametrize(
    ("switch", "refused"),
    [
        ("wrong_signature", True),
        ("stale_timestamp", True),
        ("garbage_body", False),
        ("wrong_app_id", False),
        ("dtd_bomb", False),
    ],
)
def test_a_hostile_request_is_turned_away_and_the_honest_one_answered(
    street: Stage, phone: Phone, switch: str, refused: bool
) -> None:
    """403 for what is not from the platform, ``success`` for what is but cannot be read."""
    phone.arm(**{switch: 1})

    heard = phone.say("居住证咋办")

    hostile, honest = heard.attempts
    mode = street.house.settings.mode
    # without an Encrypt element nothing in the body is signed
    unsigned = {"secure": {"garbage_body"}, "compatible": {"garbage_body", "dtd_bomb"}}
    if refused or switch in unsigned.get(mode, ()):
        assert hostile["status"] == 403
    else:
        assert (hostile["status"], hostile["answer"]) == (200, "success")
    assert hostile["took_ms"] < DEADLINE_MS
    assert honest["outcome"] == "replied"
    assert "住满半年" in heard.text


def test_a_slow_sender_is_answered(street: Stage, phone: Phone) -> None:
    """A body that drips over two seconds arrives whole."""
    phone.arm(slow_body={"times": 1, "value": 2})

    heard = phone.say("居住证咋办")

    assert (heard.outcome, len(heard.attempts), heard.problems) == ("replied", 1, ())


def test_a_sender_slower_than_the_deadline_is_answered_at_the_next_try(secure: Stage) -> None:
    """The platform gives up on its own dripping body and delivers again; one reply is shown."""
    phone = secure.phone()
    phone.arm(slow_body={"times": 1, "value": 8})

    heard = phone.say("居住证咋办")

    assert [attempt["outcome"] for attempt in heard.attempts] == ["timeout", "replied"]
    assert len(phone.bubbles()) == 1


def test_messages_under_the_old_key_are_read_while_the_keys_overlap(secure: Stage) -> None:
    """After a rotation both keys open, and the reply is sealed with the one that opened."""
    identity = {"gh_id": "gh_rotated", "app_id": "wxrotated00000001", "app_secret": "1" * 32}
    secret = {"token": "rotatedtoken"}
    record = AccountRecord(
        slug="rotated",
        **identity,
        **secret,
        aes_key=NEW_KEY,
        previous_aes_key=OLD_KEY,
        mode=AccountMode.SECURE,
        community="demo",
        staff_robot_key=None,
    )
    accounts.put(secure.house.db, record, secure.house.clock.now())
    asker = secure.phone()
    asker.call(
        "POST",
        "/accounts",
        {
            "slug": "rotated", "title": "换钥匙", "aes_key": OLD_KEY, **identity, **secret,
            "callback_url": f"{secure.web}/wechat/rotated",
        },
    )  # fmt: skip
    asker.call("PATCH", "/accounts/rotated", {"aes_key": NEW_KEY})
    phone = secure.phone(account="rotated")

    phone.arm(old_key=1)
    under_old = phone.say("居住证咋办")
    under_new = phone.say("居住证咋办")

    for heard in (under_old, under_new):
        assert (heard.outcome, heard.problems) == ("replied", ())
        assert "住满半年" in heard.text


def test_a_late_answer_arrives_as_a_customer_message(
    secure: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform reads ``success`` in time; the resident reads the answer once it is there."""
    monkeypatch.setattr(limits, "BUDGET_S", 0.5)
    phone = secure.phone()
    secure.work()

    with _writer_holds(secure, seconds=1.5):
        heard = phone.say("转人工")

    assert heard.outcome == "quiet"
    assert len(heard.attempts) == 1
    db, clock = secure.house.db, secure.house.clock
    _until(lambda: len(outbox.due(db, clock.now())) >= 2, "answer and alert are queued")
    for row in outbox.due(db, clock.now()):
        deliver(db, secure.house.senders, row, clock)
    assert ["留了话" in text for text in phone.bubbles()] == [True]
    assert phone.call("GET", f"/residents/{phone.openid}/conversation")["entries"][-1]["via"] != (
        "passive"
    )


class _writer_holds:  # noqa: N801 - reads as a sentence where it is used
    """Hold SQLite's write lock for a while, from a thread of its own."""

    def __init__(self, street: Stage, *, seconds: float):
        self._file = Path(street.house.settings.database_url.removeprefix("sqlite:///"))
        self._seconds = seconds
        self._held = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        connection = sqlite3.connect(self._file, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._held.set()
            time.sleep(self._seconds)
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def __enter__(self) -> None:
        self._thread.start()
        assert self._held.wait(10)

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
