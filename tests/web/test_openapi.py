"""The description of the JSON calls is complete and valid."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy.orm import Session

from app.models import Campaign, MetricRevision, SyncRun
from app.web.openapi import undeclared
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)


def test_the_document_is_valid_openapi_3_1(client: FlaskClient) -> None:
    response = client.get("/api/openapi.json")

    assert response.status_code == 200
    document = response.get_json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_call_under_api_is_described(app: Flask) -> None:
    assert undeclared(app) == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth/csrf",
        "/api/workspace",
        "/api/connections",
        "/api/connections/1/health",
        "/api/connections/1/health?from=2026-11-01",
        "/api/sync-runs/1",
        "/api/imports/1",
        "/api/metrics/summary?from=2026-11-01&to=2026-11-10",
        "/api/metrics/daily?from=2026-11-01&to=2026-11-10",
        "/api/metrics/growth",
        "/api/metrics/platforms?from=2026-11-01&to=2026-11-10",
        "/api/campaigns?from=2026-11-01&to=2026-11-10",
        "/api/store-against-claims?from=2026-11-01&to=2026-11-10",
        "/api/store-against-claims?from=2026-10-01&to=2026-10-10",
        "/api/campaigns?colour=red",
        "/api/campaigns/{campaign}/revisions?from=2026-11-01&to=2026-11-10",
        "/api/sync-runs/7",
    ],
)
def test_answers_are_what_the_document_says(
    app: Flask, session: Session, alice: Member, path: str
) -> None:
    client = sign_in(app, alice)
    campaign = _fill(client, session, alice)
    path = path.format(campaign=campaign.id)
    answer = client.get(path)
    document = client.get("/api/openapi.json").get_json()
    described = next(
        calls["get"]["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        for template, calls in document["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", r"\\d+", template), path.partition("?")[0])
    )
    schema = _closed({**described, "components": document["components"]})
    Draft202012Validator(schema).validate(answer.get_json())


def _fill(client: FlaskClient, session: Session, alice: Member) -> Campaign:
    """One of each thing there is to ask for; the campaign's day was reported as less at first."""
    connection = make_connection(session, alice.workspace)
    campaign = make_campaign(session, make_account(session, connection), "Gift guide")
    make_day(session, campaign, dt.date(2026, 11, 2), spend="10.50", value="20")
    figures = {"spend": "10.50", "conversions": "0", "conversion_value": "15"}
    session.add(
        MetricRevision(
            workspace_id=alice.workspace.id,
            account_id=campaign.account_id,
            grain="campaign",
            entity_id=campaign.id,
            day=dt.date(2026, 11, 2),
            old=figures,
            new={**figures, "conversion_value": "20"},
            changed_at=dt.datetime(2026, 11, 9, tzinfo=dt.UTC),
        )
    )
    shop = make_account(session, make_connection(session, alice.workspace, "shopify"))
    make_store_day(session, shop, dt.date(2026, 11, 2), net="20")
    session.add(
        SyncRun(
            workspace_id=alice.workspace.id,
            connection_id=connection.id,
            trigger="manual",
            reach="week",
        )
    )
    session.commit()
    table = b"Day,Campaign name,Amount spent (USD)\n2026-11-01,Gift guide,10.50\n"
    made = client.post(
        "/api/imports",
        data={"file": (io.BytesIO(table), "export.csv")},
        headers={"X-CSRFToken": csrf_token(client)},
    )
    assert made.status_code == 201
    return campaign


def _closed(schema: Any) -> Any:
    """The schema with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema else closed
