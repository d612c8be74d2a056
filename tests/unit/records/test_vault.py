"""Sealing, finding, and keys that cannot work."""

import pytest

from bot.domain.errors import ConfigError
from bot.records.errors import BrokenSeal
from bot.records.vault import MAX_DATA_KEYS, TOKEN_PREFIX, Vault, new_data_key

PSEUDONYM_KEY = b"sixteen bytes at least"
OLD, NEW = new_data_key(), new_data_key()


def test_sealed_text_opens_again_and_tells_nothing():
    """What is sealed comes back whole; two seals of the same text differ."""
    vault = Vault([NEW], PSEUDONYM_KEY)
    first, second = vault.seal("张三，13800000000"), vault.seal("张三，13800000000")
    assert vault.open(first) == vault.open(second) == "张三，13800000000"
    assert first != second
    assert first.startswith(TOKEN_PREFIX)
    assert vault.open(vault.seal("")) == ""


def test_older_key_still_opens_and_rotation_moves_to_the_newest():
    """A rotated value opens with the new key alone."""
    token = Vault([OLD], PSEUDONYM_KEY).seal("text")
    both = Vault([NEW, OLD], PSEUDONYM_KEY)
    assert both.open(token) == "text"
    assert not both.is_current(token)

    rotated = both.rotate(token)

    assert both.is_current(rotated)
    assert Vault([NEW], PSEUDONYM_KEY).open(rotated) == "text"


@pytest.mark.parametrize("token", ["", "gAAAA", "not a token", "gAAAAABnot-base64-中文"])
def test_what_was_not_sealed_here_does_not_open(token):
    """Damage and foreign keys are one typed error that repeats nothing."""
    vault = Vault([NEW], PSEUDONYM_KEY)
    with pytest.raises(BrokenSeal) as caught:
        vault.open(token)
    assert not token or token not in str(caught.value)
    with pytest.raises(BrokenSeal):
        vault.rotate(Vault([OLD], PSEUDONYM_KEY).seal("text"))
    assert not vault.is_current(token)


def test_tampered_token_does_not_open():
    """A changed byte is noticed."""
    vault = Vault([NEW], PSEUDONYM_KEY)
    token = vault.seal("text")
    flipped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    with pytest.raises(BrokenSeal):
        vault.open(flipped)


def test_keyed_hash_is_stable_and_needs_the_key():
    """The same text is found again under any data key, and by nobody without the pseudonym key."""
    found = Vault([OLD], PSEUDONYM_KEY).find("openid")
    assert found == Vault([NEW], PSEUDONYM_KEY).find("openid")
    assert found != Vault([NEW], b"another pseudonym key").find("openid")
    assert found != Vault([NEW], PSEUDONYM_KEY).find("openid2")
    assert len(found) == 64
    assert set(found) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("data_keys", "told"),
    [
        ([], "found 0"),
        ([NEW] * (MAX_DATA_KEYS + 1), "found 11"),
        ([NEW, "too-short"], "key 2 is malformed"),
        ([NEW[:-1]], "key 1 is malformed"),
        ([""], "found 0 characters"),
        (["密钥" * 22], "key 1 is malformed"),
    ],
)
def test_malformed_data_keys_are_told_by_place_and_never_repeated(data_keys, told):
    """The process refuses to start with a text that helps and gives nothing away."""
    with pytest.raises(ConfigError, match=told) as caught:
        Vault(data_keys, PSEUDONYM_KEY)
    assert caught.value.__cause__ is None
    assert not any(key and key in str(caught.value) for key in data_keys)


def test_short_pseudonym_key_is_refused():
    """A hash that could be guessed is no protection."""
    with pytest.raises(ConfigError, match="at least 16"):
        Vault([NEW], b"short")


def test_vault_does_not_show_its_keys():
    """A repr in a log is harmless."""
    assert NEW not in repr(Vault([NEW], PSEUDONYM_KEY))
