"""What language models were asked, what that cost, and how much it may."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.creative.spending import month
from app.models import ModelCall, Workspace
from jobs.prune import prune
from tests.conftest import Member, csrf_token, sign_in

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LOG = "/dashboard/creative/log"


def asked(member: Member, when: dt.datetime, **columns: object) -> ModelCall:
    return ModelCall(
        workspace_id=member.workspace.id,
        **{
            "model": "gpt-4o-mini",
            "purpose": "write",
            "prompt": [{"role": "user", "content": "<b>Brief</b> of Friday Roast"}],
            "answer": '{"headline": "<script>alert(1)</script>"}',
            "outcome": "ok",
            "tokens_in": 1200,
            "tokens_out": 800,
            "cost": Decimal("0.0125"),
            "began_at": when,
            "seconds": Decimal("2.5"),
            **columns,
        },
    )


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def test_the_owner_reads_prompts_and_answers_as_text(
    browser: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    session.add(asked(alice, NOW))
    session.add(asked(alice, NOW, outcome="rate_limited", cost=None, answer=""))
    session.add(asked(charlie, NOW, model="someone-elses"))
    session.commit()
    page = browser.get(LOG).text
    assert "&lt;b&gt;Brief&lt;/b&gt; of Friday Roast" in page
    assert "<script>alert" not in page
    assert "Asked to wait" in page
    assert "price not known" in page
    assert "someone-elses" not in page


def test_the_log_has_pages(browser: FlaskClient, session: Session, alice: Member) -> None:
    session.add_all(asked(alice, NOW - dt.timedelta(minutes=each)) for each in range(21))
    session.commit()
    assert browser.get(LOG).text.count('class="card call"') == 20
    assert browser.get(f"{LOG}?page=2").text.count('class="card call"') == 1


def test_prompts_and_answers_are_emptied_after_90_days_and_the_sums_stay(
    browser: FlaskClient, session: Session, alice: Member
) -> None:
    old, young = asked(alice, NOW - dt.timedelta(days=91)), asked(alice, NOW)
    session.add_all([old, young])
    session.commit()
    then = month(session, alice.workspace.id, old.began_at)
    prune(session, NOW)
    session.commit()
    session.expire_all()
    assert (old.prompt, old.answer) == ([], "")
    assert (young.prompt, young.answer) != ([], "")
    assert month(session, alice.workspace.id, old.began_at) == then
    assert "were emptied" in browser.get(LOG).text


@pytest.mark.parametrize(
    ("typed", "kept"), [("20", "20"), ("7,50", "7.50"), ("$ 5", "5"), ("", None), ("0", "0")]
)
def test_a_cap_is_kept(
    browser: FlaskClient, session: Session, alice: Member, typed: str, kept: str | None
) -> None:
    form = {"csrf_token": csrf_token(browser), "model-cap": typed}
    assert browser.post("/settings/model", data=form).status_code == 303
    session.expire_all()
    cap = session.get_one(Workspace, alice.workspace.id).model_cap
    assert cap == (None if kept is None else Decimal(kept))


@pytest.mark.parametrize("typed", ["a lot", "-1", "1e3", "1.234"])
def test_a_cap_that_is_no_amount_is_refused_beside_the_field(
    browser: FlaskClient, session: Session, alice: Member, typed: str
) -> None:
    form = {"csrf_token": csrf_token(browser), "model-cap": typed}
    answer = browser.post("/settings/model", data=form)
    assert answer.status_code == 422
    assert "Write an amount in US dollars" in answer.text
    assert f'value="{typed}"' in answer.text
