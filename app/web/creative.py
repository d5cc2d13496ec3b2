"""The Creative page: the brief on one side, what was written on the other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.copywriting.brief import Brief
from app.creative import batches, briefs, library
from app.creative.earlier import earlier
from app.creative.exporting import LeftOut
from app.creative.from_ad import FromAd, from_ad
from app.creative.writers import BUILT_IN, chosen_writer, warm
from app.errors import Invalid, TooMany
from app.extensions import db
from app.models import CreativeBatch, CreativeVariation, Workspace
from app.web import access, creative_brief, creative_history, creative_writer
from app.web.creative_api import count_writing
from app.web.creative_brief import PLATFORMS, BriefForm
from app.web.creative_cards import SORTS, arriving, card, flagged, ordered
from app.web.creative_files import BULK, BulkShape, bulk
from app.web.htmx import page, wants_fragment
from app.web.incoming import refuse_nul_in_form, row_number

blueprint = Blueprint("creative", __name__, url_prefix="/dashboard/creative")
blueprint.before_request(refuse_nul_in_form)

_TWICE = dt.timedelta(seconds=10)
"""The same brief sent again within this time is the same click."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for of a batch; what makes no sense is the usual."""

    sort: str
    platform: str

    def link(self, batch_id: int) -> Callable[..., str]:
        """The address of the batch with something changed."""

        def address(**changed: str) -> str:
            sort = changed.get("sort", self.sort)
            platform = changed.get("platform", self.platform)
            return url_for(
                "creative.show",
                batch_id=batch_id,
                sort=sort if sort != "score" else None,
                platform=platform or None,
            )

        return address


