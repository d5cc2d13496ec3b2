"""How an account's click rate went in the same weeks of last year, to tell wear from season."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.ad_series import AdHistory
from app.metrics.period import WEEK, YEAR_OF_WEEKS, Period
from app.metrics.sources import Source
from app.models import PlatformTotalDay as Total

# The days of an ad that it is held against, counted from its first.
_BEGINNING = (3, 16)
# With fewer the rate of a week says little.
_LEAST_CLICKS = 100
_YEAR = dt.timedelta(days=YEAR_OF_WEEKS)

Shown = Mapping[dt.date, tuple[int, int]]


def last_years(
    session: Session, workspace_id: int, source: Source, ads: Sequence[AdHistory], last: dt.date
) -> dict[int, float]:
    """By ad id: the rate of the last week against that of the ad's beginning, a year earlier.

    Of all ads of the account, whole weeks earlier so that weekdays agree. An ad whose days a year
    ago were not read, or were clicked too little, is left out.
    """
    week = Period.ending(last - _YEAR, WEEK)
    shown = _shown(session, workspace_id, source, ads, week)
    now = _rate(shown, week)
    found = {}
    for ad in ads:
        beginning = _beginning(ad)
        then = _rate(shown, beginning)
        if now and then and source.holds(beginning.first) and source.holds(week.last):
            found[ad.ad_id] = now / then
    return found


def _beginning(ad: AdHistory) -> Period:
    first, last = (ad.began + dt.timedelta(days=each) - _YEAR for each in _BEGINNING)
    return Period(first, last)


def _shown(
    session: Session, workspace_id: int, source: Source, ads: Sequence[AdHistory], week: Period
) -> Shown:
    first = min([week.first, *(_beginning(ad).first for ad in ads)])
    rows = session.execute(
        select(Total.day, Total.impressions, Total.clicks).where(
            Total.workspace_id == workspace_id,
            Total.account_id == source.account_id,
            Total.day.between(first, week.last),
        )
    )
    return {day: (impressions, clicks) for day, impressions, clicks in rows}


def _rate(shown: Shown, days: Period) -> float | None:
    impressions = sum(shown[day][0] for day in days if day in shown)
    clicks = sum(shown[day][1] for day in days if day in shown)
    return clicks / impressions if clicks >= _LEAST_CLICKS and impressions else None
