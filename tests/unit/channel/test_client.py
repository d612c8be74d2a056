"""The outgoing client against a scripted platform: wire form, one repeat, honest failures."""

import gzip
import io
import logging
import time
import traceback

import pytest
import structlog

from bot.channel import http
from bot.channel.wechat.client import WeChatClient
from bot.channel.wechat.errors import Endpoint
from bot.channel.wechat.media import MediaKind
from bot.channel.wechat.menu import Button, Menu
from bot.channel.wechat.tokens import TokenProvider
from bot.domain.errors import (
    AmbiguousSend,
    ChannelError,
    QuotaExhausted,
    RetryLater,
    Undeliverable,
)
from bot.domain.replies import Article, Choice
from tests.unit.channel.platform_stub import PlatformStub, Said, said

SEND, MENU, MEDIA = "/cgi-bin/message/custom/send", "/cgi-bin/menu/create", "/cgi-bin/media/get"
OPENID = "oTestOpenId0000000000000001"
SECRET = "very-secret-app-secret"
JPEG = b"\xff\xd8\xff\xe0" + bytes(500)


@pytest.fixture
def client(stub: PlatformStub, clock):
    """Give a client of the scripted platform."""
    tokens = TokenProvider(app_id="wx1", secret=SECRET, api_base=stub.base, clock=clock)
    made = WeChatClient(api_base=stub.base + "/", tokens=tokens)
    yield made
    made.close()
    tokens.close()


def test_a_text_travels_as_raw_utf8(stub: PlatformStub, client: WeChatClient):
    r"""No ``\uXXXX``, no control characters, no half of an emoji (40033)."""
    client.send_text(OPENID, "您好\n李姐\x0b👋\ud83d <a href='https://e.org'>")
    (got,) = stub.to(SEND)
    assert b"\\u" not in got.raw
    assert got.params == {"access_token": "T1"}
    assert got.headers["content-type"].startswith("application/json")
    assert got.body == {
        "touser": OPENID,
        "msgtype": "text",
        "text": {"content": "您好\n李姐👋 <a href='https://e.org'>"},
    }


def test_choices_and_cards_have_the_documented_form(stub: PlatformStub, client: WeChatClient):
    """WECHAT.md §5.1."""
    client.send_menu(
        OPENID, [Choice(label="积分", target="points.ask")], head="想问哪个", tail="点一下"
    )
    client.send_news(OPENID, Article(title="讲座", description="周六", url="https://e.org"))
    client.send_image(OPENID, "MEDIA")
    menu, news, image = (got.body for got in stub.to(SEND))
    assert menu["msgmenu"] == {
        "head_content": "想问哪个",
        "list": [{"id": "points.ask", "content": "积分"}],
        "tail_content": "点一下",
    }
    assert news["news"]["articles"] == [
        {"title": "讲座", "description": "周六", "url": "https://e.org", "picurl": ""}
    ]
    assert image["image"] == {"media_id": "MEDIA"}


def test_what_cannot_pass_is_not_sent(stub: PlatformStub, client: WeChatClient):
    """The budget of five messages is not spent on a text the platform refuses."""
    for text, code in (("字" * 700, 45002), (" \n", 44004)):
        with pytest.raises(ChannelError) as refused:
            client.send_text(OPENID, text)
        assert refused.value.code == code
    with pytest.raises(ChannelError):
        client.send_menu(OPENID, [], head="空")
    assert stub.got == []


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_stale_token_costs_one_repeat(stub: PlatformStub, client: WeChatClient, code: int):
    """Refused once, forced once because the platform insists on the same one, then it passes."""
    stub.good = lambda token: token != "T1"
    stub.say(SEND, said({"errcode": code, "errmsg": "x"}))
    client.send_text(OPENID, "您好")
    assert [got.params["access_token"] for got in stub.to(SEND)] == ["T1", "T2"]
    assert stub.fetches == [False, False, True]


