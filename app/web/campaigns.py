"""All campaigns - searched, filtered, sorted, paged, as a file - and one from near."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.advice.changers import can_change
from app.errors import NotFound
from app.extensions import db
from app.metrics.campaign import Near, ad_sets, campaign_near, campaign_of_ad, placements, with_ad
from app.metrics.campaigns import (
    EVERYTHING,
    PAGE_SIZE,
    SORTABLE,
    STATUSES,
    USUAL_SORT,
    CampaignFigures,
    Wish,
    campaigns,
)
from app.metrics.figures import RevenueSource
from app.metrics.freshness import freshness
from app.metrics.period import Period
from app.metrics.platforms import platform_label
from app.metrics.sources import Sources, sources
from app.metrics.trail import changed_days
from app.reports.rows import PARAMETER
from app.spreadsheets import harmless
from app.web import access, charts
from app.web.htmx import page
from app.web.narrowing import Narrow, narrow
from app.web.plain import flat, plain
from app.web.ranges import View, address, read_view
from app.web.tables import trend_table

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")

KEPT = ("q", "platform", "status", "sort", "page", PARAMETER)
# Column, its heading, and which way its first click sorts.
COLUMNS = (
    ("name", "Campaign", ""),
    ("platform", "Platform", ""),
    ("status", "Status", ""),
    ("spend", "Spend", "-"),
    ("revenue", "Revenue", "-"),
    ("roas", "ROAS", "-"),
    ("conversions", "Conversions", "-"),
    ("cpa", "CPA", ""),
    ("clicks", "Clicks", "-"),
    ("impressions", "Impressions", "-"),
    ("ctr", "CTR", "-"),
    ("cpc", "CPC", ""),
)
FILE_COLUMNS = (
    "spend",
    "reported_revenue",
    "roas",
    "conversions",
    "cpa",
    "clicks",
    "impressions",
    "ctr",
    "cpc",
    "cpm",
    "cvr",
)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The list; every filter is in the URL, and changing one swaps the list."""
    view = _view()
    report, known = _known()
    wish = _wish(report)
    found = campaigns(db.session(), known, view.shown, wish)
    return page(
        "campaigns/index.html",
        "board",
        status=422 if view.error else 200,
        view=view,
        wish=wish,
        report=report,
        found=found,
        known=known,
        columns=COLUMNS,
        statuses=STATUSES,
        label=platform_label,
        sort_link=_sort_link(view, wish),
        page_link=lambda number: address("campaigns.index", _with(view, page=str(number))),
        reset=view.arguments(**dict.fromkeys(KEPT)),
        today=access.today(),
    )


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    """Every campaign that matches, as a file; amounts are plain decimals."""
    view = _view()
    report, known = _known()
    wish = _wish(report, EVERYTHING)
    found = campaigns(db.session(), known, view.shown, wish)
    made_up = "sandbox-" if known.sandbox else ""
    name = f"{made_up}campaigns-{view.shown.first}-{view.shown.last}.csv"
    return Response(
        _file(found.rows, access.workspace().currency),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/<int:campaign_id>")
def show(campaign_id: int) -> ResponseReturnValue:
    """One campaign: its days, ad sets, ads, placements, and what changed later."""
    view = read_view(request.args, access.today(), ("ad",))
    known, near = _near(campaign_id, view.shown)
    ad_id = request.args.get("ad", type=int)
    every = ad_sets(db.session(), near, view.shown, ad_id)
    chosen = with_ad(every, ad_id) if ad_id else []
    unsettled = freshness(known).unsettled(view.shown)
    return page(
        "campaigns/show.html",
        "board",
        status=422 if view.error else 200,
        view=view,
        near=near,
        sandbox=known.is_sandbox(near.source),
        changeable=_is_changeable(near),
        chart=charts.trend(
            "revenue",
            near.days,
            [],
            unsettled,
            RevenueSource.REPORTED,
            access.workspace().currency,
        ),
        table=trend_table(near.days, [], RevenueSource.REPORTED, access.workspace().currency),
        ad_sets=chosen or every,
        chosen=ad_id if chosen else None,
        placements=placements(db.session(), near, view.shown),
        changed=changed_days(db.session(), near, view.shown),
        label=platform_label,
        today=access.today(),
    )


@blueprint.get("/ads/<int:ad_id>")
def ad(ad_id: int) -> ResponseReturnValue:
    """An ad's row on the page of its campaign, for the days asked for."""
    view = read_view(request.args, access.today())
    campaign_id = campaign_of_ad(db.session(), access.workspace().id, ad_id)
    query = urlencode(view.arguments(ad=str(ad_id)))
    path = url_for("campaigns.show", campaign_id=campaign_id)
    return redirect(f"{path}?{query}#ad-{ad_id}", code=303)


@blueprint.get("/<int:campaign_id>/days/<day>")
def trail(campaign_id: int, day: str) -> ResponseReturnValue:
    """Everything that one day of a campaign was reported as."""
    try:
        only = Period(dt.date.fromisoformat(day), dt.date.fromisoformat(day))
    except ValueError as error:
        raise NotFound from error
    known, near = _near(campaign_id, only)
    found = changed_days(db.session(), near, only)
    if not found:
        raise NotFound
    return page(
        "campaigns/trail.html",
        "trail",
        view=read_view(request.args, access.today()),
        near=near,
        changed=found[0],
        sandbox=known.is_sandbox(near.source),
        label=platform_label,
    )


def _near(campaign_id: int, period: Period) -> tuple[Sources, Near]:
    """The campaign with where it comes from. Raises NotFound."""
    known = sources(db.session(), access.workspace().id)
    near = campaign_near(db.session(), known, campaign_id, period)
    if near is None:
        raise NotFound
    return known, near


def _is_changeable(near: Near) -> bool:
    """Whether the person may change its budget and status from here."""
    source = near.source
    connected = source.kind != "upload" and source.connection_status == "active"
    listed = near.campaign.removed_at is None and source.removed_at is None
    return access.may_edit() and connected and listed and can_change(source.platform)


def _view() -> View:
    return read_view(request.args, access.today(), KEPT)


def _known() -> tuple[Narrow | None, Sources]:
    """The report that the page is narrowed to, and the accounts shown. Raises NotFound."""
    place = access.workspace().id
    report = narrow(db.session(), place, request.args.get(PARAMETER, ""))
    known = sources(db.session(), place)
    return report, report.wanted.choice.of(db.session(), known) if report else known


def _wish(report: Narrow | None, size: int = PAGE_SIZE) -> Wish:
    """What the URL asks for; a wish that makes no sense is the usual one."""
    given = request.args
    sort = given.get("sort", "")
    status = given.get("status", "")
    return Wish(
        search=given.get("q", "")[:200],
        platform=given.get("platform", ""),
        status=status if status in STATUSES else "",
        sort=sort if sort.removeprefix("-") in SORTABLE else USUAL_SORT,
        page=min(max(1, given.get("page", 1, type=int)), 1_000_000),
        size=size,
        campaigns=report.wanted.campaigns if report else (),
    )


def _with(view: View, **changed: str | None) -> dict[str, str]:
    return view.arguments(**{"page": None, **changed})


def _sort_link(view: View, wish: Wish) -> Callable[[str, str], tuple[str, str]]:
    """For a column and its first way: the address of the next way, and the present one."""

    def link(column: str, first: str) -> tuple[str, str]:
        second = "" if first else "-"
        present = wish.sort.removeprefix("-") == column
        way = second if present and wish.sort == f"{first}{column}" else first
        direction = ("descending" if wish.sort.startswith("-") else "ascending") if present else ""
        return address("campaigns.index", _with(view, sort=f"{way}{column}")), direction

    return link


def _file(rows: Iterable[CampaignFigures], currency: str) -> Iterator[str]:
    yield "\ufeff" + _line(
        [
            "campaign",
            "campaign_id",
            "platform",
            "account",
            "status",
            "currency",
            *FILE_COLUMNS,
            "unconverted_spend",
            "unconverted_currency",
        ]
    )
    for row in rows:
        figures = flat(row.figures, RevenueSource.REPORTED, currency)
        apart = plain(row.apart.spend) if row.apart.spend else None
        yield _line(
            [
                harmless(row.name),
                harmless(row.external_id),
                platform_label(row.platform),
                harmless(row.account),
                row.status,
                currency,
                *(figures[name] for name in FILE_COLUMNS),
                apart,
                row.currency if apart is not None else None,
            ]
        )


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow("" if cell is None else cell for cell in cells)
    return line.getvalue()