@blueprint.get("")
def index() -> Response:
    """The brief as it was typed last, or an empty one, and the newest batch."""
    warm(access.settings())
    if ad := _ad():
        form = creative_brief.of_brief(ad.brief)
        return _page(form, _newest(), brief=ad.brief if ad.brief.platforms else None, ad=ad)
    empty = request.args.get("brief") == "new"
    brief = None if empty else briefs.brand_brief(db.session(), access.workspace().id)
    return _page(creative_brief.of_brief(brief), _newest(), brief=brief)


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Have variations written, or say beside the field what is wrong."""
    access.require_editor()
    form = creative_brief.of_request(request.form)
    try:
        batch = _ordered(creative_brief.brief_of(form))
    except (Invalid, TooMany) as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, _newest(), ad=_ad(), status=error.status)
    db.session.commit()
    return redirect(url_for("creative.show", batch_id=batch.id, _anchor="batch"), code=303)


@blueprint.get("/<int:batch_id>")
def show(batch_id: int) -> Response:
    """One batch; it swaps itself while it is being written."""
    batch = _batch(batch_id)
    brief = briefs.parse_brief(batch.brief)
    return _page(creative_brief.of_brief(brief), batch, brief=brief)


@blueprint.post("/<int:batch_id>/cancel")
def cancel(batch_id: int) -> ResponseReturnValue:
    """Stop writing; what is written stays."""
    access.require_editor()
    batches.cancel(db.session(), _batch(batch_id), now=access.now())
    db.session.commit()
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/retry")
def retry(batch_id: int) -> ResponseReturnValue:
    """Write what failed once more."""
    access.require_editor()
    found = _batch(batch_id)
    count_writing()
    batches.retry(db.session(), found)
    db.session.commit()
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/save")
def save_all(batch_id: int) -> ResponseReturnValue:
    """Put everything shown into the library."""
    access.require_editor()
    rows = _shown(_batch(batch_id), _wish())
    saved = library.save(db.session(), rows, access.now())
    db.session.commit()
    if not wants_fragment():
        flash(_saved_words(saved), "done")
    return _changed(batch_id, said=_saved_words(saved))


def _saved_words(saved: int) -> str:
    if not saved:
        return "They are all in your library already."
    return f"{saved} variation{'' if saved == 1 else 's'} saved to your library."


def _changed(batch_id: int, said: str = "") -> ResponseReturnValue:
    if wants_fragment():
        return _page(BriefForm(), _batch(batch_id), said=said)
    return redirect(_wish().link(batch_id)(), code=303)


def _page(
    form: BriefForm,
    batch: CreativeBatch | None,
    *,
    brief: Brief | None = None,
    ad: FromAd | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    wish, platforms = _wish(), _platforms(batch)
    busy = batch is not None and batch.state in batches.UNFINISHED
    rows = _shown(batch, wish) if batch else []
    rows = arriving(rows) if busy else ordered(rows, wish.sort)
    return page(
        "creative/index.html",
        "batch",
        status=status,
        form=form,
        ad=ad,
        choices=creative_brief.choices(form),
        writing=creative_writer.writing(brief),
        batch=batch,
        progress=batches.progress(batch) if batch else (0, 0),
        busy=busy,
        failed=sum(row.state == "failed" for row in rows),
        cards=[card(row) for row in rows],
        flagged=flagged(rows),
        wish=wish,
        link=wish.link(batch.id) if batch else None,
        sorts=SORTS,
        platforms=platforms if len(platforms) > 2 else [],
        written_for={slug for slug, _, _ in platforms},
        left_out=_left_out(batch) if batch and not busy else {},
        owner=access.is_owner(),
        history=None if busy else creative_history.history(),
        earlier=earlier(db.session(), access.workspace().id),
        editor=access.may_edit(),
        said=said,
        built_in=BUILT_IN,
    )


def _wish() -> Wish:
    sort, platform = request.args.get("sort", ""), request.args.get("platform", "")
    return Wish(sort if sort in SORTS else "score", platform if platform in PLATFORMS else "")


def _ad() -> FromAd | None:
    """The ad that the address asks for copy in place of. Raises NotFound."""
    given = request.args.get("ad")
    if given is None:
        return None
    return from_ad(db.session(), access.workspace().id, row_number(given))


def _batch(batch_id: int) -> CreativeBatch:
    return batches.find(db.session(), access.workspace().id, batch_id)


def _newest() -> CreativeBatch | None:
    newest = earlier(db.session(), access.workspace().id, 1)
    return _batch(newest[0].id) if newest else None


def _ordered(brief: Brief) -> CreativeBatch:
    """A new batch, or the one that the first of two clicks has ordered."""
    if before := _same_click(brief):
        return before
    count_writing()
    return batches.order(
        db.session(),
        access.workspace().id,
        access.user().id,
        brief,
        batches.USUAL_COUNT,
        chosen_writer(access.settings(), request.form.get("writer", "")),
        now=access.now(),
    )


def _shown(batch: CreativeBatch, wish: Wish) -> list[CreativeVariation]:
    return [row for row in batch.variations if wish.platform in ("", row.platform)]


def _platforms(batch: CreativeBatch | None) -> list[tuple[str, str, int]]:
    """What can be filtered by: slug, name and how many; all of them first."""
    counts = Counter(row.platform for row in (batch.variations if batch else ()))
    named = [(slug.value, name, counts[slug.value]) for slug, name in PLATFORMS.items()]
    return [("", "All", counts.total()), *(each for each in named if each[2])]


def _left_out(batch: CreativeBatch) -> dict[BulkShape, tuple[LeftOut, ...]]:
    """What each platform's upload file cannot hold of a batch, and why."""
    written = {row.platform for row in batch.variations}
    return {
        shape: left for shape in BULK if shape in written and (left := bulk(batch, shape).left_out)
    }


def _same_click(brief: Brief) -> CreativeBatch | None:
    """What this person has ordered with the same brief a moment ago."""
    place = access.workspace().id
    db.session.execute(select(Workspace.id).where(Workspace.id == place).with_for_update())
    return db.session.scalar(
        select(CreativeBatch)
        .where(
            CreativeBatch.workspace_id == place,
            CreativeBatch.user_id == access.user().id,
            CreativeBatch.brief == briefs.as_json(brief),
            CreativeBatch.created_at > access.now() - _TWICE,
        )
        .order_by(CreativeBatch.id.desc())
        .limit(1)
    )
