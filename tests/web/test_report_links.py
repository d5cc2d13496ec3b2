"""Every figure of a report leads to rows that add up to it, narrowed as the report is."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Account, Campaign, Report
from app.reports import ordering
from tests.conftest import Member, sign_in
from tests.reports.conftest import NOW, Write, month, newest, write

__all__ = ["month", "write"]
pytestmark = pytest.mark.usefixtures("month")


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def narrowings(session: Session) -> dict[str, dict[str, Any]]:
    """Ways of narrowing a report, each to another sum."""
    accounts = {row.platform: row.id for row in session.scalars(select(Account))}
    search = session.scalars(select(Campaign).where(Campaign.name.startswith("Search"))).one()
    return {
        "everything": {},
        "a platform": {"platforms": ("google",)},
        "an account": {"accounts": (accounts["meta"],)},
        "a platform and the shop": {"platforms": ("meta", "shopify")},
        "a campaign": {"campaigns": (search.id,)},
    }


def leads(browser: FlaskClient, report: Report) -> dict[str, tuple[str, str]]:
    """The address behind each of its key figures, and the figure."""
    text = browser.get(f"/dashboard/reports/{report.id}").text
    found = re.findall(
        r'<div class="report-kpi"><h2>([^<]*)</h2><p class="report-value"><a href="([^"]*)"[^>]*>'
        r"([^<]*)</a>",
        text,
    )
    return {label: (unescape(address), figure) for label, address, figure in found}


def figures(text: str) -> set[str]:
    """Those on cards of a dashboard, or in the last line of a list of campaigns."""
    cards = re.findall(r'<p class="kpi-value">(?:<a [^>]*>)?([^<]*)', text)
    _, _, totals = text.partition('<tbody class="totals">')
    return {each.strip() for each in (*cards, *re.findall(r'class="num[^"]*">([^<]*)<', totals))}


@pytest.mark.parametrize(
    "how", ["everything", "a platform", "an account", "a platform and the shop", "a campaign"]
)
def test_a_figures_link_opens_rows_that_add_up_to_it(
    browser: FlaskClient, session: Session, write: Write, how: str
) -> None:
    document = write(**narrowings(session)[how])

    found = leads(browser, newest(session))

    assert len(found) == len(document.kpis)
    for kpi in document.kpis[:4]:
        address, figure = found[kpi.label]
        page = browser.get(address)
        assert page.status_code == 200
        assert figure.removesuffix(".00") in {
            each.removesuffix(".00") for each in figures(page.text)
        }


def test_the_list_of_campaigns_is_narrowed_as_the_report_is(
    browser: FlaskClient, session: Session, write: Write
) -> None:
    for how in narrowings(session).values():
        document = write(**how)
        days = f"from={document.days.first}&to={document.days.last}"
        file = browser.get(f"/campaigns/export.csv?{days}&report={newest(session).id}")
        rows = csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")))
        spend = sum((Decimal(row["spend"]) for row in rows), Decimal(0))
        assert spend == document.kpis[0].value


def test_a_narrowed_page_says_so_and_shows_everything_again(
    browser: FlaskClient, session: Session, write: Write
) -> None:
    write(**narrowings(session)["a platform"], title="Only «Search» <b>")
    [(address, _), *_] = leads(browser, newest(session)).values()

    text = browser.get(address).text

    assert "Only what the report “Only «Search» &lt;b&gt;” is about" in text
    [everything] = re.findall(r'<a href="([^"]*)">Show everything</a>', text)
    assert "report=" not in everything
    assert "$2,850" in figures(browser.get(unescape(everything)).text)


def test_a_page_is_narrowed_to_no_report_that_is_gone_or_anothers(
    app: Flask, browser: FlaskClient, session: Session, write: Write, charlie: Member, alice: Member
) -> None:
    write(**narrowings(session)["a platform"])
    number = newest(session).id
    stranger = sign_in(app, charlie)
    for page in ("/dashboard", "/campaigns", "/campaigns/export.csv"):
        assert browser.get(f"{page}?report={number}").status_code == 200
        assert stranger.get(f"{page}?report={number}").status_code == 404
        assert browser.get(f"{page}?report=x").status_code == 404

    ordering.delete(session, alice.workspace.id, number, NOW)
    session.commit()

    assert browser.get(f"/dashboard?report={number}").status_code == 404
