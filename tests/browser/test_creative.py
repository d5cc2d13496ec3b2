"""Ad copy in a browser: from an empty brief to a saved variation, with the built-in writer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import sign_up

WRITTEN_WITHIN = 30_000
WIDE, PHONE = 1320, 375


@pytest.fixture
def maya(browser: Browser, site: str) -> Iterator[Page]:
    """Maya's window, signed in; whatever the browser complains about fails the test."""
    context = browser.new_context(
        viewport={"width": WIDE, "height": 1010},
        base_url=site,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_up(page, site, "Maya Kern")
    yield page
    context.close()
    # A refused form is an answer, too.
    blocked = [text for text in complaints if "422" not in text]
    assert not blocked, blocked


def look(page: Page, width: int) -> None:
    """Nothing scrolls sideways, wide or narrow, and axe finds nothing."""
    page.wait_for_load_state("networkidle")
    for each in (*{PHONE, WIDE} - {width}, width):
        page.set_viewport_size({"width": each, "height": 1010})
        assert page.evaluate("document.documentElement.scrollWidth") <= each, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url} {width}\n{found.generate_report()}"
    page.set_viewport_size({"width": WIDE, "height": 1010})


def darken(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.reload()


def write_brief(page: Page) -> None:
    page.get_by_label("Product name").fill("Northlight Friday Roast")
    page.get_by_role("textbox", name="Benefits 1").fill("Roasted and shipped the same day")
    page.get_by_role("textbox", name="Benefits 1").press("Enter")
    page.keyboard.type("Traceable to the farm")
    page.get_by_label("Youngest age").fill("25")
    page.get_by_label("Oldest age").fill("34")
    page.get_by_label("Pain points they face").fill("Supermarket beans taste stale")
    page.get_by_text("Urgent", exact=True).click()
    page.get_by_label("Google").check()
    page.get_by_role("textbox", name="Facts 1").fill("Free shipping from $35")


@pytest.mark.timeout(240)
def test_from_a_brief_to_a_saved_variation(maya: Page) -> None:
    order(maya)
    look(maya, WIDE)
    sort_and_filter(maya)
    card = maya.locator(f"#{maya.locator('article.variation').first.get_attribute('id')}")
    read(maya, card)
    edit(card)
    rewrite(card)
    preview(maya, card)
    keep(maya, card)
    darken(maya)
    look(maya, PHONE)
    find_again(maya)
    maya.goto("/dashboard/creative/log")
    expect(maya.get_by_text("Nothing was asked yet")).to_be_visible()


def order(page: Page) -> None:
    """Twenty variations, after a first try without a product."""
    page.get_by_role("link", name="Creative", exact=True).click()
    expect(page.get_by_text("No variations yet")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Generate")).click()
    expect(page.get_by_text("Write what the product or service is called.")).to_be_visible()
    write_brief(page)
    page.get_by_role("button", name=re.compile("^Generate")).click()
    expect(page.locator("article.variation")).to_have_count(20)
    expect(page.locator(".batch-progress")).to_have_count(0, timeout=WRITTEN_WITHIN)
    expect(page.get_by_text("Written by the built-in writer, free")).to_be_visible()


def sort_and_filter(page: Page) -> None:
    """Both are in the address: Back, Forward and reload keep them."""
    cards = page.locator("article.variation")
    page.get_by_role("link", name="Framework", exact=True).click()
    page.wait_for_url(re.compile("sort=framework"))
    page.get_by_role("navigation", name="Platform").get_by_text("Meta").click()
    page.wait_for_url(re.compile("platform=meta"))
    expect(cards).to_have_count(10)
    page.go_back()
    expect(cards).to_have_count(20)
    page.go_forward()
    expect(cards).to_have_count(10)
    page.reload()
    expect(cards).to_have_count(10)


def read(page: Page, card: Locator) -> None:
    """Copy a text, and ask the score for a reason."""
    card.locator(".said").first.hover()
    card.get_by_role("button", name="Copy primary text").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == card.locator(".said-text").first.inner_text().split()
    reason = card.locator(".score-part").first
    reason.locator("summary").click()
    expect(reason.get_by_text(re.compile(r"Counts for \d+ %\."))).to_be_visible()


def edit(card: Locator) -> None:
    """Counts, checks and score follow the typing."""
    card.get_by_role("link", name="Edit").click()
    card.get_by_role("textbox", name="Headline").fill("Guaranteed best coffee of the whole world")
    expect(card.get_by_text("41/40 – too long")).to_be_visible()
    expect(card.locator(".flag").first).to_be_visible()
    card.get_by_role("textbox", name="Headline").fill("Roasted on Friday")
    expect(card.get_by_text("17/40")).to_be_visible()
    expect(card.get_by_text("No policy flags")).to_be_visible()
    card.get_by_role("button", name="Save changes").click()
    expect(card.get_by_text("Edited")).to_be_visible()


def rewrite(card: Locator) -> None:
    """The locked headline stays, the text is another."""
    before = card.locator(".said-text").first.inner_text()
    card.locator("summary", has_text="Rewrite").click()
    card.get_by_role("switch", name="Headline").check()
    card.get_by_role("button", name="Write the rest again").click()
    expect(card.get_by_role("link", name="Edit")).to_be_visible(timeout=WRITTEN_WITHIN)
    expect(card.get_by_text("Roasted on Friday", exact=True)).to_be_visible()
    expect(card.locator(".said-text").first).not_to_have_text(before)


def preview(page: Page, card: Locator) -> None:
    card.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("heading", name=re.compile("^Preview of"))).to_be_visible()
    expect(page.get_by_role("figure", name="Preview: Facebook feed")).to_be_visible()
    page.keyboard.press("Escape")


def keep(page: Page, card: Locator) -> None:
    """Save it, tag it, choose it."""
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.get_by_role("button", name=re.compile("^Saved"))).to_be_visible()
    card.locator("summary", has_text="Tags").click()
    card.get_by_label("Tags, with commas between").fill("Friday")
    card.get_by_role("button", name="Save tags").click()
    expect(card.get_by_role("link", name="friday")).to_be_visible()
    card.get_by_role("checkbox", name=re.compile("^Variation")).check()
    expect(page.get_by_role("button", name="Create campaign (1)")).to_be_enabled()


def find_again(page: Page) -> None:
    """By its words in the library, and from there into an ad."""
    page.get_by_role("link", name="Library").click()
    page.get_by_label("Search texts and tags").fill("roasted on friday")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=roasted"))
    expect(page.locator("article.variation")).to_have_count(1)
    look(page, PHONE)
    page.get_by_role("button", name="Use in ad").click()
    page.wait_for_url(re.compile(r"/dashboard/creative/drafts/\d+"))
