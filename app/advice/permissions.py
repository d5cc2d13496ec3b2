"""What may be changed at which platform, as far as its grants tell; no platform is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.changers import NOT_HERE, changer_of, label_of
from app.advice.plans import Plan
from app.connectors.platforms import connector_for
from app.insights.finding import Entity
from app.models import Account, AdGroup, Campaign, PlatformConnection


class Way(StrEnum):
    """How a connection gets the permission: none, a new hand-shake asks for it, or as is said."""

    NONE = "none"
    ASKED = "asked"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Lack:
    """Why nothing can be changed through a connection, and `manager`, where it is done by hand."""

    connection_id: int
    platform: str
    label: str
    manager: str
    text: str
    way: Way = Way.NONE


@dataclass(frozen=True, slots=True)
class Rights:
    """Of a workspace: what its connections lack, and which of them have accounts that count."""

    lacks: Mapping[int, Lack]
    by_platform: Mapping[str, AbstractSet[int]]
    by_account: Mapping[int, int]

    def lacking(self, platforms: Collection[str]) -> list[Lack]:
        """What connections of these platforms lack, in the order of the connections."""
        return self.of([each for name in platforms for each in self.by_platform.get(name, ())])

    def of(self, connections: Collection[int]) -> list[Lack]:
        """What these connections lack."""
        return [self.lacks[each] for each in sorted(connections) if each in self.lacks]

    def stops(self, connections: Collection[int]) -> bool:
        """Whether none of these connections can change anything; not so where there is none."""
        return bool(connections) and all(each in self.lacks for each in connections)

    def by_hand(self, platforms: Collection[str]) -> list[str]:
        """Those of which nothing at all can be set from here."""
        return [each for each in platforms if self.stops(self.by_platform.get(each, ()))]


def rights(session: Session, workspace_id: int) -> Rights:
    """What the connections in use may change."""
    rows = session.execute(
        select(Account.id, PlatformConnection)
        .join(PlatformConnection, PlatformConnection.id == Account.connection_id)
        .where(
            PlatformConnection.workspace_id == workspace_id,
            PlatformConnection.status == "active",
            Account.selected,
            Account.removed_at.is_(None),
        )
    ).all()
    by_platform: dict[str, set[int]] = defaultdict(set)
    for _, connection in rows:
        by_platform[connection.platform].add(connection.id)
    found = {connection.id: connection for _, connection in rows}
    lacks = {key: lack for key, each in found.items() if (lack := _lack(each))}
    return Rights(lacks, by_platform, {account: each.id for account, each in rows})


def in_the_way(
    session: Session, workspace_id: int, known: Rights, plan: Plan
) -> tuple[list[Lack], bool]:
    """What the connections of a plan lack, and whether one side of it cannot be changed at all."""
    if not known.lacks:
        return [], False
    sides = [_behind(session, workspace_id, known, side.entity) for side in plan.sides]
    return known.of(set().union(*sides)), any(known.stops(each) for each in sides)


def _behind(session: Session, workspace_id: int, known: Rights, entity: Entity) -> AbstractSet[int]:
    """The connections that an entity is changed through."""
    if entity.kind in ("platform", "channel"):
        return known.by_platform.get(entity.key.partition("/")[0], set())
    key = int(entity.key)
    if entity.kind == "account":
        connection = known.by_account.get(key)
    else:
        asked = select(Campaign.account_id).where(Campaign.workspace_id == workspace_id)
        if entity.kind == "ad_group":
            asked = asked.join(AdGroup, AdGroup.campaign_id == Campaign.id).where(AdGroup.id == key)
        else:
            asked = asked.where(Campaign.id == key)
        connection = known.by_account.get(session.scalar(asked) or 0)
    return set() if connection is None else {connection}


def _lack(connection: PlatformConnection) -> Lack | None:
    label, changer = label_of(connection.platform), changer_of(connection.platform)
    if changer is None or connection.kind == "upload":
        return Lack(connection.id, connection.platform, label, label, NOT_HERE.format(label))
    text = changer.lacks(connection.scopes)
    if not text:
        return None
    asks = connection.kind == "oauth" and bool(connector_for(connection.platform).create_scopes)
    way = Way.ASKED if asks else Way.ELSEWHERE
    return Lack(connection.id, connection.platform, label, changer.manager, text, way)
