"""What was created at this Google since it started: kept as it was sent, listed like the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify

from sandbox import truth
from sandbox.plans.shapes import Plan
from sandbox.state import state
from sandbox.world import Account, Ad, AdSet, Campaign

Body = dict[str, Any]

FIRST_ID = 23_000_000_000_000


@dataclass
class Created:
    """`objects` by resource name, in the order in which they were made; removed ones stay."""

    objects: dict[str, Body] = field(default_factory=dict)
    campaigns: list[Campaign] = field(default_factory=list)
    number: int = 0

    def next_id(self) -> str:
        self.number += 1
        return str(FIRST_ID + self.number)


def created() -> Created:
    return state().memory(Created)


@truth.blueprint.get("/google/created", endpoint="google_created")
def show() -> Response:
    """Everything that was made, by its resource name."""
    return jsonify([{"resourceName": name} | body for name, body in created().objects.items()])


def campaigns(account: Account) -> Iterator[Campaign]:
    return (one for one in created().campaigns if one.account is account)


def body_of(thing: Campaign | AdSet | Ad) -> Body | None:
    """What was sent to make it; None of what the world brought along."""
    return created().objects.get(name_of(thing))


def name_of(thing: Campaign | AdSet | Ad) -> str:
    if isinstance(thing, Campaign):
        return f"customers/{thing.account.id}/campaigns/{thing.id}"
    if isinstance(thing, AdSet):
        return f"customers/{thing.campaign.account.id}/adGroups/{thing.id}"
    customer = thing.campaign.account.id
    return f"customers/{customer}/adGroupAds/{thing.ad_set.id}~{thing.id}"


def keep(account: Account, name: str, body: Body) -> None:
    """Take a new object in. What it hangs on is there already."""
    created().objects[name] = body
    number = name.rpartition("/")[2]
    kind = name.split("/")[2]
    if kind == "campaigns":
        created().campaigns.append(_campaign(account, number, body))
    elif kind == "adGroups":
        campaign = _campaign_of(body["campaign"])
        start = campaign.launched
        campaign.ad_sets.append(AdSet(number, campaign, body["name"], 1, start))
    elif kind == "adGroupAds":
        group = _group_of(body["adGroup"])
        number = number.rpartition("~")[2]
        group.ads.append(Ad(number, group, "", len(group.ads) + 1, 1.0, "", None))


def _campaign(account: Account, number: str, body: Body) -> Campaign:
    today = state().clock.now().astimezone(account.zone).date()
    start = body.get("startDateTime", "")[:10] or today.isoformat()
    plan = Plan(account.plan.key, body["name"], "Created.", ad_sets=0, ads=0)
    return Campaign(number, account, plan, 0, dt.date.fromisoformat(start), None)


def _campaign_of(name: str) -> Campaign:
    return next(one for one in created().campaigns if name_of(one) == name)


def _group_of(name: str) -> AdSet:
    groups = (group for campaign in created().campaigns for group in campaign.ad_sets)
    return next(group for group in groups if name_of(group) == name)
