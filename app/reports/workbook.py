"""A report as an Excel workbook: its tables as sheets, with types and formats of their own."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.reports import tables
from app.reports.document import Frozen
from app.reports.formats import formats_of
from app.reports.languages import captions_of
from app.reports.languages.labels import Words
from app.reports.tables import TABLES, Cell, Column, Measured, Table
from app.reports.wording import wording_of
from app.spreadsheets import harmless

# Excel takes no more in a cell.
_LONGEST = 32_000
_WIDEST, _NARROWEST = 60, 9
_WRAPPED = 45
_HEAD = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="F1F2F6")
_FORMATS = {
    "count": "#,##0.##",
    # Of what a report from before did not keep the unit.
    "unknown": "#,##0.######",
    "multiple": '0.00"x"',
    "share": "0.00%",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_FORMATS |= dict.fromkeys(("days", "weeks"), _FORMATS["count"])
_WHOLE = "#,##0"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def workbook(frozen: Frozen) -> bytes:
    """The XLSX file, always the same bytes for the same document."""
    document = frozen.document
    made = Workbook()
    made.remove(made.active)  # type: ignore[arg-type]  # a new book has a sheet
    made.properties.title = _text(document.title)
    made.properties.creator = _text(document.workspace)
    made.properties.created = document.as_of.replace(tzinfo=None)
    money = _money(document.currency, formats_of(document).locale)
    labels = tables.labels_of(document)
    said = _said(frozen, labels.facts)
    _summary(made.create_sheet(labels.sheets["summary"]), said)
    for make in TABLES.values():
        table = make(document)
        _fill(made.create_sheet(table.title), table, money)
    written = io.BytesIO()
    made.save(written)
    return _undated(written.getvalue(), document.as_of)


def _summary(sheet: Worksheet, said: Iterator[tuple[str, str]]) -> None:
    for title, text in said:
        sheet.append([title, ""])
        _write(sheet, sheet.max_row, 2, text, "text", "")
        sheet.cell(sheet.max_row, 1).font = _HEAD
        sheet.cell(sheet.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(sheet.max_row, 1).alignment = Alignment(vertical="top")
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 100


def _said(frozen: Frozen, facts: Words) -> Iterator[tuple[str, str]]:
    document, formats = frozen.document, formats_of(frozen.document)
    before = formats.days(document.before) if document.before else facts["nothing"]
    yield facts["report"], document.title
    yield facts["workspace"], document.workspace
    yield facts["days"], formats.days(document.days)
    yield facts["compared_with"], before
    yield facts["platforms"], ", ".join(document.platforms)
    yield facts["currency"], document.currency
    yield facts["as_of"], formats.moment(document.as_of)
    yield facts["hash"], frozen.content_hash
    yield from ((facts["summary"], each) for each in document.summary)
    yield facts["wording"], captions_of(document).written_by(wording_of(document))
    yield facts["overall"], " ".join([f"{document.rating.word}.", *document.rating.reasons])
    yield facts["rating_rule"], document.rating.rule
    if document.store:
        yield facts["store"], document.store.sentence
    yield from ((facts["next"], each) for each in document.next_steps)
    yield from ((facts["final"], each) for each in document.finality)
    yield from ((facts["note"], each) for each in (*document.filters, *document.notes))
    yield from ((each.term, each.meaning) for each in document.definitions)


def _fill(sheet: Worksheet, table: Table, money: str) -> None:
    _head(sheet, [column.title for column in table.columns])
    for at, row in enumerate(table.rows, start=2):
        for number, (column, cell) in enumerate(zip(table.columns, row, strict=True), start=1):
            _write(sheet, at, number, cell, column.kind, money)
    for number, column in enumerate(table.columns, start=1):
        cells = [row[number - 1] for row in table.rows]
        sheet.column_dimensions[get_column_letter(number)].width = _width(column, cells)
    if table.rows:
        sheet.auto_filter.ref = sheet.dimensions


def _head(sheet: Worksheet, titles: tuple[str, ...] | list[str]) -> None:
    sheet.append(titles)
    for cell in sheet[1]:
        cell.font, cell.fill = _HEAD, _HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"


def _write(sheet: Worksheet, row: int, number: int, cell: Cell, kind: str, money: str) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Measured):
        kind, cell = cell.unit, cell.value
    place = sheet.cell(row, number)
    if isinstance(cell, str):
        place.value = _text(cell)
        place.data_type = "s"
        if len(cell) > _WRAPPED:
            place.alignment = Alignment(wrap_text=True, vertical="top")
        return
    place.value = cell
    whole = kind == "count" and cell == int(cell)  # type: ignore[arg-type]  # counts are numbers
    place.number_format = _WHOLE if whole else money if kind == "money" else _FORMATS[kind]


def _text(text: str) -> str:
    """What people typed, as a cell may hold it."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", text))[:_LONGEST]


def _width(column: Column, cells: list[Cell]) -> float:
    longest = max((len(str(cell)) for cell in cells if isinstance(cell, str)), default=0)
    usual = 14 if column.kind in {"money", "moment"} else _NARROWEST
    return min(_WIDEST, max(usual, longest + 2, min(len(column.title) + 2, 16)))


def _money(currency: str, locale: Locale) -> str:
    """Excel's format of amounts in the currency, with its own number of decimals."""
    symbol = get_currency_symbol(currency, locale=locale).replace('"', "")
    digits = get_currency_precision(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if not locale.currency_formats["standard"].pattern.startswith("¤"):
        shown = f'{pattern}" {symbol}"'
    else:
        shown = f'"{symbol}"{pattern}' if len(symbol) == 1 else f'"{symbol} "{pattern}'
    return f"{shown};-{shown}"


def _undated(written: bytes, as_of: dt.datetime) -> bytes:
    """The archive with the moment of its figures in place of the moment it was written."""
    then = as_of.astimezone(ZoneInfo("UTC"))
    stamp = f"{then:%Y-%m-%dT%H:%M:%SZ}".encode()
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written)) as given,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, then.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _MODIFIED.sub(rb"\g<1>" + stamp, given.read(name)))
    return kept.getvalue()
