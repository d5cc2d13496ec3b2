"""The pages of changes at the platforms: review, confirm, look at the log, set back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.advice import change_sets, keeping, values
from app.advice.by_hand import Wish
from app.advice.reasons import by_reason
from app.advice.spreading import exceeds
from app.advice.values import BUDGET
from app.connectors.platforms import connector_for
from app.errors import AppError
from app.extensions import db
from app.models import Change, ChangeSet
from app.reports.findings import rows_of
from app.web import access, budget_notes, changing
from app.web.htmx import page
from app.web.incoming import page_number, refuse_nul_in_form, row_number

_WITHDRAWN = (
    "The recommendation behind this no longer stands: it was dismissed, or not found when your "
    "figures were looked at again. Discard this, unless you want the change all the same."
)
_MOST_PAGES = 999_999
blueprint = Blueprint("changes", __name__, url_prefix="/dashboard/reports/changes")
blueprint.before_request(refuse_nul_in_form)


@blueprint.get("")
def index() -> Response:
    """What was changed, and what is prepared."""
    number = page_number(request.args.get("page", ""), _MOST_PAGES)
    listed = change_sets.page(db.session(), access.workspace().id, access.now(), number)
    return page("changes/index.html", "log", listed=listed, **_words())


@blueprint.post("/prepare")
def prepare() -> ResponseReturnValue:
    """A set for review, of a recommendation or of a campaign; nothing is sent."""
    access.require_editor()
    try:
        made = _prepared()
    except AppError as error:
        if error.status == 404:
            raise
        db.session.rollback()
        flash(error.message, "problem")
        return redirect(url_for("changes.index"), code=303)
    return redirect(url_for("changes.show", set_id=made.id), code=303)


@blueprint.get("/<int:set_id>")
def show(set_id: int) -> Response:
    """What would be changed, or what became of it."""
    return _shown(changing.find(set_id))


@blueprint.post("/<int:set_id>/edit")
def edit(set_id: int) -> ResponseReturnValue:
    """Store other amounts."""
    access.require_editor()
    found = changing.find(set_id)
    try:
        changing.edit(found, _amounts(), _revision())
    except AppError as error:
        db.session.rollback()
        return _shown(changing.find(set_id), error)
    return redirect(url_for("changes.show", set_id=set_id), code=303)


@blueprint.post("/<int:set_id>/confirm")
def confirm(set_id: int) -> ResponseReturnValue:
    """Send exactly what was reviewed."""
    access.require_editor()
    found = changing.find(set_id)
    try:
        changing.confirm(found, _amounts(), _revision())
    except AppError as error:
        db.session.rollback()
        return _shown(changing.find(set_id), error)
    return redirect(url_for("changes.show", set_id=set_id), code=303)


@blueprint.post("/<int:set_id>/look")
def look(set_id: int) -> ResponseReturnValue:
    """Ask the platforms what became of it."""
    access.require_editor()
    changing.look_again(changing.find(set_id))
    return redirect(url_for("changes.show", set_id=set_id), code=303)


@blueprint.post("/<int:set_id>/discard")
def discard(set_id: int) -> ResponseReturnValue:
    """Forget what was prepared and not confirmed."""
    access.require_editor()
    found = changing.find(set_id)
    try:
        changing.discard(found)
    except AppError as error:
        db.session.rollback()
        return _shown(changing.find(set_id), error)
    flash("Discarded. Nothing was sent to any platform.", "done")
    return redirect(url_for("changes.index"), code=303)


@blueprint.post("/<int:set_id>/revert")
def revert(set_id: int) -> ResponseReturnValue:
    """Prepare the opposite; it is reviewed and confirmed, too."""
    access.require_editor()
    found = changing.find(set_id)
    try:
        made = changing.revert(found)
    except AppError as error:
        db.session.rollback()
        return _shown(changing.find(set_id), error)
    return redirect(url_for("changes.show", set_id=made.id), code=303)


def _prepared() -> ChangeSet:
    given = request.values
    if "finding_id" in given:
        return changing.of_finding(row_number(given["finding_id"]))
    group = given.get("ad_group_id", "")
    return changing.by_hand(
        Wish(
            row_number(given.get("campaign_id", "")),
            row_number(group) if group else None,
            given.get("switch", ""),
        )
    )


def _shown(found: ChangeSet, error: AppError | None = None) -> Response:
    prepared = found.state == "prepared"
    return page(
        "changes/show.html",
        "outcome",
        status=error.status if error else 200,
        found=found,
        person=change_sets.person(db.session(), found),
        busy=found.state in change_sets.UNFINISHED,
        expired=prepared and access.now() >= found.expires_at,
        any_over=prepared and any(each.kind == BUDGET and _over(each) for each in found.changes),
        revertible=change_sets.is_revertible(found),
        left=by_reason(found.left_out),
        **_finding(found),
        **_spending(found),
        shared_error=_shared_error(found),
        problem=error.message if error else "",
        sent=request.form if error else {},
        can_edit=access.may_edit(),
        **_words(),
    )


def _finding(found: ChangeSet) -> dict[str, str]:
    """The rows that it rests on, and what speaks against it by now; empty for neither."""
    if found.finding_id is None:
        return {"rows": "", "withdrawn": ""}
    stored = keeping.find(db.session(), found.workspace_id, found.finding_id)
    kept = next(keeping.readable([stored]), None)
    gone = found.state == "prepared" and found.origin == "finding" and stored.state != "open"
    return {"rows": rows_of(kept[1]) if kept else "", "withdrawn": _WITHDRAWN if gone else ""}


def _spending(found: ChangeSet) -> dict[str, Any]:
    """What was spent of each budget by change id, and what speaks against all of it."""
    known = budget_notes.of([found])
    notes = {each.id: budget_notes.note(each, known) for each in found.changes}
    return {"notes": notes, "warning": budget_notes.warning(found, known)}


def _shared_error(found: ChangeSet) -> str:
    """What every one of several changes failed with; empty where they differ."""
    errors = {each.error for each in found.changes}
    return errors.pop() if len(errors) == 1 and len(found.changes) > 1 else ""


def _words() -> dict[str, Any]:
    return {"amount": values.amount, "platform_label": _label, "share": _share, "over": _over}


def _label(platform: str) -> str:
    return connector_for(platform).label


def _share(change: Change) -> Decimal | None:
    """By how much a budget changes, as a share of what it is."""
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    return wanted / before - 1 if before and wanted is not None else None


def _over(change: Change) -> bool:
    """Whether a budget changes by more than platforms take without learning anew."""
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    return bool(before and wanted is not None and exceeds(before, wanted, Decimal("0.2")))


def _amounts() -> dict[int, Decimal]:
    """The form's amounts by change id, from the fields called amount-<id>."""
    return {
        row_number(name.removeprefix("amount-")): changing.amount(text)
        for name, text in request.form.items()
        if name.startswith("amount-")
    }


def _revision() -> int | None:
    seen = request.form.get("revision", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
