"""Encryption of personal fields at rest, and the keyed hash they are found by (PIPL 51).

A sealed value is a Fernet token (AES-128-CBC with HMAC-SHA256). Keys rotate: the newest one seals,
all of them open; :mod:`bot.records.keys` re-seals what older ones sealed. The pseudonym key never
changes, or nobody would be found again.
"""

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import ConfigError
from bot.records.errors import BrokenSeal

#: Data keys tried for one value: more would slow each read and mean that rotation never ends.
MAX_DATA_KEYS = 10
#: Shortest pseudonym key in bytes.
MIN_PSEUDONYM_KEY_BYTES = 16
#: How every Fernet token begins (version byte 0x80, then a time before the year 2242).
TOKEN_PREFIX = "gAAAA"  # noqa: S105 - a format mark, not a secret


def new_data_key() -> str:
    """Return a fresh key for ``BOT_DATA_KEYS``: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


class Vault:
    """Seals and opens personal fields.

    Args:
        data_keys: Fernet keys, newest first.
        pseudonym_key: secret of the keyed hash, at least 16 bytes.

    Raises:
        ConfigError: a key is missing or malformed; the text names its place, never the key.
    """

    def __init__(self, data_keys: Sequence[str], pseudonym_key: bytes):
        if not 1 <= len(data_keys) <= MAX_DATA_KEYS:
            raise ConfigError(
                f"BOT_DATA_KEYS: expected 1 to {MAX_DATA_KEYS} keys, comma-separated, newest "
                f"first; found {len(data_keys)}. `python -m bot keys rotate` makes one"
            )
        if len(pseudonym_key) < MIN_PSEUDONYM_KEY_BYTES:
            raise ConfigError(
                f"the pseudonym key needs at least {MIN_PSEUDONYM_KEY_BYTES} random bytes, "
                f"found {len(pseudonym_key)}"
            )
        fernets = [_fernet(key, place) for place, key in enumerate(data_keys, 1)]
        self._newest = fernets[0]
        self._all = MultiFernet(fernets)
        self._pseudonym_key = bytes(pseudonym_key)

    def seal(self, text: str) -> str:
        """Return ``text`` encrypted with the newest key; each call gives another token."""
        return self._newest.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        """Return what was sealed.

        Raises:
            BrokenSeal: no key opens it, or it was tampered with.
        """
        try:
            return self._all.decrypt(token).decode()
        except (InvalidToken, ValueError) as error:
            raise BrokenSeal("a sealed value opens with none of BOT_DATA_KEYS") from error

    def find(self, text: str) -> str:
        """Return the keyed hash ``text`` is found by: HMAC-SHA256, 64 hexadecimal digits."""
        return hmac.new(
            self._pseudonym_key, b"find\x1e" + text.encode(), hashlib.sha256
        ).hexdigest()

    def is_current(self, token: str) -> bool:
        """Tell whether the newest key sealed ``token``."""
        try:
            self._newest.decrypt(token)
        except (InvalidToken, ValueError):
            return False
        return True

    def rotate(self, token: str) -> str:
        """Return ``token`` sealed anew with the newest key.

        Raises:
            BrokenSeal: no key opens it.
        """
        return self.seal(self.open(token))


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError:
        # not chained: the cause may repeat part of the key
        raise ConfigError(
            f"BOT_DATA_KEYS: key {place} is malformed; expected 32 bytes in URL-safe base64 "
            f"(44 characters), found {len(key.strip())} characters"
        ) from None
