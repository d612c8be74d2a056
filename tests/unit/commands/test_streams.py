"""What a command prints can be piped: nothing but its result."""

from bot import cli
from bot.logs import logger


def test_log_lines_of_a_command_go_aside(capsys):
    """A model that has to be learned first must not stand between the JSON lines of ``route``."""
    assert cli.main(["check", "nowhere"]) == cli.FAILURE
    logger().info("understanding.fitting")

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "understanding.fitting" in printed.err
