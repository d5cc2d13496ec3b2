"""Shop against claims: on the dashboard, as a file and as JSON."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from plotly import graph_objects
from sqlalchemy.orm import Session

from app.metrics.claims import Measure, store_against_claims
from app.metrics.performance import performance
from app.metrics.period import Compare, Period, compare
from app.metrics.sources import sources
from app.models import Account
from app.web import charts, formats
from tests.clock import today
from tests.conftest import Member, sign_in
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)
from tests.web.test_dashboard import counted

TODAY = today()
PANEL = 'id="store-against-claims"'


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def an_account(
    session: Session, member: Member, platform: str = "meta", **columns: object
) -> Account:
    held = {"history_from": ago(90), "read_through": TODAY, "settled_through": ago(1)}
    connection = make_connection(session, member.workspace, platform)
    return make_account(session, connection, **{**held, **columns})


@pytest.fixture
def shop(session: Session, alice: Member) -> Account:
    made = an_account(session, alice, "shopify", name="Northlight shop")
    make_store_day(session, made, ago(2), net="1800", orders=60)
    make_store_day(session, made, ago(3), net="1200", orders=36)
    return made


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def claim(
    session: Session,
    account: Account,
    conversions: str,
    value: str = "0",
    days: int = 2,
    **campaign: str,
) -> None:
    made = make_campaign(session, account, **campaign)
    make_day(session, made, ago(days), spend="10", conversions=conversions, value=value)
    session.commit()


def page(client: FlaskClient, query: str = "range=7d") -> str:
    answer = client.get(f"/dashboard?{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def asked(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(f"/api/store-against-claims?from={ago(6)}&to={TODAY}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.usefixtures("shop")
def test_one_sentence_says_how_much_is_claimed_for_what_happened(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice), "100", "3000")
    claim(session, an_account(session, alice, "google"), "44", "1500")

    shown = page(alices)

    assert (
        "Meta and Google together claim 144 sales for 96 orders in your shop: 1.5 times what "
        "happened. Platforms count the same sale more than once."
    ) in shown
    assert "In money they claim $4,500 for $3,000 of net revenue: 1.5 times." in shown
    assert "Google’s conversions may hold leads and sign-ups" in shown
    assert asked(alices)["said"].startswith("Meta and Google together claim 144 sales for 96")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("conversions", "words"),
    [
        ("144", "Meta claims 144 sales for 96 orders in your shop: 1.5 times what happened."),
        ("96", "for 96 orders in your shop: about as many as happened."),
        ("48", "Meta claims 48 sales for 96 orders in your shop: 50% of them."),
        ("1", "Meta claims 1 sale for 96 orders"),
        ("0", "No platform claims a sale for the 96 orders in your shop."),
    ],
)
def test_the_sentence_fits_what_is_claimed(
    session: Session, alice: Member, alices: FlaskClient, conversions: str, words: str
) -> None:
    claim(session, an_account(session, alice), conversions)
    shown = page(alices)
    assert words in shown
    assert "together" not in shown.partition(PANEL)[2].partition("Show the numbers")[0]


def test_claims_without_any_order_are_said_so(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    an_account(session, alice, "shopify")
    claim(session, an_account(session, alice), "12")
    assert "Meta claims 12 sales, but your shop had no order on these days." in page(alices)


def test_without_a_shop_there_is_no_panel(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice), "12")
    assert PANEL not in page(alices)
    assert asked(alices)["orders"] is None
    assert asked(alices)["rows"] == []
    answer = alices.get("/dashboard/store-against-claims.csv")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.usefixtures("shop")
def test_what_limits_the_comparison_is_said(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice, time_zone="Asia/Tokyo"), "5", "100")
    claim(session, an_account(session, alice, currency="XOF"), "7", "90000")
    claim(
        session, an_account(session, alice), "9", "90", objective="OUTCOME_LEADS", name="Get leads"
    )
    late = an_account(
        session, alice, "linkedin", name="Late", history_from=ago(3), settled_through=ago(4)
    )
    claim(session, late, "2")

    shown, notes = page(alices), asked(alices)["notes"]

    for words in (
        "Late’s figures are held from",
        "Claims in XOF have no exchange rate and are not in it: 7 sales",
        "Meta’s campaigns for leads are not in it: they claim 9 conversions worth $90.00",
        "The last 4 days still settle",
        "Asia/Tokyo",
    ):
        assert words in shown
        assert any(words in note for note in notes), words


def test_days_before_the_shop_is_held_are_named(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    shop = an_account(session, alice, "shopify", history_from=ago(4))
    make_store_day(session, shop, ago(3), net="10", orders=1)
    claim(session, an_account(session, alice), "2")
    left_out = (
        f"{formats.day_range(ago(6), ago(5))}: left out, as your shop’s figures are not held."
    )
    assert left_out in page(alices)
    other = an_account(session, alice, "shopify", name="Second shop")
    session.commit()
    assert "left out, as not every shop’s figures are held." in page(alices)
    assert f"{shop.name}’s figures are held from" in page(alices)
    assert f"{other.name}’s figures are held from" not in page(alices)


@pytest.mark.usefixtures("shop")
def test_the_dashboard_with_a_shop_asks_the_database_no_more_than_eight_times(
    app: Flask, session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice, settled_through=ago(4)), "100", "3000")
    upload = make_connection(session, alice.workspace, "meta", kind="upload")
    claim(session, make_account(session, upload), "5")
    with counted(app) as statements:
        shown = page(alices)
    assert PANEL in shown
    assert "that money is counted twice" in shown
    assert len(statements) <= 8, "\n\n".join(statements)


@pytest.mark.usefixtures("shop")
def test_the_file_and_the_json_have_the_same_days(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice), "100.5", "3000")

    answer = alices.get(f"/dashboard/store-against-claims.csv?from={ago(6)}&to={TODAY}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    found = asked(alices)

    assert "attachment" in answer.headers["Content-Disposition"]
    assert [row["day"] for row in rows] == [row["day"] for row in found["rows"]]
    day, same = rows[4], found["rows"][4]
    assert (day["orders"], day["revenue"], day["meta_claims"]) == ("60", "1800", "100.5")
    assert (same["orders"], same["revenue"]) == (60, "1800.00")
    assert same["claims"] == [{"platform": "meta", "conversions": "100.5", "value": "3000.00"}]
    assert day["claimed_per_order"] == same["claimed_per_order"] == "1.675"
    assert rows[-1]["orders_left_out"] == found["rows"][-1]["orders_left_out"] == "unfinished"
    assert found["orders"]["sold"] == "96"
    assert found["orders"]["claimed_added_up"] == "100.5"
    assert found["revenue"]["platforms"][0]["share"] == "1.00"


def test_a_stranger_gets_none_of_it(
    app: Flask, session: Session, alice: Member, charlie: Member, shop: Account
) -> None:
    claim(session, an_account(session, alice), "100")
    stranger = sign_in(app, charlie)
    assert asked(stranger)["shops"] == []
    assert stranger.get("/dashboard/store-against-claims.csv").text == ""


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("measure", list(Measure))
def test_the_chart_is_one_that_plotly_knows(
    session: Session, alice: Member, measure: Measure
) -> None:
    claim(session, an_account(session, alice), "100", "3000")
    known = sources(session, alice.workspace.id)
    comparison = compare(Period(ago(6), TODAY), TODAY, Compare.NONE)
    found = store_against_claims(session, known, performance(session, known, comparison))
    assert found is not None
    chart = charts.claims(found, measure, "USD")
    graph_objects.Figure(chart)
    assert [trace["type"] for trace in chart["data"]] == ["bar", "scatter"]


@pytest.mark.usefixtures("shop")
def test_the_table_has_counts_and_amounts_of_each_platform(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice), "100", "3000")
    claim(session, an_account(session, alice, "google"), "44", "1500")
    panel = page(alices).partition(PANEL)[2].partition("</table>")[0]
    cells = re.findall(r'<td data-label="([^"]+)"[^>]*>(?:<strong>)?([^<]+)', panel)
    assert cells == [
        ("Claims", "100"),
        ("Claimed ÷ orders", "104%"),
        ("Claimed value", "$3,000.00"),
        ("Claimed ÷ revenue", "100%"),
        ("Claims", "44"),
        ("Claimed ÷ orders", "46%"),
        ("Claimed value", "$1,500.00"),
        ("Claimed ÷ revenue", "50%"),
        ("Claims", "144"),
        ("Claimed ÷ orders", "150%"),
        ("Claimed value", "$4,500.00"),
        ("Claimed ÷ revenue", "150%"),
        ("Orders", "96 orders"),
        ("Revenue", "$3,000.00"),
    ]


@pytest.mark.usefixtures("shop")
def test_sales_and_revenue_are_one_click_apart(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    claim(session, an_account(session, alice), "100", "3000")
    assert "claims=revenue" in page(alices)
    assert "Revenue of your shop" in page(alices, "range=7d&claims=revenue")
    assert "Orders in your shop" in page(alices, "range=7d&claims=colour")
