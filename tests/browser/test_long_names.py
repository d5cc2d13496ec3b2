"""Names of 200 letters without a space: whole, and never wider than a window."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.advice import keeping
from app.models import Campaign, ChangeSet, Report, Workspace
from app.reports import ordering
from app.reports.document import freeze
from app.reports.ordering import Wanted
from tests.browser.test_pages import northlight, signed_in
from tests.conftest import Member
from tests.reports import samples
from tests.sync.fake_platform import NOON
from tests.web.test_insights_page import ADVICE

__all__ = ["northlight", "signed_in"]
LONG = "Ü" + "berschrift" * 19 + "ñ" * 9
DAY = dt.date(2025, 12, 1)


@pytest.fixture
def long_names(session: Session, northlight: Member) -> dict[str, int]:
    """The numbers of a report, a finding and a change of that workspace."""
    workspace = northlight.workspace
    session.execute(update(Workspace).values(name=LONG[:120]))
    session.execute(update(Campaign).values(name=LONG))
    wanted = Wanted(first=DAY, last=DAY, title=LONG)
    report = ordering.order(
        session, workspace, wanted, user_id=northlight.user.id, today=NOON.date(), now=NOON
    )
    session.flush()
    document, content_hash = freeze(
        samples.usual(
            title=LONG,
            workspace=LONG[:120],
            summary=[LONG],
            wins=[samples.finding(LONG)],
            campaign_rows=[samples.campaign(number, LONG) for number in range(12)],
        )
    )
    done = {"state": "completed", "document": document, "content_hash": content_hash}
    session.execute(update(Report).values(summary=[LONG], **done))
    [finding] = keeping.keep(session, workspace.id, [ADVICE], NOON)
    change = ChangeSet(
        workspace_id=workspace.id,
        origin="finding",
        finding_id=finding,
        title=LONG,
        why=f"{LONG}\n{LONG}",
        expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        left_out=[[LONG, LONG]],
    )
    session.add(change)
    session.commit()
    return {"report": report.id, "finding": finding, "change": change.id}


@pytest.mark.timeout(300)
def test_long_names_are_told_whole_and_make_no_page_wider_than_its_window(
    signed_in: Page, long_names: dict[str, int]
) -> None:
    area = "/dashboard/reports"
    report = f"{area}/{long_names['report']}"
    for path, told in (
        (area, LONG),
        (report, LONG),
        (f"{report}/shares", LONG),
        (f"{area}/schedules/new?report={long_names['report']}", ""),
        (f"{area}/insights", ADVICE.entities[1].name),
        (f"{area}/insights/{long_names['finding']}", ADVICE.entities[1].name),
        (f"{area}/scoreboard/reallocation", ADVICE.entities[1].name),
        (f"{area}/changes", LONG),
        (f"{area}/changes/{long_names['change']}", LONG),
        ("/campaigns", LONG),
        ("/dashboard", ""),
        ("/settings", LONG[:120]),
    ):
        signed_in.goto(path, wait_until="networkidle")
        width = signed_in.evaluate("document.documentElement.scrollWidth")
        assert width <= signed_in.viewport_size["width"], path
        expect(signed_in.locator("main")).to_contain_text(told)
        found = Axe().run(signed_in)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"


def test_all_links_of_the_head_are_in_sight_on_a_phone(signed_in: Page) -> None:
    signed_in.goto("/dashboard/reports")
    for link in signed_in.get_by_role("navigation", name="Main").get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=0.99)
