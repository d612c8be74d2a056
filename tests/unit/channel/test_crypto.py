"""Signatures and envelopes against the golden vectors of WECHAT.md §1.1 and §1.3."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channel.wechat.crypto import Envelope, check, signature
from bot.domain.errors import BadSignature, ConfigError, Unparsable

TOKEN, APP_ID, CORP_ID = "communitybot", "wx1234567890abcdef", "ww1234567890abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
STAMP, NONCE = "1790000000", "1320562132"
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
OURS = Envelope(TOKEN, APP_ID, (AES_KEY,))


def sealed(plain: bytes) -> str:
    """Encrypt a whole plaintext, padding included, as nobody honest would."""
    raw = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def packed(xml: bytes, pad: int, receiver: bytes = APP_ID.encode()) -> bytes:
    """Return a plaintext whose padding has ``pad`` bytes; the text is filled up to fit."""
    fixed = 16 + 4 + len(receiver)
    filled = xml + b" " * (-(fixed + len(xml) + pad) % 16)
    return bytes(16) + len(filled).to_bytes(4, "big") + filled + receiver + bytes([pad]) * pad


def test_the_platforms_own_vector_of_the_three_part_signature():
    """WECHAT.md §1.1, from the official page."""
    assert (
        signature("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"
    )


@pytest.mark.parametrize("name", ["message", "echo", "reply"])
def test_a_golden_vector_is_sealed_and_opened_to_the_byte(name: str):
    """WECHAT.md §1.3: message, WeCom echo and reply."""
    vector = VECTORS[name]
    envelope = Envelope(TOKEN, vector["receive_id"], (AES_KEY,))

    found = envelope.encrypt(vector["plain"].encode(), prefix=vector["random16"].encode())

    assert found == vector["encrypt"]
    assert envelope.open(vector["encrypt"]).xml.decode() == vector["plain"]


@pytest.mark.parametrize("name", ["message", "reply"])
def test_a_golden_signature_is_the_same(name: str):
    """The four-part signature covers the encrypted text."""
    vector = VECTORS[name]

    assert (
        signature(TOKEN, vector["timestamp"], vector["nonce"], vector["encrypt"])
        == vector["msg_signature"]
    )
    Envelope(TOKEN, APP_ID, (AES_KEY,)).check_body(
        vector["msg_signature"], vector["timestamp"], vector["nonce"], vector["encrypt"]
    )


def test_the_golden_three_part_signature_opens_the_url():
    """WECHAT.md §1.3."""
    OURS.check_url("79bec06b856ed5ea9ac8c467f12e17c809499731", STAMP, NONCE)


@pytest.mark.parametrize(
    "given", ["", "0" * 40, "不是签名", "79bec06b856ed5ea9ac8c467f12e17c80949973"]
)
def test_any_other_signature_is_refused(given: str):
    """Nothing near counts, and nothing odd breaks the comparison."""
    with pytest.raises(BadSignature):
        OURS.check_url(given, STAMP, NONCE)
    with pytest.raises(BadSignature):
        OURS.check_body(given, STAMP, NONCE, "x")


def test_texts_no_encoding_can_hold_are_refused_and_not_raised():
    """A lone surrogate in a URL is a bad signature, not a crash."""
    with pytest.raises(BadSignature):
        check("\udc80", "a", "\udcff")


def test_a_wrong_key_opens_nothing():
    """The text names no reason an attacker could learn from."""
    with pytest.raises(Unparsable, match="no key opens"):
        Envelope(TOKEN, APP_ID, (OTHER_KEY,)).open(OURS.encrypt(b"<xml/>"))


def test_the_previous_key_opens_and_is_named_for_the_reply():
    """Rotation has an overlap (WECHAT.md §1.2); the reply uses the key that worked."""
    both = Envelope(TOKEN, APP_ID, (OTHER_KEY, AES_KEY))

    opened = both.open(OURS.encrypt(b"<xml/>"))

    assert (opened.xml, opened.key) == (b"<xml/>", 1)
    answer = both.encrypt(b"<xml>reply</xml>", key=opened.key)
    assert OURS.open(answer).xml == b"<xml>reply</xml>"


def test_a_body_for_another_app_is_refused():
    """A captured message of another account opens nothing here."""
    with pytest.raises(Unparsable, match="another app id"):
        OURS.open(Envelope(TOKEN, "wx0000000000000000", (AES_KEY,)).encrypt(b"<xml/>"))


@pytest.mark.parametrize("pad", range(1, 33))
def test_padding_up_to_thirty_two_is_accepted(pad: int):
    """Libraries that check for sixteen refuse half of the platform's messages (WECHAT.md §1.3)."""
    assert OURS.open(sealed(packed(b"<xml/>", pad))).xml.strip() == b"<xml/>"


