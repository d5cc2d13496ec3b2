"""What shops sold against what platforms claim."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.metrics.claims import LeftOut, Measure, StoreAgainstClaims, store_against_claims
from app.metrics.performance import performance
from app.metrics.period import Compare, Period, compare
from app.metrics.sources import sources
from app.models import Account
from tests.conftest import Member
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)

TODAY = dt.date(2026, 11, 22)
WEEK = Period(dt.date(2026, 11, 15), dt.date(2026, 11, 21))
HELD = {"history_from": dt.date(2026, 1, 1), "read_through": TODAY}


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


def an_account(
    session: Session, member: Member, platform: str = "meta", **columns: object
) -> Account:
    connection = make_connection(session, member.workspace, platform)
    return make_account(session, connection, **{**HELD, **columns})


def claim(
    session: Session,
    account: Account,
    number: int,
    conversions: str,
    value: str = "0",
    objective: str = "",
) -> None:
    campaign = make_campaign(session, account, objective=objective)
    make_day(session, campaign, day(number), spend="1", conversions=conversions, value=value)


def maybe(session: Session, member: Member, shown: Period = WEEK) -> StoreAgainstClaims | None:
    known = sources(session, member.workspace.id)
    found = performance(session, known, compare(shown, TODAY, Compare.NONE))
    return store_against_claims(session, known, found)


def ask(session: Session, member: Member, shown: Period = WEEK) -> StoreAgainstClaims:
    found = maybe(session, member, shown)
    assert found is not None
    return found


@pytest.fixture
def shop(session: Session, alice: Member) -> Account:
    """A shop with 6 orders on two days and none on the others."""
    made = an_account(session, alice, "shopify", name="Northlight shop")
    make_store_day(session, made, day(16), net="200", orders=4)
    make_store_day(session, made, day(18), net="100", orders=2)
    return made


@pytest.mark.usefixtures("shop")
def test_each_platform_and_all_together_are_set_against_the_shop(
    session: Session, alice: Member
) -> None:
    claim(session, an_account(session, alice), 16, "5", "250")
    claim(session, an_account(session, alice, "google"), 18, "2.5", "110")

    found = ask(session, alice)
    sales, amounts = found.compared(Measure.ORDERS), found.compared(Measure.REVENUE)

    assert (sales.days, sales.sold, sales.together) == (7, Decimal(6), Decimal("7.5"))
    assert sales.claimed == {"meta": Decimal(5), "google": Decimal("2.5")}
    assert sales.share() == Decimal("1.25")
    assert sales.share("google") == Decimal("2.5") / 6
    assert amounts.share() == Decimal("1.2")
    assert found.days[1].share(Measure.ORDERS, "meta") == Decimal("1.25")
    assert found.days[1].share(Measure.ORDERS, "google") == 0
    assert found.days[0].share(Measure.ORDERS) is None


def test_without_a_shop_there_is_nothing_to_compare(session: Session, alice: Member) -> None:
    claim(session, an_account(session, alice), 16, "5")
    assert maybe(session, alice) is None

    an_account(session, alice, "shopify", read_through=day(10))
    assert maybe(session, alice) is None


def test_a_shop_that_sold_nothing_is_compared_as_well(session: Session, alice: Member) -> None:
    an_account(session, alice, "shopify")
    claim(session, an_account(session, alice), 16, "5")
    sales = ask(session, alice).compared(Measure.ORDERS)
    assert (sales.sold, sales.together, sales.share()) == (0, 5, None)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "objective", ["OUTCOME_LEADS", "LEAD_GENERATION", "leads", "JOB_APPLICANTS"]
)
def test_what_campaigns_for_leads_claim_is_left_out_and_told(
    session: Session, alice: Member, objective: str
) -> None:
    account = an_account(session, alice)
    claim(session, account, 16, "3", "90", "OUTCOME_SALES")
    claim(session, account, 16, "40", "400", objective)
    found = ask(session, alice)
    assert found.compared(Measure.ORDERS).claimed == {"meta": Decimal(3)}
    assert found.compared(Measure.REVENUE).claimed == {"meta": Decimal(90)}
    assert (found.leads["meta"].conversions, found.leads["meta"].value) == (40, 400)


@pytest.mark.usefixtures("shop")
def test_an_account_that_counts_leads_claims_no_sales(session: Session, alice: Member) -> None:
    account = an_account(session, alice, conversion_action="onsite_conversion.lead_grouped")
    claim(session, account, 16, "40", objective="OUTCOME_TRAFFIC")
    found = ask(session, alice)
    assert found.compared(Measure.ORDERS).together == 0
    assert found.leads["meta"].conversions == 40


@pytest.mark.usefixtures("shop")
def test_platforms_whose_conversions_may_be_leads_are_named(
    session: Session, alice: Member
) -> None:
    claim(session, an_account(session, alice), 16, "3")
    claim(session, an_account(session, alice, "linkedin"), 16, "3")
    assert ask(session, alice).may_hold_leads == ["linkedin"]


@pytest.mark.usefixtures("shop")
def test_a_day_that_is_not_over_is_shown_but_not_compared(session: Session, alice: Member) -> None:
    claim(session, an_account(session, alice), 22, "9")
    found = ask(session, alice, Period(day(18), TODAY))
    assert found.left_out(LeftOut.UNFINISHED) == [TODAY]
    assert found.days[-1].together.conversions == 9
    assert found.compared(Measure.ORDERS).together == 0


@pytest.mark.parametrize(
    ("span", "left_out"),
    [
        ({"history_from": day(17)}, [15, 16]),
        ({"read_through": day(19)}, [20, 21]),
        ({"history_from": None, "read_through": None}, []),
    ],
)
def test_days_that_not_every_shop_holds_are_left_out(
    session: Session,
    alice: Member,
    shop: Account,
    span: dict[str, dt.date | None],
    left_out: list[int],
) -> None:
    other = an_account(session, alice, "shopify", name="Second shop", **span)
    if span["history_from" if "history_from" in span else "read_through"]:
        make_store_day(session, other, day(18), net="50", orders=1)
    claim(session, an_account(session, alice), 16, "8")

    found = ask(session, alice)

    assert [each.day for each in found.days if LeftOut.NO_SHOP in each.why.values()] == [
        day(number) for number in left_out
    ]
    assert all(each.orders is None for each in found.days if each.day.day in left_out)
    assert found.partial == (
        [s for s in found.shops if s.name == "Second shop"] if left_out else []
    )
    counted = 8 if 16 not in left_out else 0
    assert found.compared(Measure.ORDERS).together == counted


@pytest.mark.usefixtures("shop")
def test_a_platform_is_unknown_before_its_first_day(session: Session, alice: Member) -> None:
    late = an_account(session, alice, "google", history_from=day(18))
    claim(session, late, 19, "2")
    found = ask(session, alice)
    assert "google" not in found.days[0].claims
    assert found.days[-1].claims["google"].conversions == 0
    assert [source.platform for source in found.partial] == ["google"]


def test_claims_and_shops_without_a_rate_stand_apart(
    session: Session, alice: Member, shop: Account
) -> None:
    claim(session, an_account(session, alice, currency="XOF"), 16, "7", "90000")
    found = ask(session, alice)
    [apart] = found.unconverted
    assert (apart.currency, apart.claim.conversions, apart.claim.value) == ("XOF", 7, 90000)
    assert found.compared(Measure.ORDERS).together == 0

    foreign = an_account(session, alice, "shopify", currency="XOF")
    make_store_day(session, foreign, day(16), net="60000", orders=3)
    found = ask(session, alice)
    assert found.left_out(LeftOut.NO_RATE) == [day(16)]
    assert found.compared(Measure.REVENUE).sold == 100
    assert found.compared(Measure.ORDERS).sold == 9


def test_orders_or_revenue_that_nobody_told_are_not_compared(
    session: Session, alice: Member
) -> None:
    shop = an_account(session, alice, "shopify")
    make_store_day(session, shop, day(16), net="80", orders=None)
    claim(session, an_account(session, alice), 16, "8", "160")
    found = ask(session, alice)
    assert found.days[1].orders is None
    assert (found.days[1].share(Measure.ORDERS), found.days[1].share(Measure.REVENUE)) == (None, 2)
    assert found.compared(Measure.ORDERS).days == 6

    alice.workspace.revenue_with_tax = True
    session.merge(alice.workspace)
    session.flush()
    make_store_day(session, shop, day(16), net="80", orders=2)
    found = ask(session, alice)
    assert (found.days[1].share(Measure.ORDERS), found.days[1].share(Measure.REVENUE)) == (4, None)


@pytest.mark.usefixtures("shop")
def test_a_strangers_claims_are_not_in_it(session: Session, alice: Member, charlie: Member) -> None:
    claim(session, an_account(session, charlie), 16, "5")
    assert ask(session, alice).compared(Measure.ORDERS).together == 0
    assert maybe(session, charlie) is None
