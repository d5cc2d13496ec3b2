"""Tests are read once their weeks are settled, and tell what was spent as drawn and what not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import nightly, planned
from app.advice.alerts import alerts
from app.advice.evaluating import read_tests
from app.advice.evaluations import Evaluated, evaluated
from app.advice.fitting_inputs import FittingInputs, fitting_inputs
from app.advice.keeping import restored
from app.advice.reviewing import review
from app.insights.finding import Class
from app.insights.words import Manner, say
from app.metrics.known_days import first_active
from app.metrics.sources import sources
from app.models import Account, DayAtAge, PlannedTest, StoredFinding, Workspace
from tests.advice.planned_tests import FIRST, make_test, make_world
from tests.conftest import Member, make_member

ONE_DAY = dt.timedelta(days=1)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(16), dt.UTC)


def after(weeks: int, days: int = 0) -> dt.date:
    return FIRST + dt.timedelta(weeks=weeks, days=days)


def read(session: Session, member: Member, day: dt.date) -> Evaluated | None:
    """What is read of the only test on a day."""
    read_tests(session, member.workspace, sources(session, member.workspace.id), noon(day))
    session.commit()
    return evaluated(session.scalars(select(PlannedTest)).one())


def inputs(session: Session, member: Member, day: dt.date) -> FittingInputs:
    known = sources(session, member.workspace.id)
    active = first_active(session, member.workspace.id)
    found = fitting_inputs(session, known, day - ONE_DAY, day, active)
    assert found is not None
    return found


def findings(session: Session, member: Member, rule: str) -> list[StoredFinding]:
    return list(
        session.scalars(
            select(StoredFinding).where(
                StoredFinding.workspace_id == member.workspace.id,
                StoredFinding.rule == rule,
                StoredFinding.state == "open",
            )
        )
    )


def look(session: Session, member: Member, day: dt.date) -> None:
    nightly.look_and_keep(session, member.workspace.id, noon(day))
    session.commit()


def test_a_test_read_to_its_end_is_a_finding_with_its_class(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(10))
    look(session, alice, after(9, 1))
    session.expire_all()
    found = evaluated(test)
    assert found is not None
    assert (found.weeks, found.of_weeks, found.followed, found.complete) == (8, 8, 1.0, True)
    assert test.state == "ended"
    [stored] = findings(session, alice, "planned_test")
    finding = restored(stored)
    assert finding.class_ in (Class.RECOMMEND, Class.LEANING)
    assert {each.role: each.key for each in finding.entities} == {"from": "meta", "to": "google"}
    assert stored.review_on is None
    said = say(finding, Manner("USD"))
    assert said.title.startswith("The test of Meta and Google is over")
    assert "100% of the weeks were spent as drawn" in said.saw


def test_a_result_stands_for_four_weeks_and_stays_as_it_was_read(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(14))
    look(session, alice, after(9, 1))
    session.expire_all()
    first = test.evaluation
    look(session, alice, after(13))
    session.expire_all()
    assert test.evaluation == first
    assert len(findings(session, alice, "planned_test")) == 1
    look(session, alice, after(13, 2))
    assert findings(session, alice, "planned_test") == []


def test_what_a_test_found_is_not_held_against_it_by_reviews(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(16))
    look(session, alice, after(9, 1))
    review(session, alice.workspace.id, noon(after(15)))
    session.commit()
    session.expire_all()
    [stored] = findings(session, alice, "planned_test")
    assert (stored.outcome, stored.scored_at) == (None, None)


def test_a_week_that_is_not_settled_says_nothing_yet(session: Session, alice: Member) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(3))
    found = read(session, alice, after(2, 6))
    assert found is not None
    assert (found.weeks, found.over, found.complete) == (1, 2, False)
    assert found.as_drawn == {"google": [True, True], "meta": [True, True]}


def test_days_that_were_not_read_are_unknown_not_zero(session: Session, alice: Member) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(5), ended={"meta": after(2, 1)})
    found = read(session, alice, after(5))
    assert found is not None
    assert found.last == after(2, 1)
    assert found.as_drawn["meta"] == [True, True]


def test_weeks_not_spent_as_drawn_count_as_ordinary_ones(session: Session, alice: Member) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(10), flat_from={"meta": 6})
    found = read(session, alice, after(9, 1))
    assert found is not None
    assert found.as_drawn["google"] == [True] * 8
    assert found.as_drawn["meta"] == [True] * 6 + [False] * 2
    assert found.followed == pytest.approx(14 / 16)
    drawn = inputs(session, alice, after(9, 1)).drawn
    assert drawn is not None
    assert [sum(row) for row in drawn] == [56, 42]


def test_what_budgets_return_is_learnt_from_the_days_drawn_by_lot(
    session: Session, alice: Member, charlie: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(10))
    read(session, alice, after(9))
    fitted = inputs(session, alice, after(9)).fitted()
    assert [each.response.tested_weeks for each in fitted] == [8, 8]
    make_world(session, charlie, test, last=after(10))
    assert inputs(session, charlie, after(9, 1)).drawn is None


def test_while_a_test_runs_no_move_is_advised_that_would_disturb_it(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(6))
    look(session, alice, after(6))
    [stored] = findings(session, alice, "reallocation")
    finding = restored(stored)
    assert finding.class_ is Class.SILENT
    assert "running_test" in finding.missing
    said = say(finding, Manner("USD"))
    assert "a test of these budgets is on or about to begin" in said.saw
    assert "A test of ±" not in said.do


def test_a_night_that_is_killed_leaves_nothing_half_read(session: Session, alice: Member) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(10))
    nightly.look_and_keep(session, alice.workspace.id, noon(after(9, 1)))
    session.rollback()
    session.expire_all()
    assert (test.state, test.evaluation) == ("running", None)
    look(session, alice, after(9, 1))
    look(session, alice, after(9, 1))
    session.expire_all()
    assert test.state == "ended"
    assert len(findings(session, alice, "planned_test")) == 1


def test_another_currency_stops_a_test_and_keeps_what_was_read(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(6))
    before = read(session, alice, after(5))
    place = session.get_one(Workspace, alice.workspace.id)
    place.currency = "EUR"
    session.commit()
    look(session, alice, after(6))
    session.expire_all()
    assert (test.state, test.stopped_because) == ("stopped", "currency")
    assert evaluated(test) == before
    drawn = inputs(session, alice, after(6)).drawn
    assert drawn is not None
    assert [sum(row) for row in drawn] == [35, 35]


def test_a_stopped_test_is_read_up_to_its_last_whole_week(session: Session, alice: Member) -> None:
    test = make_test(
        session, alice, state="stopped", stopped_because="person", stopped_on=after(3, 2)
    )
    make_world(session, alice, test, last=after(8), flat_from={"google": 3, "meta": 3})
    found = read(session, alice, after(6))
    assert found is not None
    assert (found.weeks, found.of_weeks, found.complete, found.followed) == (3, 3, True, 1.0)
    look(session, alice, after(6))
    assert findings(session, alice, "planned_test") == []


def test_a_test_stopped_within_its_first_week_says_nothing(session: Session, alice: Member) -> None:
    test = make_test(
        session, alice, state="stopped", stopped_because="person", stopped_on=after(0, 3)
    )
    make_world(session, alice, test, last=after(4))
    assert read(session, alice, after(4)) is None


def test_a_test_runs_by_the_days_of_its_workspaces_time_zone(session: Session) -> None:
    mei = make_member(session, "Mei", "Kissa", currency="JPY", time_zone="Asia/Tokyo")
    test = make_test(session, mei, state="planned")
    eve = dt.datetime.combine(FIRST - ONE_DAY, dt.time(14), dt.UTC)
    for now, state in ((eve, "planned"), (eve + dt.timedelta(hours=2), "running")):
        planned.advance(session, mei.workspace, planned.day_of(mei.workspace, now))
        assert test.state == state
    assert planned.blocks(test)[0].budgets == {"google": Decimal(130), "meta": Decimal(70)}


def test_a_block_is_told_once_when_its_budgets_are_to_be_set(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(2, 4))
    look(session, alice, after(1, 6))
    look(session, alice, after(2))
    [alert] = alerts(session, alice.workspace.id, noon(after(2)))
    assert alert.title == "Set the budgets of block 2 on Mar 16"
    assert "Google $70.00 a day, Meta $130.00 a day" in alert.saw
    look(session, alice, after(2, 2))
    session.expire_all()
    assert alert.state == "resolved"


def test_budgets_that_were_not_set_as_drawn_are_told_with_what_was_spent(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(2, 5), flat_from={"meta": 1})
    look(session, alice, after(2, 4))
    [alert] = alerts(session, alice.workspace.id, noon(after(2, 4)))
    assert alert.title == "Meta is not spent as the test drew it"
    assert "$100.00 a day against $70.00 (Mar 9–15)" in alert.saw


def test_at_the_end_the_budgets_are_to_be_put_back(session: Session, alice: Member) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(9))
    look(session, alice, after(8))
    titles = [each.title for each in alerts(session, alice.workspace.id, noon(after(8)))]
    assert titles == ["Put the budgets back on Apr 27"]


def test_conversions_that_are_still_to_come_are_reckoned_with(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice, state="stopped", stopped_because="person", stopped_on=FIRST)
    campaigns = make_world(session, alice, test, last=after(10))
    assert inputs(session, alice, after(10)).maturity is None
    account = session.get_one(Account, campaigns["meta"].account_id)
    for back in range(1, 80):
        day = after(10) - back * ONE_DAY
        for age in (1, 3, 7, 14):
            if age <= back:
                session.add(
                    DayAtAge(
                        workspace_id=alice.workspace.id,
                        account_id=account.id,
                        day=day,
                        age=age,
                        conversion_action="",
                        spend=Decimal(100),
                        conversions=Decimal(15 + age),
                        conversion_value=Decimal(150),
                    )
                )
    session.commit()
    google, meta = inputs(session, alice, after(10)).maturity or ([], [])
    assert set(google) == {1.0}
    assert meta[0] < meta[6] < meta[28] == 1.0
    assert meta[0] == pytest.approx(16 / 30, abs=0.06)
