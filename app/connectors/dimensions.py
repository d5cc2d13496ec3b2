"""How large a picture is, read from its first bytes."""

from __future__ import annotations

from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
# Start-of-frame segments, which hold height and width; the others of this range are tables.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xDA)})


def size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG; None when they cannot be told."""
    if content.startswith(_PNG):
        edges = (content[16:20], content[20:24])
        return _edges(*edges) if content[12:16] == b"IHDR" else None
    return _of_jpeg(content) if content.startswith(b"\xff\xd8") else None


def _of_jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            return _edges(content[at + 7 : at + 9], content[at + 5 : at + 7])
        if marker == 0xFF:
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def _edges(width: bytes, height: bytes) -> tuple[int, int] | None:
    found = (int.from_bytes(width), int.from_bytes(height))
    return found if all(found) else None
