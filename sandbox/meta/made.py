"""What was created since the start: campaigns, ad sets, ads, creatives and pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Response, jsonify

from sandbox import truth
from sandbox.state import Node, state
from sandbox.world import Account

Kind = Literal["campaign", "adset", "adcreative", "ad", "adimage"]
_FIRST_ID = {
    "campaign": 120_290_000_000_000_000,
    "adset": 120_291_000_000_000_000,
    "ad": 120_292_000_000_000_000,
    "adcreative": 120_293_000_000_000_000,
}
_LEVELS: tuple[Kind, ...] = ("campaign", "adset", "ad")


@dataclass(eq=False)
class Made:
    """One object. `above` is the campaign of an ad set, the ad set of an ad, else None."""

    id: str
    kind: Kind
    account: Account
    fields: dict[str, Any]
    status: str
    made_on: dt.date
    above: Made | Node | None = None

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def effective_status(self) -> str:
        """Its own status, or that of what stops it."""
        if self.status != "ACTIVE" or self.above is None:
            return self.status
        above = self.above.effective_status if isinstance(self.above, Made) else "ACTIVE"
        word = {"campaign": "CAMPAIGN_PAUSED", "adset": "ADSET_PAUSED"}
        stopped = {"PAUSED": word[getattr(self.above, "kind", "campaign")]}
        return stopped.get(above, above)

    def lies_in(self, node: Made | Node) -> bool:
        """Whether it is the node, or anywhere below it."""
        if self is node or self.account is node:
            return True
        if isinstance(self.above, Made):
            return self.above.lies_in(node)
        return self.above is not None and node in (self.above, getattr(self.above, "campaign", 0))


@dataclass
class Memory:
    """By id, in the order of making."""

    things: dict[str, Made] = field(default_factory=dict)


def memory() -> Memory:
    return state().memory(Memory)


def find(object_id: str) -> Made | None:
    return memory().things.get(object_id)


def add(thing: Made) -> Made:
    memory().things[thing.id] = thing
    return thing


def next_id(kind: Kind) -> str:
    return str(_FIRST_ID[kind] + 10 * (len(memory().things) + 1))


def below(node: Made | Node, kind: Kind) -> Iterator[Made]:
    """What was made at or below a node, the newest first as in Meta's lists."""
    for thing in reversed(list(memory().things.values())):
        if thing.kind == kind and thing.lies_in(node):
            yield thing


def set_status(thing: Made, status: str) -> None:
    """Deleting or archiving takes along what lies below."""
    thing.status = status
    if status in ("DELETED", "ARCHIVED"):
        for other in memory().things.values():
            if other.kind in _LEVELS and other.lies_in(thing):
                other.status = status


def values(thing: Made) -> dict[str, Any]:
    """Every field that can be asked for."""
    if thing.kind in ("adimage", "adcreative"):
        return thing.fields | {"status": thing.status}
    return thing.fields | {
        "status": thing.status,
        "configured_status": thing.status,
        "effective_status": thing.effective_status,
    }


@truth.blueprint.get("/meta/created", endpoint="meta_created")
def created() -> Response:
    """Everything that was made, deleted things included, in the order of making."""
    return jsonify(
        [
            {
                "id": thing.id,
                "kind": thing.kind,
                "account": thing.account.id,
                "status": thing.status,
                "name": thing.name,
                "above": thing.above and thing.above.id,
            }
            for thing in memory().things.values()
        ]
    )
