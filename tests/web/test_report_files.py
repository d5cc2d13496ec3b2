"""Reports' files, downloaded from pages and by scripts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
from html import unescape

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Report
from app.reports.document import Document, freeze
from app.reports.files import RENDERING
from app.reports.pdf import printing
from tests.conftest import Member, sign_in
from tests.reports import samples

NOW = dt.datetime(2026, 1, 5, 14, 30, tzinfo=dt.UTC)


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    """Alice's browser."""
    return sign_in(app, alice)


def make_report(session: Session, member: Member, document: Document | None = None) -> Report:
    """A completed report of this or the usual document."""
    content, content_hash = freeze(document or samples.usual())
    made = Report(
        workspace_id=member.workspace.id,
        title="December",
        request={"first": "2025-12-01", "last": "2025-12-31"},
        state="completed",
        document=content,
        content_hash=content_hash,
        as_of=NOW,
    )
    session.add(made)
    session.commit()
    return made


def unfinished(session: Session, member: Member, state: str) -> Report:
    made = Report(workspace_id=member.workspace.id, title="December", request={}, state=state)
    session.add(made)
    session.commit()
    return made


@pytest.mark.parametrize("path", ["/dashboard/reports/{}/download.{}", "/api/reports/{}.{}"])
def test_a_report_is_downloaded_in_every_shape(
    alices: FlaskClient, alice: Member, session: Session, path: str
) -> None:
    report = make_report(session, alice)
    pdf = alices.get(path.format(report.id, "pdf"))
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.data.startswith(b"%PDF-1.7")
    table = alices.get(path.format(report.id, "csv"))
    assert table.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert rows[0]["campaign"] == "Black Friday Flash Sale"
    book = alices.get(path.format(report.id, "xlsx"))
    assert "Campaigns" in openpyxl.load_workbook(io.BytesIO(book.data)).sheetnames
    for answer in (pdf, table, book):
        assert answer.headers["ETag"] == f'"{report.content_hash}-{RENDERING}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("table", "head"),
    [
        ("kpis", "from,to,compared_from,compared_to,currency,figure"),
        ("trend", "currency,period,day"),
        ("platforms", "from,to,compared_from,compared_to,currency,platform"),
        ("campaigns", "from,to,compared_from,compared_to,currency,campaign"),
        ("findings", "currency,kind,class"),
        ("actions", "day,text,who"),
        ("sources", "source,platform,currency"),
    ],
)
def test_every_table_is_a_csv_for_scripts_and_from_the_page(
    alices: FlaskClient, alice: Member, session: Session, table: str, head: str
) -> None:
    report = make_report(session, alice)
    answer = alices.get(f"/api/reports/{report.id}.csv?table={table}")
    assert answer.data.decode("utf-8-sig").startswith(head)
    path = f"/dashboard/reports/{report.id}/download.csv?table={table}"
    assert alices.get(path).data == answer.data
    assert path in unescape(alices.get(f"/dashboard/reports/{report.id}").text)


def test_a_table_that_there_is_not_is_refused(
    alices: FlaskClient, alice: Member, session: Session
) -> None:
    report = make_report(session, alice)
    answer = alices.get(f"/api/reports/{report.id}.csv?table=secrets")
    assert answer.status_code == 422
    assert "table" in answer.get_json()["error"]["message"]
    assert alices.get(f"/api/reports/{report.id}.csv?table=").status_code == 422
    path = f"/dashboard/reports/{report.id}/download.csv?table=secrets"
    assert alices.get(path).status_code == 404


def test_a_file_s_name_keeps_its_script(
    alices: FlaskClient, alice: Member, session: Session
) -> None:
    report = make_report(session, alice, samples.usual(title="12月 🔥", workspace='a"\r\nb'))
    answer = alices.get(f"/api/reports/{report.id}.csv")
    assert (
        "filename*=UTF-8''12%E6%9C%88%20%F0%9F%94%A5%20%E2%80%93%20a%20b.csv"
        in answer.headers["Content-Disposition"]
    )


def test_what_is_known_already_is_not_sent_again(
    alices: FlaskClient, alice: Member, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(session, alice)
    monkeypatch.setattr(printing, "_PROCESS", None)
    known = {"If-None-Match": f'"{report.content_hash}-{RENDERING}"'}
    answer = alices.get(f"/api/reports/{report.id}.pdf", headers=known)
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize("shape", ["pdf", "csv", "xlsx"])
def test_another_workspace_s_report_is_not_there(
    app: Flask, alice: Member, charlie: Member, session: Session, shape: str
) -> None:
    report = make_report(session, alice)
    client = sign_in(app, charlie)
    assert client.get(f"/api/reports/{report.id}.{shape}").status_code == 404
    assert client.get(f"/dashboard/reports/{report.id}/download.{shape}").status_code == 404
    stranger = app.test_client()
    assert stranger.get(f"/api/reports/{report.id}.{shape}").status_code == 401


def test_a_deleted_report_has_no_files(
    alices: FlaskClient, alice: Member, session: Session
) -> None:
    report = make_report(session, alice)
    report.deleted_at = NOW
    session.commit()
    assert alices.get(f"/api/reports/{report.id}.pdf").status_code == 404


@pytest.mark.parametrize(
    ("state", "says"),
    [("pending", "still being made"), ("running", "still being made"), ("failed", "try again")],
)
def test_a_report_that_is_not_completed_says_why_it_has_no_files(
    alices: FlaskClient, alice: Member, session: Session, state: str, says: str
) -> None:
    report = unfinished(session, alice, state)
    answer = alices.get(f"/api/reports/{report.id}.pdf")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "conflict")
    assert says in answer.get_json()["error"]["message"]
    page = alices.get(f"/dashboard/reports/{report.id}/download.pdf")
    assert page.status_code == 409
    assert says in page.text


def test_no_other_shape_is_there(alices: FlaskClient, alice: Member, session: Session) -> None:
    report = make_report(session, alice)
    assert alices.get(f"/dashboard/reports/{report.id}/download.docx").status_code == 404
    assert alices.get(f"/api/reports/{report.id}.pdf?page=1").status_code == 422


def test_links_in_a_pdf_lead_to_this_installation(
    app: Flask, alices: FlaskClient, alice: Member, session: Session
) -> None:
    report = make_report(session, alice)
    pdf = alices.get(f"/api/reports/{report.id}.pdf").data
    assert b"http://localhost/campaigns?platform=meta" in pdf


def test_what_makes_files_is_loaded_when_the_first_is_made() -> None:
    asked = "import sys, app.web.wiring; print({'typst', 'openpyxl', 'numpy'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert said.stdout.strip() == b"set()"
