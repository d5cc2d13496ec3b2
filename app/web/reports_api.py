"""Reports as JSON, for scripts: order one, follow it, read its figures, delete it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.insights.languages import LANGUAGES
from app.metrics.period import Compare
from app.models import Report
from app.reports import ordering
from app.reports.document import (
    CampaignRow,
    Day,
    Days,
    Document,
    FindingPart,
    Kpi,
    PlatformRow,
    Rating,
    Store,
    thaw,
)
from app.reports.ordering import BEYOND, Wanted
from app.web import access
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented
from app.web.reports import order

blueprint = Blueprint("reports_api", __name__, url_prefix="/api/reports")


LANGUAGE = f"{', '.join(LANGUAGES)}; without one the workspace's language of reports."


class ReportIn(Body):
    """Days of the workspace's calendar, both included; empty lists mean all."""

    first: dt.date = msgspec.field(name="from")
    last: dt.date = msgspec.field(name="to")
    platforms: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    campaigns: tuple[int, ...] = ()
    compare: Literal["previous", "year", "none"] = "previous"
    title: str = ""
    language: Annotated[str, msgspec.Meta(description=LANGUAGE)] | None = None


class Ordered(Answer):
    """The report is in the queue."""

    id: int


class Progress(Answer):
    """Steps of the job."""

    done: int
    total: int


class ReportLine(Answer):
    """`state` is pending, running, completed or failed. `hash` is the SHA-256 of what is frozen.

    `from` and `to` are the days that were ordered; of a completed report those that its figures are
    of, without days that were not over.
    """

    id: int
    title: str
    state: str
    error: str | None
    progress: Progress
    first: dt.date = msgspec.field(name="from")
    last: dt.date = msgspec.field(name="to")
    compare: str
    language: str
    platforms: list[str]
    summary: list[str]
    hash: str | None
    as_of: dt.datetime | None
    regenerated_from: int | None
    created_at: dt.datetime
    finished_at: dt.datetime | None


class DaysOut(Answer):
    """Both ends are included."""

    first: dt.date = msgspec.field(name="from")
    last: dt.date = msgspec.field(name="to")


class Figures(Answer):
    """Amounts are in `currency`; by platform and by campaign revenue is what they report.

    `compared` are the days of every `before`, null where nothing is compared.
    """

    currency: str
    compared: DaysOut | None
    revenue_source: str
    target_roas: Decimal | None
    settled_through: dt.date | None
    kpis: list[Kpi]
    trend: list[Day]
    platforms: list[PlatformRow]
    campaigns: list[CampaignRow]
    store: Store | None


class ReportOut(ReportLine):
    """With what is frozen, once it is completed; null before.

    `written_by` is `rules`, or a model's name where any text is in its words; then it says which:
    `summary_written_by` for each sentence of the summary, not kept in reports from before, and
    `written_by` of a finding. Titles and all else are by rule.
    """

    written_by: str | None
    summary_written_by: list[str] | None
    rating: Rating | None
    figures: Figures | None
    findings: list[FindingPart] | None
    notes: list[str] | None


class ListArguments(Arguments):
    before: (
        Annotated[
            int, msgspec.Meta(description="Only reports older than this id.", ge=1, le=BEYOND - 1)
        ]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50


class ReportList(Answer):
    """The newest first."""

    reports: list[ReportLine]


@blueprint.post("")
@documented("Order a report", body=ReportIn, answer=Ordered, status=202, errors=(429,))
def create() -> ResponseReturnValue:
    access.require_editor()
    wanted = body(ReportIn)
    made = order(
        Wanted(
            first=wanted.first,
            last=wanted.last,
            compare=Compare(wanted.compare),
            platforms=wanted.platforms,
            accounts=wanted.accounts,
            campaigns=wanted.campaigns,
            title=wanted.title,
            language=wanted.language or access.workspace().report_language,
        )
    )
    return answer(Ordered(id=made.id), 202)


@blueprint.get("")
@documented("The workspace's reports", query=ListArguments, answer=ReportList)
def index() -> ResponseReturnValue:
    asked = arguments(ListArguments)
    rows = ordering.listed(
        db.session(), access.workspace().id, before=asked.before, size=asked.limit
    )
    return answer(ReportList(reports=[ReportLine(**_line(row)) for row in rows]))


@blueprint.get("/<int:report_id>")
@documented("A report with its figures and findings", answer=ReportOut)
def show(report_id: int) -> ResponseReturnValue:
    found = ordering.find(db.session(), access.workspace().id, report_id)
    document = None
    if found.state == "completed":
        document = thaw(ordering.frozen(db.session(), found.workspace_id, found.id)[1])
    return answer(
        ReportOut(
            **_line(found),
            written_by=document.written_by if document else None,
            summary_written_by=document.summary_written_by if document else None,
            rating=document.rating if document else None,
            figures=_figures(document) if document else None,
            findings=_findings(document) if document else None,
            notes=document.notes if document else None,
        )
    )


@blueprint.delete("/<int:report_id>")
@documented("Delete a report; the page can take it back for a day", status=204)
def delete(report_id: int) -> ResponseReturnValue:
    access.require_editor()
    ordering.delete(db.session(), access.workspace().id, report_id, access.now())
    db.session.commit()
    return "", 204


def _line(report: Report) -> dict[str, Any]:
    wanted = ordering.wanted_of(report)
    return {
        "id": report.id,
        "title": report.title,
        "state": report.state,
        "error": report.error or None,
        "progress": Progress(done=report.steps_done, total=report.steps_total),
        "first": report.first or wanted.first,
        "last": report.last or wanted.last,
        "compare": wanted.compare.value,
        "language": wanted.language,
        "platforms": list(wanted.platforms),
        "summary": report.summary,
        "hash": report.content_hash,
        "as_of": report.as_of,
        "regenerated_from": report.regenerated_from,
        "created_at": report.created_at,
        "finished_at": report.finished_at,
    }


def _figures(document: Document) -> Figures:
    return Figures(
        currency=document.currency,
        compared=_days(document.before) if document.before else None,
        revenue_source=document.revenue_source,
        target_roas=document.target_roas,
        settled_through=document.settled_through,
        kpis=document.kpis,
        trend=document.trend,
        platforms=document.platform_rows,
        campaigns=document.campaign_rows,
        store=document.store,
    )


def _days(days: Days) -> DaysOut:
    return DaysOut(first=days.first, last=days.last)


def _findings(document: Document) -> list[FindingPart]:
    return [*document.wins, *document.concerns, *document.recommendations]
