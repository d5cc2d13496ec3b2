"""The one question behind every number, on real rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy.orm import Session

from app.metrics.figures import RevenueSource
from app.metrics.performance import Performance, performance
from app.metrics.period import Period, compare
from app.metrics.sources import sources
from app.models import Account
from tests.conftest import Member
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_rate,
    make_store_day,
)

TODAY = dt.date(2026, 11, 22)
YESTERDAY = dt.date(2026, 11, 21)
WEEK = Period(dt.date(2026, 11, 15), YESTERDAY)


def ask(session: Session, member: Member, shown: Period = WEEK) -> Performance:
    known = sources(session, member.workspace.id)
    return performance(session, known, compare(shown, TODAY))


def an_account(session: Session, member: Member, **columns: object) -> Account:
    return make_account(session, make_connection(session, member.workspace), **columns)


def test_totals_are_the_sums_of_the_days_shown(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, an_account(session, alice))
    make_day(session, campaign, WEEK.first, spend="10.10", value="40", clicks=3, impressions=90)
    make_day(session, campaign, WEEK.last, spend="20.20", value="50", conversions="2.5")
    make_day(session, campaign, WEEK.first - dt.timedelta(days=1), spend="5")

    found = ask(session, alice)

    assert found.shown.spend == Decimal("30.30")
    assert found.shown.reported_revenue == Decimal(90)
    assert found.shown.conversions == Decimal("2.5")
    assert (found.shown.clicks, found.shown.impressions) == (3, 90)
    assert isinstance(found.shown.clicks, int)
    assert found.before is not None
    assert found.before.spend == Decimal(5)


def test_today_is_shown_but_not_compared(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, an_account(session, alice))
    make_day(session, campaign, TODAY, spend="7")
    make_day(session, campaign, YESTERDAY, spend="10")

    found = ask(session, alice, Period(YESTERDAY, TODAY))

    assert found.shown.spend == Decimal(17)
    assert found.compared.spend == Decimal(10)


def test_a_stranger_sees_nothing_of_it(session: Session, alice: Member, charlie: Member) -> None:
    make_day(session, make_campaign(session, an_account(session, alice)), YESTERDAY, spend="10")

    assert ask(session, charlie).shown.spend == 0


def test_a_deselected_account_does_not_count(session: Session, alice: Member) -> None:
    account = an_account(session, alice)
    make_day(session, make_campaign(session, account), YESTERDAY, spend="10")
    account.selected = False
    session.flush()

    assert ask(session, alice).shown.spend == 0


def test_kept_data_of_a_disconnected_platform_counts(session: Session, alice: Member) -> None:
    connection = make_connection(session, alice.workspace, status="disconnected")
    campaign = make_campaign(session, make_account(session, connection))
    make_day(session, campaign, YESTERDAY, spend="10")

    assert ask(session, alice).shown.spend == Decimal(10)


def test_currencies_are_converted_at_each_days_rate(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, an_account(session, alice, currency="EUR"))
    make_rate(session, "USD", dt.date(2026, 11, 19), "1.10")
    make_rate(session, "USD", dt.date(2026, 11, 20), "1.20")
    make_day(session, campaign, dt.date(2026, 11, 19), spend="100")
    make_day(session, campaign, dt.date(2026, 11, 20), spend="100")

    assert ask(session, alice).shown.spend == Decimal(230)


def test_a_currency_without_a_rate_is_shown_apart(session: Session, alice: Member) -> None:
    dollars = make_campaign(session, an_account(session, alice))
    odd = make_campaign(session, an_account(session, alice, currency="XOF"))
    make_day(session, dollars, YESTERDAY, spend="10", clicks=5)
    make_day(session, odd, YESTERDAY, spend="60000", value="90000", clicks=700)

    found = ask(session, alice)

    assert found.shown.spend == Decimal(10)
    assert found.shown.clicks == 5
    assert [(part.currency, part.figures.spend, part.figures.clicks) for part in found.apart] == [
        ("XOF", Decimal(60000), 700)
    ]


def test_a_shop_gives_store_revenue_and_blended_roas(session: Session, alice: Member) -> None:
    make_day(
        session,
        make_campaign(session, an_account(session, alice)),
        YESTERDAY,
        spend="100",
        value="450",
    )
    shop = make_account(session, make_connection(session, alice.workspace, "shopify"))
    make_store_day(session, shop, YESTERDAY, net="300", orders=4)

    found = ask(session, alice).shown

    assert found.roas(RevenueSource.STORE) == Decimal(3)
    assert found.roas(RevenueSource.REPORTED) == Decimal("4.5")
    assert found.orders == 4


def test_platforms_are_shares_of_all_spend(session: Session, alice: Member) -> None:
    for platform, spend in (("meta", "75"), ("google", "25")):
        connection = make_connection(session, alice.workspace, platform)
        campaign = make_campaign(session, make_account(session, connection))
        make_day(session, campaign, YESTERDAY, spend=spend)

    found = [(part.platform, part.share) for part in ask(session, alice).platforms()]

    assert found == [("meta", Decimal("0.75")), ("google", Decimal("0.25"))]


def test_the_days_add_up_to_the_total(session: Session, alice: Member) -> None:
    campaign = make_campaign(session, an_account(session, alice))
    for offset, day in enumerate(WEEK):
        make_day(session, campaign, day, spend=f"{offset}.37")
    found = ask(session, alice)

    assert [day.day for day in found.daily()] == list(WEEK)
    assert sum(day.figures.spend for day in found.daily() if day.figures) == found.shown.spend


def test_a_quiet_day_is_zero_and_a_day_never_read_is_unknown(
    session: Session, alice: Member
) -> None:
    account = an_account(
        session, alice, history_from=dt.date(2026, 11, 17), read_through=dt.date(2026, 11, 20)
    )
    make_day(session, make_campaign(session, account), dt.date(2026, 11, 19), spend="5")

    daily = {day.day.day: day.figures for day in ask(session, alice).daily()}

    assert daily[16] is None
    assert daily[17] is not None
    assert daily[17].spend == 0
    assert daily[21] is None


def test_an_empty_workspace_answers_with_nothing(session: Session, alice: Member) -> None:
    found = ask(session, alice)

    assert not found.shown.anything
    assert found.platforms() == []
    assert found.apart == []


def test_a_day_that_is_not_over_where_an_account_is_is_not_compared(
    session: Session, alice: Member
) -> None:
    now, tokyo = dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC), dt.date(2026, 11, 23)
    kept = make_connection(session, alice.workspace, status="disconnected")
    make_account(session, kept, time_zone="Pacific/Pago_Pago")
    assert sources(session, alice.workspace.id).day_in_progress(tokyo, now) == tokyo

    an_account(session, alice, time_zone="America/Los_Angeles")
    assert sources(session, alice.workspace.id).day_in_progress(tokyo, now) == TODAY


def test_a_day_without_sales_is_zero_only_where_a_shops_figures_are_held_and_known(
    session: Session, alice: Member
) -> None:
    make_day(session, make_campaign(session, an_account(session, alice)), WEEK.first, spend="5")
    shop = make_account(
        session,
        make_connection(session, alice.workspace, "shopify"),
        history_from=dt.date(2026, 11, 17),
        read_through=YESTERDAY,
    )
    place = session.merge(alice.workspace)
    place.revenue_with_tax = True
    session.flush()
    make_store_day(session, shop, dt.date(2026, 11, 18), net="80", tax="8")
    make_store_day(session, shop, dt.date(2026, 11, 19), net="50")

    found = ask(session, alice)

    sold = {each.day.day: each.figures.store_revenue for each in found.daily() if each.figures}
    assert sold == {15: None, 16: None, 17: 0, 18: 88, 19: None, 20: 0, 21: 0}
    [left_out] = found.incomplete
    assert (left_out.account_id, left_out.net) == (shop.id, Decimal(50))
    assert left_out.days == [dt.date(2026, 11, 19)]
    assert found.shown.store_revenue == Decimal(88)
    assert found.shown.orders == 2
