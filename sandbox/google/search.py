"""`googleAds:search`: which rows a query has, and a page of them."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.figures import NOTHING, Figures, split
from sandbox.google import things
from sandbox.google.customers import Customer
from sandbox.google.errors import ApiProblem, query_error, unknown_name
from sandbox.google.fields import (
    BY_ACTION,
    FIELDS,
    FOR_ACTIONS,
    RESOURCES,
    Subject,
    camel,
)
from sandbox.google.gaql import Condition, Query, parse
from sandbox.google.knobs import knobs
from sandbox.state import state
from sandbox.world import Account, Ad, AdSet, Campaign, Delivery

Body = dict[str, Any]
Key = tuple[Campaign | None, AdSet | None, Ad | None]
MONTHS_BACK = 37
_KEPT_TABLES = 12
_SETTINGS = {"omitResults", "returnSummaryRow", "returnTotalResultsCount"}


@dataclass
class Tables:
    """Rows that were worked out for a first page and are wanted for the next ones."""

    rows: OrderedDict[Any, list[Body]] = field(default_factory=OrderedDict)


def search(customer: Customer, body: Body) -> Body:
    """One page. Raises ApiProblem."""
    _check_body(body, {"query", "pageToken", "validateOnly", "searchSettings"})
    query, rows = _answered(customer, body)
    if body.get("validateOnly"):
        return {}
    start = _position(body, customer)
    end = start + knobs().page_rows
    page: Body = {"results": rows[start:end]} if rows[start:end] else {}
    if end < len(rows):
        page["nextPageToken"] = token(customer, body["query"], end)
    if _settings(body).get("returnTotalResultsCount"):
        page["totalResultsCount"] = str(len(rows))
    if _settings(body).get("omitResults"):
        page.pop("results", None)
    return page | _mask(query, len(rows))


def stream(customer: Customer, body: Body) -> list[Body]:
    """`googleAds:searchStream`: everything, in chunks."""
    _check_body(body, {"query"})
    query, rows = _answered(customer, body)
    size = knobs().page_rows
    chunks = [rows[at : at + size] for at in range(0, len(rows), size)] or [[]]
    return [({"results": chunk} if chunk else {}) | _mask(query, len(rows)) for chunk in chunks]


def token(customer: Customer, query: str, offset: int) -> str:
    """A place in the rows of one query, good for a while."""
    payload = [customer.id, _digest(query), offset, state().clock.now().timestamp()]
    return base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()


def _check_body(body: Body, known: set[str]) -> None:
    if "pageSize" in body:
        raise ApiProblem(
            "PAGE_SIZE_NOT_SUPPORTED", "Setting the page size is not supported. It is 10000."
        )
    for name in body:
        if name not in known:
            raise unknown_name(name)
    for name in _settings(body):
        if name not in _SETTINGS:
            raise unknown_name(name, "search_settings")
    if not isinstance(body.get("query"), str) or not body["query"].strip():
        raise ApiProblem("REQUIRED_FIELD_MISSING", "The required field 'query' is missing.")


def _settings(body: Body) -> Body:
    found = body.get("searchSettings")
    return found if isinstance(found, dict) else {}


def _mask(query: Query, rows: int) -> Body:
    mask = ",".join(".".join(camel(name)) for name in query.fields)
    return {"fieldMask": mask, "queryResourceConsumption": str(100 + rows)}


def _position(body: Body, customer: Customer) -> int:
    text = body.get("pageToken")
    if not text:
        return 0
    try:
        owner, digest, offset, made = json.loads(base64.urlsafe_b64decode(str(text)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise ApiProblem("INVALID_PAGE_TOKEN", "Page token is invalid.") from error
    if (owner, digest) != (customer.id, _digest(body["query"])):
        raise ApiProblem("INVALID_PAGE_TOKEN", "Page token is of another query.")
    if made + knobs().token_seconds <= state().clock.now().timestamp():
        raise ApiProblem("EXPIRED_PAGE_TOKEN", "Page token has expired.")
    return int(offset)


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def _answered(customer: Customer, body: Body) -> tuple[Query, list[Body]]:
    """The query and its rows, worked out once for all pages of the same instant."""
    query = parse(body["query"])
    _check(query, customer)
    world = state().world
    moment = (world.changes, state().clock.now())
    pinned = moment if state().clock.pinned else moment[:1]
    key = (customer.id, body["query"], pinned, repr(knobs()))
    tables = state().memory(Tables).rows
    paging = bool(body.get("pageToken"))
    if key not in tables or not (paging or state().clock.pinned):
        tables[key] = [_row(subject, query) for subject in _chosen(query, customer)]
        while len(tables) > _KEPT_TABLES:
            tables.popitem(last=False)
    return query, tables[key]


def _check(query: Query, customer: Customer) -> None:
    """Whether the fields exist and go together, in Google's order of complaints."""
    if query.resource not in RESOURCES:
        raise query_error(
            "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"'{query.resource}' is not a resource."
        )
    named = [*query.fields, *(condition.field for condition in query.conditions)]
    for name in (*named, *(name for name, _ in query.order)):
        if name not in FIELDS:
            raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")
        _check_beside(name, query)
    for name, _ in query.order:
        if name not in query.fields:
            raise query_error(
                "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", f"'{name}' must be selected."
            )
    metrics = {name for name in named if name.startswith("metrics.")}
    if metrics and customer.manager:
        raise query_error(
            "REQUESTED_METRICS_FOR_MANAGER",
            "Metrics cannot be requested for a manager account. To retrieve metrics, issue "
            "separate requests against each client account under the manager account.",
        )
    if BY_ACTION & set(named) and metrics - FOR_ACTIONS:
        raise query_error(
            "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
            f"'segments.conversion_action' cannot be combined with {', '.join(sorted(metrics))}.",
        )
    _check_days(query, customer)


