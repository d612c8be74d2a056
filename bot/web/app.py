"""Builds the Flask application from finished parts."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response

from bot.domain.clock import Clock
from bot.pipeline.speech import Speech
from bot.pipeline.turn import TurnRunner
from bot.web.accounts import Accounts
from bot.web.door import Door
from bot.web.health import health_blueprint
from bot.web.webhook import webhook_blueprint

#: Longest request body any route takes, in bytes (WECHAT.md §1.4).
MAX_BODY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web process is made of.

    Attributes:
        accounts: official accounts by slug.
        runner: answers deliveries.
        speech: turns replies into text.
        clock: time.
        secret: pseudonym key for resident references.
        window_s: freshness window of callback timestamps, seconds.
        ready: names of parts that are not ready, empty when all are.
        metrics_dir: folder that web workers share for figures, "" for one process.
        metrics_open: serve figures to other hosts too.
        extra: further blueprints, each with its own auth (the console).
    """

    accounts: Accounts
    runner: TurnRunner
    speech: Speech
    clock: Clock
    secret: bytes
    window_s: int
    ready: Callable[[], list[str]]
    metrics_dir: str = ""
    metrics_open: bool = False
    session_key: str = ""
    extra: tuple[Blueprint, ...] = ()


def create_app(parts: WebParts) -> Flask:
    """Return the application.

    Args:
        parts: finished parts from the composition root.
    """
    app = Flask("bot.web", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SECRET_KEY=parts.session_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="nuanlin_console",
    )
    app.register_blueprint(webhook_blueprint(parts))
    app.register_blueprint(health_blueprint(parts))
    for blueprint in parts.extra:
        app.register_blueprint(blueprint)

    @app.errorhandler(413)
    def too_large(_error: Exception) -> Response:
        return Response("body too large", status=413, mimetype="text/plain")

    @app.errorhandler(404)
    def not_found(_error: Exception) -> Response:
        return Response("not found", status=404, mimetype="text/plain")

    app.wsgi_app = Door(parts, app.wsgi_app, MAX_BODY_BYTES)  # type: ignore[method-assign] # Flask's own way
    return app
