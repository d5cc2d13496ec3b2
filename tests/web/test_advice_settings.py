"""Targets, monthly budgets and thresholds: kept, refused, and followed by the rules."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.advice.looking import look, thresholds_of
from app.insights.thresholds import DEFAULTS, Thresholds
from app.metrics.sources import sources
from app.models import Account, Membership, Workspace
from app.web.threshold_fields import FIELDS, GROUPS
from tests.advice.test_asking import BEFORE, NOW, PERIOD, asked, fill, make_read
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_campaign

PAGE, CALL = "/settings/advice", "/api/workspace/advice"


@pytest.fixture
def alices(app: Flask, alice: Member, session: Session) -> FlaskClient:
    """Alice's browser; her workspace spends on Meta."""
    fill(session, make_campaign(session, make_read(session, alice)))
    session.commit()
    return sign_in(app, alice)


def send(client: FlaskClient, path: str = "", **typed: str) -> TestResponse:
    """Fields by their names, with __ for the point."""
    named = {name.replace("__", "."): value for name, value in typed.items()}
    given = {"currency": "USD", **named, "csrf_token": csrf_token(client)}
    return client.post(f"{PAGE}{path}", data=given)


def put(client: FlaskClient, **changes: Any) -> TestResponse:
    whole: dict[str, Any] = {
        "currency": "USD",
        "target_cpa": None,
        "monthly_budgets": {},
        "thresholds": {},
    }
    headers = {"X-CSRFToken": csrf_token(client)}
    return client.put(CALL, json=whole | changes, headers=headers)


def held(session: Session, member: Member) -> Workspace:
    session.expire_all()
    return session.get_one(Workspace, member.workspace.id)


def looks(session: Session, member: Member) -> int:
    """How many looks at the member's workspace wait."""
    waiting = text(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'look_for_findings'"
        " AND (args->>'workspace_id')::bigint = :id AND status = 'todo'"
    )
    return session.scalars(waiting, {"id": member.workspace.id}).one()


