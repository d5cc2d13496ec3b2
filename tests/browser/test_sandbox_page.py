"""The sandbox's own page in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox_server import SandboxServer


@pytest.mark.parametrize("width", [1320, 375])
def test_the_control_page_fits_and_its_forms_work(
    quiet_page: Page, sandbox: SandboxServer, width: int
) -> None:
    sandbox.fault("unavailable", "^/meta/" + "very-long-path/" * 30, platform="meta")
    quiet_page.set_viewport_size({"width": width, "height": 800})
    quiet_page.goto(f"{sandbox.url}/control/page")
    assert quiet_page.evaluate("document.documentElement.scrollWidth") <= width
    quiet_page.get_by_role("button", name="Clear them").click()
    expect(quiet_page.get_by_text("None is pending.")).to_be_visible()
    quiet_page.get_by_label("Kind").select_option("server_error")
    quiet_page.get_by_label("Platform").first.select_option("tiktok")
    quiet_page.get_by_role("button", name="Add the fault").click()
    expect(quiet_page.get_by_role("listitem").first).to_have_text("server_error 1 × at tiktok")
    quiet_page.get_by_role("button", name="Reset everything").click()
    expect(quiet_page.get_by_text("None is pending.")).to_be_visible()
