"""Uploads as JSON, for scripts; the pages use the same steps."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from decimal import Decimal
from typing import Any, BinaryIO, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.accounts import limits
from app.accounts.limits import Count
from app.errors import AppError, Invalid
from app.extensions import db
from app.imports import run, upload
from app.imports.answers import Answers, parse_answers
from app.imports.facts import Dropped
from app.imports.plan import Question
from app.imports.preview import Column, Replaced
from app.imports.shapes import PLATFORMS
from app.models import Import
from app.web import access, entry
from app.web.apidoc import Answer, answer, decode_json, documented

blueprint = Blueprint("imports_api", __name__, url_prefix="/api/imports")

_FORM: dict[str, dict[str, Any]] = {
    "file": {
        "type": "string",
        "format": "binary",
        "description": "CSV, TSV or .xlsx as the platform gave it; up to 50 MB and 1 million rows.",
    },
    "platform": {
        "type": "string",
        "enum": list(PLATFORMS),
        "description": "Only needed when the header is not known.",
    },
    "currency": {"type": "string", "description": "ISO 4217; only when the file does not say."},
    "mapping": {
        "type": "string",
        "description": 'JSON: {"columns": {header: field}, "date_order": "day_first" or '
        '"month_first", "decimal_mark": "point" or "comma", "account": name}, or just '
        "{header: field}.",
    },
}


class PreviewOut(Answer, rename={"first": "from", "last": "to"}):
    """What importing the file would do. Amounts are in the file's `currency`.

    `rows_read` are the rows of the table, `rows` those that count: the sums are theirs.
    """

    what: str
    kind: str
    platform: str
    platform_label: str
    level: str
    account: str
    account_id: str
    currency: str
    first: dt.date | None
    last: dt.date | None
    days: int
    rows_read: int
    rows: int
    spend: Decimal
    revenue: Decimal
    conversions: Decimal
    impressions: int
    clicks: int
    orders: int | None
    dropped: list[Dropped]
    columns_used: list[Column]
    columns_ignored: list[str]
    header: list[str]
    samples: list[list[str]]
    notes: list[str]
    warnings: list[str]
    questions: list[Question]
    replaced: Replaced | None
    already_imported: bool


class Uploaded(Answer):
    """A file that was read and explained; nothing is imported until it is confirmed."""

    id: int
    preview: PreviewOut


class Confirmed(Answer):
    """The import is in the queue, or further."""

    id: int
    state: str


class ImportOut(Answer):
    """`state` is preview, queued, running, done, failed or undone; `progress` from 0 to 1."""

    id: int
    filename: str
    platform: str
    state: str
    progress: float
    rows_read: int
    rows_changed: int
    error: str | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    preview: PreviewOut | None


@blueprint.post("")
@documented(
    "Upload an export and see what importing it would do",
    form=_FORM,
    answer=Uploaded,
    status=201,
    errors=(429,),
)
def create_import() -> ResponseReturnValue:
    access.require_editor()
    unknown = sorted((set(request.form) | set(request.files)) - {*_FORM, "csrf_token"})
    if unknown:
        raise Invalid(
            f"There is no field called {unknown[0]}. This call knows: {', '.join(_FORM)}.",
            code="unknown_parameter",
        )
    made = take_upload(
        parse_answers(
            platform=request.form.get("platform", ""),
            currency=request.form.get("currency", ""),
            mapping=_mapping(request.form.get("mapping", "")),
        )
    )
    return answer(Uploaded(id=made.id, preview=_preview(made)), 201)


@blueprint.get("/<int:import_id>")
@documented("How far an import got", answer=ImportOut)
def get_import(import_id: int) -> ResponseReturnValue:
    return answer(_out(find(import_id)))


@blueprint.post("/<int:import_id>/confirm")
@documented("Import what the preview showed", answer=Confirmed, status=202, errors=(409,))
def confirm_import(import_id: int) -> ResponseReturnValue:
    access.require_editor()
    confirmed = confirm(import_id)
    return answer(Confirmed(id=confirmed.id, state=confirmed.state), 202)


@blueprint.delete("/<int:import_id>")
@documented("Undo a whole import", status=204, errors=(409,))
def delete_import(import_id: int) -> ResponseReturnValue:
    access.require_editor()
    undo(import_id)
    return "", 204


def find(import_id: int) -> Import:
    """The import, when it is the workspace's own."""
    return upload.find(db.session(), access.workspace().id, import_id)


def take_upload(answers: Answers) -> Import:
    """Read the request's file and keep it for confirmation."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("Choose a file first: a CSV, TSV or .xlsx export.")
    entry.limiter().count([Count(limits.UPLOAD, str(access.workspace().id))])
    session = db.session()
    made = upload.upload(
        session,
        access.workspace().id,
        access.user().id,
        cast("BinaryIO", sent.stream),
        sent.filename,
        answers,
        now=access.now(),
    )
    session.commit()
    return made


def confirm(import_id: int) -> Import:
    """Queue the import."""
    session = db.session()
    found = find(import_id)
    run.confirm(session, found, now=access.now())
    session.commit()
    return found


def undo(import_id: int) -> Import:
    """Take the whole import back."""
    session = db.session()
    found = find(import_id)
    run.undo(session, found, now=access.now())
    session.commit()
    return found


def progress(import_: Import) -> float:
    """The share of the rows that was read, from 0 to 1."""
    if import_.state == "done":
        return 1.0
    return min(import_.rows_read / max(import_.rows_total, 1), 1.0)


def _mapping(given: str) -> object:
    if not given.strip():
        return {}
    try:
        return decode_json(given.encode(), "mapping")
    except AppError as error:
        raise Invalid(error.message, code=error.code) from error


def _preview(import_: Import) -> PreviewOut:
    preview = upload.preview_of(import_)
    sums = {each.name: getattr(preview.sums, each.name) for each in fields(preview.sums)}
    kept = {each.name: getattr(preview, each.name) for each in fields(preview)}
    del kept["sums"]
    return PreviewOut(**kept, **sums)


def _out(found: Import) -> ImportOut:
    return ImportOut(
        id=found.id,
        filename=found.filename,
        platform=found.platform,
        state=found.state,
        progress=progress(found),
        rows_read=found.rows_read,
        rows_changed=found.rows_changed,
        error=found.error or None,
        created_at=found.created_at,
        finished_at=found.finished_at,
        preview=_preview(found) if found.preview else None,
    )
