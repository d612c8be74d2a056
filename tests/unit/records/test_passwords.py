"""Password hashes."""

import pytest

from bot.records.passwords import MAX_PASSWORD_BYTES, hash_password, verify_password


def test_password_fits_its_own_hash_only():
    """The right password verifies, others do not, and the same password hashes differently."""
    first, second = hash_password("暖邻-password"), hash_password("暖邻-password")
    assert first != second
    assert verify_password("暖邻-password", first)
    assert not verify_password("暖邻-passwore", first)
    assert first.split("$")[:4] == ["scrypt", "16384", "8", "1"]


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain",
        "scrypt$16384$8$1$c2FsdA==",
        "bcrypt$16384$8$1$c2FsdA==$aGFzaA==",
        "scrypt$x$8$1$c2FsdA==$aGFzaA==",
        "scrypt$15$8$1$c2FsdA==$aGFzaA==",
        "scrypt$-2$8$1$c2FsdA==$aGFzaA==",
        "scrypt$1073741824$8$1$c2FsdA==$aGFzaA==",
        "scrypt$99999999999999999999999$8$1$c2FsdA==$aGFzaA==",
        "scrypt$16384$8$1$not base64$aGFzaA==",
    ],
)
def test_malformed_or_greedy_hash_fits_no_password(stored):
    """Damage in the table never lets anybody in, nor takes the memory of the machine."""
    assert not verify_password("plain", stored)


def test_endless_password_is_not_hashed():
    """A login form cannot be used to burn CPU."""
    with pytest.raises(ValueError, match="at most"):
        hash_password("x" * (MAX_PASSWORD_BYTES + 1))
    assert not verify_password("x" * (MAX_PASSWORD_BYTES + 1), hash_password("x"))
