"""Group robots (群机器人, since 2025 消息推送): one webhook a group chat (WECHAT.md §9.1).

A robot's key is a secret, so limits and logs know it only by its reference. Nothing here is
repeated: the platform gives no message id, and the same post twice is seen by the whole group.
Post to one robot from one place at a time; the platform promises no order otherwise.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.channel.http import open_session, post_json
from bot.channel.wechat.errors import ChannelSetupError, Endpoint, Platform
from bot.domain.errors import ChannelError, RetryLater
from bot.domain.replies import Article
from bot.domain.text import fit, fit_bytes

WEBHOOK_SEND = Endpoint(path="/cgi-bin/webhook/send", repeatable=False, platform=Platform.WECOM)
#: UTF-8 bytes of one post.
TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
MAX_ARTICLES = 8
#: Characters of a card; 128 and 512 bytes are unconfirmed, these stay below both.
_TITLE_CHARS, _DESCRIPTION_CHARS = 42, 170
#: The platform takes 20 a minute and blocks for a minute after one too many; a limiter gives 18.
POSTS_PER_MINUTE = 18
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


class PostLimiter(Protocol):
    """A token bucket that all processes share."""

    def take(self, ref: str, *, per_minute: int) -> float:
        """Take one post of robot ``ref``; return 0, or the seconds until there is one."""
        ...


def robot_ref(key: str) -> str:
    """Return what stands for a robot in logs and limits: 16 hexadecimal digits of a hash."""
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()


class GroupRobots:
    """Posts to group chats through their robots; safe for threads.

    Every ``send_…`` returns what did not fit, "" when all went out, and may raise:

    - ``RetryLater``: the limiter or the platform (45009) says wait; nothing was posted.
    - ``Undeliverable``: the robot was removed or its key is wrong (93000); stop using it.
    - ``AmbiguousSend``: no answer came; it may be posted, do not post it again by machine.
    - ``ChannelSetupError``: the key cannot be a key.
    - ``ChannelError``: the platform refuses the content.

    Args:
        api_base: WeCom's base address.
        limiter: shared by all processes that post.
    """

    def __init__(self, *, api_base: str, limiter: PostLimiter):
        self._base = api_base.rstrip("/")
        self._limiter = limiter
        self._session = open_session(self._base)

    def send_text(self, key: str, text: str, *, mentioned: Sequence[str] = ()) -> str:
        """Post plain text, cut after a sentence at ``TEXT_BYTES``.

        Args:
            key: the robot's webhook key.
            text: what to post.
            mentioned: WeCom user ids to mention, or ``@all``; only where people agreed to it.

        Returns:
            the rest of the text that did not fit.
        """
        head, rest = _cut(text, TEXT_BYTES)
        body: dict[str, object] = {"content": head}
        if mentioned:
            body["mentioned_list"] = list(mentioned)
        self._post(key, "text", body)
        return rest

    def send_markdown(self, key: str, text: str) -> str:
        """Post markdown, cut after a sentence at ``MARKDOWN_BYTES``; return the rest."""
        head, rest = _cut(text, MARKDOWN_BYTES)
        self._post(key, "markdown", {"content": head})
        return rest

    def send_news(self, key: str, articles: Sequence[Article]) -> None:
        """Post one to eight cards, each with a title and a link."""
        if not 1 <= len(articles) <= MAX_ARTICLES or not all(a.title and a.url for a in articles):
            raise ChannelError(
                f"{WEBHOOK_SEND.path}: expected 1 to {MAX_ARTICLES} cards with title and link",
                code=40058,
            )
        cards = [
            {
                "title": fit(article.title, _TITLE_CHARS),
                "description": fit(article.description, _DESCRIPTION_CHARS),
                "url": article.url,
                "picurl": article.picture_url,
            }
            for article in articles
        ]
        self._post(key, "news", {"articles": cards})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _post(self, key: str, kind: str, content: Mapping[str, object]) -> None:
        if not _KEY.fullmatch(key):
            raise ChannelSetupError(f"{WEBHOOK_SEND.path}: the robot's key is not a key")
        wait_s = self._limiter.take(robot_ref(key), per_minute=POSTS_PER_MINUTE)
        if wait_s > 0:
            raise RetryLater(f"{WEBHOOK_SEND.path}: this robot's minute is full", after_s=wait_s)
        post_json(
            self._session,
            self._base,
            WEBHOOK_SEND,
            body={"msgtype": kind, kind: content},
            params={"key": key},
        )


def _cut(text: str, limit: int) -> tuple[str, str]:
    if not text.strip():
        raise ChannelError(f"{WEBHOOK_SEND.path}: the text is empty", code=44004)
    return fit_bytes(text.strip(), limit)
