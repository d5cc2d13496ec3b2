"""Every page with figures on it: nothing blocked, nothing sideways, nothing axe objects to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from app.accounts.sessions import open_session
from app.models import CampaignDay, FxRate, StoreDay
from app.settings import Settings
from app.sync.rollup import recompute
from app.web.cookies import full_name
from tests.conftest import Member
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
)

PAGES = (
    "/",
    "/dashboard",
    "/dashboard?range=90d&trend=roas",
    "/dashboard/why/roas",
    "/campaigns",
    "/campaigns?q=nothing-is-called-this",
    "/connections",
    "/connections/upload",
    "/connections/meta/guide",
    "/connections/google/guide",
    "/connections/linkedin/guide",
    "/connections/shopify/guide",
    "/connections/tiktok/guide",
    "/connections/shopify/token",
    "/connections/shopify/begin?shop=larkspur-outdoor",
    "/connections/meta/token",
    "/dashboard/creative",
    "/dashboard/creative/library",
    "/dashboard/creative/log",
    "/dashboard/reports/insights",
    "/dashboard/reports/scoreboard",
    "/settings",
    "/no-such-page",
)
WIDE, PHONE = 1320, 375


@dataclass(frozen=True)
class Look:
    """A kind of window."""

    width: int
    scheme: Literal["light", "dark"]


@pytest.fixture
def northlight(session: Session, alice: Member) -> Member:
    """Alice's workspace with a quarter of figures in two currencies and a shop."""
    today = dt.datetime.now(dt.UTC).date()
    connection = make_connection(session, alice.workspace)
    dollars = make_account(session, connection, name="Northlight US", read_through=today)
    euros = make_account(
        session, connection, name="Northlight DE", currency="EUR", time_zone="Europe/Berlin"
    )
    broken = make_connection(
        session,
        alice.workspace,
        status="needs_attention",
        status_reason="Meta ended this access. Press Reconnect and choose Continue.",
    )
    make_account(session, broken, name="Northlight Outlet")
    shop = make_account(
        session, make_connection(session, alice.workspace, "shopify", kind="upload"), name="Shop"
    )
    campaigns = [
        make_campaign(session, account, name)
        for account, name in (
            (dollars, "Holiday Gift Guide"),
            (dollars, "Brand — Exact"),
            (euros, "Geschenke für alle 🎁"),
        )
    ]
    days = [today - dt.timedelta(days=back) for back in range(90)]
    for back, day in enumerate(days):
        session.add(FxRate(currency="USD", day=day, units_per_eur=Decimal("1.1")))
        session.add_all(
            CampaignDay(
                campaign_id=campaign.id,
                account_id=campaign.account_id,
                workspace_id=campaign.workspace_id,
                day=day,
                spend=Decimal(40 * number + back % 7),
                conversion_value=Decimal(130 + back % 11),
                conversions=Decimal(3),
                clicks=50,
                impressions=4000,
            )
            for number, campaign in enumerate(campaigns, start=1)
        )
        session.add(
            StoreDay(
                account_id=shop.id,
                workspace_id=shop.workspace_id,
                day=day,
                gross=Decimal(900 + back % 13),
                discounts=Decimal(0),
                refunds=Decimal(0),
                net=Decimal(900 + back % 13),
                orders=9,
            )
        )
    session.flush()
    for account in (dollars, euros, shop):
        recompute(session, account.workspace_id, account.id, days)
    session.commit()
    return alice


