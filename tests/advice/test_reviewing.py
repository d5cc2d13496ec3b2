"""Findings are held against what happened, once their days have settled."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.advice import keeping, reviewing
from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.months import DAYS_A_MONTH
from app.metrics.period import Period
from app.metrics.scoreboard import scoreboard
from app.models import Account, Campaign, CampaignReach, StoredFinding, Workspace
from tests.advice.test_asking import make_read
from tests.conftest import Member
from tests.factories import make_campaign, make_days

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 4, 13), dt.date(2026, 5, 10)
TOLD = dt.datetime(2026, 5, 11, 12, tzinfo=dt.UTC)


def at(days: int) -> dt.datetime:
    """Noon so many days after the finding's last."""
    return dt.datetime.combine(LAST + days * DAY, dt.time(16), dt.UTC)


def move(**changed: object) -> Finding:
    """A tenth of 200 a day from LinkedIn to Meta."""
    found = Finding(
        rule="reallocation",
        kind=Kind.RECOMMENDATION,
        class_=Class.RECOMMEND,
        entities=(
            Entity("platform", "linkedin", "LinkedIn", "linkedin", "from"),
            Entity("platform", "meta", "Meta", "meta", "to"),
        ),
        first=dt.date(2026, 1, 1),
        last=LAST,
        numbers={
            "step_day": Number(20.0, Unit.MONEY),
            "day_from": Number(100.0, Unit.MONEY),
            "day_to": Number(100.0, Unit.MONEY),
        },
        at_stake=600.0,
        currency="USD",
        range=Range(300.0, 900.0),
        certainty=0.93,
        review_on=LAST + 35 * DAY,
    )
    return replace(found, **changed)  # type: ignore[arg-type]


def of_campaign(campaign: Campaign, rule: str, **changed: object) -> Finding:
    """Something said of one campaign's four weeks."""
    found = Finding(
        rule=rule,
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(Entity("campaign", str(campaign.id), campaign.name, "meta"),),
        first=FIRST,
        last=LAST,
        numbers={},
        at_stake=100.0,
        currency="USD",
    )
    return replace(found, **changed)  # type: ignore[arg-type]


def waste(campaign: Campaign) -> Finding:
    """100 a day for nothing: up to 3,000 a month to be saved."""
    return of_campaign(
        campaign,
        "cut_waste",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        numbers={
            "target": Number(50.0, Unit.MONEY),
            "monthly": Number(100 * DAYS_A_MONTH, Unit.MONEY),
        },
        range=Range(2900.0, 100 * DAYS_A_MONTH),
        facts={"because": "zero_result", "action": "pause"},
    )


def fill(session: Session, campaign: Campaign, days: Period, **figures: str) -> None:
    make_days(session, campaign, days, **figures)  # type: ignore[arg-type]


BEFORE = Period(dt.date(2026, 1, 1), LAST)
AFTER = Period(LAST + DAY, LAST + 60 * DAY)


@pytest.fixture
def both(session: Session, alice: Member) -> tuple[Campaign, Campaign]:
    """100 a day on either platform before the move."""
    found = [
        make_campaign(session, make_read(session, alice, each)) for each in ("linkedin", "meta")
    ]
    for each in found:
        fill(session, each, BEFORE, spend="100", value="300", conversions="3")
    return found[0], found[1]


def moved(session: Session, both: tuple[Campaign, Campaign], step: int, value: str) -> None:
    giver, taker = both
    fill(session, giver, AFTER, spend=str(100 - step), value="280", conversions="3")
    fill(session, taker, AFTER, spend=str(100 + step), value=value, conversions="3")


def told(session: Session, member: Member, finding: Finding) -> StoredFinding:
    [number] = keeping.keep(session, member.workspace.id, [finding], TOLD)
    session.commit()
    return keeping.find(session, member.workspace.id, number)


