"""Every campaign with its figures: searched, filtered, sorted and paged in one statement.

Campaigns that did nothing on the days shown are listed too, unless their platform no longer
lists them. A shop's orders cannot be tied to a campaign, so revenue here is always what the
platform reports.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from app.metrics.figures import Figures
from app.metrics.period import Period
from app.metrics.sources import Sources
from app.models import Account, Campaign
from app.models import CampaignTotalDay as Total

PAGE_SIZE = 50
EVERYTHING = 100_000
USUAL_SORT = "-spend"
STATUSES = ("active", "paused", "learning", "ended", "removed", "problem")
SORTABLE = (
    "name",
    "platform",
    "status",
    "spend",
    "revenue",
    "roas",
    "conversions",
    "cpa",
    "clicks",
    "impressions",
    "ctr",
    "cpc",
    "cpm",
    "cvr",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which campaigns, in which order. `sort` is one of SORTABLE, with `-` for the largest first.

    Empty `search`, `platform`, `status` and `campaigns` mean all.
    """

    search: str = ""
    platform: str = ""
    status: str = ""
    sort: str = USUAL_SORT
    page: int = 1
    size: int = PAGE_SIZE
    campaigns: Sequence[int] = ()

    @property
    def filtered(self) -> bool:
        """Whether some campaigns are left out."""
        return bool(self.search or self.platform or self.status)


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """One campaign. `apart` is in `currency`, its account's own, of days without a rate."""

    id: int
    external_id: str
    name: str
    platform: str
    account: str
    currency: str
    status: str
    platform_status: str
    removed_at: dt.datetime | None
    figures: Figures
    apart: Figures


@dataclass(frozen=True, slots=True)
class CampaignList:
    """One page of campaigns; `total` and `figures` are of all that match, not of the page."""

    rows: Sequence[CampaignFigures]
    total: int
    figures: Figures
    page: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def campaigns(session: Session, known: Sources, period: Period, wish: Wish) -> CampaignList:
    """The campaigns of the accounts that count. A page past the end is the last one."""
    rows = session.execute(_query(known, period, wish)).all()
    if not rows and wish.page > 1:
        first = _listed(session.execute(_query(known, period, _at(wish, 1))).all(), wish, 1)
        if first.pages == 1:
            return first
        last = _at(wish, first.pages)
        return _listed(session.execute(_query(known, period, last)).all(), wish, first.pages)
    return _listed(rows, wish, wish.page)


def _at(wish: Wish, page: int) -> Wish:
    return replace(wish, page=page)


def _listed(rows: Sequence[Row[*tuple[Any, ...]]], wish: Wish, page: int) -> CampaignList:
    whole = rows[0] if rows else None
    return CampaignList(
        rows=[_campaign(row) for row in rows],
        total=whole.matching if whole else 0,
        figures=_figures(whole, "all_") if whole else Figures(),
        page=page,
        size=wish.size,
    )


def _campaign(row: Row[*tuple[Any, ...]]) -> CampaignFigures:
    return CampaignFigures(
        row.id,
        row.external_id,
        row.name,
        row.platform,
        row.account,
        row.currency,
        row.status,
        row.platform_status,
        row.removed_at,
        _figures(row),
        Figures(spend=row.apart_spend, reported_revenue=row.apart_revenue),
    )


def _figures(row: Row[*tuple[Any, ...]], prefix: str = "") -> Figures:
    value = row._asdict()
    return Figures(
        spend=value[f"{prefix}spend"],
        reported_revenue=value[f"{prefix}revenue"],
        conversions=value[f"{prefix}conversions"],
        clicks=int(value[f"{prefix}clicks"]),
        impressions=int(value[f"{prefix}impressions"]),
    )


def _query(known: Sources, period: Period, wish: Wish) -> Select[*tuple[Any, ...]]:
    sums = _sums(known, period)
    every = {
        name: func.coalesce(sums.c[name], 0)
        for name in ("spend", "revenue", "conversions", "clicks", "impressions")
    }
    matching = and_(
        Campaign.workspace_id == known.workspace_id,
        Campaign.account_id.in_(known.account_ids),
        or_(Campaign.removed_at.is_(None), sums.c.campaign_id.is_not(None)),
        *_filters(wish),
    )
    return (
        select(
            Campaign.id,
            Campaign.external_id,
            Campaign.name,
            Account.platform,
            Account.name.label("account"),
            Account.currency,
            _status().label("status"),
            Campaign.platform_status,
            Campaign.removed_at,
            *(column.label(name) for name, column in every.items()),
            func.coalesce(sums.c.apart_spend, 0).label("apart_spend"),
            func.coalesce(sums.c.apart_revenue, 0).label("apart_revenue"),
            func.count().over().label("matching"),
            *(func.sum(column).over().label(f"all_{name}") for name, column in every.items()),
        )
        .join(Account, Account.id == Campaign.account_id)
        .outerjoin(sums, sums.c.campaign_id == Campaign.id)
        .where(matching)
        .order_by(_order(wish.sort, every), Campaign.name, Campaign.id)
        .limit(wish.size)
        .offset((wish.page - 1) * wish.size)
    )


def _sums(known: Sources, period: Period) -> Subquery:
    """Each campaign's sums; rows without a rate are kept apart as a whole."""
    converted = Total.spend.is_not(None)
    apart = Total.spend.is_(None)
    return (
        select(
            Total.campaign_id,
            func.sum(Total.spend).label("spend"),
            func.sum(Total.value).label("revenue"),
            func.sum(Total.conversions).filter(converted).label("conversions"),
            func.sum(Total.clicks).filter(converted).label("clicks"),
            func.sum(Total.impressions).filter(converted).label("impressions"),
            func.sum(Total.native_spend).filter(apart).label("apart_spend"),
            func.sum(Total.native_value).filter(apart).label("apart_revenue"),
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.day.between(period.first, period.last),
        )
        .group_by(Total.campaign_id)
        .subquery("sums")
    )


def _status() -> ColumnElement[str]:
    return case((Campaign.removed_at.is_not(None), "removed"), else_=Campaign.status)


def _filters(wish: Wish) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if wish.search.strip():
        wanted.append(
            or_(
                Campaign.name.icontains(wish.search.strip(), autoescape=True),
                Campaign.external_id == wish.search.strip(),
            )
        )
    if wish.platform:
        wanted.append(Account.platform == wish.platform)
    if wish.status:
        wanted.append(_status() == wish.status)
    if wish.campaigns:
        wanted.append(Campaign.id.in_(wish.campaigns))
    return wanted


def _order(sort: str, every: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A campaign whose ratio has no meaning comes last, whichever way is sorted."""
    column = _sort_column(sort.removeprefix("-"), every)
    return column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()


def _sort_column(name: str, every: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    def over(numerator: str, denominator: str) -> ColumnElement[Any]:
        return every[numerator] / func.nullif(every[denominator], 0)

    columns: dict[str, ColumnElement[Any]] = {
        **every,
        "name": func.lower(Campaign.name),
        "platform": Account.platform.expression,
        "status": _status(),
        "roas": over("revenue", "spend"),
        "cpa": over("spend", "conversions"),
        "ctr": over("clicks", "impressions"),
        "cpc": over("spend", "clicks"),
        "cpm": over("spend", "impressions"),
        "cvr": over("conversions", "clicks"),
    }
    return columns[name]
