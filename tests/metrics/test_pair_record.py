"""How often the higher score did better."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.metrics.pair_record import LEAST_PAIRS, Launched, pair_record, recorded
from app.metrics.shares import wilson
from app.models import Account
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection
from tests.metrics.ads import TODAY, make_ad, make_draft


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace))


def launched(score: str, clicks: int, impressions: int = 1000) -> Launched:
    return Launched(Decimal(score), clicks, impressions)


def test_launched_ads_are_paired_within_their_campaign(
    session: Session, alice: Member, charlie: Member, account: Account
) -> None:
    campaign = make_campaign(session, account)
    better, worse, unseen = (
        make_ad(session, account, campaign, clicks=clicks, impressions=impressions)
        for clicks, impressions in ((30, 1000), (20, 1000), (900, 999))
    )
    alone = make_ad(session, account, campaign, clicks=500)
    make_draft(session, account, [(better, "8.5"), (worse, "6.0"), (unseen, "1.0")])
    make_draft(session, account, [(alone, "2.0")])
    make_ad(session, account, campaign, clicks=700)
    theirs = make_account(session, make_connection(session, charlie.workspace))
    ads = [
        make_ad(session, theirs, make_campaign(session, theirs), clicks=clicks) for clicks in (1, 2)
    ]
    make_draft(session, theirs, [(ads[0], "9.0"), (ads[1], "1.0")])

    found = pair_record(session, alice.workspace.id, TODAY)

    assert (found.pairs, found.hits, found.needed) == (1, 1, LEAST_PAIRS)
    assert found.share is None
    assert not found.tells
    other = pair_record(session, charlie.workspace.id, TODAY)
    assert (other.pairs, other.hits) == (1, 0)


def test_a_workspace_that_launched_nothing_has_no_pairs(session: Session, alice: Member) -> None:
    assert pair_record(session, alice.workspace.id, TODAY).pairs == 0


def test_ties_are_left_out() -> None:
    found = recorded(
        [
            [launched("8.0", 30), launched("8.0", 10)],
            [launched("8.0", 30), launched("7.0", 60, impressions=2000)],
            [launched("8.0", 31), launched("7.0", 30)],
        ]
    )

    assert (found.pairs, found.hits) == (1, 1)


def test_a_share_is_told_from_ten_pairs_on_with_its_interval() -> None:
    nine, ten = (
        recorded([[launched("8.0", 30), launched("7.0", 20)]] * count) for count in (9, 10)
    )

    assert (nine.share, nine.low) == (None, None)
    assert ten.share == 1
    assert (ten.low, ten.high) == pytest.approx((0.7225, 1.0), abs=0.0001)
    assert ten.tells


def test_pairs_that_share_ads_weigh_less_than_as_many_that_do_not() -> None:
    together = recorded([[launched(f"{n}.0", 10 + n) for n in range(5)]])
    apart = recorded([[launched("8.0", 30), launched("7.0", 20)]] * 10)

    assert together.pairs == apart.pairs == 10
    assert together.low is not None
    assert apart.low is not None
    assert together.low < apart.low
    # Five ads in order are ten pairs, and as good as six independent ones.
    assert (together.low, together.high) == pytest.approx(wilson(6, 6))


@pytest.mark.parametrize(("ads", "campaigns"), [(2, 12), (5, 3), (12, 1)])
def test_scores_that_mean_nothing_are_rarely_said_to_tell(ads: int, campaigns: int) -> None:
    chance = random.Random(ads)  # noqa: S311 the same draw each time
    told = 0
    for _ in range(600):
        told += recorded(
            [
                [
                    launched(f"{chance.randint(50, 90) / 10}", chance.randint(1, 999))
                    for _ in range(ads)
                ]
                for _ in range(campaigns)
            ]
        ).tells

    assert told <= 0.07 * 600
