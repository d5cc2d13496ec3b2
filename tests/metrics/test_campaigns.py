"""The list of campaigns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.metrics.campaigns import SORTABLE, CampaignList, Wish, campaigns
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import Account
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day

DAY = dt.date(2026, 11, 20)
PERIOD = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 21))


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace))


def names(session: Session, member: Member, wish: Wish) -> list[str]:
    return [row.name for row in ask(session, member, wish).rows]


def ask(session: Session, member: Member, wish: Wish) -> CampaignList:
    return campaigns(session, sources(session, member.workspace.id), PERIOD, wish)


def test_the_largest_spend_comes_first(session: Session, alice: Member, account: Account) -> None:
    make_day(session, make_campaign(session, account, "Small"), DAY, spend="1")
    make_day(session, make_campaign(session, account, "Large"), DAY, spend="9")
    make_campaign(session, account, "Quiet")

    assert names(session, alice, Wish()) == ["Large", "Small", "Quiet"]


@pytest.mark.parametrize("way", ["", "-"])
def test_a_ratio_without_meaning_comes_last_whichever_way(
    session: Session, alice: Member, account: Account, way: str
) -> None:
    make_day(session, make_campaign(session, account, "Good"), DAY, spend="1", value="5")
    make_day(session, make_campaign(session, account, "Bad"), DAY, spend="5", value="1")
    make_campaign(session, account, "Quiet")

    found = names(session, alice, Wish(sort=f"{way}roas"))

    assert found == (["Good", "Bad", "Quiet"] if way else ["Bad", "Good", "Quiet"])


@pytest.mark.parametrize("column", SORTABLE)
def test_every_column_sorts_both_ways(
    session: Session, alice: Member, account: Account, column: str
) -> None:
    for number in (1, 2, 3):
        make_day(
            session,
            make_campaign(session, account, f"Campaign {number}"),
            DAY,
            spend=str(number),
            value=str(number * number),
            conversions=str(number**3),
            clicks=number**4,
            impressions=number**6,
        )

    up = names(session, alice, Wish(sort=column))
    down = names(session, alice, Wish(sort=f"-{column}"))

    assert sorted(up) == sorted(down)
    if column not in ("platform", "status"):
        assert up == down[::-1]


def test_a_click_rate_is_not_cut_to_a_whole_number(
    session: Session, alice: Member, account: Account
) -> None:
    make_day(session, make_campaign(session, account, "Low"), DAY, clicks=1, impressions=100)
    make_day(session, make_campaign(session, account, "High"), DAY, clicks=9, impressions=100)

    assert names(session, alice, Wish(sort="-ctr")) == ["High", "Low"]


def test_search_takes_percent_signs_and_umlauts_literally(
    session: Session, alice: Member, account: Account
) -> None:
    make_campaign(session, account, "Kaffee 50% für Müde ☕")
    make_campaign(session, account, "Kaffee 500 Bohnen")

    assert names(session, alice, Wish(search="50%")) == ["Kaffee 50% für Müde ☕"]
    assert names(session, alice, Wish(search="FÜR müde")) == ["Kaffee 50% für Müde ☕"]
    assert names(session, alice, Wish(search="_")) == []


def test_filters_by_platform_and_status(session: Session, alice: Member, account: Account) -> None:
    other = make_account(session, make_connection(session, alice.workspace, "google"))
    make_campaign(session, account, "Meta on")
    make_campaign(session, account, "Meta off", status="paused")
    make_campaign(session, other, "Google on")

    assert names(session, alice, Wish(platform="google")) == ["Google on"]
    assert names(session, alice, Wish(status="paused")) == ["Meta off"]


def test_a_removed_campaign_keeps_its_spend(
    session: Session, alice: Member, account: Account
) -> None:
    gone = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    make_day(session, make_campaign(session, account, "Gone", removed_at=gone), DAY, spend="9")
    make_campaign(session, account, "Gone long ago", removed_at=gone)

    found = ask(session, alice, Wish())

    assert [(row.name, row.status) for row in found.rows] == [("Gone", "removed")]
    assert found.figures.spend == Decimal(9)


def test_the_total_is_of_all_pages(session: Session, alice: Member, account: Account) -> None:
    for number in range(5):
        make_day(session, make_campaign(session, account), DAY, spend=str(number + 1))

    found = ask(session, alice, Wish(size=2, page=3))

    assert (len(found.rows), found.total, found.pages) == (1, 5, 3)
    assert found.figures.spend == Decimal(15)


def test_a_page_past_the_end_is_the_last_one(
    session: Session, alice: Member, account: Account
) -> None:
    for _ in range(3):
        make_campaign(session, account)

    found = ask(session, alice, Wish(size=2, page=99))

    assert (found.page, len(found.rows)) == (2, 1)


def test_an_amount_without_a_rate_stands_apart(session: Session, alice: Member) -> None:
    odd = make_account(session, make_connection(session, alice.workspace), currency="XOF")
    make_day(session, make_campaign(session, odd, "Dakar"), DAY, spend="60000", clicks=5)

    [row] = ask(session, alice, Wish()).rows

    assert (row.figures.spend, row.figures.clicks) == (0, 0)
    assert (row.currency, row.apart.spend) == ("XOF", Decimal(60000))


def test_a_stranger_sees_none(
    session: Session, alice: Member, charlie: Member, account: Account
) -> None:
    make_campaign(session, account)

    assert names(session, charlie, Wish()) == []
