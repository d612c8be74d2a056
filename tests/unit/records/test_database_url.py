"""Database URLs that cannot work are told before anything connects."""

import traceback

import pytest

from bot.domain.errors import ConfigError
from bot.records.database import open_engine, parse_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense with password:hunter2@",
        "mysql://user:hunter2@host/db",
        "postgresql://user:hunter2@host:port/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_unusable_url_is_told_without_its_password(url):
    """The error says what is expected and never repeats the URL."""
    with pytest.raises(ConfigError, match="BOT_DATABASE_URL") as caught:
        parse_url(url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_plain_postgres_url_uses_our_driver():
    """`postgresql://` works without naming psycopg."""
    engine = open_engine("postgresql://user@host/db")
    assert engine.dialect.driver == "psycopg"
