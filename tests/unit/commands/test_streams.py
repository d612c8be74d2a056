"""What a command prints can be piped: nothing but its result."""

from collections.abc import Iterator

import pytest
import structlog

from bot import cli
from bot.logs import logger


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Leave the other tests' logging as it was."""
    before, bound = structlog.get_config(), structlog.contextvars.get_contextvars()
    yield
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**bound)


def test_log_lines_of_a_command_go_aside(capsys):
    """A model that has to be learned first must not stand between the JSON lines of ``route``."""
    assert cli.main(["check", "nowhere"]) == cli.FAILURE
    logger().info("understanding.fitting")

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "understanding.fitting" in printed.err
