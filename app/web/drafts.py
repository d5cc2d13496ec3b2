"""The pages of a campaign draft: fill it in, see exactly what is sent, launch it paused."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.connectors.http import Http
from app.connectors.launching import Choices, Picture
from app.connectors.pictures import fetch_picture
from app.connectors.platforms import connector_for
from app.copywriting.brief import Gender, Goal
from app.creative import batches, draft_fields, drafts, launch_requests
from app.errors import AppError, Conflict, Invalid, NotFound, named
from app.extensions import db
from app.models import CampaignDraft
from app.web import access, launching
from app.web.htmx import page, wants_fragment
from app.web.incoming import refuse_nul_in_form, row_number

blueprint = Blueprint("drafts", __name__, url_prefix="/dashboard/creative/drafts")
blueprint.before_request(refuse_nul_in_form)

_SEVERAL = ("countries", "special")


@blueprint.get("")
def index() -> Response:
    """Every draft of the workspace."""
    listed = drafts.listed(db.session(), access.workspace().id)
    return page("drafts/index.html", "main", drafts=listed, platform_label=_label)


@blueprint.post("")
def create() -> ResponseReturnValue:
    """A draft of the chosen variations."""
    access.require_editor()
    ids = dict.fromkeys(row_number(each) for each in request.form.getlist("variation_id"))
    session, workspace_id = db.session(), access.workspace().id
    rows = [batches.find_variation(session, workspace_id, each) for each in ids]
    try:
        made = drafts.create(session, workspace_id, access.user().id, rows, now=access.now())
    except Invalid as error:
        session.rollback()
        flash(error.message, "problem")
        return redirect(_back(), code=303)
    session.commit()
    return redirect(url_for("drafts.show", draft_id=made.id), code=303)


@blueprint.get("/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """The form while it is open; what became of it once it was sent."""
    found = launching.find(draft_id)
    if found.state not in drafts.OPEN:
        return _outcome(found)
    if wants_fragment():
        # Whoever watches a launch or a cleaning up that left the draft open needs the whole form.
        return Response(headers={"HX-Redirect": url_for("drafts.show", draft_id=draft_id)})
    return _form(found)


@blueprint.get("/<int:draft_id>/choices")
def choices(draft_id: int) -> ResponseReturnValue:
    """The form with what the platform offers for the chosen account."""
    found = launching.find(draft_id)
    if found.state not in drafts.OPEN:
        return redirect(url_for("drafts.show", draft_id=draft_id), code=303)
    offered, trouble = launching.choices(found)
    return _form(found, offered=offered, trouble=trouble, asked=True)


@blueprint.post("/<int:draft_id>")
def save(draft_id: int) -> ResponseReturnValue:
    """Store the form; go on to the review when that was the button."""
    access.require_editor()
    found = launching.find(draft_id)
    try:
        filled = draft_fields.fill(_given())
        picture = _picture()
        drafts.change(db.session(), found, filled, _revision())
        if picture is not None or request.form.get("next") == "no-picture":
            drafts.set_picture(db.session(), found, picture)
    except AppError as error:
        db.session.rollback()
        return _again(draft_id, error)
    db.session.commit()
    if request.form.get("next") == "review":
        return redirect(url_for("drafts.review", draft_id=draft_id), code=303)
    at = "picture" if picture is not None else None
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor=at), code=303)


@blueprint.get("/<int:draft_id>/picture")
def picture(draft_id: int) -> Response:
    """The draft's picture itself."""
    found = launching.find(draft_id)
    if not found.picture:
        raise NotFound
    return Response(found.picture, mimetype=found.picture_type)


@blueprint.get("/<int:draft_id>/review")
def review(draft_id: int) -> ResponseReturnValue:
    """The exact texts and objects, before anything is sent."""
    found = launching.find(draft_id)
    if found.state not in drafts.OPEN:
        return redirect(url_for("drafts.show", draft_id=draft_id), code=303)
    return _review(found)


@blueprint.post("/<int:draft_id>/launch")
def start(draft_id: int) -> ResponseReturnValue:
    """Send exactly what was reviewed."""
    access.require_editor()
    found = launching.find(draft_id)
    try:
        launching.start(found, request.form.get("digest", ""))
    except (Invalid, Conflict) as error:
        db.session.rollback()
        again = launching.find(draft_id)
        if again.state in drafts.OPEN:
            return _review(again, error, status=error.status)
        flash(error.message, "problem")
    return redirect(url_for("drafts.show", draft_id=draft_id), code=303)


