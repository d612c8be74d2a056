"""The floor: Flask that reads nothing and answers ``ok``."""

from flask import Flask, Response


def make_app() -> Flask:
    """Return the application."""
    app = Flask("peer")

    @app.post("/wechat/<slug>")
    def answer(slug: str) -> Response:
        return Response("ok", mimetype="text/plain")

    return app
