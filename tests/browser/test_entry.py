"""Getting in, with and without JavaScript."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app.models import Workspace

PASSWORD = "correct horse battery"
WIDE, PHONE = 1320, 375


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address of the application under test, served by a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page in a browser that has never been here."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def create_account(page: Page) -> None:
    page.get_by_label("Name").fill("Nora Field")
    page.get_by_label("Email").fill("nora@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def test_the_browser_says_the_time_zone(browser: Browser, served: str, session: Session) -> None:
    context = browser.new_context(timezone_id="Europe/Madrid", locale="en-US")
    page = context.new_page()
    page.goto(f"{served}/settings")
    page.get_by_role("tab", name="Create account").click()
    create_account(page)
    page.wait_for_url(f"{served}/settings")
    place = session.scalars(select(Workspace)).one()
    assert (place.time_zone, place.currency) == ("Europe/Madrid", "EUR")
    context.close()


def test_it_all_works_without_javascript(browser: Browser, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/auth")
    create_account(page)
    page.goto(f"{served}/settings")
    page.get_by_label("Your name").fill("Nora Meadow")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Your name is changed.")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.goto(f"{served}/settings")
    page.get_by_label("Email").fill("nora@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Your name")).to_have_value("Nora Meadow")
    context.close()


def test_the_hint_follows_the_typing_and_gives_nothing_away(visitor: Page, served: str) -> None:
    sent: list[str] = []
    visitor.goto(f"{served}/auth", wait_until="networkidle")
    visitor.on("request", lambda request: sent.append(request.url))
    visitor.get_by_label("Name").fill("Nora Field")
    hint = visitor.locator("[data-password-hint]")
    for typed, expected in (
        ("norafi", "2 more characters needed."),
        ("norafield", "Your own name and e-mail address do not count."),
        (PASSWORD, "Long enough."),
        ("", "8 characters or more."),
    ):
        visitor.get_by_label("Password").fill(typed)
        expect(hint).to_contain_text(expected)
    assert sent == []


def test_a_password_can_be_shown_and_is_hidden_when_sent(visitor: Page, served: str) -> None:
    visitor.goto(f"{served}/auth?tab=sign-in")
    password = visitor.get_by_label("Password")
    password.fill("not the right one")
    show = visitor.get_by_role("button", name="Show what is typed")
    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(password).to_have_attribute("type", "password")


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", PHONE)])
def test_the_pages_are_accessible_and_fit(
    browser: Browser, served: str, scheme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 860})
    page = context.new_page()
    for path in ("/auth", "/auth?tab=sign-in", "/auth/forgot", "/auth/reset/over"):
        page.goto(f"{served}{path}")
        check(page, width)
    page.goto(f"{served}/auth?tab=sign-in&next=/settings")
    page.get_by_label("Email").fill("nora@example.com")
    page.get_by_label("Password").fill("not the right one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, width)
    page.get_by_role("tab", name="Create account").click()
    create_account(page)
    page.wait_for_url(f"{served}/settings")
    for details in page.locator("#settings details").all():
        details.evaluate("node => { node.open = true; }")
    check(page, width)
    page.get_by_role("link", name="Open advice settings").click()
    page.get_by_label("Target CPA (").fill("25")
    page.locator("summary", has_text="Wins and concerns").click()
    page.get_by_label("CPA above its target").fill("1")
    page.get_by_role("button", name="Save advice").click()
    expect(page.get_by_text("It has to be more than 1 times")).to_be_visible()
    expect(page.get_by_label("Target CPA (")).to_have_value("25")
    check(page, width)
    context.close()


def check(page: Page, width: int) -> None:
    """Nothing scrolls sideways at either width, and axe finds nothing at this one."""
    for each in (WIDE + PHONE - width, width):
        page.set_viewport_size({"width": each, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= each
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
