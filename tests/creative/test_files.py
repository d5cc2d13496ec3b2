"""A batch as files, read as a spreadsheet and the platforms' importers read them."""

from __future__ import annotations

import csv
import io

from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Member, csrf_token, sign_in
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read


def rows(browser: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_batch_is_exported_whole_and_for_each_platform(browser: FlaskClient, work: Work) -> None:
    batch_id = ordered(browser)
    work(batch_id)
    found = read(browser, batch_id)["variations"]
    address = f"/api/creative/batches/{batch_id}.csv"

    plain = rows(browser, address)
    assert [each["primary_text"] for each in plain] == [each["primary_text"] for each in found]
    assert [each["score"] for each in plain] == [each["score"] for each in found]
    meta = rows(browser, f"{address}?shape=meta")
    assert [each["Body"] for each in meta] == [
        each["primary_text"] for each in found if each["platform"] == "meta"
    ]
    assert {each["Campaign Status"] for each in meta} == {"PAUSED"}
    assert all("utm_source=facebook" in each["Link"] for each in meta)
    google = rows(browser, f"{address}?shape=google")
    assert [each["Headline 1"] for each in google] == [
        each["headlines"][0] for each in found if each["platform"] == "google"
    ]
    assert browser.get(f"{address}?shape=excel").status_code == 422


def test_what_a_spreadsheet_would_run_is_neutralised_or_left_out(
    browser: FlaskClient, work: Work
) -> None:
    batch_id = ordered(browser, platforms=["meta"], count=2)
    work(batch_id)
    first = read(browser, batch_id)["variations"][0]
    browser.patch(
        f"/api/creative/variations/{first['id']}",
        json={"primary_text": '=HYPERLINK("https://evil.example")'},
        headers={"X-CSRFToken": csrf_token(browser)},
    )
    address = f"/api/creative/batches/{batch_id}.csv"

    assert rows(browser, address)[0]["primary_text"].startswith("'=")
    bulk = browser.get(f"{address}?shape=meta")
    assert bulk.headers["X-Left-Out"] == "1"
    assert b"HYPERLINK" not in bulk.data


def test_the_library_is_a_file_of_its_owner(
    app: Flask, browser: FlaskClient, work: Work, charlie: Member
) -> None:
    batch_id = ordered(browser)
    work(batch_id)
    headers = {"X-CSRFToken": csrf_token(browser)}
    browser.post(f"/api/creative/batches/{batch_id}/save", headers=headers)

    assert len(rows(browser, "/api/creative/library.csv")) == 6
    stranger = sign_in(app, charlie)
    assert rows(stranger, "/api/creative/library.csv") == []
    assert stranger.get(f"/api/creative/batches/{batch_id}.csv").status_code == 404


def test_the_page_says_what_a_bulk_file_leaves_out_and_why(
    browser: FlaskClient, work: Work
) -> None:
    batch_id = ordered(browser, platforms=["meta"], count=2)
    work(batch_id)
    first = read(browser, batch_id)["variations"][0]
    page = f"/dashboard/creative/{batch_id}"
    assert "Without variation" not in browser.get(page).get_data(as_text=True)
    browser.patch(
        f"/api/creative/variations/{first['id']}",
        json={"headline": "@sum"},
        headers={"X-CSRFToken": csrf_token(browser)},
    )

    assert "Without variation #1: " in browser.get(page).get_data(as_text=True)
