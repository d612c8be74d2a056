"""Replies to wire XML (WECHAT.md §3).

Rendered here because the library's own rendering lets ``]]>`` through.
"""

import re

from bot.domain.replies import Article
from bot.domain.text import fit_bytes

#: Safe length of a passive text reply in UTF-8 bytes (WECHAT.md §3).
MAX_TEXT_BYTES = 2048
#: The quiet answer, in clear even in secure mode (WECHAT.md §1.4).
SUCCESS = "success"

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(text: str) -> str:
    """Return what an XML reader would read: no forbidden characters, line feeds only."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cdata(text: str) -> str:
    """Return ``text`` as a CDATA section that no content can break out of."""
    clean = _clean(text)
    return "<![CDATA[" + clean.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _frame(*, to: str, sender: str, created: int, kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{content}</xml>"
    )


def render_text(text: str, *, to: str, sender: str, created: int) -> tuple[str, str]:
    """Render a text reply.

    Args:
        text: what to say.
        to: the resident's openid.
        sender: the account's ``gh_`` id.
        created: seconds since 1970.

    Returns:
        the XML, and what did not fit into 2048 bytes (cut after a sentence).
    """
    head, rest = fit_bytes(_clean(text), MAX_TEXT_BYTES)
    content = f"<Content>{cdata(head)}</Content>"
    return _frame(to=to, sender=sender, created=created, kind="text", content=content), rest


def render_article(article: Article, *, to: str, sender: str, created: int) -> str:
    """Render one article; more than one is cut by the platform (WECHAT.md §3)."""
    item = (
        f"<item><Title>{cdata(article.title)}</Title>"
        f"<Description>{cdata(article.description)}</Description>"
        f"<PicUrl>{cdata(article.picture_url)}</PicUrl><Url>{cdata(article.url)}</Url></item>"
    )
    content = f"<ArticleCount>1</ArticleCount><Articles>{item}</Articles>"
    return _frame(to=to, sender=sender, created=created, kind="news", content=content)
