"""What language models were asked, what that cost, and how much it may."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.creative.spending import month
from app.extensions import db
from app.models import CreativeBatch, ModelCall, Workspace
from app.settings import Settings
from jobs.prune import prune
from tests.conftest import Member, csrf_token, sign_in
from tests.everything import make_everything

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


def test_with_a_model_the_page_says_who_writes_and_what_the_month_has_cost(
    settings: Settings, session: Session, alice: Member
) -> None:
    ids = make_everything(session, alice.workspace, alice.user)
    batch = session.get_one(CreativeBatch, ids["batch_id"])
    batch.writer, batch.cost = "llama3.1", Decimal("0.031")
    batch.tokens_in, batch.tokens_out = 12_000, 8_000
    session.get_one(Workspace, alice.workspace.id).model_cap = Decimal(10)
    session.add(asked(alice, dt.datetime.now(dt.UTC), cost=Decimal("10.25")))
    session.commit()
    server = "http://127.0.0.1:9/v1"
    with_model = create_app(replace(settings, llm_model="llama3.1", llm_api_base=server))
    page = sign_in(with_model, alice).get(f"/dashboard/creative/{batch.id}").text
    assert "Written by llama3.1" in page
    assert "its price is being looked up" in page
    assert "$10.25 of your cap of $10.00" in page
    assert "This month’s cap for language models is reached" in page
    assert "20,000 tokens · $0.03" in page
    with with_model.app_context():
        db.engine.dispose()
