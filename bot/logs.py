"""Structured logs without personal data: events with fields, one trace id a message."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from bot.domain.errors import BotError

_SECRET = re.compile(r"(secret|access_token|appsecret|key|token)=([^&\s\"']+)", re.IGNORECASE)
_JSON_SECRET = re.compile(r'("(?:\w*secret|access_token|key|token)"\s*:\s*")[^"]*', re.IGNORECASE)
_OPENID = re.compile(r"(?<![A-Za-z0-9])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9])")


def scrub(text: str) -> str:
    """Return ``text`` without secrets in URLs or JSON and without openids."""
    shown = _JSON_SECRET.sub(r"\1<hidden>", _SECRET.sub(r"\1=<hidden>", text))
    return _OPENID.sub("<openid>", shown)


def _scrubbed(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in event.items():
        event[name] = _deep(value)
    return event


def _deep(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list | tuple):
        return [_deep(item) for item in value]
    if isinstance(value, dict):
        return {name: _deep(item) for name, item in value.items()}
    return value


def traced(error: BaseException) -> str:
    """Return where an error came from, cause first.

    Only our own errors show their text: others repeat what a resident wrote
    (``int("…")``, ``{}["…"]``).
    """
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    lines: list[str] = []
    for found in reversed(chain):
        text = f": {found}" if isinstance(found, BotError) else ""
        lines += [*traceback.format_tb(found.__traceback__), f"{type(found).__qualname__}{text}\n"]
    return "".join(lines).rstrip("\n")


def _traced(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    if given:
        error = given if isinstance(given, BaseException) else sys.exc_info()[1]
        if error is not None:
            event["exception"] = traced(error)
    return event


def _writing_to(stream: TextIO) -> Callable[..., structlog.PrintLogger]:
    """Return what makes loggers for a stream; once it is closed, for the error stream."""

    def make(*_names: object) -> structlog.PrintLogger:
        return structlog.PrintLogger(sys.stderr if stream.closed else stream)

    return make


def configure(*, level: str = "INFO", style: str = "json", process: str = "") -> None:
    """Set up logging for this process.

    Args:
        level: least level shown.
        style: ``json`` for machines, ``text`` for a terminal.
        process: name added to each line, for example ``web``.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traced,
            _scrubbed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=_writing_to(sys.stderr),
        cache_logger_on_first_use=True,
    )
    if process:
        structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)


def logger() -> Any:
    """Return the logger; bind names and numbers to events, never texts of residents."""
    return structlog.get_logger()
