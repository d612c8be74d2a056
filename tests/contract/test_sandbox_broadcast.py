"""Template messages, mass sends, tags and codes: what a broadcast needs of the platform."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.sandbox import SandboxClock, create_sandbox
from bot.sandbox.platform import EXTENSION, Platform
from bot.sandbox.template_values import key_kind, value_problem
from tests.unit.sandbox.stub_bot import OPENID, OTHER, StubBot, running_bot, settings_for

API = "/sandbox/api"
STRANGER = "oSbxResident000000000000004"
TEMPLATE = "SbxActivityReminder-000000000000000000000001"
DATA = {
    "thing1": {"value": "周六法律咨询"},
    "time2": {"value": "2026年11月28日 09:00"},
    "thing3": {"value": "党群服务中心"},
}


class Client:
    """A bot's HTTP client with a token."""

    def __init__(self, http: FlaskClient, platform: Platform, clock: SandboxClock) -> None:
        self.http = http
        self.platform = platform
        self.clock = clock

    def post(self, path: str, body: Any) -> Any:
        """POST raw UTF-8 JSON."""
        token, _ = self.platform.tokens.stable("default", force=False)
        raw = json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(path, query_string={"access_token": token}, data=raw).json

    def template(self, openid: str = OPENID, **changes: Any) -> Any:
        """Send the reminder."""
        body = {"touser": openid, "template_id": TEMPLATE, "data": DATA, **changes}
        return self.post("/cgi-bin/message/template/send", body)

    def tag(self, name: str, *openids: str) -> int:
        """A new tag on some people."""
        number = int(self.post("/cgi-bin/tags/create", {"tag": {"name": name}})["tag"]["id"])
        body = {"openid_list": list(openids), "tagid": number}
        assert self.post("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 0
        return number

    def mass(self, path: str = "sendall", **changes: Any) -> Any:
        """A mass text."""
        body = {
            "filter": {"is_to_all": True},
            "msgtype": "text",
            "text": {"content": "停水通知"},
            **changes,
        }
        return self.post(f"/cgi-bin/message/mass/{path}", body)

    def lines(self, openid: str = OPENID) -> list[Any]:
        """The chat."""
        found = self.http.get(f"{API}/residents/{openid}/conversation").json
        assert found is not None
        return list(found["entries"])


@pytest.fixture
def bot() -> Iterator[StubBot]:
    """A silent bot."""
    with running_bot() as found:
        yield found


@pytest.fixture
def api(bot: StubBot) -> Iterator[Client]:
    """An emulator with a frozen clock."""
    clock = SandboxClock(datetime(2026, 11, 24, 4, 0, tzinfo=UTC), frozen=True)
    app = create_sandbox(settings_for(bot), clock)
    platform: Platform = app.extensions[EXTENSION]
    yield Client(app.test_client(), platform, clock)
    platform.close()


def until(condition: Callable[[], bool]) -> bool:
    """Wait up to five seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end and not condition():
        time.sleep(0.01)
    return condition()


# -- template values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("thing1", "二十个字以内都可以，包括 A1", ""),
        ("thing1", "字" * 21, "invalid"),
        ("thing1", "一\n二", "invalid"),
        ("thing1", " ", "empty"),
        ("thing1", None, "empty"),
        ("number1", "12.5", ""),
        ("number1", "十二", "invalid"),
        ("letter1", "ABC", ""),
        ("letter1", "A1", "invalid"),
        ("symbol1", "!?", ""),
        ("character_string1", "GD-0412", ""),
        ("character_string1", "编号1", "invalid"),
        ("time1", "09:00", ""),
        ("time1", "2026-11-28 09:00~11:00", ""),
        ("time1", "周六", "invalid"),
        ("date1", "2026年11月28日", ""),
        ("date1", "2026.11.28 09:00", ""),
        ("date1", "明天", "invalid"),
        ("amount1", "¥120.50", ""),
        ("amount1", "120元", ""),
        ("amount1", "免费", "invalid"),
        ("phone_number1", "020-12345678", ""),
        ("phone_number1", "打电话", "invalid"),
        ("car_number1", "粤A12345", ""),
        ("name1", "张三", ""),
        ("name1", "张三1", "invalid"),
        ("phrase1", "办理中", ""),
        ("phrase1", "正在办理之中", "invalid"),
        ("first", "您好", "invalid"),
    ],
)
def test_values_must_fit_the_type_of_their_key(key: str, value: Any, problem: str) -> None:
    """As the template library defines them."""
    assert value_problem(key, value) == problem
    assert bool(key_kind(key)) == (key != "first")


# -- template messages ------------------------------------------------------------------------


def test_a_template_message_is_shown_and_receipted(api: Client, bot: StubBot) -> None:
    """No window is needed; the result comes as an event with the same number."""
    sent = api.template(url="http://x/")
    assert sent["errcode"] == 0
    assert api.lines()[-1]["kind"] == "template"
    assert api.lines()[-1]["content"]["rows"][0] == {"label": "活动名称", "value": "周六法律咨询"}
    assert until(lambda: bool(bot.seen))
    event = bot.messages()[0]
    assert event.value("Event") == "TEMPLATESENDJOBFINISH"
    assert event.value("MsgID") == str(sent["msgid"])
    assert event.value("Status") == "success"


def test_a_repeated_client_id_sends_once_within_ten_minutes(api: Client) -> None:
    """And gives the first number back."""
    first = api.template(client_msg_id="job-1")
    again = api.template(client_msg_id="job-1")
    other = api.template(OTHER, client_msg_id="job-1")
    assert again["msgid"] == first["msgid"] != other["msgid"]
    assert len(api.lines()) == 1
    api.clock.advance(timedelta(minutes=10))
    assert api.template(client_msg_id="job-1")["msgid"] != first["msgid"]
    assert len(api.lines()) == 2


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"touser": "oNobody"}, 40003, ""),
        ({"touser": STRANGER}, 43004, ""),
        ({"template_id": "x"}, 40037, ""),
        ({"data": {**DATA, "thing1": {"value": "字" * 21}}}, 47003, "data.thing1.value invalid"),
        ({"data": {**DATA, "time2": {"value": ""}}}, 47003, "data.time2.value empty"),
        ({"data": "x"}, 47003, "data.thing1.value empty"),
    ],
)
def test_bad_template_messages_are_refused(api: Client, change: Any, code: int, words: str) -> None:
    """The key is named."""
    answer = api.template(**change)
    assert answer["errcode"] == code
    assert words in answer["errmsg"]


def test_failed_and_lost_receipts(api: Client, bot: StubBot) -> None:
    """Accepted is not delivered."""
    api.http.put(f"{API}/chaos", json={"send_fails": 1})
    assert api.template()["errcode"] == 0
    assert until(lambda: len(bot.seen) == 1)
    assert bot.messages()[0].value("Status") == "failed: system failed"
    api.http.patch(f"{API}/residents/{OPENID}", json={"muted": True})
    api.template()
    assert until(lambda: len(bot.seen) == 2)
    assert bot.messages()[1].value("Status") == "failed:user block"
    assert api.lines() == []
    api.http.put(f"{API}/chaos", json={"receipt_lost": 1})
    api.template(OTHER)
    assert len(api.lines(OTHER)) == 1
    assert len(bot.seen) == 2


def test_the_templates_are_listed(api: Client) -> None:
    """With their keys."""
    token, _ = api.platform.tokens.stable("default", force=False)
    found = api.http.get(
        "/cgi-bin/template/get_all_private_template", query_string={"access_token": token}
    ).json
    assert found is not None
    assert found["template_list"][0]["template_id"] == TEMPLATE
    assert "{{thing1.DATA}}" in found["template_list"][0]["content"]


# -- tags -------------------------------------------------------------------------------------


def test_tags_are_made_given_listed_and_taken(api: Client) -> None:
    """A whole life of a tag."""
    number = api.tag("家长", OPENID, OTHER)
    body = {"openid": OPENID}
    assert api.post("/cgi-bin/tags/getidlist", body)["tagid_list"] == [number]
    page = api.post("/cgi-bin/user/tag/get", {"tagid": number})
    assert page["data"]["openid"] == [OPENID, OTHER]
    rest = api.post("/cgi-bin/user/tag/get", {"tagid": number, "next_openid": OTHER})
    assert rest == {"count": 0, "next_openid": ""}
    batch = {"openid_list": [OTHER], "tagid": number}
    assert api.post("/cgi-bin/tags/members/batchuntagging", batch)["errcode"] == 0
    changed = {"tag": {"id": number, "name": "老师"}}
    assert api.post("/cgi-bin/tags/update", changed)["errcode"] == 0
    token, _ = api.platform.tokens.stable("default", force=False)
    listed = api.http.get("/cgi-bin/tags/get", query_string={"access_token": token}).json
    assert listed == {"tags": [{"id": number, "name": "老师", "count": 1}]}
    assert api.post("/cgi-bin/tags/delete", {"tag": {"id": number}})["errcode"] == 0
    assert api.post("/cgi-bin/tags/getidlist", body)["tagid_list"] == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("create", {}, 40035),
        ("create", {"tag": {"name": ""}}, 45157),
        ("create", {"tag": {"name": "家长"}}, 45157),
        ("create", {"tag": {"name": "字" * 11}}, 45158),
        ("delete", {"tag": {"id": 0}}, 45058),
        ("delete", {"tag": {"id": 999}}, 45159),
        ("members/batchtagging", {"openid_list": [], "tagid": 100}, 40032),
        ("members/batchtagging", {"openid_list": [OPENID] * 51, "tagid": 100}, 40032),
        ("members/batchtagging", {"openid_list": ["oNobody"], "tagid": 100}, 40003),
        ("members/batchtagging", {"openid_list": [OPENID], "tagid": 7}, 45159),
    ],
)
def test_tag_limits(api: Client, path: str, body: Any, code: int) -> None:
    """Each with its code."""
    api.tag("家长", OPENID)
    assert api.post(f"/cgi-bin/tags/{path}", body)["errcode"] == code


def test_a_person_has_at_most_twenty_tags(api: Client) -> None:
    """And an account a hundred."""
    for number in range(20):
        api.tag(f"t{number}", OPENID)
    last = int(api.post("/cgi-bin/tags/create", {"tag": {"name": "多"}})["tag"]["id"])
    body = {"openid_list": [OPENID], "tagid": last}
    assert api.post("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 45059
    for number in range(79):
        api.post("/cgi-bin/tags/create", {"tag": {"name": f"x{number}"}})
    assert api.post("/cgi-bin/tags/create", {"tag": {"name": "满"}})["errcode"] == 45056


# -- mass sends -------------------------------------------------------------------------------


def test_a_mass_send_reaches_all_followers_and_reports(api: Client, bot: StubBot) -> None:
    """Accepted at once, counted by event."""
    sent = api.mass()
    assert sent["errcode"] == 0
    assert [bool(api.lines(openid)) for openid in (OPENID, OTHER, STRANGER)] == [True, True, False]
    assert until(lambda: bool(bot.seen))
    event = bot.messages()[0]
    assert event.value("Event") == "MASSSENDJOBFINISH"
    assert event.value("MsgID") == str(sent["msg_id"])
    assert event.value("SentCount") == "3"
    state = api.post("/cgi-bin/message/mass/get", {"msg_id": sent["msg_id"]})
    assert state["msg_status"] == "SEND_SUCCESS"
    assert api.post("/cgi-bin/message/mass/get", {"msg_id": 1})["errcode"] == 40059


def test_a_tag_narrows_a_mass_send(api: Client) -> None:
    """Only the tagged get it."""
    number = api.tag("家长", OTHER)
    assert api.mass(filter={"is_to_all": False, "tag_id": number})["errcode"] == 0
    assert (api.lines(), len(api.lines(OTHER))) == ([], 1)
    assert api.mass(filter={"is_to_all": False, "tag_id": 7})["errcode"] == 40152


def test_the_fifth_mass_message_of_a_month_is_filtered(api: Client, bot: StubBot) -> None:
    """Silently, until the month turns in Beijing."""
    for _ in range(5):
        assert api.mass()["errcode"] == 0
    assert len(api.lines()) == 4
    assert until(lambda: len(bot.seen) == 5)
    assert bot.messages()[-1].value("SentCount") == "0"
    api.clock.set(datetime(2026, 12, 1, 0, 0))  # noqa: DTZ001 - Beijing time
    api.mass()
    assert len(api.lines()) == 5


def test_a_client_id_makes_a_mass_send_happen_once(api: Client) -> None:
    """45066 within a minute, then 45065 with the first number, for a day."""
    first = api.mass(clientmsgid="job-1")
    assert api.mass(clientmsgid="job-1")["errcode"] == 45066
    api.clock.advance(timedelta(seconds=60))
    again = api.mass(clientmsgid="job-1")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert len(api.lines()) == 1
    api.clock.advance(timedelta(days=1))
    assert api.mass(clientmsgid="job-1")["errcode"] == 0
    assert api.mass(clientmsgid="x" * 33)["errcode"] == 45067


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("sendall", {"filter": None}, 40035),
        ("sendall", {"text": {"content": ""}}, 44004),
        ("sendall", {"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ("sendall", {"msgtype": "poem"}, 45162),
        ("send", {"touser": []}, 40031),
        ("send", {"touser": [OPENID]}, 40130),
        ("send", {"touser": [OPENID, OTHER]}, 0),
        ("preview", {"touser": OPENID}, 0),
        ("preview", {"touser": "oNobody"}, 40003),
    ],
)
def test_mass_requests_are_checked(api: Client, path: str, change: Any, code: int) -> None:
    """Each with its code."""
    assert api.mass(path, **change)["errcode"] == code


def test_a_failing_mass_send_says_so_later(api: Client, bot: StubBot) -> None:
    """The call itself succeeds."""
    api.http.put(f"{API}/chaos", json={"send_fails": 1})
    sent = api.mass()
    assert sent["errcode"] == 0
    assert until(lambda: bool(bot.seen))
    assert bot.messages()[0].value("Status") == "send fail"
    assert api.lines() == []


# -- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "good"),
    [
        (
            {
                "action_name": "QR_STR_SCENE",
                "action_info": {"scene": {"scene_str": "gate-7"}},
                "expire_seconds": 600,
            },
            True,
        ),
        ({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}, True),
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_str": "x"}}}, False),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": ""}}}, False),
        ({"action_name": "OTHER"}, False),
    ],
)
def test_codes_for_scenes(api: Client, body: Any, good: bool) -> None:
    """A ticket for a good request."""
    answer = api.post("/cgi-bin/qrcode/create", body)
    assert ("ticket" in answer) == good


def test_a_remark_is_kept(api: Client) -> None:
    """Below thirty characters."""
    path = "/cgi-bin/user/info/updateremark"
    assert api.post(path, {"openid": OPENID, "remark": "三栋楼长"})["errcode"] == 0
    assert api.platform.world.resident(OPENID).remark == "三栋楼长"
    assert api.post(path, {"openid": OPENID, "remark": "长" * 30})["errcode"] == 40035
