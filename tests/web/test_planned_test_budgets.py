"""Blocks are reckoned from the budgets written down at the start, whoever set what since."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.connectors.changing import Current, Target
from app.connectors.words import FoundAccount
from app.models import Account, AdGroup, Campaign, Change, ChangeSet, PlannedTest, Workspace
from tests.advice.planned_tests import make_test
from tests.conftest import Member, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.web.planned_test_scene import (
    API,
    DOWN_AND_UP,
    TODAY,
    UP_AND_DOWN,
    USUAL,
    Budgets,
    Scene,
    budgets,
    scene,
    send,
    test_id,
)
from tests.web.test_changes import work
from tests.web.test_planned_tests import PAGE, advertised, begin

__all__ = ["advertised", "budgets", "scene", "test_id"]


def test_by_hand_then_from_here_twice_then_back_ends_where_it_began(scene: Scene) -> None:
    scene.budgets.update(UP_AND_DOWN | {"g2": Decimal("52.02")})
    for block, expected in ((1, DOWN_AND_UP), (2, UP_AND_DOWN | {"m1": Decimal(117)})):
        scene.move_to_block(block)
        scene.carry_out("apply")
        assert scene.budgets == expected
    scene.send("stop")
    scene.carry_out("back")
    assert scene.budgets == USUAL


def test_what_was_set_by_hand_already_is_not_scaled_again(scene: Scene) -> None:
    scene.move_to_block(1)
    scene.budgets.update(DOWN_AND_UP)
    refused = scene.send("apply")
    assert refused.status_code == 409
    assert "nothing to set" in refused.json["error"]["message"]
    scene.send("stop")
    scene.budgets.update(USUAL)
    refused = scene.send("back")
    assert refused.status_code == 409
    assert "nothing to set" in refused.json["error"]["message"]


def test_budgets_set_by_hand_are_put_back_to_what_was_written_down(scene: Scene) -> None:
    scene.budgets.update(UP_AND_DOWN)
    scene.send("stop")
    scene.carry_out("back")
    assert scene.budgets == USUAL


def test_a_budget_that_somebody_changed_since_is_left_to_them(scene: Scene) -> None:
    scene.budgets["m1"] = Decimal("1234.5")
    set_id = scene.send("apply").json["id"]
    [(name, why)] = scene.client.get(f"/api/changes/{set_id}").json["left_out"]
    assert name == "Nämé m1"
    assert why == (
        "Its budget is 1,234.50 EUR now; planned were 63.00 EUR, 90.00 EUR and 117.00 EUR: "
        "somebody changed it since, so nothing is set from here. Set it by hand to 63.00 EUR."
    )
    scene.confirm(set_id)
    assert scene.budgets == UP_AND_DOWN | {"m1": Decimal("1234.5")}
    assert "1 not set from here" in scene.client.get(f"{PAGE}/{scene.test_id}").text
    again = scene.send("apply").json["error"]["message"]
    assert "Nämé m1: Its budget is 1,234.50 EUR now" in again


@pytest.mark.parametrize(
    ("disturb", "told"),
    [
        (lambda _: None, "no daily budget known here when the test was planned"),
        (lambda known: known | {"currency": "SEK"}, "counted in SEK when the test was planned"),
    ],
)
def test_what_was_not_written_down_in_this_currency_is_not_guessed(
    scene: Scene,
    session: Session,
    disturb: Callable[[dict[str, str]], dict[str, str] | None],
    told: str,
) -> None:
    test = scene.test
    others = {name: disturb(known) for name, known in test.budgets.items()}
    test.budgets = {name: known for name, known in others.items() if known}
    session.commit()
    refused = scene.send("apply")
    assert refused.status_code == 409
    assert told in refused.json["error"]["message"]


@pytest.mark.usefixtures("advertised")
def test_the_budgets_of_campaigns_and_ad_groups_are_written_down_when_a_test_is_begun(
    app: Flask, session: Session, alice: Member, charlie: Member
) -> None:
    account = session.scalars(select(Account).where(Account.platform == "meta")).one()
    own = make_campaign(session, account, budget=Decimal("5000.00"), budget_kind="daily")
    make_campaign(session, account, budget=Decimal(9000), budget_kind="lifetime")
    below = make_campaign(session, account)
    group = AdGroup(
        workspace_id=alice.workspace.id, account_id=account.id, campaign_id=below.id,
        external_id="s1", name="Sét", budget=Decimal(700), budget_kind="daily",
    )  # fmt: skip
    session.add(group)
    strange = make_account(session, make_connection(session, charlie.workspace))
    make_campaign(session, strange, budget=Decimal(1), budget_kind="daily")
    session.commit()
    made = session.get_one(PlannedTest, begin(app, alice).json["id"])
    assert made.budgets == {
        f"campaign:{own.id}": {"amount": "5000", "currency": "USD"},
        f"ad_group:{group.id}": {"amount": "700", "currency": "USD"},
    }


def test_of_two_who_apply_a_block_at_once_both_get_the_same_review(
    scene: Scene, app: Flask, session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, read = threading.Barrier(2, timeout=20), Budgets.read_current

    def together(self: Budgets, account: FoundAccount, target: Target) -> Current:
        if target.external_id == "m1":
            both.wait()
        return read(self, account, target)

    monkeypatch.setattr(Budgets, "read_current", together)
    clients = [sign_in(app, alice) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: send(each, f"{API}/{scene.test_id}/apply"), clients))
    assert [each.status_code for each in answers] == [201, 201]
    assert len({each.json["id"] for each in answers}) == 1
    assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_nothing_is_prepared_while_budgets_of_the_test_are_being_set(
    scene: Scene, session: Session
) -> None:
    """The platforms have set them, and the process was killed before it wrote that down."""
    set_id = scene.send("apply").json["id"]
    scene.confirm(set_id)
    for kind, column in ((ChangeSet, ChangeSet.id), (Change, Change.set_id)):
        killed = update(kind).where(column == set_id).values(state="applying", ended_at=None)
        session.execute(killed)
    session.commit()
    refused = scene.send("apply")
    assert refused.status_code == 409
    assert "are being set now; wait until that is done" in refused.json["error"]["message"]
    work(scene.settings, set_id)
    assert scene.budgets == UP_AND_DOWN
    assert scene.client.get(f"/api/changes/{set_id}").json["state"] == "applied"
    assert "nothing to set" in scene.send("apply").json["error"]["message"]


def stop(scene: Scene) -> None:
    test = scene.test
    test.state, test.stopped_because, test.stopped_on = "stopped", "person", TODAY
    scene.session.commit()


def change_currency(scene: Scene) -> None:
    scene.session.get_one(Workspace, scene.test.workspace_id).currency = "GBP"
    scene.session.commit()


def end_block(scene: Scene) -> None:
    scene.move_to_block(1)


@pytest.mark.parametrize("happen", [stop, change_currency, end_block])
def test_what_was_confirmed_is_not_sent_once_its_block_is_no_longer_on(
    scene: Scene, session: Session, happen: Callable[[Scene], None]
) -> None:
    set_id = scene.queued("apply")
    happen(scene)
    work(scene.settings, set_id)
    assert scene.budgets == USUAL
    session.expire_all()
    made = session.get_one(ChangeSet, set_id)
    assert made.state == "failed"
    assert "block that is over" in made.error
    assert made.error.endswith("Nothing was changed.")


def test_of_a_set_that_was_killed_half_way_only_what_was_sent_is_looked_up_once_it_is_too_late(
    scene: Scene, session: Session
) -> None:
    set_id = scene.queued("apply")
    first, *_ = session.scalars(
        select(Change).where(Change.set_id == set_id).order_by(Change.position)
    )
    assert first.name == "Nämé m1"
    first.state = "applying"
    scene.budgets["m1"] = Decimal(63)
    stop(scene)
    work(scene.settings, set_id)
    assert scene.budgets == USUAL | {"m1": Decimal(63)}
    session.expire_all()
    made = session.get_one(ChangeSet, set_id)
    assert [each.state for each in made.changes] == ["applied", "failed", "failed"]
    assert made.state == "failed"
    assert "1 of 3 changes went through" in made.error


def test_budgets_are_not_put_back_into_another_test(
    scene: Scene, session: Session, alice: Member
) -> None:
    scene.budgets.update(UP_AND_DOWN)
    stop(scene)
    set_id = scene.queued("back")
    make_test(session, alice, first=TODAY)
    assert scene.send("back").status_code == 409
    work(scene.settings, set_id)
    assert scene.budgets == UP_AND_DOWN
    session.expire_all()
    assert "would disturb it" in session.get_one(ChangeSet, set_id).error


def test_a_test_that_never_began_has_no_budgets_to_put_back(
    app: Flask, session: Session, alice: Member, budgets: dict[str, Decimal]
) -> None:
    assert budgets
    later = TODAY + dt.timedelta(days=10)
    test = make_test(session, alice, first=later, state="planned").id
    client = sign_in(app, alice)
    send(client, f"{API}/{test}/stop")
    assert "Put the budgets back" not in client.get(f"{PAGE}/{test}").text
    refused = send(client, f"{API}/{test}/back")
    assert refused.status_code == 409
    assert "before it began" in refused.json["error"]["message"]


def test_campaigns_of_a_platform_keep_their_own_written_down_budgets(
    scene: Scene, session: Session
) -> None:
    known = scene.test.budgets
    by_name = {each.external_id: each.id for each in session.scalars(select(Campaign))}
    assert known[f"campaign:{by_name['g2']}"] == {"amount": "40.01", "currency": "USD"}
    assert known[f"campaign:{by_name['m1']}"] == {"amount": "90", "currency": "EUR"}
