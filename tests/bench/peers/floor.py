"""The least that our promises cost: our own channel and store, and not a thought between them.

The envelope is opened and sealed, the message claimed once, the resident's lock and session taken,
the reply stored: two exchanges with Redis. Nothing is understood, nothing is looked up. What the
service cannot be faster than, whatever its router costs.
"""

import json
import os
import secrets

from flask import Flask, Response, abort, request

from bot.channel.wechat.account import Account
from bot.channel.wechat.callback import receive, wrap
from bot.channel.wechat.crypto import Envelope
from bot.channel.wechat.render import render_text
from bot.domain.clock import SystemClock
from bot.domain.errors import BadSignature, Unparsable
from bot.domain.residents import resident_ref
from bot.domain.sessions import dump, load
from bot.state.connection import State
from bot.state.turns import Standing, Turns

_SAID = "请到社区服务中心一楼窗口办理，周一至周五上班。"
_WINDOW_S = 300


def make_app() -> Flask:
    """Return the application."""
    peer = json.loads(os.environ["BENCH_PEER"])
    account = Account(
        slug="default",
        gh_id="gh_floor",
        app_id=peer["app_id"],
        mode="secure",
        community="demo",
        envelope=Envelope(peer["token"], peer["app_id"], (peer["aes_key"],)),
    )
    turns = Turns(State(f"unix://{peer['redis']}"))
    clock = SystemClock()
    app = Flask("peer")

    @app.post("/wechat/<slug>")
    def answer(slug: str) -> Response:
        now = clock.now()
        try:
            got = receive(account, request.args, request.data, now=now, window_s=_WINDOW_S)
        except (BadSignature, Unparsable):
            abort(403)
        inbound = got.inbound
        ref = resident_ref(b"floor", slug, inbound.sender)
        beginning = turns.begin(inbound.key, ref)
        if beginning.standing is not Standing.FRESH:
            return Response(beginning.reply or "success", mimetype="text/plain")
        created = int(now.timestamp())
        xml, _ = render_text(_SAID, to=inbound.sender, sender=inbound.recipient, created=created)
        session = dump(load(beginning.session))
        turns.finish(inbound.key, ref, beginning.owner, reply=xml, session=session, turn="")
        sealed = wrap(account, got, xml, now=now, nonce=secrets.token_hex(5))
        return Response(sealed, mimetype="application/xml")

    return app
