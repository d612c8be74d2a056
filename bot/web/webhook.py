"""``/wechat/<account>``: the platform's callback (CONTRACT.md). Public, signed; never 5xx."""

import secrets
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


def webhook_blueprint(parts: "WebParts") -> Blueprint:
    """Return the callback routes; the platform's signature is checked before the body is read."""
    blueprint = Blueprint("webhook", __name__)
    blueprint.auth = "public_signed"  # type: ignore[attr-defined] # read by the architecture test

    @blueprint.get("/wechat/<slug>")
    def verify(slug: str) -> Response:
        account = parts.accounts.get(slug)
        if account is None:
            return _refused("unknown_account")
        try:
            return Response(verify_url(account, request.args), mimetype=_TEXT)
        except BadSignature:
            return _refused("bad_signature")

    @blueprint.post("/wechat/<slug>")
    def deliver(slug: str) -> Response:
        arrived = parts.clock.monotonic()
        account = parts.accounts.get(slug)
        if account is None:
            return _refused("unknown_account")
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            metrics.REJECTED.labels("too_large").inc()
            return Response("body too large", status=413, mimetype=_TEXT)
        try:
            received = receive(
                account, request.args, body, now=parts.clock.now(), window_s=parts.window_s
            )
        except BadSignature:
            return _refused("bad_signature")
        except Unparsable:
            metrics.REJECTED.labels("unparsable").inc()
            return Response(SUCCESS, mimetype=_TEXT)
        return _answered(parts, account, received, arrived)

    return blueprint


def _refused(reason: str) -> Response:
    metrics.REJECTED.labels(reason).inc()
    return Response("forbidden", status=403, mimetype=_TEXT)


def _answered(parts: "WebParts", account: Account, received: Received, arrived: float) -> Response:
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
        return Response(SUCCESS, mimetype=_TEXT)
    if not xml:
        return Response(SUCCESS, mimetype=_TEXT)
    sent = wrap(account, received, xml, now=parts.clock.now(), nonce=secrets.token_hex(5))
    return Response(sent, mimetype=_XML)
