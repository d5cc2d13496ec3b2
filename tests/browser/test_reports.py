"""A person generates a report, reads it, deletes it and takes that back."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_up


def test_a_report_is_generated_read_deleted_and_taken_back(quiet_page: Page, site: str) -> None:
    page = quiet_page
    sign_up(page, site, "Maya Kern")
    page.goto(f"{site}/dashboard/reports")
    expect(page.get_by_text("No reports yet")).to_be_visible()
    look(page)

    page.get_by_label("Title").fill("First look قهوة ☕")
    page.get_by_role("button", name="Generate report").click()
    expect(page.get_by_text("SHA-256")).to_be_visible(timeout=30_000)
    look(page)

    page.get_by_label("What was done").fill("Connected nothing yet")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Connected nothing yet")).to_be_visible()

    page.goto(f"{site}/dashboard/reports")
    page.get_by_role("button", name="Delete First look قهوة ☕").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="First look قهوة ☕", exact=True)).to_be_visible()
    look(page)


def look(page: Page) -> None:
    """Nothing is wider than a phone, and axe finds nothing."""
    for width in (1320, 375):
        page.set_viewport_size({"width": width, "height": 860})
        # A chart is drawn anew a moment after the window has changed.
        expect(page.locator("html")).to_have_js_property("scrollWidth", width)
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()
    page.set_viewport_size({"width": 1320, "height": 860})
