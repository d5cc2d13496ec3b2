"""What was created through the API: remembered until a reset, and without any figures.

Everything is kept as it is listed, so that what comes back is what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify

from sandbox import truth
from sandbox.linkedin.errors import not_found
from sandbox.state import state
from sandbox.world import Account

Described = dict[str, Any]

GROUPS, CAMPAIGNS, CREATIVES = "adCampaignGroups", "adCampaigns", "creatives"
URN = {GROUPS: "sponsoredCampaignGroup", CAMPAIGNS: "sponsoredCampaign"} | {
    CREATIVES: "sponsoredCreative"
}
_FIRST_NUMBER = 700_000_001


@dataclass
class Image:
    """`polls`: how often it is still said to be in the works once its bytes are there."""

    owner: str
    polls: int
    content: bytes = b""

    @property
    def status(self) -> str:
        if not self.content:
            return "WAITING_UPLOAD"
        return "PROCESSING" if self.polls > 0 else "AVAILABLE"


@dataclass
class Made:
    """By collection in the order of their making; `posts` are those behind creatives, by URN."""

    things: dict[str, list[Described]] = field(
        default_factory=lambda: {GROUPS: [], CAMPAIGNS: [], CREATIVES: []}
    )
    images: dict[str, Image] = field(default_factory=dict)
    posts: dict[str, Described] = field(default_factory=dict)
    ties: set[tuple[str, str]] = field(default_factory=set)
    numbers: int = _FIRST_NUMBER

    def number(self) -> int:
        self.numbers += 1
        return self.numbers


def made() -> Made:
    return state().memory(Made)


def listed(account: Account, kind: str) -> list[Described]:
    """What was created in one account; deleted drafts are gone."""
    urn = f"urn:li:sponsoredAccount:{account.id}"
    return [one for one in made().things[kind] if one["account"] == urn]


def keep(kind: str, thing: Described) -> str:
    """Remember it with an id of its own, which is answered."""
    number = made().number()
    thing["id"] = f"urn:li:{URN[kind]}:{number}" if kind == CREATIVES else number
    made().things[kind].append(thing)
    return str(thing["id"])


def is_made(account: Account, kind: str, key: str) -> bool:
    """Whether it was created through the API."""
    return any(str(thing["id"]) == key for thing in listed(account, kind))


def one(account: Account, kind: str, key: str) -> Described:
    """Raises 404 for what was not created here."""
    for thing in listed(account, kind):
        if str(thing["id"]) == key:
            return thing
    raise not_found()


def forget(kind: str, thing: Described) -> None:
    made().things[kind].remove(thing)


def below(thing: Described, kind: str) -> Iterator[Described]:
    """The campaigns of a group, the creatives of a campaign."""
    child, parent = {GROUPS: (CAMPAIGNS, "campaignGroup"), CAMPAIGNS: (CREATIVES, "campaign")}[kind]
    urn = f"urn:li:{URN[kind]}:{thing['id']}"
    return (one for one in made().things[child] if one[parent] == urn)


@truth.blueprint.get("/linkedin/created", endpoint="linkedin_created")
def created() -> Response:
    """Everything created since the last reset, as it is now; a creative with its post."""
    things = [{"kind": kind, **one} for kind, each in made().things.items() for one in each]
    for thing in things:
        reference = thing.get("content", {}).get("reference")
        if reference in made().posts:
            thing["post"] = made().posts[reference]
    images = [
        {"kind": "images", "id": urn, "owner": image.owner, "bytes": len(image.content)}
        for urn, image in made().images.items()
    ]
    shown = {thing.get("content", {}).get("reference") for thing in things}
    posts = [{"kind": "posts", "id": urn} for urn in made().posts if urn not in shown]
    ties = [
        {"kind": "campaignConversions", "campaign": campaign, "conversion": conversion}
        for campaign, conversion in sorted(made().ties)
    ]
    return jsonify(things + images + ties + posts)
