"""A golden report's renderings as text, which says in a diff what has changed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import openpyxl
import pypdfium2
from flask import Flask, render_template

from app.reports import letters
from app.reports.csv_files import csv_file
from app.reports.document import Frozen, thaw
from app.reports.files import file_of
from app.reports.posting import Parcel
from app.reports.rows import nowhere
from app.reports.tables import TABLES
from app.web.report_drawing import drawn

HERE = Path(__file__).parent

Render = Callable[[Flask, Frozen], str]


def golden(language: str) -> Frozen:
    """Its bytes are the file's, and so is its hash."""
    content = (HERE / f"{language}.json").read_bytes()
    return Frozen(thaw(content), hashlib.sha256(content).hexdigest())


def pdf(_app: Flask, frozen: Frozen) -> str:
    document = pypdfium2.PdfDocument(file_of(frozen, "pdf").content)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return _lines("\n".join(pages))


def workbook(_app: Flask, frozen: Frozen) -> str:
    """Each cell with its format."""
    book = openpyxl.load_workbook(io.BytesIO(file_of(frozen, "xlsx").content))
    return "\n".join(
        f"{sheet.title}!{cell.coordinate} {cell.number_format} {cell.value}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    )


def tables(_app: Flask, frozen: Frozen) -> str:
    files = (csv_file(frozen.document, each).decode("utf-8-sig") for each in TABLES)
    return "\n".join(_lines(each) for each in files)


def page(app: Flask, frozen: Frozen) -> str:
    """What is shown or read aloud, a text to a line."""
    with app.test_request_context("/"):
        html = render_template("shared/report.html", token="x", **drawn(frozen.document, nowhere))
    body = re.sub(r"<(script|style|head).*?</\1>", " ", html, flags=re.DOTALL)
    return _lines(unescape(re.sub(r"<[^>]*>", "\n", body)))


def letter(app: Flask, frozen: Frozen) -> str:
    parcel = Parcel(1, "", frozen, "", for_anybody=False, attach_pdf=True)
    with app.test_request_context("/"):
        return _lines(render_template("email/report.txt", letter=letters.words(parcel, "")))


FILES: dict[str, Render] = {"pdf": pdf, "workbook": workbook, "tables": tables}
PAGES: dict[str, Render] = {"page": page, "letter": letter}


def kept(language: str, name: str) -> Path:
    """Where the text of a rendering is."""
    return HERE / f"{language}.{name}.txt"


def _lines(text: str) -> str:
    tidied = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in tidied if line)
