"""The dashboard: how it went, how sure that is, and what stands in the way."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.connectors.base import Connector
from app.errors import NotFound
from app.extensions import db
from app.metrics.claim import Measure
from app.metrics.freshness import freshness, runs
from app.metrics.growth import (
    ENOUGH_CONVERSIONS,
    ENOUGH_TIMES,
    LAST_DAYS,
    PlatformGrowth,
    growth,
)
from app.metrics.platforms import platform_label
from app.metrics.provenance import contributions, definition
from app.metrics.sources import sources
from app.models import PlatformConnection
from app.reports.rows import PARAMETER
from app.sync.requests import request_sync
from app.sync.window import Reach
from app.web import access, charts, claims
from app.web.board import Board, against, board, numbers, unfinished
from app.web.growth import sentence
from app.web.htmx import page
from app.web.ranges import View, address, read_view
from app.web.tables import trend_table

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

KEPT = ("trend", "claims", PARAMETER)
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
        alerts_open=access.open_alerts(),
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


@blueprint.get("/store-against-claims.csv")
def claims_file() -> ResponseReturnValue:
    """The days of shop against claims; empty when no shop holds any of them."""
    view = _view()
    made = numbers(db.session(), access.workspace(), view, access.now())
    found = against(db.session(), made)
    made_up = "sandbox-" if made.known.sandbox else ""
    name = f"{made_up}store-against-claims-{view.shown.first}-{view.shown.last}.csv"
    return Response(
        claims.file(found, access.workspace().currency) if found else "",
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/why/<metric>")
def why(metric: str) -> ResponseReturnValue:
    """Where a number comes from. `metric` is a key of DEFINITIONS, or revenue or roas."""
    view = _view()
    made = numbers(db.session(), access.workspace(), view, access.now())
    what = definition(metric, made.source, made.store)
    if what is None:
        raise NotFound
    return page(
        "dashboard/why.html",
        "why",
        view=view,
        numbers=made,
        asked=metric,
        what=what,
        figures=made.found.shown,
        parts=contributions(made.known, made.found),
        fresh=freshness(made.known),
    )


@blueprint.get("/growth-note")
def growth_note() -> ResponseReturnValue:
    """The sentence under the figures; nothing when there is not enough to say."""
    return page("dashboard/growth_note.html", "growth_note", view=_view(), said=sentence(_growth()))


@blueprint.get("/growth")
def growth_known() -> ResponseReturnValue:
    """How it is known how much young days still grow."""
    found = _growth()
    return page(
        "dashboard/growth.html",
        "growth",
        view=_view(),
        found=found,
        said=sentence(found),
        last_days=LAST_DAYS,
        enough_times=ENOUGH_TIMES,
        enough_conversions=ENOUGH_CONVERSIONS,
        label=platform_label,
    )


def _growth() -> list[PlatformGrowth]:
    known = sources(db.session(), access.workspace().id)
    return growth(db.session(), known, known.day_in_progress(access.today(), access.now()))


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
        **_claims(made, view, currency),
    }


def _claims(made: Board, view: View, currency: str) -> dict[str, Any]:
    """The panel of shop against claims; nothing when no day can be compared."""
    found = made.claims
    if found is None or not found.anything:
        return {"against": None}
    wish = view.kept.get("claims", "")
    measure = Measure(wish) if wish in claims.MEASURES else Measure.ORDERS
    if found.compared(measure).days == 0:
        measure = Measure.REVENUE if measure is Measure.ORDERS else Measure.ORDERS
    return {
        "against": found,
        "against_words": claims.words(found, made.numbers.store, currency, made.unsettled),
        "against_sales": found.compared(Measure.ORDERS),
        "against_amounts": found.compared(Measure.REVENUE),
        "against_measure": measure,
        "against_measures": claims.MEASURES,
        "against_chart": charts.claims(found, measure, currency),
        "against_table": claims.table(found, currency),
    }


def _sandbox_offered() -> bool:
    """Whether connecting leads to a sandbox platform on this machine."""
    settings = access.settings()
    return any(
        connector.is_sandbox(settings) and connector.configured(settings)
        for connector in Connector.registry.values()
    )
