"""A report's files: PDF, CSV and XLSX, for people and for scripts."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import quote_etag

from app.extensions import db
from app.reports import ordering
from app.reports.files import MEDIA_TYPES, Shape, file_of, frozen_report
from app.reports.rows import rows_behind
from app.web import access, entry
from app.web.apidoc import documented

blueprint = Blueprint("report_files", __name__)


@blueprint.get("/dashboard/reports/<int:report_id>/download.pdf", defaults={"shape": "pdf"})
@blueprint.get("/dashboard/reports/<int:report_id>/download.csv", defaults={"shape": "csv"})
@blueprint.get("/dashboard/reports/<int:report_id>/download.xlsx", defaults={"shape": "xlsx"})
def download(report_id: int, shape: Shape) -> ResponseReturnValue:
    return _file(report_id, shape)


@blueprint.get("/api/reports/<int:report_id>.pdf")
@documented("A report as PDF", media_type=MEDIA_TYPES["pdf"], errors=(409, 503))
def pdf(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "pdf")


@blueprint.get("/api/reports/<int:report_id>.csv")
@documented(
    "A report's campaigns, a row each, with the period before beside them",
    media_type=MEDIA_TYPES["csv"],
    errors=(409,),
)
def csv(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "csv")


@blueprint.get("/api/reports/<int:report_id>.xlsx")
@documented("A report's tables as a workbook", media_type=MEDIA_TYPES["xlsx"], errors=(409,))
def xlsx(report_id: int) -> ResponseReturnValue:
    return _file(report_id, "xlsx")


def _file(report_id: int, shape: Shape) -> Response:
    """The same bytes as long as the report exists, so its hash says whether they are known."""
    found = frozen_report(db.session(), access.workspace().id, report_id)
    if request.if_none_match.contains(found.content_hash):
        return Response(status=304, headers={"ETag": quote_etag(found.content_hash)})
    document = found.document
    report = ordering.find(db.session(), access.workspace().id, report_id)
    made = file_of(document, shape, rows_behind(report, document, entry.base_url()))
    response = Response(made.content, mimetype=made.media_type)
    response.headers["Content-Disposition"] = attachment(made.name)
    response.set_etag(found.content_hash)
    return response


def attachment(name: str) -> str:
    """Save under this name: in any script (RFC 6266), and in ASCII for what knows only that."""
    plain = "".join(each if each.isascii() and each.isprintable() else "_" for each in name)
    known = plain.replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{known}\"; filename*=UTF-8''{quote(name, safe='')}"
