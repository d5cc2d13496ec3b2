"""The upload pages: choose a file, see what it holds, confirm, watch, undo."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, NotFound
from app.extensions import db
from app.imports import upload
from app.imports.answers import Answers, parse_answers
from app.imports.currencies import CURRENCIES
from app.imports.fields import BY_HAND_ADS, BY_HAND_STORE, LABELS
from app.imports.shapes import PLATFORMS
from app.models import Account, Import
from app.web import access
from app.web.htmx import page
from app.web.imports_api import confirm, find, progress, take_upload, undo

blueprint = Blueprint("imports", __name__, url_prefix="/connections/upload")

_MEANINGS = [(str(each), LABELS[each]) for each in (*BY_HAND_ADS, *BY_HAND_STORE[1:-3])]


@blueprint.get("")
def index() -> Response:
    """The file picker and the imports so far; the list follows what is running."""
    return _index()


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Read the file; refused ones are explained beside the picker."""
    access.require_editor()
    try:
        made = take_upload(Answers())
    except AppError as error:
        db.session.rollback()
        return _index(error.message, status=error.status)
    return redirect(url_for("imports.show", import_id=made.id), code=303)


@blueprint.get("/<int:import_id>")
def show(import_id: int) -> Response:
    """The preview, the progress or the result, whichever it has come to."""
    return _show(find(import_id))


@blueprint.post("/<int:import_id>/answers")
def save_answers(import_id: int) -> ResponseReturnValue:
    """Look again with what the owner says about the file."""
    access.require_editor()
    found = find(import_id)
    try:
        upload.answer(db.session(), found, _answers(found), now=access.now())
    except AppError as error:
        db.session.rollback()
        return _show(find(import_id), error.message, status=error.status)
    db.session.commit()
    return redirect(url_for("imports.show", import_id=import_id), code=303)


@blueprint.post("/<int:import_id>/confirm")
def start(import_id: int) -> ResponseReturnValue:
    """Queue the import and show its progress."""
    access.require_editor()
    try:
        confirm(import_id)
    except NotFound:
        raise
    except AppError as error:
        db.session.rollback()
        return _show(find(import_id), error.message, status=error.status)
    return redirect(url_for("imports.show", import_id=import_id), code=303)


@blueprint.post("/<int:import_id>/undo")
def take_back(import_id: int) -> ResponseReturnValue:
    """Undo a whole import."""
    access.require_editor()
    undone = undo(import_id)
    flash(f"{undone.filename} is undone. Its days are what they were before.", "done")
    return redirect(url_for("imports.index"), code=303)


def _index(problem: str = "", status: int = 200) -> Response:
    imports = upload.listed(db.session(), access.workspace().id)
    return page(
        "imports/index.html",
        "past",
        status=status,
        problem=problem,
        imports=[(each, upload.preview_of(each)) for each in imports if each.preview],
        busy=any(each.state in ("queued", "running") for each in imports),
    )


def _show(found: Import, problem: str = "", status: int = 200) -> Response:
    if not found.preview:
        raise NotFound
    preview = upload.preview_of(found)
    return page(
        "imports/show.html",
        "outcome",
        status=status,
        problem=problem,
        import_=found,
        preview=preview,
        progress=progress(found),
        asked={each.kind for each in preview.questions},
        given={column.header: column.meaning for column in preview.columns_used},
        meanings=_MEANINGS,
        platforms=PLATFORMS,
        currencies=sorted(CURRENCIES),
        account_names=_account_names(found.platform),
    )


def _account_names(platform: str) -> list[str]:
    """What the workspace's accounts of a platform are called, connected or uploaded."""
    names = select(Account.name).where(
        Account.workspace_id == access.workspace().id, Account.platform == platform
    )
    return sorted(set(db.session.scalars(names)))


def _answers(found: Import) -> Answers:
    """The form's answers on top of those given before."""
    form, preview = request.form, upload.preview_of(found)
    columns = {
        header: meaning
        for position, header in enumerate(preview.header)
        if header and (meaning := form.get(f"column-{position}", ""))
    }
    before = found.mapping
    if not columns and "column-0" in form:
        raise Invalid("Say at least which columns are the day and the spend or net sales.")
    mapping = {
        "columns": columns or before.get("columns"),
        "date_order": form.get("date_order") or before.get("date_order"),
        "decimal_mark": form.get("decimal_mark") or before.get("decimal_mark"),
        "account": form.get("account", "").strip() or before.get("account"),
    }
    return parse_answers(
        platform=form.get("platform") or found.platform,
        currency=form.get("currency") or found.currency,
        mapping={name: value for name, value in mapping.items() if value},
    )
