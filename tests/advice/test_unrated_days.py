"""Money without an exchange rate is unknown: it is not taken for money that was not spent."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.insights.rules import advice
from app.insights.words import Manner, say
from app.metrics.period import Period
from app.models import Account, CampaignTotalDay, PlatformConnection, PlatformTotalDay
from tests.advice.test_asking import BEFORE, PERIOD, asked, fill, make_read
from tests.conftest import Member
from tests.factories import make_campaign

DAY = dt.timedelta(days=1)
SETTLED = Period(PERIOD.first, dt.date(2026, 6, 22))


@pytest.fixture
def meta(session: Session, alice: Member) -> Account:
    """The same every day, as Google's beside it."""
    made = make_read(session, alice)
    for account in (made, make_read(session, alice, "google")):
        fill(session, make_campaign(session, account))
    return made


def unrate(session: Session, account: Account, *days: dt.date) -> None:
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(
            update(table)
            .where(table.account_id == account.id, table.day.in_(days))
            .values(spend=None, value=None)
        )


@pytest.mark.parametrize("day", [SETTLED.first, SETTLED.last])
def test_an_account_with_a_day_of_unknown_money_is_left_out_whole(
    session: Session, alice: Member, meta: Account, day: dt.date
) -> None:
    unrate(session, meta, day)
    found = asked(session, alice)
    assert [each.entity.key for each in found.platforms] == ["google"]
    assert found.workspace.now.spend == found.workspace.before.spend == 2200


def test_unknown_money_of_the_days_before_is_compared_with_nothing(
    session: Session, alice: Member, meta: Account
) -> None:
    unrate(session, meta, *Period(BEFORE.first, BEFORE.first + 9 * DAY))
    found = asked(session, alice)
    assert found.days_before == 0
    assert found.workspace.now.spend == 4400
    assert found.workspace.before.spend == 0


def test_unknown_money_of_other_days_says_nothing_of_these(
    session: Session, alice: Member, meta: Account
) -> None:
    unrate(session, meta, PERIOD.last)
    found = asked(session, alice)
    assert (found.workspace.now.spend, found.days_before) == (4400, 22)


@pytest.mark.parametrize("day", [PERIOD.first, PERIOD.last, PERIOD.first - DAY])
def test_a_months_budget_is_not_held_against_money_of_which_some_is_unknown(
    session: Session, alice: Member, meta: Account, day: dt.date
) -> None:
    unrate(session, meta, day)
    alice.workspace.monthly_budgets = {"": "6000", "meta": "3000", "google": "3000"}
    session.flush()
    assert [each.entity.key for each in asked(session, alice).month_budgets] == ["google"]


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner("USD"), "What is spent there is missing from every figure."),
        (Manner("USD", "de_DE", "de"), "Was dort ausgegeben wird, fehlt überall."),
    ],
)
def test_what_a_silent_connection_spends_is_not_told_of_days_some_of_which_are_unknown(
    session: Session, alice: Member, meta: Account, manner: Manner, words: str
) -> None:
    session.get_one(PlatformConnection, meta.connection_id).status = "needs_attention"
    meta.read_through = PERIOD.last - 9 * DAY
    gone = Period(meta.read_through + DAY, PERIOD.last)
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(
            delete(table).where(
                table.account_id == meta.id, table.day.between(gone.first, gone.last)
            )
        )
    session.flush()
    assert "100" in said(session, alice, manner)
    unrate(session, meta, meta.read_through)
    told = said(session, alice, manner)
    assert told.endswith(words)
    assert "100" not in told


def said(session: Session, alice: Member, manner: Manner) -> str:
    [found] = [each for each in advice(asked(session, alice), []) if each.rule == "reconnect"]
    return say(found, manner).saw
