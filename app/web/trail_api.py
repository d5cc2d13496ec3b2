"""What a campaign's days were first reported as, as JSON."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from babel.numbers import get_currency_precision
from flask import Blueprint, Response
from msgspec import Meta

from app.errors import NotFound
from app.extensions import db
from app.metrics.campaign import campaign_near
from app.metrics.sources import sources
from app.metrics.trail import ChangedDay, Reported, changed_days
from app.web import access
from app.web.api import FROM_TO, Days
from app.web.apidoc import Answer, answer, arguments, documented
from app.web.plain import plain
from app.web.ranges import days_between

blueprint = Blueprint("trail_api", __name__, url_prefix="/api")


class ReportedOut(Answer):
    spend: Decimal
    conversions: Decimal
    reported_revenue: Decimal


class ChangeOut(Answer):
    """The day became `now` at this instant; null when the platform took it back."""

    at: dt.datetime
    now: ReportedOut | None
    uploaded: Annotated[bool, Meta(description="Whether a file changed it, not a sync.")]


class ChangedDayOut(Answer):
    """A day that is not what it was when it was over.

    `reported_on` is null when `first` is only known to be from before the first of `changes`.
    """

    day: dt.date
    first: ReportedOut
    reported_on: dt.date | None
    now: ReportedOut
    changes: list[ChangeOut]


class TrailOut(Answer, rename=FROM_TO):
    """Days whose figures changed after they were over, the latest first; no others."""

    first: dt.date
    last: dt.date
    campaign_id: int
    currency: Annotated[str, Meta(description="The account's own; amounts are not converted.")]
    rows: list[ChangedDayOut]


@blueprint.get("/campaigns/<int:campaign_id>/revisions")
@documented("What a campaign's days were first reported as", query=Days, answer=TrailOut)
def show(campaign_id: int) -> Response:
    """The same days and steps as on the campaign's page."""
    asked = arguments(Days)
    period = days_between(asked.first, asked.last, access.today())
    known = sources(db.session(), access.workspace().id)
    near = campaign_near(db.session(), known, campaign_id, period)
    if near is None:
        raise NotFound
    least = get_currency_precision(near.source.currency)
    return answer(
        TrailOut(
            first=period.first,
            last=period.last,
            campaign_id=campaign_id,
            currency=near.source.currency,
            rows=[_day(each, least) for each in changed_days(db.session(), near, period)],
        )
    )


def _day(each: ChangedDay, least: int) -> ChangedDayOut:
    return ChangedDayOut(
        day=each.day,
        first=_reported(each.first, least),
        reported_on=each.reported_on,
        now=_reported(each.now, least),
        changes=[
            ChangeOut(
                at=change.at,
                now=_reported(change.now, least) if change.now else None,
                uploaded=change.uploaded,
            )
            for change in each.changes
        ],
    )


def _reported(of: Reported, least: int) -> ReportedOut:
    return ReportedOut(
        spend=plain(of.spend, least) or Decimal(0),
        conversions=plain(of.conversions) or Decimal(0),
        reported_revenue=plain(of.value, least) or Decimal(0),
    )
