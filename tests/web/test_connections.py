"""The connections pages as people use them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.words import Grant
from app.models import Account, SyncRun
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_day
from tests.web.stall import stall_platform


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


def test_an_account_that_came_later_is_offered_until_somebody_has_chosen(
    session: Session, browser: FlaskClient, accounts: list[Account]
) -> None:
    address = f"/connections/{accounts[0].connection_id}/accounts"
    chosen = {"csrf_token": csrf_token(browser), "selected": accounts[0].external_id}
    browser.post(address, data=chosen)
    assert "new account" not in browser.get("/connections").text

    for name in ("Later", "Latest"):
        make_account(session, accounts[0].connection, name=name, selected=False)
    session.commit()

    assert "2 new accounts" in browser.get("/connections").text
    choice = browser.get(address).text
    assert "2 new accounts since the last choice" in choice
    assert not re.search(r'value="[^"]+" checked[^>]*>\s*<span[^>]*><strong>Later', choice)
    [listed] = browser.get("/api/connections").get_json()["connections"]
    assert {a["name"] for a in listed["accounts"] if a["new"]} == {"Later", "Latest"}

    browser.post(address, data=chosen)
    assert "new account" not in browser.get("/connections").text


def test_lost_and_refused_accounts_are_named_with_what_to_do(
    session: Session, browser: FlaskClient, accounts: list[Account]
) -> None:
    lost, refused = accounts
    lost.selected = refused.selected = True
    lost.removed_at = dt.datetime.now(dt.UTC)
    refused.trouble = "Ask its admin to give you access."
    session.commit()

    page = browser.get("/connections").text

    assert f"{lost.name}</span> can no longer be read with this login" in page
    assert "Ask its admin to give you access." in page
    choice = browser.get(f"/connections/{lost.connection_id}/accounts").text
    assert "This login can no longer read it." in choice
    assert "Ask its admin to give you access." in choice


def test_accounts_stand_under_their_manager_and_closed_ones_are_not_ticked(
    session: Session, browser: FlaskClient, accounts: list[Account]
) -> None:
    accounts[0].via, accounts[0].via_name = "77", "Agency hub"
    accounts[1].status = "closed"
    session.commit()

    choice = browser.get(f"/connections/{accounts[0].connection_id}/accounts").text

    direct, managed = choice.split("Managed by Agency hub")
    assert accounts[1].name in direct
    assert accounts[0].name in managed
    assert f'value="{accounts[0].external_id}" checked' in choice
    assert f'value="{accounts[1].external_id}">' in choice


@pytest.mark.parametrize(
    ("left", "words", "urgent"),
    [
        (dt.timedelta(days=20, hours=1), "", ""),
        (dt.timedelta(days=12, hours=1), "Access ends in 12 days:", ""),
        (dt.timedelta(days=3, hours=1), "Access ends in 3 days:", "is-warn"),
        (dt.timedelta(days=1, hours=1), "Access ends in 1 day:", "is-bad"),
        (dt.timedelta(hours=2), "Access ends today:", "is-bad"),
    ],
)
def test_the_end_of_access_is_counted_down_and_grows_urgent(
    session: Session,
    browser: FlaskClient,
    accounts: list[Account],
    left: dt.timedelta,
    words: str,
    urgent: str,
) -> None:
    connection = accounts[0].connection
    accounts[0].selected = True
    connection.token_expires_at = dt.datetime.now(dt.UTC) + left
    session.commit()

    page = browser.get("/connections").text

    assert words in page
    assert ("Access ends" in page) == bool(words)
    assert (f'<span class="{urgent}">' in page) == bool(urgent)
    assert f"/api/oauth/meta/start?repair={connection.id}" in page or not words
    [listed] = browser.get("/api/connections").get_json()["connections"]
    assert listed["access_ends_in_days"] == left.days


def test_what_the_platform_pointed_out_is_shown(
    session: Session, browser: FlaskClient, accounts: list[Account], settings: Settings
) -> None:
    connection = accounts[0].connection
    accounts[0].selected = True
    note = "The consent screen is in Testing: access ends after 7 days."
    connection.credentials = Vault(settings.encryption_keys).seal(Grant("t", extra={"note": note}))
    session.add(
        SyncRun(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            trigger="schedule",
            reach="recent",
            state="done",
            finished_at=dt.datetime.now(dt.UTC),
            notice=f"{note}\nHistory starts 60 days back.",
        )
    )
    session.commit()

    page = browser.get("/connections").text

    assert page.count(note) == 1
    assert "2 notes from Meta Ads" in page
    [listed] = browser.get("/api/connections").get_json()["connections"]
    assert listed["notices"] == [note, "History starts 60 days back."]


def test_a_shops_card_says_how_its_revenue_is_computed(browser: FlaskClient) -> None:
    with stall_platform():
        page = browser.get("/connections").text
    assert "Gross sales − discounts − refunds of your shop, each on its own day." in page


def test_data_is_said_to_be_held_from_its_first_day_with_figures(
    session: Session, browser: FlaskClient, accounts: list[Account]
) -> None:
    account = accounts[0]
    account.selected = True
    account.history_from = dt.date(2016, 11, 26)
    account.read_through = dt.date(2026, 11, 23)
    session.commit()
    assert "Nov 2016 →" in browser.get("/connections").text

    make_day(session, make_campaign(session, account), dt.date(2025, 10, 20), spend="3")
    session.commit()
    assert "Oct 2025 →" in browser.get("/connections").text
