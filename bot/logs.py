"""Structured logs without personal data: events with fields, one trace id a message."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET = re.compile(r"(secret|access_token|appsecret|key|token)=([^&\s\"']+)", re.IGNORECASE)
_OPENID = re.compile(r"\bo[A-Za-z0-9_-]{27}\b")


def scrub(text: str) -> str:
    """Return ``text`` without secrets in URLs and without openids."""
    return _OPENID.sub("<openid>", _SECRET.sub(r"\1=<hidden>", text))


def _scrubbed(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = scrub(value)
    return event


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
            structlog.processors.format_exc_info,
            _scrubbed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    if process:
        structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)


def logger() -> Any:
    """Return the logger; bind names and numbers to events, never texts of residents."""
    return structlog.get_logger()
