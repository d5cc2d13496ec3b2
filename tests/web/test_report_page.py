"""A report's page: what changed against what, and what a person may do from it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Membership
from app.reports.document import Document
from app.reports.pdf.content import content
from app.reports.rows import nowhere
from app.web.report_drawing import drawn
from tests.conftest import Member, sign_in
from tests.reports import samples
from tests.reports.conftest import Write, month, newest, write

__all__ = ["month", "write"]
EARLIER = "Oct 31 – Nov 30, 2025"


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def body(app: Flask, document: Document) -> str:
    with app.test_request_context():
        return plain(render_template("reports/body.html", **drawn(document, nowhere)))


def plain(html: str) -> str:
    """With usual spaces only."""
    return re.sub(r"\s+", " ", unescape(html))


def pills(text: str) -> list[str]:
    """What is read aloud for every change, in order."""
    found = re.findall(
        r'class="(?:has-tip )?pill [^"]*"(?: aria-label="([^"]*)"|>.*?"visually-hidden">([^<]*)<)',
        text,
    )
    return [spoken or hidden for spoken, hidden in found]


def with_figures(value: str | None, before: str | None, change: str | None) -> Document:
    """A report of one key figure."""
    first, *_ = samples.usual().kpis
    given = {"value": value, "before": before, "change": change}
    words = {name: None if each is None else Decimal(each) for name, each in given.items()}
    kpi = type(first)(
        key="revenue",
        label="Revenue",
        unit="money",
        better="more",
        definition="",
        **words,  # type: ignore[arg-type]  # the three that are told apart
    )
    return samples.usual(kpis=[kpi], platform_rows=[], campaign_rows=[])


def test_every_change_tells_the_figure_before_it_and_its_days(app: Flask) -> None:
    document = samples.usual()
    said = pills(body(app, document))

    assert said[:2] == [
        f"Up 6%. Before: $24,010, {EARLIER}",
        f"Up 32%, better. Before: $57,840, {EARLIER}",
    ]
    rows = [*document.platform_rows, *document.campaign_rows]
    assert len(said) == len(document.kpis) + len(rows)
    assert said[-1] == "No earlier figure to compare with"
    assert all(EARLIER in each for each in said[:-1])


@pytest.mark.parametrize(
    ("value", "before", "change", "told", "on_paper"),
    [
        ("500", "0", None, f"New: nothing before. Before: $0.00, {EARLIER}", "new"),
        ("0", "0", None, f"No change. Before: $0.00, {EARLIER}", "±0%"),
        ("500", None, None, "No earlier figure to compare with", ""),
        (None, "500", None, f"No figure to compare now. Before: $500.00, {EARLIER}", ""),
        ("0", "500", "-1", f"Down 100%, worse. Before: $500.00, {EARLIER}", "−100%"),
    ],
)
def test_from_nothing_is_new_and_only_what_is_unknown_has_no_earlier_figure(
    app: Flask, value: str | None, before: str | None, change: str | None, told: str, on_paper: str
) -> None:
    document = with_figures(value, before, change)
    [said] = pills(body(app, document))
    assert said == told
    [kpi] = content(document, "0" * 64, nowhere)["kpis"]
    assert kpi["change"] == on_paper


@pytest.mark.parametrize(
    ("now", "change", "tone"),
    [("500", "0", "calm"), ("502.4", "0.0048", "calm"), ("502.5", "0.005", "good")],
)
def test_paper_colours_what_the_page_colours(app: Flask, now: str, change: str, tone: str) -> None:
    document = with_figures(now, "500", change)
    [said] = pills(body(app, document))
    [kpi] = content(document, "0" * 64, nowhere)["kpis"]
    assert kpi["tone"] == tone
    assert (", better." in said) is (tone == "good")


@pytest.mark.usefixtures("month")
def test_the_head_says_which_days_are_compared_and_when_it_was_generated(
    browser: FlaskClient, session: Session, write: Write
) -> None:
    document = write(compare="year")
    assert document.before is not None
    text = plain(browser.get(f"/dashboard/reports/{newest(session).id}").text)
    head = text.partition('class="page-head"')[2].partition("</div>")[0]
    assert "Nov 1 – 19, 2026, compared with a year earlier, Nov 1 – 19, 2025" in head
    assert "generated Nov 20, 2026" in head

    write(compare="none")
    text = browser.get(f"/dashboard/reports/{newest(session).id}").text
    assert "compared with" not in text
    assert pills(text) == []


@pytest.mark.usefixtures("month")
def test_generated_is_the_day_where_the_workspace_is(
    browser: FlaskClient, session: Session, write: Write, alice: Member
) -> None:
    alice.workspace.time_zone = "Pacific/Kiritimati"
    session.commit()
    document = write()
    assert document.today == document.as_of.date() + dt.timedelta(days=1)
    text = browser.get(f"/dashboard/reports/{newest(session).id}").text
    assert "generated Nov 21, 2026" in text


@pytest.mark.usefixtures("month")
def test_only_who_may_share_is_offered_to(
    browser: FlaskClient, session: Session, write: Write, alice: Member
) -> None:
    write()
    address = f"/dashboard/reports/{newest(session).id}"
    assert f'href="{address}/shares"' in browser.get(address).text

    session.query(Membership).filter_by(user_id=alice.user.id).update({"role": "viewer"})
    session.commit()

    text = browser.get(address).text
    assert f"{address}/shares" not in text
    for kept in ("download.pdf", "download.csv", "download.xlsx"):
        assert kept in text


def test_a_long_table_of_campaigns_is_folded_after_its_first_rows_and_what_matters_is_above(
    app: Flask,
) -> None:
    document = samples.many(40)
    shown = body(app, document)
    places = [shown.find(each) for each in (document.summary[0], "report-strip", "report-finding")]
    first, _, folded = shown.partition('<details class="report-all">')
    assert places == sorted(places)
    assert places[-1] < first.find("table-figures")
    assert f"The other {40 - 8}" in folded
    names = [each.name for each in document.campaign_rows]
    assert len(names) == 40
    assert all(name in plain(first) for name in names[:8])
    assert all(name in plain(folded) for name in names[8:])