def _check_beside(name: str, query: Query) -> None:
    kind = name.partition(".")[0]
    if kind in RESOURCES[query.resource]:
        return
    codes = {
        "metrics": "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        "segments": "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
    }
    raise query_error(
        codes.get(kind, "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        f"'{name}' cannot be selected from '{query.resource}'.",
    )


def _check_days(query: Query, customer: Customer) -> None:
    now = _today(customer)
    first, last = query.days(now)
    selected = "segments.date" in query.fields or "segments.month" in query.fields
    if selected and (first is None or last is None):
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "A finite range of dates is expected in the WHERE clause.",
        )
    if first and last and first > last:
        raise ApiProblem("START_DATE_AFTER_END_DATE", status=400, family="dateRangeError")
    if "segments.date" in query.fields and first and first < oldest_day(now):
        raise ApiProblem(
            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
            "Daily figures are available for the last 37 months.",
        )


def oldest_day(now: dt.date) -> dt.date:
    """37 months back; in a shorter month its last day."""
    months = now.year * 12 + now.month - 1 - MONTHS_BACK
    first = dt.date(months // 12, months % 12 + 1, 1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return min(first.replace(day=1) + dt.timedelta(days=now.day - 1), following - dt.timedelta(1))


def _today(customer: Customer) -> dt.date:
    if customer.account is None:
        return state().clock.now().date()
    return things.today(customer.account)


def _chosen(query: Query, customer: Customer) -> list[Subject]:
    subjects = [subject for subject in _subjects(query, customer) if _holds(query, subject)]
    for name, descending in reversed(query.order):
        subjects.sort(key=lambda subject: _sortable(FIELDS[name](subject)), reverse=descending)
    return subjects[: query.limit]


def _sortable(value: Any) -> tuple[bool, float, str]:
    try:
        return value is not None, float(value), ""
    except (TypeError, ValueError):
        return value is not None, 0.0, str(value)


def _holds(query: Query, subject: Subject) -> bool:
    return all(
        condition.field == "segments.date" or _met(condition, FIELDS[condition.field](subject))
        for condition in query.conditions
    )


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}


def _met(condition: Condition, value: Any) -> bool:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match condition.operator:
        case "=" | "IN":
            return text in condition.values
        case "!=" | "NOT IN":
            return text not in condition.values
        case "LIKE":
            return re.fullmatch(_pattern(condition.values[0]), text, re.DOTALL) is not None
        case "BETWEEN":
            low, high = condition.values
            return _sortable(low) <= _sortable(value) <= _sortable(high)
        case operator if operator in _ORDERED:
            return _ORDERED[operator](_sortable(value), _sortable(condition.values[0]))
    raise query_error("OPERATOR_FIELD_MISMATCH", f"'{condition.field}' does not take this.")


