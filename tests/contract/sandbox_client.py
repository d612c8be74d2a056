"""A bot's HTTP client at the emulator, for the tests of its API side."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient

from bot.sandbox import SandboxClock
from bot.sandbox.platform import Platform
from tests.unit.sandbox.stub_bot import OPENID

API = "/sandbox/api"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
STAFF_KEY = "5a1e0000-0000-4000-8000-000000000001"
STRANGER = "oSbxResident000000000000004"


class Client:
    """A bot's HTTP client with a token."""

    def __init__(self, client: FlaskClient, platform: Platform, clock: SandboxClock) -> None:
        self.http = client
        self.platform = platform
        self.clock = clock
        self.token = platform.tokens.stable("default", force=False)[0]

    def post(self, path: str, body: Any = None, **query: str) -> Any:
        """POST raw UTF-8 JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        values = {"access_token": self.token, **query}
        return self.http.post(path, query_string=values, data=raw).json

    def get(self, path: str, **query: str) -> Any:
        """GET with the token."""
        return self.http.get(path, query_string={"access_token": self.token, **query}).json

    def send(self, msgtype: str, value: Any, openid: str = OPENID, **more: Any) -> int:
        """Send a customer message and give its errcode."""
        body = {"touser": openid, "msgtype": msgtype, msgtype: value, **more}
        return int(self.post("/cgi-bin/message/custom/send", body)["errcode"])

    def say(self, openid: str = OPENID, **body: Any) -> None:
        """Let the resident speak, which opens a window."""
        values = {"text": "在吗", "wait_s": 5, **body}
        assert self.http.post(f"{API}/residents/{openid}/say", json=values).status_code == 200

    def last(self, openid: str = OPENID) -> Any:
        """The last line of a chat."""
        found = self.http.get(f"{API}/residents/{openid}/conversation").json
        assert found is not None
        return found["entries"][-1]
