"""Days that come back empty although they had figures: believed only when the totals agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import Days, DayTotal, FoundAccount, Grain
from app.models import Account, AdDay, CampaignDay, PlacementDay, StoreDay
from app.sync.reading import Reading
from app.sync.window import ONE_DAY, in_chunks

_YEAR = 366

_STORED: dict[Grain, type[CampaignDay | AdDay | PlacementDay]] = {
    Grain.CAMPAIGN: CampaignDay,
    Grain.AD: AdDay,
    Grain.PLACEMENT: PlacementDay,
}


def emptied(session: Session, account: Account, reading: Reading, grain: Grain) -> set[dt.date]:
    """The days stored with figures at this grain for which none came."""
    came = next(batch.days for batch in reading.batches if batch.grain is grain)
    stored = _STORED[grain]
    days = reading.piece.days
    held = session.scalars(
        select(stored.day)
        .where(
            stored.account_id == account.id,
            stored.day.between(days.first, days.last),
            (stored.spend != 0) | (stored.impressions != 0) | (stored.clicks != 0),
        )
        .distinct()
    )
    return set(held) - came


def emptied_store(session: Session, account: Account, reading: Reading) -> set[dt.date]:
    """The days stored with sales or refunds of a shop for which nothing came."""
    days = reading.piece.days
    held = session.scalars(
        select(StoreDay.day).where(
            StoreDay.account_id == account.id,
            StoreDay.workspace_id == account.workspace_id,
            StoreDay.day.between(days.first, days.last),
            (StoreDay.net != 0) | (StoreDay.orders != 0) | (StoreDay.refunds != 0),
        )
    )
    return set(held).difference(row.day for row in reading.store)


def delivering(totals: Sequence[DayTotal]) -> set[dt.date]:
    """The days on which the account, by its own totals, did or sold something."""
    return {total.day for total in totals if any(total[1:])}


def notice(account: Account, kept: set[dt.date], withdrawn: set[dt.date]) -> str:
    """What the owner is told about such days; empty when there are none."""
    if kept:
        return (
            f"{account.name}: the platform sent no figures for {_days(kept)} although its own "
            "totals say there were some. The figures you had are kept; the next sync asks again."
        )
    if withdrawn:
        return (
            f"{account.name}: the platform took back all its figures for {_days(withdrawn)}; its "
            "totals say the same, so they are gone here too."
        )
    return ""


def has_figures(session: Session, account: Account, days: Days) -> bool:
    """Whether anything is stored on these days, such as what an upload said of them."""
    tables: tuple[type[CampaignDay | StoreDay], ...] = (CampaignDay, StoreDay)
    stored = (
        select(table.day).where(
            table.account_id == account.id,
            table.workspace_id == account.workspace_id,
            table.day.between(days.first, days.last),
        )
        for table in tables
    )
    return any(session.scalar(held.limit(1)) is not None for held in stored)


def _days(days: set[dt.date]) -> str:
    first, last = min(days), max(days)
    return str(first) if first == last else f"{len(days)} days from {first} to {last}"


def before_the_first_figure(connector: Connector, account: FoundAccount, days: Days) -> Days | None:
    """The beginning of `days` on which nothing happened, by the account's own totals.

    Saves asking for every week of the years before an account was used.
    """
    first = days.last
    for year in in_chunks(days, _YEAR):
        first = min([first, *delivering(connector.totals(account, year))])
    return Days(days.first, first - ONE_DAY) if first > days.first else None
