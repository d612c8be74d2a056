"""Our client against the platform emulator: two independent readings of the same documents."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from bot.channel.wechat.client import WeChatClient
from bot.channel.wechat.errors import ChannelSetupError
from bot.channel.wechat.media import MediaKind
from bot.channel.wechat.menu import Button, ButtonKind, Menu, Submenu
from bot.channel.wechat.tokens import TokenProvider
from bot.channel.wecom.robot import GroupRobots
from bot.domain.clock import SystemClock
from bot.domain.errors import (
    AmbiguousSend,
    ChannelError,
    QuotaExhausted,
    RetryLater,
    Undeliverable,
)
from bot.domain.replies import Article, Choice
from bot.sandbox import SandboxClock, SandboxSettings, create_sandbox
from bot.sandbox.chaos import Switch
from bot.sandbox.platform import EXTENSION, Platform

SEND, STABLE = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


class Open:
    """A limiter that never says wait: the platform's own limit is what is tested."""

    def take(self, ref: str, *, per_minute: int) -> float:
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A platform, and our client of its first account."""

    host: Platform
    base: str
    client: WeChatClient
    tokens: TokenProvider
    openid: str

    def talk(self) -> None:
        """Let the resident write, which opens five messages in 48 hours."""
        with self.host.world.lock:
            resident = self.host.world.resident(self.openid)
            now = self.host.clock.time()
            resident.budget.on_message(now)
            resident.last_exchange_at = now

    def seen(self) -> list[tuple[str, dict]]:
        """What the resident's phone shows."""
        return [(line.kind, line.content) for line in self.host.world.entries(self.openid)]

    def calls(self, path: str) -> int:
        return sum(call["path"] == path for call in self.host.world.calls())


def provider(host: Platform, base: str, *, secret: str | None = None) -> TokenProvider:
    account = host.settings.accounts[0]
    return TokenProvider(
        app_id=account.app_id,
        secret=secret or account.app_secret,
        api_base=base,
        clock=SystemClock(),
    )


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Run the emulator and give a client of it."""
    settings = SandboxSettings(port=0)
    app = create_sandbox(settings, SandboxClock())
    host: Platform = app.extensions[EXTENSION]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    tokens = provider(host, base)
    client = WeChatClient(api_base=base, tokens=tokens)
    openid = settings.residents[0].openid
    yield Scene(host=host, base=base, client=client, tokens=tokens, openid=openid)
    client.close()
    tokens.close()
    host.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_everything_we_send_is_shown_as_meant(scene: Scene):
    """Texts, choices, cards and pictures arrive word for word."""
    scene.talk()
    scene.client.send_text(scene.openid, "李姐您好\n“积分” <b> \\u4f60 👋")
    scene.client.send_menu(
        scene.openid, [Choice(label="积分入学", target="points.ask")], head="想问哪个"
    )
    scene.client.send_news(
        scene.openid, Article(title="讲座", description="周六", url="https://example.org/a")
    )
    media_id = scene.client.upload_media(MediaKind.IMAGE, PNG)
    scene.client.send_image(scene.openid, media_id)
    shown = dict(scene.seen())
    assert shown["text"]["text"] == "李姐您好\n“积分” <b> \\u4f60 👋"
    assert shown["msgmenu"]["list"] == [{"id": "points.ask", "content": "积分入学"}]
    assert shown["news"]["articles"][0]["url"] == "https://example.org/a"
    assert shown["image"]["media_id"] == media_id
    assert scene.client.download_media(media_id).data == PNG


def test_budget_window_and_unfollowing_each_have_their_outcome(scene: Scene):
    """45015, 45047 and 43004 by the platform's own bookkeeping."""
    with pytest.raises(Undeliverable) as closed:
        scene.client.send_text(scene.openid, "您好")
    assert closed.value.code == 45015
    scene.talk()
    for _ in range(5):
        scene.client.send_text(scene.openid, "您好")
    with pytest.raises(QuotaExhausted) as used_up:
        scene.client.send_text(scene.openid, "您好")
    assert used_up.value.code == 45047
    scene.host.clock.advance(timedelta(hours=49))
    with scene.host.world.lock:
        scene.host.world.resident(scene.openid).followed = False
    with pytest.raises(Undeliverable) as left:
        scene.client.send_text(scene.openid, "您好")
    assert left.value.code == 43004
    with pytest.raises(Undeliverable):
        scene.client.send_text("oNobodyNobodyNobodyNobody01", "您好")


def test_a_lost_answer_is_ambiguous_and_the_message_is_shown_once(scene: Scene):
    """The effect happened, the answer did not come: one message, and honesty about it."""
    scene.talk()
    scene.host.chaos.set(Switch.API_LOST_ANSWER, times=1, path=SEND)
    with pytest.raises(AmbiguousSend):
        scene.client.send_text(scene.openid, "您好")
    assert [kind for kind, _ in scene.seen()] == ["text"]
    assert scene.calls(SEND) == 1


