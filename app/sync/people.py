"""How many people saw each campaign lately: asked once a day, after the figures are in."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.connectors.errors import ConnectorError
from app.connectors.words import Days, Reached
from app.insights.review_days import UNSETTLED_DAYS
from app.models import Account, Campaign, CampaignReach, PlatformTotalDay
from app.sync.plan import found
from app.sync.window import ONE_DAY, Reach, local_day
from app.sync.work import Work

SPANS = (7, 28)
# A week is held against the one of four weeks before.
_EARLIER = 28
# Shorter reads come every few minutes.
_ALONG_WITH = (Reach.WEEK, Reach.WINDOW)
_log = logging.getLogger(__name__)


def read_people(work: Work) -> None:
    """The spans that the rules ask for, of every account that lacks them.

    A refusal leaves the figures as they are: frequency is then not told.
    """
    if not work.connector.tells_reach or work.reach not in _ALONG_WITH:
        return
    with work.sessions() as session:
        accounts = [each for each in work.selected(session) if each.id not in work.refused]
        lacking = [(each, _lacking(session, each, _yesterday(work, each))) for each in accounts]
    for account, spans in [each for each in lacking if each[1]]:
        try:
            _read(work, account, spans)
        except ConnectorError as error:
            _log.info("the reach of account %d was not read: %s", account.id, error.message)


def _yesterday(work: Work, account: Account) -> dt.date:
    return local_day(account, work.clock()) - ONE_DAY


def wanted_spans(yesterday: dt.date) -> list[Days]:
    """What the rules ask for: up to yesterday and up to the last day that counts as settled."""
    spans = []
    for last in (yesterday, yesterday - UNSETTLED_DAYS * ONE_DAY):
        spans += [_ending(last, days) for days in SPANS]
        spans.append(_ending(last - _EARLIER * ONE_DAY, SPANS[0]))
    return spans


def _ending(last: dt.date, days: int) -> Days:
    return Days(last - (days - 1) * ONE_DAY, last)


def _lacking(session: Session, account: Account, yesterday: dt.date) -> list[Days]:
    """Those that are not held, and in which something is known to have been shown."""
    wanted = wanted_spans(yesterday)
    held = {
        (row.last, row.days)
        for row in session.execute(
            select(CampaignReach.last, CampaignReach.days)
            .where(
                CampaignReach.workspace_id == account.workspace_id,
                CampaignReach.account_id == account.id,
                CampaignReach.last.in_({each.last for each in wanted}),
            )
            .distinct()
        )
    }
    shown = session.scalars(
        select(PlatformTotalDay.day).where(
            PlatformTotalDay.workspace_id == account.workspace_id,
            PlatformTotalDay.account_id == account.id,
            PlatformTotalDay.day.between(min(each.first for each in wanted), yesterday),
            PlatformTotalDay.impressions > 0,
        )
    ).all()
    return [
        each
        for each in wanted
        if (each.last, _length(each)) not in held
        and any(each.first <= day <= each.last for day in shown)
    ]


def _length(days: Days) -> int:
    return (days.last - days.first).days + 1


def _read(work: Work, account: Account, spans: Sequence[Days]) -> None:
    answers = [(days, work.connector.reach(found(account), days)) for days in spans]
    with work.sessions.begin() as session:
        work.connection(session)
        for days, rows in answers:
            _store(session, work, account, days.last, _length(days), rows)


def _store(
    session: Session, work: Work, account: Account, last: dt.date, days: int, rows: list[Reached]
) -> None:
    """Only what makes sense: an estimate above its own impressions says nothing."""
    ids = {
        row.external_id: row.id
        for row in session.execute(
            select(Campaign.id, Campaign.external_id).where(Campaign.account_id == account.id)
        )
    }
    kept = [
        {
            "campaign_id": ids[row.campaign_id],
            "last": last,
            "days": days,
            "workspace_id": account.workspace_id,
            "account_id": account.id,
            "reach": row.reach,
            "impressions": row.impressions,
            "read_at": work.clock(),
        }
        for row in rows
        if row.campaign_id in ids and 0 < row.reach <= row.impressions
    ]
    if not kept:
        return
    added = insert(CampaignReach).values(kept)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["campaign_id", "last", "days"],
            set_={name: added.excluded[name] for name in ("reach", "impressions", "read_at")},
        )
    )
