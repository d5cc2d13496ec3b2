"""A report handed out and sent by schedule, as its owner and its readers meet it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from app.accounts.sessions import open_session
from app.models import Report, ReportDelivery, ReportLetter, ReportSchedule
from app.settings import Settings
from app.web.cookies import full_name
from tests.conftest import Member
from tests.reports.schedules import MONDAY, make_report, make_schedule

SECRET = "three unrelated words"
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (1320, "light"),
    (375, "dark"),
)
Open = Callable[..., BrowserContext]


@pytest.fixture
def report(session: Session, alice: Member) -> Report:
    return make_report(session, alice.workspace.id)


@pytest.fixture
def schedule(session: Session, alice: Member, report: Report) -> ReportSchedule:
    """One whose last letters arrived, were refused and may have arrived."""
    made = make_schedule(
        session,
        alice.workspace.id,
        alice.user.id,
        recipients=[f"{name}@client.example" for name in ("ana", "ben", "cleo")],
    )
    delivery = ReportDelivery(
        workspace_id=made.workspace_id,
        schedule_id=made.id,
        due_at=MONDAY,
        report_id=report.id,
        state="sent",
        error="Not every letter is known to have arrived; see below.",
        owners_told_at=MONDAY,
        finished_at=MONDAY,
    )
    for recipient, state in zip(made.recipients, ("sent", "refused", "unclear"), strict=True):
        error = "" if state == "sent" else "The mail server refused it: 550 no such mailbox"
        delivery.letters.append(ReportLetter(recipient=recipient, state=state, error=error))
    session.add(delivery)
    session.commit()
    return made


@pytest.fixture
def open_window(browser: Browser, pages: str) -> Iterator[Open]:
    """Windows of strangers, closed at the end."""
    with ExitStack() as opened:

        def open_one(**options: object) -> BrowserContext:
            context = browser.new_context(base_url=pages, **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            return context

        yield open_one


@pytest.fixture
def alices(
    open_window: Open, pages: str, session: Session, settings: Settings, alice: Member
) -> Open:
    """Windows in which Alice is signed in."""

    def open_hers(**options: object) -> BrowserContext:
        now = dt.datetime.now(dt.UTC)
        token = open_session(session, alice.user, now=now, ip="127.0.0.1", user_agent="test")
        session.commit()
        context = open_window(**options)
        name = full_name("growzzy_session", settings)
        context.add_cookies([{"name": name, "value": token, "url": pages}])
        return context

    return open_hers


def test_a_link_with_a_password_opens_until_it_is_revoked(
    alices: Open, open_window: Open, report: Report
) -> None:
    owner = alices().new_page()
    owner.goto(f"/dashboard/reports/{report.id}/shares")
    owner.get_by_label("Who it is for").fill("The client")
    owner.get_by_label("Password, if it should have one").fill(SECRET)
    owner.get_by_role("button", name="Make a link").click()
    link = owner.locator(".share-url").inner_text()
    reader = open_window()
    page = reader.new_page()
    with unblocked(page):
        page.goto(link)
        page.get_by_label("Password").fill(SECRET)
        page.get_by_role("button", name="Open the report").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("December 1–31 performance")
        assert [cookie["name"] for cookie in reader.cookies()] == ["growzzy_share"]
        with page.expect_download() as kept:
            page.get_by_role("link", name="PDF").click()
        assert kept.value.suggested_filename.endswith(".pdf")
    owner.reload()
    expect(owner.locator("#shares")).to_contain_text("Opened 1 time")
    owner.get_by_role("button", name="Revoke the link for The client").click()
    owner.get_by_role("button", name="Revoke", exact=True).click()
    expect(owner.locator("#shares")).to_contain_text("No links yet")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not open anything")


def test_a_schedule_is_made_changed_and_deleted(alices: Open, report: Report) -> None:
    page = alices().new_page()
    with unblocked(page):
        page.goto("/dashboard/reports/schedules")
        page.get_by_role("link", name="New schedule").click()
        page.get_by_label("Recipients").fill("ana@client.example\nnobody")
        page.get_by_label("Hour").select_option("17:00")
    page.get_by_role("button", name="Schedule it").click()
    expect(page.locator("#recipients-errors")).to_contain_text("nobody does not look like")
    expect(page.get_by_label("Hour")).to_have_value("17")
    page.get_by_label("Recipients").fill("ana@client.example")
    page.get_by_role("button", name="Schedule it").click()
    page.wait_for_url(re.compile(r"/schedules/\d+$"))
    expect(page.locator("#schedule")).to_contain_text("every Monday at 17:00")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Preview").click()
    expect(opened.value.locator("body")).to_contain_text("no ad account or shop is connected")
    page.get_by_role("button", name="Delete").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing is scheduled")).to_be_visible()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_of_deliveries_fit_and_axe_finds_nothing(
    alices: Open,
    report: Report,
    schedule: ReportSchedule,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = alices(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    page.goto(f"/dashboard/reports/{report.id}/shares")
    page.get_by_label("Who it is for").fill("The client")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator(".share-url").inner_text()
    schedules = "/dashboard/reports/schedules"
    for path in (
        f"/dashboard/reports/{report.id}/shares",
        schedules,
        f"{schedules}/new",
        f"{schedules}/{schedule.id}",
        link,
        f"{link}x",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"


@contextmanager
def unblocked(page: Page) -> Iterator[None]:
    """Nothing the browser complains about meanwhile."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    assert not complaints, complaints
