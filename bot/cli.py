"""Reads the command line and calls a command; errors are one line and never a traceback."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import logs
from bot.commands import grammar
from bot.domain.errors import BotError

USAGE = 2
FAILURE = 1


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    top = argparse.ArgumentParser(
        prog="python -m bot", description="NuanLin: a chatbot service for neighbourhood communities"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    grammar.declare(commands)
    return top


def _loaded(target: str) -> Callable[[argparse.Namespace], int]:
    """Load the function that runs a command; other commands' parts are not loaded."""
    module, _, name = target.partition(":")
    found: Callable[[argparse.Namespace], int] = getattr(
        importlib.import_module(f"bot.commands.{module}"), name
    )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0, 1 for failure, 2 for usage."""
    arguments = parser().parse_args(argv)
    # what a command prints is its result, for a pipe perhaps: whatever is told besides goes aside
    logs.configure(level="INFO", style="text", process=arguments.command)
    try:
        return int(_loaded(arguments.run)(arguments) or 0)
    except BotError as error:
        print(error, file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except FileNotFoundError as error:
        print(f"no such file: {Path(str(error.filename))}", file=sys.stderr)
        return FAILURE


if __name__ == "__main__":
    sys.exit(main())
