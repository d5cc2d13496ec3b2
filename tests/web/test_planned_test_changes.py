"""A block's budgets are prepared for review and set only once somebody confirms them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.platforms.meta import Meta
from app.models import ChangeSet, Membership
from tests.conftest import Member, sign_in
from tests.web.planned_test_scene import (
    API,
    DOWN_AND_UP,
    UP_AND_DOWN,
    USUAL,
    Scene,
    budgets,
    scene,
    send,
    test_id,
)

__all__ = ["budgets", "scene", "test_id"]


def test_the_budgets_of_a_block_are_set_once_they_are_confirmed(scene: Scene) -> None:
    prepared = scene.send("apply")
    assert prepared.status_code == 201
    assert scene.budgets == USUAL
    set_id = prepared.json["id"]
    review = scene.client.get(f"/dashboard/reports/changes/{set_id}").text
    assert "budgets of block 1" in review
    assert "Google 130%, Meta 70%" in review
    scene.confirm(set_id)
    assert scene.budgets == UP_AND_DOWN
    page = scene.client.get(f"/dashboard/reports/tests/{scene.test_id}").text
    assert "Applied" in page
    again = scene.send("apply")
    assert again.status_code == 409
    assert "nothing to set" in again.json["error"]["message"]


def test_the_next_block_is_reckoned_from_before_the_test_and_so_is_the_end(scene: Scene) -> None:
    scene.carry_out("apply")
    scene.move_to_block(1)
    scene.carry_out("apply")
    assert scene.budgets == DOWN_AND_UP
    early = scene.send("back")
    assert early.status_code == 409
    scene.send("stop")
    assert (
        "Put the budgets back" in scene.client.get(f"/dashboard/reports/tests/{scene.test_id}").text
    )
    scene.carry_out("back")
    assert scene.budgets == USUAL
    assert scene.send("apply").status_code == 409


def test_asking_twice_prepares_once(scene: Scene, session: Session) -> None:
    first, second = (scene.send("apply").json["id"] for _ in range(2))
    assert first == second
    assert len(scene.budgets) == 3
    assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_budgets_of_a_block_that_is_over_are_not_set(scene: Scene) -> None:
    set_id = scene.send("apply").json["id"]
    scene.move_to_block(1)
    late = scene.confirm(set_id)
    assert late.status_code == 409
    assert "block that is over" in late.json["error"]["message"]
    scene.send("stop")
    assert scene.confirm(set_id).status_code == 409
    assert scene.budgets == USUAL


def test_a_platform_that_cannot_be_set_from_here_is_named_and_the_others_are_set(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meta, "changes", None)
    set_id = scene.send("apply").json["id"]
    [left] = scene.client.get(f"/api/changes/{set_id}").json["left_out"]
    assert left[0] in ("Meta", "m1")
    assert "cannot be changed on Meta Ads from here" in left[1]
    scene.confirm(set_id)
    assert scene.budgets["g1"] == Decimal(78)
    assert scene.budgets["m1"] == Decimal(90)


def test_a_stranger_and_a_viewer_prepare_nothing(
    scene: Scene, app: Flask, session: Session, alice: Member, charlie: Member
) -> None:
    for path in ("apply", "back", "stop"):
        assert send(sign_in(app, charlie), f"{API}/{scene.test_id}/{path}").status_code == 404
        page = f"/dashboard/reports/tests/{scene.test_id}/{path}"
        assert send(sign_in(app, charlie), page).status_code == 404
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    for what in ("apply", "back"):
        assert scene.send(what).status_code == 403
    assert session.scalars(select(ChangeSet)).all() == []


def test_the_page_leads_from_the_block_to_its_review(scene: Scene) -> None:
    page = f"/dashboard/reports/tests/{scene.test_id}"
    assert "Apply block 1" in scene.client.get(page).text
    led = send(scene.client, f"{page}/apply")
    assert led.status_code == 303
    assert "/dashboard/reports/changes/" in led.location
    assert "To review" in scene.client.get(page).text
