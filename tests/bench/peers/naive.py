"""The bot one would write in an afternoon, with everything it needs and nothing clever.

Flask, wechatpy, a claim and a session in Redis, and a fuzzy search over all known phrases.
"""

import json
import os
from pathlib import Path

import redis
from flask import Flask, Response, abort, request
from rapidfuzz import fuzz, process
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature

_SURE = 60
_CLAIM_S = 60
_SESSION_S = 7 * 24 * 3600


class _Bot:
    def __init__(self, store: redis.Redis, phrases: list[tuple[str, str]]):
        self._store = store
        self._texts = [text for text, _ in phrases]
        self._labels = [label for _, label in phrases]

    def answer(self, openid: str, number: str, text: str) -> str:
        """Answer a message once; "" for a repeat."""
        if not self._store.set(f"once:{openid}:{number}", 1, nx=True, ex=_CLAIM_S):
            return ""
        session = json.loads(self._store.get(f"session:{openid}") or b"{}")
        found = process.extractOne(text, self._texts, scorer=fuzz.WRatio)
        sure = found is not None and found[1] >= _SURE
        label = self._labels[found[2]] if sure else "fallback"
        session["last"], session["count"] = label, session.get("count", 0) + 1
        self._store.set(f"session:{openid}", json.dumps(session), ex=_SESSION_S)
        return f"您问的是「{label}」，请到社区服务中心一楼窗口办理，周一至周五上班。"


def make_app() -> Flask:
    """Return the application."""
    peer = json.loads(os.environ["BENCH_PEER"])
    crypto = WeChatCrypto(peer["token"], peer["aes_key"], peer["app_id"])
    phrases = json.loads(Path(peer["phrases"]).read_text(encoding="utf-8"))
    bot = _Bot(redis.Redis(unix_socket_path=peer["redis"], socket_timeout=2), phrases)
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
        text = bot.answer(message.source, str(message.id), getattr(message, "content", ""))
        if not text:
            return Response("success", mimetype="text/plain")
        sealed = crypto.encrypt_message(create_reply(text, message).render(), nonce, stamp)
        return Response(sealed, mimetype="application/xml")

    return app
