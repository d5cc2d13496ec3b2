"""What no request may break: ids beyond the database's, NUL, deep and large bodies, odd headers."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.apidoc import declaration
from tests.conftest import Member, csrf_token, sign_in

BEYOND = 2**63
DEEP = "[" * 100_000
TABLE = b"Day,Campaign name,Amount spent (USD)\n2026-11-01,Gift guide,10.50\n"


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def write(client: FlaskClient, method: str, path: str, **sent: Any) -> Any:
    headers = {"X-CSRFToken": csrf_token(client), **sent.pop("headers", {})}
    return client.open(path, method=method, headers=headers, **sent)


@pytest.mark.parametrize("number", [BEYOND, "9" * 4000])
def test_a_number_no_row_can_have_is_not_found(
    app: Flask, alices: FlaskClient, number: object
) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        if not any(name.endswith("_id") for name in rule.arguments):
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<int:{name}>", str(number)).replace(f"<{name}>", "meta")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = write(alices, method, path, json={})
            # Where another method lives at the same address werkzeug says 405.
            assert answer.status_code in (404, 405), (method, path, answer.status_code)
            walked += 1
    assert walked > 10


def test_a_connection_that_cannot_be_is_not_repaired(alices: FlaskClient) -> None:
    for wanted in (BEYOND, "seven", "-1"):
        assert alices.get(f"/api/oauth/meta/start?repair={wanted}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/campaigns?q=%00",
        "/api/campaigns?platform=a%00b",
        "/campaigns?q=%00",
        "/campaigns?platform=%00",
        "/campaigns/export.csv?q=%00",
        "/dashboard?a%00b=1",
    ],
)
def test_a_character_the_database_cannot_keep_is_refused(alices: FlaskClient, path: str) -> None:
    answer = alices.get(path)
    assert answer.status_code == 422
    assert "NUL" in answer.text


def test_nor_may_it_be_in_an_address(alices: FlaskClient) -> None:
    gone = write(alices, "POST", "/settings/rates/A%00B/2026-01-01/remove")
    assert gone.status_code == 404


def test_in_a_form_it_counts_as_a_space(alices: FlaskClient) -> None:
    sent = {"profile-name": "Alice\x00Baker"}
    assert write(alices, "POST", "/settings/profile", data=sent).status_code == 303
    assert "Alice Baker" in alices.get("/settings").text
    upload = {"file": (io.BytesIO(TABLE), "export.csv")}
    page = write(alices, "POST", "/connections/upload", data=upload).location
    answers = {"account": "North\x00light"}
    assert write(alices, "POST", f"{page}/answers", data=answers).status_code == 303
    assert "North light" in alices.get(page).text


@pytest.mark.parametrize("body", [{"name": "A\x00"}, {"name": ["A", {"b": "\x00"}]}, {"\x00": "A"}])
def test_nor_in_json(alices: FlaskClient, body: dict[str, Any]) -> None:
    refused = write(alices, "PATCH", "/api/workspace", json=body)
    assert refused.status_code == 422
    assert "NUL" in refused.json["error"]["message"]


@pytest.mark.parametrize("body", [DEEP, '{"a":' * 100_000])
def test_a_body_nested_too_deeply_is_no_json(alices: FlaskClient, body: str) -> None:
    refused = write(alices, "PATCH", "/api/workspace", data=body, content_type="application/json")
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    "mapping",
    [
        DEEP,
        '{"columns": {"Day": ["day"]}}',
        '{"Day": {"day": 1}}',
        '{"Day": 5}',
        '{"columns": {"Day": "day"}, "account": "a\\u0000b"}',
        '{"Da\\u0000y": "day"}',
    ],
)
def test_a_mapping_of_another_shape_is_refused(alices: FlaskClient, mapping: str) -> None:
    refused = write(
        alices,
        "POST",
        "/api/imports",
        data={"file": (io.BytesIO(TABLE), "export.csv"), "mapping": mapping},
    )
    assert refused.status_code == 422, refused.text


@pytest.mark.parametrize("path", ["/api/workspace", "/api/connections"])
def test_only_uploads_may_be_large(alices: FlaskClient, path: str) -> None:
    body = json.dumps({"name": "a" * 2_000_000})
    method = "PATCH" if path.endswith("workspace") else "POST"
    refused = write(alices, method, path, data=body, content_type="application/json")
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "too_large")


def test_a_large_form_is_refused_before_it_is_read(client: FlaskClient) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + b"a" * 2_000_000
    )
    refused = client.post("/auth", data=form, content_type="multipart/form-data; boundary=x")
    assert refused.status_code == 413


def test_every_call_refuses_parameters_it_does_not_know(app: Flask, alices: FlaskClient) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        call = declaration(app.view_functions[rule.endpoint])
        if call is None:
            continue
        path = rule.rule.replace("<int:", "<")
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            refused = write(alices, method, f"{path}?colour=red", json={})
            assert refused.status_code == 422, (method, path, refused.status_code)
            assert refused.json["error"]["code"] == "unknown_parameter"
            walked += 1
    assert walked > 15


@pytest.mark.parametrize(
    "seen", ["http://[evil", "http://evil//x", "//evil", "\\\\evil", "x" * 5000]
)
def test_a_page_that_cannot_be_gone_back_to_is_forgotten(client: FlaskClient, seen: str) -> None:
    answer = client.get("/dashboard", headers={"HX-Request": "true", "HX-Current-URL": seen})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/auth?tab=sign-in"
