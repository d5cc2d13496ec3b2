"""Which campaigns and ad groups of a workspace a side of a plan stands for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.advice.changers import can_change
from app.errors import Conflict, NotFound
from app.insights.finding import Entity
from app.models import Account, AdGroup, Campaign, PlatformConnection

RUNNING = ("active", "learning", "problem")
# Each is read from its platform while a person waits.
MOST = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """The campaigns, the largest budgets first, or the one ad group; `left` were too many."""

    campaigns: tuple[Campaign, ...]
    ad_group: AdGroup | None = None
    left: int = 0


def campaign(session: Session, workspace_id: int, campaign_id: int) -> Campaign:
    """Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(Campaign).where(Campaign.id == campaign_id, Campaign.workspace_id == workspace_id)
    )
    if found is None:
        raise NotFound
    return found


def ad_group(session: Session, workspace_id: int, ad_group_id: int) -> AdGroup:
    """Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(AdGroup).where(AdGroup.id == ad_group_id, AdGroup.workspace_id == workspace_id)
    )
    if found is None:
        raise NotFound
    return found


def scope(session: Session, workspace_id: int, entity: Entity) -> Scope:
    """What an entity stands for now. Raises NotFound, and Conflict when nothing of it runs."""
    if entity.kind == "campaign":
        return Scope((campaign(session, workspace_id, int(entity.key)),))
    if entity.kind == "ad_group":
        group = ad_group(session, workspace_id, int(entity.key))
        return Scope((campaign(session, workspace_id, group.campaign_id),), group)
    asked = _running(workspace_id)
    platform, _, channel = entity.key.partition("/")
    if entity.kind == "account":
        asked = asked.where(Campaign.account_id == int(entity.key))
    else:
        asked = asked.where(Account.platform == platform)
    if entity.kind == "channel":
        asked = asked.where(Campaign.channel == channel)
    found = [each for each in session.scalars(asked) if each.budget_kind != "lifetime"]
    if not found:
        raise Conflict(_nothing(entity, platform))
    return Scope(tuple(found[:MOST]), left=max(0, len(found) - MOST))


def groups(session: Session, campaign: Campaign) -> list[AdGroup]:
    """A campaign's running ad groups, the largest budgets first."""
    return list(
        session.scalars(
            select(AdGroup)
            .where(
                AdGroup.campaign_id == campaign.id,
                AdGroup.workspace_id == campaign.workspace_id,
                AdGroup.removed_at.is_(None),
                AdGroup.status.in_(RUNNING),
            )
            .order_by(AdGroup.budget.desc().nulls_last(), AdGroup.id)
            .limit(MOST)
        )
    )


def _running(workspace_id: int) -> Select[Campaign]:
    return (
        select(Campaign)
        .join(Account, Account.id == Campaign.account_id)
        .join(PlatformConnection, PlatformConnection.id == Account.connection_id)
        .where(
            Campaign.workspace_id == workspace_id,
            Campaign.removed_at.is_(None),
            Campaign.status.in_(RUNNING),
            Account.selected,
            Account.removed_at.is_(None),
            PlatformConnection.kind != "upload",
            PlatformConnection.status == "active",
        )
        .order_by(Campaign.budget.desc().nulls_last(), Campaign.id)
    )


def _nothing(entity: Entity, platform: str) -> str:
    if entity.kind != "account" and not can_change(platform):
        return f"Budgets of {entity.name} cannot be changed from here. Change them there."
    return (
        f"No running campaign of {entity.name} is in a connected account, so there is no budget "
        "to change. Open Connections and see whether the platform is connected."
    )
