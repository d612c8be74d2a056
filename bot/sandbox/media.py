"""Temporary media (临时素材): uploads of the account and of residents, kept three days."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock

LIFETIME_S = 3 * 86400.0
LIMITS = {
    "image": 10 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "thumb": 64 * 1024,
}
TOO_LARGE = {"image": 40009, "voice": 40010, "video": 40011, "thumb": 40012}
_IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One stored file."""

    media_id: str
    kind: str
    data: bytes = field(repr=False)
    content_type: str
    file_name: str
    created_at: float


class MediaRefusedError(Exception):
    """A file the platform does not take; `code` is the API's error code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class MediaStore:
    """Files by id; the oldest go when the room is used up."""

    def __init__(self, clock: SandboxClock, *, room_bytes: int) -> None:
        self._clock = clock
        self._room = room_bytes
        self._lock = threading.Lock()
        self._files: OrderedDict[str, Media] = OrderedDict()

    def add(self, kind: str, data: bytes, *, file_name: str = "file") -> Media:
        """Store a file.

        Raises:
            MediaRefusedError: 40004 kind, 40005 content, 40009-40012 size, 44001 empty.
        """
        if kind not in LIMITS:
            raise MediaRefusedError(40004)
        if not data:
            raise MediaRefusedError(44001)
        if len(data) > LIMITS[kind]:
            raise MediaRefusedError(TOO_LARGE[kind])
        media = Media(
            media_id=secrets.token_urlsafe(48),
            kind=kind,
            data=data,
            content_type=_content_type(kind, data, file_name),
            file_name=file_name.rsplit("/", 1)[-1][:80],
            created_at=self._clock.time(),
        )
        with self._lock:
            self._files[media.media_id] = media
            while sum(len(kept.data) for kept in self._files.values()) > self._room:
                self._files.popitem(last=False)
        return media

    def get(self, media_id: str) -> Media | None:
        """A file that still lives."""
        with self._lock:
            media = self._files.get(media_id)
        if media is None or self._clock.time() >= media.created_at + LIFETIME_S:
            return None
        return media

    def exists(self, media_id: str, kind: str) -> bool:
        """Whether a living file of that kind has this id."""
        media = self.get(media_id)
        return media is not None and media.kind == kind


def _content_type(kind: str, data: bytes, file_name: str) -> str:
    suffix = file_name.rsplit(".", 1)[-1].lower()
    if kind in ("image", "thumb"):
        found = next((name for magic, name in _IMAGES.items() if data.startswith(magic)), None)
        if found is None or (kind == "thumb" and found != "image/jpeg"):
            raise MediaRefusedError(40005)
        return found
    allowed = {"voice": {"amr": "audio/amr", "mp3": "audio/mpeg"}, "video": {"mp4": "video/mp4"}}
    if suffix not in allowed[kind]:
        raise MediaRefusedError(40005)
    return allowed[kind][suffix]
