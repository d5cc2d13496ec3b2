"""The settings pages and the workspace for scripts."""

from __future__ import annotations

import datetime as dt
import re
import threading
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.passwords import verify_password
from app.models import (
    Campaign,
    FxRate,
    ManualRate,
    Membership,
    PlatformTotalDay,
    User,
    UserSession,
    Workspace,
)
from app.sync.rollup import recompute_workspace
from tests.conftest import PASSWORD, Member, csrf_token, sign_in
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)
from tests.web.test_advice_settings import looks

NEW = "seven quiet lighthouses"
DAY = dt.date(2026, 11, 2)


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    """Alice's browser."""
    return sign_in(app, alice)


@pytest.fixture
def spending(session: Session, alice: Member) -> None:
    """Alice has spent 100.00 dollars on a day when a euro was worth 1.25 dollars."""
    session.add(FxRate(currency="USD", day=DAY, units_per_eur=Decimal("1.25")))
    account = make_account(session, make_connection(session, alice.workspace))
    make_day(session, make_campaign(session, account), DAY, spend=Decimal("100.00"))
    session.commit()
    recompute_workspace(session, alice.workspace.id)
    session.commit()


def send(client: FlaskClient, path: str, **data: str) -> TestResponse:
    named = {name.replace("__", "-"): value for name, value in data.items()}
    return client.post(f"/settings{path}", data={"csrf_token": csrf_token(client), **named})


def patch(client: FlaskClient, changes: dict[str, Any]) -> TestResponse:
    return client.patch("/api/workspace", json=changes, headers={"X-CSRFToken": csrf_token(client)})


def workspace_form(**changes: str) -> dict[str, str]:
    form = {
        "workspace__name": "Northlight Coffee",
        "workspace__currency": "USD",
        "workspace__time_zone": "America/New_York",
        "workspace__target_roas": "",
        "workspace__revenue": "auto",
    }
    return form | {f"workspace__{name}": value for name, value in changes.items()}


def converted(session: Session) -> Decimal | None:
    session.expire_all()
    return session.scalars(select(PlatformTotalDay.spend)).one()


def test_the_page_shows_the_workspace_and_the_account(alices: FlaskClient) -> None:
    page = alices.get("/settings")
    assert page.status_code == 200
    for expected in ("Northlight Coffee", "alice@example.com", "This browser"):
        assert expected in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_name_can_be_changed(alices: FlaskClient, session: Session, alice: Member) -> None:
    assert send(alices, "/profile", profile__name="  Alicia\tKeys ").status_code == 303
    session.expire_all()
    assert session.get_one(User, alice.user.id).name == "Alicia Keys"
    assert "Your name is changed." in alices.get("/settings").text


