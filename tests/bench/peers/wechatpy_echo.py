"""Flask and wechatpy as its documentation shows them, repeating what was said; secure mode."""

import json
import os

from flask import Flask, Response, abort, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature


def make_app() -> Flask:
    """Return the application."""
    peer = json.loads(os.environ["BENCH_PEER"])
    crypto = WeChatCrypto(peer["token"], peer["aes_key"], peer["app_id"])
    app = Flask("peer")

    @app.post("/wechat/<slug>")
    def answer(slug: str) -> Response:
        asked = request.args
        stamp, nonce = asked.get("timestamp", ""), asked.get("nonce", "")
        try:
            check_signature(peer["token"], asked.get("signature", ""), stamp, nonce)
            xml = crypto.decrypt_message(request.data, asked.get("msg_signature", ""), stamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        message = parse_message(xml)
        said = message.content if message.type == "text" else "只会回文字"
        reply = create_reply(said, message)
        sealed = crypto.encrypt_message(reply.render(), nonce, stamp)
        return Response(sealed, mimetype="application/xml")

    return app
