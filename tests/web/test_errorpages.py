"""What people, scripts and htmx are told when something does not work."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app import create_app
from app.errors import Conflict, TooMany
from tests.conftest import make_settings

SECRET = "password=hunter2"
PARTIAL = {"HX-Request-Type": "partial"}


@pytest.fixture
def app() -> Flask:
    """The application without a database behind it, and addresses that fail in every way."""
    application = create_app(make_settings("postgresql://nobody@127.0.0.1:1/none"))

    @application.get("/fail/<kind>")
    @application.get("/api/fail/<kind>")
    def fail(kind: str) -> str:
        match kind:
            case "bug":
                raise RuntimeError(SECRET)
            case "database":
                raise OperationalError(SECRET, {}, Exception(SECRET))
            case "many":
                raise TooMany("Wait a minute, then try again.", retry_after=60)
            case "conflict":
                raise Conflict("It is being synced. Wait until that is done.")
        abort(int(kind))

    return application


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_failure_has_a_page_with_a_way_on(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/fail/{status}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert f'<p class="error-status">{status}</p>' in text
    assert "Go to the start page" in text


@pytest.mark.parametrize("kind", ["bug", "database"])
@pytest.mark.parametrize("prefix", ["/fail", "/api/fail"])
def test_a_failure_of_ours_leaks_nothing_and_is_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, prefix: str, kind: str
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get(f"{prefix}/{kind}")
    assert answer.status_code == {"bug": 500, "database": 503}[kind]
    assert SECRET not in answer.get_data(as_text=True)
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_scripts_get_json_below_api(client: FlaskClient) -> None:
    answer = client.get("/api/fail/conflict")
    assert answer.status_code == 409
    assert answer.get_json() == {
        "error": {"code": "conflict", "message": "It is being synced. Wait until that is done."}
    }


def test_scripts_get_json_where_they_ask_for_it(client: FlaskClient) -> None:
    answer = client.get("/fail/404", headers={"Accept": "application/json"})
    assert answer.get_json()["error"]["code"] == "not_found"


def test_the_end_of_a_popup_is_a_page_though_it_lives_below_api(client: FlaskClient) -> None:
    answer = client.get("/api/oauth/", headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"


def test_too_many_tries_says_when_to_come_back(client: FlaskClient) -> None:
    answer = client.get("/fail/many")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Wait a minute, then try again." in answer.get_data(as_text=True)


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.put("/api/openapi.json")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.get_json()["error"]["code"] == "method_not_allowed"


def test_a_failure_inside_a_page_becomes_a_message_beside_it(client: FlaskClient) -> None:
    answer = client.get("/fail/conflict", headers=PARTIAL)
    text = answer.get_data(as_text=True)
    assert text.lstrip().startswith('<div class="notice')
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert answer.headers["HX-Reswap"] == "beforeend"
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_a_failure_is_never_kept_by_a_cache(client: FlaskClient) -> None:
    assert client.get("/fail/404").cache_control.no_store