@pytest.fixture(params=[Look(WIDE, "light"), Look(PHONE, "dark")], ids=["wide", "phone"])
def signed_in(
    request: pytest.FixtureRequest,
    browser: Browser,
    pages: str,
    session: Session,
    settings: Settings,
    northlight: Member,
) -> Iterator[Page]:
    """Alice's window; whatever the browser complains about fails the test."""
    token = open_session(
        session, northlight.user, now=dt.datetime.now(dt.UTC), ip="127.0.0.1", user_agent="test"
    )
    session.commit()
    look: Look = request.param
    context = browser.new_context(
        viewport={"width": look.width, "height": 900}, color_scheme=look.scheme, base_url=pages
    )
    name = full_name("growzzy_session", settings)
    context.add_cookies([{"name": name, "value": token, "url": pages}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    blocked = [text for text in complaints if "404" not in text]
    assert not blocked, blocked


@pytest.mark.timeout(300)
def test_pages_fit_their_window_and_axe_finds_nothing(signed_in: Page) -> None:
    for path in PAGES:
        signed_in.goto(path)
        signed_in.wait_for_load_state("networkidle")
        width = signed_in.evaluate("document.documentElement.scrollWidth")
        assert width <= signed_in.viewport_size["width"], path
        found = Axe().run(signed_in)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"


@pytest.mark.timeout(300)
def test_data_health_fits_its_window_and_axe_finds_nothing(signed_in: Page) -> None:
    signed_in.goto("/connections")
    healthy = signed_in.get_by_role("link", name=re.compile("^Data health")).first
    signed_in.goto(healthy.get_attribute("href") or "")
    for page in ("Data health", "Day by day"):
        signed_in.wait_for_load_state("networkidle")
        width = signed_in.evaluate("document.documentElement.scrollWidth")
        assert width <= signed_in.viewport_size["width"], page
        found = Axe().run(signed_in)
        assert found.violations_count == 0, f"{page}\n{found.generate_report()}"
        if page == "Data health":
            signed_in.get_by_role("link", name=re.compile("^Day by day")).first.click()
            signed_in.wait_for_url(re.compile(r"/health/\d+"))


def test_filters_can_be_gone_back_through_with_live_charts(signed_in: Page) -> None:
    signed_in.goto("/dashboard")
    signed_in.get_by_role("link", name="Last 7 days").click()
    signed_in.wait_for_url(re.compile("range=7d"))
    signed_in.get_by_role("link", name="Last 90 days").click()
    signed_in.wait_for_url(re.compile("range=90d"))
    signed_in.go_back()
    signed_in.wait_for_url(re.compile("range=7d"))
    expect(signed_in.locator("#trend-chart .main-svg").first).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_role("link", name="Last 7 days")).to_have_attribute(
        "aria-current", "true"
    )


def test_a_click_on_a_number_shows_where_it_comes_from(signed_in: Page) -> None:
    signed_in.goto("/dashboard")
    signed_in.get_by_role("link", name=re.compile("^Spend .*where it comes from")).click()
    drawer = signed_in.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("Northlight US")
    expect(drawer).to_contain_text("Europe/Berlin")


def test_a_choice_of_dark_or_light_is_remembered(signed_in: Page) -> None:
    signed_in.goto("/dashboard")
    before = signed_in.locator("html").get_attribute("data-bs-theme")
    signed_in.get_by_role("button", name="Switch between light and dark").click()
    after = "light" if before == "dark" else "dark"
    expect(signed_in.locator("html")).to_have_attribute("data-bs-theme", after)
    signed_in.reload()
    expect(signed_in.locator("html")).to_have_attribute("data-bs-theme", after)


def test_keys_lead_through_the_app(signed_in: Page) -> None:
    signed_in.goto("/dashboard")
    signed_in.keyboard.press("?")
    expect(signed_in.locator("#shortcuts")).to_contain_text("Go to Connections")
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("c")
    signed_in.wait_for_url(re.compile("/connections$"))


def test_disconnecting_asks_first_and_says_what_happens_to_the_figures(signed_in: Page) -> None:
    signed_in.goto("/connections")
    signed_in.get_by_role("link", name="Disconnect").first.click()
    expect(signed_in.get_by_role("radio", name="Keep them")).to_be_checked()
    signed_in.get_by_role("link", name="Cancel").click()
    expect(signed_in.locator("#connected")).to_contain_text("2 of 2 accounts")


def test_where_one_is_can_be_seen_among_the_links(signed_in: Page) -> None:
    signed_in.goto("/dashboard/reports/tests")
    for name, link in (("Main", "Reports"), ("Reports area", "Tests")):
        here = signed_in.get_by_role("navigation", name=name).get_by_role("link", name=link)
        expect(here).to_be_in_viewport(ratio=0.9)
