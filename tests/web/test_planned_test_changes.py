"""A block's budgets are prepared for review and set only once somebody confirms them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.advice.budgets_before import written_down
from app.connections.vault import Vault
from app.connectors.changing import Changer, Current, Target, decimals_problem
from app.connectors.platforms.google import Google
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.models import ChangeSet, Membership, PlannedTest
from app.settings import Settings
from tests.advice.planned_tests import make_test
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.web.test_changes import work

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
"""A day that is neither the first nor the last of a block, in whatever zone."""
API = "/api/planned-tests"


class Budgets(Changer):
    """Campaigns by what their platforms call them."""

    manager = "Ads Manager"
    budgets: ClassVar[dict[str, Decimal]] = {}

    def missing_permission(self, account: FoundAccount) -> str:
        del account
        return ""

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        del account
        return Current(
            f"Nämé {target.external_id}", "active", "active", self.budgets[target.external_id]
        )

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        return decimals_problem(amount, account.currency, 2)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        del account, seen
        self.budgets[target.external_id] = amount

    def pause(self, account: FoundAccount, target: Target) -> None:
        raise NotImplementedError

    def activate(self, account: FoundAccount, target: Target) -> None:
        raise NotImplementedError


@pytest.fixture
def budgets(
    session: Session, alice: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Decimal]:
    """What the platforms hold; meta's account is in euros."""
    monkeypatch.setattr(
        Budgets, "budgets", {"g1": Decimal(60), "g2": Decimal("40.01"), "m1": Decimal(90)}
    )
    for kind, names, currency in ((Google, ("g1", "g2"), "USD"), (Meta, ("m1",), "EUR")):
        monkeypatch.setattr(kind, "changes", Budgets)
        connection = make_connection(session, alice.workspace, kind.slug, sandbox=True)
        connection.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
        account = make_account(session, connection, currency=currency)
        for name in names:
            made = make_campaign(
                session, account, f"Nämé {name}", budget=Budgets.budgets[name], budget_kind="daily"
            )
            made.external_id = name
    session.commit()
    return Budgets.budgets


@pytest.fixture
def test_id(session: Session, alice: Member, budgets: dict[str, Decimal]) -> int:
    """Google at 130 %, Meta at 70 % in the block that is on."""
    assert budgets
    written = written_down(session, alice.workspace.id, ["google", "meta"])
    return make_test(session, alice, first=TODAY - dt.timedelta(days=3), budgets=written).id


def send(client: FlaskClient, path: str) -> TestResponse:
    return client.post(path, headers={"X-CSRFToken": csrf_token(client)})


def confirm(client: FlaskClient, settings: Settings, set_id: int) -> TestResponse:
    path = f"/api/changes/{set_id}/confirm"
    answered = client.post(path, json={}, headers={"X-CSRFToken": csrf_token(client)})
    work(settings, set_id)
    return answered


def move_to_block(session: Session, test_id: int, number: int) -> None:
    """Let days pass."""
    test = session.get_one(PlannedTest, test_id)
    test.first = TODAY - dt.timedelta(weeks=2 * number, days=3)
    session.commit()


def test_the_budgets_of_a_block_are_set_once_they_are_confirmed(
    app: Flask, alice: Member, settings: Settings, budgets: dict[str, Decimal], test_id: int
) -> None:
    client = sign_in(app, alice)
    before = dict(budgets)
    prepared = send(client, f"{API}/{test_id}/apply")
    assert prepared.status_code == 201
    assert budgets == before
    set_id = prepared.json["id"]
    review = client.get(f"/dashboard/reports/changes/{set_id}").text
    assert "budgets of block 1" in review
    assert "Google 130%, Meta 70%" in review
    confirm(client, settings, set_id)
    assert budgets == {"g1": Decimal(78), "g2": Decimal("52.01"), "m1": Decimal(63)}
    page = client.get(f"/dashboard/reports/tests/{test_id}").text
    assert "Applied" in page
    again = send(client, f"{API}/{test_id}/apply")
    assert again.status_code == 409
    assert "nothing to set" in again.json["error"]["message"]


def test_the_next_block_is_reckoned_from_before_the_test_and_so_is_the_end(
    app: Flask,
    session: Session,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    test_id: int,
) -> None:
    client, before = sign_in(app, alice), dict(budgets)
    confirm(client, settings, send(client, f"{API}/{test_id}/apply").json["id"])
    move_to_block(session, test_id, 1)
    confirm(client, settings, send(client, f"{API}/{test_id}/apply").json["id"])
    assert budgets == {"g1": Decimal(42), "g2": Decimal("28.01"), "m1": Decimal(117)}
    early = send(client, f"{API}/{test_id}/back")
    assert early.status_code == 409
    send(client, f"{API}/{test_id}/stop")
    assert "Put the budgets back" in client.get(f"/dashboard/reports/tests/{test_id}").text
    confirm(client, settings, send(client, f"{API}/{test_id}/back").json["id"])
    assert budgets == before
    assert send(client, f"{API}/{test_id}/apply").status_code == 409


def test_asking_twice_prepares_once(
    app: Flask, session: Session, alice: Member, budgets: dict[str, Decimal], test_id: int
) -> None:
    client = sign_in(app, alice)
    first, second = (send(client, f"{API}/{test_id}/apply").json["id"] for _ in range(2))
    assert first == second
    assert len(budgets) == 3
    assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_budgets_of_a_block_that_is_over_are_not_set(
    app: Flask,
    session: Session,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    test_id: int,
) -> None:
    client, before = sign_in(app, alice), dict(budgets)
    set_id = send(client, f"{API}/{test_id}/apply").json["id"]
    move_to_block(session, test_id, 1)
    late = confirm(client, settings, set_id)
    assert late.status_code == 409
    assert "block that is over" in late.json["error"]["message"]
    send(client, f"{API}/{test_id}/stop")
    assert confirm(client, settings, set_id).status_code == 409
    assert budgets == before


def test_a_platform_that_cannot_be_set_from_here_is_named_and_the_others_are_set(
    app: Flask,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    test_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Meta, "changes", None)
    client = sign_in(app, alice)
    set_id = send(client, f"{API}/{test_id}/apply").json["id"]
    [left] = client.get(f"/api/changes/{set_id}").json["left_out"]
    assert left[0] in ("Meta", "m1")
    assert "cannot be changed on Meta Ads from here" in left[1]
    confirm(client, settings, set_id)
    assert budgets["g1"] == Decimal(78)
    assert budgets["m1"] == Decimal(90)


@pytest.mark.usefixtures("budgets")
def test_a_stranger_and_a_viewer_prepare_nothing(
    app: Flask, session: Session, alice: Member, charlie: Member, test_id: int
) -> None:
    for path in ("apply", "back", "stop"):
        assert send(sign_in(app, charlie), f"{API}/{test_id}/{path}").status_code == 404
        page = f"/dashboard/reports/tests/{test_id}/{path}"
        assert send(sign_in(app, charlie), page).status_code == 404
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    for path in ("apply", "back"):
        assert send(sign_in(app, alice), f"{API}/{test_id}/{path}").status_code == 403
    assert session.scalars(select(ChangeSet)).all() == []


@pytest.mark.usefixtures("budgets")
def test_the_page_leads_from_the_block_to_its_review(
    app: Flask, alice: Member, test_id: int
) -> None:
    client = sign_in(app, alice)
    page = f"/dashboard/reports/tests/{test_id}"
    assert "Apply block 1" in client.get(page).text
    led = send(client, f"{page}/apply")
    assert led.status_code == 303
    assert "/dashboard/reports/changes/" in led.location
    assert "To review" in client.get(page).text
