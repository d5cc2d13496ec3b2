"""The connections pages as people use them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Account
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_connection


@pytest.fixture
def accounts(session: Session, alice: Member) -> list[Account]:
    """Two accounts of a Meta connection, none of them chosen yet."""
    connection = make_connection(session, alice.workspace)
    made = [make_account(session, connection, selected=False) for _ in range(2)]
    session.commit()
    return made


@pytest.fixture
def browser(app: Flask, alice: Member, accounts: list[Account]) -> FlaskClient:
    """Alice, signed in."""
    return sign_in(app, alice)


def test_after_connecting_the_one_step_left_is_named(
    browser: FlaskClient, accounts: list[Account]
) -> None:
    html = browser.get("/connections").text

    assert "One step left" in html
    assert "Choose accounts" in html
    assert f"/connections/{accounts[0].connection_id}/accounts" in html


def test_choosing_no_account_is_explained_and_changes_nothing(
    session: Session, browser: FlaskClient, accounts: list[Account]
) -> None:
    address = f"/connections/{accounts[0].connection_id}/accounts"
    accounts[0].selected = True
    session.commit()

    answer = browser.post(address, data={"csrf_token": csrf_token(browser)})

    assert answer.status_code == 422
    assert "No account is ticked, so nothing was changed." in answer.text
    session.refresh(accounts[0])
    assert accounts[0].selected


def test_chosen_accounts_are_confirmed(browser: FlaskClient, accounts: list[Account]) -> None:
    address = f"/connections/{accounts[0].connection_id}/accounts"
    chosen = {"csrf_token": csrf_token(browser), "selected": accounts[1].external_id}

    assert browser.post(address, data=chosen).status_code == 303
    assert "Only these accounts count from now on" in browser.get("/connections").text
