"""The look of reports in Settings."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import Membership, Workspace
from app.reports.brand import brand_of
from tests.conftest import Member, csrf_token, sign_in
from tests.reports.test_brand import png, svg


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    """Alice's browser."""
    return sign_in(app, alice)


def save(client: FlaskClient, colour: str = "", logo: bytes = b"") -> TestResponse:
    data = {"csrf_token": csrf_token(client), "brand-colour": colour}
    if logo:
        data["logo"] = (io.BytesIO(logo), "logo.png")
    return client.post("/settings/brand", data=data, content_type="multipart/form-data")


def kept(session: Session, member: Member) -> Workspace:
    session.expire_all()
    return session.get_one(Workspace, member.workspace.id)


def test_reports_are_dressed_in_what_is_saved(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    assert save(alices, "#B42318", png()).status_code == 303
    brand = brand_of(kept(session, alice))
    assert (brand.colour, brand.logo, brand.logo_type) == ("#b42318", png(), "image/png")
    page = alices.get("/settings").text
    assert 'src="/settings/brand/logo"' in page
    assert 'value="#b42318"' in page


def test_a_colour_is_changed_without_losing_the_logo(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    save(alices, "#b42318", png())
    save(alices, "")
    brand = brand_of(kept(session, alice))
    assert (brand.colour, brand.logo) == ("#4f46e5", png())


@pytest.mark.parametrize(
    ("colour", "logo", "says"),
    [
        ("#ffff00", b"", "too light"),
        ("#b42318", b"GIF89a", "neither"),
        ("#b42318", svg("<script>1</script>"), "&lt;script&gt;"),
        ("\x00", b"", "six digits"),
    ],
)
def test_a_refused_look_is_said_beside_its_field_and_changes_nothing(
    alices: FlaskClient, session: Session, alice: Member, colour: str, logo: bytes, says: str
) -> None:
    answer = save(alices, colour, logo)
    assert answer.status_code == 422
    assert says in answer.text
    workspace = kept(session, alice)
    assert (workspace.brand_colour, workspace.brand_logo) == (None, None)


def test_a_logo_may_do_nothing_when_it_is_opened(alices: FlaskClient) -> None:
    save(alices, logo=svg('<path d="M0 0h9v9z"/>'))
    answer = alices.get("/settings/brand/logo")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_logo_is_removed(alices: FlaskClient, session: Session, alice: Member) -> None:
    save(alices, logo=png())
    data = {"csrf_token": csrf_token(alices)}
    assert alices.post("/settings/brand/remove-logo", data=data).status_code == 303
    assert kept(session, alice).brand_logo_type is None
    assert alices.get("/settings/brand/logo").status_code == 404


def test_a_logo_is_the_workspace_s_own(app: Flask, alices: FlaskClient, charlie: Member) -> None:
    save(alices, logo=png())
    assert sign_in(app, charlie).get("/settings/brand/logo").status_code == 404
    assert app.test_client().get("/settings/brand/logo").status_code in {302, 303, 401}


def test_who_may_only_look_changes_nothing(app: Flask, alice: Member, session: Session) -> None:
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    client = sign_in(app, alice)
    assert save(client, "#b42318").status_code == 403
    assert "Save look" not in client.get("/settings").text
    assert kept(session, alice).brand_colour is None
