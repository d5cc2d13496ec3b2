"""Every platform of the sandbox, connected by hand and read to its last cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import connect, sign_up, wait_until_read
from tests.sandbox_server import SandboxServer

ACCOUNTS = {
    "meta": ("Meta Ads", "118040000000001"),
    "google": ("Google Ads", "4821660001"),
    "linkedin": ("LinkedIn Ads", "512340001"),
    "tiktok": ("TikTok Ads", "7012345678900000001"),
}
SHOP = "larkspur-outdoor"
PATIENCE = 180_000
# What is compared is younger; `make prove` reads all that the platforms have.
HISTORIES = [60, pytest.param(400, marks=pytest.mark.prove)]


@pytest.mark.timeout(420)
@pytest.mark.parametrize("history", HISTORIES)
def test_every_platform_is_connected_through_its_own_window_and_read_to_the_cent(
    site: str, quiet_page: Page, sandbox: SandboxServer, history: int
) -> None:
    page = quiet_page
    sandbox.history(history)
    sandbox.clock(dt.datetime.now(dt.UTC).isoformat())
    sign_up(page, site, "Maya Kern")
    for label, account in ACCOUNTS.values():
        connect(page, site, label, [account])
    connect(page, site, "Shopify", [], shop=SHOP)
    wait_until_read(page, PATIENCE)
    for label, _ in ACCOUNTS.values():
        expect(_row(page, label)).to_contain_text("to the cent")
    expect(_row(page, "Shopify")).to_contain_text("order for order")

    days = _days()
    held = _by_platform(page, site, days)
    for slug, (_, account) in ACCOUNTS.items():
        true = sandbox.truth(account, days["from"], days["to"], of=slug)["total"]
        assert Decimal(held[slug]["spend"]) == Decimal(true["spend"])
        assert Decimal(held[slug]["conversions"]) == Decimal(str(true["conversions"]))
    sold = sandbox.truth(f"{SHOP}.myshopify.com", days["from"], days["to"], of="shopify")["days"]
    assert Decimal(held["shopify"]["store_revenue"]) == sum(Decimal(day["net"]) for day in sold)

    page.goto(f"{site}/dashboard?from={days['from']}&to={days['to']}&compare=none")
    panel = page.get_by_role("region", name="Your shop against what platforms claim")
    expect(panel).to_contain_text(f"{sum(day['orders'] for day in sold):,} orders in your shop")
    expect(panel).to_contain_text("Platforms count the same sale more than once.")

    assert _deliver(sandbox, site, secret="somebody else's") == [401]
    assert _deliver(sandbox, site) == [200]

    for slug, (label, _) in ACCOUNTS.items():
        page.goto(f"{site}/connections")
        _row(page, label).get_by_role("link", name="Data health").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"Data health of {label}")
        expect(page.locator("main")).to_contain_text("None. Every day that was compared matches")
        page.goto(f"{site}/connections/{slug}/guide")
        page.get_by_role("button", name="Test these credentials").click()
        expect(page.locator("#verdict")).to_contain_text("They work.")

        page.goto(f"{site}/connections")
        _row(page, label).get_by_role("link", name="Disconnect").click()
        page.get_by_role("button", name="Disconnect").click()
        expect(_row(page, label)).to_contain_text("Disconnected")
    assert _by_platform(page, site, days) == held


def _deliver(sandbox: SandboxServer, site: str, **how: str) -> list[int]:
    """Let the shop announce a change; what the app answered."""
    answer = requests.post(
        f"{sandbox.url}/shopify/{SHOP}.myshopify.com/control/deliver",
        json={"topic": "orders/updated", "to": f"{site}/webhooks/shopify", **how},
        timeout=30,
    )
    found: list[int] = answer.json()
    return found


def _row(page: Page, label: str) -> Locator:
    return page.locator("#connected tbody tr").filter(has_text=label)


def _days() -> dict[str, str]:
    """The last 30 days that are over everywhere, so that nothing grows while it is compared."""
    last = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=2)
    return {"from": (last - dt.timedelta(days=29)).isoformat(), "to": last.isoformat()}


def _by_platform(page: Page, site: str, days: dict[str, str]) -> dict[str, Any]:
    answer = page.request.get(f"{site}/api/metrics/platforms", params=days)
    assert answer.ok, answer.text()
    return {row["platform"]: row for row in answer.json()["rows"]}
