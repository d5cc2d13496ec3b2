"""People are told what budgets to set, to the last decimal, until all of them are set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.advice import planned
from app.advice.alerts import Signal
from app.advice.block_notices import notices
from app.models import AdGroup, ChangeSet, PlannedTest
from tests.advice.planned_tests import FIRST, make_test
from tests.advice.test_planned_tests import after
from tests.conftest import Member, make_member, sign_in
from tests.factories import make_account, make_campaign, make_connection

WHY = "It has no daily budget."


def told(session: Session, member: Member, day: dt.date) -> list[Signal]:
    return notices(session, member.workspace, day)


def make_set(session: Session, test: PlannedTest, block: int, *left: str, **columns: Any) -> None:
    """Sent, but for what was left."""
    session.add(
        ChangeSet(
            workspace_id=test.workspace_id,
            planned_test_id=test.id,
            block=block,
            left_out=[[name, WHY] for name in left],
            expires_at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
            **({"origin": "test", "title": "Budgets", "state": "applied"} | columns),
        )
    )
    session.commit()


def make_campaigns(session: Session, member: Member) -> None:
    """One of each platform, and an ad group of meta's."""
    for platform, name in (("google", "Brånd"), ("meta", "Reach")):
        connection = make_connection(session, member.workspace, platform)
        campaign = make_campaign(session, make_account(session, connection), name)
    session.add(
        AdGroup(
            workspace_id=member.workspace.id,
            account_id=campaign.account_id,
            campaign_id=campaign.id,
            external_id="1",
            name="Over 40",
            status="active",
        )
    )
    session.commit()


@pytest.mark.parametrize("state", ["queued", "applying", "applied"])
def test_a_block_that_is_set_whole_is_told_no_more(
    session: Session, alice: Member, state: str
) -> None:
    test = make_test(session, alice)
    make_set(session, test, 0, state=state)
    assert told(session, alice, FIRST) == []


@pytest.mark.parametrize("state", ["prepared", "failed", "unclear", "reverted"])
def test_a_block_that_was_not_set_is_told_whole(
    session: Session, alice: Member, state: str
) -> None:
    test = make_test(session, alice)
    make_set(session, test, 0, "Meta", state=state)
    [notice] = told(session, alice, FIRST)
    assert notice.title == "Set the budgets of block 1 on Mar 2"
    assert "Google $130.00 a day, Meta $70.00 a day" in notice.saw


@pytest.mark.parametrize("name", ["Meta", "Reach", "Over 40"])
def test_what_was_left_when_a_block_was_set_is_still_told(
    session: Session, alice: Member, name: str
) -> None:
    make_campaigns(session, alice)
    test = make_test(session, alice)
    make_set(session, test, 0, name)
    [notice] = told(session, alice, FIRST)
    assert notice.title == "Set the rest of the budgets of block 1 on Mar 2"
    assert "Meta $70.00 a day" in notice.saw
    assert "Google $" not in notice.saw
    assert notice.saw.endswith(f"The others were set from here, but not {name}.")


def test_when_it_cannot_be_told_where_something_was_left_all_is_told(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_campaigns(session, charlie)
    test = make_test(session, alice)
    make_set(session, test, 0, "Reach", "3 smaller campaigns", "a", "b", "c")
    [notice] = told(session, alice, FIRST)
    assert "Google $130.00 a day, Meta $70.00 a day" in notice.saw
    assert notice.saw.endswith("but not Reach, 3 smaller campaigns, a, and 2 more.")


def test_what_was_left_when_budgets_were_put_back_is_still_told(
    session: Session, alice: Member
) -> None:
    test = make_test(session, alice, state="ended")
    make_set(session, test, planned.BACK, "Google")
    [notice] = told(session, alice, after(8))
    assert notice.title == "Put the rest of the budgets back on Apr 27"
    assert "Google $100.00 a day" in notice.saw
    assert "Meta $" not in notice.saw


def test_what_is_told_of_before_a_test_is_spend_not_budgets(
    session: Session, alice: Member
) -> None:
    make_test(session, alice, state="ended")
    [notice] = told(session, alice, after(8))
    assert "Before it, on average, this was spent: Google $100.00 a day" in notice.saw


def test_amounts_to_be_set_are_told_to_the_last_decimal_as_on_the_page(
    app: Flask, session: Session, alice: Member
) -> None:
    levels = {"google": "8641.99", "meta": "7000000"}
    test = make_test(session, alice, levels=levels)
    [notice] = told(session, alice, FIRST)
    page = sign_in(app, alice).get(f"/dashboard/reports/tests/{test.id}").text
    for amount in ("$1,604.94", "$700,000.00"):
        assert amount in notice.saw
        assert amount in page


def test_a_currency_without_decimals_is_told_without_any(session: Session) -> None:
    member = make_member(session, "Yuki", "Soba", currency="JPY")
    make_test(session, member, levels={"google": "700", "meta": "7000000"})
    [notice] = told(session, member, FIRST)
    assert "Google ¥130 a day, Meta ¥700,000 a day" in notice.saw
