"""From bytes to text: what kind of file it is and how its letters are written."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.imports.refusal import Refused

_BLOCK = 1 << 20
_HEAD = 8192

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "This is a PDF. Download the report as CSV or Excel and upload that."),
    (b"\x89PNG", "This is a picture. Download the report as CSV or Excel and upload that."),
    (b"\xff\xd8\xff", "This is a picture. Download the report as CSV or Excel and upload that."),
    (b"GIF8", "This is a picture. Download the report as CSV or Excel and upload that."),
    (
        b"\xd0\xcf\x11\xe0",
        (
            "This is an old or password-protected Excel file. "
            "Save it as .xlsx without a password, or download the report as CSV."
        ),
    ),
    (b"\x1f\x8b", "This file is compressed. Unpack it and upload the CSV or .xlsx inside."),
    (b"Rar!", "This file is an archive. Unpack it and upload the CSV or .xlsx inside."),
    (b"7z\xbc\xaf", "This file is an archive. Unpack it and upload the CSV or .xlsx inside."),
)
_MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml|head|body|meta|script)", re.IGNORECASE)
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name and the bytes to read: from `start` (after a BOM) to `end`."""

    codec: str
    start: int
    end: int
    note: str = ""


class _Span(io.RawIOBase):
    """Part of a file, readable without ever closing the file itself."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._file = file
        self._position = start
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._end - self._position)
        self._file.seek(self._position)
        read = self._file.read(max(wanted, 0))
        view[: len(read)] = read
        self._position += len(read)
        return len(read)


def open_text(file: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """The file as text from its beginning; line ends are kept for the CSV reader."""
    span = io.BufferedReader(_Span(file, encoding.start, encoding.end), _BLOCK >> 2)
    return io.TextIOWrapper(span, encoding=encoding.codec, errors="strict", newline="")


def refuse_foreign(head: bytes) -> None:
    """Raises Refused for everything that is neither a table in text nor a workbook."""
    if not head.strip(b"\x00 \t\r\n"):
        raise Refused("The file is empty. Download the export again and upload it unchanged.")
    for signature, sentence in _SIGNATURES:
        if head.startswith(signature):
            raise Refused(sentence)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        raise Refused("This is a picture. Download the report as CSV or Excel and upload that.")
    if _MARKUP.match(head.decode("latin-1").removeprefix("\xef\xbb\xbf")):
        raise Refused(
            "This is a web page, even if its name ends in .xls or .csv. "
            "Download the report as CSV or .xlsx and upload that."
        )


def detect_encoding(file: BinaryIO, size: int) -> Encoding:
    """BOM, then NUL bytes, then strict UTF-8, then Japanese, then Western European."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le" if head[0] == 0xFF else "utf-16-be"
        return _utf16(codec, 2, size)
    start = 3 if head.startswith(codecs.BOM_UTF8) else 0
    if guessed := _utf16_without_bom(head):
        return _utf16(guessed, 0, size)
    if b"\x00" in head:
        raise Refused("This is not a table in text. Upload a CSV, TSV or .xlsx export.")
    failed_at = _first_error(file, "utf-8", start, size)
    if failed_at is None:
        return Encoding("utf-8", start, size)
    if start or failed_at >= size - 3:
        raise Refused(
            f"The file breaks off or is damaged at byte {failed_at + 1:,} of {size:,}. "
            "Download the export again."
        )
    return _legacy(file, head, size)


def _legacy(file: BinaryIO, head: bytes, size: int) -> Encoding:
    # Western letters often form valid Shift-JIS pairs, so full-width kana must be seen as well.
    japanese = _KANA.search(head.decode("cp932", "ignore"))
    for codec in ("cp932", "cp1252") if japanese else ("cp1252",):
        if _first_error(file, codec, 0, size) is None:
            return Encoding(codec, 0, size)
    raise Refused(
        "The letters of this file cannot be read: it is neither UTF-8, UTF-16, Shift-JIS nor "
        "Windows-1252. Download the export again and upload it unchanged."
    )


def _utf16(codec: str, start: int, size: int) -> Encoding:
    if (size - start) % 2 == 0:
        return Encoding(codec, start, size)
    return Encoding(codec, start, size - 1, "The file ends in half a letter, which was left out.")


def _utf16_without_bom(head: bytes) -> str | None:
    """Latin text in UTF-16 has a NUL in every second byte."""
    half = len(head) // 2
    if half < 8:
        return None
    if head[1::2].count(0) > half * 0.4 and head[0::2].count(0) < half * 0.05:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.4 and head[1::2].count(0) < half * 0.05:
        return "utf-16-be"
    return None


def _first_error(file: BinaryIO, codec: str, start: int, size: int) -> int | None:
    """The byte at which strict decoding fails, None when it never does."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    file.seek(start)
    position = start
    while block := file.read(_BLOCK):
        try:
            decoder.decode(block, position + len(block) >= size)
        except UnicodeDecodeError as error:
            return position + error.start
        position += len(block)
    return None
