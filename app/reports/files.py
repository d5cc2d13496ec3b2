"""The files a frozen report can be had as, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.models import Report
from app.reports import csv_files
from app.reports.document import Document, Frozen, thaw
from app.reports.languages import captions_of
from app.reports.pdf.printing import print_pdf
from app.reports.rows import Link, nowhere
from app.reports.tables import TABLES
from app.reports.texts import one_line

Shape = Literal["pdf", "csv", "xlsx"]
SHAPES: tuple[Shape, ...] = ("pdf", "csv", "xlsx")
MEDIA_TYPES: dict[Shape, str] = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
UNFINISHED = (
    "This report is still being made, so it has no files yet. Its page says how far it is, and has "
    "them when it is completed."
)
FAILED = (
    "This report could not be made, so it has no files. Its page says why and lets you try again."
)
RENDERING = 2
"""Raised whenever the same document is drawn otherwise than before: known files are then old.

tests/reports/test_rendering.py has the texts of one, and fails for a change without it.
"""
# File systems count bytes and end at 255.
_LONGEST_NAME = 230
# What Windows, or a path anywhere, does not take in a name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')


@dataclass(frozen=True, slots=True)
class File:
    """`name` is safe as a file's name on any system, in any script."""

    name: str
    media_type: str
    content: bytes


def frozen_report(session: Session, workspace_id: int, report_id: int) -> Frozen:
    """What the files are made of.

    Raises NotFound for a report that is deleted or another workspace's, Conflict for one that
    is not completed.
    """
    found = session.execute(
        select(Report.state, Report.document, Report.content_hash).where(
            Report.id == report_id,
            Report.workspace_id == workspace_id,
            Report.deleted_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    state, content, content_hash = found
    if content is None or content_hash is None:
        raise Conflict(FAILED if state == "failed" else UNFINISHED)
    return Frozen(thaw(content), content_hash)


def tag_of(frozen: Frozen) -> str:
    """The same as long as its files are the same."""
    return f"{frozen.content_hash}-{RENDERING}"


def file_of(
    frozen: Frozen, shape: Shape, link: Link = nowhere, table: str = csv_files.USUAL
) -> File:
    """The report as a file, and as CSV one of its tables. `link` says where a PDF's figures lead.

    Raises NotFound for a table that there is not, NotPrinted when a PDF cannot be made now.
    """
    if table not in TABLES:
        raise NotFound
    document = frozen.document
    make: dict[Shape, Callable[[], bytes]] = {
        "pdf": lambda: print_pdf(frozen, link),
        "csv": lambda: csv_files.csv_file(document, table),
        "xlsx": lambda: _xlsx(frozen),
    }
    labels = captions_of(document).labels.sheets
    inside = labels[table] if shape == "csv" and table != csv_files.USUAL else ""
    return File(file_name(document, shape, inside), MEDIA_TYPES[shape], make[shape]())


def _xlsx(frozen: Frozen) -> bytes:
    # openpyxl brings numpy along: 20 MB that a web process needs only for a workbook.
    from app.reports.workbook import workbook  # noqa: PLC0415 - see above

    return workbook(frozen)


def file_name(document: Document, shape: Shape, inside: str = "") -> str:
    """What is inside, the title and whose it is; invented data says that it is."""
    names = (inside, document.title, document.workspace)
    parts = [one_line(_NOT_IN_NAMES.sub(" ", each)) for each in names]
    name = _cut(" – ".join(part for part in parts if part)).strip(" .–")
    name = name or captions_of(document).labels.letter["report"]
    made_up = "sandbox-" if any(source.sandbox for source in document.sources) else ""
    return f"{made_up}{name}.{shape}"


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore")
