"""The dashboard as people see it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app.models import Account, DayAtAge, Reconciliation, SyncRun
from tests import clock
from tests.clock import today
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_store_day,
)

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
TODAY = today()


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    """Alice's ad account, read for 90 days and settled but for the last three."""
    return make_account(
        session,
        make_connection(session, alice.workspace),
        name="Northlight US",
        synced_at=clock.now() - dt.timedelta(minutes=5),
        history_from=ago(90),
        read_through=TODAY,
        settled_through=ago(3),
    )


@pytest.fixture
def alices(app: Flask, session: Session, alice: Member, account: Account) -> FlaskClient:
    """Alice's client, with one campaign that spent 124 this week and 100 the week before."""
    gift = make_campaign(session, account, "Gift guide ☕")
    make_day(session, gift, ago(2), spend="124", value="500", conversions="7", clicks=90)
    make_day(session, gift, ago(9), spend="100", value="400", conversions="7", clicks=80)
    session.commit()
    return sign_in(app, alice)


def text(client: FlaskClient, path: str = "/dashboard", **options: object) -> str:
    response = client.get(path, **options)
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement while it is open."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_figures_and_their_change_are_shown(alices: FlaskClient) -> None:
    html = text(alices, "/dashboard?range=7d")

    assert "Welcome back, Alice!" in html
    assert "$124.00" in html
    assert "$500.00" in html
    assert "4.03x" in html
    assert "Up 24%" in html
    assert "Gift guide ☕" in html
    assert "Today is not over" in html


def test_at_most_eight_statements_and_only_totals_are_read(app: Flask, alices: FlaskClient) -> None:
    with counted(app) as statements:
        text(alices)

    reads = [statement for statement in statements if statement.lstrip().startswith("SELECT")]
    assert len(statements) <= 8, "\n\n".join(statements)
    for table in ("campaign_day", "ad_day", "placement_day", "store_day", "metric_revision"):
        assert not any(f" {table}" in statement for statement in reads), table


def test_a_filter_swaps_the_same_board_the_page_has(alices: FlaskClient) -> None:
    whole = text(alices, "/dashboard?range=90d")
    part = text(alices, "/dashboard?range=90d", headers=PARTIAL)

    assert part.strip().startswith('<div id="board"')
    assert "<html" not in part
    assert whole.count('id="board"') == part.count('id="board"') == 1


def test_every_filter_is_carried_along(alices: FlaskClient) -> None:
    html = text(alices, "/dashboard?range=90d&compare=year&trend=roas&revenue=reported")

    assert "range=7d" not in html or "compare=year" in html
    assert "compare=year&amp;revenue=reported&amp;trend=roas" in html or (
        "compare=year" in html and "trend=roas" in html
    )


@pytest.mark.parametrize(
    "query",
    ["range=8d", "from=2026-13-01", "from=2026-11-02&to=2026-11-01", "compare=x", "revenue=both"],
)
def test_a_range_that_makes_no_sense_gets_a_sentence(alices: FlaskClient, query: str) -> None:
    response = alices.get(f"/dashboard?{query}")

    assert response.status_code == 422
    assert "The last 30 days are shown instead." in response.get_data(as_text=True)


