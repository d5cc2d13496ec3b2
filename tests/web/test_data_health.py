"""The data health page and its JSON: what is held, what is missing, what differs and why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.words import Grant
from app.models import Account, PlatformConnection, QuotaUse, Reconciliation, SyncRun
from app.models import ReconciliationPart as Part
from app.settings import Settings
from tests import clock
from tests.clock import today
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_day

TODAY = today("UTC")


def back(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    """Read for 30 days: one differs, one was not compared, the rest match or had nothing."""
    connection = make_connection(session, alice.workspace)
    made = make_account(
        session, connection, time_zone="UTC", history_from=back(30), read_through=TODAY
    )
    campaign = make_campaign(session, made, "Gift guide")
    for ago in (1, 2, 3, 4):
        make_day(session, campaign, back(ago), spend="10", clicks=2, impressions=90)
    for ago in (2, 3, 4):
        compare(session, made, back(ago), platform="12.25" if ago == 3 else "10")
    session.add(
        Part(
            account_id=made.id,
            day=back(3),
            campaign_external_id=campaign.external_id,
            workspace_id=made.workspace_id,
            campaign_name="Gift guide",
            our_spend=Decimal(10),
            platform_spend=Decimal("12.25"),
            our_impressions=90,
            platform_impressions=90,
            our_clicks=2,
            platform_clicks=2,
        )
    )
    session.commit()
    return made


@pytest.fixture
def alices(app: Flask, alice: Member, account: Account) -> FlaskClient:
    return sign_in(app, alice)


def compare(session: Session, account: Account, day: dt.date, *, platform: str) -> None:
    session.add(
        Reconciliation(
            account_id=account.id,
            day=day,
            workspace_id=account.workspace_id,
            our_spend=Decimal(10),
            platform_spend=Decimal(platform),
            our_impressions=90,
            platform_impressions=90,
            our_clicks=2,
            platform_clicks=2,
            matches=platform == "10",
        )
    )


def run(session: Session, account: Account, **columns: Any) -> SyncRun:
    now = clock.now()
    made = SyncRun(
        workspace_id=account.workspace_id,
        connection_id=account.connection_id,
        **{
            "trigger": "schedule",
            "reach": "recent",
            "state": "done",
            "started_at": now - dt.timedelta(seconds=95),
            "finished_at": now - dt.timedelta(seconds=5),
            **columns,
        },
    )
    session.add(made)
    session.commit()
    return made


def health(alices: FlaskClient, account: Account, query: str = "") -> dict[str, Any]:
    answer = alices.get(f"/api/connections/{account.connection_id}/health{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_every_day_is_told_as_it_stands(alices: FlaskClient, account: Account) -> None:
    [found] = health(alices, account, f"?from={back(40)}&to={TODAY}")["accounts"]

    assert found["spans"] == [
        {"from": str(back(40)), "to": str(back(31)), "held": "unread"},
        {"from": str(back(30)), "to": str(back(5)), "held": "nothing"},
        {"from": str(back(4)), "to": str(back(4)), "held": "matches"},
        {"from": str(back(3)), "to": str(back(3)), "held": "differs"},
        {"from": str(back(2)), "to": str(back(2)), "held": "matches"},
        {"from": str(back(1)), "to": str(back(1)), "held": "figures"},
        {"from": str(TODAY), "to": str(TODAY), "held": "nothing"},
    ]
    assert found["counts"]["matches"] == 2
    assert [gap["to"] for gap in found["gaps"]] == [str(back(31))]
    assert sum(found["counts"].values()) == (TODAY - dt.date.fromisoformat(found["since"])).days + 1


def test_days_are_those_of_the_account(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    """Where it is tomorrow already, tomorrow is told."""
    account.time_zone = "Pacific/Kiritimati"
    session.commit()
    now = clock.now()
    there = (now + dt.timedelta(hours=14)).date()
    [found] = health(alices, account)["accounts"]
    assert found["spans"][-1]["to"] == str(there)


def test_a_difference_is_drilled_down_to_the_campaign(
    alices: FlaskClient, account: Account
) -> None:
    [found] = health(alices, account)["differences"]
    assert (found["day"], found["our_spend"], found["platform_spend"]) == (
        str(back(3)),
        "10",
        "12.25",
    )
    assert [part["campaign"] for part in found["campaigns"]] == ["Gift guide"]

    page = alices.get(f"/connections/{account.connection_id}/health").text
    assert "-$2.25" in page
    assert "Where the difference is: 1 campaign" in page


def test_the_calendar_says_in_words_what_it_shows(alices: FlaskClient, account: Account) -> None:
    page = alices.get(f"/connections/{account.connection_id}/health").text
    assert 'role="img"' in page
    assert "2 days match, 1 day differ, 1 day not compared yet" in " ".join(page.split())


def test_a_range_can_be_read_again(alices: FlaskClient, session: Session, account: Account) -> None:
    address = f"/connections/{account.connection_id}/health"
    assert address in alices.get("/connections").text
    form = {"csrf_token": csrf_token(alices), "first": str(back(9)), "last": str(back(3))}

    answer = alices.post(f"{address}/read", data=form)

    assert (answer.status_code, answer.location) == (303, address)
    asked = session.scalars(select(SyncRun)).one()
    assert (asked.reach, asked.first, asked.last) == ("chosen", back(9), back(3))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "2026-11-02", "Name the first day."),
        ("2026-11-05", "2026-11-02", "is-invalid"),
        ("1066-10-14", "1066-10-15", "is-invalid"),
    ],
)
def test_a_range_that_makes_no_sense_is_explained(
    alices: FlaskClient, session: Session, account: Account, first: str, last: str, words: str
) -> None:
    form = {"csrf_token": csrf_token(alices), "first": first, "last": last}
    answer = alices.post(f"/connections/{account.connection_id}/health/read", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(select(SyncRun)).all() == []


def test_a_disconnected_platform_is_not_read_again(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    account.connection.status = "disconnected"
    session.commit()
    form = {"csrf_token": csrf_token(alices), "first": str(back(9)), "last": str(back(3))}
    assert (
        alices.post(f"/connections/{account.connection_id}/health/read", data=form).status_code
        == 409
    )


def test_syncs_tell_how_long_they_took_and_what_they_said(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    run(session, account, requests=41, rows_read=1234, quota_used={"operations": 7})
    run(session, account, state="failed", error="Meta answered with HTTP 500.")
    run(
        session, account, trigger="webhook", notice="Two days came back empty.\nA word was unknown."
    )

    told = health(alices, account)
    assert told["last_24_hours"]["runs"] == 3
    assert told["last_24_hours"]["failed"] == 1
    assert told["last_24_hours"]["median_seconds"] == 90
    assert [notice["text"] for notice in told["notices"]] == [
        "Two days came back empty.",
        "A word was unknown.",
    ]
    assert told["runs"][2]["quota_used"] == {"operations": 7}

    page = alices.get(f"/connections/{account.connection_id}/health").text
    assert "1 min 30 s" in page
    assert "told by the platform" in page
    assert "Meta Ads last told us of a change" in page
    assert "Meta answered with HTTP 500." in page
    only = alices.get(f"/connections/{account.connection_id}/health?runs=troubled").text
    assert "1,234" not in only
    assert "Meta answered with HTTP 500." in only


def test_older_syncs_are_a_page_away(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    made = [run(session, account, rows_read=1000 + number) for number in range(14)]
    address = f"/connections/{account.connection_id}/health"
    newest = alices.get(address).text
    assert f"before={made[2].id}" in newest
    assert "1,001" not in newest
    assert "1,001" in alices.get(f"{address}?before={made[2].id}").text
    assert alices.get(f"{address}?before=nonsense&until=nonsense&page=0").status_code == 200


def test_only_the_syncs_are_swapped_while_one_is_under_way(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    address = f"/connections/{account.connection_id}/health"
    assert "load delay" not in alices.get(address).text
    running = run(session, account, state="running", finished_at=None)
    assert "load delay" in alices.get(address).text
    running.state, running.finished_at = "done", clock.now()
    session.commit()
    part = alices.get(f"{address}?busy=1", headers={"HX-Request-Type": "partial"}).text
    assert part.strip().startswith("<section")
    assert "Reading has ended. Show the days as they are now." in part


@pytest.mark.parametrize(
    ("ends_in", "renews", "words"),
    [
        (dt.timedelta(days=12, hours=1), False, "12 days left"),
        (dt.timedelta(days=40, hours=1), False, "40 days left"),
        (dt.timedelta(hours=3), False, "Ends today"),
        (None, True, "Renews itself"),
        (None, False, "No end known"),
    ],
)
def test_the_end_of_access_is_counted_down(
    alices: FlaskClient,
    session: Session,
    settings: Settings,
    account: Account,
    ends_in: dt.timedelta | None,
    renews: bool,
    words: str,
) -> None:
    ends_at = clock.now() + ends_in if ends_in else None
    grant = Grant("t", expires_at=ends_at, renews=renews)
    account.connection.credentials = Vault(settings.encryption_keys).seal(grant)
    account.connection.token_expires_at = ends_at
    session.commit()
    assert words in alices.get(f"/connections/{account.connection_id}/health").text


def test_access_that_cannot_be_read_is_said_and_the_days_still_shown(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    account.connection.credentials = "sealed with a key that is gone"
    session.commit()
    told = health(alices, account)
    assert "ENCRYPTION_KEYS" in told["access"]["problem"]
    assert told["accounts"]


def test_what_is_left_of_a_quota_is_told(app: Flask, session: Session, alice: Member) -> None:
    connection = make_connection(session, alice.workspace, "tiktok")
    account = make_account(session, connection)
    session.commit()
    now = clock.now()
    [quota] = health(sign_in(app, alice), account)["quotas"]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    session.add(
        QuotaUse(platform="tiktok", quota=quota["name"], slot=midnight, units=44, history_units=0)
    )
    session.commit()
    [used] = health(sign_in(app, alice), account)["quotas"]
    assert used["used"] == quota["used"] + 44
    assert "44 used today (UTC)" in sign_in(app, alice).get("/connections").text


def test_quotas_that_a_platform_keeps_to_itself_are_one_sentence(
    app: Flask, session: Session, alice: Member
) -> None:
    connection = make_connection(session, alice.workspace, "linkedin")
    account = make_account(session, connection)
    session.commit()
    quotas = health(sign_in(app, alice), account)["quotas"]
    assert len(quotas) > 1
    for path in ("/connections", f"/connections/{connection.id}/health"):
        page = sign_in(app, alice).get(path).text
        assert page.count("LinkedIn Ads does not say how much it allows in a day") == 1
        assert all(f"{quota['used']} {quota['label']}" in page for quota in quotas)


def test_one_account_is_told_day_by_day(
    alices: FlaskClient, session: Session, account: Account
) -> None:
    page = alices.get(f"/connections/{account.connection_id}/health/{account.id}").text
    assert "$12.25" in page
    assert "Gift guide: $10.00 here, $12.25 there" in page
    older = alices.get(
        f"/connections/{account.connection_id}/health/{account.id}?until={back(60)}"
    ).text
    assert "Read these days" in older


def test_an_account_of_another_connection_is_not_found(
    alices: FlaskClient, session: Session, alice: Member, account: Account
) -> None:
    other = make_account(session, make_connection(session, alice.workspace, "tiktok"))
    session.commit()
    address = f"/connections/{account.connection_id}/health/{other.id}"
    assert alices.get(address).status_code == 404


def test_a_connection_without_accounts_has_a_page(
    app: Flask, session: Session, alice: Member
) -> None:
    empty: PlatformConnection = make_connection(session, alice.workspace)
    session.commit()
    page = sign_in(app, alice).get(f"/connections/{empty.id}/health")
    assert page.status_code == 200
    assert "No account is chosen" in page.text
