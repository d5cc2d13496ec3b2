"""From a file to rows of cells, in memory that does not grow with the file."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import BinaryIO, Protocol, TextIO

from app.imports.encoding import Encoding, detect_encoding, open_text, refuse_foreign
from app.imports.refusal import Refused
from app.imports.workbook import Workbook

LARGEST_FILE = 50 * 1024 * 1024
MOST_ROWS = 1_000_000
MOST_COLUMNS = 500
_HEADER_WITHIN = 20
_SAMPLE_ROWS = 60
_LONGEST_ROW = 1 << 20
_MOST_CELLS = 2 * MOST_COLUMNS
_DELIMITERS = ",\t;|"
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

Cell = str | Decimal | dt.date
"""Text as it stands; numbers and dates only from a workbook's own typed cells."""


class Source(Protocol):
    """A file that can be read from the beginning any number of times."""

    kind: str
    notes: list[str]
    complete: bool

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Every row with its number, counting from 1 as a spreadsheet does."""
        ...


@dataclass(slots=True)
class Table:
    """A file whose header was found, `skip` rows down. Duplicate names are kept as written."""

    source: Source
    preamble: list[str]
    header: list[str]
    skip: int

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows below the header, empty ones left out, short ones filled up."""
        width = len(self.header)
        count, short_rows, last_is_short = 0, 0, False
        for number, cells in islice(self.source.rows(), self.skip, None):
            last_is_short = 1 < len(cells) < width
            short_rows += last_is_short
            row = cells if len(cells) == width else _fit(number, cells, width)
            if not any(row):
                continue
            count += 1
            if count > MOST_ROWS:
                raise Refused(
                    f"The file has more than {MOST_ROWS:,} rows. Export a shorter period at a time."
                )
            yield number, row
        if last_is_short and short_rows == 1 and not self.source.complete:
            raise Refused(
                "the last row ends early, so the file was cut off. Download the export again.",
                row=number,
            )


def _fit(number: int, cells: Sequence[Cell], width: int) -> Sequence[Cell]:
    if len(cells) < width:
        return [*cells, *[""] * (width - len(cells))]
    if any(cells[width:]):
        raise Refused(
            f"this row has {len(cells)} cells and the header only {width}. "
            "The file was damaged or saved by hand; download the export again.",
            row=number,
        )
    return cells[:width]


class Delimited:
    """CSV or TSV text."""

    kind = "csv"

    def __init__(self, file: BinaryIO, size: int, known: Container[str]) -> None:
        self._file = file
        self.encoding: Encoding = detect_encoding(file, size)
        self.notes = [self.encoding.note] if self.encoding.note else []
        with open_text(file, self.encoding) as text:
            hint = _SEP_LINE.fullmatch(text.readline(16))
        self._skip = 1 if hint else 0
        self.delimiter = hint[1] if hint else self._sniff(known)
        self.complete = self._ends_with_newline(size)

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        return self._records(self.delimiter)

    def _records(self, delimiter: str) -> Iterator[tuple[int, Sequence[Cell]]]:
        number = 0
        with open_text(self._file, self.encoding) as text:
            for _ in range(self._skip):
                text.readline()
                number += 1
            lines = _Lines(text)
            try:
                for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                    number += 1
                    if len(cells) > _MOST_CELLS:
                        raise _endless(number)
                    lines.taken, lines.row = 0, number + 1
                    yield number, cells
            except csv.Error as error:
                raise _broken(error, number + 1) from error

    def _sniff(self, known: Container[str]) -> str:
        return max(_DELIMITERS, key=lambda delimiter: self._score(delimiter, known))

    def _score(self, delimiter: str, known: Container[str]) -> tuple[int, int]:
        """How many known header names one row has, then how even the rows are."""
        names, widths = 0, Counter[int]()
        try:
            for number, cells in islice(self._records(delimiter), _SAMPLE_ROWS):
                if number <= _HEADER_WITHIN:
                    names = max(names, sum(clean(cell) in known for cell in cells))
                widths[len(cells)] += 1
        except Refused:
            pass
        even = max((count * (width - 1) for width, count in widths.items()), default=0)
        return (names if names >= 2 else 0), even

    def _ends_with_newline(self, size: int) -> bool:
        self._file.seek(max(0, size - 2))
        end = self._file.read()
        return b"\n" in end or b"\r" in end


class _Lines:
    """Lines for the CSV reader; `taken` counts the characters of the row at hand, number `row`.

    Raises Refused in the middle of a row that does not end.
    """

    def __init__(self, text: TextIO) -> None:
        self.taken = 0
        self.row = 1
        self._text = text

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.taken += len(line)
        if self.taken > _LONGEST_ROW:
            raise _endless(self.row)
        return line


def _endless(row: int) -> Refused:
    return Refused(
        "this row is far longer than one of an export, so the file is damaged or not a table. "
        "Download the export again and upload it unchanged.",
        row=row,
    )


def _broken(error: csv.Error, row: int) -> Refused:
    if "end of data" in str(error):
        return Refused(
            "the file ends inside a quoted text, so it was cut off. Download the export again.",
            row=row,
        )
    return Refused(
        "a quoted text does not end properly, so the columns cannot be told apart. "
        "Download the export again and upload it unchanged.",
        row=row,
    )


def clean(header: Cell) -> str:
    """A header name for look-up: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", str(header)).casefold().split())


def open_table(file: BinaryIO, size: int, known: Container[str]) -> Table:
    """Find the table in an upload; `known` holds header names as `clean` gives them.

    Raises Refused. The file stays open as long as the table is read.
    """
    if size > LARGEST_FILE:
        raise Refused(
            f"The file is larger than {LARGEST_FILE >> 20} MB. Export a shorter period at a time."
        )
    file.seek(0)
    head = file.read(4096)
    refuse_foreign(head)
    source: Source = Workbook(file) if head.startswith(b"PK") else Delimited(file, size, known)
    return _find_header(source, known)


def _find_header(source: Source, known: Container[str]) -> Table:
    rows = [
        (number, [_shown(cell) for cell in cells])
        for number, cells in islice(source.rows(), _SAMPLE_ROWS)
    ]
    for position, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        filled = sum(bool(cell) for cell in cells)
        if filled >= 3 and sum(clean(cell) in known for cell in cells) >= 2:
            return _table(source, rows, position)
    return _table(source, rows, _likely_header(rows))


def _likely_header(rows: list[tuple[int, list[str]]]) -> int:
    """Nothing known: the first row of the usual width whose cells are all words."""
    widths = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    if not widths:
        raise Refused(
            "This does not look like a table: no row has two columns. "
            "Upload a CSV, TSV or .xlsx export."
        )
    width = widths.most_common(1)[0][0]
    for position, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        if len(cells) == width and all(cells) and not any(re.match(r"[\d=]", c) for c in cells):
            return position
    raise Refused(
        "No header row was found in the first 20 rows. The first row of the table must name "
        "its columns; download the export again and upload it unchanged."
    )


def _table(source: Source, rows: list[tuple[int, list[str]]], position: int) -> Table:
    number, header = rows[position]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise Refused(f"The table has more than {MOST_COLUMNS} columns. Export fewer.", row=number)
    preamble = [" ".join(filter(None, cells)) for _, cells in rows[:position]]
    return Table(source, [line for line in preamble if line], header, position + 1)


def _shown(cell: Cell) -> str:
    return str(cell).strip()
