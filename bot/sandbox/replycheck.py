"""The platform's judgement of what an account's server answered to a push.

Three verdicts only: nothing to show, a reply to show, or the fault note. In strict mode every
defect is a fault; in lenient mode a readable reply is shown and its defects are noted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.crypto import CryptoError, decrypt, same_signature, sign
from bot.sandbox.model import Json, Outcome
from bot.sandbox.settings import Mode
from bot.sandbox.wire_xml import Element, XmlError, parse

MAX_REPLY_BYTES = 512 * 1024
MAX_ARTICLES = 8
MediaCheck = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the answer is held against: the account's configuration and the push."""

    token: str
    app_id: str
    aes_keys: tuple[str, ...]
    mode: Mode
    gh_id: str
    openid: str
    is_message: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement; `kind` and `content` are what the resident sees, `clear` the plain XML."""

    outcome: Outcome
    kind: str = ""
    content: Json | None = None
    problems: tuple[str, ...] = ()
    clear: str = ""


class _UnreadableError(Exception):
    """Not a reply at all, whatever the strictness."""


class ReplyChecker:
    """Judges answers for one emulator."""

    def __init__(self, *, media: MediaCheck, strict: bool, text_limit_bytes: int) -> None:
        self._media = media
        self._strict = strict
        self._text_limit = text_limit_bytes

    def check(self, body: bytes, expected: Expectation) -> Verdict:
        """Judge one answer body that came with HTTP 200."""
        if body in (b"", b"success"):
            return Verdict(outcome=Outcome.QUIET, clear=body.decode())
        problems: list[str] = []
        clear = b""
        try:
            clear = self._open(body, expected, problems)
            kind, content = self._read(clear, expected, problems)
        except (_UnreadableError, XmlError, CryptoError) as error:
            return self._fault([*problems, str(error)], clear or body)
        if problems and self._strict:
            return self._fault(problems, clear)
        return Verdict(
            outcome=Outcome.REPLIED,
            kind=kind,
            content=content,
            problems=tuple(problems),
            clear=clear.decode(errors="replace"),
        )

    def _fault(self, problems: list[str], clear: bytes) -> Verdict:
        shown = clear[:4096].decode(errors="replace")
        return Verdict(outcome=Outcome.FAULT, problems=tuple(problems), clear=shown)

    # -- envelope ----------------------------------------------------------------------------

    def _open(self, body: bytes, expected: Expectation, problems: list[str]) -> bytes:
        if len(body) > MAX_REPLY_BYTES:
            raise _UnreadableError("应答过大")
        root = _xml_root(body)
        encrypted = root.value("Encrypt")
        if not encrypted:
            if expected.mode is Mode.SECURE:
                raise _UnreadableError("安全模式下必须加密回复（不回复时用明文 success）")
            return body
        if expected.mode is Mode.PLAINTEXT:
            raise _UnreadableError("明文模式下不接受加密回复")
        self._check_signature(root, encrypted, expected, problems)
        return _decrypt_any(encrypted, expected)

    @staticmethod
    def _check_signature(
        root: Element, encrypted: str, expected: Expectation, problems: list[str]
    ) -> None:
        timestamp, nonce = root.value("TimeStamp"), root.value("Nonce")
        if not timestamp.isdigit() or not nonce:
            problems.append("加密回复缺少 TimeStamp 或 Nonce")
        right = sign(expected.token, timestamp, nonce, encrypted)
        if not same_signature(right, root.value("MsgSignature")):
            raise _UnreadableError("回复的 MsgSignature 不对")

    # -- content -----------------------------------------------------------------------------

    def _read(self, clear: bytes, expected: Expectation, problems: list[str]) -> tuple[str, Json]:
        root = _xml_root(clear)
        if root.value("ToUserName") != expected.openid:
            problems.append("ToUserName 不是发消息的人")
        if root.value("FromUserName") != expected.gh_id:
            problems.append("FromUserName 不是本公众号")
        if not root.value("CreateTime").strip().isdigit():
            problems.append("CreateTime 不是整数")
        kind = root.value("MsgType").strip()
        reader = {
            "text": self._text,
            "image": self._media_reply,
            "voice": self._media_reply,
            "video": self._media_reply,
            "music": self._music,
            "news": self._news,
            "transfer_customer_service": self._transfer,
        }.get(kind)
        if reader is None:
            raise _UnreadableError(f"不认识的 MsgType {kind!r}")
        return kind, reader(root, kind, expected, problems)

    def _text(self, root: Element, _kind: str, _: Expectation, problems: list[str]) -> Json:
        content = root.value("Content")
        if not content.strip():
            problems.append("Content 为空")
        if len(content.encode()) > self._text_limit:
            problems.append(f"Content 超过 {self._text_limit} 字节")
        return {"text": content}

    def _media_reply(self, root: Element, kind: str, _: Expectation, problems: list[str]) -> Json:
        holder = root.one(kind.capitalize()) or Element(kind)
        media_id = holder.value("MediaId")
        if not self._media(media_id, kind):
            problems.append(f"MediaId {media_id!r} 不存在或已过期")
        return {
            "media_id": media_id,
            "title": holder.value("Title"),
            "description": holder.value("Description"),
        }

    def _music(self, root: Element, _kind: str, _: Expectation, problems: list[str]) -> Json:
        holder = root.one("Music") or Element("Music")
        if not self._media(holder.value("ThumbMediaId"), "thumb"):
            problems.append("ThumbMediaId 不存在或已过期")
        return {
            "title": holder.value("Title"),
            "description": holder.value("Description"),
            "url": holder.value("MusicUrl"),
        }

    def _news(self, root: Element, _kind: str, expected: Expectation, problems: list[str]) -> Json:
        holder = root.one("Articles") or Element("Articles")
        items = [_article(item) for item in holder.all("item")]
        if root.value("ArticleCount").strip() != str(len(items)):
            problems.append("ArticleCount 与条数不符")
        if not 1 <= len(items) <= MAX_ARTICLES:
            problems.append(f"图文条数 {len(items)} 不在 1 到 {MAX_ARTICLES} 之间")
        if any(not item["title"] for item in items):
            problems.append("图文缺少 Title")
        kept = 1 if expected.is_message else MAX_ARTICLES
        return {"articles": items[:kept], "cut": max(0, len(items) - kept)}

    @staticmethod
    def _transfer(root: Element, _kind: str, _: Expectation, _problems: list[str]) -> Json:
        holder = root.one("TransInfo")
        return {"agent": holder.value("KfAccount") if holder is not None else ""}


def _xml_root(text: bytes) -> Element:
    root = parse(text)
    if root.tag != "xml":
        raise _UnreadableError(f"根元素是 {root.tag}，不是 xml")
    return root


def _decrypt_any(encrypted: str, expected: Expectation) -> bytes:
    error: CryptoError | None = None
    for key in expected.aes_keys:
        try:
            return decrypt(key, encrypted, expected.app_id)
        except CryptoError as found:
            error = error or found
    raise error or _UnreadableError("没有可用的 EncodingAESKey")


def _article(item: Element) -> Json:
    return {
        "title": item.value("Title"),
        "description": item.value("Description"),
        "picurl": item.value("PicUrl"),
        "url": item.value("Url"),
    }
