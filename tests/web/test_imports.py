"""Uploading through the pages and through the API, down to the dashboard's totals."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.imports import run
from app.models import Import, PlatformTotalDay
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_connection
from tests.imports import exports

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PAGE = "/connections/upload"
META = exports.files()["meta_en.csv"]
SALES = exports.files()["shopify_sales.csv"]


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def token(browser: FlaskClient) -> str:
    return csrf_token(browser)


def post_file(browser: FlaskClient, token: str, content: bytes, **fields: str) -> Any:
    return browser.post(
        "/api/imports",
        data={"file": (io.BytesIO(content), "export.csv"), **fields},
        headers={"X-CSRFToken": token},
    )


def job(session: Session, import_id: int) -> None:
    run.run_import(session, import_id, NOW)


def test_a_script_uploads_confirms_watches_and_undoes(
    browser: FlaskClient, token: str, session: Session
) -> None:
    made = post_file(browser, token, META)
    assert made.status_code == 201
    import_id, preview = made.json["id"], made.json["preview"]
    expected = exports.sums(exports.lines())
    assert preview["spend"] == str(expected["spend"])
    assert (preview["platform"], preview["currency"]) == ("meta", "EUR")
    assert (preview["from"], preview["to"]) == ("2026-06-01", "2026-06-05")
    address, headers = f"/api/imports/{import_id}", {"X-CSRFToken": token}
    assert browser.get(address).json["state"] == "preview"
    confirmed = browser.post(f"{address}/confirm", headers=headers)
    assert (confirmed.status_code, confirmed.json) == (202, {"id": import_id, "state": "queued"})
    job(session, import_id)
    done = browser.get(address).json
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, None)
    assert (done["rows_read"], done["rows_changed"]) == (10, 10)
    assert session.scalar(select(func.sum(PlatformTotalDay.native_spend))) == expected["spend"]
    assert browser.delete(address, headers=headers).status_code == 204
    session.rollback()
    assert session.scalar(select(func.sum(PlatformTotalDay.native_spend))) is None
    assert browser.get(address).json["state"] == "undone"


def test_answers_travel_with_the_file(browser: FlaskClient, token: str) -> None:
    rows = [["Jour du mois", "Dépense"], ["03/04/2026", "1.234"]]
    mapping = {
        "columns": {"Jour du mois": "day", "Dépense": "spend"},
        "date_order": "day_first",
        "decimal_mark": "comma",
        "account": "Nord",
    }
    made = post_file(
        browser,
        token,
        exports.delimited(rows, delimiter=";"),
        platform="other",
        currency="EUR",
        mapping=json.dumps(mapping),
    )
    preview = made.json["preview"]
    assert preview["questions"] == []
    assert preview["from"] == "2026-04-03"
    assert (preview["spend"], preview["account"]) == ("1234", "Nord")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"platform": "myspace"}, "myspace is not a platform"),
        ({"currency": "EURO"}, "EURO is not a currency code"),
        ({"mapping": "{"}, "not valid JSON"),
        ({"mapping": "[]"}, "must be a JSON object"),
        ({"mapping": '{"columns": {"Day": "weekday"}}'}, "weekday is not a meaning"),
        ({"mapping": '{"columns": {"A": "day", "B": "day"}}'}, "Two columns are given as day"),
        ({"mapping": '{"columns": {"Nowhere": "day"}}'}, "a column that the file does not have"),
        ({"mapping": '{"date_order": "sideways"}'}, "date_order must be one of"),
        ({"mapping": '{"account": 5}'}, "given by its name"),
        ({"platform": "google"}, "You said Google Ads, but this is a Meta Ads export"),
        ({"colour": "red"}, "no field called colour"),
    ],
)
def test_wrong_answers_are_refused_and_nothing_is_kept(
    browser: FlaskClient, token: str, session: Session, fields: dict[str, str], words: str
) -> None:
    refused = post_file(browser, token, META, **fields)
    assert refused.status_code == 422
    assert words in refused.json["error"]["message"]
    assert session.scalar(select(func.count()).select_from(Import)) == 0


def test_a_refused_file_says_row_and_column_in_json(browser: FlaskClient, token: str) -> None:
    rows = exports.meta()
    rows[5][4] = "Teapots"
    refused = post_file(browser, token, exports.delimited(rows))
    assert refused.status_code == 422
    assert refused.json["error"]["code"] == "file_refused"
    assert refused.json["error"]["message"].startswith("Row 6, column Amount spent (EUR)")


def test_an_upload_without_a_file_is_refused(browser: FlaskClient, token: str) -> None:
    answer = browser.post("/api/imports", data={}, headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    assert "Choose a file" in answer.json["error"]["message"]


def test_open_questions_keep_a_script_from_confirming(browser: FlaskClient, token: str) -> None:
    made = post_file(browser, token, SALES)
    assert [each["kind"] for each in made.json["preview"]["questions"]] == ["currency"]
    address = f"/api/imports/{made.json['id']}/confirm"
    refused = browser.post(address, headers={"X-CSRFToken": token})
    assert refused.status_code == 409
    assert "does not say its currency" in refused.json["error"]["message"]


def test_the_page_walks_through_question_preview_progress_and_undo(
    browser: FlaskClient, session: Session
) -> None:
    upload = browser.post(
        PAGE,
        data={"file": (io.BytesIO(SALES), "sales.csv"), "csrf_token": form_token(browser, PAGE)},
    )
    assert upload.status_code == 303
    address = upload.location
    asked = browser.get(address).text
    assert "Before it can be imported" in asked
    assert ">Import<" not in asked
    answers = {"currency": "CAD", "csrf_token": form_token(browser, address)}
    assert browser.post(f"{address}/answers", data=answers).status_code == 303
    preview = browser.get(address).text
    assert "CA$694.73" in preview
    assert "Gross sales" in preview
    confirmed = {"csrf_token": form_token(browser, address)}
    assert browser.post(f"{address}/confirm", data=confirmed).status_code == 303
    waiting = browser.get(address, headers={"HX-Request-Type": "partial"}).text
    assert 'hx-trigger="load delay:1s"' in waiting
    assert "Waiting to start" in waiting
    job(session, session.scalars(select(Import.id)).one())
    done = browser.get(address, headers={"HX-Request-Type": "partial"}).text
    assert "hx-trigger" not in done
    assert "3 rows were read and 3 figures changed" in done
    assert "sales.csv" in browser.get(PAGE).text
    undone = browser.post(f"{address}/undo", data={"csrf_token": form_token(browser, PAGE)})
    assert undone.location == PAGE
    assert "sales.csv is undone" in browser.get(PAGE).text


def test_the_page_says_beside_the_picker_why_a_file_is_refused(browser: FlaskClient) -> None:
    data = {"file": (io.BytesIO(b"%PDF-1.7"), "a.csv"), "csrf_token": form_token(browser, PAGE)}
    refused = browser.post(PAGE, data=data)
    assert refused.status_code == 422
    assert "This is a PDF." in refused.text
    assert 'type="file"' in refused.text


def test_an_unknown_header_is_mapped_on_the_page(browser: FlaskClient) -> None:
    rows = [["Quand", "Quoi", "Combien"], ["2026-06-01", "Nord", "10.50"]]
    content = exports.delimited(rows)
    upload = browser.post(
        PAGE, data={"file": (io.BytesIO(content), "a.csv"), "csrf_token": form_token(browser, PAGE)}
    )
    address = upload.location
    assert "First rows" in browser.get(address).text
    answers = {
        "csrf_token": form_token(browser, address),
        "platform": "other",
        "column-0": "day",
        "column-1": "campaign",
        "column-2": "spend",
    }
    assert browser.post(f"{address}/answers", data=answers).status_code == 303
    answers = {"csrf_token": form_token(browser, address), "currency": "EUR"}
    assert browser.post(f"{address}/answers", data=answers).status_code == 303
    page = browser.get(address).text
    assert ">Import<" in page
    assert "€10.50" in page
    assert page.count("Not in this file") == 4


def test_a_mapping_that_cannot_be_is_explained_on_the_page(browser: FlaskClient) -> None:
    rows = [["Quand", "Quoi", "Combien"], ["2026-06-01", "Nord", "10.50"]]
    content = exports.delimited(rows)
    upload = browser.post(
        PAGE, data={"file": (io.BytesIO(content), "a.csv"), "csrf_token": form_token(browser, PAGE)}
    )
    answers = {
        "csrf_token": form_token(browser, upload.location),
        "platform": "other",
        "column-0": "day",
        "column-1": "spend",
    }
    answer = browser.post(f"{upload.location}/answers", data=answers)
    assert answer.status_code == 422
    assert "column Quoi" in answer.text
    assert "is not a number" in answer.text


def test_the_account_can_be_named_on_the_page(
    browser: FlaskClient, session: Session, alice: Member
) -> None:
    connection = make_connection(session, alice.workspace)
    make_account(session, connection, name="Hill Kettle", currency="EUR")
    session.commit()
    upload = browser.post(
        PAGE, data={"file": (io.BytesIO(META), "a.csv"), "csrf_token": form_token(browser, PAGE)}
    )
    assert "Known here: Hill Kettle." in browser.get(upload.location).text
    answers = {"csrf_token": form_token(browser, upload.location), "account": "Hill Kettle"}
    browser.post(f"{upload.location}/answers", data=answers)
    assert "<td>Hill Kettle</td>" in browser.get(upload.location).text


def test_the_fragment_is_a_part_of_the_page(browser: FlaskClient, token: str) -> None:
    made = post_file(browser, token, META)
    for address in (PAGE, f"{PAGE}/{made.json['id']}"):
        whole = browser.get(address)
        part = browser.get(address, headers={"HX-Request-Type": "partial"})
        assert _plain(part.text) in _plain(whole.text)
        assert "HX-Request-Type" in part.headers["Vary"]


def test_a_stranger_finds_nothing(
    app: Flask, browser: FlaskClient, token: str, charlie: Member
) -> None:
    made = post_file(browser, token, META)
    stranger = sign_in(app, charlie)
    headers = {"X-CSRFToken": csrf_token(stranger)}
    address = f"/api/imports/{made.json['id']}"
    assert stranger.get(address).status_code == 404
    assert stranger.delete(address, headers=headers).status_code == 404
    assert stranger.post(f"{address}/confirm", headers=headers).status_code == 404
    assert stranger.get(f"{PAGE}/{made.json['id']}").status_code == 404


def form_token(browser: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address).text)
    assert found is not None
    return found[1]


def _plain(text: str) -> str:
    """Without the tokens, which hold the second they were made in."""
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", " ".join(text.split()))
