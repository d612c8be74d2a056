"""The generator must not be fooled: a tiny server that answers rightly, wrongly and late."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.bench import texts
from tests.bench.load import Generator, complete, judge
from tests.bench.wire import (
    Identity,
    Letter,
    check_echo,
    check_ok,
    check_reply,
    decrypt,
    encrypt,
    letter,
    signature,
)

pytestmark = pytest.mark.bench

#: The published vector of WECHAT.md §1.3.
VECTOR = Identity(
    app_id="wx1234567890abcdef",
    gh_id="gh_0123456789ab",
    token="communitybot",
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
OPENID = "oBench0000000000000000000001"


@pytest.fixture(autouse=True)
def only_when_selected(request: pytest.FixtureRequest) -> None:
    """Skip unless benches were asked for by ``-m bench``."""
    if "bench" not in (request.config.option.markexpr or ""):
        pytest.skip("benches run with -m bench")


def reply(text: str, *, to: str = OPENID, identity: Identity = VECTOR) -> bytes:
    """Return a sealed reply as a right bot makes it."""
    xml = (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<FromUserName><![CDATA[{identity.gh_id}]]></FromUserName><CreateTime>1790000001"
        f"</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        "</xml>"
    )
    closed = encrypt(identity, xml.encode())
    signed = signature(VECTOR.token, "1790000001", "424242", closed)
    return (
        f"<xml><Encrypt><![CDATA[{closed}]]></Encrypt><MsgSignature><![CDATA[{signed}]]>"
        "</MsgSignature><TimeStamp>1790000001</TimeStamp><Nonce><![CDATA[424242]]></Nonce></xml>"
    ).encode()


def response(body: bytes, status: int = 200) -> bytes:
    """Return a keep-alive HTTP response."""
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


@contextmanager
def tiny_server(answer: Callable[[int], bytes]) -> Iterator[int]:
    """Answer request ``number`` with ``answer(number)``, "" hangs up; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    done = threading.Event()
    numbers = iter(range(10_000))

    def talk(sock: socket.socket) -> None:
        with sock:
            sock.settimeout(5)
            data = b""
            while not done.is_set():
                data += (more := sock.recv(65_536))
                if not more:
                    return
                head, found, body = data.partition(b"\r\n\r\n")
                size = int(head.rpartition(b"Content-Length: ")[2] or 0) if found else 0
                if not found or len(body) < size:
                    continue
                data = b""
                sent = answer(next(numbers))
                if not sent:
                    return
                sock.sendall(sent)

    def listen() -> None:
        while not done.is_set():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=talk, args=(sock,))
            thread.start()
            threads.append(thread)

    threads = [threading.Thread(target=listen)]
    threads[0].start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        done.set()
        for thread in threads:
            thread.join(timeout=6)
        listener.close()


def letters(count: int, text: str = "你好") -> list[Letter]:
    """Return messages of one resident."""
    now_s = int(time.time())
    return [letter(VECTOR, text, openid=OPENID, number=n, now_s=now_s) for n in range(count)]


def test_envelope_is_the_published_one():
    """The generator seals exactly as the published vector, and opens it again."""
    xml = (
        "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName>"
        "<![CDATA[oTestOpenId00000000000000001]]></FromUserName><CreateTime>1790000000</CreateTime>"
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[积分入学怎么办]]></Content>"
        "<MsgId>24500000000000001</MsgId></xml>"
    ).encode()
    closed = encrypt(VECTOR, xml, prefix=b"0123456789abcdef")
    assert signature(VECTOR.token, "1790000000", "1320562132", closed) == (
        "0b961c6fd75fe83edea3895b39d1f1e2fb26eb56"
    )
    assert decrypt(VECTOR, closed) == xml


