"""From a variation to a paused campaign, in a browser, with permission asked for on the way."""

from __future__ import annotations

import struct
import zlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import connect, sign_up
from tests.sandbox_server import SandboxServer

DOLLARS = "118040000000001"
# A deadline, not a wait: a machine that is slow or busy needs longer, and then passes.
WITHIN = 90_000


def png(width: int = 1200, height: int = 628) -> bytes:
    """A grey picture of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def look(page: Page) -> None:
    """Nothing scrolls sideways on a phone, and axe finds nothing."""
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    page.set_viewport_size({"width": 375, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375, page.url
    page.set_viewport_size({"width": 1320, "height": 1000})


@pytest.mark.timeout(420)
def test_a_brief_becomes_a_paused_campaign(
    quiet_page: Page, site: str, sandbox: SandboxServer
) -> None:
    page = quiet_page
    # Reading years meanwhile would hold up what this is about.
    sandbox.history(30)
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, site, "Maya Kern")
    connect(page, site, "Meta Ads", [DOLLARS])
    draft(page, site)
    allow_creating(page)
    look(page)
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_role("heading", name="Before it can be created")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Back to the draft").click()
    fill_in(page)
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_role("heading", name="What is created, in this order")).to_be_visible()
    look(page)

    page.get_by_role("button", name="Create paused campaign").click()

    expect(page.locator("#outcome")).to_contain_text("exists and is paused", timeout=WITHIN)
    look(page)
    made = sandbox.truth(of="meta/created")
    off = [each for each in made if each["kind"] in ("campaign", "adset", "ad")]
    assert [each["status"] for each in off] == ["PAUSED"] * 3
    page.goto(f"{site}/campaigns?q=Larkspur+Trail+Pack")
    expect(page.get_by_role("link", name="Larkspur Trail Pack")).to_be_visible(timeout=WITHIN)


def draft(page: Page, site: str) -> None:
    """Write a brief, have it written, and use the best variation."""
    page.goto(f"{site}/dashboard/creative")
    page.get_by_label("Product name").fill("Larkspur Trail Pack")
    page.get_by_role("textbox", name="Benefits 1").fill("Weighs 900 g")
    page.get_by_label("Landing page").fill("https://larkspur.example/pack")
    page.locator("label", has_text="Traffic").click()
    page.get_by_role("button", name="Generate 20 variations").click()
    expect(page.get_by_role("button", name="Use in ad").nth(11)).to_be_visible(timeout=WITHIN)
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden(timeout=WITHIN)
    page.get_by_role("button", name="Use in ad").first.click()


def allow_creating(page: Page) -> None:
    """A connection that may only read is given the right to create."""
    choices = page.locator("#choices")
    expect(choices).to_contain_text("ads_management", timeout=WITHIN)
    with page.expect_popup() as opened:
        choices.get_by_role("link", name="Allow creating campaigns").click()
    opened.value.locator("form button").first.click()
    expect(choices).not_to_contain_text("ads_management", timeout=WITHIN)
    expect(page.get_by_label("Facebook page")).to_be_visible(timeout=WITHIN)


def fill_in(page: Page) -> None:
    """Answer what is needed, and upload a picture."""
    expect(page.get_by_label("Facebook page")).to_be_visible(timeout=WITHIN)
    page.get_by_label("Facebook page").select_option(index=1)
    page.get_by_label("Daily budget").fill("50")
    page.get_by_label("First day").fill("2036-01-07")
    page.get_by_label("Countries").select_option(["US", "CA"])
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "pack.png", "mimeType": "image/png", "buffer": png()}
    )
    page.get_by_role("button", name="Save with this picture").click()
    expect(page.get_by_role("img", name="The picture of this draft")).to_be_visible()
    expect(page.get_by_label("Facebook page")).to_be_visible(timeout=WITHIN)
