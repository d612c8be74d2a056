"""The platform's own AES envelope, both directions, written from the published layout.

Kept apart from the bot's implementation on purpose: two independent readings of the same page
catch each other's mistakes. Padding and the receiver id are checked here, which several client
libraries forget.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16


class CryptoError(Exception):
    """An envelope that cannot be opened; `code` is the one of Tencent's samples."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One encrypted text with everything needed to check it."""

    encrypt: str
    msg_signature: str
    timestamp: str
    nonce: str


def sign(token: str, *parts: str) -> str:
    """SHA-1 over the sorted parts: three-argument `signature`, four-argument `msg_signature`.

    >>> sign("AAAAA", "1714037059", "486452656")
    '899cf89e464efb63f54ddac96b0a0a235f53aa78'
    """
    joined = "".join(sorted((token, *parts)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def same_signature(left: str, right: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def aes_key_bytes(aes_key: str) -> bytes:
    """The 32 key bytes behind a 43-character EncodingAESKey."""
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError(-40004, "illegal AES key") from error
    if len(key) != 32:
        raise CryptoError(-40004, "illegal AES key")
    return key


def encrypt(aes_key: str, text: bytes, receive_id: str, *, random16: bytes | None = None) -> str:
    """Encrypt a message for a receiver; the 16 random bytes are settable for tests."""
    key = aes_key_bytes(aes_key)
    prefix = random16 if random16 is not None else secrets.token_bytes(RANDOM_BYTES)
    if len(prefix) != RANDOM_BYTES:
        raise CryptoError(-40006, "the random prefix has 16 bytes")
    plain = prefix + len(text).to_bytes(4, "big") + text + receive_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    plain += bytes([pad]) * pad
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def decrypt(aes_key: str, encrypted: str, receive_id: str) -> bytes:
    """Open an envelope, checking padding, length and receiver.

    Raises:
        CryptoError: with -40010 (base64), -40007 (decrypt), -40008 (buffer), -40005 (receiver).
    """
    key = aes_key_bytes(aes_key)
    try:
        data = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError(-40010, "Encrypt is not base64") from error
    if not data or len(data) % 16:
        raise CryptoError(-40007, "ciphertext is not a whole number of blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return _unwrap(decryptor.update(data) + decryptor.finalize(), receive_id)


def seal(
    *, token: str, aes_key: str, app_id: str, text: bytes, timestamp: str, nonce: str
) -> Sealed:
    """Encrypt and sign one push."""
    encrypted = encrypt(aes_key, text, app_id)
    return Sealed(
        encrypt=encrypted,
        msg_signature=sign(token, timestamp, nonce, encrypted),
        timestamp=timestamp,
        nonce=nonce,
    )


def _unwrap(plain: bytes, receive_id: str) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or len(plain) % BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise CryptoError(-40008, "padding is not PKCS#7 to 32 bytes")
    body = plain[RANDOM_BYTES:-pad]
    if len(body) < 4:
        raise CryptoError(-40008, "envelope is too short")
    length = int.from_bytes(body[:4], "big")
    text, receiver = body[4 : 4 + length], body[4 + length :]
    if len(text) != length:
        raise CryptoError(-40008, "message length does not fit")
    if receiver != receive_id.encode():
        raise CryptoError(-40005, "receiver id is not this app id")
    return text
