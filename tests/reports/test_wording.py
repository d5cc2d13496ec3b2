"""A report says which of its words are a model's and which are by rule, wherever it is read."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask, render_template
from sqlalchemy.orm import Session

from app.reports import letters
from app.reports.document import Document
from app.reports.languages import captions_in
from app.reports.pdf.content import content
from app.reports.posting import Parcel
from app.reports.rows import nowhere
from app.reports.wording import Wording, summary_wording_of, wording_of
from app.reports.workbook import workbook
from app.web.report_drawing import drawn
from tests.conftest import Member, sign_in
from tests.reports import samples
from tests.web.test_report_files import make_report

MODEL = "gpt-4o-mini"
BY_RULE = "Figures are computed from your data; the wording is by rule."


def worded(summary: int = 0, findings: int = 0, **changes: Any) -> Document:
    """The first of its sentences and recommendations in a model's words."""
    usual = samples.usual()
    advised = [
        samples.finding(
            each.title, kind="recommendation", written_by=MODEL if at < findings else "rules"
        )
        for at, each in enumerate(usual.recommendations)
    ]
    writers = [MODEL] * summary + ["rules"] * (3 - summary)
    return samples.usual(
        **{
            "written_by": MODEL,
            "summary_written_by": writers,
            "recommendations": advised,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("document", "english", "german"),
    [
        (worded(3, 0), ": the summary.", ": die Zusammenfassung."),
        (
            worded(2, 1),
            ": 2 of 3 summary sentences and 1 of 7 findings.",
            ": 2 von 3 Sätzen der Zusammenfassung und 1 von 7 Befunden.",
        ),
        (worded(0, 2), ": 2 of 7 findings.", ": 2 von 7 Befunden."),
    ],
)
def test_it_says_how_much_is_a_models_and_that_the_rest_is_by_rule(
    document: Document, english: str, german: str
) -> None:
    said = captions_in("en").written_by(wording_of(document))
    assert english in said
    assert MODEL in said
    assert said.endswith("All else is by rule, titles too.")
    told = captions_in("de").written_by(wording_of(document))
    assert german in told
    assert told.endswith("auch die Titel, ist nach Regeln formuliert.")


def test_a_report_from_before_claims_no_more_than_it_kept() -> None:
    said = captions_in("en").written_by(wording_of(worded(summary_written_by=[])))
    assert f"Some texts are worded by {MODEL}" in said
    by_rule = wording_of(samples.usual(summary_written_by=[]))
    assert captions_in("en").written_by(by_rule) == BY_RULE


def test_a_letter_whose_summary_is_by_rule_names_no_model() -> None:
    assert summary_wording_of(worded(0, 2)) == Wording("rules", 0, 3)
    assert summary_wording_of(worded(1, 2)) == Wording(MODEL, 1, 3)


def test_page_pdf_workbook_and_letter_say_it(app: Flask) -> None:
    document = worded(2, 1)
    frozen = samples.frozen(document)
    whole = captions_in("en").written_by(wording_of(document))
    summary = captions_in("en").written_by(summary_wording_of(document))
    letter = letters.words(
        Parcel(1, "Subject", frozen, "", for_anybody=False, attach_pdf=False), ""
    )
    with app.test_request_context("/"):
        page = render_template("shared/report.html", token="x", **drawn(document, nowhere))
        mail = render_template("email/report.html", letter=letter)
        plain = render_template("email/report.txt", letter=letter)
    assert whole in page
    assert content(document, "0" * 64, nowhere)["written_by"] == whole
    book = openpyxl.load_workbook(io.BytesIO(workbook(frozen)))
    assert ("Wording", whole) in book["Summary"].values
    assert "2 of 3 summary sentences." in summary
    assert summary in mail
    assert summary in plain


def test_the_api_says_who_worded_each_sentence(app: Flask, alice: Member, session: Session) -> None:
    report = make_report(session, alice, worded(2, 1))
    told = sign_in(app, alice).get(f"/api/reports/{report.id}").get_json()
    assert told["written_by"] == MODEL
    assert told["summary_written_by"] == [MODEL, MODEL, "rules"]
    assert [each["written_by"] for each in told["findings"]] == ["rules"] * 5 + [MODEL, "rules"]
