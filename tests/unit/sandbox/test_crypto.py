"""The envelope against published vectors, and what it must refuse."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.sandbox.crypto import CryptoError, aes_key_bytes, decrypt, encrypt, seal, sign

TOKEN = "communitybot"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx1234567890abcdef"

PUSH_PLAIN = (
    "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>"
    "<FromUserName><![CDATA[oTestOpenId00000000000000001]]></FromUserName>"
    "<CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[积分入学怎么办]]></Content><MsgId>24500000000000001</MsgId></xml>"
)
PUSH_SEALED = (
    "Q3stYC6hdFzMh9T8HCvyDM6Fos5hy46sSdD5yevTOxEkb3On298ggFcfUSGhtk7CdnWNKbqN6wuwgKrV9Galezgq"
    "u1sKyymTpa8ZKYa8EeHm12fQamqGl8L9Ph1ogdxX1g9N5J19aXMSyiFe+sopaWN/QkZvMkd8Bph+s96+0+e8hOjV"
    "Dmzuc1gjQKYsDp9iRQopZLcSlhyWnaQh8qWs0szdPVaKZ/ZPVAbC2BfXXDnR5cwsl5bzCiJ9WEMONTuU9QJhEn1s"
    "4cz8SRPuE/ocj3xztlV80AVrtGBILyz9yBROW0Aap7dwkxYu9YSohsBC+LxjKioe4+7WCI0teopvz3JfXWDjwR39"
    "1RKwSA9IQi/ANxRRWYsU0+5ZDbhjPF7fhqhNby0kY4OknyiLXr8jkOu7wRye5AppS9mAOTLmIBw0JEoukRbS3trE"
    "LBEBhH0XSvwqMOkiDdh7PUzgDBg7Kw=="
)
REPLY_PLAIN = (
    "<xml><ToUserName><![CDATA[oTestOpenId00000000000000001]]></ToUserName>"
    "<FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1790000001</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好]]></Content></xml>"
)
REPLY_SEALED = (
    "DpQeJfnf/MGZ/+GTIspwVF7dGxwINw03DhAg5nb39UbTDajdcQWXYN2FyREf3wjv0pb4YAF/N8TKBa5P0Ert8tKa"
    "qZtqTyUiqryy7uS2MfU0RM3fT1S4x0R1/j5CJObboSc1Ivuwmc9JRbcUNaDUCfhlASY0yi2/AK06Jx2CsCBhJopP"
    "8A3gre2TtMP94qihNkl5Q/7eCL+2CjMt3+w8rbRm0vvI9DdbrSkB/algl39CqKRvi7y9uko2LltFB5tFonn3VzG3"
    "3Fo9tvvlTj1R0zM2IBlQpgRgdH213iEqLywvUfonpMWF+mPxG2Ga+lQ6ij3YfNP0j4LWUrh+jFcjgkBkgz4Ung+A"
    "G9rd5W7zstgiwdFiu5xHI4a5nIkDwjQD"
)
WECOM_SEALED = (
    "Q3stYC6hdFzMh9T8HCvyDH0IHJENRtL8kKsqSYgg4gClawqfEI4bjkd/sThBdy5abkkNPf3wQSpydibwulBNcw=="
)

VECTORS = [
    pytest.param(PUSH_PLAIN, b"0123456789abcdef", APP_ID, PUSH_SEALED, id="push"),
    pytest.param(REPLY_PLAIN, b"fedcba9876543210", APP_ID, REPLY_SEALED, id="reply"),
    pytest.param(
        "1616140317555161061", b"0123456789abcdef", "ww1234567890abcdef", WECOM_SEALED, id="wecom"
    ),
]


@pytest.mark.parametrize(("plain", "random16", "receiver", "sealed"), VECTORS)
def test_golden_vectors_hold_in_both_directions(
    plain: str, random16: bytes, receiver: str, sealed: str
) -> None:
    """Encrypting gives the published text, and opening it gives the message back."""
    assert encrypt(KEY, plain.encode(), receiver, random16=random16) == sealed
    assert decrypt(KEY, sealed, receiver).decode() == plain


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ((TOKEN, "1790000000", "1320562132"), "79bec06b856ed5ea9ac8c467f12e17c809499731"),
        (
            (TOKEN, "1790000000", "1320562132", PUSH_SEALED),
            "0b961c6fd75fe83edea3895b39d1f1e2fb26eb56",
        ),
        (
            (TOKEN, "1790000001", "424242", REPLY_SEALED),
            "e895cf0dec7876685c8a6a89d8d983507ada71de",
        ),
    ],
    ids=["official", "three", "push", "reply"],
)
def test_signatures_match_the_published_ones(parts: tuple[str, ...], expected: str) -> None:
    """Three- and four-argument signatures are the documented SHA-1."""
    assert sign(*parts) == expected


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 31, 32, 33, 60_000])
def test_every_length_survives_the_round_trip(size: int) -> None:
    """Padding to 32 works at and around block borders."""
    text = ("邻" * size).encode()[:size]
    assert decrypt(KEY, encrypt(KEY, text, APP_ID), APP_ID) == text


def test_two_envelopes_of_one_text_differ() -> None:
    """A re-delivery carries new ciphertext."""
    assert encrypt(KEY, b"x", APP_ID) != encrypt(KEY, b"x", APP_ID)


def test_sealed_text_carries_its_own_signature() -> None:
    """`seal` signs what it encrypted."""
    box = seal(token=TOKEN, aes_key=KEY, app_id=APP_ID, text=b"hi", timestamp="1", nonce="2")
    assert box.msg_signature == sign(TOKEN, "1", "2", box.encrypt)


@pytest.mark.parametrize(
    ("sealed", "receiver", "code"),
    [
        (PUSH_SEALED, "wxffffffffffffffff", -40005),
        ("not base64!", APP_ID, -40010),
        ("", APP_ID, -40007),
        (base64.b64encode(b"short").decode(), APP_ID, -40007),
        (base64.b64encode(bytes(64)).decode(), APP_ID, -40008),
    ],
    ids=["receiver", "base64", "empty", "block", "noise"],
)
def test_broken_envelopes_are_named(sealed: str, receiver: str, code: int) -> None:
    """Each defect has the error code of Tencent's samples."""
    with pytest.raises(CryptoError) as caught:
        decrypt(KEY, sealed, receiver)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "plain",
    [
        bytes(16) + (99).to_bytes(4, "big") + b"xy" + bytes([10]) * 10,
        bytes(31) + b"\x00",
        bytes(16) + b"\x00" * 4 + bytes(10) + b"\x01\x02",
        bytes([32]) * 32,
    ],
    ids=["length", "zero pad", "uneven pad", "nothing inside"],
)
def test_padding_and_length_are_checked(plain: bytes) -> None:
    """A forged interior is refused with -40008."""
    key = aes_key_bytes(KEY)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(CryptoError) as caught:
        decrypt(KEY, sealed, APP_ID)
    assert caught.value.code == -40008


@pytest.mark.parametrize("key", ["short", "!" * 43, KEY + "x" * 8])
def test_a_wrong_key_is_refused(key: str) -> None:
    """An EncodingAESKey has 43 characters."""
    with pytest.raises(CryptoError) as caught:
        encrypt(key, b"x", APP_ID)
    assert caught.value.code == -40004


def test_a_wrong_random_prefix_is_refused() -> None:
    """The random prefix has 16 bytes."""
    with pytest.raises(CryptoError):
        encrypt(KEY, b"x", APP_ID, random16=b"short")
