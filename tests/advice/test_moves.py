"""After budget was moved on advice, no other move is advised before the first has shown."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from sqlalchemy.orm import Session

from app.advice.looking import look
from app.advice.measuring import Review
from app.advice.moves import days_since_move
from app.advice.outcomes import Outcome
from app.metrics.sources import sources
from app.models import Change, ChangeSet, StoredFinding
from tests.advice.test_asking import BEFORE, NOW, PERIOD, fill, make_read
from tests.conftest import Member
from tests.factories import make_campaign


def make_move(session: Session, member: Member, days_ago: int, **columns: str) -> None:
    """A recommended move with one side, as the job leaves it."""
    then = NOW - dt.timedelta(days=days_ago, hours=1)
    rule, origin = columns.get("rule", "reallocation"), columns.get("origin", "finding")
    made = ChangeSet(
        workspace_id=member.workspace.id,
        rule=rule,
        origin=origin,
        title="Move",
        state="applied",
        expires_at=then,
        ended_at=then,
    )
    session.add(made)
    session.flush()
    session.add(
        Change(
            set_id=made.id,
            workspace_id=member.workspace.id,
            position=0,
            platform="meta",
            account_name="A",
            currency="USD",
            name="C",
            kind="budget",
            before={"daily_budget": "10"},
            wanted={"daily_budget": "9"},
            state=columns.get("state", "applied"),
            read_at=then,
            ended_at=then,
        )
    )
    session.flush()


def test_days_count_from_the_last_move_that_stands(session: Session, alice: Member) -> None:
    make_move(session, alice, 40)
    make_move(session, alice, 9)
    make_move(session, alice, 5, state="reverted")
    make_move(session, alice, 4, state="failed")
    make_move(session, alice, 3, origin="revert")
    make_move(session, alice, 2, rule="cut_waste")
    assert days_since_move(session, alice.workspace.id, NOW) == 9


def make_followed(session: Session, member: Member, days_ago: int, **columns: object) -> None:
    """A move that a person said was followed so many days ago."""
    then = NOW - dt.timedelta(days=days_ago, hours=1)
    usual = {"followed": "yes", "followed_how": "said", "followed_at": then, "state": "closed"}
    session.add(
        StoredFinding(
            workspace_id=member.workspace.id,
            key=f"reallocation|{days_ago}",
            kind="recommendation",
            class_="recommend",
            first=BEFORE.first,
            last=PERIOD.last,
            at_stake=0,
            currency="USD",
            content={},
            first_content={},
            **{"rule": "reallocation", **usual, **columns},
        )
    )
    session.flush()


def test_a_move_that_a_person_said_was_made_counts(session: Session, alice: Member) -> None:
    make_move(session, alice, 40)
    make_followed(session, alice, 12)
    make_followed(session, alice, 5, followed="no")
    make_followed(session, alice, 4, rule="raise_budget")
    assert days_since_move(session, alice.workspace.id, NOW) == 12


def test_a_move_that_was_seen_counts_from_the_days_it_was_first_seen_on(
    session: Session, alice: Member
) -> None:
    seen = NOW.date() - dt.timedelta(days=20)
    reviews = {
        stage: Review(seen, seen + dt.timedelta(days=at), Outcome(), followed=followed)
        for stage, at, followed in (("14", 0, "yes"), ("28", 14, "yes"))
    }
    outcome = {stage: msgspec.to_builtins(each) for stage, each in reviews.items()}
    make_followed(session, alice, 1, followed_how="detected", outcome=outcome)
    assert days_since_move(session, alice.workspace.id, NOW) == 19


def test_a_move_followed_in_another_workspace_is_none_of_ours(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_followed(session, charlie, 3)
    assert days_since_move(session, alice.workspace.id, NOW) is None


def test_a_move_of_another_workspace_is_none_of_ours(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_move(session, charlie, 3)
    assert days_since_move(session, alice.workspace.id, NOW) is None


@pytest.mark.parametrize(("days_ago", "waits"), [(27, True), (28, False)])
def test_no_move_is_advised_within_the_days_between_moves(
    session: Session, alice: Member, days_ago: int, *, waits: bool
) -> None:
    for platform in ("meta", "google"):
        fill(session, make_campaign(session, make_read(session, alice, platform)))
    make_move(session, alice, days_ago)
    known = sources(session, alice.workspace.id)
    found = look(session, alice.workspace, PERIOD, BEFORE, known=known, now=NOW)
    [advice] = [each for each in found if each.rule == "reallocation"]
    assert ("recent_move" in advice.missing) == waits


def test_advice_on_budgets_is_dated_from_the_first_day_with_figures(
    session: Session, alice: Member
) -> None:
    for platform in ("meta", "google"):
        account = make_read(session, alice, platform)
        fill(session, make_campaign(session, account))
        account.history_from = BEFORE.first - dt.timedelta(days=300)
    session.flush()
    known = sources(session, alice.workspace.id)
    found = look(session, alice.workspace, PERIOD, BEFORE, known=known, now=NOW)
    [advice] = [each for each in found if each.rule == "reallocation"]
    assert (advice.first, advice.last) == (BEFORE.first, PERIOD.last)
