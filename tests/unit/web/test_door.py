"""The short way for deliveries: what it takes, and what it leaves to Flask."""

import io
from types import SimpleNamespace

import pytest

from bot.testing import FakeClock
from bot.web.door import Door
from bot.web.webhook import Sent

LONGEST = 64


class Hall:
    """What lies behind the door: notes who came, by which way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.inside: list[str] = []
        self.delivered: list[tuple[str, dict[str, str], bytes]] = []
        self.said = Sent("success")
        monkeypatch.setattr("bot.web.door.deliver", self._deliver)
        self.door = Door(SimpleNamespace(clock=FakeClock()), self._flask, LONGEST)

    def _flask(self, environ, start_response):
        self.inside.append(environ["REQUEST_METHOD"])
        start_response("404 NOT FOUND", [])
        return [b"inside"]

    def _deliver(self, parts, slug, query, body, arrived):
        self.delivered.append((slug, query, body))
        return self.said

    def ask(self, body: bytes = b"<xml/>", **fields: object) -> tuple[str, dict[str, str], bytes]:
        """Send one request; return status line, headers and body."""
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/wechat/default",
            "QUERY_STRING": "nonce=1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **fields,
        }
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        environ = {name: value for name, value in environ.items() if value is not None}
        out = b"".join(self.door(environ, lambda line, headers: heads.append((line, headers))))
        ((line, headers),) = heads
        return line, dict(headers), out


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Give a door with nothing real behind it."""
    return Hall(monkeypatch)


def test_a_delivery_takes_the_short_way(hall: Hall):
    """Account, parameters and body as they were sent."""
    line, headers, body = hall.ask(QUERY_STRING="a=%E6%88%91&b=&a=2")

    assert hall.delivered == [("default", {"a": "我", "b": ""}, b"<xml/>")]
    assert hall.inside == []
    assert (line, body) == ("200 OK", b"success")
    assert headers == {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "7"}


def test_an_answer_is_counted_in_bytes(hall: Hall):
    """Chinese takes three each; an envelope is XML."""
    hall.said = Sent("你好", mimetype="application/xml")
    _, headers, body = hall.ask()

    assert (headers["Content-Length"], body.decode()) == ("6", "你好")
    assert headers["Content-Type"].startswith("application/xml")


@pytest.mark.parametrize(
    "length",
    [None, "", "-1", "+6", "6.0", "nine", "0x6", " 6", "9" * 5_000],
    ids=lambda length: repr(length)[:12],
)
def test_a_length_that_is_none_goes_through_flask(hall: Hall, length):
    """As does a body that comes in chunks."""
    hall.ask(CONTENT_LENGTH=length, HTTP_TRANSFER_ENCODING="chunked")

    assert hall.inside == ["POST"]
    assert hall.delivered == []


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "OPTIONS", "post", ""])
def test_another_method_goes_through_flask(hall: Hall, method: str):
    """Only POST is a delivery."""
    hall.ask(REQUEST_METHOD=method)

    assert hall.inside == [method]
    assert hall.delivered == []


@pytest.mark.parametrize(
    "path",
    [
        "/wechat/", "/wechat", "/wechat/default/", "/wechat/a/b", "/WECHAT/default", "/",
        "//wechat/default", "/healthz", "/console/login", "", None,
    ],
)  # fmt: skip
def test_another_path_goes_through_flask(hall: Hall, path):
    """Routes are its business."""
    hall.ask(PATH_INFO=path)

    assert hall.inside == ["POST"]
    assert hall.delivered == []


def test_a_body_of_the_longest_length_is_read_and_a_longer_one_is_not(hall: Hall):
    """Its declared length is enough to refuse it."""
    assert hall.ask(b"x" * LONGEST)[0] == "200 OK"

    unread = io.BytesIO(b"x" * (LONGEST + 1))
    line, _, body = hall.ask(**{"CONTENT_LENGTH": str(LONGEST + 1), "wsgi.input": unread})
    assert (line, body) == ("413 REQUEST ENTITY TOO LARGE", b"body too large")
    assert unread.tell() == 0
    assert len(hall.delivered) == 1


def test_no_more_is_read_than_was_declared(hall: Hall):
    """What follows may be the next request."""
    hall.ask(b"<xml/>more", CONTENT_LENGTH="6")
    hall.ask(b"<xm", CONTENT_LENGTH="6")

    assert [body for _, _, body in hall.delivered] == [b"<xml/>", b"<xm"]


def test_more_parameters_than_any_delivery_has_go_through_flask(hall: Hall):
    """Nothing is counted twice."""
    hall.ask(QUERY_STRING="&".join(f"p{number}=1" for number in range(41)))
    assert (hall.inside, hall.delivered) == (["POST"], [])

    hall.ask(QUERY_STRING="&".join(f"p{number}=1" for number in range(40)))
    assert len(hall.delivered[0][1]) == 40


@pytest.mark.parametrize(
    "path", ["/wechat/\xe6\x88\x91", "/wechat/%", "/wechat/\x00", "/wechat/ ", "/wechat/\xff\xfe"]
)
def test_an_odd_account_is_looked_up_like_any_other(hall: Hall, path: str):
    """It will not be found; bytes of a path stand as Latin-1."""
    hall.ask(PATH_INFO=path)

    assert [slug for slug, _, _ in hall.delivered] == [path.removeprefix("/wechat/")]


@pytest.mark.parametrize("query", ["%ff=%ed%a0%80", "a=%00&\xff", "%", "=", "&&", "a;b", "", None])
def test_odd_parameters_are_read_somehow(hall: Hall, query):
    """A signature over them is not going to be right."""
    assert hall.ask(QUERY_STRING=query)[0] == "200 OK"
    assert len(hall.delivered) == 1


@pytest.mark.parametrize("status", [200, 403, 413])
def test_every_status_has_its_line(hall: Hall, status: int):
    """Those a delivery can be answered with."""
    hall.said = Sent("x", status)

    assert hall.ask()[0].startswith(f"{status} ")
