"""Findings of any days are computed when asked for; what could not be looked at is said."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.advice.answering import Answered, answer_for
from app.advice.left_out import Why
from app.errors import Invalid
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import (
    Campaign,
    CampaignTotalDay,
    PlatformConnection,
    PlatformTotalDay,
    StoredFinding,
)
from tests.advice.test_asking import BEFORE, NOW, PERIOD, THROUGH, fill, make_read
from tests.advice.test_nightly import make_waste
from tests.conftest import Member
from tests.factories import make_campaign, make_days, make_store_day

DAY = dt.timedelta(days=1)
TODAY = THROUGH
SETTLED = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 14))


def answered(session: Session, member: Member, asked: Period = SETTLED) -> Answered:
    known = sources(session, member.workspace.id)
    return answer_for(session, member.workspace, asked, known=known, now=NOW)


def why(found: Answered) -> list[Why]:
    return [each.why for each in found.left_out]


def test_days_that_no_night_looked_at_have_their_own_findings_and_none_is_kept(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    found = answered(session, alice)
    waste = next(each for each in found.findings if each.rule == "zero_result")
    assert (waste.first, waste.last) == (SETTLED.first, SETTLED.last)
    assert waste.numbers["spend"].value == 14 * 90
    assert (found.days, found.settled, found.left_out) == (SETTLED, SETTLED, [])
    assert session.scalar(select(func.count()).select_from(StoredFinding)) == 0


def test_a_state_of_now_is_told_of_no_older_days(session: Session, alice: Member) -> None:
    make_waste(session, alice)
    session.execute(update(Campaign).values(status="problem"))
    lately = answered(session, alice, Period(TODAY - 29 * DAY, TODAY - DAY))
    assert "disapproved" in {each.rule for each in lately.findings}
    older = answered(session, alice, SETTLED)
    assert {each.rule for each in older.findings}.isdisjoint({"disapproved", "fix_disapproved"})


def test_days_that_may_still_change_and_those_to_come_are_named(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    found = answered(session, alice, Period(PERIOD.first, TODAY + 3 * DAY))
    assert found.days == Period(PERIOD.first, TODAY - DAY)
    assert found.settled == Period(PERIOD.first, TODAY - 8 * DAY)
    assert [(each.why, each.first, each.last) for each in found.left_out] == [
        (Why.NOT_OVER, TODAY, TODAY + 3 * DAY),
        (Why.UNSETTLED, TODAY - 7 * DAY, TODAY - DAY),
    ]


def test_a_week_that_has_not_settled_is_not_taken_for_a_quiet_one(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    found = answered(session, alice, Period(TODAY - 6 * DAY, TODAY - DAY))
    assert {Why.UNSETTLED, Why.FEW_DAYS} <= set(why(found))
    assert found.settled is None


def test_today_alone_has_nothing_to_look_at_yet(session: Session, alice: Member) -> None:
    make_waste(session, alice)
    found = answered(session, alice, Period(TODAY, TODAY))
    assert (found.findings, found.days, why(found)) == ((), None, [Why.NOT_OVER])


def test_what_was_not_read_is_named_with_its_platform(session: Session, alice: Member) -> None:
    make_waste(session, alice)
    make_read(session, alice, "google", history_from=SETTLED.first + DAY)
    make_read(session, alice, "tiktok", read_through=BEFORE.first).removed_at = NOW
    session.flush()
    found = answered(session, alice)
    assert [(each.why, each.platforms) for each in found.left_out] == [(Why.NOT_READ, ("google",))]


def test_without_the_days_before_nothing_is_said_of_changes(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    late = make_read(session, alice, "google", history_from=SETTLED.first)
    make_days(session, make_campaign(session, late), SETTLED, spend="9")
    [missing] = answered(session, alice).left_out
    assert (missing.why, missing.last) == (Why.NO_COMPARISON, SETTLED.first - DAY)


def test_money_without_a_rate_is_named_and_no_budget_is_advised_on(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(
            update(table).where(table.day == SETTLED.first).values(spend=None, value=None)
        )
    found = answered(session, alice)
    [missing] = found.left_out
    assert (missing.why, missing.platforms, missing.first) == (
        Why.NO_RATE,
        ("meta",),
        SETTLED.first,
    )
    assert "reallocation" not in {each.rule for each in found.findings}


def test_a_connection_that_fell_silent_later_leaves_no_doubt_about_days_it_had_read(
    session: Session, alice: Member
) -> None:
    make_waste(session, alice)
    dead = {"last_synced_at": NOW - 5 * DAY, "status": "needs_attention"}
    session.execute(update(PlatformConnection).values(**dead))
    found = answered(session, alice)
    assert found.left_out == []
    rules = {each.rule for each in found.findings}
    assert "cut_waste" in rules
    assert "reconnect" not in rules


def test_a_connection_that_is_silent_now_leaves_the_last_days_in_doubt(
    session: Session, alice: Member
) -> None:
    account = make_read(session, alice)
    fill(session, make_campaign(session, account))
    account.read_through = TODAY - DAY
    session.execute(update(PlatformConnection).values(last_synced_at=NOW - DAY))
    found = answered(session, alice, Period(PERIOD.first, TODAY - DAY))
    assert (Why.STALE, ("meta",)) in [(each.why, each.platforms) for each in found.left_out]


def test_a_workspace_without_ads_is_told_so(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_waste(session, alice)
    make_store_day(session, make_read(session, charlie, "shopify"), SETTLED.first, net="5")
    found = answered(session, charlie)
    assert (found.findings, why(found)) == ([], [Why.NO_ACCOUNTS])


def test_days_to_come_and_ages_of_them_are_refused(session: Session, alice: Member) -> None:
    for asked in (
        Period(TODAY + DAY, TODAY + 9 * DAY),
        Period(TODAY - 1100 * DAY, TODAY),
    ):
        with pytest.raises(Invalid, match="from: "):
            answered(session, alice, asked)
