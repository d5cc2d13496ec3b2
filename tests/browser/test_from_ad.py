"""From a tired ad's card to the creative form that is filled in from it, and back to its row."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User, Workspace
from tests.browser.conftest import sign_up
from tests.browser.test_reports import look
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day
from tests.web.test_creative_from_ad import DAY, an_ad, told


@pytest.mark.timeout(180)
def test_a_tired_ad_leads_to_new_copy_with_its_angle_in_sight(
    quiet_page: Page, site: str, session: Session
) -> None:
    page = quiet_page
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, site, "Maya Kern")
    member = Member(session.scalars(select(User)).one(), session.scalars(select(Workspace)).one())
    account = make_account(session, make_connection(session, member.workspace))
    campaign = make_campaign(session, account, "Gift guide")
    make_day(session, campaign, DAY, spend="61")
    ad = an_ad(session, campaign, "20 % off قهوة this week. Ships the same day.")
    told(session, member, ad)

    page.goto(f"{site}/dashboard/reports/insights")
    look(page)
    page.get_by_role("link", name=ad.name, exact=True).click()
    expect(page.locator(f"#ad-{ad.id}")).to_contain_text("$61.00")
    look(page)

    page.goto(f"{site}/dashboard/reports/insights")
    page.get_by_role("link", name=f"Write new copy: {ad.name}").click()
    expect(page.get_by_role("heading", name=f"New copy in place of {ad.name}")).to_be_visible()
    expect(page.get_by_text("Its angle: it opens with a price or a percentage")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text("20 % off قهوة this week.")
    expect(page.get_by_label("Angle")).to_have_value("offer")
    expect(page.get_by_role("textbox", name="Benefits 1")).to_have_value("Ships the same day.")
    look(page)

    page.get_by_label("Product name").fill("Friday Roast")
    page.get_by_role("button", name="Generate 20 variations").click()
    expect(page.locator(".batch-foot")).to_be_visible(timeout=60_000)
