"""The numbers as JSON."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import clock
from tests.conftest import Member, sign_in
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)

RANGE = "from=2026-11-01&to=2026-11-10"
FIGURES = {
    "spend",
    "revenue",
    "store_revenue",
    "reported_revenue",
    "roas",
    "conversions",
    "clicks",
    "impressions",
    "ctr",
    "cpc",
    "cpa",
}


def day(number: int, month: int = 11) -> dt.date:
    return dt.date(2026, month, number)


@pytest.fixture
def alices(app: Flask, session: Session, alice: Member) -> FlaskClient:
    """Alice's client, with two campaigns and no shop."""
    account = make_account(
        session,
        make_connection(session, alice.workspace),
        settled_through=day(5),
        synced_at=dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC),
        history_from=day(1, 10),
        read_through=day(21),
    )
    gift = make_campaign(session, account, "Gift guide")
    sale = make_campaign(session, account, "Sale ☕", status="paused")
    make_day(
        session,
        gift,
        day(2),
        spend="100.10",
        value="400",
        conversions="4",
        clicks=50,
        impressions=1000,
    )
    make_day(session, sale, day(3), spend="20.40", value="10", clicks=1, impressions=9000)
    make_day(session, gift, day(25, 10), spend="100.40", value="100", clicks=10, impressions=500)
    session.commit()
    return sign_in(app, alice)


def test_the_summary_says_everything(alices: FlaskClient) -> None:
    found = alices.get(f"/api/metrics/summary?{RANGE}&compare=previous").get_json()

    assert found.keys() >= FIGURES | {
        "from",
        "to",
        "currency",
        "revenue_source",
        "previous",
        "change",
        "settled_through",
        "synced_at",
    }
    assert (found["from"], found["to"]) == ("2026-11-01", "2026-11-10")
    assert (found["currency"], found["revenue_source"]) == ("USD", "reported")
    assert found["spend"] == "120.50"
    assert found["revenue"] == found["reported_revenue"] == "410.00"
    assert found["store_revenue"] == "0.00"
    assert (found["clicks"], found["impressions"], found["conversions"]) == (51, 10_000, "4")
    assert Decimal(found["ctr"]) == Decimal("0.0051")
    assert found["settled_through"] == "2026-11-05"
    assert found["synced_at"] == "2026-11-21T12:00:00Z"
    assert found["previous"]["spend"] == "100.40"
    assert (found["previous"]["from"], found["previous"]["to"]) == ("2026-10-22", "2026-10-31")
    assert Decimal(found["change"]["spend"]) == Decimal("0.200199")
    assert found["change"]["conversions"] is None


def test_nothing_is_compared_when_asked_so(alices: FlaskClient) -> None:
    found = alices.get(f"/api/metrics/summary?{RANGE}&compare=none").get_json()

    assert found["previous"] is None
    assert found["change"] is None


def test_the_previous_year_is_the_same_dates(alices: FlaskClient) -> None:
    found = alices.get(f"/api/metrics/summary?{RANGE}&compare=year").get_json()

    assert (found["previous"]["from"], found["previous"]["to"]) == ("2025-11-01", "2025-11-10")


