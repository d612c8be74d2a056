"""Replies as the platform reads them (WECHAT.md §3)."""

from xml.etree import ElementTree

import pytest

from bot.channel.wechat.render import MAX_TEXT_BYTES, cdata, render_article, render_text
from bot.domain.replies import Article

ENDS = {"to": "oResident", "sender": "gh_account", "created": 1790000001}


def leaves(xml: str) -> dict[str, str]:
    return {leaf.tag: leaf.text or "" for leaf in ElementTree.fromstring(xml).iter()}


def test_a_text_reply_goes_back_to_its_sender():
    """To and From change places."""
    found = leaves(render_text("您好", **ENDS)[0])

    assert (found["ToUserName"], found["FromUserName"]) == ("oResident", "gh_account")
    assert (found["CreateTime"], found["MsgType"], found["Content"]) == (
        "1790000001",
        "text",
        "您好",
    )


def test_no_text_breaks_out_of_its_section():
    """``]]>`` of a resident must not inject elements (WECHAT.md §0.9)."""
    hostile = "]]></Content><MsgType>news</MsgType><Content><![CDATA["

    assert leaves(render_text(hostile, **ENDS)[0])["Content"] == hostile


@pytest.mark.parametrize("text", ["\x00a", "a\x0b", "\ufffea", "a\uffff", "\ud800a", "a\x1b"])
def test_characters_xml_forbids_are_left_out(text: str):
    """The platform would show a fault note."""
    assert leaves(render_text(text, **ENDS)[0])["Content"] == "a"


def test_tabs_and_lines_stay():
    """The only control characters that are allowed."""
    text = "一\t二\n三"

    assert leaves(f"<x>{cdata(text)}</x>")["x"] == text


def test_a_line_ends_with_one_character_only():
    """XML readers turn a carriage return into a line feed; so do we, before it is counted."""
    assert leaves(render_text("一\r\n二\r三", **ENDS)[0])["Content"] == "一\n二\n三"
    assert "\r" not in render_text("一\r\n二\r三", **ENDS)[0]


def test_what_does_not_fit_is_given_back():
    """2048 bytes, cut after a sentence."""
    xml, rest = render_text("四个字。" * 300, **ENDS)
    content = leaves(xml)["Content"]

    assert len(content.encode()) <= MAX_TEXT_BYTES
    assert content.endswith("。")
    assert content + rest == "四个字。" * 300


def test_an_article_is_one_item():
    """More than one is cut by the platform (WECHAT.md §3)."""
    article = Article(title="标题]]>", description="说明", url="https://a/?b=1&c=2")
    found = leaves(render_article(article, **ENDS))

    assert (found["MsgType"], found["ArticleCount"], found["Title"]) == ("news", "1", "标题]]>")
    assert (found["Url"], found["PicUrl"]) == ("https://a/?b=1&c=2", "")
