"""A report's tables as CSV, one to a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.reports.document import Document
from app.reports.tables import TABLES, Cell, Measured, labels_of
from app.spreadsheets import harmless

USUAL = "campaigns"

_PERIOD = ("from", "to", "compared_from", "compared_to")
# What a row is of besides what it says itself, so that rows of several reports can be put together.
_OF = {
    "kpis": (*_PERIOD, "currency"),
    "trend": ("currency",),
    "platforms": (*_PERIOD, "currency"),
    "campaigns": (*_PERIOD, "currency"),
    "findings": ("currency",),
}


def csv_file(document: Document, name: str = USUAL) -> bytes:
    """A table of TABLES, ready for a pivot table. Raises KeyError for none of them.

    UTF-8 with the mark that Excel needs; amounts are plain decimals in the report's currency,
    shares are of one.
    """
    table, of = TABLES[name](document), _OF.get(name, ())
    told = {**_period(document), "currency": document.currency}
    heads = labels_of(document).heads
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*(heads[each] for each in of), *(each.name for each in table.columns)])
    first = [told[each] for each in of]
    writer.writerows(_plainly([*first, *row]) for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _period(document: Document) -> dict[str, Cell]:
    before = document.before
    ends = (document.days.first, document.days.last)
    compared = (before.first, before.last) if before else (None, None)
    return dict(zip(_PERIOD, (*ends, *compared), strict=True))


def _plainly(row: Sequence[Cell]) -> Iterator[str]:
    return (_plain(cell) for cell in row)


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case Measured():
            return _plain(cell.value)
        case Decimal():
            whole, point, fraction = f"{cell:f}".partition(".")
            kept = fraction.rstrip("0").ljust(min(2, len(fraction)), "0")
            return f"{whole}{point}{kept}" if kept else whole
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell)
