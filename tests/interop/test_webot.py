"""A resident who types into ``webot-cli``, written by others, at our webhook (WECHAT.md §13).

It speaks plaintext, stamps its queries in milliseconds, gives every message the same ``MsgId`` and
takes an answer that is not the platform's XML for an error.
"""

import itertools
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.bootstrap import House, Speechbook
from bot.domain.clock import SystemClock
from bot.packs.loader import PackStore
from bot.testing import make_settings, redis_server, serving
from bot.understanding.router import Router

pytestmark = [pytest.mark.interop, pytest.mark.timeout(150)]

#: Seconds one run of the program may take; the platform itself waits five.
PATIENCE_S = 20
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FIELD = re.compile(r"^ {4}(\w+): \n {6}- ", re.MULTILINE)
_serial = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webot:
    """The program, and what our webhook heard from it: timestamp of the query, body."""

    folder: Path
    base: str
    heard: list[tuple[str, str]] = field(default_factory=list)

    def send(self, user: str, *words: str, token: str = "testtoken") -> str:
        """Send one message; return what the program printed, colours aside."""
        line = ["node", "node_modules/webot-cli/bin/webot", "send", "--token", token]
        where = ["--des", f"{self.base}/wechat/default", "--user", user]
        done = subprocess.run(
            [*line, *where, *words],
            cwd=self.folder,
            check=False,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, done.stderr[-500:]
        return _COLOUR.sub("", done.stdout)

    def ask(self, user: str, *words: str) -> str:
        """Send one message; return the text that the program read in our answer."""
        printed = self.send(user, *words)
        _, mark, answer = printed.partition("[Response]:")
        assert mark, printed
        _, *parts = _FIELD.split(answer.rpartition("----------")[0])
        fields = dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
        assert fields["ToUserName"] == user
        assert fields["FromUserName"] == "webot"
        assert fields["MsgType"] == "text"
        assert fields["CreateTime"].isdecimal()
        return fields["Content"]


@pytest.fixture(scope="module")
def webot(
    node_packages: Path,
    tmp_path_factory: pytest.TempPathFactory,
    packs: PackStore,
    speechbook: Speechbook,
    router: Router,
) -> Iterator[Webot]:
    """Give the program and a house in plaintext mode, on the machine's own time."""
    folder = tmp_path_factory.mktemp("webot")
    with redis_server(folder):
        house = House(make_settings(folder, BOT_WECHAT_MODE="plaintext"), SystemClock())
        house.packs, house.speechbook, house.router = packs, speechbook, router
        try:
            house.migrate()
            app = house.web_app()
            heard: list[tuple[str, str]] = []

            inside = app.wsgi_app

            def listen(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                asked = parse_qs(environ.get("QUERY_STRING", ""))
                heard.append((asked.get("timestamp", [""])[0], body.decode()))
                return inside(environ | {"wsgi.input": BytesIO(body)}, start_response)

            app.wsgi_app = listen
            with serving(app) as base:
                yield Webot(folder=node_packages, base=base, heard=heard)
        finally:
            house.close()


@pytest.fixture
def user() -> str:
    """Give a resident nobody has met."""
    return f"oWebot{next(_serial):022d}"


def test_two_texts_with_the_same_id_get_two_answers(webot, user):
    """A sender that never counts its messages loses none: the id alone is no identity."""
    permit = webot.ask(user, "t", "居住证怎么办")
    library = webot.ask(user, "t", "哪里有图书馆")

    assert "住满半年" in permit
    assert "图书馆" in library
    assert permit != library


def test_the_program_still_has_the_quirks_it_is_here_for(webot, user):
    """Milliseconds in the query and one id for all: otherwise the test above proves nothing."""
    begin = len(webot.heard)
    webot.ask(user, "t", "居住证怎么办")
    webot.ask(user, "t", "你好")

    stamps, bodies = zip(*webot.heard[begin:], strict=True)
    assert [len(stamp) for stamp in stamps] == [13, 13]
    assert all("<MsgId>1234567</MsgId>" in body for body in bodies)
    assert len(set(bodies)) == 2


def test_a_place_on_the_map_is_answered_with_places_near_it(webot, user):
    """A location is a question: where is the next one."""
    assert "公里" in webot.ask(user, "loc", "23.13", "113.26", "老街口")


def test_a_new_follower_is_welcomed(webot, user):
    """Also without an ``EventKey``, as here."""
    assert "欢迎" in webot.ask(user, "event", "subscribe")


@pytest.mark.parametrize("followed", [("1",), ()], ids=["follower", "newcomer"])
def test_a_scanned_poster_leads_to_its_community(webot, packs, user, followed):
    """As ``SCAN`` with the bare scene and as ``subscribe`` with ``qrscene_`` before it."""
    title = packs.get("fengxin").title

    assert title in webot.ask(user, "scan", "c_fengxin", *followed)


def test_a_scanned_code_of_somebody_else_still_gets_a_welcome(webot, user):
    """A scene that names no community is no error."""
    assert "欢迎" in webot.ask(user, "scan", "101", "1")


def test_a_picture_gets_a_sentence(webot, user):
    """We say that we cannot read it."""
    assert "图片" in webot.ask(user, "i", "http://127.0.0.1/none.png")


def test_a_reported_position_is_taken_in_silence(webot, user):
    """``success`` and no words, which this program finds odd: the resident asked nothing."""
    printed = webot.send(user, "reportloc", "23.1", "113.2")

    assert re.search(r"\[Bad Response\]:\s+success\s", printed)


def test_a_wrong_token_is_refused(webot, user):
    """Not everybody is the platform."""
    printed = webot.send(user, "t", "你好", token="guessed")

    assert re.search(r"\[Request Error\]:\s+403\s", printed)
    assert "[Response]" not in printed