@pytest.mark.parametrize(
    "switch", [Switch.API_BUSY, Switch.API_BAD_GATEWAY, Switch.API_RESET], ids=str
)
def test_trouble_on_the_line_never_doubles_a_message(scene: Scene, switch: Switch):
    """Busy, 502 and reset: the send is tried once."""
    scene.talk()
    scene.tokens.current()
    scene.host.chaos.set(switch, times=1, path=SEND)
    with pytest.raises(AmbiguousSend):
        scene.client.send_text(scene.openid, "您好")
    assert scene.seen() == []
    assert scene.calls(SEND) == 1


def test_revoked_tokens_are_replaced_without_the_caller_noticing(scene: Scene):
    """Twenty threads meet a dead token: one look at the platform, every message arrives once."""
    scene.client.follower(scene.openid)
    scene.host.tokens.revoke(scene.host.settings.accounts[0].slug)
    scene.talk()
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: scene.client.follower(scene.openid), range(40)))
    scene.client.send_text(scene.openid, "您好")
    assert all(follower.follows for follower in found)
    assert scene.calls(STABLE) == 2
    assert [kind for kind, _ in scene.seen()] == ["text"]


def test_a_token_that_is_refused_although_current_is_forced_once(scene: Scene):
    """The platform insists on the same token: one forced renewal, one repeat, done."""
    scene.talk()
    scene.tokens.current()
    scene.host.chaos.set(Switch.TOKEN_STALE, times=1, path=SEND)
    scene.client.send_text(scene.openid, "您好")
    assert scene.calls(STABLE) == 3
    assert scene.calls(SEND) == 2


def test_a_platform_that_refuses_every_token_stays_cheap(scene: Scene):
    """The library asked 487 times; we ask three (WECHAT.md §11.1)."""
    scene.talk()
    scene.host.chaos.set(Switch.TOKEN_STALE, times=-1, path=SEND)
    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: _outcome(scene), range(60)))
    assert set(outcomes) == {RetryLater}
    assert scene.calls(STABLE) == 3


def _outcome(scene: Scene) -> type[Exception] | None:
    try:
        scene.client.send_text(scene.openid, "您好")
    except ChannelError as error:
        return type(error)
    return None


def test_wrong_secrets_and_addresses_are_for_an_operator(scene: Scene):
    """40125 and 40164 mend themselves for nobody."""
    with pytest.raises(ChannelSetupError) as secret:
        provider(scene.host, scene.base, secret="wrong").current()
    assert secret.value.code == 40125
    scene.host.chaos.set(Switch.IP_REFUSED, times=1)
    with pytest.raises(ChannelSetupError, match=r"\(127\.0\.0\.1\)"):
        scene.client.follower(scene.openid)


def test_our_menu_passes_the_platforms_rules(scene: Scene):
    """Names at their limits, raw UTF-8, keys and addresses in the right place."""
    menu = Menu(
        buttons=(
            Button(name="办事指南吧", value="services"),
            Submenu(
                name="更多",
                buttons=(
                    Button(name="字" * 20, value="https://example.org", kind=ButtonKind.VIEW),
                    Button(name="我在哪", value="k" * 128, kind=ButtonKind.LOCATION),
                ),
            ),
        )
    )
    scene.client.create_menu(menu)
    account = scene.host.world.account(scene.host.settings.accounts[0].slug)
    assert [button["name"] for button in account.menu] == ["办事指南吧", "更多"]


def test_typing_and_media_follow_the_platforms_clock(scene: Scene):
    """No talk, no typing, no error; a file is gone after three days."""
    scene.client.show_typing(scene.openid)
    scene.talk()
    scene.client.show_typing(scene.openid)
    scene.client.show_typing(scene.openid)
    scene.client.hide_typing(scene.openid)
    media_id = scene.client.upload_media(MediaKind.IMAGE, PNG)
    video = scene.client.upload_media(MediaKind.VIDEO, b"\x00\x00\x00\x18ftypmp42" + bytes(50))
    with pytest.raises(ChannelError, match="only an address"):
        scene.client.download_media(video)
    scene.host.clock.advance(timedelta(days=3, seconds=1))
    with pytest.raises(ChannelError) as gone:
        scene.client.download_media(media_id)
    assert gone.value.code == 40007


def test_robots_post_up_to_the_platforms_limits(scene: Scene):
    """Full length passes, the twenty-first post of a minute waits, a removed robot is over."""
    robots = GroupRobots(api_base=scene.base, limiter=Open())
    key = scene.host.settings.robots[0].key
    assert robots.send_text(key, "学" * 682) == ""
    assert robots.send_markdown(key, "## 通知。\n" + "字" * 1500) != ""
    robots.send_news(
        key, [Article(title="题" * 90, description="述" * 400, url="https://example.org")] * 8
    )
    for _ in range(17):
        robots.send_text(key, "学习")
    with pytest.raises(RetryLater) as full:
        robots.send_text(key, "学习")
    assert full.value.after_s == 60
    with pytest.raises(Undeliverable) as removed:
        robots.send_text("00000000-0000-4000-8000-000000000000", "学习")
    assert removed.value.code == 93000
    robots.close()
