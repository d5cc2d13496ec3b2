"""Data health as JSON, for scripts: the same as the page says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.connectors.words import Quota
from app.extensions import db
from app.metrics import coverage, runs
from app.metrics.coverage import Compared, Coverage
from app.metrics.quotas import QuotaStanding
from app.web import access
from app.web.apidoc import Answer, Arguments, answer, arguments, documented
from app.web.connections import one, quotas_of
from app.web.connections_api import RunOut, run_out
from app.web.data_health import ends
from app.web.oauth import kind_of
from app.web.ranges import days_between

blueprint = Blueprint("data_health_api", __name__, url_prefix="/api")

RUNS = 50
DIFFERENCES = 500

HeldOut = Literal["matches", "differs", "figures", "nothing", "unread"]


class HealthQuery(Arguments, rename={"first": "from", "last": "to"}):
    """Days whose coverage is told. Without either end, all that the platform answers for."""

    first: dt.date | None = None
    last: dt.date | None = None


class AccessOut(Answer):
    """renews: it gets younger by itself until ends_at, null when no end is known."""

    ends_at: dt.datetime | None
    ends_in_days: int | None
    renews: bool
    problem: str


class QuotaOut(Answer):
    """limit: units in a day for the whole installation, null when the platform does not say."""

    name: str
    label: str
    limit: int | None
    used: int
    period: Literal["rolling", "utc_day"]
    read_every_minutes: int
    waits_until: dt.datetime | None


class LatelyOut(Answer):
    """The syncs that ended in the last 24 hours; told_at: when a webhook last led to one."""

    runs: int
    failed: int
    requests: int
    rows_changed: int
    median_seconds: float | None
    told_at: dt.datetime | None


class NoticeOut(Answer):
    text: str
    last_at: dt.datetime


class SpanOut(Answer, rename={"first": "from", "last": "to"}):
    """Days in a row that stand alike, in the account's own days."""

    first: dt.date
    last: dt.date
    held: HeldOut


class PartOut(Answer):
    """A campaign's share of a difference; without an id, what is beyond the campaigns."""

    campaign_id: str
    campaign: str
    our_spend: Decimal
    platform_spend: Decimal
    our_impressions: int
    platform_impressions: int
    our_clicks: int
    platform_clicks: int


class DifferenceOut(Answer):
    """A day that differs from the platform's own totals, amounts in the account's currency."""

    account_id: str
    currency: str
    day: dt.date
    our_spend: Decimal
    platform_spend: Decimal
    our_impressions: int
    platform_impressions: int
    our_clicks: int
    platform_clicks: int
    our_orders: int | None
    platform_orders: int | None
    checked_at: dt.datetime
    campaigns: list[PartOut]


class CoverageOut(Answer):
    """counts are of all days since `since`, spans of those that were asked for."""

    external_id: str
    name: str
    time_zone: str
    since: dt.date
    settled_through: dt.date | None
    counts: dict[str, int]
    gaps: list[SpanOut]
    spans: list[SpanOut]


class HealthOut(Answer):
    """runs are the latest 50, differences the newest 500."""

    connection_id: int
    platform: str
    status: str
    access: AccessOut
    quotas: list[QuotaOut]
    last_24_hours: LatelyOut
    runs: list[RunOut]
    notices: list[NoticeOut]
    accounts: list[CoverageOut]
    differences: list[DifferenceOut]


@blueprint.get("/connections/<int:connection_id>/health")
@documented("How well a connection's days are held", query=HealthQuery, answer=HealthOut)
def get_health(connection_id: int) -> ResponseReturnValue:
    asked = arguments(HealthQuery)
    item = one(connection_id)
    connection, session, now = item.connection, db.session(), access.now()
    if asked.first is not None or asked.last is not None:
        days = days_between(asked.first, asked.last, access.today())
        asked = HealthQuery(first=days.first, last=days.last)
    covered = coverage.covered(session, item.selected, kind_of(connection.platform), now)
    found = coverage.differences(session, item.selected, DIFFERENCES) if item.selected else []
    end = ends(connection)
    return answer(
        HealthOut(
            connection_id=connection.id,
            platform=connection.platform,
            status=connection.status,
            access=AccessOut(
                ends_at=end.ends_at,
                ends_in_days=end.days_left,
                renews=end.renews,
                problem=end.problem,
            ),
            quotas=[_quota(each) for each in quotas_of({connection.platform})],
            last_24_hours=LatelyOut(**runs.lately(session, connection, now)._asdict()),
            runs=[run_out(run.row) for run in runs.runs(session, connection, most=RUNS)],
            notices=[
                NoticeOut(text=notice.text, last_at=notice.last_at)
                for notice in runs.noticed(session, connection, now)
            ],
            accounts=[_coverage(each, asked) for each in covered],
            differences=[_difference(each) for each in found],
        )
    )


def _quota(standing: QuotaStanding) -> QuotaOut:
    quota: Quota = standing.quota
    return QuotaOut(
        name=quota.name,
        label=quota.label,
        limit=standing.limit,
        used=standing.used,
        period=quota.period,
        read_every_minutes=standing.cadence_minutes,
        waits_until=standing.waits_until,
    )


def _coverage(found: Coverage, asked: HealthQuery) -> CoverageOut:
    account = found.account
    return CoverageOut(
        external_id=account.external_id,
        name=account.name,
        time_zone=account.time_zone,
        since=found.first,
        settled_through=account.settled_through,
        counts={held.value: days for held, days in found.counts.items()},
        gaps=[_span(span) for span in found.gaps],
        spans=[_span(span) for span in found.spans(asked.first, asked.last)],
    )


def _span(span: coverage.Span) -> SpanOut:
    return SpanOut(first=span.first, last=span.last, held=span.held.value)


def _difference(found: Compared) -> DifferenceOut:
    row = found.row
    return DifferenceOut(
        account_id=found.account.external_id,
        currency=found.account.currency,
        day=row.day,
        our_spend=row.our_spend,
        platform_spend=row.platform_spend,
        our_impressions=row.our_impressions,
        platform_impressions=row.platform_impressions,
        our_clicks=row.our_clicks,
        platform_clicks=row.platform_clicks,
        our_orders=row.our_orders,
        platform_orders=row.platform_orders,
        checked_at=row.checked_at,
        campaigns=[PartOut(**part._asdict()) for part in found.parts],
    )
