"""Claims and spend are held against what shops sold only where nothing of either is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.asking import ask
from app.advice.looking import look
from app.metrics.chosen import narrowed
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import Account
from tests.advice.test_asking import NOW, PERIOD, asked, make_read
from tests.conftest import Member
from tests.factories import make_campaign, make_days, make_store_day

pytestmark = pytest.mark.usefixtures("sales")


@pytest.fixture
def sales(session: Session, alice: Member) -> None:
    """Two shops, one far larger; Meta claims less than both sold, Google nothing, unspent."""
    for name, net in (("Large", "900"), ("Small", "100")):
        shop = make_read(session, alice, "shopify", name=name)
        for day in PERIOD:
            make_store_day(session, shop, day, net=net, orders=9)
    meta = make_campaign(session, make_read(session, alice, name="Meta"))
    make_days(session, meta, PERIOD, spend="200", value="700", conversions="9", clicks=50)
    make_read(session, alice, "google", name="Google")


def ids(session: Session, *names: str) -> set[int]:
    return set(session.scalars(select(Account.id).where(Account.name.in_(names))))


def held(session: Session, alice: Member, accounts: Collection[int]) -> bool:
    known = narrowed(sources(session, alice.workspace.id), (), accounts)
    found = ask(session, alice.workspace, PERIOD, None, known=known, now=NOW)
    assert found is not None
    return found.store is not None


def on_google(
    session: Session, spend: str, conversions: str, since: dt.date = PERIOD.first
) -> Account:
    google = session.scalars(select(Account).where(Account.name == "Google")).one()
    campaign = make_campaign(session, google)
    days = Period(since, PERIOD.last)
    make_days(session, campaign, days, spend=spend, conversions=conversions)
    return google


def test_one_shop_of_two_is_held_against_nothing(session: Session, alice: Member) -> None:
    part = narrowed(
        sources(session, alice.workspace.id), (), ids(session, "Small", "Meta", "Google")
    )
    found = look(session, alice.workspace, PERIOD, None, known=part, now=NOW)
    assert "over_claiming" not in {each.rule for each in found}
    assert not held(session, alice, part.account_ids)
    store = asked(session, alice, None).store
    assert store is not None
    assert store.revenue == 22 * 1000


@pytest.mark.parametrize(
    ("spend", "conversions", "told"), [("5", "0", False), ("0", "1", False), ("0", "0", True)]
)
def test_whoever_spends_or_claims_has_to_be_in_it(
    session: Session, alice: Member, spend: str, conversions: str, *, told: bool
) -> None:
    on_google(session, spend, conversions)
    assert held(session, alice, ids(session, "Large", "Small", "Meta")) is told
    assert held(session, alice, ())


def test_an_account_read_for_some_of_the_days_leaves_claims_unknown(
    session: Session, alice: Member
) -> None:
    since = PERIOD.first + dt.timedelta(days=3)
    on_google(session, "5", "1", since).history_from = since
    session.flush()
    assert not held(session, alice, ())


def test_claims_without_a_rate_are_held_against_nothing(session: Session, alice: Member) -> None:
    google = session.scalars(select(Account).where(Account.name == "Google")).one()
    google.currency = "XOF"
    session.flush()
    on_google(session, "5", "1")
    assert not held(session, alice, ())


def test_a_strangers_claims_are_no_part_of_it(
    session: Session, alice: Member, charlie: Member
) -> None:
    theirs = make_campaign(session, make_read(session, charlie))
    make_days(session, theirs, PERIOD, spend="5", conversions="1")
    assert held(session, alice, ())


def test_orders_are_those_of_all_shops_or_not_known(session: Session, alice: Member) -> None:
    store = asked(session, alice, None).store
    assert store is not None
    assert store.orders == 22 * 18
    small = session.scalars(select(Account).where(Account.name == "Small")).one()
    make_store_day(session, small, PERIOD.first, net="100", orders=None)
    store = asked(session, alice, None).store
    assert store is not None
    assert (store.orders, store.revenue) == (None, 22 * 1000)