def test_a_refused_change_shows_the_same_form_and_keeps_what_was(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    answer = send(alices, "/profile", profile__name="x" * 121)
    assert answer.status_code == 422
    assert "at most 120 characters" in answer.text
    session.expire_all()
    assert session.get_one(User, alice.user.id).name == "Alice"


def test_changing_the_password_ends_every_other_session(
    app: Flask, alices: FlaskClient, session: Session, alice: Member
) -> None:
    elsewhere = sign_in(app, alice)
    answer = send(alices, "/password", password__current=PASSWORD, password__password=NEW)
    assert answer.status_code == 303
    assert alices.get("/api/workspace").status_code == 200
    assert elsewhere.get("/api/workspace").status_code == 401
    session.expire_all()
    assert verify_password(session.get_one(User, alice.user.id).password_hash, NEW)


@pytest.mark.parametrize(
    ("current", "wanted", "sentence"),
    [
        ("not the right one", NEW, "not your present password"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "alice@example.com", "your own e-mail address"),
    ],
)
def test_a_password_change_that_is_refused_changes_nothing(
    app: Flask,
    alices: FlaskClient,
    session: Session,
    alice: Member,
    current: str,
    wanted: str,
    sentence: str,
) -> None:
    elsewhere = sign_in(app, alice)
    answer = send(alices, "/password", password__current=current, password__password=wanted)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert elsewhere.get("/api/workspace").status_code == 200
    session.expire_all()
    assert verify_password(session.get_one(User, alice.user.id).password_hash, PASSWORD)


def test_the_present_password_cannot_be_guessed_for_ever(alices: FlaskClient) -> None:
    statuses = [
        send(
            alices, "/password", password__current=f"guess {number}", password__password=NEW
        ).status_code
        for number in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_the_address_changes_only_with_the_password(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    refused = send(alices, "/email", email__email="new@example.com", email__current="wrong one")
    assert refused.status_code == 422
    assert "not your present password" in refused.text
    assert (
        send(alices, "/email", email__email="New@Example.com", email__current=PASSWORD).status_code
        == 303
    )
    session.expire_all()
    assert session.get_one(User, alice.user.id).email == "new@example.com"


def test_a_taken_address_is_refused_without_saying_so(
    alices: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    answer = send(alices, "/email", email__email="charlie@example.com", email__current=PASSWORD)
    assert answer.status_code == 422
    assert "cannot be used" in answer.text
    assert "alice@example.com" in alices.get("/settings").text


def test_sessions_can_be_ended_one_by_one_or_all_others(
    app: Flask, alices: FlaskClient, session: Session, alice: Member
) -> None:
    browsers = [sign_in(app, alice) for _ in range(3)]
    newest = session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()
    assert send(alices, f"/sessions/{newest}/end").status_code == 303
    assert [each.get("/api/workspace").status_code for each in browsers] == [200, 200, 401]
    assert send(alices, "/sessions/end-others").status_code == 303
    assert [each.get("/api/workspace").status_code for each in browsers] == [401, 401, 401]
    assert alices.get("/api/workspace").status_code == 200


def test_somebody_elses_session_cannot_be_ended(
    app: Flask, alices: FlaskClient, session: Session, charlie: Member
) -> None:
    stranger = sign_in(app, charlie)
    theirs = session.scalars(
        select(UserSession.id).where(UserSession.user_id == charlie.user.id)
    ).one()
    assert send(alices, f"/sessions/{theirs}/end").status_code == 404
    assert send(alices, "/sessions/end-others").status_code == 303
    assert stranger.get("/api/workspace").status_code == 200


def test_the_workspace_is_changed_by_the_form(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    form = workspace_form(
        name="Northlight", time_zone="Europe/Rome", target_roas="3,50", revenue="store"
    )
    assert send(alices, "/workspace", **form).status_code == 303
    session.expire_all()
    place = session.get_one(Workspace, alice.workspace.id)
    assert (place.name, place.time_zone, place.target_roas, place.revenue) == (
        "Northlight",
        "Europe/Rome",
        Decimal("3.5"),
        "store",
    )
    assert 'value="3.5"' in alices.get("/settings").text


@pytest.mark.parametrize(
    "changes",
    [
        {"target_roas": "three"},
        {"target_roas": "0"},
        {"target_roas": "NaN"},
        {"target_roas": "1e9"},
        {"currency": "ZZZ"},
        {"time_zone": "Mars/Olympus"},
        {"revenue": "sum"},
        {"name": ""},
    ],
)
def test_a_workspace_form_that_makes_no_sense_is_refused(
    alices: FlaskClient, session: Session, alice: Member, changes: dict[str, str]
) -> None:
    assert send(alices, "/workspace", **workspace_form(**changes)).status_code == 422
    session.expire_all()
    place = session.get_one(Workspace, alice.workspace.id)
    assert (place.name, place.currency, place.target_roas) == ("Northlight Coffee", "USD", None)


def test_another_currency_converts_every_figure_again(
    alices: FlaskClient, session: Session, spending: None
) -> None:
    assert converted(session) == Decimal("100.00")
    assert send(alices, "/workspace", **workspace_form(currency="EUR")).status_code == 303
    assert converted(session) == Decimal("80.00")
    assert patch(alices, {"currency": "USD"}).status_code == 200
    assert converted(session) == Decimal("100.00")


def test_other_parts_of_revenue_count_for_every_day_at_once(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    shop = make_account(session, make_connection(session, alice.workspace, "shopify"))
    for number in (1, 2):
        day = dt.date(2026, 11, number)
        make_store_day(session, shop, day, net="80", tax="15.20", shipping="5")
    session.commit()

    assert send(alices, "/workspace", **workspace_form(with_tax="y")).status_code == 303
    assert revenues(session) == [Decimal("95.20")] * 2
    assert re.search(r'checked [^>]*name="workspace-with_tax"', alices.get("/settings").text)
    assert patch(alices, {"revenue_with_shipping": True}).status_code == 200
    assert revenues(session) == [Decimal("100.20")] * 2
    assert send(alices, "/workspace", **workspace_form()).status_code == 303
    assert revenues(session) == [Decimal(80)] * 2


def test_a_refused_change_leaves_the_revenue_as_it_was(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    shop = make_account(session, make_connection(session, alice.workspace, "shopify"))
    make_store_day(session, shop, DAY, net="80", tax="15.20")
    session.commit()
    assert patch(alices, {"revenue_with_tax": True, "name": " "}).status_code == 422
    assert revenues(session) == [Decimal(80)]


def revenues(session: Session) -> list[Decimal | None]:
    session.expire_all()
    return list(session.scalars(select(PlatformTotalDay.store_net).order_by(PlatformTotalDay.day)))


def test_days_that_arrive_while_the_currency_changes_are_in_the_new_one(
    alices: FlaskClient, session: Session, spending: None
) -> None:
    campaign = session.scalars(select(Campaign)).one()
    make_day(session, campaign, DAY, spend=Decimal("250.00"))
    make_day(session, campaign, DAY + dt.timedelta(days=1), spend=Decimal("50.00"))
    changing = threading.Thread(target=patch, args=(alices, {"currency": "EUR"}))
    changing.start()
    with Session(session.get_bind()) as watcher:
        while not watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert changing.is_alive()
    session.commit()
    changing.join()
    session.expire_all()
    found = session.scalars(select(PlatformTotalDay.spend).order_by(PlatformTotalDay.day)).all()
    assert found == [Decimal("200.00"), Decimal("40.00")]


def test_a_rate_of_ones_own_is_used_from_its_day_on_and_can_be_removed(
    alices: FlaskClient, session: Session, spending: None
) -> None:
    patch(alices, {"currency": "AED"})
    assert converted(session) is None
    assert "There is no rate for AED" in alices.get("/settings").text
    given = {"rate__currency": "AED", "rate__from_day": "2026-11-01", "rate__units_per_eur": "4,50"}
    assert send(alices, "/rates", **given).status_code == 303
    assert converted(session) == Decimal("360.00")
    assert "There is no rate for AED" not in alices.get("/settings").text
    given["rate__units_per_eur"] = "5"
    send(alices, "/rates", **given)
    assert converted(session) == Decimal("400.00")
    assert send(alices, "/rates/AED/2026-11-01/remove").status_code == 303
    assert converted(session) is None


def test_what_findings_depend_on_has_them_looked_for_again_once(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, "/workspace", **workspace_form(name="Northlight", report_language="de"))
    patch(alices, {"name": "Lantern", "target_roas": None, "currency": "usd"})
    assert looks(session, alice) == 0
    send(alices, "/workspace", **workspace_form(target_roas="3.5"))
    assert looks(session, alice) == 1
    patch(alices, {"target_roas": "4"})
    assert looks(session, alice) == 1


@pytest.mark.parametrize(
    "changes",
    [{"target_roas": "4"}, {"currency": "EUR"}, {"revenue": "store"}, {"revenue_with_tax": True}],
)
def test_scripts_have_findings_looked_for_again_too(
    alices: FlaskClient, session: Session, alice: Member, changes: dict[str, Any]
) -> None:
    patch(alices, changes)
    assert looks(session, alice) == 1


def test_another_rate_has_findings_looked_for_again_and_the_same_rate_has_not(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    given = {"rate__currency": "AED", "rate__from_day": "2026-11-01", "rate__units_per_eur": "4"}
    for change in (
        lambda: send(alices, "/rates", **given),
        lambda: send(alices, "/rates", **{**given, "rate__units_per_eur": "5"}),
        lambda: send(alices, "/rates/AED/2026-11-01/remove"),
    ):
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.commit()
        change()
        assert looks(session, alice) == 1
    send(alices, "/rates", **given)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    send(alices, "/rates", **given)
    send(alices, "/rates/AED/2026-11-02/remove")
    assert looks(session, alice) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("units_per_eur", "0"),
        ("units_per_eur", "-1"),
        ("units_per_eur", "many"),
        ("units_per_eur", "Infinity"),
        ("units_per_eur", "1.123456789"),
        ("from_day", "1998-12-31"),
        ("from_day", "yesterday"),
        ("currency", "EUR"),
        ("currency", "ZZZ"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(
    alices: FlaskClient, session: Session, field: str, value: str
) -> None:
    given = {"rate__currency": "AED", "rate__from_day": "2026-11-01", "rate__units_per_eur": "4"}
    given[f"rate__{field}"] = value
    assert send(alices, "/rates", **given).status_code == 422
    assert session.scalars(select(ManualRate)).all() == []


def test_somebody_elses_rate_cannot_be_removed(
    alices: FlaskClient, session: Session, charlie: Member
) -> None:
    session.add(
        ManualRate(
            workspace_id=charlie.workspace.id,
            currency="AED",
            from_day=DAY,
            units_per_eur=Decimal(4),
        )
    )
    session.commit()
    assert send(alices, f"/rates/AED/{DAY}/remove").status_code == 404
    assert send(alices, "/rates/AED/not-a-day/remove").status_code == 404
    assert len(session.scalars(select(ManualRate)).all()) == 1


def test_further_workspaces_can_be_created_and_switched_between(
    app: Flask, alices: FlaskClient, session: Session, alice: Member
) -> None:
    elsewhere = sign_in(app, alice)
    assert send(alices, "/workspaces", new__title="Second Brand").status_code == 303
    created = alices.get("/api/workspace").get_json()
    assert (created["name"], created["currency"]) == ("Second Brand", "USD")
    assert elsewhere.get("/api/workspace").get_json()["name"] == "Northlight Coffee"
    back = send(alices, "/switch-workspace", workspace_id=str(alice.workspace.id))
    assert (back.status_code, back.location) == (303, "/dashboard")
    assert alices.get("/api/workspace").get_json()["name"] == "Northlight Coffee"


@pytest.mark.parametrize("given", ["", "x", "-1", "0", "9" * 30, "²"])
def test_there_is_no_switching_to_what_is_no_workspace(alices: FlaskClient, given: str) -> None:
    assert send(alices, "/switch-workspace", workspace_id=given).status_code == 404


def test_there_is_no_switching_to_a_strangers_workspace(
    alices: FlaskClient, charlie: Member
) -> None:
    answer = send(alices, "/switch-workspace", workspace_id=str(charlie.workspace.id))
    assert answer.status_code == 404
    assert alices.get("/api/workspace").get_json()["name"] == "Northlight Coffee"


def test_who_may_only_look_changes_nothing(app: Flask, session: Session, alice: Member) -> None:
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    viewer = sign_in(app, alice)
    assert "Save workspace" not in viewer.get("/settings").text
    assert patch(viewer, {"name": "Mine"}).status_code == 403
    assert send(viewer, "/workspace", **workspace_form(name="Mine")).status_code == 403
    given = {"rate__currency": "AED", "rate__from_day": "2026-11-01", "rate__units_per_eur": "4"}
    assert send(viewer, "/rates", **given).status_code == 403
    assert send(viewer, "/rates/AED/2026-11-01/remove").status_code == 403


def test_scripts_read_and_change_the_workspace(alices: FlaskClient, alice: Member) -> None:
    before = alices.get("/api/workspace").get_json()
    assert before == {
        "id": alice.workspace.id,
        "name": "Northlight Coffee",
        "currency": "USD",
        "time_zone": "America/New_York",
        "target_roas": None,
        "revenue": "auto",
        "revenue_with_tax": False,
        "revenue_with_shipping": False,
        "report_language": "en",
    }
    changes = {
        "name": "Northlight",
        "currency": "eur",
        "time_zone": "Europe/Rome",
        "target_roas": "4.20",
        "revenue": "reported",
        "revenue_with_tax": True,
        "revenue_with_shipping": True,
        "report_language": "de",
    }
    answer = patch(alices, changes)
    assert answer.status_code == 200
    after = {"id": alice.workspace.id, **changes, "currency": "EUR", "target_roas": "4.2"}
    assert answer.get_json() == after
    assert alices.get("/api/workspace").get_json() == after
    assert patch(alices, {"target_roas": None}).get_json()["target_roas"] is None
    assert patch(alices, {}).get_json()["name"] == "Northlight"


@pytest.mark.parametrize(
    ("changes", "mentioned"),
    [
        ({"colour": "red"}, "colour"),
        ({"id": 7}, "id"),
        ({"name": " "}, "name for the workspace"),
        ({"name": None}, "name"),
        ({"currency": "Dollars"}, "Dollars"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"target_roas": "-1"}, "more than 0"),
        ({"target_roas": "0"}, "more than 0"),
        ({"target_roas": "three"}, "target_roas"),
        ({"target_roas": "NaN"}, "more than 0"),
        ({"target_roas": "1.23456"}, "decimals"),
        ({"revenue": "sum"}, "revenue"),
        ({"revenue_with_tax": None}, "revenue_with_tax"),
        ({"revenue_with_tax": "yes"}, "revenue_with_tax"),
    ],
)
def test_changes_that_make_no_sense_are_refused_whole(
    alices: FlaskClient, changes: dict[str, Any], mentioned: str
) -> None:
    before = alices.get("/api/workspace").get_json()
    answer = patch(alices, {"revenue": "store", **changes})
    assert answer.status_code == 422
    assert mentioned in answer.get_json()["error"]["message"]
    assert alices.get("/api/workspace").get_json() == before
