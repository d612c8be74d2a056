"""``/wechat/<account>``: the platform's callback (CONTRACT.md). Public, signed; never 5xx.

What a delivery is answered with is decided here without any framework; Flask and the door
(:mod:`bot.web.door`) only carry it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot import metrics
from bot.channel.wechat.account import Account
from bot.channel.wechat.callback import Received, receive, verify_url, wrap
from bot.channel.wechat.render import SUCCESS, render_article, render_text
from bot.domain.errors import BadSignature, Unparsable
from bot.domain.replies import Reply
from bot.domain.residents import resident_ref
from bot.logs import logger
from bot.pipeline.turn import Request

if TYPE_CHECKING:
    from bot.web.app import WebParts

_XML = "application/xml"
_TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes back over HTTP."""

    text: str
    status: int = 200
    mimetype: str = _TEXT


def webhook_blueprint(parts: "WebParts") -> Blueprint:
    """Return the callback routes; the platform's signature is checked before the body is read."""
    blueprint = Blueprint("webhook", __name__)
    blueprint.auth = "public_signed"  # type: ignore[attr-defined] # read by the architecture test

    @blueprint.get("/wechat/<slug>")
    def verify(slug: str) -> Response:
        return _response(_verified(parts, slug, request.args))

    @blueprint.post("/wechat/<slug>", endpoint="deliver")
    def receive_message(slug: str) -> Response:
        arrived = parts.clock.monotonic()
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _response(too_large())
        return _response(deliver(parts, slug, request.args, body, arrived))

    return blueprint


def _response(sent: Sent) -> Response:
    return Response(sent.text, status=sent.status, mimetype=sent.mimetype)


def _verified(parts: "WebParts", slug: str, query: Mapping[str, str]) -> Sent:
    account = parts.accounts.get(slug)
    if account is None:
        return _refused("unknown_account")
    try:
        return Sent(verify_url(account, query))
    except BadSignature:
        return _refused("bad_signature")


def deliver(
    parts: "WebParts", slug: str, query: Mapping[str, str], body: bytes, arrived: float
) -> Sent:
    """Return the answer to one delivery.

    Args:
        parts: finished parts of the web process.
        slug: account in the path.
        query: parameters of the URL.
        body: raw body.
        arrived: monotonic seconds when the request came.
    """
    account = parts.accounts.get(slug)
    if account is None:
        return _refused("unknown_account")
    try:
        received = receive(account, query, body, now=parts.clock.now(), window_s=parts.window_s)
    except BadSignature:
        return _refused("bad_signature")
    except Unparsable:
        metrics.REJECTED.labels("unparsable").inc()
        return Sent(SUCCESS)
    return _answered(parts, account, received, arrived)


def too_large() -> Sent:
    """Return the answer to a body that nobody reads."""
    metrics.REJECTED.labels("too_large").inc()
    return Sent("body too large", 413)


def _refused(reason: str) -> Sent:
    metrics.REJECTED.labels(reason).inc()
    return Sent("forbidden", 403)


def _answered(parts: "WebParts", account: Account, received: Received, arrived: float) -> Sent:
    inbound = received.inbound
    trace = inbound.key[:12]

    def render(reply: Reply, language: str) -> str:
        created = int(parts.clock.now().timestamp())
        if reply.article is not None:
            return render_article(
                reply.article, to=inbound.sender, sender=inbound.recipient, created=created
            )
        text = parts.speech.text(reply, language)
        return render_text(text, to=inbound.sender, sender=inbound.recipient, created=created)[0]

    work = Request(
        inbound=inbound,
        ref=resident_ref(parts.secret, account.slug, inbound.sender),
        community=account.community,
        render=render,
        arrived=arrived,
        trace=trace,
    )
    try:
        xml = parts.runner.run(work)
    except Exception:  # noqa: BLE001 - the process boundary: the platform must read something valid
        logger().exception("webhook.failed", trace=trace)
        return Sent(SUCCESS)
    if not xml:
        return Sent(SUCCESS)
    sent = wrap(account, received, xml, now=parts.clock.now(), nonce=secrets.token_hex(5))
    return Sent(sent, mimetype=_XML)
