"""The first sheet of an .xlsx, streamed; checked for bombs before it is opened."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

from app.imports.refusal import Refused

_MOST_UNPACKED = 1 << 30
_MOST_SHARED_TEXT = 96 << 20
_MOST_MEMBERS = 2_000
_RATIO_FROM = 4 << 20
_HIGHEST_RATIO = 150
_MOST_COLUMNS = 600
_MOST_ROWS = 1 << 20
_MOST_CONTENTS = 1 << 20
_CONTENTS = "[Content_Types].xml"
_SHARED_TEXT = "spreadsheetml.sharedStrings+xml"

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    IndexError,
    NotImplementedError,
)
_DAMAGED = (
    "The workbook is damaged or was cut off. Download the export again and upload it unchanged."
)


class Workbook:
    """Numbers and dates come out typed, everything else as text. Formulas are refused."""

    kind = "xlsx"
    complete = True

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.notes: list[str] = []
        _refuse_bombs(file)

    def rows(self) -> Iterator[tuple[int, Sequence[str | Decimal | dt.date]]]:
        """Every row of the first sheet; raises Refused with row and column."""
        book = self._open()
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(), 1):
                if number > _MOST_ROWS:
                    raise Refused(_DAMAGED)
                yield number, [_value(cell, number) for cell in cells[:_MOST_COLUMNS]]
        except _UNREADABLE as error:
            raise Refused(_DAMAGED) from error
        finally:
            book.close()

    def _open(self) -> Any:
        # It brings numpy along: 20 MB that a web process needs only for a workbook.
        from openpyxl import load_workbook  # noqa: PLC0415 - see above

        self._file.seek(0)
        try:
            with warnings.catch_warnings():
                # Platform exports carry no default style, which openpyxl warns about.
                warnings.simplefilter("ignore")
                return load_workbook(_Unclosable(self._file), read_only=True)
        except _UNREADABLE as error:
            raise Refused(_DAMAGED) from error


class _Unclosable:
    """Lets openpyxl close its archive without closing the upload."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def seekable(self) -> bool:
        return True


def _value(cell: Any, row: int) -> str | Decimal | dt.date:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Refused(
            "this cell holds a formula, and formulas are not calculated here. "
            "Download the export again instead of a copy with formulas.",
            row=row,
            column=cell.column_letter,
        )
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return Decimal(repr(value))
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else str(value)


def _refuse_bombs(file: BinaryIO) -> None:
    """Raises Refused when unpacking would take more than a real export ever does."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if _CONTENTS not in names or "xl/workbook.xml" not in names:
                raise Refused(
                    "This is a ZIP archive, not an Excel workbook. "
                    "Unpack it and upload the CSV or .xlsx inside."
                )
            _refuse_doctype(archive, archive.getinfo(_CONTENTS))
            _check_sizes(members, _read_whole(archive))
            for member in members:
                _refuse_doctype(archive, member)
    except _UNREADABLE as error:
        raise Refused(_DAMAGED) from error


def _read_whole(archive: zipfile.ZipFile) -> set[str]:
    """The parts that hold shared texts, whatever they are called: they are kept in memory."""
    contents = archive.getinfo(_CONTENTS)
    if contents.file_size > _MOST_CONTENTS:
        raise Refused(_DAMAGED)
    types = ET.fromstring(archive.read(contents))  # noqa: S314 small, without a DOCTYPE
    return {
        each.get("PartName", "").lstrip("/")
        for each in types
        if each.get("ContentType", "").endswith(_SHARED_TEXT)
    }


def _check_sizes(members: list[zipfile.ZipInfo], whole: set[str]) -> None:
    """Only sheets are streamed; `whole` are parts that are not, even if they look like sheets."""
    unpacked = sum(member.file_size for member in members)
    shared = sum(
        m.file_size
        for m in members
        if m.filename in whole or not m.filename.startswith("xl/worksheets/")
    )
    swollen = any(
        member.file_size > _RATIO_FROM
        and member.file_size > _HIGHEST_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if (
        swollen
        or unpacked > _MOST_UNPACKED
        or shared > _MOST_SHARED_TEXT
        or len(members) > _MOST_MEMBERS
    ):
        raise Refused(
            "The workbook unpacks to far more than an export holds, so it was not opened. "
            "Download the report as CSV and upload that."
        )


def _refuse_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if not member.filename.endswith((".xml", ".rels")):
        return
    with archive.open(member) as part:
        if b"<!DOCTYPE" in part.read(1024):
            raise Refused(_DAMAGED)
