"""`POST` on the id of a campaign or ad set that the world has: another budget or status."""

from __future__ import annotations

from typing import Any

from sandbox import edits
from sandbox.meta import nodes, write_checks
from sandbox.meta.errors import bad_param
from sandbox.meta.made import Made
from sandbox.meta.params import Params
from sandbox.meta.write_checks import invalid
from sandbox.world import AdSet, Campaign

_FIELDS = frozenset({"access_token", "appsecret_proof", "status", "daily_budget"})


def change(node: Campaign | AdSet, params: Params) -> dict[str, Any]:
    """Another status or daily budget, or both."""
    unknown = set(params) - _FIELDS
    if unknown:
        raise bad_param(f"Unexpected parameter {min(unknown)}")
    if nodes.values(node)["status"] in ("DELETED", "ARCHIVED"):
        raise invalid("status", "A deleted object cannot be changed.", subcode=1487056)
    changed: dict[str, str] = {}
    if "status" in params:
        changed["status"] = write_checks.choice(params, "status", {"ACTIVE", "PAUSED"})
    if "daily_budget" in params:
        changed["daily_budget"] = daily_budget(node, params)
    edits.edit(node.id, changed)
    return {"success": True}


def daily_budget(node: Campaign | AdSet | Made, params: Params) -> str:
    """The new budget of what has a daily one already; Meta allows no other."""
    if nodes.values(node).get("daily_budget") in (None, "0"):
        raise invalid(
            "daily_budget",
            "The budget is set on another level or is no daily one.",
            subcode=1885621,
        )
    account = node.account if isinstance(node, Campaign | Made) else node.campaign.account
    return write_checks.budget(account, params)
