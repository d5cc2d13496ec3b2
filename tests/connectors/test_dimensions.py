"""The size of a picture is read from its header, or not at all."""

from __future__ import annotations

import zlib

import pytest

from app.connectors.dimensions import size


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\r" + header + zlib.crc32(header).to_bytes(4)


def jpeg(width: int, height: int, frame: int = 0xC0) -> bytes:
    """With a thumbnail's marker inside a segment, which must not be taken for the frame."""
    aside = b"\xff\xe1\x00\x0c\xff\xc0\x00\x11\x08\x00\x01\x00\x01\x00"
    table = b"\xff\xc4\x00\x05\x01\x02\x03"
    edges = height.to_bytes(2) + width.to_bytes(2)
    return b"\xff\xd8" + aside + table + b"\xff\xff" + bytes([frame]) + b"\x00\x11\x08" + edges


@pytest.mark.parametrize(
    "content",
    [png(1200, 628), jpeg(1200, 628), jpeg(1200, 628, 0xC2)],
    ids=["png", "jpeg", "progressive"],
)
def test_width_and_height_are_read(content: bytes) -> None:
    assert size(content + b"the rest") == (1200, 628)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xe0 a picture", png(0, 5), jpeg(9, 9)[:20]],
)
def test_what_cannot_be_told_is_not_guessed(content: bytes) -> None:
    assert size(content) is None
