"""`adAnalytics`: one answer without pages, cut at 15,000 rows without a word.

A row comes only when one of the metrics that were asked for is not 0. What no creative served is
in the rows of groups and accounts only. Who lacks the scope, or a role in the account, gets an
empty answer and no error.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sandbox.figures import NOTHING, Figures
from sandbox.linkedin.errors import RestProblem, bad_param
from sandbox.linkedin.knobs import knobs
from sandbox.linkedin.metrics import METRICS, is_nothing
from sandbox.linkedin.restli import Params, choice, ids, only, required, texts
from sandbox.linkedin.tokens import Token
from sandbox.state import state
from sandbox.world import Account, Delivery

MOST_FIELDS = 20
DEFAULT_FIELDS = ["impressions", "clicks"]
DEFAULT_COUNT = 10
GRANULARITIES = ("ALL", "DAILY", "MONTHLY", "YEARLY")
# The facets that this world has something for, and the kind of URN each takes.
FACETS = {
    "accounts": "sponsoredAccount",
    "campaignGroups": "sponsoredCampaignGroup",
    "campaigns": "sponsoredCampaign",
    "creatives": "sponsoredCreative",
}
_OTHER_FACETS = ("shares", "companies")
PIVOTS: dict[str, Callable[[Account, Delivery], str]] = {
    "ACCOUNT": lambda account, _: f"urn:li:sponsoredAccount:{account.id}",
    "CAMPAIGN_GROUP": lambda _, row: f"urn:li:sponsoredCampaignGroup:{row.campaign.id}",
    "CAMPAIGN": lambda _, row: f"urn:li:sponsoredCampaign:{row.ad.ad_set.id}" if row.ad else "",
    "CREATIVE": lambda _, row: f"urn:li:sponsoredCreative:{row.ad.id}" if row.ad else "",
}


class _Asked(NamedTuple):
    """A question that was understood."""

    pivots: list[str]
    granularity: str
    first: dt.date
    last: dt.date
    fields: list[str]
    facets: dict[str, set[str]]


def answer(token: Token, params: Params) -> dict[str, Any]:
    """All rows, up to the cap."""
    asked = _understand(params)
    rows: list[dict[str, Any]] = []
    if token.allows("r_ads_reporting"):
        rows = list(_rows(token, asked))[: knobs().most_rows]
    links = []
    if len(rows) == DEFAULT_COUNT:
        links = [{"rel": "next", "type": "application/json", "href": "/rest/adAnalytics?start=10"}]
    return {"paging": {"start": 0, "count": DEFAULT_COUNT, "links": links}, "elements": rows}


def _understand(params: Params) -> _Asked:
    finder = choice(params, "q", ("analytics", "statistics"))
    pivot = "pivot" if finder == "analytics" else "pivots"
    facets = (*FACETS, *_OTHER_FACETS)
    only(params, ("q", pivot, "timeGranularity", "dateRange", "campaignType", "fields", *facets))
    if not any(params.get(name) for name in facets):
        raise bad_param("accounts", "At least one facet is required", "MISSING_FIELD")
    first, last = _span(params)
    return _Asked(
        _pivots(finder, params),
        choice(params, "timeGranularity", GRANULARITIES),
        first,
        last,
        _fields(params),
        {
            name: ids(texts(params, name), kind, name)
            for name, kind in FACETS.items()
            if name in params
        },
    )


def _pivots(finder: str, params: Params) -> list[str]:
    if finder == "analytics":
        return [choice(params, "pivot", PIVOTS)]
    if not knobs().has_statistics:
        raise bad_param("q", "The finder statistics is not known")
    required(params, "pivots")
    pivots = texts(params, "pivots")
    if len(pivots) > knobs().most_pivots or set(pivots) - set(PIVOTS):
        raise bad_param("pivots", f"{', '.join(pivots)} is not allowed", "FIELD_INVALID")
    return pivots


def _fields(params: Params) -> list[str]:
    """Also what dates and pivots take of the twenty."""
    if "fields" not in params:
        return DEFAULT_FIELDS
    names = str(params["fields"]).split(",")
    if len(names) > MOST_FIELDS:
        raise bad_param("fields", f"At most {MOST_FIELDS} fields can be asked for at once")
    for name in names:
        if name not in METRICS and name not in ("dateRange", "pivotValues"):
            raise bad_param("fields", f"{name} is not a field of AdAnalytics", "FIELD_INVALID")
    return names


def _span(params: Params) -> tuple[dt.date, dt.date]:
    span = required(params, "dateRange")
    if not isinstance(span, dict) or set(span) - {"start", "end"} or "start" not in span:
        raise bad_param("dateRange", "Invalid value for param; wrong type or other syntax error")
    first = _day(span["start"])
    last = _day(span["end"]) if "end" in span else state().clock.now().date()
    if last < first:
        raise bad_param("dateRange", "The end is before the start", "DATE_TOO_EARLY")
    return first, last


def _day(given: Any) -> dt.date:
    try:
        return dt.date(*(int(given[name]) for name in ("year", "month", "day")))
    except (TypeError, KeyError, ValueError) as error:
        raise bad_param("dateRange", "Not a date") from error


def _rows(token: Token, asked: _Asked) -> Iterator[dict[str, Any]]:
    metrics = [name for name in asked.fields if name in METRICS]
    for account in token.accounts():
        if asked.facets.get("accounts", {account.id}).isdisjoint({account.id}):
            continue
        for (bucket, values), figures in _sums(account, asked).items():
            told = {name: METRICS[name](figures, account.decimals) for name in metrics}
            if all(map(is_nothing, told.values())) and metrics:
                continue
            yield told | _described(asked, bucket, values)


def _described(
    asked: _Asked, bucket: tuple[dt.date, dt.date], values: tuple[str, ...]
) -> dict[str, Any]:
    whole = {
        "dateRange": {"start": _written(bucket[0]), "end": _written(bucket[1])},
        "pivotValues": list(values),
    }
    return {name: value for name, value in whole.items() if name in asked.fields}


def _written(day: dt.date) -> dict[str, int]:
    return {"month": day.month, "day": day.day, "year": day.year}


_Key = tuple[tuple[dt.date, dt.date], tuple[str, ...]]


def _sums(account: Account, asked: _Asked) -> dict[_Key, Figures]:
    now = state().clock.now()
    sums: dict[_Key, Figures] = defaultdict(lambda: NOTHING)
    for number in range((asked.last - asked.first).days + 1):
        day = asked.first + dt.timedelta(days=number)
        for row in state().world.deliveries(account, day, now):
            values = tuple(PIVOTS[pivot](account, row) for pivot in asked.pivots)
            if all(values) and _is_asked_for(row, asked.facets):
                key = (_bucket(day, asked), values)
                sums[key] = sums[key].plus(row.figures)
    return sums


def _is_asked_for(row: Delivery, facets: dict[str, set[str]]) -> bool:
    own = {
        "campaignGroups": row.campaign.id,
        "campaigns": row.ad.ad_set.id if row.ad else "",
        "creatives": row.ad.id if row.ad else "",
    }
    return all(own[name] in wanted for name, wanted in facets.items() if name in own)


def _bucket(day: dt.date, asked: _Asked) -> tuple[dt.date, dt.date]:
    """The span that a day is added to, cut to what was asked for."""
    if asked.granularity == "DAILY":
        return day, day
    if asked.granularity == "ALL":
        return asked.first, asked.last
    first = day.replace(day=1) if asked.granularity == "MONTHLY" else day.replace(month=1, day=1)
    following = first + dt.timedelta(days=32 if asked.granularity == "MONTHLY" else 367)
    after = following.replace(day=1)
    if asked.granularity == "YEARLY":
        after = after.replace(month=1)
    return max(first, asked.first), min(after - dt.timedelta(days=1), asked.last)


def too_long() -> RestProblem:
    return RestProblem(414, "Request-URI Too Long")
