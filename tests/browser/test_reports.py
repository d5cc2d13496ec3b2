"""A report's whole way: generated, read, kept, handed out, scheduled, acted on and scored."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.advice import reviewing
from app.models import Account, Campaign, StoredFinding, Workspace
from tests.browser.conftest import connect, sign_up, wait_until_read
from tests.browser.test_changes import allow_creating
from tests.browser.test_launch import DOLLARS, WITHIN
from tests.factories import make_account, make_connection, make_days, make_store_day
from tests.sandbox_server import SandboxServer

TITLE = "November für ☕ قهوة"
DAY = dt.timedelta(days=1)
# Before it was told, and on the days of the report, the campaign spent for nothing.
TOLD_BEFORE, REPORTED = 46, 30
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.timeout(420)
def test_a_report_is_read_kept_shared_scheduled_acted_on_and_scored(
    quiet_page: Page, browser: Browser, site: str, sandbox: SandboxServer, session: Session
) -> None:
    page = quiet_page
    sandbox.history(60)
    sandbox.clock(dt.datetime.now(dt.UTC).isoformat())
    page.set_viewport_size({"width": 1320, "height": 1000})
    sign_up(page, site, "Maya Kern")
    connect(page, site, "Meta Ads", [DOLLARS])
    wait_until_read(page, 120_000)
    allow_creating(page, site)
    loser = fill(session)

    generate(page, site)
    report = page.url
    expect(page.locator(".report-advice").filter(has_text=loser.name)).to_be_visible()
    look(page)
    keep_files(page)
    share(page, browser)
    page.goto(report)
    schedule(page)
    page.goto(report)
    act(page, loser.name)
    pause_and_set_back(page, sandbox, loser.external_id)

    page.goto(f"{site}/dashboard/reports/insights")
    said = page.get_by_role("button", name=re.compile(f"^Followed: .*{re.escape(loser.name)}"))
    said.click()
    expect(said).to_have_attribute("aria-pressed", "true")
    look(page, "light")
    as_if_said_weeks_ago(session)
    page.goto(f"{site}/dashboard/reports/scoreboard")
    expect(page.locator("#scoreboard")).to_contain_text("as a person said")
    expect(page.locator("#scoreboard")).to_contain_text("After 28 days")
    look(page, "light")

    page.goto(f"{site}/dashboard/reports")
    look(page, "light")
    page.get_by_role("button", name=f"Delete {TITLE}").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name=TITLE, exact=True)).to_be_visible()


def fill(session: Session) -> Campaign:
    """A shop's sales, and a campaign that spends for nothing but on the days after it was told."""
    today = dt.datetime.now(dt.UTC).date()
    held = {"history_from": today - 150 * DAY, "settled_through": today - DAY}
    session.execute(update(Account).values(**held))
    star = Campaign.name.startswith("Star – Merino bundle")
    found = session.scalars(select(Campaign).where(star)).first()
    assert found is not None
    days = [today - back * DAY for back in range(1, 120)]
    quiet = {today - back * DAY for back in range(REPORTED + 1, TOLD_BEFORE)}
    make_days(session, found, set(days) - quiet, spend="300", clicks=400, impressions=20_000)
    make_days(session, found, quiet, spend="0")
    link = make_connection(session, session.scalars(select(Workspace)).one(), "shopify")
    shop = make_account(session, link, name="Larkspur", read_through=today, **held)
    for day in days[:60]:
        make_store_day(session, shop, day, net="1500", orders=21)
    session.commit()
    return found


def generate(page: Page, site: str) -> None:
    page.goto(f"{site}/dashboard/reports")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Days", exact=True).select_option("30d")
    page.get_by_role("button", name="Generate report").click()
    expect(page.get_by_text("SHA-256")).to_be_visible(timeout=WITHIN)
    expect(page.locator(".page-head")).to_contain_text("compared with the days before")


def look(page: Page, *schemes: Literal["light", "dark"]) -> None:
    """Nothing is wider than the window, and axe finds nothing in either scheme."""
    for scheme in schemes or SCHEMES:
        # No colour is half-way to another one when it is looked at.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (375, 1320):
            page.set_viewport_size({"width": width, "height": 1000})
            # A chart is drawn anew a moment after the window has changed.
            expect(page.locator("html")).to_have_js_property("scrollWidth", width)
            if (scheme, width) in (("light", 1320), ("dark", 375)):
                found = Axe().run(page)
                assert not found.response["violations"], found.generate_report()


def keep_files(page: Page) -> None:
    """Each as a browser saves it."""
    for kind, begins in (("PDF", b"%PDF"), ("XLSX", b"PK"), ("CSV", b"\xef\xbb\xbf")):
        with page.expect_download() as kept:
            page.get_by_role("link", name=kind, exact=True).click()
        assert kept.value.suggested_filename.startswith(f"sandbox-{TITLE}")
        assert Path(kept.value.path()).read_bytes().startswith(begins)


def share(page: Page, browser: Browser) -> None:
    """A stranger reads the report, and nothing of it leads into the app."""
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Who it is for").fill("The client")
    page.get_by_role("button", name="Make a link").click()
    context = browser.new_context()
    stranger = context.new_page()
    stranger.goto(page.locator(".share-url").inner_text())
    expect(stranger.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(stranger.get_by_role("heading", name="Store against claims")).to_be_visible()
    hrefs = [each.get_attribute("href") or "" for each in stranger.get_by_role("link").all()]
    assert [each.rpartition("/")[2] for each in hrefs] == [
        f"report.{kind}" for kind in ("pdf", "xlsx", "csv")
    ]
    look(stranger)
    context.close()


def schedule(page: Page) -> None:
    """From the report, with what it is about filled in."""
    page.get_by_role("link", name="Schedule").click()
    expect(page.get_by_label("Title of the report")).to_have_value(TITLE)
    page.get_by_label("Recipients").fill("ana@client.example")
    page.get_by_role("button", name="Schedule it").click()
    expect(page.locator("#schedule")).to_contain_text("of every month at")


def act(page: Page, name: str) -> None:
    """From the report's recommendation to what it would change."""
    advice = page.locator(".report-advice").filter(has_text=name)
    advice.get_by_role("link", name=re.compile("^Open in Insights")).click()
    insight = page.locator(".insight-recommendation").filter(has_text=name)
    insight.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="What changes, in this order")).to_be_visible()


def pause_and_set_back(page: Page, sandbox: SandboxServer, campaign: str) -> None:
    """Nothing is sent before a person confirms it."""
    assert sandbox.truth(of="changed") == {}
    page.get_by_role("button", name="Apply now").click()
    expect(page.locator("#outcome")).to_contain_text("read back", timeout=WITHIN)
    assert sandbox.truth(of="changed") == {campaign: {"status": "PAUSED"}}
    page.get_by_role("button", name="Revert").click()
    page.get_by_role("button", name="Apply now").click()
    expect(page.locator("#outcome")).to_contain_text("read back", timeout=WITHIN)
    assert sandbox.truth(of="changed") == {campaign: {"status": "ACTIVE"}}


def as_if_said_weeks_ago(session: Session) -> None:
    """Move the advice that was followed back, and review it as every night does."""
    session.expire_all()
    stored = session.scalars(select(StoredFinding).where(StoredFinding.followed == "yes")).one()
    now = dt.datetime.now(dt.UTC)
    back = dt.timedelta(days=TOLD_BEFORE - 1)
    days = {each: str(getattr(stored, each) - back) for each in ("first", "last")}
    stored.first_content = {**stored.first_content, **days}
    stored.first_at = now - back
    assert reviewing.review(session, stored.workspace_id, now) > 0
    session.commit()
