"""Daily figures: what was asked, how much of it there would be, and the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.figures import Figures, split
from sandbox.meta.errors import GraphError, bad_param, too_many_rows
from sandbox.meta.insight_fields import PLATFORMS, Row, describe, known
from sandbox.meta.nodes import effective_status, objective, today
from sandbox.meta.paging import page
from sandbox.meta.params import Params, fields, listing, mapping, objects
from sandbox.state import Node, State, state
from sandbox.world import Account, Ad, AdSet, Business, Campaign, Delivery

LEVELS = ("account", "campaign", "adset", "ad")
MOST_POINTS = 200_000
"""Rows times fields that one synchronous request may ask for."""
_MONTHS_KEPT = 37
_KEPT_TABLES = 6

Keep = Callable[[Delivery], bool]


@dataclass(frozen=True)
class Query:
    """One question. `step` is days per row: 0 for all days in one, -1 for calendar months."""

    account: Account
    root: Node
    level: str
    first: dt.date
    last: dt.date
    step: int
    by_platform: bool
    asked: tuple[str, ...]
    windows: tuple[str, ...]
    filtering: str

    @property
    def days(self) -> list[dt.date]:
        return [
            self.first + dt.timedelta(days=number)
            for number in range((self.last - self.first).days + 1)
        ]


def answer(node: Node, params: Params) -> dict[str, Any]:
    """`GET <node>/insights`. Raises 100/1487534 when it would be too much for one request."""
    query = _query(node, params)
    if _points(query) > MOST_POINTS:
        raise too_many_rows()
    return rows_page(query, params)


def report(node: Node, report_params: Params, params: Params) -> dict[str, Any]:
    """`GET <report run>/insights`: no bound; paging comes from the second request."""
    return rows_page(_query(node, report_params), params)


def check(node: Node, params: Params) -> None:
    """Raises what is wrong with a question before a report run is made of it."""
    _query(node, params)


def rows_page(query: Query, params: Params) -> dict[str, Any]:
    return page(_table(query), params, lambda row: describe(row, query.asked, query.windows))


def _query(node: Node, params: Params) -> Query:
    if isinstance(node, Business):
        raise bad_param("Insights are not available on a business.")
    account = node if isinstance(node, Account) else _campaign_of(node).account
    own = LEVELS[(Account, Campaign, AdSet, Ad).index(type(node))]
    level = params.get("level") or own
    if level not in LEVELS:
        raise bad_param(f"level must be one of the following values: {', '.join(LEVELS)}")
    first, last = _span(account, params)
    breakdowns = listing(params, "breakdowns")
    if set(breakdowns) - {"publisher_platform"}:
        raise bad_param(f"The sandbox has no breakdowns but publisher_platform: {breakdowns}")
    return Query(
        account=account,
        root=node,
        level=level,
        first=first,
        last=last,
        step=_step(params),
        by_platform=bool(breakdowns),
        asked=_asked(params, level),
        windows=tuple(listing(params, "action_attribution_windows")),
        filtering=params.get("filtering", ""),
    )


def _campaign_of(node: Campaign | AdSet | Ad) -> Campaign:
    return node if isinstance(node, Campaign) else node.campaign


def _asked(params: Params, level: str) -> tuple[str, ...]:
    asked = tuple(fields(params))
    for name in asked:
        if not known(name):
            raise bad_param(
                f"{name} is not valid for fields param. please check https://developers.facebook.com"
                "/docs/marketing-api/reference/ads-insights/ for all valid values"
            )
    own_id = "account_id" if level == "account" else f"{level}_id"
    return asked or (own_id, "impressions", "spend")


def _step(params: Params) -> int:
    text = params.get("time_increment") or "all_days"
    if text == "all_days":
        return 0
    if text == "monthly":
        return -1
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 90:
        return int(text)
    raise bad_param("time_increment must be an integer from 1 to 90, monthly or all_days")


def _span(account: Account, params: Params) -> tuple[dt.date, dt.date]:
    """The asked days, both inclusive, in the account's zone; last 30 days when none are named."""
    local = today(account)
    named = mapping(params, "time_range")
    if named:
        try:
            first = dt.date.fromisoformat(str(named["since"]))
            last = dt.date.fromisoformat(str(named["until"]))
        except (KeyError, ValueError) as error:
            raise bad_param("Must be a valid time range with since and until") from error
    else:
        first, last = _preset(params.get("date_preset") or "last_30d", local)
    if last < first:
        raise bad_param("The start of the time range is after its end")
    months = local.year * 12 + local.month - 1 - _MONTHS_KEPT
    if first < dt.date(months // 12, months % 12 + 1, min(local.day, 28)):
        raise GraphError(
            3018,
            "(#3018) The start date of the time range cannot be beyond 37 months from the current "
            "date",
        )
    return first, min(last, local)


def _preset(name: str, local: dt.date) -> tuple[dt.date, dt.date]:
    day = dt.timedelta(days=1)
    month = local.replace(day=1)
    year = local.replace(month=1, day=1)
    monday = local - day * local.weekday()
    spans = {
        "today": (local, local),
        "yesterday": (local - day, local - day),
        "this_month": (month, local),
        "last_month": ((month - day).replace(day=1), month - day),
        "this_week_mon_today": (monday, local),
        "last_week_mon_sun": (monday - 7 * day, monday - day),
        "this_year": (year, local),
        "last_year": (year.replace(year=year.year - 1), year - day),
        "maximum": (local - 1100 * day, local),
    }
    spans |= {f"last_{n}d": (local - n * day, local - day) for n in (3, 7, 14, 28, 30, 90)}
    if name not in spans:
        raise bad_param(f"date_preset must be one of the following values: {', '.join(spans)}")
    return spans[name]


def _points(query: Query) -> int:
    """At most how many values the answer could hold."""
    first = max(query.first, state().world.first_day(query.account, state().clock.now()))
    rows = 0
    for campaign in query.account.campaigns:
        start = max(first, campaign.launched)
        end = min(query.last, campaign.ended) if campaign.ended else query.last
        days = max(0, (end - start).days + 1)
        span = {0: days, -1: 30}.get(query.step, query.step)
        periods = -(-days // max(span, 1))
        below = {"adset": campaign.plan.ad_sets, "ad": campaign.plan.ad_sets * campaign.plan.ads}
        if days and _within(campaign, query.root):
            rows += periods * below.get(query.level, 1)
    return rows * len(query.asked) * (len(PLATFORMS) if query.by_platform else 1)


def _within(campaign: Campaign, root: Node) -> bool:
    return isinstance(root, Account) or _campaign_of(root) is campaign  # type: ignore[arg-type]


def _table(query: Query) -> list[Row]:
    """Every row of the answer, kept for the pages that follow."""
    now = state()
    local = now.clock.now().astimezone(query.account.zone)
    version = (local.date(), local.hour * 4 + local.minute // 15, now.world.changes)
    key = (query, version)
    tables = now.meta.tables
    rows = tables.get(key)
    if rows is None:
        rows = tables[key] = _rows(query, now)
        if len(tables) > _KEPT_TABLES:
            tables.popitem(last=False)
    return rows


def _rows(query: Query, now: State) -> list[Row]:
    sums: dict[tuple[Any, ...], Figures] = {}
    keep = _filter(query)
    for start, stop, day in _periods(query):
        daily = _day(query, now, day, keep)
        for (thing, platform), figures in daily.items():
            key = (start, stop, thing, platform)
            sums[key] = sums[key].plus(figures) if key in sums else figures
    return [
        Row(query.account, query.level, thing, start, stop, platform, figures)
        for (start, stop, thing, platform), figures in sums.items()
        if figures.impressions or figures.spend or figures.purchases
    ]


def _day(query: Query, now: State, day: dt.date, keep: Keep) -> dict[tuple[Any, str], Figures]:
    """A day's figures by thing of the asked level, and by platform when asked."""
    sums: dict[Any, Figures] = {}
    for row in now.world.deliveries(query.account, day, now.clock.now()):
        thing = _thing(query.level, query.account, row)
        if thing is not None and keep(row):
            sums[thing] = sums[thing].plus(row.figures) if thing in sums else row.figures
    if not query.by_platform:
        return {(thing, ""): figures for thing, figures in sums.items()}
    return {
        (thing, platform): share
        for thing, figures in sums.items()
        for platform, share in zip(PLATFORMS, _shares(thing, day, figures), strict=True)
    }


def _shares(thing: Any, day: dt.date, figures: Figures) -> list[Figures]:
    usual = (520, 370, 80, 30)
    weights = usual if isinstance(thing, Account) else _campaign_of(thing).plan.platforms
    return split(figures, weights, day.toordinal() * 7919)


def _thing(level: str, account: Account, row: Delivery) -> Any:
    match level:
        case "account":
            return account
        case "campaign":
            return row.campaign
        case "adset":
            return row.ad and row.ad.ad_set
    return row.ad


def _periods(query: Query) -> Iterator[tuple[dt.date, dt.date, dt.date]]:
    """Each asked day with the first and last day of the row it goes into."""
    first = query.first
    for day in query.days:
        if query.step == 0:
            yield query.first, query.last, day
        elif query.step < 0:
            start = max(query.first, day.replace(day=1))
            following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
            yield start, min(query.last, following - dt.timedelta(days=1)), day
        else:
            if (day - first).days >= query.step:
                first = day
            yield first, min(query.last, first + dt.timedelta(days=query.step - 1)), day


def _filter(query: Query) -> Keep:
    """What `filtering` and the root leave.

    With any filter, archived and deleted things go too, unless their status is asked for.
    """
    params = {"filtering": query.filtering}
    conditions = [_condition(condition) for condition in objects(params, "filtering")]
    if conditions and "effective_status" not in query.filtering:
        gone = ("ARCHIVED", "DELETED")
        conditions.append(lambda row: effective_status(row.campaign) not in gone)
    root = query.root
    if not isinstance(root, Account):
        conditions.append(lambda row: root in _line(row))
    return lambda row: all(holds(row) for holds in conditions)


def _line(row: Delivery) -> tuple[Node, ...]:
    return (row.campaign, row.ad.ad_set, row.ad) if row.ad else (row.campaign,)


def _condition(condition: dict[str, Any]) -> Keep:
    kind, _, name = str(condition.get("field", "")).replace("_id", ".id").partition(".")
    value = condition.get("value")
    values = {str(item) for item in value} if isinstance(value, list) else {str(value)}

    def found(row: Delivery) -> str | None:
        thing = {"campaign": row.campaign, "adset": row.ad and row.ad.ad_set, "ad": row.ad}[kind]
        if thing is None:
            return None
        match name:
            case "id":
                return thing.id
            case "name":
                return thing.name
            case "effective_status":
                return effective_status(thing)
        return objective(row.campaign)

    if kind not in LEVELS[1:] or name not in ("id", "name", "effective_status", "objective"):
        raise bad_param(f"Filtering field {condition.get('field')} is invalid.")
    match condition.get("operator"):
        case "IN" | "EQUAL":
            return lambda row: found(row) in values
        case "NOT_IN" | "NOT_EQUAL":
            return lambda row: found(row) not in values
        case "CONTAIN":
            return lambda row: str(value).lower() in (found(row) or "").lower()
    raise bad_param(f"Filtering operator {condition.get('operator')} is invalid.")