@pytest.mark.parametrize("name", ["zero", "thirty-three", "uneven", "whole"])
def test_bad_padding_is_refused(name: str):
    """Every byte of it must agree."""
    good = packed(b"<xml/>", 16)
    plain = {
        "zero": good[:-16] + bytes(16),
        "thirty-three": packed(b"<xml/>", 33),
        "uneven": good[:-2] + b"\x09\x10",
        "whole": bytes([16]) * 32,
    }[name]

    with pytest.raises(Unparsable):
        OURS.open(sealed(plain))


@pytest.mark.parametrize(
    "plain",
    [
        bytes(16) + b"\xff\xff\xff\xff" + b"<xml/>" + APP_ID.encode() + bytes([4]) * 4,
        bytes(16) + (0).to_bytes(4, "big") + b"x" * 11 + bytes([1]),
        bytes(12) + bytes([20]) * 20,
    ],
    ids=["length beyond the text", "no receiver", "padding over the length"],
)
def test_a_plaintext_that_lies_about_itself_is_refused(plain: bytes):
    """Lengths are checked, not believed."""
    with pytest.raises(Unparsable):
        OURS.open(sealed(plain))


@pytest.mark.parametrize(
    "text", ["", "=", "abc", "!!!!", "QUJD", "中文", "Q3stYC6hdFzMh9T8HCvy DM6"]
)
def test_what_is_no_ciphertext_is_unparsable(text: str):
    """Not base64, or not whole blocks."""
    with pytest.raises(Unparsable):
        OURS.open(text)


def test_truncated_ciphertext_is_refused():
    """A body cut by the network opens nothing."""
    whole = base64.b64decode(VECTORS["message"]["encrypt"])

    for size in range(16, len(whole), 16):
        with pytest.raises(Unparsable):
            OURS.open(base64.b64encode(whole[:size]).decode())


def test_an_empty_token_is_refused_at_construction():
    """With it anybody could sign (WECHAT.md §11.1)."""
    with pytest.raises(ConfigError, match="token is empty"):
        Envelope("", APP_ID, (AES_KEY,))


@pytest.mark.parametrize("key", ["", "short", AES_KEY + "A", AES_KEY[:-1] + "+", AES_KEY + "\n"])
def test_a_key_that_is_none_is_refused_at_construction(key: str):
    """Forty-three letters and digits."""
    with pytest.raises(ConfigError, match="EncodingAESKey"):
        Envelope(TOKEN, APP_ID, (key,))


def test_a_sealed_reply_is_the_platforms_envelope():
    """Encrypt, MsgSignature, TimeStamp, Nonce; time and nonce are the replier's."""
    xml = OURS.seal("<xml>好</xml>", timestamp=STAMP, nonce=NONCE)

    encrypted = xml.split("<![CDATA[")[1].split("]]>")[0]
    assert signature(TOKEN, STAMP, NONCE, encrypted) in xml
    assert f"<TimeStamp>{STAMP}</TimeStamp><Nonce><![CDATA[{NONCE}]]></Nonce>" in xml
    assert OURS.open(encrypted).xml == "<xml>好</xml>".encode()


def test_no_two_seals_are_the_same():
    """Sixteen random bytes go first."""
    assert OURS.encrypt(b"x") != OURS.encrypt(b"x")
