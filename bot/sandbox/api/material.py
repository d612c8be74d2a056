"""Temporary media: upload and download."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from bot.sandbox.api.wire import Answer, ApiError, Call, Route
from bot.sandbox.model import Json


def upload(call: Call) -> Json:
    """`POST /cgi-bin/media/upload?type=`, multipart field `media`."""
    kind = call.args.get("type", "")
    sent = call.files.get("media")
    if sent is None:
        raise ApiError(41005)
    stored = call.platform.media.add(kind, sent.read(), file_name=sent.filename or "file")
    id_name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, id_name: stored.media_id, "created_at": int(stored.created_at)}


def download(call: Call) -> Answer:
    """`GET /cgi-bin/media/get`: the file, or JSON on error."""
    media_id = call.args.get("media_id", "")
    if not media_id:
        raise ApiError(41006)
    media = call.platform.media.get(media_id)
    if media is None:
        raise ApiError(40007)
    if media.kind == "video":
        base = call.platform.settings.base_url
        return {"video_url": f"{base}/sandbox/media/{media_id}"}
    response = Response(media.data, mimetype=media.content_type)
    name = quote(media.file_name)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


ROUTES = (
    Route(path="/cgi-bin/media/upload", verb="POST", view=upload),
    Route(path="/cgi-bin/media/get", verb="GET", view=download),
)
