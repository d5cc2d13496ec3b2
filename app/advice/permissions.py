"""What may be changed at which platform, as far as its grants tell; no platform is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import literal, select, union_all
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
class InTheWay:
    """What the connections of a plan lack; `stopped` where one side cannot be changed at all."""

    lacks: Sequence[Lack]
    stopped: bool


NOTHING = InTheWay((), stopped=False)


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
    session: Session, workspace_id: int, known: Rights, plans: Sequence[Plan]
) -> list[InTheWay]:
    """Of each plan, in their order."""
    if not known.lacks:
        return [NOTHING] * len(plans)
    entities = {side.entity for plan in plans for side in plan.sides}
    accounts = _accounts(session, workspace_id, entities)
    found = []
    for plan in plans:
        sides = [_behind(known, side.entity, accounts) for side in plan.sides]
        lacks = known.of(set().union(*sides))
        found.append(InTheWay(lacks, stopped=any(known.stops(each) for each in sides)))
    return found


_TABLES: Mapping[str, type[Campaign | AdGroup]] = {"campaign": Campaign, "ad_group": AdGroup}
Accounts = Mapping[tuple[str, int], int]


def _accounts(session: Session, workspace_id: int, entities: Collection[Entity]) -> Accounts:
    """The accounts of campaigns and ad groups, by kind and id."""
    ids: dict[str, set[int]] = defaultdict(set)
    for each in entities:
        if each.kind in _TABLES:
            ids[each.kind].add(int(each.key))
    if not ids:
        return {}
    rows = session.execute(
        union_all(
            *(
                select(literal(kind), table.id, table.account_id).where(
                    table.workspace_id == workspace_id, table.id.in_(ids[kind])
                )
                for kind, table in _TABLES.items()
            )
        )
    )
    return {(kind, number): account for kind, number, account in rows}


def _behind(known: Rights, entity: Entity, accounts: Accounts) -> AbstractSet[int]:
    """The connections that an entity is changed through."""
    if entity.kind in ("platform", "channel"):
        return known.by_platform.get(entity.key.partition("/")[0], set())
    key = int(entity.key)
    account = key if entity.kind == "account" else accounts.get((entity.kind, key), 0)
    connection = known.by_account.get(account)
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
