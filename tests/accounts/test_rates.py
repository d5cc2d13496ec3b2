"""Which rates are missing, and for which days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy.orm import Session

from app.accounts.rates import Gap, gaps, set_rate
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day, make_rate

DAY = dt.date(2026, 11, 10)
LATER = DAY + dt.timedelta(days=3)


def spending(session: Session, member: Member, currency: str, *days: dt.date) -> None:
    account = make_account(session, make_connection(session, member.workspace), currency=currency)
    campaign = make_campaign(session, account)
    for day in days:
        make_day(session, campaign, day, spend="10")


def test_nothing_is_missing_where_all_is_in_one_currency(session: Session, alice: Member) -> None:
    spending(session, alice, "USD", DAY)
    assert gaps(session, alice.workspace) == []


def test_a_gap_names_the_currency_and_the_days_that_need_it(
    session: Session, alice: Member
) -> None:
    make_rate(session, "USD", LATER, "1.1")
    spending(session, alice, "AED", DAY, LATER)
    assert gaps(session, alice.workspace) == [Gap("AED", DAY, LATER)]


def test_a_rate_too_old_to_use_is_missing_on_both_sides(session: Session, alice: Member) -> None:
    for currency in ("USD", "JPY"):
        make_rate(session, currency, DAY - dt.timedelta(days=8), "1.1")
    spending(session, alice, "JPY", DAY)
    assert [gap.currency for gap in gaps(session, alice.workspace)] == ["JPY", "USD"]


def test_the_euro_itself_is_never_missing(session: Session, alice: Member) -> None:
    spending(session, alice, "EUR", DAY)
    assert gaps(session, alice.workspace) == [Gap("USD", DAY, DAY)]


def test_what_is_typed_in_is_missing_no_more(session: Session, alice: Member) -> None:
    spending(session, alice, "AED", DAY)
    for currency, units in (("AED", "4"), ("USD", "1.1")):
        set_rate(session, alice.workspace.id, currency, DAY, Decimal(units))
    assert gaps(session, alice.workspace) == []