def _pattern(like: str) -> str:
    """A regular expression; brackets make a sign in them mean itself."""
    parts = re.findall(r"\[(.)\]|(.)", like, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return "".join(re.escape(meant) or wild.get(sign, re.escape(sign)) for meant, sign in parts)


def _subjects(query: Query, customer: Customer) -> Iterator[Subject]:
    if query.resource == "customer_client":
        return (Subject(customer, client=client, level=level) for client, level in customer.tree())
    if query.resource == "conversion_action":
        actions = things.ACTIONS if knobs().conversion_actions == "own" else ()
        return (Subject(customer, action=action) for action in actions)
    kinds = {name.partition(".")[0] for name in query.fields}
    if customer.account is None or not kinds & {"segments", "metrics"}:
        return (_about(customer, key) for key in _keys(query.resource, customer))
    return _figured(query, customer, customer.account)


def _about(customer: Customer, key: Key) -> Subject:
    campaign, group, ad = key
    return Subject(customer, campaign=campaign, group=group, ad=ad)


def _keys(resource: str, customer: Customer) -> Iterator[Key]:
    """Everything of a resource that has been launched, whether or not it delivers."""
    if resource == "customer":
        yield None, None, None
        return
    for campaign in things.campaigns(customer):
        if resource == "campaign":
            yield campaign, None, None
        elif campaign.plan.adless == (resource == "asset_group"):
            for group in campaign.ad_sets:
                if resource == "ad_group_ad":
                    yield from ((campaign, group, ad) for ad in group.ads)
                else:
                    yield campaign, group, None


def _figured(query: Query, customer: Customer, account: Account) -> Iterator[Subject]:
    """Rows with figures. One whose metrics are all zero is kept only without a segment."""
    segments = {name for name in query.fields if name.startswith("segments.")}
    metrics = [name for name in query.fields if name.startswith("metrics.")]
    sums = _sums(query, account, segments)
    if not segments:
        for key in _keys(query.resource, customer):
            sums.setdefault((key, None, ""), NOTHING)
    for (key, day, network), figures in sums.items():
        subject = replace(_about(customer, key), day=day, network=network, figures=figures)
        actions = _actions() if segments & BY_ACTION else (None,)
        for action in actions:
            row = replace(subject, action=action)
            if not segments or any(_counts(FIELDS[name](row)) for name in metrics):
                yield row


def _actions() -> tuple[things.Action, ...]:
    """Those that brought something, whoever set them up."""
    return () if knobs().conversion_actions == "none" else things.ACTIONS


def _counts(value: Any) -> bool:
    return value is not None and float(value) != 0


def _sums(
    query: Query, account: Account, segments: set[str]
) -> dict[tuple[Key, dt.date | None, str], Figures]:
    sums: dict[tuple[Key, dt.date | None, str], Figures] = defaultdict(lambda: NOTHING)
    now = state().clock.now()
    first, last = query.days(things.today(account))
    first = max(first or dt.date.min, state().world.first_day(account, now))
    last = min(last or dt.date.max, things.today(account))
    by_network = "segments.ad_network_type" in segments
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        mark = _mark(day, segments)
        for key, figures in _of_day(query.resource, account, day, now).items():
            for network, part in _networks(key, figures) if by_network else (("", figures),):
                at = (key, mark, network)
                sums[at] = sums[at].plus(part)
    return dict(sums)


def _mark(day: dt.date, segments: set[str]) -> dt.date | None:
    if "segments.date" in segments:
        return day
    return day.replace(day=1) if "segments.month" in segments else None


def _of_day(resource: str, account: Account, day: dt.date, now: dt.datetime) -> dict[Key, Figures]:
    sums: dict[Key, Figures] = defaultdict(lambda: NOTHING)
    for row in state().world.deliveries(account, day, now):
        key = _key(resource, row)
        if key is not None:
            sums[key] = sums[key].plus(row.figures)
    return sums


def _key(resource: str, row: Delivery) -> Key | None:
    """What the delivery counts for; None when the resource does not have it."""
    if resource == "customer":
        return None, None, None
    if resource == "campaign":
        return row.campaign, None, None
    if row.ad is None or row.campaign.plan.adless != (resource == "asset_group"):
        return None
    return row.campaign, row.ad.ad_set, row.ad if resource == "ad_group_ad" else None


def _networks(key: Key, figures: Figures) -> Iterator[tuple[str, Figures]]:
    """The parts of a day by network; they add up to the whole."""
    shown = things.NETWORKS[things.channel(key[0])] if key[0] else (("MIXED", 1),)
    names, weights = zip(*shown, strict=True)
    return zip(names, split(figures, weights, figures.impressions), strict=True)


def _row(subject: Subject, query: Query) -> Body:
    """Nested as Google nests it; what is unset is left out."""
    row: Body = {}
    for name in (*_names(query), *query.fields):
        value = FIELDS[name](subject)
        if value is not None:
            *path, last = camel(name)
            into = row
            for part in path:
                into = into.setdefault(part, {})
            into[last] = value
    return row


def _names(query: Query) -> list[str]:
    """The resource names that come along unless the query says otherwise."""
    if query.bare:
        return []
    kinds = dict.fromkeys((query.resource, *(name.partition(".")[0] for name in query.fields)))
    return [f"{kind}.resource_name" for kind in kinds if f"{kind}.resource_name" in FIELDS]
