"""Password hashes of staff: scrypt with its parameters in the string (OWASP Password Storage)."""

import base64
import hashlib
import hmac
import secrets

_N, _R, _P = 2**14, 8, 1
_SALT_BYTES, _HASH_BYTES = 16, 32
#: Longest input hashed, in bytes, so that a login form cannot be used to burn CPU.
MAX_PASSWORD_BYTES = 1_024
#: scrypt needs 128 * n * r bytes (16 MiB here); a hash that asks for more is refused.
_MAX_MEMORY = 64 * 1024 * 1024


def hash_password(password: str) -> str:
    """Return ``scrypt$n$r$p$salt$hash`` with a fresh random salt.

    Raises:
        ValueError: longer than ``MAX_PASSWORD_BYTES``.
    """
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        raise ValueError(f"a password has at most {MAX_PASSWORD_BYTES} bytes")
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _scrypt(password, salt, _N, _R, _P)
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(digest)))


def verify_password(password: str, stored: str) -> bool:
    """Tell, in constant time, whether ``password`` has this hash; a malformed hash fits none."""
    try:
        name, n, r, p, salt, expected = stored.split("$")
        if name != "scrypt" or len(password.encode()) > MAX_PASSWORD_BYTES:
            return False
        digest = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
        return hmac.compare_digest(digest, base64.b64decode(expected))
    except (ValueError, TypeError, OverflowError):
        return False


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_HASH_BYTES
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
