"""A test is drawn and read by the accounts that go on; others neither skew nor block it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.alerts import alerts
from app.advice.drawing import Candidate, candidates
from app.advice.evaluations import evaluated
from app.metrics.sources import sources
from app.models import Account, CampaignDay, PlannedTest
from app.sync.rollup import recompute
from tests.advice.planned_tests import FIRST, make_test, make_world
from tests.advice.test_planned_tests import after, look, noon, read
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection

LONG_AGO = {"history_from": dt.date(2024, 1, 1), "read_through": dt.date(2025, 1, 1)}
CUT = {"status": "disconnected"}
UPLOAD = {"kind": "upload"}
LAST = FIRST - dt.timedelta(days=1)


def make_another(
    session: Session, member: Member, connection: dict[str, str], **held: dt.date
) -> Account:
    """A second account of google's."""
    link = make_connection(
        session, member.workspace, "google", last_synced_at=noon(LAST), **connection
    )
    made = make_account(session, link, **held)
    session.commit()
    return made


def spend(session: Session, account: Account, first: dt.date, last: dt.date) -> None:
    """A hundred a day."""
    campaign = make_campaign(session, account)
    days = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
    for day in days:
        session.add(
            CampaignDay(
                campaign_id=campaign.id,
                day=day,
                account_id=account.id,
                workspace_id=account.workspace_id,
                spend=Decimal(100),
                conversions=Decimal(1),
                conversion_value=Decimal(10),
                clicks=1,
                impressions=10,
            )
        )
    session.flush()
    recompute(session, account.workspace_id, account.id, days)
    session.commit()


def make_usual(session: Session, member: Member) -> None:
    """Google and Meta at 100 a day each, up to the day before FIRST; no test was ever on."""
    test = make_test(session, member)
    make_world(session, member, test, last=LAST)
    session.delete(test)
    session.commit()


def google(session: Session, member: Member) -> Candidate:
    known = sources(session, member.workspace.id)
    found = candidates(session, member.workspace, known, noon(FIRST))
    return next(each for each in found if each.platform == "google")


@pytest.mark.parametrize("connection", [CUT, UPLOAD])
def test_an_account_that_ended_before_a_test_does_not_keep_it_from_being_read(
    session: Session, alice: Member, connection: dict[str, str]
) -> None:
    make_world(session, alice, make_test(session, alice), last=after(4))
    make_another(session, alice, connection, **LONG_AGO)
    found = read(session, alice, after(4, 1))
    assert found is not None
    assert (found.last, found.over) == (after(4), 4)


@pytest.mark.parametrize("connection", [CUT, UPLOAD])
def test_an_account_that_ended_within_a_test_leaves_the_days_after_it_unknown(
    session: Session, alice: Member, connection: dict[str, str]
) -> None:
    make_world(session, alice, make_test(session, alice), last=after(4))
    held = {"history_from": FIRST - dt.timedelta(days=90), "read_through": after(2, 2)}
    make_another(session, alice, connection, **held)
    found = read(session, alice, after(4, 1))
    assert found is not None
    assert (found.last, found.over) == (after(2, 2), 2)


def test_a_week_before_an_account_was_read_is_not_told_as_badly_spent(
    session: Session, alice: Member
) -> None:
    make_world(session, alice, make_test(session, alice), last=after(4))
    held = {"history_from": after(4, -2), "read_through": after(4)}
    young = make_another(session, alice, {}, **held)
    spend(session, young, held["history_from"], held["read_through"])
    look(session, alice, after(4, 1))
    found = evaluated(session.scalars(select(PlannedTest)).one())
    assert found is not None
    assert (found.as_drawn["google"][-1], found.as_drawn["meta"][-1]) == (False, True)
    assert list(found.lately) == ["meta"]
    told = alerts(session, alice.workspace.id, noon(after(4, 1)))
    assert not [each for each in told if "not spent as the test drew it" in each.title]


@pytest.mark.parametrize("connection", [CUT, UPLOAD])
def test_an_account_that_ended_does_not_keep_its_platform_from_being_tested(
    session: Session, alice: Member, connection: dict[str, str]
) -> None:
    make_usual(session, alice)
    make_another(session, alice, connection, **LONG_AGO)
    assert google(session, alice).why_not == ""
    assert google(session, alice).daily == Decimal(100)


def test_what_a_cut_account_spent_is_not_taken_for_todays_budget(
    session: Session, alice: Member
) -> None:
    make_usual(session, alice)
    first, last = LAST - dt.timedelta(days=20), LAST - dt.timedelta(days=3)
    spend(
        session,
        make_another(session, alice, CUT, history_from=first, read_through=last),
        first,
        last,
    )
    assert google(session, alice).daily == Decimal(100)


@pytest.mark.parametrize("connection", [{}, UPLOAD])
def test_days_before_an_account_was_read_are_no_days_of_less_spend(
    session: Session, alice: Member, connection: dict[str, str]
) -> None:
    make_usual(session, alice)
    first = LAST - dt.timedelta(days=6)
    account = make_another(session, alice, connection, history_from=first, read_through=LAST)
    spend(session, account, first, LAST)
    assert google(session, alice).daily == Decimal(200)


def test_a_platform_with_an_account_of_a_few_days_waits_for_a_week_of_it(
    session: Session, alice: Member
) -> None:
    make_usual(session, alice)
    first = LAST - dt.timedelta(days=5)
    spend(
        session,
        make_another(session, alice, {}, history_from=first, read_through=LAST),
        first,
        LAST,
    )
    assert google(session, alice).why_not == "young"


@pytest.mark.parametrize("connection", [{}, UPLOAD])
def test_a_platform_none_of_whose_accounts_reaches_today_is_behind(
    session: Session, alice: Member, connection: dict[str, str]
) -> None:
    make_another(session, alice, connection, **LONG_AGO)
    assert google(session, alice).why_not == "behind"
