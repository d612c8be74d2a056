"""Temporary media (临时素材): what may go up and what is taken down (WECHAT.md §8.5).

A file is judged by its first bytes, never by the name or type somebody gave it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import ChannelError

_MIB = 1024 * 1024
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (4, b"ftyp", "video/mp4"),
)
_SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}


class MediaKind(StrEnum):
    """What a file is used as."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    THUMB = "thumb"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    size: int
    types: frozenset[str]
    too_large: int


_LIMITS = {
    MediaKind.IMAGE: _Limit(
        size=10 * _MIB, types=frozenset({"image/png", "image/jpeg", "image/gif"}), too_large=40009
    ),
    MediaKind.VOICE: _Limit(
        size=2 * _MIB, types=frozenset({"audio/amr", "audio/mpeg"}), too_large=40010
    ),
    MediaKind.VIDEO: _Limit(size=10 * _MIB, types=frozenset({"video/mp4"}), too_large=40011),
    MediaKind.THUMB: _Limit(size=64 * 1024, types=frozenset({"image/jpeg"}), too_large=40012),
}
#: The largest file that is taken down, bytes.
MAX_DOWNLOAD_BYTES = max(limit.size for limit in _LIMITS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file from the platform.

    Attributes:
        data: its bytes.
        content_type: what its first bytes say it is.
    """

    data: bytes = field(repr=False)
    content_type: str

    @property
    def suffix(self) -> str:
        """Return the usual ending of such a file's name, without the dot."""
        return _SUFFIXES[self.content_type]


def checked_upload(kind: MediaKind, data: bytes) -> Media:
    """Return ``data`` as media the platform takes.

    Raises:
        ChannelError: it would not; ``code`` is the platform's own (44001, 40005, 40009-40012).
    """
    limit = _LIMITS[kind]
    if not data:
        raise ChannelError(f"media {kind.value}: the file is empty", code=44001)
    if len(data) > limit.size:
        raise ChannelError(
            f"media {kind.value}: {len(data)} bytes, at most {limit.size}", code=limit.too_large
        )
    found = sniff(data)
    if found not in limit.types:
        expected = ", ".join(sorted(limit.types))
        raise ChannelError(
            f"media {kind.value}: expected {expected}, found {found or 'something else'}",
            code=40005,
        )
    return Media(data=data, content_type=found)


def checked_download(data: bytes, *, declared: str) -> Media:
    """Return a downloaded file, provided it is what the platform says and a kind we know.

    Args:
        data: the bytes.
        declared: the answer's ``Content-Type``.

    Raises:
        ChannelError: it is neither picture, voice nor video, or not what it claims to be.
    """
    found = sniff(data)
    claimed = declared.partition(";")[0].strip().lower()
    family = claimed.partition("/")[0]
    if not found or (claimed != "application/octet-stream" and family != found.partition("/")[0]):
        raise ChannelError("media: the file is not the picture, voice or video it claims to be")
    return Media(data=data, content_type=found)


def sniff(data: bytes) -> str:
    """Return the content type the first bytes stand for, or "".

    >>> sniff(b"#!AMR" + bytes(8))
    'audio/amr'
    """
    for at, sign, content_type in _SIGNS:
        if data[at : at + len(sign)] == sign:
            return content_type
    return ""
