"""What young days amounted to when they were read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Account, DayAtAge
from app.sync import ages
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day

DAY = dt.date(2026, 10, 20)
# New York is four hours behind in October.
MORNING = dt.datetime(2026, 10, 21, 4, 30, tzinfo=dt.UTC)
BEFORE_NOON = dt.datetime(2026, 10, 21, 15, 59, tzinfo=dt.UTC)
EVENING = dt.datetime(2026, 10, 22, 3, 59, tzinfo=dt.UTC)


def account_with(session: Session, member: Member, conversions: str) -> Account:
    account = make_account(session, make_connection(session, member.workspace))
    make_day(session, make_campaign(session, account, "c"), DAY, conversions=conversions)
    return account


def kept(session: Session) -> list[tuple[int, Decimal]]:
    session.expire_all()
    rows = session.scalars(select(DayAtAge).order_by(DayAtAge.age))
    return [(row.age, row.conversions) for row in rows]


def restate(session: Session, account: Account, conversions: str) -> None:
    make_day(session, make_campaign(session, account), DAY, conversions=conversions)


def test_a_day_is_kept_once_for_each_age_as_it_stood_at_noon(
    session: Session, alice: Member
) -> None:
    account = account_with(session, alice, "10")
    ages.keep(session, account, [DAY], MORNING)
    restate(session, account, "2")
    ages.keep(session, account, [DAY], BEFORE_NOON)
    restate(session, account, "5")
    ages.keep(session, account, [DAY], EVENING)
    assert kept(session) == [(1, Decimal(12))]

    ages.keep(session, account, [DAY], EVENING + dt.timedelta(days=2))
    assert kept(session) == [(1, Decimal(12)), (3, Decimal(17))]


def test_a_day_that_is_not_over_or_first_read_when_old_is_not_kept(
    session: Session, alice: Member
) -> None:
    account = account_with(session, alice, "10")
    ages.keep(session, account, [DAY], MORNING - dt.timedelta(hours=1))
    ages.keep(session, account, [DAY], MORNING + dt.timedelta(days=29))
    assert kept(session) == []


def test_a_day_without_conversions_is_kept_as_nothing(session: Session, alice: Member) -> None:
    account = make_account(session, make_connection(session, alice.workspace))
    ages.keep(session, account, [DAY], MORNING)
    assert kept(session) == [(1, Decimal(0))]
