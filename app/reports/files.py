"""The files a frozen report can be had as, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.reports.document import Document
from app.reports.pdf.printing import print_pdf
from app.reports.tables import csv_file
from app.reports.texts import one_line
from app.reports.workbook import workbook

Shape = Literal["pdf", "csv", "xlsx"]
SHAPES: tuple[Shape, ...] = ("pdf", "csv", "xlsx")
MEDIA_TYPES: dict[Shape, str] = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
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


def file_of(document: Document, shape: Shape, site: str = "") -> File:
    """The document as a file. `site` is where its links lead, if anywhere.

    Raises NotPrinted when a PDF cannot be made now.
    """
    make: dict[Shape, Callable[[], bytes]] = {
        "pdf": lambda: print_pdf(document, site),
        "csv": lambda: csv_file(document),
        "xlsx": lambda: workbook(document),
    }
    return File(file_name(document, shape), MEDIA_TYPES[shape], make[shape]())


def file_name(document: Document, shape: Shape) -> str:
    """The title and whose it is; invented data says that it is."""
    parts = [
        one_line(_NOT_IN_NAMES.sub(" ", each)) for each in (document.title, document.workspace)
    ]
    name = " – ".join(part for part in parts if part)[:_LONGEST_NAME].strip(" .–")
    made_up = "sandbox-" if any(source.sandbox for source in document.sources) else ""
    return f"{made_up}{name or 'report'}.{shape}"


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore")