def test_a_platform_that_refuses_every_token_is_not_asked_in_a_loop(
    stub: PlatformStub, client: WeChatClient
):
    """487 token requests for one bad call is what the library does (WECHAT.md §11.1)."""
    stub.good = lambda token: False
    for _ in range(20):
        with pytest.raises(RetryLater):
            client.send_text(OPENID, "您好")
    assert stub.fetches == [False, False, True]
    assert len(stub.to(SEND)) == 21


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (said({"errcode": 45015, "errmsg": "x rid: 11112222-3-4"}), Undeliverable),
        (said({"errcode": 45047, "errmsg": "x"}), QuotaExhausted),
        (said({"errcode": 45009, "errmsg": "x"}), QuotaExhausted),
        (said({"errcode": "43004", "errmsg": "x"}), Undeliverable),
        (said({"errcode": -1, "errmsg": "system error"}), AmbiguousSend),
        (said({"errcode": "broken"}), AmbiguousSend),
        (said({"errcode": None}), AmbiguousSend),
        (said([1, 2]), AmbiguousSend),
        (Said(raw=b"<html>502</html>", status=502), AmbiguousSend),
        (Said(raw=b"<html>ok</html>"), AmbiguousSend),
        (Said(status=302, headers={"Location": "http://127.0.0.1:9/"}), AmbiguousSend),
        (Said(cut=True), AmbiguousSend),
    ],
)
def test_a_send_is_made_once_whatever_the_answer(
    stub: PlatformStub, client: WeChatClient, answer: Said, expected: type[ChannelError]
):
    """A message may have arrived: nobody gets it twice from us (WECHAT.md §14.3)."""
    stub.say(SEND, answer)
    with pytest.raises(ChannelError) as failed:
        client.send_text(OPENID, "您好")
    assert type(failed.value) is expected
    assert len(stub.to(SEND)) == 1


def test_a_hanging_platform_is_left_in_time(
    stub: PlatformStub, client: WeChatClient, monkeypatch: pytest.MonkeyPatch
):
    """The timeout bounds the wait, and the outcome is honest about not knowing."""
    client._wire.timeout = (0.2, 0.3)
    answer = stub.answer

    def slow(got):
        if got.path == SEND:
            time.sleep(1)
        return answer(got)

    monkeypatch.setattr(stub, "answer", slow)
    started = time.monotonic()
    with pytest.raises(AmbiguousSend):
        client.send_text(OPENID, "您好")
    assert time.monotonic() - started < 0.9


def test_an_unreachable_platform_may_be_tried_again(clock):
    """Nothing left this machine, so nothing can have arrived."""
    tokens = TokenProvider(app_id="wx1", secret=SECRET, api_base="http://127.0.0.1:9", clock=clock)
    tokens._local.write("wx1", "T1", usable_s=100)
    client = WeChatClient(api_base="http://127.0.0.1:9", tokens=tokens)
    with pytest.raises(RetryLater):
        client.send_text(OPENID, "您好")


def test_a_menu_is_safe_to_repeat(stub: PlatformStub, client: WeChatClient):
    """Replacing a menu twice harms nobody, so silence means later, not unknown."""
    stub.say(MENU, Said(cut=True))
    menu = Menu(buttons=(Button(name="办事", value="services"),))
    with pytest.raises(RetryLater):
        client.create_menu(menu)
    client.create_menu(menu)
    assert "办事".encode() in stub.to(MENU)[1].raw


@pytest.mark.parametrize("code", [45080, 45081, 45072])
def test_typing_that_would_not_show_is_no_error(
    stub: PlatformStub, client: WeChatClient, code: int
):
    """WECHAT.md §10: ignore."""
    stub.say("/cgi-bin/message/custom/typing", said({"errcode": code, "errmsg": "x"}))
    client.show_typing(OPENID)
    client.hide_typing(OPENID)
    commands = [got.body["command"] for got in stub.to("/cgi-bin/message/custom/typing")]
    assert commands == ["Typing", "CancelTyping"]


def test_a_mass_send_the_platform_already_has_gives_its_number(
    stub: PlatformStub, client: WeChatClient
):
    """45065 counts as done and the body is kept (WECHAT.md §7)."""
    mass = Endpoint(path="/cgi-bin/message/mass/sendall", repeatable=True)
    stub.say(mass.path, said({"errcode": 45065, "errmsg": "exists", "msg_id": 77}))
    assert client.call(mass, {"clientmsgid": "a"})["msg_id"] == 77


