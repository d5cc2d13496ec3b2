"""The tired ads of a campaign: one finding, until others tire; followed when they are replaced."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import dismissing, keeping, reviewing
from app.errors import Conflict
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.metrics.period import Period
from app.models import Ad, Campaign, StoredFinding
from tests.advice.test_asking import make_read
from tests.advice.test_reviewing import AFTER, BEFORE, LAST, TOLD, fill, review, told
from tests.conftest import Member
from tests.factories import make_campaign
from tests.metrics.ads import make_ad_day

DAY = dt.timedelta(days=1)


@pytest.fixture
def campaign(session: Session, alice: Member) -> Campaign:
    """Clicked 1 % before and 1.2 % after."""
    made = make_campaign(session, make_read(session, alice), "Spring sale قهوة")
    fill(session, made, BEFORE, spend="100", impressions="10000", clicks="100")
    fill(session, made, AFTER, spend="100", impressions="10000", clicks="120")
    return made


@pytest.fixture
def ads(session: Session, campaign: Campaign) -> list[Ad]:
    """Five of the campaign, none of them shown yet."""
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    made = [
        Ad(campaign_id=campaign.id, external_id=f"ad{each}", name=f"Ad {each}", **place)
        for each in range(5)
    ]
    session.add_all(made)
    session.flush()
    return made


def tired(campaign: Campaign, ads: list[Ad], spends: tuple[float, ...]) -> Finding:
    """Told of these, each with its spend."""
    rates = {
        name: Number(value, unit)
        for place, spend in enumerate(spends, start=1)
        for name, value, unit in (
            (f"rate_before_{place}", 0.0204, Unit.SHARE),
            (f"rate_now_{place}", 0.0111, Unit.SHARE),
            (f"drop_{place}", -0.4, Unit.SHARE),
            (f"running_{place}", 60, Unit.DAYS),
            (f"spend_{place}", spend, Unit.MONEY),
        )
    }
    return Finding(
        rule="creative_refresh",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(
            Entity("campaign", str(campaign.id), campaign.name, "meta"),
            *(Entity("ad", str(each.id), each.name, "meta", "carries") for each in ads),
        ),
        first=LAST - 6 * DAY,
        last=LAST,
        numbers={
            "ads": Number(len(ads), Unit.COUNT),
            "spend": Number(sum(spends), Unit.MONEY),
            "z": Number(-4.1, Unit.COUNT),
            **rates,
        },
        at_stake=sum(spends),
        currency="USD",
    )


def show(session: Session, ads: list[Ad], last: dt.date) -> None:
    """Each of these in the week up to a day."""
    for ad in ads:
        for day in Period.ending(last, 7):
            make_ad_day(session, ad, day)


def state_of(session: Session, number: int) -> str:
    session.expire_all()
    return session.scalars(select(StoredFinding.state).where(StoredFinding.id == number)).one()


@pytest.mark.parametrize(
    ("still", "followed"),
    [
        ([1, 2, 4], "yes"),
        ([0, 4], ""),
        ([2, 4], "yes"),
        ([0, 1, 2, 4], ""),
        ([4], "yes"),
        ([1], ""),
        ([], ""),
    ],
    ids=[
        "the one with half is gone",
        "less than half is gone",
        "more than half is gone",
        "all go on",
        "all are gone",
        "no other ad is shown",
        "the campaign stopped",
    ],
)
def test_tired_ads_are_followed_when_half_of_their_spend_was_replaced_by_other_ads(
    session: Session,
    alice: Member,
    campaign: Campaign,
    ads: list[Ad],
    still: list[int],
    followed: str,
) -> None:
    stored = told(session, alice, tired(campaign, ads[:3], (60.0, 30.0, 20.0)))
    show(session, ads[:3], LAST + 7 * DAY)
    show(session, [ads[each] for each in still], LAST + 14 * DAY)
    assert review(session, alice, 22) == 1
    found = reviewing.reviews_of(stored)[14]
    assert found.followed == followed
    assert (stored.followed, stored.followed_how) == (followed, "detected" if followed else "")


def test_the_campaigns_clicks_are_held_against_the_week_it_was_told_of(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    stored = told(session, alice, tired(campaign, ads[:2], (50.0, 30.0)))
    review(session, alice, 22)
    found = reviewing.reviews_of(stored)[14]
    assert (found.first, found.last) == (LAST + 8 * DAY, LAST + 14 * DAY)
    assert (found.before_first, found.before_last) == (LAST - 6 * DAY, LAST)
    assert found.outcome.direction is True
    assert found.outcome.measured == pytest.approx(0.2)


def test_a_campaign_that_is_not_shown_any_more_proves_nothing(
    session: Session, alice: Member, ads: list[Ad]
) -> None:
    quiet = make_campaign(session, make_read(session, alice), "Quiet")
    fill(session, quiet, BEFORE, spend="100", impressions="10000", clicks="100")
    fill(session, quiet, AFTER, spend="0")
    stored = told(session, alice, tired(quiet, ads[:1], (50.0,)))
    review(session, alice, 22)
    found = reviewing.reviews_of(stored)[14].outcome
    assert (found.direction, found.unknown) == (None, "nothing_spent")


def test_what_an_older_version_said_of_one_ad_is_closed_as_unknown(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    now = tired(campaign, ads[:1], (50.0,))
    stored = told(session, alice, replace(now, entities=(replace(now.entities[1], role=""),)))
    review(session, alice, 22)
    assert reviewing.reviews_of(stored)[14].outcome.unknown == "older"


def test_it_is_one_finding_while_any_of_its_ads_stays_tired(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    place = alice.workspace.id
    [one] = keeping.keep(session, place, [tired(campaign, ads[:2], (5, 4))], TOLD)
    [two] = keeping.keep(session, place, [tired(campaign, ads[1:4], (4, 3, 2))], TOLD + DAY)
    assert one == two
    assert state_of(session, one) == "open"


def test_when_only_others_are_tired_it_is_another_finding_without_the_first_ones_answer(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    place = alice.workspace.id
    [one] = keeping.keep(session, place, [tired(campaign, ads[:2], (5, 4))], TOLD)
    keeping.say_followed(session, place, one, followed=True, now=TOLD)
    [two] = keeping.keep(session, place, [tired(campaign, ads[2:], (4, 3, 2))], TOLD + DAY)
    assert one != two
    assert (state_of(session, one), state_of(session, two)) == ("closed", "open")
    assert keeping.find(session, place, two).followed == ""
    [three] = keeping.keep(session, place, [tired(campaign, ads[2:], (4, 3, 2))], TOLD + DAY)
    assert three == two


def test_a_dismissal_hides_the_ads_it_was_about_and_no_others(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    place = alice.workspace.id
    [one] = keeping.keep(session, place, [tired(campaign, ads[:2], (5, 4))], TOLD)
    dismissing.dismiss(session, place, one)
    [same] = keeping.keep(session, place, [tired(campaign, ads[1:3], (5, 4))], TOLD + DAY)
    assert (same, state_of(session, one)) == (one, "dismissed")
    [other] = keeping.keep(session, place, [tired(campaign, ads[3:], (5, 4))], TOLD + 2 * DAY)
    assert state_of(session, other) == "open"
    with pytest.raises(Conflict, match="found anew"):
        dismissing.undismiss(session, place, one)


@pytest.mark.parametrize("state", ["open", "dismissed"])
def test_a_report_tells_other_ads_as_the_other_finding_that_they_are(
    session: Session, alice: Member, campaign: Campaign, ads: list[Ad], state: str
) -> None:
    place = alice.workspace.id
    one, other = tired(campaign, ads[:2], (5, 4)), tired(campaign, ads[3:], (5, 4))
    [number] = keeping.keep(session, place, [one], TOLD)
    if state == "dismissed":
        dismissing.dismiss(session, place, number)
    assert keeping.known_of(session, place, [one])[one.key].id == number
    assert keeping.known_of(session, place, [other]) == {}
    assert keeping.open_numbers(session, place, [other]) == [None]
    [new] = keeping.keep_new(session, place, [other], TOLD + DAY)
    assert (new != number, state_of(session, new)) == (True, "open")
    assert keeping.as_first_said(keeping.find(session, place, number)) == one


def test_a_strangers_finding_of_the_same_key_is_left_alone(
    session: Session, alice: Member, charlie: Member, campaign: Campaign, ads: list[Ad]
) -> None:
    [one] = keeping.keep(session, charlie.workspace.id, [tired(campaign, ads[:2], (5, 4))], TOLD)
    keeping.keep(session, alice.workspace.id, [tired(campaign, ads[2:4], (5, 4))], TOLD)
    assert state_of(session, one) == "open"
