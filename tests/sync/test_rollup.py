"""Totals in the workspace's currency, at each day's own rate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.connectors.words import Grain, StoreFigures
from app.models import (
    Account,
    CampaignTotalDay,
    FxRate,
    ManualRate,
    PlatformTotalDay,
)
from app.sync.batch import Batch
from app.sync.rollup import recompute, recompute_shops, recompute_workspace
from app.sync.store import Origin, replace, replace_store
from tests.conftest import Member
from tests.sync.conftest import make_account, row_versions
from tests.sync.fake_platform import fact

FRIDAY = dt.date(2026, 10, 23)
SUNDAY = FRIDAY + dt.timedelta(days=2)


@pytest.fixture(autouse=True)
def _no_shipped_rates(session: Session) -> None:
    """Rates are those a test sets."""
    session.execute(text("TRUNCATE fx_rate"))
    session.commit()


def rate(session: Session, currency: str, day: dt.date, units: str) -> None:
    session.add(FxRate(currency=currency, day=day, units_per_eur=Decimal(units)))
    session.flush()


def spend(session: Session, account: Account, amount: str, day: dt.date) -> None:
    with Batch(Grain.CAMPAIGN) as batch:
        batch.add([fact(day, spend=Decimal(amount), value=Decimal(0))])
        replace(session, account, batch, [day], origin=Origin())
    recompute(session, account.workspace_id, account.id, [day])


def converted(session: Session) -> list[Decimal | None]:
    session.expire_all()
    campaigns = session.scalars(select(CampaignTotalDay.spend).order_by(CampaignTotalDay.day))
    platforms = session.scalars(select(PlatformTotalDay.spend).order_by(PlatformTotalDay.day))
    amounts = list(campaigns)
    assert amounts == list(platforms)
    return amounts


@pytest.fixture
def pounds(session: Session, alice: Member) -> Account:
    """An account in pounds, in a workspace in dollars."""
    return make_account(session, alice.workspace.id, external_id="act_2", currency="GBP")


def test_the_same_currency_is_never_converted(session: Session, account: Account) -> None:
    spend(session, account, "12.3456789", FRIDAY)
    assert converted(session) == [Decimal("12.3456789")]


def test_each_day_has_its_own_rate(session: Session, pounds: Account) -> None:
    for day, units in ((FRIDAY, "1.25"), (FRIDAY - dt.timedelta(days=1), "1.5")):
        rate(session, "USD", day, units)
        rate(session, "GBP", day, "0.5")
        spend(session, pounds, "10.00", day)
    assert converted(session) == [Decimal("30.00"), Decimal("25.00")]


def test_a_weekend_takes_fridays_rate(session: Session, pounds: Account) -> None:
    rate(session, "USD", FRIDAY, "1.2")
    rate(session, "GBP", FRIDAY, "0.8")
    spend(session, pounds, "10.00", SUNDAY)
    assert converted(session) == [Decimal("15.00")]


def test_a_rate_older_than_a_week_is_no_rate(session: Session, pounds: Account) -> None:
    rate(session, "USD", FRIDAY, "1.2")
    rate(session, "GBP", FRIDAY, "0.8")
    spend(session, pounds, "10.00", FRIDAY + dt.timedelta(days=8))
    assert converted(session) == [None]
    native = session.scalars(select(PlatformTotalDay)).one()
    assert (native.native_spend, native.native_currency) == (Decimal("10.00"), "GBP")


def test_a_later_rate_is_never_used(session: Session, pounds: Account) -> None:
    rate(session, "USD", SUNDAY, "1.2")
    rate(session, "GBP", SUNDAY, "0.8")
    spend(session, pounds, "10.00", FRIDAY)
    assert converted(session) == [None]


def test_the_owners_rate_counts_from_its_day_on_for_what_the_ecb_does_not_quote(
    session: Session, alice: Member
) -> None:
    dirhams = make_account(session, alice.workspace.id, currency="AED")
    rate(session, "USD", FRIDAY, "1")
    rate(session, "USD", SUNDAY, "1")
    for day, units in ((dt.date(2026, 1, 1), "4"), (SUNDAY, "5")):
        session.add(
            ManualRate(
                workspace_id=alice.workspace.id,
                currency="AED",
                from_day=day,
                units_per_eur=Decimal(units),
            )
        )
    spend(session, dirhams, "20.00", FRIDAY)
    spend(session, dirhams, "20.00", SUNDAY)
    assert converted(session) == [Decimal(5), Decimal(4)]


def test_a_rate_typed_in_to_fill_a_gap_does_not_outlive_the_gap(
    session: Session, alice: Member, pounds: Account
) -> None:
    rate(session, "USD", FRIDAY, "1")
    rate(session, "USD", SUNDAY, "1")
    rate(session, "GBP", SUNDAY, "0.5")
    session.add(
        ManualRate(
            workspace_id=alice.workspace.id,
            currency="GBP",
            from_day=FRIDAY,
            units_per_eur=Decimal("0.8"),
        )
    )
    spend(session, pounds, "10.00", FRIDAY)
    spend(session, pounds, "10.00", SUNDAY)
    assert converted(session) == [Decimal("12.5"), Decimal(20)]


def test_euro_needs_no_rate_of_its_own(session: Session, alice: Member) -> None:
    euros = make_account(session, alice.workspace.id, currency="EUR")
    rate(session, "USD", FRIDAY, "1.1")
    spend(session, euros, "10.00", FRIDAY)
    assert converted(session) == [Decimal("11.00")]


def test_a_new_workspace_currency_converts_all_that_is_held(
    session: Session, alice: Member, account: Account, pounds: Account
) -> None:
    rate(session, "USD", FRIDAY, "1.25")
    rate(session, "GBP", FRIDAY, "0.5")
    spend(session, account, "10.00", FRIDAY)
    alice.workspace.currency = "GBP"
    session.merge(alice.workspace)
    session.flush()
    recompute_workspace(session, alice.workspace.id)
    assert converted(session) == [Decimal("4.00")]


def test_recomputing_writes_nothing_when_nothing_changed(session: Session, pounds: Account) -> None:
    rate(session, "USD", FRIDAY, "1.3")
    rate(session, "GBP", FRIDAY, "0.7")
    spend(session, pounds, "10.00", FRIDAY)
    before = row_versions(session)
    recompute_workspace(session, pounds.workspace_id)
    assert row_versions(session) == before


def test_a_day_on_which_nothing_happened_is_no_row(session: Session, account: Account) -> None:
    nothing = fact(FRIDAY, impressions=0, clicks=0, spend=Decimal(0))
    idle = nothing._replace(conversions=Decimal(0), value=Decimal(0))
    with Batch(Grain.CAMPAIGN) as batch:
        batch.add([idle])
        replace(session, account, batch, [FRIDAY], origin=Origin())
    recompute(session, account.workspace_id, account.id, [FRIDAY])
    assert converted(session) == []


@pytest.mark.parametrize(
    ("with_tax", "with_shipping", "revenue"),
    [
        (False, False, "80.00"),
        (True, False, "95.20"),
        (False, True, "85.00"),
        (True, True, "100.20"),
    ],
)
def test_a_shops_revenue_has_the_parts_its_workspace_wants(
    session: Session,
    account: Account,
    alice: Member,
    with_tax: bool,
    with_shipping: bool,
    revenue: str,
) -> None:
    sold(session, account, tax=Decimal("15.20"), shipping=Decimal("5.00"))
    choose(session, alice, with_tax=with_tax, with_shipping=with_shipping)
    row = session.scalars(select(PlatformTotalDay)).one()
    assert (row.store_net, row.native_store_net) == (Decimal(revenue), Decimal(revenue))


def test_revenue_without_a_part_that_is_wanted_is_unknown_and_not_smaller(
    session: Session, account: Account, alice: Member
) -> None:
    sold(session, account, tax=None, shipping=Decimal("5.00"))
    choose(session, alice, with_tax=True, with_shipping=True)
    row = session.scalars(select(PlatformTotalDay)).one()
    assert (row.store_net, row.native_store_net, row.orders) == (None, Decimal(80), 2)
    assert row.spend is not None

    choose(session, alice, with_tax=False, with_shipping=True)
    assert row.store_net == Decimal(85)


def sold(session: Session, account: Account, **parts: Decimal | None) -> None:
    figures = StoreFigures(FRIDAY, net=Decimal("80.00"), orders=2)._replace(**parts)
    replace_store(session, account, [figures], [FRIDAY], origin=Origin())
    recompute(session, account.workspace_id, account.id, [FRIDAY])


def choose(session: Session, member: Member, *, with_tax: bool, with_shipping: bool) -> None:
    place = session.merge(member.workspace)
    place.revenue_with_tax, place.revenue_with_shipping = with_tax, with_shipping
    session.flush()
    recompute_shops(session, place.id)
    session.expire_all()


def test_a_shop_is_never_added_to_what_platforms_claim(session: Session, account: Account) -> None:
    figures = StoreFigures(FRIDAY, net=Decimal("80.00"), orders=2)
    replace_store(session, account, [figures], [FRIDAY], origin=Origin())
    recompute(session, account.workspace_id, account.id, [FRIDAY])
    row = session.scalars(select(PlatformTotalDay)).one()
    assert (row.store_net, row.orders, row.value, row.spend) == (Decimal(80), 2, 0, 0)
