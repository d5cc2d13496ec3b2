"""A month of two platforms and a shop, ordered and written as the job does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.insights.finding import Finding
from app.models import Campaign, CampaignDay, Report, ReportSchedule, StoreDay
from app.reports import ordering, writing
from app.reports.document import Document, thaw
from app.reports.gathering import Gathered
from app.reports.ordering import Wanted
from app.settings import Settings
from app.sync.rollup import recompute
from tests.conftest import Member
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
)
from tests.mail_server import MailServer
from tests.reports.deliveries import SITE, World
from tests.reports.schedules import make_schedule

NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 19)
DAY = dt.timedelta(days=1)

Write = Callable[..., Document]


@pytest.fixture
def month(session: Session, alice: Member) -> None:
    """Sixty days: Meta returns three for one, Google two; the shop sells more than both claim."""
    fill_month(session, alice, NOW)


def fill_month(session: Session, alice: Member, now: dt.datetime) -> None:
    """The sixty days up to this moment."""
    today = now.date()
    meta = make_account(
        session,
        make_connection(session, alice.workspace, last_synced_at=now),
        history_from=today - 90 * DAY,
        read_through=today,
        settled_through=today - 8 * DAY,
        synced_at=now,
    )
    google = make_account(
        session,
        make_connection(session, alice.workspace, "google", last_synced_at=now),
        history_from=today - 90 * DAY,
        read_through=today,
        settled_through=today - 8 * DAY,
        synced_at=now,
    )
    shop = make_account(
        session,
        make_connection(session, alice.workspace, "shopify", last_synced_at=now),
        history_from=today - 90 * DAY,
        read_through=today,
        settled_through=today - DAY,
        synced_at=now,
    )
    prospecting = make_campaign(session, meta, "Prospecting قهوة ☕")
    search = make_campaign(session, google, "Search · ブランド")
    days = [today - back * DAY for back in range(60)]
    for day in days:
        session.add_all(
            (
                campaign_day(prospecting, day, (9_000, 80), ("100", "6", "300")),
                campaign_day(search, day, (1_000, 40), ("50", "2", "100")),
                StoreDay(
                    account_id=shop.id,
                    day=day,
                    workspace_id=alice.workspace.id,
                    orders=12,
                    net=Decimal(500),
                ),
            )
        )
    session.flush()
    for account in (meta, google, shop):
        recompute(session, alice.workspace.id, account.id, days)
    session.commit()


def campaign_day(
    campaign: Campaign, day: dt.date, counts: tuple[int, int], amounts: tuple[str, str, str]
) -> CampaignDay:
    """Impressions and clicks; spend, conversions and their value."""
    spend, conversions, value = map(Decimal, amounts)
    return CampaignDay(
        campaign_id=campaign.id,
        day=day,
        account_id=campaign.account_id,
        workspace_id=campaign.workspace_id,
        impressions=counts[0],
        clicks=counts[1],
        spend=spend,
        conversions=conversions,
        conversion_value=value,
    )


@pytest.fixture
def write(session: Session, alice: Member) -> Write:
    """Order a report of November so far and write it; the document that was frozen."""

    def written(findings: Sequence[Finding] = (), **changed: Any) -> Document:
        wanted = Wanted(**{"first": FIRST, "last": LAST, **changed})
        report = ordering.order(
            session, alice.workspace, wanted, user_id=alice.user.id, today=TODAY, now=NOW
        )
        session.commit()
        finish(session, report.id, findings)
        session.refresh(report)
        assert report.document is not None, report.error
        return thaw(report.document)

    return written


def finish(session: Session, report_id: int, findings: Sequence[Finding] = ()) -> None:
    """Do the job of a report."""

    def look(_session: Session, _gathered: Gathered) -> Sequence[Finding]:
        return findings

    sessions = sessionmaker(session.get_bind())
    computing = partial(writing.compute, sessions, look)
    writing.write_report(sessions, report_id, computing, clock=lambda: NOW)


def newest(session: Session) -> Report:
    """The last report ordered."""
    session.expire_all()
    return session.query(Report).order_by(Report.id.desc()).first()  # type: ignore[return-value]


@pytest.fixture
def world(session: Session, engine: Engine, settings: Settings, mail_server: MailServer) -> World:
    """What a delivery runs in, on MONDAY."""
    mailing = replace(
        settings,
        public_url=SITE,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.server_address[1],
        smtp_from="Growzzy <ads@example.com>",
        smtp_security="none",
    )
    return World(session, mailing, sessionmaker(engine, expire_on_commit=False))


@pytest.fixture
def schedule(session: Session, alice: Member) -> ReportSchedule:
    """Alice's, due on MONDAY, to BOTH."""
    return make_schedule(session, alice.workspace.id, alice.user.id)
