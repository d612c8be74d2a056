"""Group robots at the emulator: what may be posted, how much, and where it shows."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.sandbox_client import API, PNG, STAFF_KEY, Client


def _post(api: Client, body: Any, key: str = STAFF_KEY) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = api.http.post("/cgi-bin/webhook/send", query_string={"key": key}, data=raw).json
    assert answer is not None
    if answer["errcode"]:
        assert "rid: " in answer["errmsg"]
    return int(answer["errcode"])


PICTURE = {"base64": base64.b64encode(PNG).decode(), "md5": hashlib.md5(PNG).hexdigest()}
ARTICLE = {"title": "第 12 课", "url": "http://x", "description": "", "picurl": ""}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": "值班", "mentioned_list": ["@all"]}}, 0),
        ({"msgtype": "text", "text": {"content": " "}}, 44004),
        ({"msgtype": "text", "text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "markdown", "markdown": {"content": "**急**"}}, 0),
        ({"msgtype": "markdown", "markdown": {"content": "长" * 1366}}, 45002),
        ({"msgtype": "markdown_v2", "markdown_v2": {"content": "# 题"}}, 0),
        ({"msgtype": "news", "news": {"articles": [ARTICLE]}}, 0),
        ({"msgtype": "news", "news": {"articles": [ARTICLE] * 9}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "无链接"}]}}, 40058),
        ({"msgtype": "image", "image": PICTURE}, 0),
        ({"msgtype": "image", "image": {**PICTURE, "md5": "0" * 32}}, 40058),
        ({"msgtype": "image", "image": {"base64": "!", "md5": ""}}, 40058),
        ({"msgtype": "poem"}, 40008),
        (b"{broken", 40008),
        (b"[]", 40008),
    ],
)
def test_robot_posts_are_checked(api: Client, body: Any, code: int) -> None:
    """Shown in the group when right."""
    assert _post(api, body) == code
    found = api.http.get(f"{API}/groups/staff/conversation").json
    assert found is not None
    assert len(found["entries"]) == (0 if code else 1)


def test_a_robot_that_was_removed_is_93000(api: Client) -> None:
    """As is an unknown key."""
    post = {"msgtype": "text", "text": {"content": "x"}}
    assert _post(api, post, key="nothing") == 93000
    api.http.patch(f"{API}/groups/staff", json={"removed": True})
    assert _post(api, post) == 93000
    api.http.patch(f"{API}/groups/staff", json={"removed": False})
    assert _post(api, post) == 0


def test_twenty_robot_posts_a_minute(api: Client) -> None:
    """The next is 45009 and blocks for a minute; the other group goes on."""
    post = {"msgtype": "text", "text": {"content": "x"}}
    assert [_post(api, post) for _ in range(21)] == [0] * 20 + [45009]
    assert _post(api, post, key="5a1e0000-0000-4000-8000-000000000002") == 0
    api.clock.advance(timedelta(seconds=61))
    assert _post(api, post) == 0
