"""Thresholds in their groups, with a keyboard, on a phone and in the dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_up
from tests.browser.test_launch import look


@pytest.mark.timeout(180)
def test_a_group_opens_by_keyboard_and_a_threshold_goes_back_to_its_default(
    page: Page, pages: str
) -> None:
    page.set_viewport_size({"width": 375, "height": 900})
    sign_up(page, pages, "Maya Kern")
    page.goto(f"{pages}/settings/advice")
    fall, tired = page.get_by_label("Size of the fall"), page.locator("summary", has_text="Tired")
    expect(fall).to_be_hidden()
    tired.focus()
    page.keyboard.press("Enter")
    fall.fill("much")
    fall.press("Enter")
    expect(page.get_by_text("To be put right")).to_be_visible()
    expect(fall).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    fall.fill("5")
    fall.press("Enter")
    expect(tired).to_contain_text("1 of 4 changed")
    tired.click()
    look(page)
    page.get_by_role("button", name=re.compile("Back to default.*Size of the fall")).click()
    page.locator("#confirm").get_by_role("button", name="Back to default").click()
    expect(tired).to_contain_text("4 at their defaults")
