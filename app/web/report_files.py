"""A report's files: PDF, CSV and XLSX, for people and for scripts."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import quote_etag

from app.extensions import db
from app.reports import csv_files, ordering
from app.reports.files import MEDIA_TYPES, Shape, file_of, frozen_report, tag_of
from app.reports.rows import rows_behind
from app.web import access, entry
from app.web.apidoc import Arguments, arguments, documented

blueprint = Blueprint("report_files", __name__)


class CsvArguments(Arguments):
    table: Annotated[
        Literal["kpis", "trend", "platforms", "campaigns", "findings", "actions", "sources"],
        msgspec.Meta(description="One of the tables that the workbook has as sheets."),
    ] = "campaigns"


@blueprint.get("/dashboard/reports/<int:report_id>/download.pdf", defaults={"shape": "pdf"})
@blueprint.get("/dashboard/reports/<int:report_id>/download.csv", defaults={"shape": "csv"})
@blueprint.get("/dashboard/reports/<int:report_id>/download.xlsx", defaults={"shape": "xlsx"})
def download(report_id: int, shape: Shape) -> ResponseReturnValue:
    return _file(report_id, shape, table_asked())


@blueprint.get("/api/reports/<int:report_id>.pdf")
@documented("A report as PDF", media_type=MEDIA_TYPES["pdf"], errors=(409, 503))
def pdf(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "pdf")


@blueprint.get("/api/reports/<int:report_id>.csv")
@documented(
    "A report's campaigns, a row each, with the period before beside them, or another table",
    query=CsvArguments,
    media_type=MEDIA_TYPES["csv"],
    errors=(409,),
)
def csv(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "csv", arguments(CsvArguments).table)


@blueprint.get("/api/reports/<int:report_id>.xlsx")
@documented("A report's tables as a workbook", media_type=MEDIA_TYPES["xlsx"], errors=(409,))
def xlsx(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "xlsx")


def _file(report_id: int, shape: Shape, table: str = csv_files.USUAL) -> Response:
    """The same bytes as long as they are drawn as now, so the tag says whether they are known."""
    found = frozen_report(db.session(), access.workspace().id, report_id)
    tag = tag_of(found)
    if request.if_none_match.contains(tag):
        return Response(status=304, headers={"ETag": quote_etag(tag)})
    report = ordering.find(db.session(), access.workspace().id, report_id)
    link = rows_behind(report, found.document, entry.base_url())
    made = file_of(found, shape, link, table)
    response = Response(made.content, mimetype=made.media_type)
    response.headers["Content-Disposition"] = attachment(made.name)
    response.set_etag(tag)
    return response


def table_asked() -> str:
    """The table of a CSV that a page leads to."""
    return request.args.get("table", csv_files.USUAL)


def attachment(name: str) -> str:
    """Save under this name: in any script (RFC 6266), and in ASCII for what knows only that."""
    plain = "".join(each if each.isascii() and each.isprintable() else "_" for each in name)
    known = plain.replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{known}\"; filename*=UTF-8''{quote(name, safe='')}"
