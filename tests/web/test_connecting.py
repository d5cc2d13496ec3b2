"""Ways to a platform: what is asked before a popup, what is pasted, what the guide tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import limits
from app.models import PlatformConnection
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_connection
from tests.web.stall import REFUSED, SILENT, stall_platform


@pytest.fixture(autouse=True)
def stall() -> Iterator[Any]:
    with stall_platform() as kind:
        yield kind


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def send(alices: FlaskClient, path: str, **fields: str) -> Any:
    return alices.post(path, data={"csrf_token": csrf_token(alices), **fields})


def paste(alices: FlaskClient, **given: object) -> Any:
    headers = {"X-CSRFToken": csrf_token(alices)}
    return alices.post("/api/connections", json={"platform": "stall", **given}, headers=headers)


def test_the_popup_asks_for_what_the_platform_has_to_know_first(alices: FlaskClient) -> None:
    for path in ("/api/oauth/stall/start", "/api/oauth/stall/start?place=south-1"):
        asked = alices.get(path)
        assert asked.status_code == 400
        assert "Name the place of your stall" in asked.text
        assert 'name="place"' in asked.text

    begun = alices.get("/api/oauth/stall/start?place=north-7")
    assert begun.status_code == 303
    assert begun.location.startswith("https://north-7.example/agree?state=")


def test_without_scripts_a_link_leads_to_the_platform(alices: FlaskClient) -> None:
    """A form's redirect to another site is what the content security policy blocks."""
    assert 'action="/connections/stall/begin"' in alices.get("/connections").text
    page = alices.get("/connections/stall/begin?place=north-7").text
    assert 'href="/api/oauth/stall/start?place=north-7"' in page
    assert alices.get("/connections/stall/begin?place=south").status_code == 400
    assert alices.get("/connections/meta/begin").status_code == 404


def test_the_popup_leads_to_the_choice_when_there_is_one(alices: FlaskClient, stall: Any) -> None:
    def connect() -> str:
        begun = alices.get("/api/oauth/stall/start?place=north-7").location
        state = parse_qs(urlsplit(begun).query)["state"][0]
        return alices.get(f"/api/oauth/stall/callback?code=1&state={state}").text

    several = connect()
    assert 'data-next="/connections/' in several
    assert "Choose accounts" in several
    stall.found = stall.found[:1]
    [connection] = alices.get("/api/connections").json["connections"]
    alices.delete(
        f"/api/connections/{connection['id']}?data=delete",
        headers={"X-CSRFToken": csrf_token(alices)},
    )
    assert "data-next" not in connect()


def test_reconnecting_does_not_ask_again_for_what_is_known(alices: FlaskClient) -> None:
    begun = alices.get("/api/oauth/stall/start?place=north-7").location
    state = parse_qs(urlsplit(begun).query)["state"][0]
    alices.get(f"/api/oauth/stall/callback?code=1&state={state}")
    [connection] = alices.get("/api/connections").json["connections"]

    again = alices.get(f"/api/oauth/stall/start?repair={connection['id']}")

    assert again.location.startswith("https://north-7.example/")


def test_a_disconnected_shop_is_connected_again_by_its_name(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    gone = make_connection(
        session, alice.workspace, "stall", status="disconnected", label="north-9"
    )
    session.commit()
    again = alices.get(f"/api/oauth/stall/start?repair={gone.id}")
    assert again.location.startswith("https://north-9.example/")


def test_each_form_of_pasted_credentials_connects(alices: FlaskClient, stall: Any) -> None:
    both = {"access_token": "t0ken", "advertiser_ids": "7, 8"}
    assert paste(alices, access_token=" t0ken\n").status_code == 201
    assert paste(alices, **both).status_code == 201
    assert stall.seen == [{"access_token": "t0ken"}, both]

    page = alices.get("/connections/stall/token").text
    assert "Long-lived token" in page
    assert "Token and numbers" in page
    sent = send(
        alices,
        "/connections/stall/token?form=1",
        **{f"form1-{name}": value for name, value in both.items()},
    )
    assert sent.status_code == 303
    assert stall.seen[-1] == both


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"advertiser_ids": "7"},
    ],
)
def test_a_form_that_is_not_whole_says_which_fields_go_together(
    alices: FlaskClient, session: Session, given: dict[str, str]
) -> None:
    refused = paste(alices, **given)
    assert refused.status_code == 422
    sentence = refused.json["error"]["message"]
    assert "It takes access_token; or access_token and advertiser_ids." in sentence
    assert session.scalars(select(PlatformConnection)).all() == []


def test_a_refused_secret_is_not_shown_again(alices: FlaskClient) -> None:
    sent = send(
        alices,
        "/connections/stall/token?form=1",
        **{"form1-advertiser_ids": "wrong", "form1-access_token": "s3cret-t0ken"},
    )
    assert sent.status_code == 422
    assert "The stall does not know this. Copy it again from the door." in sent.text
    assert "s3cret-t0ken" not in sent.text
    assert 'value="wrong"' in sent.text


def test_a_missing_input_is_named_at_its_field(alices: FlaskClient) -> None:
    sent = send(alices, "/connections/stall/token?form=1", **{"form1-advertiser_ids": "7"})
    assert sent.status_code == 422
    assert sent.text.count("Fill in: Access token.") == 1
    assert "Fill in: Numbers." not in sent.text
    assert send(alices, "/connections/stall/token?form=9").status_code == 404


@pytest.mark.parametrize(
    ("setup", "outcome", "words"),
    [
        ("The stall knows it.", "good", "They work."),
        (REFUSED, "bad", "Compare it with the door."),
        (SILENT, "unknown", "This says nothing about the credentials."),
    ],
)
def test_the_guide_explains_what_the_platform_says_of_the_credentials(
    alices: FlaskClient, stall: Any, setup: object, outcome: str, words: str
) -> None:
    stall.setup = setup
    whole = send(alices, "/connections/stall/guide")
    assert words in whole.text
    assert "<!doctype html>" in whole.text

    headers = {"X-CSRFToken": csrf_token(alices), "HX-Request-Type": "partial"}
    part = alices.post("/connections/stall/guide", headers=headers)
    assert words in part.text
    assert "<html" not in part.text

    told = alices.post("/api/platforms/stall/check", headers=headers)
    assert told.json["outcome"] == outcome


def test_credentials_that_are_not_set_are_named_and_nothing_is_asked(alices: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf_token(alices)}
    told = alices.post("/api/platforms/meta/check", headers=headers).json
    assert told["outcome"] == "bad"
    assert "META_APP_ID, META_APP_SECRET" in told["message"]
    guide = alices.get("/connections/meta/guide").text
    assert "http://localhost/api/oauth/meta/callback" in guide
    assert "META_APP_SECRET" in guide


def test_testing_credentials_is_limited(
    alices: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SETUP_CHECK", type(limits.SETUP_CHECK)(2, 1, namespace="few"))
    headers = {"X-CSRFToken": csrf_token(alices)}
    answers = [
        alices.post("/api/platforms/stall/check", headers=headers).status_code for _ in range(3)
    ]
    assert answers == [200, 200, 429]


def test_a_platform_without_a_guide_of_its_own_has_the_common_one(alices: FlaskClient) -> None:
    guide = alices.get("/connections/stall/guide")
    assert guide.status_code == 200
    assert "/api/oauth/stall/callback" in guide.text
    assert alices.get("/connections/nowhere/guide").status_code == 404


def test_a_connection_of_another_platform_lends_nothing(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    other = make_connection(session, alice.workspace, "meta")
    session.commit()
    assert alices.get(f"/api/oauth/stall/start?repair={other.id}").status_code == 400
