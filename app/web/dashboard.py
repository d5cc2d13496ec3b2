"""The dashboard: how it went, how sure that is, and what stands in the way."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.connectors.base import Connector
from app.errors import NotFound
from app.extensions import db
from app.metrics.freshness import freshness, runs
from app.metrics.platforms import platform_label
from app.metrics.provenance import contributions, definition
from app.models import PlatformConnection
from app.sync.requests import request_sync
from app.sync.window import Reach
from app.web import access, charts
from app.web.board import Board, board, numbers, unfinished
from app.web.htmx import page
from app.web.ranges import View, address, read_view
from app.web.tables import trend_table

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

KEPT = ("trend",)
# While a history is being read, the figures are swapped after so many parts of it.
RELOAD_EVERY = 10
READ = "Everything is read. Your figures are up to date."


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everything; changing a filter asks for the same URL and swaps the board."""
    view = _view()
    made = board(db.session(), access.workspace(), view, access.now())
    return page(
        "dashboard/index.html",
        "board",
        status=422 if view.error else 200,
        board=made,
        view=made.numbers.view,
        sandbox_offered=_sandbox_offered(),
        now=access.now(),
        label=platform_label,
        **_charts(made, view),
    )


@blueprint.post("/refresh")
def refresh() -> ResponseReturnValue:
    """Ask every connection that is being read for all it may still restate."""
    access.require_editor()
    connections = db.session.scalars(
        select(PlatformConnection).where(
            PlatformConnection.workspace_id == access.workspace().id,
            PlatformConnection.status == "active",
            PlatformConnection.kind != "upload",
            PlatformConnection.accounts.any(selected=True),
        )
    ).all()
    for connection in connections:
        request_sync(
            db.session(), connection, trigger="manual", now=access.now(), reach=Reach.WINDOW
        )
    db.session.commit()
    return redirect(address("dashboard.progress", _view().arguments()), code=303)


@blueprint.get("/progress")
def progress() -> ResponseReturnValue:
    """How far the reading is: asks again while it goes on, then for the new figures."""
    latest = runs(db.session(), access.workspace().id)
    running = unfinished(latest)
    parts = sum(run.chunks_done for run in running)
    seen = request.args.get("seen", type=int) or 0
    reload = not running or parts - seen >= RELOAD_EVERY
    return page(
        "dashboard/progress.html",
        "progress",
        view=_view(),
        running=running,
        parts=parts if reload else seen,
        reload=reload,
        said="" if running or any(run.state == "failed" for run in latest) else READ,
    )


@blueprint.get("/why/<metric>")
def why(metric: str) -> ResponseReturnValue:
    """Where a number comes from. `metric` is a key of DEFINITIONS, or revenue or roas."""
    view = _view()
    made = numbers(db.session(), access.workspace(), view, access.now())
    what = definition(metric, made.source)
    if what is None:
        raise NotFound
    return page(
        "dashboard/why.html",
        "why",
        view=view,
        numbers=made,
        what=what,
        figures=made.found.shown,
        parts=contributions(db.session(), made.known, view.shown),
        fresh=freshness(made.known),
    )


def _view() -> View:
    return read_view(request.args, access.today(), KEPT)


def _charts(made: Board, view: View) -> dict[str, Any]:
    found, source = made.numbers.found, made.numbers.source
    currency = access.workspace().currency
    kind = view.kept.get("trend", "revenue")
    kind = kind if kind in charts.TRENDS else "revenue"
    days, before = found.daily(), found.daily_before()
    return {
        "trend": kind,
        "trends": charts.TRENDS,
        "chart": charts.trend(kind, days, before, made.unsettled, source, currency),
        "ring": charts.spend_by_platform(found.platforms(), currency),
        "table": trend_table(days, before, source, currency),
    }


def _sandbox_offered() -> bool:
    """Whether connecting leads to a sandbox platform on this machine."""
    settings = access.settings()
    return any(
        connector.is_sandbox(settings) and connector.configured(settings)
        for connector in Connector.registry.values()
    )