def value_of(page: TestResponse, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', page.text)
    assert tag is not None, name
    found = re.search(r'value="([^"]*)"', tag.group())
    return found.group(1) if found else ""


def test_every_threshold_is_shown_once_with_its_default(alices: FlaskClient) -> None:
    shown = [each.name for group in GROUPS for each in group.fields]
    assert sorted(shown) == sorted(Thresholds.__struct_fields__)
    page = alices.get(PAGE)
    assert page.status_code == 200
    assert value_of(page, "thresholds.pacing_over") == "125"
    assert page.text.count("Default: ") == len(shown)
    assert 'href="/settings/advice"' in alices.get("/settings").text


def test_saving_what_is_shown_changes_nothing(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    page = alices.get(PAGE)
    typed = {f"thresholds__{name}": value_of(page, f"thresholds.{name}") for name in FIELDS}
    assert send(alices, **typed).status_code == 303
    assert held(session, alice).thresholds == {}
    assert "Nothing was different" in alices.get(PAGE).text


def test_amounts_and_thresholds_are_kept_and_only_what_differs(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    done = send(
        alices,
        target_cpa=" 25,50 ",
        monthly_budgets="3000",
        monthly_budgets__meta="2500.00",
        thresholds__noise_rate="1 %",
        thresholds__zero_result_multiple="2.5",
        thresholds__settled_weeks="12",
        thresholds__change_z="",
        thresholds__least_change="10",
    )
    assert done.status_code == 303
    found = held(session, alice)
    assert found.target_cpa == Decimal("25.50")
    assert found.monthly_budgets == {"": "3000", "meta": "2500"}
    assert found.thresholds == {
        "noise_rate": 0.01,
        "zero_result_multiple": 2.5,
        "settled_weeks": 12,
    }
    page = alices.get(PAGE)
    assert value_of(page, "target_cpa") == "25.5"
    assert value_of(page, "thresholds.noise_rate") == "1"


def test_what_is_emptied_is_gone_and_what_is_not_sent_stays(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, target_cpa="25", monthly_budgets="3000", thresholds__change_z="4")
    send(alices, target_cpa="")
    found = held(session, alice)
    assert found.target_cpa is None
    assert (found.monthly_budgets, found.thresholds) == ({"": "3000"}, {"change_z": 4.0})


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    seen = value_of(alices.get(PAGE), "based_on")
    send(alices, target_cpa="25", based_on=seen)
    late = send(alices, target_cpa="40", thresholds__change_z="4", based_on=seen)
    assert late.status_code == 409
    assert "Somebody changed these settings" in late.text
    assert (value_of(late, "target_cpa"), value_of(late, "thresholds.change_z")) == ("40", "4")
    assert held(session, alice).target_cpa == 25
    again = value_of(late, "based_on")
    assert send(alices, target_cpa="40", based_on=again).status_code == 303
    assert held(session, alice).target_cpa == 40
    assert put(alices, based_on=again).status_code == 409
    assert put(alices, based_on=alices.get(CALL).json["edition"]).status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("target_cpa", "nan", "Write a number"),
        ("target_cpa", "-5", "Write a number"),
        ("target_cpa", "1e400", "Write a number"),
        ("target_cpa", "0", "more than 0"),
        ("target_cpa", "1,000", "without separators"),
        ("target_cpa", "1.000", "without separators of thousands"),
        ("target_cpa", "12.345", "USD has 2 decimals"),
        ("target_cpa", "9" * 15, "at most 1,000,000,000,000"),
        ("target_cpa", "٣", "Write a number"),
        ("target_cpa", "2\x005", "Write a number"),
        ("monthly_budgets", "lots", "Write a number"),
        ("monthly_budgets.meta", "0", "more than 0"),
        ("thresholds.noise_rate", "nan", "Write a number"),
        ("thresholds.noise_rate", "inf", "Write a number"),
        ("thresholds.noise_rate", "0", "at least 0.01% and at most 50%"),
        ("thresholds.pacing_under", "100", "more than 0% and less than 100%"),
        ("thresholds.pacing_over", "100", "more than 100%"),
        ("thresholds.change_z", "1e400", "Write a number"),
        ("thresholds.settled_weeks", "10.5", "whole number"),
        ("thresholds.settled_weeks", "3", "at least 4 weeks and at most 104 weeks"),
        ("thresholds.reallocation_leaning", "91", "not be above “Chance to gain, to recommend”"),
        ("thresholds.ignore_spend_below", "0.001", "USD has 2 decimals"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_nothing_typed_is_lost(
    alices: FlaskClient, session: Session, alice: Member, field: str, typed: str, sentence: str
) -> None:
    kept = {"monthly_budgets" if field == "target_cpa" else "target_cpa": "41"}
    answer = send(alices, **kept, **{field.replace(".", "__"): typed})
    assert answer.status_code == 422
    wrong = re.search(rf'id="{re.escape(field)}-errors".*?</div>', answer.text, re.DOTALL)
    assert wrong is not None
    assert re.search(sentence, wrong.group())
    assert value_of(answer, next(iter(kept))) == "41"
    if "\x00" not in typed:
        assert value_of(answer, field) == typed
    found = held(session, alice)
    assert (found.target_cpa, found.monthly_budgets, found.thresholds) == (None, {}, {})


def test_every_wrong_field_is_named_at_once(alices: FlaskClient) -> None:
    answer = send(alices, target_cpa="x", monthly_budgets="y", thresholds__change_z="z")
    assert answer.text.count('aria-invalid="true"') == 3


def test_thresholds_can_be_reset_without_losing_targets(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, target_cpa="25", monthly_budgets="3000", thresholds__change_z="4")
    assert "Reset to defaults" in alices.get(PAGE).text
    assert send(alices, "/reset").status_code == 303
    found = held(session, alice)
    assert (found.thresholds, found.target_cpa) == ({}, Decimal(25))
    assert found.monthly_budgets == {"": "3000"}
    assert "Reset to defaults" not in alices.get(PAGE).text


def test_scripts_read_and_write_the_same(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    before = alices.get(CALL).get_json()
    assert before["thresholds"] == before["defaults"] == msgspec.to_builtins(DEFAULTS)
    assert before["platforms"] == ["meta"]
    done = put(
        alices, target_cpa="25.50", monthly_budgets={"meta": 100}, thresholds={"change_z": 4}
    )
    assert done.status_code == 200
    assert done.get_json() == alices.get(CALL).get_json()
    assert done.get_json()["thresholds"]["change_z"] == 4
    found = held(session, alice)
    assert (found.target_cpa, found.monthly_budgets) == (Decimal("25.5"), {"meta": "100"})
    assert found.thresholds == {"change_z": 4}


@pytest.mark.parametrize(
    "changes",
    [
        {"target_cpa": "NaN"},
        {"target_cpa": "Infinity"},
        {"target_cpa": "1e400"},
        {"target_cpa": "1e-400"},
        {"target_cpa": -1},
        {"target_cpa": True},
        {"monthly_budgets": {"myspace": 100}},
        {"monthly_budgets": {"": 0}},
        {"monthly_budgets": {"meta": None}},
        {"thresholds": {"colour": 1}},
        {"thresholds": {"change_z": "3"}},
        {"thresholds": {"change_z": 1e300}},
        {"thresholds": {"noise_rate": -0.1}},
        {"thresholds": {"step_cap_leaning": 0.5}},
        {"thresholds": None},
        {"colour": "red"},
    ],
)
def test_nonsense_of_scripts_is_refused_and_changes_nothing(
    alices: FlaskClient, session: Session, alice: Member, changes: dict[str, Any]
) -> None:
    put(alices, target_cpa="25")
    assert put(alices, **changes).status_code == 422
    found = held(session, alice)
    assert (found.target_cpa, found.monthly_budgets, found.thresholds) == (Decimal(25), {}, {})


def test_a_number_too_large_for_any_computer_is_refused(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    sent = '{"currency":"USD","target_cpa":1e400,"monthly_budgets":{},"thresholds":{}}'
    headers = {"X-CSRFToken": csrf_token(alices), "Content-Type": "application/json"}
    assert alices.put(CALL, data=sent, headers=headers).status_code in (400, 422)
    assert held(session, alice).target_cpa is None


def test_who_may_only_look_sees_and_changes_nothing(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, thresholds__change_z="4")
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    assert send(alices, target_cpa="x").status_code == 403
    assert send(alices, "/reset").status_code == 403
    assert put(alices, colour="red").status_code == 403
    page = alices.get(PAGE)
    assert value_of(page, "thresholds.change_z") == "4"
    assert page.text.count("disabled") >= len(FIELDS)
    assert "Save advice" not in page.text
    assert "Reset to defaults" not in page.text
    assert held(session, alice).thresholds == {"change_z": 4.0}


def test_another_workspace_keeps_its_own(
    alices: FlaskClient, session: Session, charlie: Member
) -> None:
    send(alices, target_cpa="25", monthly_budgets="9", thresholds__change_z="4")
    found = held(session, charlie)
    assert (found.target_cpa, found.monthly_budgets, found.thresholds) == (None, {}, {})


def test_another_currency_drops_the_amounts_and_says_so(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    put(
        alices,
        target_cpa="25",
        monthly_budgets={"": 9},
        thresholds={"ignore_spend_below": 50, "change_z": 4},
    )
    form = {
        "workspace-name": "Northlight Coffee",
        "workspace-currency": "EUR",
        "workspace-time_zone": "America/New_York",
        "workspace-target_roas": "3",
        "workspace-revenue": "auto",
        "csrf_token": csrf_token(alices),
    }
    assert alices.post("/settings/workspace", data=form).status_code == 303
    assert "amounts in the currency before" in alices.get("/settings").text
    found = held(session, alice)
    assert (found.currency, found.target_roas) == ("EUR", Decimal(3))
    assert (found.target_cpa, found.monthly_budgets) == (None, {})
    assert found.thresholds == {"change_z": 4}
    assert alices.post("/settings/workspace", data=form).status_code == 303
    assert "amounts in the currency before" not in alices.get("/settings").text


def test_amounts_meant_in_another_currency_are_not_taken(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    assert put(alices, target_cpa="25", currency="JPY").status_code == 409
    answer = send(alices, target_cpa="25", currency="JPY")
    assert answer.status_code == 409
    assert value_of(answer, "target_cpa") == "25"
    assert value_of(answer, "currency") == "USD"
    assert held(session, alice).target_cpa is None


def test_a_change_has_the_findings_looked_for_again_once(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    put(alices)
    send(alices)
    send(alices, "/reset")
    assert looks(session, alice) == 0
    assert "looked for again" not in alices.get(PAGE).text
    put(alices, thresholds={"change_z": 4})
    send(alices, target_cpa="25")
    send(alices, "/reset")
    assert looks(session, alice) == 1


@pytest.mark.parametrize(
    ("path", "typed"),
    [("", {"target_cpa": "25"}), ("", {"monthly_budgets": "900"}), ("/reset", {})],
)
def test_each_change_by_the_form_has_the_findings_looked_for_again(
    alices: FlaskClient, session: Session, alice: Member, path: str, typed: dict[str, str]
) -> None:
    held(session, alice).thresholds = {"change_z": 4.0}
    session.commit()
    assert send(alices, path, **typed).status_code == 303
    assert looks(session, alice) == 1


def test_the_rules_follow_what_was_saved(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    waste = make_campaign(session, session.scalars(select(Account)).one(), "Wäste")
    fill(session, waste, spend="90", conversions="0")
    session.commit()

    def found() -> set[str]:
        workspace = held(session, alice)
        known = sources(session, workspace.id)
        seen = look(session, workspace, PERIOD, BEFORE, known=known, now=NOW)
        return {each.rule for each in seen}

    assert "zero_result" in found()
    send(
        alices,
        target_cpa="50",
        monthly_budgets="1000",
        monthly_budgets__meta="2500",
        thresholds__zero_result_multiple="500",
    )
    assert thresholds_of(held(session, alice)).zero_result_multiple == 500
    assert "zero_result" not in found()
    asking = asked(session, alice)
    assert asking.target_cpa == 50
    assert [each.budget for each in asking.month_budgets] == [1000, 2500]


def test_a_month_is_off_its_budget_from_the_bound_that_was_saved(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    def paced() -> bool:
        workspace = held(session, alice)
        known = sources(session, workspace.id)
        seen = look(session, workspace, PERIOD, BEFORE, known=known, now=NOW)
        return any(each.rule == "pacing" for each in seen)

    assert not paced()
    send(alices, monthly_budgets="2000")
    assert paced()
    send(alices, thresholds__pacing_over="90000", thresholds__money_at_stake="99")
    assert not paced()


def test_a_yen_has_no_decimals_and_a_dinar_three(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    for currency, typed, status in (
        ("JPY", "1.5", 422),
        ("JPY", "1500", 303),
        ("KWD", "1.25", 303),
    ):
        session.execute(update(Workspace).values(currency=currency))
        session.commit()
        assert send(alices, target_cpa=typed, currency=currency).status_code == status
    assert held(session, alice).target_cpa == Decimal("1.25")


def fold_of(page: TestResponse, title: str) -> str:
    """The group with this title, from its opening tag on."""
    found = re.split(r"(?=<details class=\"card fold\")", page.text)[1:]
    [fold] = [each for each in found if f"<h3>{title}</h3>" in each]
    return fold.partition("</details>")[0]


def test_groups_are_folded_and_say_how_many_of_theirs_are_changed(alices: FlaskClient) -> None:
    send(alices, thresholds__fatigue_z="5", thresholds__fatigue_days="6")
    page = alices.get(PAGE)
    assert page.text.count('<details class="card fold">') == len(GROUPS)
    tired = fold_of(page, "Tired ads")
    assert "2 of 4 changed" in tired
    assert tired.count("Changed. Default: ") == 2
    assert tired.count("Back to default<") == 2
    assert "4 at their defaults" in fold_of(page, "Budgets")


def test_a_group_with_something_wrong_is_open(alices: FlaskClient) -> None:
    page = send(alices, thresholds__fatigue_z="much")
    assert page.status_code == 422
    assert fold_of(page, "Tired ads").startswith('<details class="card fold" open>')
    assert page.text.count('<details class="card fold" open>') == 1
    assert "To be put right" in fold_of(page, "Tired ads")


def test_one_threshold_goes_back_to_its_default_and_the_others_stay(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, thresholds__fatigue_z="5", thresholds__change_z="4")
    waiting = looks(session, alice)
    assert send(alices, "/reset/fatigue_z").status_code == 303
    assert held(session, alice).thresholds == {"change_z": 4.0}
    assert "is at its default again" in alices.get(PAGE).text
    assert waiting == looks(session, alice) == 1
    assert send(alices, "/reset/fatigue_z").status_code == 303
    assert "Nothing was different" in alices.get(PAGE).text
    assert send(alices, "/reset/colour").status_code == 404
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    assert send(alices, "/reset/change_z").status_code == 403
    assert held(session, alice).thresholds == {"change_z": 4.0}


def test_a_default_on_the_wrong_side_of_another_threshold_is_refused(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    send(alices, thresholds__step_cap="5", thresholds__step_cap_leaning="4")
    refused = send(alices, "/reset/step_cap_leaning")
    assert refused.status_code == 422
    assert "It may not be above “Largest step, of the smaller budget”" in refused.text
    assert held(session, alice).thresholds == {"step_cap": 0.05, "step_cap_leaning": 0.04}