def test_store_and_reported_revenue_are_one_click_apart(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    shop = make_account(
        session, make_connection(session, alice.workspace, "shopify", kind="upload")
    )
    make_store_day(session, shop, ago(2), net="372")
    session.commit()

    store = text(alices, "/dashboard?range=7d")
    reported = text(alices, "/dashboard?range=7d&revenue=reported")

    assert "$372.00" in store
    assert "3.00x" in store
    assert "revenue=reported" in store
    assert "4.03x" in reported
    assert "revenue=store" in reported
    assert "$872.00" not in store + reported


def a_shop(session: Session, member: Member, **columns: object) -> Account:
    return make_account(
        session,
        make_connection(session, member.workspace, "shopify"),
        **{"history_from": ago(90), "read_through": TODAY, "name": "Northlight shop", **columns},
    )


def test_the_revenue_card_says_what_is_in_it(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    make_store_day(session, a_shop(session, alice), ago(2), net="372")
    session.commit()
    assert "discounts − refunds of your shop" in text(alices, "/dashboard?range=7d")
    assert "tax and shipping are not in it" in text(alices, "/dashboard/why/revenue?range=7d")

    alice.workspace.revenue_with_tax = True
    session.commit()
    assert "refunds + tax of your shop" in text(alices, "/dashboard?range=7d")
    assert "shipping is not in it" in text(alices, "/dashboard/why/revenue?range=7d")


def test_a_day_without_the_tax_that_is_wanted_is_named_and_not_in_the_revenue(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    alice.workspace.revenue_with_tax = True
    shop = a_shop(session, alice)
    make_store_day(session, shop, ago(2), net="372", tax="28")
    make_store_day(session, shop, ago(3), net="99.50")
    session.commit()

    html = text(alices, "/dashboard?range=7d")

    assert "$400.00" in html
    assert "Northlight shop does not tell tax for 1 of these days" in html
    assert "net sales of $99.50 are not in the revenue" in html
    assert "does not tell" not in text(alices, "/dashboard?range=7d&revenue=reported")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (90, 0, ""),
        (1, 0, "Your shop's figures begin on"),
        (90, 5, "Your shop's figures end on"),
    ],
)
def test_a_shop_whose_figures_begin_late_or_end_early_is_said_so(
    session: Session, alice: Member, alices: FlaskClient, first: int, last: int, words: str
) -> None:
    shop = a_shop(session, alice, history_from=ago(first), read_through=ago(last))
    make_store_day(session, shop, ago(max(1, last)), net="372")
    session.commit()

    html = text(alices, "/dashboard?range=7d")

    assert words in html
    assert ("no store revenue to stand against" in html.replace("of this shop ", "")) == bool(words)


def test_of_two_shops_the_one_that_ends_early_is_named(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    make_store_day(session, a_shop(session, alice), ago(2), net="372")
    upload = make_connection(session, alice.workspace, "shopify", kind="upload")
    other = make_account(session, upload, name="Market stall")
    make_store_day(session, other, ago(20), net="9")
    make_store_day(session, other, ago(4), net="9")
    session.commit()

    html = text(alices, "/dashboard?range=7d")

    assert "Market stall's figures end on" in html
    assert "figures begin on" not in html


def test_a_shop_that_is_not_there_is_not_offered(alices: FlaskClient) -> None:
    assert "revenue=store" not in text(alices, "/dashboard?range=7d")
    asked = text(alices, "/dashboard?range=7d&revenue=store")
    assert "No shop&#39;s figures are held" in asked or "No shop's figures are held" in asked


@pytest.mark.parametrize(
    ("status", "selected", "words"),
    [("active", False, "One step left"), ("disconnected", False, "Connect your first platform")],
)
def test_without_figures_the_next_step_is_all_there_is(
    app: Flask, session: Session, alice: Member, status: str, selected: bool, words: str
) -> None:
    connection = make_connection(session, alice.workspace, status=status)
    make_account(session, connection, selected=selected)
    session.commit()

    html = text(sign_in(app, alice))

    assert words in html
    assert "Refresh data" not in html
    assert "Days shown" not in html
    assert "no account is chosen, so" not in html


def test_a_single_day_is_named_once(alices: FlaskClient) -> None:
    day = ago(2)
    words = f"{day:%b} {day.day}"
    assert f">{words} vs " in text(alices, f"/dashboard?from={day}&to={day}")


def test_when_everything_is_read_it_is_said(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    run = _run(alice, account, state="done")
    session.add(run)
    session.commit()
    assert "Your figures are up to date." in text(alices, "/dashboard/progress", headers=PARTIAL)

    run.state = "failed"
    session.commit()
    assert "up to date" not in text(alices, "/dashboard/progress", headers=PARTIAL)


def test_the_target_is_on_the_card(session: Session, alice: Member, alices: FlaskClient) -> None:
    alice.workspace.target_roas = 3
    session.commit()

    assert "target 3.0x" in text(alices)


def test_totals_that_match_are_said_to(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    session.add(_checked(account, our="124", theirs="124"))
    session.commit()

    assert "Totals match the platforms to the cent" in text(alices)


def test_a_shop_is_said_to_match_in_orders_because_nothing_else_of_it_is_compared(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    connection = make_connection(session, alice.workspace, "shopify")
    shop = make_account(session, connection, history_from=account.history_from, read_through=TODAY)
    session.add(_checked(shop, our="0", theirs="0"))
    session.commit()
    assert "Orders match the shop&#39;s own count" in text(alices)
    assert "to the cent" not in text(alices)
    assert "order for order" in alices.get("/connections").text

    session.add(_checked(account, our="124", theirs="124"))
    session.commit()
    assert "Totals match the platforms to the cent, and orders the shop&#39;s own count" in text(
        alices
    )


def test_totals_that_differ_are_said_to(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    session.add(_checked(account, our="124", theirs="125"))
    session.commit()

    html = text(alices)

    assert "1 account-day differs from the platforms" in html
    assert "to the cent" not in html


def test_what_is_not_settled_is_said_and_drawn_dashed(alices: FlaskClient) -> None:
    html = text(alices)

    assert "Last 3 days still settling" in html
    assert '"part": "unsettled"' in html


def test_a_connection_that_needs_its_owner_says_what_to_do(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    make_connection(
        session,
        alice.workspace,
        status="needs_attention",
        status_reason="The password was changed. Connect it again.",
    )
    session.commit()

    assert "The password was changed. Connect it again." in text(alices)


def test_an_overdue_connection_shows(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    account.connection.last_synced_at = clock.now() - dt.timedelta(minutes=21)
    session.commit()

    assert "has not been read for more than 20 minutes" in text(alices)


def test_a_failing_connection_shows_its_error(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    account.connection.last_synced_at = clock.now() - dt.timedelta(minutes=21)
    session.add(_run(alice, account, state="failed", error="Meta is unwell (code 2)."))
    session.commit()

    assert "Meta is unwell (code 2)." in text(alices)


def test_an_amount_without_a_rate_is_shown_apart(
    session: Session, alice: Member, alices: FlaskClient
) -> None:
    odd = make_account(session, make_connection(session, alice.workspace), currency="XOF")
    make_day(session, make_campaign(session, odd), ago(2), spend="60000")
    session.commit()

    html = text(alices, "/dashboard?range=7d")

    assert "no exchange rate for XOF" in html
    assert "60,000" in html
    assert "$124.00" in html


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (2, "not in the totals below, and no change is shown."),
        (9, "no exchange rate for XOF on some of the days compared with"),
    ],
)
def test_where_either_side_lacks_a_rate_no_change_is_shown_and_it_is_said_why(
    session: Session, alice: Member, alices: FlaskClient, back: int, said: str
) -> None:
    assert "Up 24%" in text(alices, "/dashboard?range=7d")
    odd = make_account(session, make_connection(session, alice.workspace), currency="XOF")
    make_day(session, make_campaign(session, odd), ago(back), spend="60000")
    session.commit()

    html = text(alices, "/dashboard?range=7d")

    assert said in html
    assert "Up 24%" not in html
    assert "has-tip pill" not in html
    assert "$124.00" in html
    summary = alices.get(f"/api/metrics/summary?from={ago(6)}&to={TODAY}").json
    assert summary["change"] is None


def test_sandbox_figures_are_marked(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    account.connection.sandbox = True
    session.commit()

    assert "invented figures" in text(alices)


def test_other_time_zones_are_explained(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    account.time_zone = "Asia/Kolkata"
    session.commit()

    assert "Asia/Kolkata" in text(alices)


def test_with_nothing_connected_it_says_how_to_begin(app: Flask, charlie: Member) -> None:
    html = text(sign_in(app, charlie))

    assert "Connect your first platform" in html
    assert "Upload an export" in html or "/imports" not in html


def test_with_nothing_in_range_it_says_what_is_held(alices: FlaskClient) -> None:
    html = text(alices, "/dashboard?from=2020-01-01&to=2020-01-31")

    assert "Nothing on these days" in html
    assert "Figures are held from" in html


def test_a_stranger_sees_none_of_it(app: Flask, alices: FlaskClient, charlie: Member) -> None:
    assert "Gift guide" not in text(sign_in(app, charlie))


def test_refresh_asks_every_connection_and_shows_progress(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    response = alices.post(
        "/dashboard/refresh?range=7d", headers={"X-CSRFToken": csrf_token(alices), **PARTIAL}
    )
    assert response.status_code == 303
    [run] = session.scalars(select(SyncRun)).all()
    assert (run.connection_id, run.reach, run.trigger) == (
        account.connection_id,
        "window",
        "manual",
    )

    html = text(alices, response.location, headers=PARTIAL)
    assert 'id="progress"' in html
    assert "load delay:2s" in html
    assert "range=7d" in html


def test_when_reading_is_over_the_figures_come_without_reload(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    session.add(_run(alice, account, state="done"))
    session.commit()

    html = text(alices, "/dashboard/progress?range=7d", headers=PARTIAL)

    assert "load delay" not in html
    assert 'hx-target="#board"' in html
    assert 'hx-trigger="load"' in html


def test_refresh_needs_the_token(alices: FlaskClient) -> None:
    assert alices.post("/dashboard/refresh").status_code == 403


@pytest.mark.parametrize("metric", ["spend", "revenue", "roas", "conversions", "cpa", "ctr", "cpc"])
def test_every_number_says_where_it_comes_from(alices: FlaskClient, metric: str) -> None:
    html = text(alices, f"/dashboard/why/{metric}?range=7d")
    part = text(alices, f"/dashboard/why/{metric}?range=7d", headers=PARTIAL)

    for words in ("Northlight US", "America/New_York", "Attribution", "Last sync", "1 day of"):
        assert words in part
    assert 'id="drawer-title"' in part
    assert "<html" in html
    assert "<html" not in part


def test_an_unknown_number_comes_from_nowhere(alices: FlaskClient) -> None:
    assert alices.get("/dashboard/why/luck").status_code == 404


def test_a_signed_out_visitor_is_sent_to_sign_in(client: FlaskClient) -> None:
    response = client.get("/dashboard?range=7d")

    assert response.status_code == 303
    assert "/auth" in response.location


def test_a_routine_sync_runs_unseen_but_refresh_waits_for_it(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    session.add(_run(alice, account, trigger="schedule", state="running"))
    session.commit()

    assert "load delay:2s" not in text(alices)
    assert "load delay:2s" in text(alices, "/dashboard/progress", headers=PARTIAL)


def test_while_a_history_is_read_the_figures_come_in_between(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    session.add(
        _run(alice, account, reach="history", state="running", chunks_done=12, chunks_total=90)
    )
    session.commit()

    assert 'hx-target="#board"' in text(alices, "/dashboard/progress?seen=2", headers=PARTIAL)
    assert 'hx-target="#board"' not in text(alices, "/dashboard/progress?seen=3", headers=PARTIAL)
    assert "13% done" in text(alices)


def test_before_the_first_part_is_read_no_share_is_told(
    session: Session, alice: Member, alices: FlaskClient, account: Account
) -> None:
    begun = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=4, seconds=5)
    session.add(
        _run(alice, account, reach="history", state="running", chunks_total=1, started_at=begun)
    )
    session.commit()

    shown = text(alices)

    assert "begun 4 minutes ago; no part is complete yet" in re.sub(r"<[^>]*>", "", shown)
    assert "% done" not in shown


def _run(member: Member, account: Account, **columns: object) -> SyncRun:
    return SyncRun(
        workspace_id=member.workspace.id,
        connection_id=account.connection_id,
        **{"trigger": "manual", "reach": "window", **columns},
    )


def _checked(account: Account, *, our: str, theirs: str) -> Reconciliation:
    return Reconciliation(
        account_id=account.id,
        workspace_id=account.workspace_id,
        day=ago(2),
        our_spend=our,
        platform_spend=theirs,
        our_impressions=0,
        platform_impressions=0,
        our_clicks=90,
        platform_clicks=90,
        matches=our == theirs,
    )


def test_how_much_the_last_days_still_grow_is_said_once_it_is_known(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    account.settled_through = ago(29)
    session.commit()
    assert "/dashboard/growth-note" in text(alices)
    assert text(alices, "/dashboard/growth-note", headers=PARTIAL).strip() == ""
    assert "Not enough days have settled yet" in text(alices, "/dashboard/growth")

    _read_young(session, account, range(30, 60))

    words = (
        "The last 3 days usually still grow: conversions by about 25% (25% to 25%) on Meta; "
        "reported revenue about as much."
    )
    assert words in text(alices, "/dashboard/growth-note", headers=PARTIAL)
    known = text(alices, "/dashboard/growth", headers=PARTIAL)
    assert words in known
    assert "Yesterday" in known
    assert "7 days ago" not in known
    found = alices.get("/api/metrics/growth").get_json()
    assert found["said"] == words
    assert found["rows"][0]["last_days"]["conversions"]["usual"] == "0.25"
    assert found["rows"][0]["last_days"]["spend"]["usual"] == "0"


def test_when_the_last_days_are_not_shown_nothing_is_said_of_them(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    account.settled_through = ago(29)
    session.commit()
    assert "growth-note" not in text(alices, f"/dashboard?from={ago(9)}&to={ago(2)}")
    assert "growth-note" in text(alices, f"/dashboard?from={ago(9)}&to={ago(1)}")
    account.settled_through = ago(1)
    session.commit()
    assert "growth-note" not in text(alices, f"/dashboard?from={ago(9)}&to={ago(1)}")


def _read_young(session: Session, account: Account, days: range) -> None:
    """Days that had four fifths of their conversions when they were young."""
    campaign = make_campaign(session, account)
    for number in days:
        make_day(session, campaign, ago(number), spend="10", value="50", conversions="5")
        for age in (1, 2, 3):
            session.add(
                DayAtAge(
                    account_id=account.id,
                    day=ago(number),
                    age=age,
                    workspace_id=account.workspace_id,
                    conversion_action="",
                    spend=Decimal(10),
                    conversions=Decimal(4),
                    conversion_value=Decimal(40),
                )
            )
    session.commit()