def review(session: Session, member: Member, days: int) -> int:
    found = reviewing.review(session, member.workspace.id, at(days))
    session.commit()
    session.expire_all()
    return found


def test_a_move_is_reviewed_after_14_and_28_settled_days(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    stored = told(session, alice, move())
    assert [review(session, alice, each) for each in (14, 21)] == [0, 0]
    assert review(session, alice, 22) == 1
    first = reviewing.reviews_of(stored)[14]
    assert (first.first, first.last) == (LAST + DAY, LAST + 14 * DAY)
    assert (first.before_first, first.before_last) == (LAST - 13 * DAY, LAST)
    assert (stored.scored_at, stored.followed, stored.followed_how) == (None, "yes", "detected")
    assert [review(session, alice, each) for each in (23, 35)] == [0, 0]
    assert review(session, alice, 36) == 1
    assert stored.scored_at == at(36)
    last = reviewing.reviews_of(stored)[28].outcome
    assert last.measured == pytest.approx(20 * DAYS_A_MONTH)
    assert (last.direction, last.inside) == (True, True)
    assert reviewing.reviews_of(stored)[14] == first


def next_review(session: Session, stored: StoredFinding) -> int | None:
    """In how many days after its last one."""
    session.refresh(stored)
    day = keeping.restored(stored).review_on
    return (day - LAST).days if day else None


def test_the_days_that_are_shown_are_those_on_which_it_is_reviewed(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    stored = told(session, alice, of_campaign(both[1], "zero_result"))
    for shown in (22, 36):
        assert next_review(session, stored) == shown
        assert review(session, alice, shown - 1) == 0
        assert review(session, alice, shown) == 1
    assert next_review(session, stored) is None


def test_a_move_is_shown_to_be_reviewed_when_it_may_be_followed_by_another(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    stored = told(session, alice, move())
    review(session, alice, 22)
    assert next_review(session, stored) == 36
    assert review(session, alice, 36) == 1
    assert next_review(session, stored) is None


def test_reviewing_twice_changes_nothing(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    stored = told(session, alice, move())
    review(session, alice, 40)
    outcome, scored = stored.outcome, stored.scored_at
    assert review(session, alice, 41) == 0
    assert (stored.outcome, stored.scored_at) == (outcome, scored)


def test_two_at_once_review_once(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    told(session, alice, move())
    together, found = threading.Barrier(2), []

    def run() -> None:
        with Session(session.get_bind()) as mine, mine.begin():
            together.wait()
            found.append(reviewing.review(mine, alice.workspace.id, at(40)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [0, 1]


@pytest.mark.parametrize(("step", "followed"), [(20, "yes"), (10, "yes"), (9, "no"), (0, "no")])
def test_a_move_is_followed_from_half_of_its_step_on(
    session: Session, alice: Member, both: tuple[Campaign, Campaign], step: int, followed: str
) -> None:
    moved(session, both, step, "340")
    stored = told(session, alice, move())
    review(session, alice, 36)
    assert stored.followed == followed


def test_what_a_person_said_of_following_stays(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    stored = told(session, alice, move())
    keeping.say_followed(session, alice.workspace.id, stored.id, followed=False, now=at(3))
    session.commit()
    review(session, alice, 36)
    assert (stored.followed, stored.followed_how) == ("no", "said")
    [score] = scoreboard(session, alice.workspace.id)
    assert (score.said, score.reviewed, score.followed, score.direction.told) == (1, 1, 0, 0)


def test_a_move_that_lost_is_told_as_outside_its_range(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "300")
    stored = told(session, alice, move())
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert outcome.measured == pytest.approx(-20 * DAYS_A_MONTH)
    assert (outcome.direction, outcome.inside) == (False, False)


def test_what_months_differ_by_anyway_does_not_count_against_the_range(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    for month in range(4):
        days = Period.ending(LAST, 28).earlier(28 * month)
        value = "300" if month % 2 else "400"
        fill(session, both[1], days, spend="100", value=value, conversions="3")
    moved(session, both, 20, "380")
    stored = told(session, alice, move())
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert outcome.direction is False
    assert outcome.inside is True


def test_when_all_spend_changed_nothing_is_said_of_the_move(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    fill(session, both[0], AFTER, spend="80", value="300")
    fill(session, both[1], AFTER, spend="200", value="600")
    stored = told(session, alice, move())
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert (outcome.unknown, outcome.direction) == ("spend_changed", None)


def test_money_is_not_held_against_a_range_of_another_currency(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    stored = told(session, alice, move())
    session.execute(update(Workspace).values(currency="EUR"))
    review(session, alice, 36)
    assert {each.outcome.unknown for each in reviewing.reviews_of(stored).values()} == {"currency"}
    [score] = scoreboard(session, alice.workspace.id)
    assert (score.reviewed, score.direction.told, score.inside.told) == (0, 0, 0)


def test_days_that_were_not_read_are_waited_for_but_not_for_ever(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    stored = told(session, alice, move())
    session.execute(update(Account).values(read_through=LAST + 3 * DAY))
    assert review(session, alice, 49) == 0
    assert review(session, alice, 64) == 1
    assert reviewing.reviews_of(stored)[28].outcome.unknown == "not_read"
    assert stored.followed == ""


def test_a_move_worth_testing_or_none_at_all_is_not_reviewed(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    told(session, alice, move(class_=Class.WORTH_TESTING, review_on=None))
    told(session, alice, move(class_=Class.SILENT, entities=(), range=None, review_on=None))
    assert review(session, alice, 40) == 0
    assert scoreboard(session, alice.workspace.id) == []


def test_a_test_that_became_advice_is_reviewed_from_then_on(
    session: Session, alice: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    told(session, alice, move(class_=Class.WORTH_TESTING, review_on=None, last=LAST - 7 * DAY))
    stored = told(session, alice, move())
    assert keeping.as_first_said(stored) == move()
    assert stored.review_on == move().review_on
    assert review(session, alice, 40) == 1


def test_another_workspaces_findings_and_figures_are_left_alone(
    session: Session, alice: Member, charlie: Member, both: tuple[Campaign, Campaign]
) -> None:
    moved(session, both, 20, "340")
    theirs = told(session, charlie, move())
    stored = told(session, alice, move())
    assert review(session, charlie, 36) == 0
    assert stored.outcome is None
    assert review(session, alice, 36) == 1
    assert theirs.outcome is None
    assert scoreboard(session, charlie.workspace.id)[0].reviewed == 0


def test_a_strangers_campaign_cannot_be_measured(
    session: Session, alice: Member, charlie: Member
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    make_campaign(session, make_read(session, charlie))
    fill(session, campaign, BEFORE, spend="100")
    stored = told(session, charlie, waste(campaign))
    review(session, charlie, 80)
    assert stored.followed == ""
    assert all(each.outcome.measured in (None, 0) for each in reviewing.reviews_of(stored).values())


@pytest.mark.parametrize(("spend", "followed", "saved"), [("0", "yes", 100), ("90", "no", 10)])
def test_what_was_paused_is_told_by_its_spend(
    session: Session, alice: Member, spend: str, followed: str, saved: int
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, Period(FIRST, LAST), spend="100")
    fill(session, campaign, AFTER, spend=spend)
    stored = told(session, alice, waste(campaign))
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert stored.followed == followed
    assert outcome.measured == pytest.approx(saved * DAYS_A_MONTH)
    assert outcome.inside is (followed == "yes")


def test_a_raised_budget_is_followed_even_while_spend_lags(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, make_read(session, alice), budget=120, budget_kind="daily")
    fill(session, campaign, Period(FIRST, LAST), spend="100", conversions="5")
    fill(session, campaign, AFTER, spend="101", conversions="6")
    advice = of_campaign(
        campaign,
        "raise_budget",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        numbers={"budget": Number(100, Unit.MONEY), "step": Number(0.2, Unit.SHARE)},
    )
    stored = told(session, alice, advice)
    review(session, alice, 36)
    assert stored.followed == "yes"
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert (outcome.direction, outcome.inside) == (True, None)
    assert outcome.measured == pytest.approx(DAYS_A_MONTH)


def test_a_concern_is_reviewed_for_whether_it_lasted(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, Period(LAST + DAY, LAST + 14 * DAY), spend="100", conversions="2")
    fill(session, campaign, Period(LAST + 15 * DAY, AFTER.last), spend="100", conversions="9")
    fill(session, campaign, Period(FIRST, LAST), spend="100", conversions="2")
    concern = of_campaign(
        campaign,
        "cpa_target",
        numbers={"target": Number(25, Unit.MONEY), "now": Number(50, Unit.MONEY)},
        range=Range(40, 60, Unit.MONEY, per=""),
    )
    stored = told(session, alice, concern)
    review(session, alice, 36)
    found = reviewing.reviews_of(stored)
    assert (found[14].outcome.direction, found[14].outcome.inside) == (True, True)
    assert (found[28].outcome.direction, found[28].outcome.inside) == (False, False)
    assert stored.followed == ""


def test_days_before_it_was_told_are_not_held_against_advice(
    session: Session, alice: Member
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    late = LAST + 8 * DAY
    fill(session, campaign, Period(FIRST, late - DAY), spend="100")
    fill(session, campaign, Period(late, AFTER.last), spend="0")
    [number] = keeping.keep(session, alice.workspace.id, [waste(campaign)], at(8))
    session.commit()
    review(session, alice, 36)
    found = reviewing.reviews_of(keeping.find(session, alice.workspace.id, number))
    assert [each.first for each in found.values()] == [late, late]
    assert found[14].outcome.measured == pytest.approx(100 * DAYS_A_MONTH)


def test_a_month_is_held_against_what_it_was_heading_for(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, Period(dt.date(2026, 5, 1), AFTER.last), spend="100")
    heading = of_campaign(
        campaign,
        "pacing",
        entities=(Entity("workspace", str(alice.workspace.id), "All"),),
        first=dt.date(2026, 5, 1),
        numbers={"budget": Number(2000, Unit.MONEY)},
        range=Range(2900, 3200, Unit.MONEY, per=""),
        facts={"direction": "over"},
    )
    stored = told(session, alice, heading)
    assert next_review(session, stored) == (dt.date(2026, 6, 8) - LAST).days
    assert [review(session, alice, each) for each in (22, 28)] == [1, 0]
    review(session, alice, 29)
    found = reviewing.reviews_of(stored)
    assert found[14].outcome.unknown == "month_not_over"
    assert found[28].outcome.measured == 3100
    assert (found[28].outcome.direction, found[28].outcome.inside) == (True, True)


def test_what_is_not_measured_lasts_while_the_rule_still_finds_it(
    session: Session, alice: Member
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, BEFORE, spend="100")
    often = of_campaign(campaign, "frequency")
    stored = told(session, alice, often)
    review(session, alice, 22)
    keeping.keep(session, alice.workspace.id, [replace(often, last=LAST + 28 * DAY)], at(36))
    review(session, alice, 36)
    found = reviewing.reviews_of(stored)
    assert [each.outcome.direction for each in found.values()] == [False, True]


def of_platform(rule: str, metric: str, before: float, now: float, **changed: object) -> Finding:
    """What an alarm told of Meta on its last day."""
    units = {"spend": Unit.MONEY, "cpc": Unit.MONEY, "conversions": Unit.COUNT}
    found = Finding(
        rule=rule,
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(Entity("platform", "meta", "Meta", "meta", metric),),
        first=LAST,
        last=LAST,
        numbers={"before": Number(before, units[metric]), "now": Number(now, units[metric])},
        at_stake=100.0,
        currency="USD",
        facts={"metric": metric},
    )
    return replace(found, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("late", "stood"), [("1", True), ("9", False)])
def test_a_break_is_reviewed_by_whether_its_own_day_still_says_so(
    session: Session, alice: Member, late: str, *, stood: bool
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, Period(LAST, LAST), spend="100", conversions=late)
    fill(session, campaign, AFTER, spend="100", conversions="10")
    stored = told(session, alice, of_platform("tracking_break", "conversions", 10, 0))
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert outcome.direction is stood
    assert outcome.measured == pytest.approx(int(late) / 10 - 1)


@pytest.mark.parametrize(("spend", "lasted"), [("130", True), ("105", False)])
def test_a_shift_lasts_while_most_of_it_is_there(
    session: Session, alice: Member, spend: str, *, lasted: bool
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, AFTER, spend=spend, clicks=100)
    stored = told(session, alice, of_platform("persistent_shift", "cpc", 1.0, 1.3))
    review(session, alice, 36)
    assert reviewing.reviews_of(stored)[28].outcome.direction is lasted


@pytest.mark.parametrize(("conversions", "mended"), [("8", True), ("2", False)])
def test_tracking_was_mended_when_most_conversions_are_back(
    session: Session, alice: Member, conversions: str, *, mended: bool
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, AFTER, spend="100", conversions=conversions)
    advice = {"kind": Kind.RECOMMENDATION, "class_": Class.ACT}
    stored = told(session, alice, of_platform("fix_tracking", "conversions", 10, 0, **advice))
    review(session, alice, 36)
    assert reviewing.reviews_of(stored)[28].outcome.direction is mended


def test_a_break_on_two_platforms_was_mended_when_most_conversions_of_both_are_back(
    session: Session, alice: Member
) -> None:
    for platform, conversions in (("meta", "2"), ("google", "8")):
        campaign = make_campaign(session, make_read(session, alice, platform))
        fill(session, campaign, AFTER, spend="100", conversions=conversions)
    advice = {"kind": Kind.RECOMMENDATION, "class_": Class.ACT}
    found = of_platform("fix_tracking", "conversions", 18, 0, **advice)
    google = Entity("platform", "google", "Google", "google", "carries")
    stored = told(session, alice, replace(found, entities=(*found.entities, google)))
    review(session, alice, 36)
    outcome = reviewing.reviews_of(stored)[28].outcome
    assert outcome.direction is True
    assert outcome.measured == pytest.approx(10 / 18 - 1)


def test_a_workspace_that_was_deleted_meanwhile_is_passed_over(session: Session) -> None:
    assert reviewing.review(session, 999_999, TOLD) == 0


def test_a_wider_audience_is_held_against_its_target_and_seen_by_its_reach(
    session: Session, alice: Member
) -> None:
    campaign = make_campaign(session, make_read(session, alice))
    fill(session, campaign, BEFORE, spend="100", value="300", conversions="3")
    fill(session, campaign, AFTER, spend="120", value="324", conversions="3")
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    session.add(
        CampaignReach(
            campaign_id=campaign.id,
            last=LAST + 14 * DAY,
            days=28,
            reach=1_300,
            impressions=4_000,
            read_at=TOLD,
            **place,
        )
    )
    wider = of_campaign(
        campaign,
        "audience_expansion",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        numbers={
            "target": Number(2.5, Unit.MULTIPLE),
            "roas": Number(3.0, Unit.MULTIPLE),
            "reach": Number(1_000, Unit.COUNT),
        },
    )
    stored = told(session, alice, wider)
    assert review(session, alice, 22) == 1
    found = reviewing.reviews_of(stored)[14]
    assert (found.outcome.direction, found.outcome.inside) == (True, None)
    assert found.outcome.measured == pytest.approx(2.7)
    assert (found.followed, stored.followed_how) == ("yes", "detected")
