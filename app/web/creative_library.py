"""The library: what was saved, found again."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.creative import library
from app.creative.earlier import earlier
from app.extensions import db
from app.web import access, creative_history
from app.web.creative_brief import PLATFORMS
from app.web.creative_cards import card
from app.web.htmx import page
from app.web.ranges import address

blueprint = Blueprint("creative_library", __name__, url_prefix="/dashboard/creative/library")

_LONGEST_SEARCH = 200


@blueprint.get("")
def index() -> Response:
    """Searched, filtered, paged; every filter is in the address."""
    wish = _wish()
    number = min(max(1, request.args.get("page", 1, type=int)), 1_000_000)
    place = access.workspace().id
    rows, total = library.search(db.session(), place, **wish, page=number)
    return page(
        "creative/library.html",
        "saved",
        cards=[card(row) for row in rows],
        total=total,
        number=number,
        pages=-(-total // library.PAGE),
        wish=wish,
        filtered=any(wish.values()),
        page_link=lambda to: address("creative_library.index", {**_asked(wish), "page": str(to)}),
        tags=library.tags_in_use(db.session(), place),
        platform_names={slug.value: name for slug, name in PLATFORMS.items()},
        batches=bool(earlier(db.session(), place, 1)),
        history=creative_history.history(),
        editor=access.may_edit(),
    )


def _wish() -> dict[str, str]:
    platform = request.args.get("platform", "")
    return {
        "q": request.args.get("q", "").strip()[:_LONGEST_SEARCH],
        "tag": request.args.get("tag", "").strip(),
        "platform": platform if platform in PLATFORMS else "",
    }


def _asked(wish: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in wish.items() if value}
