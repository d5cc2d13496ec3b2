"""Audiences that are used up, from a workspace's own ads, reach and last year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.advice.alarming import tired_findings
from app.advice.looking import look, thresholds_of
from app.advice.widening import audience_findings, used_up
from app.insights.finding import Finding
from app.insights.thresholds import DEFAULTS
from app.insights.words import Manner, say
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import (
    Account,
    Ad,
    AdDay,
    Campaign,
    CampaignReach,
    CampaignTotalDay,
    PlatformTotalDay,
)
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_days
from tests.reports.conftest import NOW, TODAY

DAY = dt.timedelta(days=1)
LAST = TODAY - 8 * DAY
SETTLED = Period.ending(LAST, 28)
BEGAN = LAST - 59 * DAY
YEAR = 364 * DAY


@dataclass
class World:
    """A campaign whose four ads fell by 30 % while its people saw it 1.4 and then 2 times a week.

    It returns 3 for a target of 2.5. Two others of its goal reached more people, one other fewer.
    """

    account: Account
    campaign: Campaign
    others: Sequence[Campaign]
    ads: list[Ad] = field(default_factory=list)


@pytest.fixture
def world(session: Session, alice: Member) -> World:
    alice.workspace.target_roas = Decimal("2.5")
    account = make_account(
        session,
        make_connection(session, alice.workspace, last_synced_at=NOW),
        history_from=TODAY - 600 * DAY,
        read_through=TODAY - DAY,
        settled_through=LAST,
        synced_at=NOW,
    )
    campaign = make_campaign(session, account, "Summer قهوة", objective="SALES")
    others = [make_campaign(session, account, objective="SALES") for _ in range(3)]
    made = World(account, campaign, others)
    figures = {"conversions": "4", "clicks": 400, "impressions": 20_000}
    lately = Period(BEGAN, TODAY - DAY)
    make_days(session, campaign, lately, spend="100", value="300", **figures)
    for other, value in zip(others, ("220", "350", "900"), strict=True):
        make_days(session, other, lately, spend="100", value=value, **figures)
    # Last year's same weeks, all alike.
    make_days(session, campaign, Period(BEGAN - YEAR, LAST - YEAR), spend="90", **figures)
    made.ads += [run_ad(session, campaign, number) for number in range(4)]
    reach(session, campaign, 7, LAST, (10_000, 20_000))
    reach(session, campaign, 7, LAST - 28 * DAY, (10_000, 14_000))
    reach(session, campaign, 28, LAST, (30_000, 80_000))
    for other, people in zip(others, (60_000, 45_000, 9_000), strict=True):
        reach(session, other, 28, LAST, (people, 100_000))
    session.commit()
    return made


def run_ad(session: Session, campaign: Campaign, number: int) -> Ad:
    """An ad of sixty days, clicked 2 % and in its last ten days 1.4 %."""
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    made = Ad(campaign_id=campaign.id, external_id=f"ad{number}", name=f"Ad {number}", **place)
    session.add(made)
    session.flush()
    session.execute(
        insert(AdDay),
        [
            {
                "ad_id": made.id,
                "day": day,
                "impressions": 5_000,
                "clicks": 70 if day > LAST - 10 * DAY else 100,
                "spend": Decimal(25),
                "conversions": Decimal(4),
                **place,
            }
            for day in Period(BEGAN, LAST)
        ],
    )
    return made


def reach(
    session: Session, campaign: Campaign, days: int, last: dt.date, told: tuple[int, int]
) -> None:
    session.add(
        CampaignReach(
            campaign_id=campaign.id,
            last=last,
            days=days,
            workspace_id=campaign.workspace_id,
            account_id=campaign.account_id,
            reach=told[0],
            impressions=told[1],
            read_at=NOW,
        )
    )
    session.flush()


def found(session: Session, member: Member) -> list[Finding]:
    session.commit()
    known = sources(session, member.workspace.id)
    used = used_up(session, known, LAST)
    rules = thresholds_of(member.workspace)
    return audience_findings(session, member.workspace, used, LAST, known=known, rules=rules)


def test_a_used_up_audience_is_told_with_what_wider_campaigns_really_had(
    session: Session, alice: Member, world: World
) -> None:
    [finding] = found(session, alice)
    numbers = {name: each.value for name, each in finding.numbers.items()}
    assert (finding.rule, finding.entities[0].key) == ("audience_expansion", str(world.campaign.id))
    assert (numbers["frequency_before"], numbers["frequency"]) == (1.4, 2.0)
    assert numbers["fall"] == pytest.approx(-0.3, abs=0.01)
    assert (numbers["roas"], numbers["target"]) == (pytest.approx(3), 2.5)
    assert (numbers["reach"], numbers["comparable"]) == (30_000, 2)
    assert (numbers["reach_low"], numbers["reach_high"]) == (45_000, 60_000)
    assert (numbers["roas_low"], numbers["roas_high"]) == (pytest.approx(2.2), pytest.approx(3.5))
    assert (finding.first, finding.last) == (SETTLED.first, SETTLED.last)
    assert finding.at_stake == pytest.approx(2800)
    assert finding.review_on == LAST + 22 * DAY
    said = say(finding, Manner("USD"))
    assert "Summer قهوة has used up its audience" in said.title
    assert "at least 30% less" in said.saw
    assert "Two other campaigns" in said.how_sure


def test_too_few_campaigns_to_compare_with_are_said_and_give_no_range(
    session: Session, alice: Member, world: World
) -> None:
    world.others[0].objective = "TRAFFIC"
    [finding] = found(session, alice)
    assert "reach_low" not in finding.numbers
    assert finding.missing == ("comparable",)
    assert "fewer than two" in say(finding, Manner("USD")).how_sure


def test_returns_at_or_below_the_target_widen_nothing(
    session: Session, alice: Member, world: World
) -> None:
    alice.workspace.target_roas = Decimal(3)
    assert found(session, alice) == []


def test_without_a_target_nothing_says_what_pays(
    session: Session, alice: Member, world: World
) -> None:
    alice.workspace.target_roas = None
    assert found(session, alice) == []


def test_what_breaks_even_says_what_pays_before_the_target_does(
    session: Session, alice: Member, world: World
) -> None:
    alice.workspace.target_roas = None
    alice.workspace.thresholds = {"break_even_roas": 2.0}
    [finding] = found(session, alice)
    assert "over the 2.0x that breaks even" in say(finding, Manner("USD")).saw
    alice.workspace.thresholds = {"break_even_roas": 3.0}
    alice.workspace.target_roas = Decimal(2)
    assert found(session, alice) == []


def test_a_frequency_that_did_not_rise_or_is_not_known_is_no_used_up_audience(
    session: Session, alice: Member, world: World
) -> None:
    earlier = CampaignReach.last == LAST - 28 * DAY
    session.execute(update(CampaignReach).where(earlier).values(impressions=19_000))
    assert found(session, alice) == []
    session.execute(delete(CampaignReach).where(earlier))
    assert found(session, alice) == []


def test_a_dip_in_the_same_weeks_of_last_year_is_a_season(
    session: Session, alice: Member, world: World
) -> None:
    week = Period.ending(LAST - YEAR, 7)
    figures = {"conversions": "4", "clicks": 300, "impressions": 20_000}
    make_days(session, world.campaign, week, spend="90", **figures)
    assert found(session, alice) == []


@pytest.mark.parametrize("held_from", [BEGAN, BEGAN - YEAR + 5 * DAY])
def test_a_last_year_that_was_not_read_tells_nothing_from_season(
    session: Session, alice: Member, world: World, held_from: dt.date
) -> None:
    world.account.history_from = held_from
    session.execute(delete(PlatformTotalDay).where(PlatformTotalDay.day < held_from))
    assert found(session, alice) == []


def test_one_ad_that_wears_out_is_no_used_up_audience(
    session: Session, alice: Member, world: World
) -> None:
    fresh = [each.id for each in world.ads[1:]]
    session.execute(update(AdDay).where(AdDay.ad_id.in_(fresh)).values(clicks=100))
    assert found(session, alice) == []


def test_two_ads_are_too_few_to_speak_of_an_audience(
    session: Session, alice: Member, world: World
) -> None:
    gone = [each.id for each in world.ads[2:]]
    session.execute(delete(AdDay).where(AdDay.ad_id.in_(gone)))
    assert found(session, alice) == []


def test_money_without_a_rate_widens_nothing(session: Session, alice: Member, world: World) -> None:
    session.execute(
        update(CampaignTotalDay)
        .where(CampaignTotalDay.day == LAST, CampaignTotalDay.campaign_id == world.campaign.id)
        .values(spend=None, value=None)
    )
    assert found(session, alice) == []


def test_a_stranger_is_told_nothing_of_it(session: Session, charlie: Member, world: World) -> None:
    charlie.workspace.target_roas = Decimal(2)
    assert found(session, charlie) == []


def test_a_look_at_days_that_have_not_settled_tells_nothing(
    session: Session, alice: Member, world: World
) -> None:
    session.commit()
    period, known = Period.ending(TODAY - DAY, 7), sources(session, alice.workspace.id)
    told = look(session, alice.workspace, period, None, known=known, now=NOW)
    assert "audience_expansion" not in {each.rule for each in told}


def test_a_tired_ad_says_how_often_it_was_seen_what_it_cost_and_that_its_audience_is_used_up(
    session: Session, alice: Member, world: World
) -> None:
    steady = [run_ad(session, world.others[0], number) for number in range(10, 16)]
    known_well = [each.id for each in steady]
    session.execute(update(AdDay).where(AdDay.ad_id.in_(known_well)).values(clicks=100))
    session.commit()
    known = sources(session, alice.workspace.id)
    used = used_up(session, known, LAST)
    assert [each.campaign_id for each in used] == [world.campaign.id]

    told = tired_findings(session, alice.workspace, LAST, known=known, rules=DEFAULTS, used_up=used)

    [finding] = told
    assert finding.entities[0].key == str(world.campaign.id)
    assert {each.key for each in finding.entities[1:]} == {str(each.id) for each in world.ads}
    said = say(finding, Manner("USD"))
    assert said.title == "Four ads of Summer قهوة are tired"
    assert "the campaign's ads 2 times in the week up to Nov 12" in said.saw
    assert "A conversion cost $6.25" in said.saw
    assert "its audience may be used up" in said.how_sure

    [other, *_] = tired_findings(session, alice.workspace, LAST, known=known, rules=DEFAULTS)
    assert "used up" not in say(other, Manner("USD")).how_sure


def test_the_nightly_look_tells_it(session: Session, alice: Member, world: World) -> None:
    session.commit()
    period = Period.ending(TODAY - DAY, 35)
    known = sources(session, alice.workspace.id)
    told = look(session, alice.workspace, period, None, known=known, now=NOW)
    assert "audience_expansion" in {each.rule for each in told}
