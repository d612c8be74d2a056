"""Signatures and the AES envelope of the callback (WECHAT.md §1.2, §1.3).

Own code instead of ``wechatpy.crypto``: that one compares signatures with ``!=``, accepts an empty
token,
draws its random prefix from a non-cryptographic generator, never checks the padding and leaks six
kinds
of exceptions (WECHAT.md §11.1). The cipher itself is ``cryptography``'s.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.domain.errors import BadSignature, ConfigError, Unparsable

_BLOCK = 32
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


def signature(*parts: str) -> str:
    """Return the platform's signature of some texts: SHA-1 over them, sorted and joined."""
    joined = "".join(sorted(parts)).encode(errors="surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def check(given: str, *parts: str) -> None:
    """Compare a signature in constant time.

    Raises:
        BadSignature: it does not match.
    """
    wanted = signature(*parts).encode()
    if not hmac.compare_digest(wanted, given.encode(errors="surrogatepass")):
        raise BadSignature("signature does not match")


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted body and the key that opened it, which the reply must use."""

    xml: bytes
    key: int


class Envelope:
    """Opens and seals bodies for one account.

    Args:
        token: the account's token; must not be empty.
        receive_id: app id of an official account, corp id of WeCom.
        aes_keys: EncodingAESKey, current one first, then the previous one while it overlaps.

    Raises:
        ConfigError: the token is empty or a key is not 43 letters and digits.
    """

    def __init__(self, token: str, receive_id: str, aes_keys: tuple[str, ...]):
        if not token:
            raise ConfigError("the account's token is empty; set the one entered at the platform")
        self._token = token
        self._receive_id = receive_id.encode()
        self._ciphers = tuple(_cipher(key) for key in aes_keys)

    def check_url(self, given: str, timestamp: str, nonce: str) -> None:
        """Check the three-part signature of a GET or a plaintext POST.

        Raises:
            BadSignature: it does not match.
        """
        check(given, self._token, timestamp, nonce)

    def check_body(self, given: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Check the four-part signature that covers an encrypted body.

        Raises:
            BadSignature: it does not match.
        """
        check(given, self._token, timestamp, nonce, encrypted)

    def open(self, encrypted: str) -> Opened:
        """Decrypt a body with the current key, else with the previous one.

        Raises:
            Unparsable: no key opens it, or it is for another receiver.
        """
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unparsable("the encrypted part is not base64") from error
        if not sealed or len(sealed) % 16:
            raise Unparsable("the encrypted part is not whole blocks")
        for number, cipher in enumerate(self._ciphers):
            decryptor = cipher.decryptor()
            found = self._unpack(decryptor.update(sealed) + decryptor.finalize())
            if found is not None:
                return Opened(found, number)
        raise Unparsable("no key opens the body, or it is for another app id")

    def _unpack(self, plain: bytes) -> bytes | None:
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            return None
        content = plain[16:-pad]
        if len(content) < 4:
            return None
        size = int.from_bytes(content[:4], "big")
        xml, receiver = content[4 : 4 + size], content[4 + size :]
        if len(xml) != size or not hmac.compare_digest(receiver, self._receive_id):
            return None
        return xml

    def seal(self, xml: str, *, timestamp: str, nonce: str, key: int = 0) -> str:
        """Encrypt a reply and return the whole envelope XML.

        Args:
            xml: the reply in clear.
            timestamp: seconds since 1970, chosen by us.
            nonce: chosen by us.
            key: number of the key that opened the request.
        """
        encrypted = self.encrypt(xml.encode(), key=key)
        signed = signature(self._token, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signed}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def encrypt(self, xml: bytes, *, key: int = 0, prefix: bytes = b"") -> str:
        """Return the encrypted, base64-coded form of ``xml``; ``prefix`` only for test vectors."""
        head = prefix or secrets.token_bytes(16)
        plain = head + len(xml).to_bytes(4, "big") + xml + self._receive_id
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._ciphers[key].encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    if not _AES_KEY.fullmatch(aes_key):
        raise ConfigError(
            "EncodingAESKey: expected 43 letters and digits, as the platform shows it"
        )
    raw = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))
