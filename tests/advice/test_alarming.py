"""Alarms and tired ads from a workspace's own days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.advice import nightly
from app.advice.alarming import alarm_findings, tired_findings
from app.insights.finding import Finding
from app.insights.thresholds import DEFAULTS
from app.insights.words import Manner, say
from app.metrics.known_days import first_active
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import Account, Ad, AdDay, Alert, Campaign, CampaignDay, PlatformConnection
from app.sync.rollup import recompute
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_rate
from tests.reports.conftest import NOW, TODAY, campaign_day

DAY = dt.timedelta(days=1)
YESTERDAY = TODAY - DAY


@pytest.fixture
def meta(session: Session, alice: Member) -> Account:
    """A hundred days of Meta, forty sales each."""
    account = make_account(
        session,
        make_connection(session, alice.workspace, last_synced_at=NOW),
        history_from=TODAY - 100 * DAY,
        read_through=YESTERDAY,
        synced_at=NOW,
    )
    campaign = make_campaign(session, account)
    for back in range(1, 101):
        session.add(
            campaign_day(
                campaign, TODAY - back * DAY, (10_000 + back % 7, 200), ("500", "40", "1500")
            )
        )
    session.flush()
    roll_up(session, account)
    return account


def roll_up(session: Session, account: Account) -> None:
    days = [TODAY - back * DAY for back in range(1, 101)]
    recompute(session, account.workspace_id, account.id, days)
    session.commit()


def spoil(session: Session, account: Account, since: dt.date, **figures: object) -> None:
    session.execute(update(CampaignDay).where(CampaignDay.day >= since).values(**figures))
    roll_up(session, account)


def look(session: Session, member: Member) -> list[Finding]:
    return alarm_findings(
        session,
        member.workspace,
        Period.ending(YESTERDAY, 35),
        known=sources(session, member.workspace.id),
        active=first_active(session, member.workspace.id),
        today=TODAY,
        now=NOW,
        rules=DEFAULTS,
    )


@pytest.mark.usefixtures("meta")
def test_even_days_raise_nothing(session: Session, alice: Member) -> None:
    assert look(session, alice) == []


def test_conversions_that_stop_are_raised_at_once(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, YESTERDAY, conversions=0, conversion_value=0)
    assert [each.rule for each in look(session, alice)] == ["tracking_break"]


def test_conversions_that_are_only_late_are_not_raised(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, YESTERDAY - 3 * DAY, conversions=22)
    assert look(session, alice) == []


def test_a_platform_that_is_not_being_read_raises_nothing(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, YESTERDAY, spend=0, impressions=0, clicks=0, conversions=0)
    session.execute(update(PlatformConnection).values(last_synced_at=NOW - DAY))
    session.commit()
    assert look(session, alice) == []


def add_account(session: Session, member: Member, days: int) -> Account:
    """Another one of Meta, six times as large, of which so many days are held."""
    account = make_account(
        session,
        make_connection(session, member.workspace, last_synced_at=NOW),
        history_from=TODAY - days * DAY,
        read_through=YESTERDAY,
        synced_at=NOW,
    )
    campaign = make_campaign(session, account)
    for back in range(1, days + 1):
        amounts = ("3000", "400", "9000")
        session.add(campaign_day(campaign, TODAY - back * DAY, (60_000, 900), amounts))
    session.flush()
    roll_up(session, account)
    return account


@pytest.mark.parametrize("days", [1, 20, 70])
def test_what_is_known_of_another_account_from_a_day_on_is_no_change(
    session: Session, alice: Member, meta: Account, days: int
) -> None:
    add_account(session, alice, days)
    assert look(session, alice) == []


def test_an_account_read_only_lately_hides_no_break_of_another(
    session: Session, alice: Member, meta: Account
) -> None:
    add_account(session, alice, 20)
    broken = CampaignDay.account_id == meta.id, CampaignDay.day == YESTERDAY
    session.execute(update(CampaignDay).where(*broken).values(conversions=0, conversion_value=0))
    roll_up(session, meta)
    assert [each.rule for each in look(session, alice)] == ["tracking_break"]


def test_a_strangers_break_is_not_seen(session: Session, charlie: Member, meta: Account) -> None:
    spoil(session, meta, YESTERDAY, conversions=0)
    assert look(session, charlie) == []


def test_the_night_raises_an_alert_and_the_next_one_does_not_double_it(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, YESTERDAY, conversions=0, conversion_value=0)
    for hours in (0, 1):
        nightly.look_and_keep(session, alice.workspace.id, NOW + dt.timedelta(hours=hours))
        session.commit()
    alerts = session.scalars(select(Alert).where(Alert.rule == "tracking_break")).all()
    assert [(each.state, each.platform) for each in alerts] == [("open", "meta")]


def test_a_tired_ad_is_told_from_the_others_in_the_workspaces_money(
    session: Session, alice: Member
) -> None:
    for back in range(1, 101):
        make_rate(session, "USD", TODAY - back * DAY, "2")
    account = make_account(
        session,
        make_connection(session, alice.workspace, last_synced_at=NOW),
        currency="EUR",
        history_from=TODAY - 100 * DAY,
        read_through=YESTERDAY,
    )
    campaign = make_campaign(session, account)
    tired = ads_of(session, campaign)[0]
    for back in range(1, 61):
        day = TODAY - back * DAY
        session.add(campaign_day(campaign, day, (50_000, 1_000), ("500", "10", "900")))
        for number, ad in enumerate(session.scalars(select(Ad).order_by(Ad.id))):
            session.add(
                AdDay(
                    ad_id=ad.id,
                    day=day,
                    account_id=account.id,
                    workspace_id=alice.workspace.id,
                    impressions=10_000,
                    clicks=110 if number == 0 and back <= 14 else 200 + number,
                    spend=Decimal(100),
                )
            )
    session.flush()
    roll_up(session, account)
    known = sources(session, alice.workspace.id)
    found = tired_findings(session, alice.workspace, YESTERDAY, known=known, rules=DEFAULTS)
    [finding] = found
    assert (finding.rule, finding.entities[0].key) == ("creative_refresh", str(campaign.id))
    assert [(each.kind, each.key) for each in finding.entities[1:]] == [("ad", str(tired.id))]
    assert finding.currency == "USD"
    assert finding.numbers["running_1"].value == 60
    assert "It has run for 60 days and" in say(finding, Manner("USD")).saw
    assert finding.numbers["rate_before_1"].value == pytest.approx(0.02)
    assert finding.numbers["rate_now_1"].value == pytest.approx(0.011)
    days = (finding.last - finding.first).days + 1
    assert days == 7
    assert finding.at_stake == pytest.approx(days * 200)

    account.history_from = TODAY - 60 * DAY
    session.flush()
    known = sources(session, alice.workspace.id)
    [finding] = tired_findings(session, alice.workspace, YESTERDAY, known=known, rules=DEFAULTS)
    said = say(finding, Manner("USD")).saw
    assert "2.0% in the first weeks read and is" in said
    assert "It has run for 60 days or more and" in said


def ads_of(session: Session, campaign: Campaign) -> list[Ad]:
    ads = [
        Ad(
            workspace_id=campaign.workspace_id,
            account_id=campaign.account_id,
            campaign_id=campaign.id,
            external_id=f"ad{number}",
            name=f"Ad {number}",
        )
        for number in range(5)
    ]
    session.add_all(ads)
    session.flush()
    return ads
