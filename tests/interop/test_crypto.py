"""Our envelope against two libraries written by others (WECHAT.md §1.3, §13)."""

import json
import random
import string
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from bot.channel.wechat.crypto import Envelope, Opened, signature

pytestmark = [pytest.mark.interop, pytest.mark.timeout(150)]

LIBRARIES = ("@wecom/crypto", "wechat-crypto")
COUNT = 500
TOKEN, RECEIVER = "communitybot", "wx1234567890abcdef"
#: Longest text that is tried, in bytes (WECHAT.md §13).
LONG = 60 * 1024
#: What has broken implementations: block edges, marks of several units, ends of CDATA, NUL, BOM.
NAMED = (
    "中",
    *("中" * length for length in (31, 32, 33)),
    "🎉👨‍👩‍👧‍👦🇨🇳",
    "]]>",
    "<xml><Content><![CDATA[a]]]]><![CDATA[>b]]></Content></xml>",
    "\0",
    "\ufeff邻里\r\n\u2028",
    "a" * LONG,
    "邻" * (LONG // 3),
    "𠮷" * (LONG // 4),
)
#: Every length that leaves another padding, several times over.
SWEEP = tuple("a" * length for length in range(200))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One text, the account's side of it, and the text as we sealed it."""

    message: str
    key: str
    timestamp: str
    nonce: str
    sealed: str
    token: str = TOKEN
    receiver: str = RECEIVER

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.token, self.receiver, (self.key,))


def messages(dice: random.Random) -> list[str]:
    """Return the named texts, all lengths up to 199, and random ones of any characters."""
    found = [*NAMED, *SWEEP]
    while len(found) < COUNT:
        last = dice.choice((0x7F, 0xFFFF, 0x10FFFF))
        points = (dice.randint(0, last) for _ in range(dice.randint(1, 700)))
        found.append("".join(chr(point) for point in points if not 0xD800 <= point <= 0xDFFF))
    return found


def case(message: str, dice: random.Random) -> Case:
    """Seal a text with a key of its own."""
    key = "".join(dice.choices(string.ascii_letters + string.digits, k=43))
    return Case(
        message=message,
        key=key,
        timestamp=str(dice.randint(1_500_000_000, 1_900_000_000)),
        nonce=str(dice.randint(0, 10**10)),
        sealed=Envelope(TOKEN, RECEIVER, (key,)).encrypt(message.encode()),
    )


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Give five hundred cases, the same ones each time."""
    dice = random.Random(20261124)
    return [case(message, dice) for message in messages(dice)]


@pytest.fixture(scope="module")
def answers(cases: list[Case], node_packages: Path) -> dict[str, list[dict[str, str]]]:
    """Give what each library makes of all cases: one node process, JSON in and out."""
    done = subprocess.run(
        ["node", "oracle.cjs"],
        cwd=node_packages,
        check=False,
        input=json.dumps([asdict(one) for one in cases]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=50,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_case_is_answered(library, cases, answers):
    """Five hundred texts, hard ones among them, and no library gave up on any."""
    sizes = {len(one.message.encode()) for one in cases}

    assert len(cases) == len(answers[library]) == COUNT
    assert {0, 1, 31, 32, 33, LONG} <= sizes
    assert [answer["error"] for answer in answers[library] if "error" in answer] == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_others_open_what_we_seal(library, cases, answers):
    """The platform reads our replies: text and receiver come out as they went in."""
    wrong = [
        number
        for number, (one, answer) in enumerate(zip(cases, answers[library], strict=True))
        if (answer["message"], answer["receiver"]) != (one.message, one.receiver)
    ]

    assert wrong == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_we_open_what_others_seal(library, cases, answers):
    """We read the platform's messages: byte for byte, with the current key."""
    wrong = [
        number
        for number, (one, answer) in enumerate(zip(cases, answers[library], strict=True))
        if one.envelope.open(answer["sealed"]) != Opened(one.message.encode(), 0)
    ]

    assert wrong == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_our_signature_is_the_one_others_compute(library, cases, answers):
    """The platform accepts our replies."""
    wrong = [
        number
        for number, (one, answer) in enumerate(zip(cases, answers[library], strict=True))
        if answer["signature"] != signature(one.token, one.timestamp, one.nonce, one.sealed)
    ]

    assert wrong == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_we_accept_the_signature_others_give(library, cases, answers):
    """No message of the platform is turned away; a wrong signature raises and fails here."""
    for one, answer in zip(cases, answers[library], strict=True):
        one.envelope.check_body(
            answer["sealed_signature"], one.timestamp, one.nonce, answer["sealed"]
        )
