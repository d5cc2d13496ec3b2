"""The budget simulator with a keyboard, on a phone and in the dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User, Workspace
from tests.browser.conftest import sign_up
from tests.browser.test_launch import look
from tests.conftest import Member
from tests.web.test_simulator import make_platform


@pytest.mark.timeout(180)
def test_a_slider_moves_the_number_and_the_range(
    quiet_page: Page, pages: str, session: Session
) -> None:
    page = quiet_page
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, pages, "Maya Kern")
    member = Member(session.scalars(select(User)).one(), session.scalars(select(Workspace)).one())
    for platform in ("google", "meta"):
        make_platform(session, member, platform)
    page.goto(f"{pages}/dashboard/reports/simulator")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("At the budgets of now")
    look(page)

    slider, number = page.locator("#budget-2-range"), page.locator("#budget-2")
    before = float(number.input_value())
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert float(number.input_value()) > before
    expect(answer).to_contain_text("more reported value (80%)")

    page.set_viewport_size({"width": 375, "height": 900})
    number.fill("999999")
    expect(answer).to_contain_text(re.compile("Meta at .*999,999 a month is refused"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    look(page)
    page.get_by_role("link", name="Back to now").click()
    expect(answer).to_contain_text("At the budgets of now")
