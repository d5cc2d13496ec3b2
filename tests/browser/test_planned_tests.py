"""A planned test from its plan over a block's budgets to its end, in a browser."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User, Workspace
from tests.browser.conftest import connect, sign_up, wait_until_read
from tests.browser.test_changes import allow_creating
from tests.browser.test_launch import DOLLARS, WITHIN, look
from tests.conftest import Member
from tests.sandbox_server import SandboxServer
from tests.web.test_simulator import make_platform


@pytest.mark.timeout(300)
def test_a_test_goes_from_its_plan_to_a_blocks_budgets_and_is_stopped(
    quiet_page: Page, site: str, sandbox: SandboxServer, session: Session
) -> None:
    page = quiet_page
    sandbox.clock(dt.datetime.now(dt.UTC).isoformat())
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, site, "Maya Kern")
    connect(page, site, "Meta Ads", [DOLLARS])
    wait_until_read(page, 120_000)
    allow_creating(page, site)
    member = Member(session.scalars(select(User)).one(), session.scalars(select(Workspace)).one())
    make_platform(session, member, "google")

    plan(page, site)
    page.get_by_role("button", name="Begin this test").click()
    expect(page.get_by_role("heading", name="Test of Google and Meta")).to_be_visible()
    expect(page.locator("#test")).to_contain_text("Running")
    look(page)
    page.get_by_role("button", name="Apply block 1").click()
    expect(page.get_by_role("heading", name=re.compile("budgets of block 1"))).to_be_visible()
    assert sandbox.truth(of="changed") == {}
    expect(page.locator("#outcome")).to_contain_text("Left as it is")
    page.get_by_role("button", name="Apply now").click()
    expect(page.locator("#outcome")).to_contain_text("read back", timeout=WITHIN)
    assert sandbox.truth(of="changed")
    stop(page, site)
    page.get_by_role("button", name="Put the budgets back").click()
    expect(page.get_by_role("heading", name=re.compile("budgets as before it"))).to_be_visible()


def plan(page: Page, site: str) -> None:
    """From today on, for eight weeks."""
    page.goto(f"{site}/dashboard/reports/tests")
    look(page)
    page.get_by_role("link", name="Plan a test").click()
    expect(page.get_by_label("Meta")).to_be_checked()
    first = page.get_by_label("First day")
    first.fill(first.get_attribute("min") or "")
    page.get_by_label("Weeks").fill("8")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator("#plan")).to_contain_text("Google and Meta: 8 weeks from")
    expect(page.locator("#plan")).to_contain_text("What not to do meanwhile")
    look(page)


def stop(page: Page, site: str) -> None:
    """From the list of tests, with the block's budgets applied."""
    page.goto(f"{site}/dashboard/reports/tests")
    page.get_by_role("link", name="Google and Meta").click()
    expect(page.locator("#test")).to_contain_text("Applied")
    page.get_by_role("button", name="Stop the test").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.locator("#test")).to_contain_text("by hand")
    look(page)
