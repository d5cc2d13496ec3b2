"""Briefs, batches and their variations, as a browser without JavaScript and htmx meet them."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.creative import writing
from app.creative.writers import writer_for
from app.models import CreativeBatch, CreativeVariation
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in

PAGE = "/dashboard/creative"
BRIEF: dict[str, Any] = {
    "product": "Friday Roast",
    "benefits": ["Roasted and shipped the same day", "Traceable to the farm", ""],
    "age_min": "25",
    "age_max": "34",
    "gender": "women",
    "interests": "home brewing, slow mornings",
    "pain_points": "Supermarket beans taste stale\nNo idea when they were roasted",
    "goal": "sales",
    "tones": ["professional", "urgent"],
    "platforms": ["meta", "google"],
    "url": "https://northlight.example/friday",
    "facts": ["Free shipping from $35", "Rated 4.9 by 4,812 customers"],
    "use": "small batch",
    "avoid": "cheap",
    "language": "en",
}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def token(browser: FlaskClient) -> str:
    return csrf_token(browser)


def post(browser: FlaskClient, token: str, path: str, **form: Any) -> Any:
    return browser.post(path, data={"csrf_token": token, **form})


def order(browser: FlaskClient, token: str, **changed: Any) -> int:
    """A batch is ordered; its number."""
    answer = post(browser, token, PAGE, **{**BRIEF, **changed})
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(rf"{PAGE}/(\d+)#batch", answer.location)
    assert found
    return int(found[1])


def write(session: Session, settings: Settings, batch_id: int) -> CreativeBatch:
    """The job runs; the batch after it."""
    session.commit()
    writing.write_batch(
        sessionmaker(session.get_bind()),
        batch_id,
        lambda batch: writer_for(settings, batch),
        clock=lambda: dt.datetime.now(dt.UTC),
        stopping=threading.Event(),
    )
    session.expire_all()
    return session.get_one(CreativeBatch, batch_id)


@pytest.fixture
def batch(browser: FlaskClient, token: str, session: Session, settings: Settings) -> CreativeBatch:
    """Twenty variations for Meta and Google, written."""
    return write(session, settings, order(browser, token))


def first(batch: CreativeBatch, platform: str = "meta") -> CreativeVariation:
    return next(row for row in batch.variations if row.platform == platform)


def test_a_newcomer_sees_an_empty_brief_and_what_it_costs(browser: FlaskClient) -> None:
    page = browser.get(PAGE).text
    assert "No variations yet" in page
    assert "built-in writer" in page
    assert "Free." in page


def test_a_brief_becomes_twenty_variations_on_one_page(
    browser: FlaskClient, batch: CreativeBatch
) -> None:
    page = browser.get(f"{PAGE}/{batch.id}").text
    assert page.count('class="card variation"') == 20
    assert "20 variations" in page
    assert "Written by the built-in writer, free" in page
    assert 'hx-trigger="load' not in page


def test_a_batch_that_is_being_written_asks_for_itself_and_counts(
    browser: FlaskClient, token: str
) -> None:
    batch_id = order(browser, token)
    page = browser.get(f"{PAGE}/{batch_id}", headers=PART).text
    assert 'hx-trigger="load delay:1s"' in page
    assert "Waiting to start" in page
    assert "<html" not in page


def test_the_brief_is_typed_once(browser: FlaskClient, batch: CreativeBatch) -> None:
    page = browser.get(PAGE).text
    assert 'value="Friday Roast"' in page
    assert "Supermarket beans taste stale\nNo idea when they were roasted" in page
    assert 'value="Free shipping from $35"' in page
    assert 'name="goal" value="sales" checked' in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"product": ""}, "product", "Write what the product"),
        ({"platforms": []}, "platforms", "Choose at least one platform"),
        ({"age_min": "50"}, "age_min", "The youngest age (50)"),
        ({"age_max": "old"}, "age_max", "Ages go from 13"),
        ({"url": "not an address"}, "url", "This is no web address"),
        ({"language": "fr"}, "language", "The built-in writer writes en, de"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    browser: FlaskClient,
    token: str,
    changed: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    answer = post(browser, token, PAGE, **{**BRIEF, "avoid": "ch<eap", **changed})
    assert answer.status_code == 422
    beside = re.search(rf'id="brief-{field}-error".*?</div>', answer.text, re.DOTALL)
    assert beside
    assert sentence in beside[0]
    assert 'value="ch&lt;eap"' in answer.text
    assert 'value="Traceable to the farm"' in answer.text


def test_two_clicks_order_one_batch(browser: FlaskClient, token: str, session: Session) -> None:
    assert order(browser, token) == order(browser, token)
    assert session.scalar(select(func.count(CreativeBatch.id))) == 1
