"""Makes the pictures in docs/screenshots, for `make screenshots`; pytest lends the fixtures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import EXPORTS, connect, sign_up, wait_until_read
from tests.sandbox_server import SandboxServer

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
DOLLARS = "118040000000001"
PAGES = {
    "landing": "/",
    "dashboard": "/dashboard",
    "campaigns": "/campaigns",
    "connections": "/connections",
    "creative": "/dashboard/creative",
    "upload": "/connections/upload",
    "settings": "/settings",
}
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1320, "light"), (375, "dark"))


@pytest.mark.timeout(900)
def test_pictures(browser: Browser, site: str, sandbox: SandboxServer) -> None:
    """Sign up, connect, upload a shop's export, write copy and a report, and take every page."""
    sandbox.clock(dt.datetime.now(dt.UTC).isoformat())
    context = browser.new_context(viewport={"width": 1320, "height": 1240})
    page = context.new_page()
    sign_up(page, site, "Maya Kern")
    connect(page, site, "Meta Ads", [DOLLARS])
    wait_until_read(page, 120_000)
    page.goto(f"{site}/connections/upload")
    page.set_input_files("input[type=file]", EXPORTS / "shopify_sales.csv")
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("currency").select_option("USD")
    page.get_by_role("button", name="Look again").click()
    _take(page, "upload-preview-1320-light")
    _write_copy(page, site)
    report = _write_report(page, site)
    state = context.storage_state()
    context.close()
    for width, scheme in LOOKS:
        looking = browser.new_context(
            viewport={"width": width, "height": 1240},
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=state,
            base_url=site,
        )
        page = looking.new_page()
        for name, path in {**PAGES, "report": report}.items():
            page.goto(path, wait_until="networkidle")
            _take(page, f"{name}-{width}-{scheme}")
        looking.close()


def _write_copy(page: Page, site: str) -> None:
    page.goto(f"{site}/dashboard/creative")
    page.get_by_label("Product name").fill("Northlight Friday Roast")
    page.get_by_role("textbox", name="Benefits 1").fill("Roasted and shipped the same day")
    page.get_by_role("textbox", name="Benefits 1").press("Enter")
    page.keyboard.type("Single-origin, traceable to the farm")
    page.get_by_label("Interests").fill("home brewing, slow mornings")
    page.get_by_label("Pain points").fill("Supermarket beans taste stale")
    page.get_by_role("textbox", name="Facts 1").fill("Free shipping over $35")
    page.get_by_role("textbox", name="Facts 1").press("Enter")
    page.keyboard.type("Rated 4.9 by 4,812 home baristas")
    page.get_by_role("button", name="Generate 20 variations").click()
    expect(page.get_by_role("button", name="Use in ad").nth(19)).to_be_visible(timeout=60_000)


def _write_report(page: Page, site: str) -> str:
    """The path of its page."""
    page.goto(f"{site}/dashboard/reports")
    page.get_by_role("button", name="Generate report").click()
    expect(page.get_by_text("SHA-256")).to_be_visible(timeout=300_000)
    return page.url.removeprefix(site)


def _take(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    # A page that scrolls to what is new is taken from its top, and not on its way.
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    page.screenshot(path=PICTURES / f"{name}.png")
