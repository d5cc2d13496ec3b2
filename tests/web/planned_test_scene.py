"""A test whose budgets stand at platforms: what tests of its change sets have in common."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.advice.budgets_before import written_down
from app.connections.vault import Vault
from app.connectors.changing import Changer, Current, Target, decimals_problem
from app.connectors.platforms.google import Google
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.models import PlannedTest
from app.settings import Settings
from tests.advice.planned_tests import make_test
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.web.test_changes import work

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
"""A day that is neither the first nor the last of a block, in whatever zone."""
API = "/api/planned-tests"
USUAL = {"g1": Decimal(60), "g2": Decimal("40.01"), "m1": Decimal(90)}
UP_AND_DOWN = {"g1": Decimal(78), "g2": Decimal("52.01"), "m1": Decimal(63)}
DOWN_AND_UP = {"g1": Decimal(42), "g2": Decimal("28.01"), "m1": Decimal(117)}
"""Daily budgets before the test, in its first block and in its second."""


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
    monkeypatch.setattr(Budgets, "budgets", dict(USUAL))
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


test_id.__test__ = False


def send(client: FlaskClient, path: str) -> TestResponse:
    return client.post(path, headers={"X-CSRFToken": csrf_token(client)})


@dataclass
class Scene:
    """Alice's browser, her test, and what the platforms hold."""

    session: Session
    settings: Settings
    client: FlaskClient
    budgets: dict[str, Decimal]
    test_id: int

    @property
    def test(self) -> PlannedTest:
        return self.session.get_one(PlannedTest, self.test_id)

    def send(self, what: str) -> TestResponse:
        """What is apply, back or stop."""
        return send(self.client, f"{API}/{self.test_id}/{what}")

    def confirm(self, set_id: int) -> TestResponse:
        """Have a change set carried out."""
        headers = {"X-CSRFToken": csrf_token(self.client)}
        path = f"/api/changes/{set_id}/confirm"
        answered = self.client.post(path, json={}, headers=headers)
        work(self.settings, set_id)
        return answered

    def queued(self, what: str) -> int:
        """Prepare and confirm; the job has not begun."""
        set_id = int(self.send(what).json["id"])
        headers = {"X-CSRFToken": csrf_token(self.client)}
        path = f"/api/changes/{set_id}/confirm"
        assert self.client.post(path, json={}, headers=headers).status_code == 202
        return set_id

    def carry_out(self, what: str) -> None:
        """Prepare, confirm and work."""
        self.confirm(self.send(what).json["id"])

    def move_to_block(self, number: int) -> None:
        """Let days pass."""
        self.test.first = TODAY - dt.timedelta(weeks=2 * number, days=3)
        self.session.commit()


@pytest.fixture
def scene(
    app: Flask,
    session: Session,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    test_id: int,
) -> Scene:
    """The first block is on and nothing of it is set."""
    return Scene(session, settings, sign_in(app, alice), budgets, test_id)