def test_a_shop_makes_the_summary_blended(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    shop = make_account(session, make_connection(session, alice.workspace, "shopify"))
    make_store_day(session, shop, day(2), net="241")
    session.commit()

    found = alices.get(f"/api/metrics/summary?{RANGE}").get_json()

    assert found["revenue_source"] == "store"
    assert (found["store_revenue"], found["reported_revenue"]) == ("241.00", "410.00")
    assert (found["revenue"], found["roas"]) == ("241.00", "2.00")


def test_the_days_add_up_to_the_summary(alices: FlaskClient) -> None:
    rows = alices.get(f"/api/metrics/daily?{RANGE}").get_json()["rows"]

    assert [row["day"] for row in rows] == [day(number).isoformat() for number in range(1, 11)]
    assert rows[0].keys() >= FIGURES
    assert sum(Decimal(row["spend"]) for row in rows) == Decimal("120.50")
    assert rows[0]["spend"] == "0.00"
    assert rows[0]["roas"] is None


def test_days_never_read_are_left_out(alices: FlaskClient) -> None:
    rows = alices.get("/api/metrics/daily?from=2026-09-29&to=2026-10-02").get_json()["rows"]

    assert [row["day"] for row in rows] == ["2026-10-01", "2026-10-02"]


def test_platforms_have_their_share(alices: FlaskClient) -> None:
    [row] = alices.get(f"/api/metrics/platforms?{RANGE}").get_json()["rows"]

    assert row.keys() >= FIGURES
    assert (row["platform"], row["spend"], row["share"]) == ("meta", "120.50", "1")


def test_campaigns_are_searched_sorted_and_paged(alices: FlaskClient) -> None:
    found = alices.get(f"/api/campaigns?{RANGE}").get_json()
    assert [row["name"] for row in found["rows"]] == ["Gift guide", "Sale ☕"]
    assert (found["total"], found["page"], found["pages"]) == (2, 1, 1)
    assert found["rows"][0].keys() >= FIGURES
    assert found["rows"][0]["store_revenue"] is None

    paused = alices.get(f"/api/campaigns?{RANGE}&status=paused&platform=meta&q=sale").get_json()
    assert [row["name"] for row in paused["rows"]] == ["Sale ☕"]

    cheapest = alices.get(f"/api/campaigns?{RANGE}&sort=spend").get_json()
    assert [row["name"] for row in cheapest["rows"]] == ["Sale ☕", "Gift guide"]


@pytest.mark.parametrize(
    "path", ["metrics/summary", "metrics/daily", "metrics/platforms", "campaigns"]
)
def test_an_unknown_parameter_is_refused(alices: FlaskClient, path: str) -> None:
    response = alices.get(f"/api/{path}?{RANGE}&form=2026-01-01")

    assert response.status_code == 422
    assert response.get_json()["error"]["code"] == "unknown_parameter"
    assert "form" in response.get_json()["error"]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13-01",
        "from=yesterday",
        "from=2026-02-30",
        "from=2026-11-02&to=2026-11-01",
        "from=0001-01-01&to=2026-01-01",
        "to=0001-01-01",
        "from=2026-11-01&from=2026-11-02",
    ],
)
def test_bad_dates_are_refused(alices: FlaskClient, query: str) -> None:
    response = alices.get(f"/api/metrics/daily?{query}")

    assert response.status_code == 422
    assert response.get_json()["error"]["message"]


def test_an_unknown_comparison_is_refused(alices: FlaskClient) -> None:
    assert alices.get("/api/metrics/summary?compare=month").status_code == 422


@pytest.mark.parametrize("query", ["sort=colour", "page=0", "page=x", "status=odd"])
def test_bad_wishes_for_campaigns_are_refused(alices: FlaskClient, query: str) -> None:
    assert alices.get(f"/api/campaigns?{query}").status_code == 422


def test_without_dates_the_last_thirty_days_are_meant(alices: FlaskClient, alice: Member) -> None:
    found = alices.get("/api/metrics/summary").get_json()

    today = clock.today(alice.workspace.time_zone)
    assert found["to"] == today.isoformat()
    assert found["from"] == (today - dt.timedelta(days=29)).isoformat()
    assert found["compared_to"] == (today - dt.timedelta(days=1)).isoformat()


def test_a_stranger_gets_nothing_of_it(app: Flask, alices: FlaskClient, charlie: Member) -> None:
    strangers = sign_in(app, charlie)

    assert strangers.get(f"/api/metrics/summary?{RANGE}").get_json()["spend"] == "0.00"
    assert strangers.get(f"/api/campaigns?{RANGE}").get_json()["rows"] == []


def test_nobody_signed_in_gets_a_sentence(client: FlaskClient) -> None:
    response = client.get("/api/metrics/summary")

    assert response.status_code == 401
    assert response.get_json()["error"]["code"] == "signed_out"
