"""Budgets' returns are learnt from days on which all that is summed was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import isnan

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.fitting_inputs import FittingInputs, fitting_inputs
from app.advice.looking import look
from app.insights.finding import Finding
from app.metrics.chosen import narrowed
from app.metrics.known_days import first_active
from app.metrics.period import Period
from app.metrics.sources import Sources, sources
from app.models import Account, Campaign, PlatformConnection
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_days, make_store_day

NOW = dt.datetime(2026, 6, 30, 15, tzinfo=dt.UTC)
TODAY, LAST = dt.date(2026, 6, 30), dt.date(2026, 6, 29)
FROM = dt.date(2025, 9, 1)
LATER = dt.date(2026, 2, 1)


def make_spending(
    session: Session, member: Member, platform: str = "meta", **columns: object
) -> Account:
    """An account that has spent 100 a day since `began`, else since it is held."""
    kind = str(columns.pop("kind", "oauth"))
    began = columns.pop("began", columns.get("history_from", FROM))
    connection = make_connection(session, member.workspace, platform, kind=kind, last_synced_at=NOW)
    held = {"history_from": FROM, "read_through": TODAY, **columns}
    account = make_account(session, connection, **held)
    assert isinstance(began, dt.date)
    assert isinstance(held["read_through"], dt.date)
    days = Period(began, min(LAST, held["read_through"]))
    spent = {"spend": "100", "conversions": "4", "value": "300", "clicks": 80}
    make_days(session, make_campaign(session, account), days, **spent)  # type: ignore[arg-type]
    return account


def make_shop(session: Session, member: Member, first: dt.date, orders: int | None = 10) -> Account:
    """As many orders a day since then."""
    connection = make_connection(session, member.workspace, "shopify", last_synced_at=NOW)
    account = make_account(session, connection, history_from=first, read_through=TODAY)
    for day in Period(first, LAST):
        make_store_day(session, account, day, net="500", orders=orders)
    return account


def inputs(session: Session, member: Member, known: Sources | None = None) -> FittingInputs:
    whole = sources(session, member.workspace.id)
    active = first_active(session, member.workspace.id)
    found = fitting_inputs(session, known or whole, LAST, TODAY, active)
    assert found is not None
    return found


def known_from(figures: FittingInputs, daily: Sequence[float]) -> dt.date:
    return next(d for d, each in zip(figures.days, daily, strict=True) if not isnan(each))


def advised(session: Session, member: Member) -> Finding:
    known = sources(session, member.workspace.id)
    period = Period.ending(LAST, 28)
    found = look(session, member.workspace, period, period.earlier(28), known=known, now=NOW)
    [advice] = [each for each in found if each.rule == "reallocation"]
    return advice


def test_a_platform_begins_where_all_its_accounts_are_held(session: Session, alice: Member) -> None:
    make_spending(session, alice)
    make_spending(session, alice, history_from=LATER)
    make_spending(session, alice, "google")
    found = inputs(session, alice)
    google, meta = found.spend
    assert (known_from(found, meta), known_from(found, google)) == (LATER, FROM)
    assert meta[-1] == 200


def test_advice_says_from_when_it_learnt(session: Session, alice: Member) -> None:
    make_spending(session, alice, history_from=LATER)
    make_spending(session, alice, "google", history_from=LATER)
    assert LATER <= advised(session, alice).first < LATER + dt.timedelta(days=7)


def test_an_account_that_began_later_spent_nothing_before(session: Session, alice: Member) -> None:
    make_spending(session, alice)
    make_spending(session, alice, began=LATER)
    found = inputs(session, alice)
    [meta] = found.spend
    assert (meta[0], meta[-1]) == (100, 200)
    assert not any(map(isnan, meta))


def test_an_account_held_for_less_than_four_weeks_before_it_began_may_have_spent_before(
    session: Session, alice: Member
) -> None:
    make_spending(session, alice)
    make_spending(session, alice, history_from=LATER - dt.timedelta(days=27), began=LATER)
    found = inputs(session, alice)
    assert known_from(found, found.spend[0]) == LATER - dt.timedelta(days=27)


def test_an_account_that_was_cut_leaves_no_step_in_the_budget(
    session: Session, alice: Member
) -> None:
    make_spending(session, alice)
    cut = make_spending(session, alice, read_through=LATER)
    connection = session.get(PlatformConnection, cut.connection_id)
    assert connection is not None
    connection.status = "disconnected"
    session.flush()
    [meta] = inputs(session, alice).spend
    assert set(meta) == {100.0}


def test_an_upload_that_ends_earlier_leaves_its_last_days_unknown(
    session: Session, alice: Member
) -> None:
    make_spending(session, alice)
    make_spending(session, alice, kind="upload", read_through=LAST - dt.timedelta(days=3))
    [meta] = inputs(session, alice).spend
    assert [isnan(each) for each in meta[-4:]] == [False, True, True, True]


def test_a_shop_younger_than_the_ads_counts_from_its_own_days(
    session: Session, alice: Member
) -> None:
    for platform in ("meta", "google"):
        make_spending(session, alice, platform)
    make_shop(session, alice, LATER)
    found = inputs(session, alice)
    assert found.organic_orders is not None
    assert known_from(found, found.organic_orders) == LATER
    assert found.organic_orders[-1] == 2
    assert [each.response.shop for each in found.fitted()] == [True, True]
    assert "store" not in advised(session, alice).missing


def test_a_shop_that_does_not_tell_its_orders_tells_no_demand(
    session: Session, alice: Member
) -> None:
    for platform in ("meta", "google"):
        make_spending(session, alice, platform)
    make_shop(session, alice, FROM, orders=None)
    found = inputs(session, alice)
    assert [each.response.shop for each in found.fitted()] == [False, False]
    assert "store" in advised(session, alice).missing


def test_days_on_which_one_shop_does_not_tell_its_orders_are_unknown(
    session: Session, alice: Member
) -> None:
    make_spending(session, alice)
    make_shop(session, alice, FROM)
    silent = make_shop(session, alice, FROM)
    for day in Period(LATER, LATER + dt.timedelta(days=2)):
        make_store_day(session, silent, day, net="500", orders=None)
    organic = inputs(session, alice).organic_orders
    assert organic is not None
    assert sum(map(isnan, organic)) == 3


def test_orders_of_days_on_which_claims_were_not_read_are_not_unclaimed(
    session: Session, alice: Member
) -> None:
    make_spending(session, alice, history_from=LATER)
    make_spending(session, alice, "google")
    make_shop(session, alice, FROM)
    found = inputs(session, alice)
    assert found.organic_orders is not None
    assert known_from(found, found.organic_orders) == LATER


def test_what_a_platform_that_was_left_out_claims_is_not_unclaimed(
    session: Session, alice: Member
) -> None:
    for platform in ("meta", "google"):
        make_spending(session, alice, platform)
    make_shop(session, alice, FROM)
    whole = sources(session, alice.workspace.id)
    part = inputs(session, alice, narrowed(whole, ["meta"], []))
    assert part.names == ["meta"]
    assert part.organic_orders == inputs(session, alice).organic_orders


def test_another_workspaces_shop_and_claims_say_nothing_here(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_spending(session, alice)
    make_shop(session, charlie, FROM)
    make_spending(session, charlie, history_from=LATER)
    assert inputs(session, alice).organic_orders is None
    assert known_from(inputs(session, alice), inputs(session, alice).spend[0]) == FROM


def test_an_open_break_takes_the_strong_words_away_from_moves_of_its_platform(
    session: Session, alice: Member
) -> None:
    accounts = [make_spending(session, alice, each) for each in ("meta", "google")]
    assert "fresh_data" not in advised(session, alice).missing
    campaign = session.scalars(select(Campaign).where(Campaign.account_id == accounts[1].id)).one()
    make_days(session, campaign, Period.ending(LAST, 5), spend="100", clicks=80)
    assert "fresh_data" in advised(session, alice).missing
