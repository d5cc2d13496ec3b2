"""Lists: the accounts of a user, the campaigns, ad sets and ads of an account."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sandbox.meta import made
from sandbox.meta.errors import bad_param, no_such_object
from sandbox.meta.made import Kind, Made
from sandbox.meta.nodes import (
    describe,
    describe_creative,
    effective_status,
    today,
    updated,
)
from sandbox.meta.paging import page
from sandbox.meta.params import Params, Tree, fields, listing, objects
from sandbox.state import Node, state
from sandbox.world import Account, Ad, AdSet, Business, Campaign

_STATUSES = frozenset(
    "ACTIVE PAUSED ARCHIVED DELETED IN_PROCESS WITH_ISSUES CAMPAIGN_PAUSED ADSET_PAUSED "
    "PENDING_REVIEW DISAPPROVED PREAPPROVED PENDING_BILLING_INFO".split()
)
_KINDS: dict[str, Kind] = {
    "campaigns": "campaign",
    "adsets": "adset",
    "ads": "ad",
    "adcreatives": "adcreative",
}
Listed = Campaign | AdSet | Ad | Made


def accounts(params: Params, owner: Business | None = None) -> dict[str, Any]:
    """Every account the user can see, or those of one business."""
    mine = state().world.within_reach("meta")
    some = [account for account in mine if owner in (None, account.business)]
    tree = fields(params)
    return page(some, params, lambda node: describe(node, tree, ("account_id", "id")))


def businesses(params: Params) -> dict[str, Any]:
    tree = fields(params)
    return page(state().world.businesses, params, lambda node: describe(node, tree, ("id", "name")))


def children(node: Node | Made, edge: str, params: Params) -> dict[str, Any]:
    """`<node>/campaigns`, `/adsets`, `/ads` or `/adcreatives`; never what has been deleted."""
    reach = _EDGES.get(edge)
    if reach is None or isinstance(node, Business):
        raise no_such_object(f"{node.id}/{edge}")
    tree = fields(params)
    wanted = _status_filter(params)
    conditions = [_condition(condition) for condition in objects(params, "filtering")]
    reached: list[Listed] = [*made.below(node, _KINDS[edge])]
    if not isinstance(node, Made):
        reached += reach(node)
    some = [
        child
        for child in reached
        if effective_status(child) in wanted and all(holds(child) for holds in conditions)
    ]
    return page(some, params, lambda child: _described(child, edge, tree))


def _described(child: Listed, edge: str, tree: Tree) -> dict[str, Any]:
    if edge == "adcreatives" and isinstance(child, Ad):
        return describe_creative(child, tree)
    return describe(child, tree)


def plain(rows: Sequence[dict[str, Any]], params: Params) -> dict[str, Any]:
    """A list of things of which the sandbox knows but a few fields."""
    asked = ("id", *fields(params))
    return page(rows, params, lambda row: {name: row[name] for name in asked if name in row})


def pictures(account: Account, params: Params) -> dict[str, Any]:
    """Those of the account's library, or of them the ones with these hashes."""
    wanted = listing(params, "hashes")
    kept = [one.fields for one in made.below(account, "adimage")]
    return plain([one for one in kept if not wanted or one["hash"] in wanted], params)


def _status_filter(params: Params) -> frozenset[str]:
    """Archived things come only when asked for, deleted ones not even then."""
    asked = set(listing(params, "effective_status"))
    for condition in objects(params, "filtering"):
        if str(condition.get("field", "")).endswith("effective_status"):
            asked |= set(condition.get("value", ()))
    unknown = asked - _STATUSES
    if unknown:
        raise bad_param(f"Param effective_status must be one of {json.dumps(sorted(_STATUSES))}")
    return frozenset(asked or _STATUSES - {"ARCHIVED"}) - {"DELETED"}


def _condition(condition: dict[str, Any]) -> Callable[[Listed], bool]:
    name = str(condition.get("field", "")).rpartition(".")[2]
    value = condition.get("value")
    match name, condition.get("operator"):
        case "effective_status", "IN":
            return lambda _: True
        case "updated_time", "GREATER_THAN":
            since = dt.datetime.fromtimestamp(float(str(value)), dt.UTC).date()
            return lambda child: updated(child) >= since
        case "id", "IN" | "EQUAL":
            ids = {str(item) for item in value} if isinstance(value, list) else {str(value)}
            return lambda child: child.id in ids
        case "name", "CONTAIN":
            return lambda child: str(value).lower() in child.name.lower()
    raise bad_param(f"Filtering field {condition.get('field')!r} with this operator is not valid.")


def _campaigns(node: Node) -> Iterator[Campaign]:
    """The campaigns at or below a node that have been launched."""
    if isinstance(node, Account):
        now = today(node)
        yield from (campaign for campaign in node.campaigns if campaign.launched <= now)
    elif isinstance(node, Campaign):
        yield node


def _ad_sets(node: Node) -> Iterator[AdSet]:
    if isinstance(node, AdSet):
        yield node
    for campaign in _campaigns(node):
        yield from campaign.ad_sets


def _ads(node: Node) -> Iterator[Ad]:
    if isinstance(node, Ad):
        yield node
    for ad_set in _ad_sets(node):
        yield from ad_set.ads


_EDGES: dict[str, Callable[[Node], Iterator[Any]]] = {
    "campaigns": _campaigns,
    "adsets": _ad_sets,
    "ads": _ads,
    "adcreatives": _ads,
}
