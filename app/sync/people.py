"""How many people saw each campaign lately: asked once a day, after the figures are in."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.connectors.errors import ConnectorError
from app.connectors.words import Days, Reached
from app.models import Account, Campaign, CampaignReach
from app.sync.plan import found
from app.sync.window import ONE_DAY, Reach, local_day
from app.sync.work import Work

SPANS = (7, 28)
# Shorter reads come every few minutes.
_ALONG_WITH = (Reach.WEEK, Reach.WINDOW)
_log = logging.getLogger(__name__)


def read_people(work: Work) -> None:
    """The spans that end yesterday, of every account that lacks them.

    A refusal leaves the figures as they are: frequency is then not told.
    """
    if not work.connector.tells_reach or work.reach not in _ALONG_WITH:
        return
    with work.sessions() as session:
        accounts = [each for each in work.selected(session) if each.id not in work.refused]
        lacking = [each for each in accounts if not _is_read(session, each, _last(work, each))]
    for account in lacking:
        try:
            _read(work, account)
        except ConnectorError as error:
            _log.info("the reach of account %d was not read: %s", account.id, error.message)


def _last(work: Work, account: Account) -> dt.date:
    return local_day(account, work.clock()) - ONE_DAY


def _is_read(session: Session, account: Account, last: dt.date) -> bool:
    held = select(CampaignReach.campaign_id).where(
        CampaignReach.account_id == account.id, CampaignReach.last == last
    )
    return session.scalar(held.limit(1)) is not None


def _read(work: Work, account: Account) -> None:
    last = _last(work, account)
    answers = {
        days: work.connector.reach(found(account), Days(last - (days - 1) * ONE_DAY, last))
        for days in SPANS
    }
    with work.sessions.begin() as session:
        work.connection(session)
        for days, rows in answers.items():
            _store(session, work, account, last, days, rows)


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
