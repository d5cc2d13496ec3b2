"""What every answer carries."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.conftest import make_settings

ADDRESSES = ("/", "/nothing-here", "/api/nothing-here", "/static/css/app.css")
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def app() -> Flask:
    """The application without a database behind it."""
    return create_app(make_settings(NOWHERE))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_forbids_inline_script_and_framing(client: FlaskClient, address: str) -> None:
    policy = client.get(address, buffered=True).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_taken_for_what_it_says_it_is(client: FlaskClient, address: str) -> None:
    headers = client.get(address, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_platform_popup_keeps_its_opener(client: FlaskClient) -> None:
    assert client.get("/").headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"


def test_only_production_insists_on_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    production = create_app(make_settings(NOWHERE, environment="production"))
    answer = production.test_client().get("/static/css/app.css", buffered=True)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_a_static_address_changes_with_its_file(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    address = re.search(r'href="(/static/css/app\.css\?v=[0-9a-f]{12})"', page)
    assert address
    assert client.get(address.group(1), buffered=True).cache_control.max_age == 31_536_000


def test_a_static_file_without_its_version_is_kept_for_an_hour(client: FlaskClient) -> None:
    assert client.get("/static/css/app.css", buffered=True).cache_control.max_age == 3600
