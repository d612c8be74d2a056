"""Group robots: limits in bytes and minutes, one try, no key in any text."""

import pytest
import structlog

from bot.channel.wechat.errors import ChannelSetupError
from bot.channel.wecom.robot import GroupRobots, robot_ref
from bot.domain.errors import AmbiguousSend, ChannelError, RetryLater, Undeliverable
from bot.domain.replies import Article
from tests.unit.channel.platform_stub import PlatformStub, Said, said

SEND = "/cgi-bin/webhook/send"
KEY = "5a1e0000-0000-4000-8000-000000000001"


class Minute:
    """A minute of posts for each robot."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}

    def take(self, ref: str, *, per_minute: int) -> float:
        self.taken[ref] = self.taken.get(ref, 0) + 1
        return 0.0 if self.taken[ref] <= per_minute else 42.0


@pytest.fixture
def robots(stub: PlatformStub):
    """Give robots of the scripted platform."""
    made = GroupRobots(api_base=stub.base, limiter=Minute())
    yield made
    made.close()


def test_a_long_post_is_cut_after_a_sentence(stub: PlatformStub, robots: GroupRobots):
    """2048 and 4096 bytes (WECHAT.md §9.1); the rest comes back, nothing is lost."""
    text = "今天学习第一章。" * 300
    rests = [robots.send_text(KEY, text), robots.send_markdown(KEY, text)]
    plain, markdown = (got.body for got in stub.to(SEND))
    for sent, rest, limit in (
        (plain["text"]["content"], rests[0], 2048),
        (markdown["markdown"]["content"], rests[1], 4096),
    ):
        assert limit - 24 < len(sent.encode()) <= limit
        assert sent.endswith("。")
        assert sent + rest == text


def test_a_post_has_the_documented_form(stub: PlatformStub, robots: GroupRobots):
    """The key rides in the address, the text as raw UTF-8."""
    assert robots.send_text(KEY, "值班提醒", mentioned=["@all"]) == ""
    robots.send_news(KEY, [Article(title="题" * 100, description="", url="https://e.org")])
    text, news = stub.to(SEND)
    assert text.params == {"key": KEY}
    assert "值班提醒".encode() in text.raw
    assert text.body["text"]["mentioned_list"] == ["@all"]
    assert len(news.body["news"]["articles"][0]["title"].encode()) <= 128


def test_the_nineteenth_post_of_a_minute_waits(stub: PlatformStub, robots: GroupRobots):
    """One too many and the platform blocks the group for a minute."""
    for _ in range(18):
        robots.send_text(KEY, "学习")
    with pytest.raises(RetryLater) as full:
        robots.send_text(KEY, "学习")
    assert full.value.after_s == 42
    assert len(stub.to(SEND)) == 18


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (said({"errcode": 45009, "errmsg": "freq"}), RetryLater),
        (said({"errcode": 93000, "errmsg": "invalid webhook url"}), Undeliverable),
        (said({"errcode": 45002, "errmsg": "long"}), ChannelError),
        (said({"errcode": -1, "errmsg": "busy"}), AmbiguousSend),
        (Said(status=502), AmbiguousSend),
        (Said(cut=True), AmbiguousSend),
    ],
)
def test_every_refusal_has_its_outcome_and_one_try(
    stub: PlatformStub, robots: GroupRobots, answer: Said, expected: type[ChannelError]
):
    """A post seen twice by a whole group is worse than one missed (WECHAT.md §14.3)."""
    stub.say(SEND, answer)
    with (
        structlog.testing.capture_logs() as events,
        pytest.raises(ChannelError) as failed,
    ):
        robots.send_text(KEY, "学习")
    assert type(failed.value) is expected
    if expected is RetryLater:
        assert failed.value.after_s == 60
    assert len(stub.to(SEND)) == 1
    assert KEY not in str(failed.value) + repr(events)


def test_what_cannot_pass_is_not_posted(stub: PlatformStub, robots: GroupRobots):
    """Empty texts, impossible keys and cards without a link never leave."""
    card = Article(title="讲座", description="", url="")
    with pytest.raises(ChannelError):
        robots.send_text(KEY, " ")
    with pytest.raises(ChannelSetupError) as odd:
        robots.send_text("5a1e&x=1", "学习")
    assert "5a1e" not in str(odd.value)
    for cards in ([], [card], [Article(title="a", description="", url="https://e.org")] * 9):
        with pytest.raises(ChannelError):
            robots.send_news(KEY, cards)
    assert stub.got == []


def test_a_robot_is_known_by_a_reference():
    """The key itself is a secret and opens the group to anybody."""
    assert robot_ref(KEY) != robot_ref(KEY + "0")
    assert KEY[:8] not in robot_ref(KEY)
