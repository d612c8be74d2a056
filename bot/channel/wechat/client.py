"""What we send on our own: customer messages, typing, menu, media, follower data.

Requests travel through wechatpy's client, held to the part of it that is sound (WECHAT.md §11.1):
its own token handling and repeats are off, the session is ours, bodies are encoded here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import requests
from wechatpy.client import WeChatClient as WechatpyClient
from wechatpy.exceptions import WeChatClientException

from bot.channel.http import (
    JSON_TYPE,
    TIMEOUT_S,
    Answer,
    decode,
    encode,
    lost,
    open_session,
    read,
    settled,
)
from bot.channel.wechat.errors import Endpoint, StaleTokenError, unanswered
from bot.channel.wechat.media import (
    MAX_DOWNLOAD_BYTES,
    Media,
    MediaKind,
    checked_download,
    checked_upload,
)
from bot.channel.wechat.menu import Menu, menu_body
from bot.channel.wechat.tokens import TokenProvider
from bot.domain.errors import ChannelError, RetryLater
from bot.domain.replies import Article, Choice

CUSTOM_SEND = Endpoint(path="/cgi-bin/message/custom/send", repeatable=False)
TYPING = Endpoint(path="/cgi-bin/message/custom/typing", repeatable=True)
MENU_CREATE = Endpoint(path="/cgi-bin/menu/create", repeatable=True)
MEDIA_UPLOAD = Endpoint(path="/cgi-bin/media/upload", repeatable=True)
MEDIA_GET = Endpoint(path="/cgi-bin/media/get", repeatable=True)
USER_INFO = Endpoint(path="/cgi-bin/user/info", repeatable=True)

#: UTF-8 bytes of one text, the safe number of WECHAT.md §3; more needs more messages of the budget.
MAX_TEXT_BYTES = 2048
#: A file takes longer than a text, seconds.
FILE_TIMEOUT_S = (3.0, 15.0)
_JSON_TYPES = ("application/json", "text/plain", "text/json")
#: After a token was replaced and refused again, seconds.
_REFUSED_AGAIN_S = 60.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """What the platform still tells of a person: no name, no picture (WECHAT.md §8.1).

    Attributes:
        follows: whether the person follows now; the rest is empty when not.
        language: the phone's language, for example ``zh_CN``.
        since: when the person followed, aware, UTC.
        scene: how, an open set such as ``ADD_SCENE_QR_CODE``.
        qr_scene: scene of the code that was scanned, or "".
    """

    follows: bool
    language: str = ""
    since: datetime | None = None
    scene: str = ""
    qr_scene: str = ""


class WeChatClient:
    """The outgoing side of one account; safe for threads, never repeats a send on its own.

    Every method may raise ``RetryLater``, ``QuotaExhausted``, ``Undeliverable``,
    ``ChannelSetupError`` or plain ``ChannelError`` by the platform's answer. Methods that show
    something to a person raise ``AmbiguousSend`` when no answer came: it may have arrived, so it
    must not be sent again without a person's decision (WECHAT.md §14.3).

    Args:
        api_base: the platform's base address.
        tokens: gives the account's access token.
    """

    def __init__(self, *, api_base: str, tokens: TokenProvider):
        self._base = api_base.rstrip("/")
        self._tokens = tokens
        self._wire = WechatpyClient(tokens.app_id, "", timeout=TIMEOUT_S, auto_retry=False)
        self._wire.API_BASE_URL = self._base
        self._session = open_session(self._base)
        # wechatpy has no public way to hand in a session.
        self._wire._http = self._session  # noqa: SLF001

    def send_text(self, openid: str, text: str) -> None:
        """Send a customer message (客服消息) of at most ``MAX_TEXT_BYTES`` bytes."""
        size = len(text.encode(errors="ignore"))
        if not text.strip():
            raise ChannelError(f"{CUSTOM_SEND.path}: the text is empty", code=44004)
        if size > MAX_TEXT_BYTES:
            raise ChannelError(
                f"{CUSTOM_SEND.path}: {size} bytes, at most {MAX_TEXT_BYTES}", code=45002
            )
        self._custom(openid, "text", {"content": text})

    def send_menu(
        self, openid: str, choices: Sequence[Choice], *, head: str, tail: str = ""
    ) -> None:
        """Send choices that can be tapped (msgmenu).

        A tap comes back as text with the label and, mostly, ``bizmsgmenuid`` with the choice's
        target; it opens one minute of three messages, not the 48 hours (WECHAT.md §5.2).

        Args:
            openid: the person.
            choices: at least one; the label is shown, the target is the id.
            head: words above.
            tail: words below.
        """
        if not choices:
            raise ChannelError(f"{CUSTOM_SEND.path}: a menu needs a choice", code=40035)
        listed = [{"id": choice.target, "content": choice.label} for choice in choices]
        body: dict[str, object] = {"head_content": head, "list": listed}
        if tail:
            body["tail_content"] = tail
        self._custom(openid, "msgmenu", body)

    def send_news(self, openid: str, article: Article) -> None:
        """Send one picture card; the platform takes exactly one (45008)."""
        card = {
            "title": article.title,
            "description": article.description,
            "url": article.url,
            "picurl": article.picture_url,
        }
        self._custom(openid, "news", {"articles": [card]})

    def send_image(self, openid: str, media_id: str) -> None:
        """Send an uploaded picture."""
        self._custom(openid, "image", {"media_id": media_id})

    def show_typing(self, openid: str) -> None:
        """Show "typing" for 15 s; nothing happens when nobody talked within 30 s (§5.4)."""
        self.call(TYPING, {"touser": openid, "command": "Typing"})

    def hide_typing(self, openid: str) -> None:
        """Stop showing "typing"."""
        self.call(TYPING, {"touser": openid, "command": "CancelTyping"})

    def create_menu(self, menu: Menu) -> None:
        """Replace the account's menu; phones show it within some five minutes.

        Raises:
            PackError: the menu breaks a rule; the platform is not asked.
        """
        self.call(MENU_CREATE, menu_body(menu))

    def upload_media(self, kind: MediaKind, data: bytes) -> str:
        """Upload a file for three days and return its media id.

        Raises:
            ChannelError: also before asking, when the file is of the wrong type or size.
        """
        media = checked_upload(kind, data)
        files = {"media": (f"file.{media.suffix}", media.data, media.content_type)}
        answer = self._with_token(
            lambda token: self._exchange(
                MEDIA_UPLOAD,
                "POST",
                params={"access_token": token, "type": kind.value},
                files=files,
                timeout=FILE_TIMEOUT_S,
            )
        )
        found = answer.get("media_id") or answer.get("thumb_media_id")
        if not isinstance(found, str) or not found:
            raise unanswered(MEDIA_UPLOAD, "answer holds no media id")
        return found

    def download_media(self, media_id: str, *, limit_bytes: int = MAX_DOWNLOAD_BYTES) -> Media:
        """Take a resident's picture or voice down; it lives three days at the platform.

        Raises:
            ChannelError: also when it is longer than ``limit_bytes``, is not what it claims, or is
                a video, of which the platform gives only an address that is not followed.
        """
        return self._with_token(lambda token: self._download(token, media_id, limit_bytes))

    def follower(self, openid: str) -> Follower:
        """Return what the platform tells of a person (用户信息)."""
        answer = self._with_token(
            lambda token: self._exchange(
                USER_INFO,
                "GET",
                params={"access_token": token, "openid": openid, "lang": "zh_CN"},
            )
        )
        if not answer.get("subscribe"):
            return Follower(follows=False)
        since = answer.get("subscribe_time")
        return Follower(
            follows=True,
            language=str(answer.get("language") or ""),
            since=datetime.fromtimestamp(since, UTC) if isinstance(since, int) else None,
            scene=str(answer.get("subscribe_scene") or ""),
            qr_scene=str(answer.get("qr_scene_str") or answer.get("qr_scene") or ""),
        )

    def call(self, endpoint: Endpoint, body: Mapping[str, object]) -> Answer:
        """Post JSON to any endpoint and return the answer; for calls that have no method here.

        Raises:
            ChannelError: by the answer's code, see ``errors.error_for``.
        """
        raw = encode(body)
        return self._with_token(
            lambda token: self._exchange(
                endpoint, "POST", params={"access_token": token}, data=raw, headers=JSON_TYPE
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _custom(self, openid: str, kind: str, content: Mapping[str, object]) -> None:
        self.call(CUSTOM_SEND, {"touser": openid, "msgtype": kind, kind: content})

    def _with_token(self, work: Callable[[str], T]) -> T:
        """Do ``work``, once more with another token when the first was refused, never again.

        A refused token means nothing was done, so this repeats no send.
        """
        token = self._tokens.current()
        try:
            return work(token)
        except StaleTokenError:
            token = self._tokens.replace(token)
        try:
            return work(token)
        except StaleTokenError as error:
            raise RetryLater(str(error), after_s=_REFUSED_AGAIN_S, code=error.code) from error

    def _exchange(self, endpoint: Endpoint, method: str, **parts: Any) -> Answer:
        send = self._wire.post if method == "POST" else self._wire.get
        try:
            answer = send(endpoint.path, allow_redirects=False, **parts)
        except WeChatClientException as error:
            # Judged below: its own text and cause hold the address, so neither leaves this block.
            answer = error.response
        except requests.RequestException as error:
            raise lost(error, endpoint) from None
        except (ValueError, TypeError, RecursionError):
            raise unanswered(endpoint, "answer is not readable") from None
        if isinstance(answer, requests.Response):
            answer = decode(answer.content, endpoint, answer.status_code)
        if not isinstance(answer, dict):
            raise unanswered(endpoint, "answer is not a JSON object")
        return settled(endpoint, cast(Answer, answer))

    def _download(self, token: str, media_id: str, limit_bytes: int) -> Media:
        try:
            with self._session.get(
                self._base + MEDIA_GET.path,
                params={"access_token": token, "media_id": media_id},
                timeout=FILE_TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as response:
                declared = response.headers.get("Content-Type", "")
                data = read(response, limit_bytes)
        except requests.RequestException as error:
            raise lost(error, MEDIA_GET) from None
        if response.status_code != requests.codes.ok or declared.startswith(_JSON_TYPES):
            settled(MEDIA_GET, decode(data, MEDIA_GET, response.status_code))
            raise ChannelError(f"{MEDIA_GET.path}: the platform gives no file, only an address")
        return checked_download(data, declared=declared)
