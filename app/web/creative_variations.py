"""One variation: edited, kept, tagged and written again, in its place on the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.copywriting.brief import AdPlatform
from app.copywriting.preview import PLACEMENTS
from app.creative import batches, library
from app.errors import AppError, Conflict, Invalid, NotFound, named
from app.extensions import db
from app.models import CreativeVariation
from app.web import access, creative_history
from app.web.creative_api import count_writing
from app.web.creative_cards import Card, card, typed
from app.web.htmx import announce, page, wants_fragment
from app.web.incoming import refuse_nul_in_form

blueprint = Blueprint(
    "creative_variations", __name__, url_prefix="/dashboard/creative/variations/<int:variation_id>"
)
blueprint.before_request(refuse_nul_in_form)

CHANGED = "variation-changed"
"""What the head of a batch listens for, to count again."""


@blueprint.get("")
def show(variation_id: int) -> Response:
    """The card; it swaps itself while the text is being written."""
    return _card(_find(variation_id))


@blueprint.get("/preview")
def preview(variation_id: int) -> Response:
    """The ad in the frame of each placement; `turn` is another order of a search ad's texts."""
    row = _find(variation_id)
    shown = card(row)
    if shown.text is None:
        raise NotFound
    turn = min(max(0, request.args.get("turn", 0, type=int)), library.MOST_IN_A_LIST["headlines"])
    return page(
        "creative/frames.html",
        "frames",
        card=shown,
        placements=PLACEMENTS[shown.platform],
        domain=urlsplit(row.batch.brief.get("url", "")).hostname or "",
        turn=turn,
        turns=len(shown.text.headlines),
    )


@blueprint.get("/edit")
def edit(variation_id: int) -> Response:
    """The card as a form."""
    access.require_editor()
    row = _find(variation_id)
    shown = card(row)
    if shown.text is None or shown.busy:
        raise Conflict("This variation is still being written. Wait for its text, then edit it.")
    present = {name: getattr(shown.text, name) for name in _fields(row)}
    return _editing(row, present, row.revision)


@blueprint.post("/edit")
def save_edit(variation_id: int) -> ResponseReturnValue:
    """Store what was typed, unless somebody else has changed the text meanwhile."""
    access.require_editor()
    row = _find(variation_id)
    given, revision = _given(row), request.form.get("revision", -1, type=int)
    try:
        library.edit(db.session(), row, given, revision=revision)
    except (Conflict, Invalid) as error:
        db.session.rollback()
        return _editing(_find(variation_id), given, revision, error)
    db.session.commit()
    return _done(variation_id)


@blueprint.post("/look")
def look(variation_id: int) -> Response:
    """What would be said of the text as it is typed now; nothing is stored."""
    access.require_editor()
    row = _find(variation_id)
    given = _given(row)
    problem = ""
    try:
        judged = card(library.look(row, given))
    except (Conflict, Invalid) as error:
        judged, problem = card(row), named(error.message)[1]
    return page(
        "creative/look.html",
        "look",
        card=judged,
        of=row,
        fields=typed(AdPlatform(row.platform), _rows(given)),
        problem=problem,
    )


@blueprint.post("/save")
def save(variation_id: int) -> ResponseReturnValue:
    """Put it into the library."""
    access.require_editor()
    library.save(db.session(), [_find(variation_id)], access.now())
    db.session.commit()
    return _done(variation_id)


@blueprint.post("/unsave")
def unsave(variation_id: int) -> ResponseReturnValue:
    """Take it out of the library."""
    access.require_editor()
    library.unsave(db.session(), _find(variation_id))
    db.session.commit()
    return _done(variation_id)


@blueprint.post("/tags")
def tag(variation_id: int) -> ResponseReturnValue:
    """Set its tags."""
    access.require_editor()
    row = _find(variation_id)
    try:
        library.tag(db.session(), row, request.form.get("tags", "").split(","))
    except Invalid as error:
        db.session.rollback()
        return _card(_find(variation_id), named(error.message)[1], status=error.status)
    db.session.commit()
    return _done(variation_id)


@blueprint.post("/rewrite")
def rewrite(variation_id: int) -> ResponseReturnValue:
    """Write it again around the fields that are locked."""
    access.require_editor()
    row = _find(variation_id)
    count_writing()
    try:
        batches.rewrite(db.session(), row, request.form.getlist("locked"))
    except (Conflict, Invalid) as error:
        db.session.rollback()
        return _card(_find(variation_id), named(error.message)[1], status=error.status)
    db.session.commit()
    return _done(variation_id)


def _find(variation_id: int) -> CreativeVariation:
    return batches.find_variation(db.session(), access.workspace().id, variation_id)


def _done(variation_id: int) -> ResponseReturnValue:
    row = _find(variation_id)
    if not wants_fragment():
        address = url_for("creative.show", batch_id=row.batch_id, _anchor=f"variation-{row.id}")
        return redirect(address, code=303)
    return announce(_card(row), CHANGED)


def _card(row: CreativeVariation, problem: str = "", status: int = 200) -> Response:
    return _page(card(row), status=status, problem=problem)


def _editing(
    row: CreativeVariation,
    given: dict[str, Any],
    revision: int,
    error: AppError | None = None,
) -> Response:
    problem = named(error.message)[1] if error else ""
    return _page(
        card(row),
        status=error.status if error else 200,
        problem=problem,
        fields=typed(AdPlatform(row.platform), _rows(given)),
        revision=revision,
    )


def _page(shown: Card, *, status: int = 200, **context: Any) -> Response:
    return page(
        "creative/variation.html",
        "variation",
        status=status,
        card=shown,
        # A card that asks for itself while it is written has nothing to compare yet.
        history=None if shown.busy or "fields" in context else creative_history.history(),
        editor=access.may_edit(),
        **context,
    )


def _fields(row: CreativeVariation) -> list[str]:
    """What the form shows: a search ad has no button."""
    hidden = {"cta"} if row.platform == AdPlatform.GOOGLE else set[str]()
    return [name for name in library.fields(row.platform) if name not in hidden]


def _given(row: CreativeVariation) -> dict[str, Any]:
    """What the edit form holds; a field that was not sent stays as it is."""
    return {
        name: request.form.getlist(name) if name in library.LISTS else request.form[name]
        for name in _fields(row)
        if name in request.form
    }


def _rows(given: dict[str, Any]) -> dict[str, Any]:
    """With an empty row for each text that a list may still take."""
    return {name: _filled_up(name, value) for name, value in given.items()}


def _filled_up(name: str, value: Any) -> Any:
    if name not in library.LISTS:
        return value
    return [*value, *[""] * (library.MOST_IN_A_LIST[name] - len(value))]
