"""What a campaign's days were first reported as, what they are now, and every step between.

A day counts as reported once it is over where the account is: what changes before is the day going
on. Figures are in the account's currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.orm import Session

from app.metrics.campaign import Near
from app.metrics.figures import ZERO
from app.metrics.period import Period
from app.models import CampaignDay, DayAtAge, MetricRevision


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported of one day; `value` is what the platform claims."""

    spend: Decimal = ZERO
    conversions: Decimal = ZERO
    value: Decimal = ZERO


NOTHING_REPORTED = Reported()


@dataclass(frozen=True, slots=True)
class Change:
    """The day became `now` at `at`; None when the platform took it back. `uploaded`: by a file."""

    at: dt.datetime
    now: Reported | None
    uploaded: bool


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that is not what it was when it was over.

    `reported_on` is when `first` was read, None when that is only known to be before the first
    of `changes`. `while_going_on` counts the readings that changed the day before it was over.
    """

    day: dt.date
    first: Reported
    reported_on: dt.date | None
    now: Reported
    changes: Sequence[Change]
    while_going_on: int


def changed_days(session: Session, near: Near, period: Period) -> list[ChangedDay]:
    """The days whose figures differ from what was first reported, the latest day first."""
    steps = _late_steps(session, near, period)
    if not steps:
        return []
    now = _now(session, near, list(steps))
    going_on = _while_going_on(session, near, list(steps))
    first_reads = _first_reads(session, near, steps)
    found = [
        ChangedDay(
            day=day,
            first=_reported(changes[0].old) or NOTHING_REPORTED,
            reported_on=day if day in going_on else first_reads.get(day),
            now=now.get(day, NOTHING_REPORTED),
            changes=[
                Change(step.changed_at, _reported(step.new), step.import_id is not None)
                for step in changes
            ],
            while_going_on=going_on.get(day, 0),
        )
        for day, changes in steps.items()
    ]
    return [each for each in found if each.first != each.now]


def _late_steps(
    session: Session, near: Near, period: Period
) -> Mapping[dt.date, Sequence[MetricRevision]]:
    """What the ledger has of each day after it was over, by day, the latest day first."""
    rows = session.scalars(
        select(MetricRevision)
        .where(
            *_of(near),
            MetricRevision.day.between(period.first, period.last),
            _local_day(near) > MetricRevision.day,
        )
        .order_by(MetricRevision.day.desc(), MetricRevision.changed_at, MetricRevision.id)
    )
    found: dict[dt.date, list[MetricRevision]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(row)
    return found


def _of(near: Near) -> tuple[ColumnElement[bool], ...]:
    return (
        MetricRevision.workspace_id == near.campaign.workspace_id,
        MetricRevision.account_id == near.campaign.account_id,
        MetricRevision.grain == "campaign",
        MetricRevision.entity_id == near.campaign.id,
    )


def _local_day(near: Near) -> ColumnElement[dt.date]:
    return cast(func.timezone(near.source.time_zone, MetricRevision.changed_at), Date)


def _now(session: Session, near: Near, days: Sequence[dt.date]) -> dict[dt.date, Reported]:
    rows = session.execute(
        select(
            CampaignDay.day,
            CampaignDay.spend,
            CampaignDay.conversions,
            CampaignDay.conversion_value,
        ).where(
            CampaignDay.workspace_id == near.campaign.workspace_id,
            CampaignDay.campaign_id == near.campaign.id,
            CampaignDay.day.in_(days),
        )
    )
    return {row.day: Reported(*row[1:]) for row in rows}


def _while_going_on(session: Session, near: Near, days: Sequence[dt.date]) -> dict[dt.date, int]:
    rows = session.execute(
        select(MetricRevision.day, func.count())
        .where(*_of(near), MetricRevision.day.in_(days), _local_day(near) <= MetricRevision.day)
        .group_by(MetricRevision.day)
    )
    return {row[0]: row[1] for row in rows}


def _first_reads(
    session: Session, near: Near, steps: Mapping[dt.date, Sequence[MetricRevision]]
) -> dict[dt.date, dt.date]:
    """When each day was first read after it was over, where that is known to be before a change."""
    rows = session.execute(
        select(DayAtAge.day, func.min(DayAtAge.age))
        .where(
            DayAtAge.workspace_id == near.campaign.workspace_id,
            DayAtAge.account_id == near.campaign.account_id,
            DayAtAge.day.in_(steps),
        )
        .group_by(DayAtAge.day)
    )
    zone = ZoneInfo(near.source.time_zone)
    reads = {day: day + dt.timedelta(days=age) for day, age in rows}
    return {
        day: read
        for day, read in reads.items()
        if read <= steps[day][0].changed_at.astimezone(zone).date()
    }


def _reported(figures: dict[str, Any] | None) -> Reported | None:
    if figures is None:
        return None
    return Reported(
        *(Decimal(figures[name]) for name in ("spend", "conversions", "conversion_value"))
    )
