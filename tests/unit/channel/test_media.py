"""Files are judged by their bytes, before they go up and after they come down."""

import pytest

from bot.channel.wechat.media import MediaKind, checked_download, checked_upload
from bot.domain.errors import ChannelError

JPEG, PNG, AMR = b"\xff\xd8\xff\xe0" + bytes(20), b"\x89PNG\r\n\x1a\n" + bytes(20), b"#!AMR\n"
MP4, MP3 = b"\x00\x00\x00\x18ftypmp42", b"ID3" + bytes(20)


@pytest.mark.parametrize(
    ("kind", "data", "suffix"),
    [
        (MediaKind.IMAGE, JPEG, "jpg"),
        (MediaKind.IMAGE, PNG, "png"),
        (MediaKind.VOICE, AMR, "amr"),
        (MediaKind.VOICE, MP3, "mp3"),
        (MediaKind.VIDEO, MP4, "mp4"),
        (MediaKind.THUMB, JPEG, "jpg"),
    ],
)
def test_what_the_platform_takes_goes_up(kind: MediaKind, data: bytes, suffix: str):
    """WECHAT.md §8.5, by first bytes."""
    assert checked_upload(kind, data).suffix == suffix


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        (MediaKind.IMAGE, b"", 44001),
        (MediaKind.IMAGE, b"<svg onload=x>", 40005),
        (MediaKind.IMAGE, AMR, 40005),
        (MediaKind.THUMB, PNG, 40005),
        (MediaKind.THUMB, JPEG + bytes(64 * 1024), 40012),
        (MediaKind.IMAGE, JPEG + bytes(10 * 1024 * 1024), 40009),
        (MediaKind.VOICE, AMR + bytes(2 * 1024 * 1024), 40010),
    ],
)
def test_what_it_would_refuse_is_refused_with_its_code(kind: MediaKind, data: bytes, code: int):
    """No upload is spent on a file that cannot pass."""
    with pytest.raises(ChannelError) as refused:
        checked_upload(kind, data)
    assert refused.value.code == code


@pytest.mark.parametrize("declared", ["image/jpeg", "image/png; x=1", "application/octet-stream"])
def test_a_picture_that_is_a_picture_is_taken(declared: str):
    """The bytes decide the exact type."""
    assert checked_download(JPEG, declared=declared).content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "declared"),
    [(b"<html>", "image/jpeg"), (AMR, "image/jpeg"), (JPEG, "text/html"), (b"", "image/png")],
)
def test_a_file_that_is_not_what_it_claims_is_refused(data: bytes, declared: str):
    """A disguised file never gets further."""
    with pytest.raises(ChannelError):
        checked_download(data, declared=declared)
