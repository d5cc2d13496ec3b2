"""Connections, accounts, campaigns and days for tests, rolled up as a sync would."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import (
    Account,
    Campaign,
    CampaignDay,
    FxRate,
    PlatformConnection,
    StoreDay,
    Workspace,
)
from app.sync.rollup import recompute

_numbers = itertools.count(1)


def make_connection(
    session: Session, workspace: Workspace, platform: str = "meta", **columns: Any
) -> PlatformConnection:
    """An active connection that was synced a minute ago."""
    now = dt.datetime.now(dt.UTC)
    made = PlatformConnection(
        workspace_id=workspace.id,
        platform=platform,
        **{
            "kind": "oauth",
            "status": "active",
            "last_synced_at": now - dt.timedelta(minutes=1),
            **columns,
        },
    )
    session.add(made)
    session.flush()
    return made


def make_account(session: Session, connection: PlatformConnection, **columns: Any) -> Account:
    """A selected account in dollars and New York time."""
    number = next(_numbers)
    made = Account(
        workspace_id=connection.workspace_id,
        connection_id=connection.id,
        platform=connection.platform,
        **{
            "external_id": f"act_{number}",
            "name": f"Account {number}",
            "currency": "USD",
            "time_zone": "America/New_York",
            "selected": True,
            **columns,
        },
    )
    session.add(made)
    session.flush()
    return made


def make_campaign(session: Session, account: Account, name: str = "", **columns: Any) -> Campaign:
    """An active campaign."""
    number = next(_numbers)
    made = Campaign(
        workspace_id=account.workspace_id,
        account_id=account.id,
        external_id=f"c{number}",
        name=name or f"Campaign {number}",
        **{"status": "active", **columns},
    )
    session.add(made)
    session.flush()
    return made


def make_day(
    session: Session,
    campaign: Campaign,
    day: dt.date,
    *,
    spend: str | Decimal = "0",
    value: str | Decimal = "0",
    conversions: str | Decimal = "0",
    clicks: int = 0,
    impressions: int = 0,
) -> None:
    """A campaign's day, in its account's currency."""
    make_days(
        session,
        campaign,
        [day],
        spend=spend,
        value=value,
        conversions=conversions,
        clicks=clicks,
        impressions=impressions,
    )


def make_days(
    session: Session,
    campaign: Campaign,
    days: Iterable[dt.date],
    *,
    spend: str | Decimal = "0",
    value: str | Decimal = "0",
    conversions: str | Decimal = "0",
    clicks: int = 0,
    impressions: int = 0,
) -> None:
    """The same figures on each of a campaign's days, rolled up once."""
    wanted = list(days)
    figures = {
        "spend": Decimal(spend),
        "conversion_value": Decimal(value),
        "conversions": Decimal(conversions),
        "clicks": clicks,
        "impressions": impressions,
    }
    place = {"account_id": campaign.account_id, "workspace_id": campaign.workspace_id}
    added = insert(CampaignDay).values(
        [{"campaign_id": campaign.id, "day": day, **place, **figures} for day in wanted]
    )
    session.flush()
    session.execute(
        added.on_conflict_do_update(
            index_elements=["campaign_id", "day"],
            set_={name: added.excluded[name] for name in figures},
        ),
        execution_options={"synchronize_session": False},
    )
    recompute(session, campaign.workspace_id, campaign.account_id, wanted)


def make_store_day(
    session: Session,
    account: Account,
    day: dt.date,
    *,
    net: str,
    orders: int | None = 1,
    tax: str | None = None,
    shipping: str | None = None,
) -> None:
    """A shop's day, in its currency; None is a figure that the source does not tell."""
    session.merge(
        StoreDay(
            account_id=account.id,
            day=day,
            workspace_id=account.workspace_id,
            orders=orders,
            gross=Decimal(net),
            discounts=Decimal(0),
            refunds=Decimal(0),
            net=Decimal(net),
            tax=None if tax is None else Decimal(tax),
            shipping=None if shipping is None else Decimal(shipping),
        )
    )
    session.flush()
    recompute(session, account.workspace_id, account.id, [day])


def make_rate(session: Session, currency: str, day: dt.date, units_per_eur: str) -> None:
    """An ECB rate."""
    session.merge(FxRate(currency=currency, day=day, units_per_eur=Decimal(units_per_eur)))
    session.flush()
