"""Incidents over nights: told once while they last, over when they are, each with its own row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.advice import dismissing, keeping, nightly, signals
from app.advice.known_incidents import going_on
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.insights.ranking import rank
from app.insights.review_days import dated
from app.insights.words import Manner
from app.models import Account, Alert, CampaignDay, StoredFinding
from tests.advice.test_alarming import DAY, NOW, TODAY, YESTERDAY, meta, roll_up
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection
from tests.reports.conftest import campaign_day

__all__ = ["meta"]
FEW = {"conversions": 0, "conversion_value": 0}
META = Entity("platform", "meta", "Meta", "meta", "conversions")
BREAK = Finding(
    rule="tracking_break",
    kind=Kind.CONCERN,
    class_=Class.OBSERVED,
    entities=(META,),
    first=YESTERDAY - 3 * DAY,
    last=YESTERDAY,
    numbers={
        "before": Number(40, Unit.COUNT),
        "now": Number(0, Unit.COUNT),
        "days": Number(4, Unit.DAYS),
    },
    at_stake=2000.0,
    currency="USD",
    facts={"metric": "conversions", "since": (YESTERDAY - 3 * DAY).isoformat()},
)


def spoil(session: Session, account: Account, back: range, **figures: object) -> None:
    days = [TODAY - each * DAY for each in back]
    session.execute(update(CampaignDay).where(CampaignDay.day.in_(days)).values(**figures))
    roll_up(session, account)


def night(session: Session, member: Member, back: int = 0) -> None:
    """The look so many nights ago."""
    nightly.look_and_keep(session, member.workspace.id, NOW - back * DAY)
    session.commit()
    session.expire_all()


def alerts(session: Session, rule: str = "tracking_break") -> list[Alert]:
    return list(session.scalars(select(Alert).where(Alert.rule == rule).order_by(Alert.id)))


def stored(session: Session, rule: str = "tracking_break") -> list[StoredFinding]:
    asked = select(StoredFinding).where(StoredFinding.rule == rule).order_by(StoredFinding.id)
    return list(session.scalars(asked))


def test_a_break_of_weeks_is_one_alert_and_one_finding_that_stay_open(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, range(1, 24), **FEW)
    for back in (22, 15, 8, 1, 0):
        night(session, alice, back)
        assert [each.state for each in alerts(session)] == ["open"]
        assert [each.state for each in stored(session)] == ["open"]
        assert [each.state for each in stored(session, "fix_tracking")] == ["open"]
    [kept] = stored(session)
    assert (kept.first, kept.last) == (TODAY - 23 * DAY, YESTERDAY)
    assert keeping.as_first_said(kept).last == YESTERDAY - 22 * DAY


def test_a_break_that_was_mended_is_over_and_asks_for_nothing(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, range(4, 10), **FEW)
    night(session, alice, 5)
    assert [each.state for each in alerts(session)] == ["open"]
    night(session, alice, 2)
    assert [each.state for each in alerts(session)] == ["resolved"]
    assert [each.state for each in stored(session, "fix_tracking")] == ["closed"]
    [kept] = stored(session)
    assert keeping.restored(kept).over
    assert kept.last == TODAY - 4 * DAY


def test_a_second_break_is_an_alert_of_its_own_beside_what_is_told_of_the_first(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, range(25, 26), **FEW)
    night(session, alice, 24)
    spoil(session, meta, range(1, 3), **FEW)
    for back in (20, 1, 0):
        night(session, alice, back)
    assert [each.state for each in alerts(session)] == ["resolved", "open"]
    first, second = stored(session)
    assert (first.first, first.last) == (TODAY - 25 * DAY, TODAY - 25 * DAY)
    assert (second.first, second.last) == (TODAY - 2 * DAY, YESTERDAY)
    for each in (first, second):
        assert keeping.as_first_said(each).since == keeping.restored(each).since
        assert each.review_on == dated(keeping.as_first_said(each)).review_on


def test_a_break_stays_an_alert_though_a_late_conversion_comes_in_between(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, range(1, 6), **FEW)
    for back in (4, 2, 0):
        spoil(session, meta, range(4, 5), conversions=1)
        night(session, alice, back)
        assert [each.state for each in alerts(session)] == ["open"]


def test_spend_that_stops_while_a_break_is_open_is_an_alert_of_its_own(
    session: Session, alice: Member, meta: Account
) -> None:
    spoil(session, meta, range(1, 8), **FEW)
    night(session, alice, 1)
    spoil(session, meta, range(1, 2), spend=0, impressions=0, clicks=0, **FEW)
    night(session, alice)
    assert [each.state for each in alerts(session)] == ["open"]
    assert [each.state for each in alerts(session, "zero_rows")] == ["open"]


@pytest.mark.parametrize("moved", [-2, -1, 0, 1, 2])
def test_an_incident_whose_first_day_moves_is_the_same_one(
    session: Session, alice: Member, charlie: Member, moved: int
) -> None:
    place = alice.workspace.id
    [number] = keeping.keep(session, place, [BREAK], NOW)
    first = BREAK.first + moved * DAY
    again = replace(
        BREAK, first=first, last=TODAY, facts={**BREAK.facts, "since": first.isoformat()}
    )
    [known] = going_on(session, place, [again])
    assert known.key == BREAK.key
    assert known.first == first
    assert keeping.keep(session, place, [known], NOW + DAY) == [number]
    assert going_on(session, charlie.workspace.id, [again]) == [again]


@pytest.mark.parametrize("moved", [1, 2])
def test_an_incident_told_on_its_first_day_is_the_same_though_that_moves_past_it(
    session: Session, alice: Member, moved: int
) -> None:
    place = alice.workspace.id
    once = replace(BREAK, last=BREAK.first)
    [number] = keeping.keep(session, place, [once], NOW)
    first = BREAK.first + moved * DAY
    again = replace(
        BREAK, first=first, last=first, facts={**BREAK.facts, "since": first.isoformat()}
    )
    [known] = going_on(session, place, [again])
    assert keeping.keep(session, place, [known], NOW + DAY) == [number]


SHOP = Entity("workspace", "7", "Shop", role="conversions")
GOOGLE = replace(META, key="google", name="Google", platform="google")
CARRIED = [replace(each, role="carries") for each in (META, GOOGLE)]


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        ((META, CARRIED[1]), (GOOGLE, CARRIED[0])),
        ((META, CARRIED[1]), (GOOGLE,)),
        ((META,), (GOOGLE, CARRIED[0])),
        ((SHOP, *CARRIED), (META,)),
        ((GOOGLE,), (SHOP, *CARRIED)),
    ],
    ids=["the other leads", "the lead is back", "another leads", "one of all", "all"],
)
def test_a_break_keeps_its_key_its_dismissal_and_its_advice_whatever_it_is_told_of(
    session: Session, alice: Member, kept: tuple[Entity, ...], now: tuple[Entity, ...]
) -> None:
    place = alice.workspace.id
    told = replace(BREAK, entities=kept)
    [number] = keeping.keep(session, place, [told], NOW)
    dismissing.dismiss(session, place, number)
    first = BREAK.first + DAY
    for night in (1, 2):
        again = replace(
            BREAK, entities=now, first=first, facts={**BREAK.facts, "since": first.isoformat()}
        )
        [known] = going_on(session, place, [again])
        assert (known.key, known.entities) == (told.key, now)
        assert keeping.keep(session, place, [known], NOW + night * DAY) == [number]
    assert keeping.still_open(session, place) == []


def test_platforms_that_part_from_their_break_stay_that_incident_the_one_that_lasts_first(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    told = replace(BREAK, entities=(META, CARRIED[1]))
    keeping.keep(session, place, [told], NOW)
    back = replace(BREAK, facts={**BREAK.facts, "over": "yes"}, at_stake=9000.0)
    lasts = replace(BREAK, entities=(GOOGLE,))
    known = going_on(session, place, [back, lasts])
    assert [each.key for each in known] == [told.key, told.key]
    assert [each.entities for each in rank(known)] == [(GOOGLE,)]


def test_a_break_of_another_platform_is_told_while_the_first_is_open(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    keeping.keep(session, place, [BREAK], NOW)
    other = replace(BREAK, entities=(GOOGLE,), first=TODAY, last=TODAY)
    other = replace(other, facts={**BREAK.facts, "since": TODAY.isoformat()})
    assert going_on(session, place, [BREAK, other]) == [BREAK, other]


def small_platforms(session: Session, member: Member, broken: dt.date) -> None:
    """A hundred days of three, two sales a day each until the day."""
    for platform in ("meta", "google", "tiktok"):
        account = make_account(
            session,
            make_connection(session, member.workspace, platform, last_synced_at=NOW),
            history_from=TODAY - 100 * DAY,
            read_through=YESTERDAY,
            synced_at=NOW,
        )
        campaign = make_campaign(session, account)
        for back in range(1, 101):
            day = TODAY - back * DAY
            sold = ("500", "0", "0") if day >= broken else ("500", "2", "100")
            session.add(campaign_day(campaign, day, (10_000 + back % 7, 200), sold))
        session.flush()
        roll_up(session, account)


def test_small_platforms_that_all_stop_are_one_alert_one_letter_and_one_finding(
    session: Session, alice: Member
) -> None:
    small_platforms(session, alice, TODAY - 9 * DAY)
    for back in range(8, -1, -1):
        night(session, alice, back)
        assert {each.state for each in alerts(session)} <= {"open"}
    assert len(alerts(session)) == len(stored(session)) == 1
    assert len(stored(session, "fix_tracking")) == 1


def test_an_incident_of_other_days_or_another_matter_is_another(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    keeping.keep(session, place, [BREAK], NOW)
    day = BREAK.last + 3 * DAY
    later = replace(BREAK, first=day, last=day, facts={"since": day.isoformat()})
    google = replace(BREAK, entities=(replace(META, key="google"),))
    assert going_on(session, place, [later, google]) == [later, google]


def test_two_incidents_are_never_known_by_one_day(session: Session, alice: Member) -> None:
    place = alice.workspace.id
    keeping.keep(session, place, [BREAK], NOW)
    halves = [
        replace(BREAK, last=BREAK.first),
        replace(BREAK, first=YESTERDAY, facts={**BREAK.facts, "since": YESTERDAY.isoformat()}),
    ]
    assert going_on(session, place, halves) == halves


def test_a_dismissed_incident_stays_away_though_its_first_day_moves(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    [number] = keeping.keep(session, place, [BREAK], NOW)
    dismissing.dismiss(session, place, number)
    first = BREAK.first + DAY
    again = replace(BREAK, first=first, facts={"since": first.isoformat()})
    assert keeping.keep(session, place, going_on(session, place, [again]), NOW + DAY) == [number]
    assert keeping.still_open(session, place) == []


def test_a_target_that_is_missed_after_it_was_met_is_a_finding_with_a_review_of_its_own(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    met = dated(replace(BREAK, rule="roas_target", kind=Kind.WIN, facts={}))
    missed = dated(replace(met, kind=Kind.CONCERN, last=met.last + 9 * DAY, at_stake=1.0))
    [won] = keeping.keep(session, place, [met], NOW)
    [lost] = keeping.keep(session, place, [missed], NOW + 9 * DAY)
    keeping.close_missing(session, place, [missed], NOW + 9 * DAY)
    session.expire_all()
    first, second = (keeping.find(session, place, each) for each in (won, lost))
    assert (first.kind, first.state, keeping.restored(first)) == ("win", "closed", met)
    assert (second.kind, second.state, keeping.restored(second)) == ("concern", "open", missed)
    assert second.review_on == missed.review_on


@pytest.mark.parametrize(("age", "told"), [(1, True), (14, True), (15, False)])
def test_a_spike_is_urgent_for_two_weeks(age: int, told: bool) -> None:
    spike = replace(BREAK, rule="spend_spike", last=TODAY - age * DAY, first=TODAY - age * DAY)
    spike = replace(spike, facts={**spike.facts, "over": "yes"})
    assert bool(signals.of_findings([spike], Manner("USD"), TODAY)) is told


def test_a_break_is_urgent_while_it_lasts_however_long_ago_it_began() -> None:
    old = replace(BREAK, first=TODAY - 60 * DAY)
    [signal] = signals.of_findings([old], Manner("USD"), TODAY)
    assert (signal.platform, signal.key) == ("meta", old.key)
    ended = replace(BREAK, facts={**BREAK.facts, "over": "yes"})
    assert signals.of_findings([ended], Manner("USD"), TODAY) == []


def test_a_break_on_several_platforms_is_held_back_by_the_one_it_is_told_of() -> None:
    google = Entity("platform", "google", "Google", "google", "carries")
    both = replace(BREAK, entities=(META, google))
    [signal] = signals.of_findings([both], Manner("USD"), TODAY)
    assert signal.platform == "meta"
    assert "Meta and Google" in signal.title
    assert dt.date.fromisoformat(both.since) == both.first
