"""The Insights page: what was found in words, and what a person can say of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.advice import keeping, looks
from app.advice.left_out import LeftOut, Why
from app.advice.looks import Look
from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.metrics.period import Period
from app.models import Membership, StoredFinding
from app.reports.findings import rows_of
from tests.advice.test_keeping import MOVE
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_connection
from tests.sync.fake_platform import NOON

PAGE = "/dashboard/reports/insights"
_MONEY = {
    "step_month": 2000.0,
    "step_day": 66.0,
    "day_from": 300.0,
    "day_after_from": 234.0,
    "day_to": 400.0,
    "day_after_to": 466.0,
    "gain_low": 1900.0,
    "gain_high": 6700.0,
}
_OTHERS = {
    "roas_from": Number(1.1, Unit.MULTIPLE),
    "roas_to": Number(3.1, Unit.MULTIPLE),
    "mroas_low_from": Number(0.4, Unit.MULTIPLE),
    "mroas_high_from": Number(0.8, Unit.MULTIPLE),
    "mroas_low_to": Number(2.4, Unit.MULTIPLE),
    "mroas_high_to": Number(3.2, Unit.MULTIPLE),
    "probability": Number(0.93, Unit.SHARE),
    "weeks": Number(26.0, Unit.WEEKS),
    "conversions_from": Number(300.0, Unit.COUNT),
    "conversions_to": Number(900.0, Unit.COUNT),
}
_TEST = {
    "test_swing": Number(0.3, Unit.SHARE),
    "test_weeks": Number(8.0, Unit.WEEKS),
    "test_chance": Number(0.8, Unit.SHARE),
}
ADVICE = replace(
    MOVE,
    entities=(
        Entity("platform", "linkedin", "LinkedIn", "linkedin", "from"),
        Entity("platform", "meta", "Meta قهوة <b>", "meta", "to"),
    ),
    numbers={name: Number(value, Unit.MONEY) for name, value in _MONEY.items()} | _OTHERS,
    range=Range(1900.0, 6700.0),
    missing=(),
)
SILENT = Finding(
    rule="reallocation",
    kind=Kind.RECOMMENDATION,
    class_=Class.SILENT,
    entities=(),
    first=MOVE.first,
    last=MOVE.last,
    numbers=_TEST,
    currency="USD",
    missing=("store",),
)


def keep(session: Session, member: Member, finding: Finding) -> int:
    [number] = keeping.keep(session, member.workspace.id, [finding], NOON)
    session.commit()
    return number


@pytest.fixture
def advice(session: Session, alice: Member) -> int:
    make_account(session, make_connection(session, alice.workspace))
    return keep(session, alice, ADVICE)


@pytest.fixture
def client(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def post(client: FlaskClient, path: str, **form: str) -> int:
    return client.post(path, data={"csrf_token": csrf_token(client), **form}).status_code


def queued(session: Session) -> int | None:
    return session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'look_for_findings'")
    )


@pytest.mark.usefixtures("advice")
def test_a_recommendation_says_what_how_sure_until_when_and_what_would_refute_it(
    client: FlaskClient,
) -> None:
    shown = client.get(PAGE).text
    assert "Move $2,000 a month from LinkedIn to Meta قهوة &lt;b&gt;" in shown
    assert "+$1,900 – $6,700" in shown
    assert "80% range" in shown
    for words in ("How sure", "What to do", "What would change our mind", "Dec 7, 2026"):
        assert words in shown
    assert "/dashboard?from=2026-01-01&amp;to=2026-10-25" in shown


@pytest.mark.parametrize(
    ("kind", "key", "platform", "path"),
    [
        ("workspace", "1", "", "/dashboard?"),
        ("platform", "meta", "meta", "/campaigns?platform=meta&"),
        ("channel", "google/search", "google", "/campaigns?platform=google&"),
        ("placement", "meta/instagram", "meta", "/campaigns?platform=meta&"),
        ("campaign", "7", "meta", "/campaigns/7?"),
        ("ad", "9", "meta", "/campaigns/ads/9?"),
    ],
)
def test_rows_of_a_finding_are_of_its_days_and_of_what_it_is_about(
    kind: str, key: str, platform: str, path: str
) -> None:
    found = replace(ADVICE, entities=(Entity(kind, key, "Käse & قهوة", platform, "spend"),))
    assert rows_of(found) == f"{path}from=2026-01-01&to=2026-10-25"


def test_what_promises_nothing_says_that_it_is_not_reviewed(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace))
    keep(session, alice, SILENT)
    assert "None: it promises nothing" in client.get(PAGE).text


def test_only_what_can_be_applied_has_a_button_for_it(
    client: FlaskClient, session: Session, alice: Member, advice: int
) -> None:
    other = keep(session, alice, SILENT)
    shown = client.get(PAGE).text
    assert f'action="/dashboard/reports/changes/prepare?finding_id={advice}"' in shown
    assert f"finding_id={other}" not in shown


def test_when_nothing_is_safe_it_says_what_is_missing_and_asks_for_no_answer(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    keep(session, alice, SILENT)
    shown = client.get(PAGE).text
    assert "Nothing safe to recommend about moving budget" in shown
    assert "own orders over enough weeks" in shown
    assert "Not followed" not in shown


def test_a_person_says_what_became_of_it(
    client: FlaskClient, session: Session, advice: int
) -> None:
    for answer in ("yes", "no", "no"):
        assert post(client, f"{PAGE}/{advice}/followed", followed=answer) == 303
        session.expire_all()
        assert session.get_one(StoredFinding, advice).followed == answer
    assert post(client, f"{PAGE}/{advice}/followed", followed="perhaps") == 422
    assert session.get_one(StoredFinding, advice).followed == "no"


def test_what_is_dismissed_is_not_shown_again(
    client: FlaskClient, session: Session, alice: Member, advice: int
) -> None:
    looks.note(session, alice.workspace.id, Look(NOON, Period(ADVICE.first, ADVICE.last), []))
    session.commit()
    assert post(client, f"{PAGE}/{advice}/dismiss") == 303
    shown = client.get(PAGE).text
    assert "<article" not in shown
    assert "Nothing stands out" in shown


def test_a_dismissal_can_be_taken_back_at_once_and_while_it_lasts(
    client: FlaskClient, session: Session, alice: Member, advice: int
) -> None:
    stored = session.get_one(StoredFinding, advice)
    stored.computed_at = dt.datetime.now(dt.UTC)
    session.commit()
    form = {"csrf_token": csrf_token(client)}
    sent = client.post(f"{PAGE}/{advice}/dismiss", data=form)
    assert "is dismissed" in client.get(sent.location).text
    assert "Dismissed, and may still last (1)" in client.get(PAGE).text
    for _ in range(2):
        assert post(client, f"{PAGE}/{advice}/undismiss") == 303
    assert client.get(PAGE).text.count("<article") == 1
    assert "may still last" not in client.get(PAGE).text


def test_what_was_found_anew_meanwhile_is_not_opened_twice(
    client: FlaskClient, session: Session, alice: Member, advice: int
) -> None:
    post(client, f"{PAGE}/{advice}/dismiss")
    [other] = keeping.keep(session, alice.workspace.id, [ADVICE], NOON + dt.timedelta(days=30))
    session.commit()
    assert other != advice
    assert post(client, f"{PAGE}/{advice}/undismiss") == 409
    assert session.scalar(select(func.count()).where(StoredFinding.state == "open")) == 1


def test_a_look_that_found_nothing_is_told_from_none_and_from_one_that_could_not_look(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace))
    session.commit()
    assert "Not looked yet" in client.get(PAGE).text
    days = Period(dt.date(2026, 10, 1), dt.date(2026, 11, 4))
    usual = LeftOut(Why.UNSETTLED, days.last - dt.timedelta(days=6), days.last)
    looks.note(session, alice.workspace.id, Look(NOON, days, [usual]))
    session.commit()
    shown = client.get(PAGE).text
    assert "Nothing stands out" in shown
    assert "Not everything could be looked at" not in shown
    unread = LeftOut(Why.NOT_READ, days.first, days.last, ("meta",))
    looks.note(session, alice.workspace.id, Look(NOON, days, [usual, unread]))
    session.commit()
    shown = client.get(PAGE).text
    assert "Nothing found in what could be looked at" in shown
    assert "was read from Meta" in shown
    told = client.get("/api/insights").json
    assert (told["last"], told["left_out"][1]["why"]) == ("2026-11-04", "not_read")


def test_who_may_only_look_sees_findings_and_changes_nothing(
    client: FlaskClient, session: Session, advice: int
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    shown = client.get(PAGE).text
    assert "Move $2,000 a month" in shown
    for button in ("Dismiss", "Followed", "Apply", "Look again"):
        assert f">{button}</button>" not in shown
    assert post(client, f"{PAGE}/{advice}/dismiss") == 403
    assert post(client, f"{PAGE}/{advice}/undismiss") == 403
    assert post(client, f"{PAGE}/{advice}/followed", followed="yes") == 403
    assert post(client, f"{PAGE}/recompute") == 403


def test_findings_of_another_workspace_are_not_found(
    app: Flask, charlie: Member, advice: int, session: Session
) -> None:
    client = sign_in(app, charlie)
    assert "Move $2,000" not in client.get(PAGE).text
    assert post(client, f"{PAGE}/{advice}/dismiss") == 404
    assert post(client, f"{PAGE}/{advice}/undismiss") == 404
    assert post(client, f"{PAGE}/{advice}/followed", followed="yes") == 404
    assert session.scalar(select(func.count()).where(StoredFinding.state == "open")) == 1


def test_without_accounts_it_says_what_to_connect(client: FlaskClient) -> None:
    shown = client.get(PAGE).text
    assert "No accounts to look at" in shown
    assert "Look again" not in shown


def test_looking_again_twice_looks_once_and_the_page_waits_for_it(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace))
    session.commit()
    assert "Not looked yet" in client.get(PAGE).text
    assert [post(client, f"{PAGE}/recompute") for _ in range(2)] == [303, 303]
    assert queued(session) == 1
    assert f'hx-get="{PAGE}/looking"' in client.get(PAGE).text
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    over = client.get(f"{PAGE}/looking", headers={"HX-Request-Type": "partial"}).text
    assert f'hx-get="{PAGE}" hx-trigger="load"' in over


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/dashboard/reports", "Reports"),
        (PAGE, "Insights"),
        ("/dashboard/alerts", "Alerts"),
        ("/dashboard/reports/schedules", "Schedules"),
        ("/dashboard/reports/changes", "Changes"),
    ],
)
def test_the_pages_of_the_area_link_each_other_and_only_what_is_served(
    client: FlaskClient, path: str, name: str
) -> None:
    shown = client.get(path).text
    nav = shown.partition('aria-label="Reports area">')[2].partition("</nav>")[0]
    assert f'<a href="{path}" aria-current="page">{name}</a>' in nav
    for each in nav.split('href="')[1:]:
        assert client.get(each.partition('"')[0]).status_code == 200


def test_where_nothing_is_safe_it_says_of_which_days_that_is(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    keep(session, alice, SILENT)
    assert "Looked at: Jan 1 – Oct 25." in client.get(PAGE).text
