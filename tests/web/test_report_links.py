"""Every figure of a report leads to rows that add up to it, narrowed as the report is."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.insights.finding import Entity, Finding
from app.models import Account, Campaign, Report
from app.reports import ordering, sharing
from app.reports.sealing import Sealer
from tests.conftest import Member, sign_in
from tests.reports.conftest import NOW, Write, month, newest, write
from tests.reports.test_writing import waste

__all__ = ["month", "waste", "write"]
pytestmark = pytest.mark.usefixtures("month")

Facts = dict[str, list[str]]


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


def address_of(text: str, words: str) -> str:
    """Where the link of these words leads."""
    [found] = set(re.findall(rf'<a href="([^"]*)"[^>]*>(?:<[^>]*>)*{re.escape(words)}<', text))
    return unescape(found)


def facts(text: str) -> list[Facts]:
    """The lists of facts on a page: the sums first, then those of each account."""
    return [
        {
            re.sub("<[^>]*>", "", name): re.findall(r">?([^<>]+)<", f"{said}<")
            for name, said in re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", each, re.DOTALL)
        }
        for each in re.findall(r'<dl class="facts">(.*?)</dl>', text, re.DOTALL)
    ]


def amount(said: str) -> Decimal:
    """The first figure in some words."""
    [found] = re.findall(r"-?[\d,]+(?:\.\d+)?", said)[:1]
    return Decimal(found.replace(",", ""))


def totals(text: str) -> set[Decimal]:
    """Figures on the cards of a dashboard, or in the last line of a list of campaigns."""
    cards = re.findall(r'<p class="kpi-value">(?:<a [^>]*>)?([^<]*)', text)
    _, _, last = text.partition('<tbody class="totals">')
    cells = re.findall(r'class="num[^"]*">([^<]*)<', last)
    return {amount(each) for each in (*cards, *cells) if re.search(r"\d", each)}


RESULTS = ("Spend", "Revenue, store", "Revenue, reported", "Conversions")
"""Figures that are their own sum, and so have no line for what follows from it."""


@pytest.mark.parametrize(
    "how", ["everything", "a platform", "an account", "a platform and the shop", "a campaign"]
)
def test_every_key_figure_leads_to_the_accounts_that_add_up_to_it(
    browser: FlaskClient, session: Session, write: Write, how: str
) -> None:
    document = write(**narrowings(session)[how])

    found = leads(browser, newest(session))

    assert len(found) == len(document.kpis) == 9
    for kpi in document.kpis:
        assert kpi.value is not None
        answer = browser.get(found[kpi.label][0])
        assert answer.status_code == 200, kpi.key
        whole, *accounts = facts(answer.text)
        [said] = [each for name, each in whole.items() if name in (kpi.label, *RESULTS)][-1:]
        digits = {"share": 4, "multiple": 4, "money": 2, "count": 2}[kpi.unit]
        told = amount(said[0]) / (100 if kpi.unit == "share" else 1)
        assert told == round(kpi.value, digits), kpi.key
        for name in {"Spend", "Conversions", "Clicks", "Impressions"} & {*whole}:
            parts = [amount(each[name][0]) for each in accounts if name in each]
            assert sum(parts) == amount(whole[name][0]), name


@pytest.mark.parametrize(
    "how", ["everything", "a platform", "a platform and the shop", "a campaign"]
)
def test_a_day_leads_to_its_own_figures(
    browser: FlaskClient, session: Session, write: Write, how: str
) -> None:
    document = write(**narrowings(session)[how])
    text = browser.get(f"/dashboard/reports/{newest(session).id}").text

    day = document.trend[3]
    assert day.figures is not None
    page = browser.get(address_of(text, f"Nov {day.day.day}, 2026")).text

    sums = totals(page)
    assert {day.figures.spend, day.figures.revenue, day.figures.conversions} <= sums
    assert "Only what the report" in page or how == "everything"


@pytest.mark.parametrize("how", ["everything", "a platform", "an account", "a campaign"])
def test_a_platform_and_a_campaign_lead_to_rows_that_add_up_to_them(
    browser: FlaskClient, session: Session, write: Write, how: str
) -> None:
    document = write(**narrowings(session)[how])
    text = browser.get(f"/dashboard/reports/{newest(session).id}").text

    for row in document.platform_rows:
        page = browser.get(address_of(text, f"{row.label}")).text
        sums = totals(page)
        assert {row.figures.spend, row.figures.reported, row.figures.conversions} <= sums
    for each in document.campaign_rows:
        page = browser.get(address_of(text, each.name)).text
        days = re.findall(r'<th scope="row">Nov \d+, 2026</th><td class="num">([^<]*)<', page)
        assert sum(map(amount, days)) == each.figures.spend


def test_claims_lead_to_the_days_of_shop_against_claims(
    browser: FlaskClient, session: Session, write: Write
) -> None:
    document = write()
    text = browser.get(f"/dashboard/reports/{newest(session).id}").text

    assert document.store is not None
    address = address_of(text, "Claimed by Meta")
    assert address == address_of(text, "Your shop")
    path, _, place = address.partition("#")
    page = browser.get(path).text
    assert f'id="{place}"' in page
    table = page.partition(f'id="{place}"')[2].partition("</section>")[0]
    sold = re.findall(r'<th scope="row">Nov \d+, 2026</th><td class="num">(\d+)<', table)
    assert sum(map(int, sold)) == document.store.orders


@pytest.mark.parametrize("how", ["everything", "an account"])
def test_a_findings_rows_are_narrowed_as_the_report_is(
    browser: FlaskClient, session: Session, write: Write, waste: Finding, how: str
) -> None:
    meta = Entity("platform", "meta", "Meta", "meta")
    about = dataclasses.replace(waste, entities=(meta,))
    document = write([about], **narrowings(session)[how])
    number = newest(session).id
    text = browser.get(f"/dashboard/reports/{number}").text

    address = address_of(text, document.recommendations[0].title)

    assert address.startswith("/campaigns?platform=meta&from=")
    assert address.endswith(f"&report={number}") == (how != "everything")
    assert browser.get(address).status_code == 200


def test_a_narrowed_reports_pdf_leads_to_the_rows_that_its_page_leads_to(
    browser: FlaskClient, session: Session, write: Write
) -> None:
    write(**narrowings(session)["an account"])
    number = newest(session).id

    on_paper = uris(browser.get(f"/dashboard/reports/{number}/download.pdf").data)

    text = browser.get(f"/dashboard/reports/{number}").text
    for address, _ in leads(browser, newest(session)).values():
        assert f"http://localhost{address}" in on_paper
    for words in ("Meta", "Prospecting قهوة ☕"):
        assert f"http://localhost{address_of(text, words)}" in on_paper


def test_a_shared_reports_pdf_and_page_lead_nowhere(
    app: Flask, session: Session, write: Write
) -> None:
    write()
    sealer = Sealer(app.config["SETTINGS"].encryption_keys)
    _, token = sharing.create(
        session, sealer, newest(session), sharing.NewShare("Client"), user_id=None, now=NOW
    )
    session.commit()
    stranger = app.test_client()

    text = stranger.get(f"/r/{token}").text
    body = text.partition('<section class="card card-pad report-summary"')[2]

    assert "<a " not in body
    assert uris(stranger.get(f"/r/{token}/report.pdf").data) == set()


def uris(pdf: bytes) -> set[str]:
    """Every address that a PDF leads to."""
    return {
        note.get_object()["/A"]["/URI"]
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object()["/A"]
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
    assert facts(browser.get(unescape(everything)).text)[0]["Spend"] == ["$2,850.00"]


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
