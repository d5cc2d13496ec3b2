"""A budget changed from its campaign's page to the log and set back, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import connect, sign_up, wait_until_read
from tests.browser.test_launch import DOLLARS, WITHIN, look
from tests.sandbox_server import SandboxServer


@pytest.mark.timeout(240)
def test_a_budget_goes_from_review_to_the_log_and_back(
    quiet_page: Page, site: str, sandbox: SandboxServer
) -> None:
    page = quiet_page
    # Reading years meanwhile would hold up what this is about.
    sandbox.history(30)
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, site, "Maya Kern")
    connect(page, site, "Meta Ads", [DOLLARS])
    wait_until_read(page, 120_000)
    open_campaign(page, site)
    page.get_by_role("button", name="Change budget").click()
    expect(page.locator("body")).to_contain_text("Allow creating campaigns")
    allow_creating(page, site)
    page.set_viewport_size({"width": 375, "height": 900})
    open_campaign(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.set_viewport_size({"width": 1320, "height": 1000})

    page.get_by_role("button", name="Change budget").click()
    expect(page.get_by_role("heading", name="What changes, in this order")).to_be_visible()
    look(page)
    amount = page.get_by_label("Daily budget of")
    before = amount.input_value()
    wanted = str(int(float(before)) + 9)
    amount.fill(wanted)
    assert sandbox.truth(of="changed") == {}
    page.get_by_role("button", name="Apply now").click()

    expect(page.locator("#outcome")).to_contain_text("read back", timeout=WITHIN)
    look(page)
    (sent,) = sandbox.truth(of="changed").values()
    assert sent == {"daily_budget": f"{wanted}00"}
    page.goto(f"{site}/dashboard/reports/changes")
    expect(page.locator("#changes")).to_contain_text("Applied")
    look(page)
    page.get_by_role("link", name=re.compile("Change the budget of")).click()
    page.get_by_role("button", name="Revert").click()
    expect(page.get_by_role("heading", name=re.compile("Set back"))).to_be_visible()
    page.get_by_role("button", name="Apply now").click()
    expect(page.locator("#outcome")).to_contain_text("read back", timeout=WITHIN)
    (sent,) = sandbox.truth(of="changed").values()
    assert float(sent["daily_budget"]) == float(before) * 100
    page.goto(f"{site}/dashboard/reports/changes")
    expect(page.locator("#changes")).to_contain_text("Set back")


def open_campaign(page: Page, site: str) -> None:
    page.goto(f"{site}/campaigns?q=Star")
    page.get_by_role("link", name=re.compile("Star – Merino bundle")).first.click()
    expect(page.get_by_role("heading", name=re.compile("Star – Merino bundle"))).to_be_visible()


def allow_creating(page: Page, site: str) -> None:
    """A connection that may only read is given the right to change."""
    page.goto(f"{site}/connections")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Allow creating campaigns").click()
    popup = opened.value
    with popup.expect_event("close", timeout=WITHIN):
        popup.locator("form button").first.click()
    page.wait_for_load_state("networkidle")
