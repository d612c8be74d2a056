"""``/healthz``, ``/readyz``, ``/metrics``."""

from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from bot import metrics

if TYPE_CHECKING:
    from bot.web.app import WebParts


def health_blueprint(parts: "WebParts") -> Blueprint:
    """Return the operator's routes. Auth: none for health, loopback only for figures."""
    blueprint = Blueprint("health", __name__)
    blueprint.auth = "public_health"  # type: ignore[attr-defined] # read by the architecture test

    @blueprint.get("/healthz")
    def alive() -> Response:
        return Response("ok", mimetype="text/plain")

    @blueprint.get("/readyz")
    def ready() -> Response:
        waiting = parts.ready()
        text = "ready" if not waiting else "not ready: " + ", ".join(waiting)
        return Response(text, status=503 if waiting else 200, mimetype="text/plain")

    @blueprint.get("/metrics")
    def figures() -> Response:
        if not parts.metrics_open and not _from_here():
            return Response("forbidden", status=403, mimetype="text/plain")
        return Response(metrics.exposition(parts.metrics_dir), mimetype="text/plain; version=0.0.4")

    return blueprint


def _from_here() -> bool:
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
