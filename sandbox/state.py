"""What one sandbox process knows: its world, its clock and what has happened since it started."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.shop import Orders
from sandbox.world import Account, Ad, AdSet, Business, Campaign, World, anchor_for

T = TypeVar("T")
Node = Business | Account | Campaign | AdSet | Ad


@dataclass
class ReportRun:
    """An asynchronous report; it advances each time somebody asks how it is doing."""

    id: str
    account: Account
    params: dict[str, str]
    asked_at: dt.datetime
    fails: bool = False
    polls: int = 0


@dataclass
class MetaMemory:
    """What a restart forgets. Tokens are not here: they are signed strings."""

    used_codes: set[str] = field(default_factory=set)
    revoked_at: dict[str, float] = field(default_factory=dict)
    runs: dict[str, ReportRun] = field(default_factory=dict)
    tables: OrderedDict[Any, list[Any]] = field(default_factory=OrderedDict)


class State:
    """Everything a request handler may look at."""

    def __init__(self, seed: int, clock: Clock, many: int = 0) -> None:
        self.clock = clock
        self.world = World(seed, anchor_for(clock.now().date()), many)
        self.orders = Orders(self.world)
        self.faults = Faults()
        self.log: deque[dict[str, Any]] = deque(maxlen=20_000)
        self.meta = MetaMemory()
        self._memories: dict[type, object] = {}
        self.nodes = _index(self.world)

    def reset(self) -> None:
        """As freshly started."""
        self.clock.reset()
        self.world.reset()
        self.faults.clear()
        self.log.clear()
        self.meta = MetaMemory()
        self._memories.clear()

    def memory(self, kind: type[T]) -> T:
        """What one platform remembers until a reset: an instance of its own class."""
        return cast("T", self._memories.setdefault(kind, kind()))


def state() -> State:
    """The state of the sandbox that serves this request."""
    return cast("State", current_app.extensions["sandbox"])


def _index(world: World) -> dict[str, Node]:
    nodes: dict[str, Node] = {business.id: business for business in world.businesses}
    nodes |= {f"act_{account.id}": account for account in world.of("meta")}
    campaigns = (c for account in world.of("meta") for c in account.campaigns)
    for campaign in campaigns:
        nodes[campaign.id] = campaign
        for ad_set in campaign.ad_sets:
            nodes[ad_set.id] = ad_set
            nodes |= {ad.id: ad for ad in ad_set.ads}
    return nodes