def test_right_replies_are_counted_as_right():
    """Every right reply is one answered message, none malformed."""
    with tiny_server(lambda _number: response(reply("您好"))) as port:
        report = judge(Generator(port, 4).closed(letters(100), seconds=5), check_reply)
    assert (report.completed, report.errors, report.malformed, report.quiet) == (100, 0, 0, 0)
    assert report.rate > 0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (reply("您好", to="oSomebodyElse000000000000001"), "for somebody else"),
        (
            reply("您好").replace(b"<MsgSignature><![CDATA[", b"<MsgSignature><![CDATA[0"),
            "signature",
        ),
        (reply("您好")[:-9], "not well-formed"),
        (reply("字" * 700), "longer"),
        (reply(" "), "no text"),
        (b"<xml><Content>plain</Content></xml>", "lacks"),
        (b'{"errcode":0}', "not well-formed"),
    ],
    ids=["recipient", "signature", "cut", "long", "blank", "plain", "json"],
)
def test_wrong_replies_are_malformed_and_not_throughput(body, problem):
    """A reply the platform would not show is malformed and adds nothing to the rate."""
    with tiny_server(lambda _number: response(body)) as port:
        report = judge(Generator(port, 2).closed(letters(10), seconds=5), check_reply)
    assert report.malformed == 10
    assert report.rate == 0
    assert problem in next(iter(report.problems))


def test_silence_is_not_throughput():
    """``success`` is allowed but it is no answer."""
    with tiny_server(lambda _number: response(b"success")) as port:
        report = judge(Generator(port, 2).closed(letters(10), seconds=5), check_reply)
    assert (report.completed, report.quiet, report.rate) == (10, 10, 0)


def test_refusals_and_hang_ups_are_errors():
    """A 403, a 500 and a closed connection are errors, and the run goes on after them."""
    answers = [response(b"no", 403), response(b"", 500), b""]
    with tiny_server(lambda number: answers[number % 3]) as port:
        report = judge(Generator(port, 1).closed(letters(9), seconds=5), check_reply)
    assert (report.completed, report.errors) == (0, 9)
    assert report.problems == {"status 403": 3, "status 500": 3, "connection closed": 3}


def test_an_echo_of_another_message_is_malformed():
    """Replies that got mixed up between residents are found."""
    with tiny_server(lambda number: response(reply("甲" if number % 2 else "乙"))) as port:
        report = judge(Generator(port, 1).closed(letters(10, "甲"), seconds=5), check_echo)
    assert report.malformed == 5


def test_a_stall_counts_for_everyone_behind_it():
    """In an open loop, latency runs from the moment a message was due, so a stall shows."""

    def stall(number: int) -> bytes:
        if number == 10:
            time.sleep(0.4)
        return response(b"ok")

    with tiny_server(stall) as port:
        generator = Generator(port, 1)
        report = judge(generator.offered(letters(50), rate=100, seconds=3), check_ok)
    assert report.completed == 50
    assert report.max > 350
    assert report.p50 > 100
    assert report.waited_p99 > 300


def test_an_offered_rate_is_kept():
    """A server that keeps up is sent what was asked for, no faster."""
    with tiny_server(lambda _number: response(b"ok")) as port:
        generator = Generator(port, 8)
        report = judge(generator.offered(letters(100), rate=100, seconds=3), check_ok)
    assert report.completed == 100
    assert 0.9 < report.seconds < 2


def test_responses_are_read_in_pieces_and_chunks():
    """A response is complete only with its last byte, with a length or in chunks."""
    whole = response(b"hello")
    assert [complete(whole[:cut]) for cut in range(len(whole))] == [None] * len(whole)
    assert complete(whole) == (200, b"hello")
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    )
    assert complete(chunked) == (200, b"hello")
    assert complete(chunked[:-7]) is None


def test_fresh_texts_do_not_come_again():
    """Tens of thousands of messages are all different, so that no cache of answers helps."""
    assert len(texts.messages()) >= 500
    assert len({texts.fresh(number) for number in range(60_000)}) == 60_000