@blueprint.post("/<int:draft_id>/clean")
def clean(draft_id: int) -> ResponseReturnValue:
    """Delete what an unfinished launch made."""
    access.require_editor()
    launching.begin_cleaning(launching.find(draft_id))
    return redirect(url_for("drafts.show", draft_id=draft_id), code=303)


@blueprint.post("/<int:draft_id>/delete")
def delete(draft_id: int) -> ResponseReturnValue:
    """Forget a draft of which nothing exists."""
    access.require_editor()
    found = launching.find(draft_id)
    name = found.name
    drafts.delete(db.session(), found)
    db.session.commit()
    flash(f"The draft “{name}” is deleted. Its texts are still where you wrote them.", "done")
    return redirect(url_for("drafts.index"), code=303)


def _again(draft_id: int, error: AppError) -> Response:
    """The form as it was sent, the answers to the platform's questions included."""
    found = launching.find(draft_id)
    offered, trouble = launching.choices(found)
    return _form(
        found, offered=offered, trouble=trouble, asked=True, error=error, status=error.status
    )


def _form(
    found: CampaignDraft,
    *,
    offered: Choices | None = None,
    trouble: str = "",
    asked: bool = False,
    error: AppError | None = None,
    status: int = 200,
) -> Response:
    drafts.refresh_texts(db.session(), found)
    accounts = drafts.launchable(db.session(), found.workspace_id, found.platform)
    chosen = next((each for each in accounts if each.id == found.account_id), None)
    field, message = named(error.message) if error else ("", "")
    kind = connector_for(found.platform)
    return page(
        "drafts/show.html",
        "choices",
        status=status,
        draft=found,
        kind=kind,
        accounts=accounts,
        account=chosen,
        offered=offered,
        trouble=trouble,
        asked=asked,
        problem=message,
        problem_field=field,
        sent=request.form if error else None,
        countries=draft_fields.countries(),
        languages=draft_fields.languages(),
        goals=list(Goal),
        genders=list(Gender),
        special=draft_fields.SPECIAL,
        utm_names=draft_fields.UTM,
        landing=drafts.landing_url(found.url, found.utm),
        can_edit=access.may_edit(),
    )


def _review(found: CampaignDraft, error: AppError | None = None, status: int = 200) -> Response:
    looked = launching.look(found)
    db.session.commit()
    account = drafts.account_of(db.session(), found)
    kind = connector_for(found.platform)
    return page(
        "drafts/review.html",
        "main",
        status=status,
        draft=found,
        kind=kind,
        account=account,
        looked=looked,
        landing=drafts.landing_url(found.url, found.utm),
        countries=draft_fields.countries(),
        problem=named(error.message)[1] if error else "",
        can_edit=access.may_edit(),
    )


def _outcome(found: CampaignDraft) -> Response:
    rows = {row.key: row for row in found.steps}
    account = drafts.account_of(db.session(), found)
    return page(
        "drafts/outcome.html",
        "outcome",
        draft=found,
        kind=connector_for(found.platform),
        account=account,
        steps=drafts.steps_sent(found),
        rows=rows,
        made=sum(row.state == "made" for row in found.steps),
        busy=found.state in launch_requests.UNFINISHED,
        forgettable=found.state == "partial" and account is None,
        can_edit=access.may_edit(),
    )


def _given() -> dict[str, Any]:
    """The form's fields; answers to the platform's questions are those named answer-…."""
    form = request.form
    given: dict[str, Any] = {
        name: form.get(name, "")
        for name in form
        if name not in _SEVERAL and not name.startswith(("answer-", "keep-", "picture_"))
    }
    for name in _SEVERAL:
        # Nothing is sent of a list of which nothing is chosen; the mark says it was shown.
        if f"keep-{name}" in form:
            given[name] = form.getlist(name)
    answers = {name[7:]: form[name] for name in form if name.startswith("answer-")}
    if answers:
        given["answers"] = answers
    return given


def _revision() -> int | None:
    seen = request.form.get("revision", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None


def _picture() -> Picture | None:
    """The picture that was uploaded with the form, or whose address was typed."""
    sent = request.files.get("picture_file")
    if sent is not None and sent.filename:
        return draft_fields.picture(sent.stream.read(), sent.filename)
    url = request.form.get("picture_url", "").strip()
    if not url:
        return None
    with Http(patience=20.0, attempts=1) as http:
        content = fetch_picture(http, url)
    return draft_fields.picture(content, PurePosixPath(urlsplit(url).path).name)


def _back() -> str:
    """The page whose button was pressed, when it is one of ours."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    return access.own_path(f"{referrer.path}?{referrer.query}".rstrip("?")) or url_for(
        "creative.index"
    )


def _label(platform: str) -> str:
    return connector_for(platform).label
