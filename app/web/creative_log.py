"""The owner's log of what language models were asked and what they answered."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.creative.calls import KEPT_DAYS, PAGE, calls
from app.creative.spending import month
from app.extensions import db
from app.web import access
from app.web.htmx import page
from app.web.ranges import address

blueprint = Blueprint("creative_log", __name__, url_prefix="/dashboard/creative/log")

OUTCOMES = {
    "ok": ("good", "Answered"),
    "timeout": ("warn", "Took too long"),
    "down": ("bad", "Did not answer"),
    "rate_limited": ("warn", "Asked to wait"),
    "refused": ("warn", "Refused"),
    "malformed": ("warn", "Unreadable answer"),
    "too_dear": ("warn", "Cap reached"),
    "not_set_up": ("bad", "Not set up"),
    "cancelled": ("calm", "Cancelled"),
}


@blueprint.get("")
def index() -> Response:
    """Every request, the latest first."""
    access.require_owner()
    number = min(max(1, request.args.get("page", 1, type=int)), 1_000_000)
    place = access.workspace().id
    rows, total = calls(db.session(), place, number)
    return page(
        "creative/log.html",
        "calls",
        calls=rows,
        total=total,
        number=number,
        pages=-(-total // PAGE),
        page_link=lambda to: address("creative_log.index", {"page": str(to)} if to > 1 else {}),
        month=month(db.session(), place, access.now()),
        outcomes=OUTCOMES,
        kept_days=KEPT_DAYS,
    )
