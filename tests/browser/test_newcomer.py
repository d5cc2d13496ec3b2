"""The main job, as somebody who has just arrived does it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import EXPORTS, connect, sign_up, wait_until_read
from tests.sandbox_server import SandboxServer

DOLLARS = "118040000000001"
EUROS = "118040000000002"
# One rate for all days makes the expected sum exact without repeating the conversion's code.
DOLLARS_PER_EURO = Decimal("1.25")
DOLLARS_PER_POUND = Decimal("1.25") / Decimal("0.8")
GOOGLE_SPEND_IN_POUNDS = Decimal("363.90")
SHOP_NET_IN_DOLLARS = Decimal("694.73")
PATIENCE = 120_000
# What is compared is younger; `make prove` reads all that the platform has.
HISTORIES = [60, pytest.param(400, marks=pytest.mark.prove)]


@pytest.mark.timeout(420)
@pytest.mark.parametrize("history", HISTORIES)
def test_a_newcomer_gets_from_the_landing_page_to_true_numbers(
    site: str, quiet_page: Page, sandbox: SandboxServer, database_url: str, history: int
) -> None:
    page = quiet_page
    sandbox.history(history)
    _one_rate(database_url)
    sandbox.clock(dt.datetime.now(dt.UTC).isoformat())
    sign_up(page, site, "Maya Kern")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maya")

    connect(page, site, "Meta Ads", [DOLLARS, EUROS])
    expect(page.locator("progress").first).to_be_visible(timeout=PATIENCE)
    wait_until_read(page, PATIENCE)
    expect(page.locator("#connected")).to_contain_text("to the cent")

    days = _days()
    _expect_truth(page, site, sandbox, days)
    page.goto(f"{site}/dashboard?from={days['from']}&to={days['to']}&compare=none")
    expect(page.get_by_text("Sandbox").first).to_be_visible()
    spend = _truth(sandbox, days)["spend"]
    expect(page.get_by_role("link", name="Spend $")).to_have_text(f"${spend:,.0f}")

    before = _summary(page, site, days)["reported_revenue"]
    sandbox.restate()
    page.get_by_role("button", name="Refresh data").click()
    after = _truth(sandbox, days)["value"]
    assert Decimal(before) != after
    expect(page.get_by_role("link", name="Revenue $")).to_have_text(
        f"${after:,.0f}", timeout=PATIENCE
    )
    _expect_truth(page, site, sandbox, days)

    june = {"from": "2026-06-01", "to": "2026-06-05"}
    claimed = _summary(page, site, june)
    _upload(page, site, "google_en.csv")
    _upload(page, site, "shopify_sales.csv", currency="USD")
    blended = _summary(page, site, june)
    google, shop = GOOGLE_SPEND_IN_POUNDS * DOLLARS_PER_POUND, SHOP_NET_IN_DOLLARS
    assert Decimal(blended["spend"]) == Decimal(claimed["spend"]) + google
    assert blended["revenue_source"] == "store"
    assert Decimal(blended["revenue"]) == Decimal(blended["store_revenue"]) == shop
    assert float(blended["roas"]) == pytest.approx(
        float(shop / Decimal(blended["spend"])), rel=1e-4
    )

    page.goto(f"{site}/dashboard")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/dashboard")
    expect(page).to_have_url(f"{site}/auth?tab=sign-in&next=/dashboard")


def _one_rate(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO fx_rate SELECT currency, day::date, rate FROM "
            "(VALUES ('USD', %s::numeric), ('GBP', 0.8)) AS rates (currency, rate), "
            "generate_series(current_date - 1200, current_date + 1, '1 day') AS day",
            [DOLLARS_PER_EURO],
        )


def _days() -> dict[str, str]:
    """The last 30 days that are over everywhere, so that nothing grows while it is compared."""
    last = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=2)
    return {"from": (last - dt.timedelta(days=29)).isoformat(), "to": last.isoformat()}


def _summary(page: Page, site: str, days: dict[str, str]) -> dict[str, Any]:
    answer = page.request.get(f"{site}/api/metrics/summary", params=days)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def _truth(sandbox: SandboxServer, days: dict[str, str]) -> dict[str, Decimal]:
    totals = {
        account: sandbox.truth(account, days["from"], days["to"])["total"]
        for account in (DOLLARS, EUROS)
    }
    rates = {DOLLARS: Decimal(1), EUROS: DOLLARS_PER_EURO}
    return {
        name: sum(
            (Decimal(total[name]) * rates[account] for account, total in totals.items()), Decimal(0)
        )
        for name in ("spend", "value")
    } | {
        name: sum((Decimal(total[name]) for total in totals.values()), Decimal(0))
        for name in ("conversions", "link_clicks", "impressions")
    }


def _expect_truth(page: Page, site: str, sandbox: SandboxServer, days: dict[str, str]) -> None:
    held, truth = _summary(page, site, days), _truth(sandbox, days)
    assert Decimal(held["spend"]) == truth["spend"]
    assert Decimal(held["reported_revenue"]) == truth["value"]
    assert Decimal(held["conversions"]) == truth["conversions"]
    assert held["clicks"] == truth["link_clicks"]
    assert held["impressions"] == truth["impressions"]


def _upload(page: Page, site: str, name: str, currency: str = "") -> None:
    page.goto(f"{site}/connections")
    page.get_by_role("link", name="Upload").click()
    page.set_input_files("input[type=file]", EXPORTS / name)
    page.get_by_role("button", name="Read the file").click()
    if currency:
        page.get_by_label("currency").select_option(currency)
        page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#outcome")).to_contain_text("rows were read", timeout=PATIENCE)
