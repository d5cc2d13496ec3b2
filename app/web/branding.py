"""The logo and the colour of a workspace's reports, in Settings."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for

from app.errors import Invalid, NotFound
from app.extensions import db
from app.reports import brand
from app.web import access
from app.web.settings import show_settings
from app.web.settings_forms import BrandForm

blueprint = Blueprint("branding", __name__, url_prefix="/settings/brand")

# An SVG opened by its own address is a document. This one may do nothing and fetch nothing.
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.post("")
def save() -> Response:
    """Change the colour, and the logo when one was chosen; both or none."""
    access.require_editor()
    form, workspace, sent = BrandForm(request.form), access.workspace(), _sent_logo()
    wrong = form.colour
    try:
        brand.set_colour(workspace, form.colour.data or "")
        wrong = form.logo
        if sent:
            brand.set_logo(workspace, sent)
    except Invalid as error:
        db.session.rollback()
        wrong.errors = [error.message]
        return show_settings(status=422, brand=form)
    db.session.commit()
    return _done("Reports made from now on look like this.")


@blueprint.post("/remove-logo")
def remove_logo() -> Response:
    access.require_editor()
    brand.remove_logo(access.workspace())
    db.session.commit()
    return _done("The logo is removed. Reports that were made with it keep it.")


@blueprint.get("/logo")
def logo() -> Response:
    """The picture itself."""
    workspace = access.workspace()
    if not workspace.brand_logo:
        raise NotFound
    return Response(
        workspace.brand_logo,
        mimetype=workspace.brand_logo_type,
        headers={"Content-Security-Policy": LOGO_POLICY},
    )


def _sent_logo() -> bytes:
    """The file that was chosen, empty for none."""
    sent = request.files.get("logo")
    if sent is None:
        return b""
    with sent.stream as stream:
        return stream.read()


def _done(words: str) -> Response:
    flash(words)
    answer = redirect(url_for("settings.index", _anchor="brand"), code=303)
    return Response(answer.get_data(), status=303, headers=answer.headers)
