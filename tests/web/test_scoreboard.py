"""The scoreboard tells how rules did, and calls one that does badly so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.advice import keeping
from app.advice.measuring import Review
from app.advice.outcomes import Outcome
from app.insights.finding import Class, Entity, Kind, Number, Unit
from app.models import StoredFinding
from tests.advice.test_keeping import MOVE
from tests.conftest import Member, sign_in
from tests.sync.fake_platform import NOON

PAGE, API = "/dashboard/reports/scoreboard", "/api/insights/scoreboard"
DAYS = (dt.date(2026, 11, 2), dt.date(2026, 11, 29))
_MONEY = (
    "step_month step_week step_day gain_low gain_high day_from day_to day_after_from day_after_to"
)
_MULTIPLES = "roas mroas_low mroas_mid mroas_high"
NUMBERS = {
    **{each: Number(100.0, Unit.MONEY) for each in _MONEY.split()},
    **{
        f"{each}_{role}": Number(2.0, Unit.MULTIPLE)
        for each in _MULTIPLES.split()
        for role in ("from", "to")
    },
    **{
        f"{each}_{role}": Number(100.0, Unit.COUNT)
        for each in ("spend", "conversions")
        for role in ("from", "to")
    },
    "probability": Number(0.93, Unit.SHARE),
    "information_from": Number(0.5, Unit.SHARE),
    "information_to": Number(0.5, Unit.SHARE),
    "weeks": Number(40.0, Unit.WEEKS),
    "test_weeks": Number(12.0, Unit.WEEKS),
    "test_swing": Number(0.3, Unit.SHARE),
    "test_chance": Number(0.6, Unit.SHARE),
}


def followed(session: Session, member: Member, number: int, outcome: Outcome) -> None:
    """A move to a platform of its own that was made and reviewed."""
    taker = Entity("platform", f"p{number}", f"<b>Plätz {number}</b>", f"p{number}", "to")
    said = replace(MOVE, entities=(MOVE.entities[0], taker), numbers=NUMBERS)
    [row] = keeping.keep(session, member.workspace.id, [said], NOON)
    review = msgspec.to_builtins(Review(*DAYS, outcome))
    session.execute(
        update(StoredFinding)
        .where(StoredFinding.id == row)
        .values(followed="yes", followed_how="detected", outcome={"28": review})
    )
    session.commit()


def rules(app: Flask, member: Member) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sign_in(app, member).get(API).json["rules"]
    return found


def text(app: Flask, member: Member) -> str:
    answer = sign_in(app, member).get(PAGE)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_before_anything_was_said_the_page_says_so(app: Flask, alice: Member) -> None:
    assert "Nothing was said yet" in text(app, alice)
    assert rules(app, alice) == []


def test_what_was_said_and_not_reviewed_is_too_little_to_tell(
    app: Flask, alice: Member, session: Session
) -> None:
    keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    session.commit()
    assert "Too few to tell" in text(app, alice)
    [score] = rules(app, alice)
    assert (score["said"], score["reviewed"], score["verdict"]) == (1, 0, "too_few")
    assert score["range"] == {"right": 0, "told": 0, "share": None}


@pytest.mark.parametrize(
    ("held", "verdict", "words"), [(5, "badly", "Does badly"), (6, "holds", "Holds so far")]
)
def test_a_rule_is_shown_by_how_often_its_range_held(
    app: Flask, alice: Member, session: Session, held: int, verdict: str, words: str
) -> None:
    for each in range(10):
        outcome = Outcome(True, each < held, 500.0, "money", 300.0, 900.0)
        followed(session, alice, each, outcome)
    [score] = rules(app, alice)
    assert (score["followed"], score["range"]["right"], score["verdict"]) == (10, held, verdict)
    assert words in text(app, alice)


def test_what_happened_is_told_beside_what_was_expected(
    app: Flask, alice: Member, session: Session
) -> None:
    followed(session, alice, 1, Outcome(False, False, -1234.0, "money", 300.0, 900.0))
    shown = text(app, alice)
    assert "-$1,234 a month, expected $300.00 to $900.00" in shown
    assert "Not in the direction as said" in shown
    assert "<b>" not in shown


def test_what_cannot_be_told_says_why(app: Flask, alice: Member, session: Session) -> None:
    followed(session, alice, 1, Outcome(unknown="currency"))
    assert "currency was changed since" in text(app, alice)
    assert rules(app, alice)[0]["reviewed"] == 0


def test_another_workspaces_scores_are_not_shown(
    app: Flask, alice: Member, charlie: Member, session: Session
) -> None:
    followed(session, alice, 1, Outcome(True, True, 500.0, "money", 300.0, 900.0))
    assert rules(app, charlie) == []
    assert "Nothing was said yet" in text(app, charlie)


def test_a_row_leads_to_the_findings_it_counts_and_each_of_them_to_itself(
    app: Flask, alice: Member, charlie: Member, session: Session
) -> None:
    followed(session, alice, 1, Outcome(True, True, 500.0, "money", 300.0, 900.0))
    other = replace(MOVE, entities=(MOVE.entities[0], Entity("platform", "x", "X", "x", "to")))
    [unfollowed] = keeping.keep(session, alice.workspace.id, [other], NOON)
    session.commit()
    assert f'href="{PAGE}/reallocation"' in text(app, alice)
    listed = sign_in(app, alice).get(f"{PAGE}/reallocation").text
    assert listed.count('data-label="Predicted"') == 2
    assert "+$1,900 – $6,700 a month (80% range)" in listed
    assert "as a person said" not in listed
    assert [listed.count(f'data-label="Judged by it">{each}<') for each in ("Yes", "No")] == [1, 1]
    assert f'href="/dashboard/reports/insights/{unfollowed}"' in listed

    finding = sign_in(app, alice).get(f"/dashboard/reports/insights/{unfollowed}").text

    assert "Not reviewed yet" in finding
    assert f'href="{PAGE}/reallocation"' in finding
    stranger = sign_in(app, charlie)
    for path in (f"{PAGE}/reallocation", f"/dashboard/reports/insights/{unfollowed}"):
        assert stranger.get(path).status_code == 404
    assert sign_in(app, alice).get(f"{PAGE}/no_rule").status_code == 404


def test_wins_and_advice_of_one_name_are_listed_apart(
    app: Flask, alice: Member, session: Session
) -> None:
    seen = replace(MOVE, rule="roas_change", kind=Kind.WIN, class_=Class.OBSERVED)
    keeping.keep(session, alice.workspace.id, [seen], NOON)
    session.commit()
    client = sign_in(app, alice)
    assert f'href="{PAGE}/roas_change?of=observed"' in client.get(PAGE).text
    assert "That it lasts" in client.get(f"{PAGE}/roas_change?of=observed&page=99").text
    assert client.get(f"{PAGE}/roas_change").status_code == 404


def test_what_became_of_advice_is_told_though_the_figures_say_less_by_now(
    app: Flask, alice: Member, session: Session
) -> None:
    followed(session, alice, 1, Outcome(True, True, 500.0, "money", 300.0, 900.0))
    taker = Entity("platform", "p1", "P", "p1", "to")
    weaker = replace(
        MOVE, entities=(MOVE.entities[0], taker), numbers=NUMBERS, class_=Class.WORTH_TESTING
    )
    [number] = keeping.keep(session, alice.workspace.id, [weaker], NOON + dt.timedelta(days=1))
    session.commit()
    finding = sign_in(app, alice).get(f"/dashboard/reports/insights/{number}").text
    assert "Worth testing" in finding
    assert "In the direction as said" in finding
    assert "<dt>Judged by it</dt><dd>Yes: see" in finding
