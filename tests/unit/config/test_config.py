"""Settings: read once, checked at once, secrets never shown."""

import stat
from pathlib import Path

import pytest

from bot.bootstrap import House
from bot.channel.wechat.crypto import Envelope, Opened
from bot.config import SANDBOX_APP_ID, generate, load
from bot.domain.errors import ConfigError, Unparsable
from bot.testing import FakeClock, make_settings

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"


def test_nothing_set_names_everything_that_is_missing(tmp_path: Path):
    """One line a setting, all of them at the first start."""
    with pytest.raises(ConfigError) as found:
        load({"BOT_DATA_DIR": str(tmp_path)})

    lines = str(found.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "BOT_SECRET_KEY",
        "BOT_DATA_KEYS",
        "BOT_WECHAT_TOKEN",
        "BOT_WECHAT_AES_KEY",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_PORT", "0"),
        ("BOT_PORT", "65535"),
        ("BOT_PORT", "eighty"),
        ("BOT_WEB_WORKERS", "0"),
        ("BOT_WORKER_PROCESSES", "-1"),
        ("BOT_TIMESTAMP_WINDOW_S", "1d"),
        ("BOT_WECHAT_MODE", "open"),
        ("BOT_WECHAT_AES_KEY", "short"),
        ("BOT_WECHAT_PREVIOUS_AES_KEY", "short"),
        ("BOT_LOG_LEVEL", "LOUD"),
        ("BOT_LOG_FORMAT", "xml"),
        ("BOT_DATA_KEYS", "no-fernet-key"),
        ("BOT_DATABASE_URL", "mysql://x"),
    ],
)
def test_a_wrong_setting_stops_the_process_and_is_named(tmp_path: Path, name: str, value: str):
    """With what was expected."""
    with pytest.raises(ConfigError, match=f"{name}.*expected"):
        make_settings(tmp_path, **{name: value})


def test_the_embedded_defaults_live_under_the_data_folder(tmp_path: Path):
    """One folder to keep, one to throw away."""
    found = make_settings(tmp_path)

    assert found.database_url == f"sqlite:///{tmp_path / 'nuanlin.db'}"
    assert found.redis_url == f"unix://{tmp_path / 'redis.sock'}"
    assert found.embedded_database
    assert found.embedded_redis
    assert found.redis_socket == tmp_path / "redis.sock"
    assert (found.mode, found.community, found.app_id) == ("secure", "demo", SANDBOX_APP_ID)


def test_servers_of_ones_own_are_used_when_named(tmp_path: Path):
    """Production has its own database and Redis."""
    found = make_settings(
        tmp_path,
        BOT_DATABASE_URL="postgresql+psycopg://u:p@db/nuanlin",
        BOT_REDIS_URL="rediss://cache:6380/0",
    )

    assert not found.embedded_database
    assert not found.embedded_redis


def test_the_sandbox_takes_the_platforms_place_only_when_asked(tmp_path: Path):
    """Otherwise messages go to the real hosts."""
    assert make_settings(tmp_path, BOT_PORT="9000").api_base == "http://127.0.0.1:9001"
    real = make_settings(tmp_path, BOT_SANDBOX="")
    assert (real.api_base, real.wecom_api_base) == (
        "https://api.weixin.qq.com",
        "https://qyapi.weixin.qq.com",
    )


def test_an_empty_variable_counts_as_unset(tmp_path: Path):
    """``BOT_PORT=`` is nobody's port."""
    assert make_settings(tmp_path, BOT_PORT="", BOT_COMMUNITY="").port == 8000


def test_data_keys_are_newest_first_and_separated_by_commas(tmp_path: Path):
    """Rotation puts the new one in front."""
    keys = ["A" * 43 + "=", "B" * 42 + "E="]

    assert make_settings(tmp_path, BOT_DATA_KEYS=",".join(keys) + ",").data_keys == tuple(keys)


def test_plaintext_needs_no_key(tmp_path: Path):
    """Only a sealed account has one."""
    found = make_settings(tmp_path, BOT_WECHAT_MODE="plaintext", BOT_WECHAT_AES_KEY="")

    assert found.mode == "plaintext"


def test_while_a_key_changes_both_keys_open_and_the_new_one_comes_first(tmp_path: Path):
    """The platform uses the old one for a while (WECHAT.md §1.2)."""
    settings = make_settings(tmp_path, BOT_WECHAT_PREVIOUS_AES_KEY=OLD_KEY)
    ours = House(settings, FakeClock()).default_account().envelope

    for number, key in enumerate((settings.aes_key, OLD_KEY)):
        sealed = Envelope(settings.token, settings.app_id, (key,)).encrypt(b"<xml/>")
        assert ours.open(sealed) == Opened(b"<xml/>", number)


def test_without_a_previous_key_only_the_present_one_opens(tmp_path: Path):
    """A key that was taken out is worth nothing any more."""
    settings = make_settings(tmp_path)
    ours = House(settings, FakeClock()).default_account().envelope
    sealed = Envelope(settings.token, settings.app_id, (OLD_KEY,)).encrypt(b"<xml/>")

    assert settings.previous_aes_key == ""
    with pytest.raises(Unparsable):
        ours.open(sealed)


def test_no_secret_is_ever_printed(tmp_path: Path):
    """Settings end up in tracebacks."""
    shown = repr(
        make_settings(
            tmp_path, BOT_STAFF_ROBOT_KEY="robot-key", BOT_WECHAT_PREVIOUS_AES_KEY=OLD_KEY
        )
    )

    for secret in ("test-secret-key", KEY, OLD_KEY, "testtoken", "0" * 32, "robot-key"):
        assert secret not in shown


def test_generated_secrets_are_enough_to_start_and_readable_by_their_owner_only(tmp_path: Path):
    """``up`` writes them once."""
    file = generate(tmp_path)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = load({"BOT_DATA_DIR": str(tmp_path)})
    assert len(found.aes_key) == 43
    assert len(found.data_keys) == 1


def test_generating_again_keeps_what_is_there(tmp_path: Path):
    """A restart must still open yesterday's data."""
    first = generate(tmp_path).read_text(encoding="utf-8")

    assert generate(tmp_path).read_text(encoding="utf-8") == first


def test_the_environment_wins_over_what_was_generated(tmp_path: Path):
    """An operator's word is last."""
    generate(tmp_path)

    assert load({"BOT_DATA_DIR": str(tmp_path), "BOT_WECHAT_TOKEN": "mine"}).token == "mine"
