"""A request is authentic before anything reads it, in the account's own mode."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channel.wechat.account import Account
from bot.channel.wechat.callback import receive, verify_url, wrap
from bot.channel.wechat.crypto import Envelope, signature
from bot.domain.errors import BadSignature, MessageError, Unparsable
from bot.testing import FakeClock
from tests.factories import Platform, make_xml

TOKEN, APP_ID = "communitybot", "wx1234567890abcdef"
KEYS = (
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba",
)
CLOCK = FakeClock()
ACCOUNT = Account(
    slug="default",
    gh_id="gh_0123456789ab",
    app_id=APP_ID,
    mode="secure",
    community="demo",
    envelope=Envelope(TOKEN, APP_ID, KEYS),
)
PLAIN, BOTH = replace(ACCOUNT, mode="plaintext"), replace(ACCOUNT, mode="compatible")
PLATFORM = Platform(Envelope(TOKEN, APP_ID, KEYS), TOKEN, CLOCK)


def take(query, body, *, account=ACCOUNT, window_s=300, now=None):
    return receive(account, query, body, now=now or CLOCK.now(), window_s=window_s)


@pytest.mark.parametrize("account", [ACCOUNT, BOTH], ids=["secure", "compatible"])
def test_a_sealed_message_is_opened(account: Account):
    """Its reply must be sealed with the same key."""
    found = take(*PLATFORM.sealed(make_xml(Content="你好")), account=account)

    assert (found.inbound.text, found.sealed, found.key) == ("你好", True, 0)


def test_a_plain_message_is_read_in_plaintext_mode():
    """Only where the account says so."""
    found = take(PLATFORM.query(), make_xml(Content="你好").encode(), account=PLAIN)

    assert (found.inbound.text, found.sealed) == ("你好", False)


@pytest.mark.parametrize("account", [ACCOUNT, BOTH], ids=["secure", "compatible"])
def test_a_plain_message_is_refused_in_the_other_modes(account: Account):
    """In compatible mode the plain part is not signed, so it is never believed."""
    with pytest.raises(BadSignature):
        take(PLATFORM.query(), make_xml().encode(), account=account)


def test_in_compatible_mode_the_sealed_part_is_the_message():
    """Somebody on the way can change the plain part only."""
    query, body = PLATFORM.sealed(make_xml(Content="真的"))
    forged = body.replace(b"<xml>", b"<xml><Content>forged</Content>")

    assert take(query, forged, account=BOTH).inbound.text == "真的"


def test_the_three_part_signature_does_not_open_a_sealed_body():
    """Mixing them is the most common error (WECHAT.md §1.2)."""
    query, body = PLATFORM.sealed(make_xml())

    with pytest.raises(BadSignature):
        take({**query, "msg_signature": query["signature"]}, body)


def test_a_changed_body_is_refused():
    """The signature covers the encrypted text."""
    query, _ = PLATFORM.sealed(make_xml())
    _, other = PLATFORM.sealed(make_xml(Content="别的"))

    with pytest.raises(BadSignature):
        take(query, other)


@pytest.mark.parametrize("field", ["msg_signature", "timestamp", "nonce"])
def test_a_missing_parameter_is_a_bad_signature(field: str):
    """Nothing is assumed."""
    query, body = PLATFORM.sealed(make_xml())
    query.pop(field)

    with pytest.raises(BadSignature):
        take(query, body)


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml></xml>", b"<Encrypt>", b"</Encrypt><Encrypt>", "<Encrypt>中文</Encrypt>".encode()],
    ids=["empty", "none", "open", "reversed", "no base64"],
)
def test_a_body_without_an_encrypted_part_is_not_signed(body: bytes):
    """So it is refused, not parsed."""
    query, _ = PLATFORM.sealed(make_xml())

    with pytest.raises(BadSignature):
        take(query, body)


def test_an_envelope_without_cdata_is_read_too():
    """Other servers write plain text there."""
    query, body = PLATFORM.sealed(make_xml(Content="你好"))

    assert take(query, body.replace(b"<![CDATA[", b"").replace(b"]]>", b"")).inbound.text == "你好"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_or_future_timestamp_is_refused(minutes: int):
    """A captured request cannot be sent again later."""
    query, body = PLATFORM.sealed(make_xml())

    with pytest.raises(BadSignature, match="window"):
        take(query, body, now=CLOCK.now() + timedelta(minutes=minutes))


def test_a_timestamp_inside_the_window_and_one_in_milliseconds_are_taken():
    """Clocks differ a little, and one simulator counts in milliseconds."""
    query, body = PLATFORM.sealed(make_xml())

    assert take(query, body, now=CLOCK.now() + timedelta(minutes=5))
    plain = PLATFORM.query()
    stamp = plain["timestamp"] + "000"
    signed = {**plain, "timestamp": stamp, "signature": signature(TOKEN, stamp, plain["nonce"])}
    assert take(signed, make_xml().encode(), account=PLAIN)


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e9", "9" * 40, "٣"])
def test_a_timestamp_that_is_no_number_is_refused(stamp: str):
    """Before anything is computed with it."""
    query, body = PLATFORM.sealed(make_xml())

    with pytest.raises(BadSignature):
        take({**query, "timestamp": stamp}, body)


def test_the_window_can_be_switched_off():
    """For a simulator without a clock."""
    query, body = PLATFORM.sealed(make_xml())

    assert take(query, body, window_s=0, now=CLOCK.now() + timedelta(days=9))


def test_an_authentic_body_that_is_no_message_is_unparsable():
    """Answer ``success`` and count it."""
    for xml in ("not xml", "<xml></xml>", "<!DOCTYPE x><xml/>"):
        with pytest.raises(Unparsable):
            take(*PLATFORM.sealed(xml))


def test_an_authentic_body_under_an_unknown_key_is_unparsable():
    """Signed with our token, sealed with a key we do not have."""
    stranger = Platform(Envelope(TOKEN, APP_ID, ("z" * 43,)), TOKEN, CLOCK)

    with pytest.raises(Unparsable):
        take(*stranger.sealed(make_xml()))


def test_a_message_under_the_previous_key_is_answered_under_it():
    """The platform still expects that key."""
    old = Platform(Envelope(TOKEN, APP_ID, KEYS[1:]), TOKEN, CLOCK)
    found = take(*old.sealed(make_xml()))

    sealed = wrap(ACCOUNT, found, "<xml>好</xml>", now=CLOCK.now(), nonce="n")

    assert found.key == 1
    encrypted = sealed.split("<![CDATA[")[1].split("]]>")[0]
    assert old.envelope.open(encrypted).xml == "<xml>好</xml>".encode()


def test_a_plain_message_gets_a_plain_reply():
    """Only passive replies to sealed messages are sealed."""
    found = take(PLATFORM.query(), make_xml().encode(), account=PLAIN)

    assert wrap(PLAIN, found, "<xml/>", now=CLOCK.now(), nonce="n") == "<xml/>"


@pytest.mark.parametrize("account", [ACCOUNT, BOTH, PLAIN], ids=lambda account: account.mode)
def test_the_url_is_verified_by_the_three_part_signature_in_every_mode(account: Account):
    """``echostr`` is not encrypted for an official account (WECHAT.md §1.1)."""
    assert verify_url(account, PLATFORM.query(echostr="24<5>")) == "24<5>"
    with pytest.raises(BadSignature):
        verify_url(account, {**PLATFORM.query(echostr="1"), "nonce": "other"})


def test_a_given_four_part_signature_must_hold():
    """Secure mode verifies ``msg_signature`` when given (CONTRACT.md)."""
    good = PLATFORM.query(encrypted="echo", echostr="echo")

    assert verify_url(ACCOUNT, good) == "echo"
    with pytest.raises(BadSignature):
        verify_url(ACCOUNT, {**good, "msg_signature": "0" * 40})
    assert verify_url(PLAIN, {**good, "msg_signature": "0" * 40}) == "echo"


def test_a_url_without_parameters_is_refused():
    """An empty signature matches nothing."""
    with pytest.raises(MessageError):
        verify_url(ACCOUNT, {})


def test_an_account_never_prints_its_envelope():
    """Its token and keys are secrets."""
    assert TOKEN not in repr(ACCOUNT)