def test_a_file_goes_up_in_the_documented_field(stub: PlatformStub, client: WeChatClient):
    """Multipart field ``media``, type in the address (WECHAT.md §8.5)."""
    stub.say("/cgi-bin/media/upload", said({"type": "image", "media_id": "M1"}))
    assert client.upload_media(MediaKind.IMAGE, JPEG) == "M1"
    (got,) = stub.to("/cgi-bin/media/upload")
    assert got.params == {"access_token": "T1", "type": "image"}
    assert b'name="media"; filename="file.jpg"' in got.raw
    assert JPEG in got.raw


def test_a_file_comes_down_up_to_the_limit(stub: PlatformStub, client: WeChatClient):
    """A longer one is dropped while it arrives, not after."""
    stub.say(MEDIA, *[Said(raw=JPEG, content_type="image/jpeg")] * 2)
    assert client.download_media("M1").data == JPEG
    with pytest.raises(ChannelError):
        client.download_media("M1", limit_bytes=100)


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "text/plain"])
def test_an_error_instead_of_a_file_is_read_as_an_error(
    stub: PlatformStub, client: WeChatClient, content_type: str
):
    """Errors come as JSON under either type, a stale token among them; a video as an address."""
    stub.say(
        MEDIA,
        said({"errcode": 42001, "errmsg": "expired"}, content_type=content_type),
        said({"errcode": 40007, "errmsg": "gone"}, content_type=content_type),
        said({"video_url": "http://127.0.0.1:9/x"}, content_type=content_type),
    )
    with pytest.raises(ChannelError) as gone:
        client.download_media("M1")
    assert gone.value.code == 40007
    with pytest.raises(ChannelError, match="only an address"):
        client.download_media("M1")


def test_a_follower_is_told_without_a_name(stub: PlatformStub, client: WeChatClient):
    """WECHAT.md §8.1; somebody who left has nothing but that."""
    stub.say(
        "/cgi-bin/user/info",
        said({"subscribe": 1, "openid": OPENID, "language": "zh_CN", "subscribe_time": 1790000000}),
        said({"subscribe": 0, "openid": OPENID}),
    )
    follower = client.follower(OPENID)
    assert follower.follows
    assert follower.since is not None
    assert follower.since.year == 2026
    assert not client.follower(OPENID).follows


def test_an_answer_has_a_bound(
    stub: PlatformStub, client: WeChatClient, monkeypatch: pytest.MonkeyPatch
):
    """A flood from the other side is dropped."""
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1000)
    stub.say(MENU, said({"errcode": 0, "errmsg": "x" * 5000}))
    with pytest.raises(RetryLater):
        client.create_menu(Menu(buttons=(Button(name="办事", value="services"),)))


def test_a_compressed_answer_is_read(stub: PlatformStub, client: WeChatClient):
    """Gateways compress; the bound counts what comes out."""
    packed = gzip.compress(b'{"errcode": 45047, "errmsg": "x"}')
    stub.say(SEND, Said(raw=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(QuotaExhausted):
        client.send_text(OPENID, "您好")


def test_no_secret_or_person_in_logs_and_tracebacks(
    stub: PlatformStub, client: WeChatClient, caplog: pytest.LogCaptureFixture
):
    """Tokens ride in addresses, and the libraries print addresses: none gets out."""
    caplog.set_level(logging.DEBUG)
    leaky = {"errcode": 40003, "errmsg": f"bad {OPENID} {SECRET} rid: 11112222-33334444-55556666"}
    stub.say("/cgi-bin/stable_token", said({"access_token": "TOKENVALUE", "expires_in": 7200}))
    stub.say(SEND, said(leaky), Said(cut=True), Said(status=502), Said(raw=b"?"))
    text, out = "身份证" + "号一二三", io.StringIO()
    with structlog.testing.capture_logs() as events:
        for _ in range(4):
            try:
                client.send_text(OPENID, text)
            except ChannelError:
                traceback.print_exc(file=out)
    told = out.getvalue() + repr(events) + caplog.text
    assert "11112222-33334444-55556666" in repr(events)
    for hidden in (OPENID, SECRET, "TOKENVALUE", text):
        assert hidden not in told


def test_proxies_of_the_environment_are_not_used_on_loopback():
    """The emulator beside us is never asked through a proxy; the real host may be."""
    assert not http.open_session("http://127.0.0.1:1").trust_env
    assert http.open_session("https://api.weixin.qq.com").trust_env
