"""A frozen report as the files people keep. What makes them is loaded when one is asked for."""

from __future__ import annotations

from flask import Response

from app.errors import NotFound
from app.reports.document import Document
from app.reports.letters import file_name

TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def answer(document: Document, kind: str) -> Response:
    """The file. Raises NotFound for a kind there is none of, NotPrinted for a PDF that fails."""
    if kind not in TYPES:
        raise NotFound
    name = file_name(document).removesuffix("pdf") + kind
    return Response(
        made(document, kind),
        mimetype=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def made(document: Document, kind: str) -> bytes:
    """Its bytes. Raises NotPrinted for a PDF that fails."""
    if kind == "pdf":
        from app.reports.pdf.printing import print_pdf  # noqa: PLC0415 seldom asked for

        return print_pdf(document)
    if kind == "csv":
        from app.reports.tables import csv_file  # noqa: PLC0415 as above

        return csv_file(document)
    from app.reports.workbook import workbook  # noqa: PLC0415 as above

    return workbook(document)
