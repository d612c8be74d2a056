"""The WSGI entry: ``bot.wsgi:make_app`` for any server; one house per worker process."""

from flask import Flask

from bot.bootstrap import build
from bot.config import load


def make_app() -> Flask:
    """Return the web application of this process, kept up with what staff add."""
    house = build(load(), process="web")
    app = house.web_app()
    house.watching.start()
    return app
