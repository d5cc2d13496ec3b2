"""A world with a test in it: two platforms whose returns differ, and budgets as drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.models import Campaign, CampaignDay, PlannedTest
from app.sync.rollup import recompute
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection

FIRST = dt.date(2026, 3, 2)
"""A Monday."""
BEFORE_WEEKS = 20
LEVEL = Decimal(700)
# What the next unit of money returns: google's conversions follow its budget, meta's hardly do.
ELASTICITY = {"google": 0.9, "meta": 0.1}


def make_test(session: Session, member: Member, **columns: Any) -> PlannedTest:
    """Eight weeks of two platforms at 100 a day, alternating in blocks of two weeks."""
    usual = {
        "state": "running",
        "platforms": ["google", "meta"],
        "levels": {"google": str(LEVEL), "meta": str(LEVEL)},
        "factors": {"google": ["1.3", "0.7"] * 2, "meta": ["0.7", "1.3", "1.3", "0.7"]},
        "currency": member.workspace.currency,
        "weeks": 8,
        "block_weeks": 2,
        "swing": Decimal("0.3"),
        "seed": 1,
        "size": "medium",
        "chance": Decimal("0.34"),
        "first": FIRST,
        "stopped_because": "",
    }
    made = PlannedTest(
        workspace_id=member.workspace.id, user_id=member.user.id, **(usual | columns)
    )
    session.add(made)
    session.commit()
    return made


def make_world(
    session: Session,
    member: Member,
    test: PlannedTest,
    *,
    last: dt.date,
    flat_from: Mapping[str, int] | None = None,
    ended: Mapping[str, dt.date] | None = None,
    **columns: Any,
) -> dict[str, Campaign]:
    """Campaigns by platform, read up to `last` or `ended`; not as drawn from week `flat_from`."""
    made = {}
    for platform in test.platforms:
        through = (ended or {}).get(platform, last)
        connection = make_connection(
            session,
            member.workspace,
            platform,
            last_synced_at=dt.datetime.combine(last, dt.time(23), dt.UTC) + dt.timedelta(days=1),
        )
        begin = FIRST - dt.timedelta(weeks=BEFORE_WEEKS)
        held = {"history_from": begin, "read_through": through, **columns}
        campaign = make_campaign(session, make_account(session, connection, **held))
        flat = (flat_from or {}).get(platform, test.weeks)
        _fill(session, campaign, test, platform, (begin, through), flat)
        made[platform] = campaign
    session.commit()
    return made


def _fill(
    session: Session,
    campaign: Campaign,
    test: PlannedTest,
    platform: str,
    span: tuple[dt.date, dt.date],
    flat: int,
) -> None:
    draws = np.random.default_rng(len(platform))
    first, last = span
    days = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
    for day in days:
        factor = _factor(test, platform, day, flat)
        expected = 30 * factor ** ELASTICITY[platform]
        conversions = int(draws.poisson(expected))
        session.add(
            CampaignDay(
                campaign_id=campaign.id,
                day=day,
                account_id=campaign.account_id,
                workspace_id=campaign.workspace_id,
                spend=LEVEL / 7 * Decimal(repr(factor)),
                conversions=Decimal(conversions),
                conversion_value=Decimal(conversions * 10),
                clicks=50,
                impressions=900,
            )
        )
    session.flush()
    recompute(session, campaign.workspace_id, campaign.account_id, days)


def _factor(test: PlannedTest, platform: str, day: dt.date, flat: int) -> float:
    week = (day - test.first).days // 7
    if not 0 <= week < min(flat, test.weeks):
        return 1.0
    return float(test.factors[platform][week // test.block_weeks])
