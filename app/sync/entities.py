"""Campaigns, ad groups and ads: what a platform lists, and what only its figures still name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.connectors.words import FoundEntity, Structure
from app.models import Account, Campaign
from app.sync.batch import Batch

_MEET_CAMPAIGNS = text("""
    INSERT INTO campaign (workspace_id, account_id, external_id, name, status, removed_at)
    SELECT :workspace, :account, seen.external_id, seen.name, :status,
           CASE WHEN :status = 'removed' THEN now() END
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[])) AS seen (external_id, name)
    WHERE NOT EXISTS (SELECT FROM campaign known WHERE known.account_id = :account
                      AND known.external_id = seen.external_id)
""")

_MEET_AD_GROUPS = text("""
    INSERT INTO ad_group
        (workspace_id, account_id, campaign_id, external_id, name, status, removed_at)
    SELECT :workspace, :account, campaign.id, seen.external_id, seen.name, :status,
           CASE WHEN :status = 'removed' THEN now() END
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:campaigns AS text[]))
        AS seen (external_id, name, campaign)
    JOIN campaign ON campaign.account_id = :account AND campaign.external_id = seen.campaign
    WHERE NOT EXISTS (SELECT FROM ad_group known WHERE known.account_id = :account
                      AND known.external_id = seen.external_id)
""")

_MEET_ADS = text("""
    INSERT INTO ad (workspace_id, account_id, campaign_id, ad_group_id, external_id, name,
                    status, removed_at)
    SELECT :workspace, :account, campaign.id, ad_group.id, seen.external_id, seen.name,
           :status,
           CASE WHEN :status = 'removed' THEN now() END
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:campaigns AS text[]),
                CAST(:groups AS text[])) AS seen (external_id, name, campaign, ad_group)
    JOIN campaign ON campaign.account_id = :account AND campaign.external_id = seen.campaign
    LEFT JOIN ad_group
        ON ad_group.account_id = :account AND ad_group.external_id = seen.ad_group
    WHERE NOT EXISTS (SELECT FROM ad known WHERE known.account_id = :account
                      AND known.external_id = seen.external_id)
""")

_LIST_CAMPAIGNS = text("""
    INSERT INTO campaign AS stored
        (workspace_id, account_id, external_id, name, status, platform_status, objective,
         channel, budget, budget_kind, started_at)
    SELECT :workspace, :account, listed.*
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:statuses AS text[]),
                CAST(:platform_statuses AS text[]), CAST(:objectives AS text[]),
                CAST(:channels AS text[]), CAST(:budgets AS numeric[]),
                CAST(:budget_kinds AS text[]), CAST(:started AS timestamptz[])) AS listed
    ON CONFLICT (account_id, external_id) DO UPDATE SET
        (name, status, platform_status, objective, channel, budget, budget_kind, started_at,
         removed_at) =
        (excluded.name, excluded.status, excluded.platform_status, excluded.objective,
         excluded.channel, excluded.budget, excluded.budget_kind, excluded.started_at, NULL)
    WHERE (stored.name, stored.status, stored.platform_status, stored.objective, stored.channel,
           stored.budget, stored.budget_kind, stored.started_at, stored.removed_at)
        IS DISTINCT FROM
          (excluded.name, excluded.status, excluded.platform_status, excluded.objective,
           excluded.channel, excluded.budget, excluded.budget_kind, excluded.started_at, NULL)
""")

_LIST_AD_GROUPS = text("""
    INSERT INTO ad_group AS stored
        (workspace_id, account_id, campaign_id, external_id, name, status, platform_status,
         budget, budget_kind)
    SELECT :workspace, :account, campaign.id, listed.external_id, listed.name, listed.status,
           listed.platform_status, listed.budget, listed.budget_kind
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:statuses AS text[]),
                CAST(:platform_statuses AS text[]), CAST(:budgets AS numeric[]),
                CAST(:budget_kinds AS text[]), CAST(:campaigns AS text[]))
        AS listed (external_id, name, status, platform_status, budget, budget_kind, campaign)
    JOIN campaign ON campaign.account_id = :account AND campaign.external_id = listed.campaign
    ON CONFLICT (account_id, external_id) DO UPDATE SET
        (campaign_id, name, status, platform_status, budget, budget_kind, removed_at) =
        (excluded.campaign_id, excluded.name, excluded.status, excluded.platform_status,
         excluded.budget, excluded.budget_kind, NULL)
    WHERE (stored.campaign_id, stored.name, stored.status, stored.platform_status,
           stored.budget, stored.budget_kind, stored.removed_at)
        IS DISTINCT FROM
          (excluded.campaign_id, excluded.name, excluded.status, excluded.platform_status,
           excluded.budget, excluded.budget_kind, NULL)
""")

_LIST_ADS = text("""
    INSERT INTO ad AS stored
        (workspace_id, account_id, campaign_id, ad_group_id, external_id, name, status,
         platform_status, texts)
    SELECT :workspace, :account, campaign.id, ad_group.id, listed.external_id, listed.name,
           listed.status, listed.platform_status, CAST(listed.texts AS jsonb)
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:statuses AS text[]),
                CAST(:platform_statuses AS text[]), CAST(:campaigns AS text[]),
                CAST(:groups AS text[]), CAST(:texts AS text[]))
        AS listed (external_id, name, status, platform_status, campaign, ad_group, texts)
    JOIN campaign ON campaign.account_id = :account AND campaign.external_id = listed.campaign
    LEFT JOIN ad_group
        ON ad_group.account_id = :account AND ad_group.external_id = listed.ad_group
    ON CONFLICT (account_id, external_id) DO UPDATE SET
        (campaign_id, ad_group_id, name, status, platform_status, texts, removed_at) =
        (excluded.campaign_id, excluded.ad_group_id, excluded.name, excluded.status,
         excluded.platform_status, coalesce(excluded.texts, stored.texts), NULL)
    WHERE (stored.campaign_id, stored.ad_group_id, stored.name, stored.status,
           stored.platform_status, stored.texts, stored.removed_at)
        IS DISTINCT FROM
          (excluded.campaign_id, excluded.ad_group_id, excluded.name, excluded.status,
           excluded.platform_status, coalesce(excluded.texts, stored.texts), NULL)
""")

_REMOVE = {
    table: text(f"""
        UPDATE {table} SET status = 'removed', removed_at = now()
        WHERE account_id = :account AND removed_at IS NULL AND NOT external_id = ANY(:ids)
    """)  # noqa: S608 the table names are these three
    for table in ("campaign", "ad_group", "ad")
}


def meet_seen(
    session: Session, account: Account, batch: Batch, *, status: Literal["active", "removed"]
) -> None:
    """Store the campaigns, ad groups and ads that figures name and no list did."""
    common: dict[str, Any] = {
        "workspace": account.workspace_id,
        "account": account.id,
        "status": status,
    }
    campaigns, groups, ads = batch.campaigns, batch.ad_groups, batch.ads
    if campaigns:
        names = list(campaigns.values())
        session.execute(_MEET_CAMPAIGNS, common | {"ids": list(campaigns), "names": names})
    if groups:
        found: dict[str, Any] = {
            "ids": list(groups),
            "names": [group.name for group in groups.values()],
            "campaigns": [group.campaign_id for group in groups.values()],
        }
        session.execute(_MEET_AD_GROUPS, common | found)
    if ads:
        found = {
            "ids": list(ads),
            "names": [ad.name for ad in ads.values()],
            "campaigns": [ad.campaign_id for ad in ads.values()],
            "groups": [ad.ad_group_id for ad in ads.values()],
        }
        session.execute(_MEET_ADS, common | found)


def store_structure(session: Session, account: Account, structure: Structure) -> str:
    """Bring campaigns, ad groups and ads to what the platform lists; returns a notice or "".

    What is no longer listed is marked removed, unless the list came back empty: an account
    does not lose all its campaigns between two syncs, a faulty answer does.
    """
    if not structure.campaigns and _lists_campaigns(session, account):
        return (
            f"{account.name}: the platform listed no campaigns although it did before. "
            "The campaigns you had are shown as they were."
        )
    levels = (
        ("campaign", _LIST_CAMPAIGNS, structure.campaigns),
        ("ad_group", _LIST_AD_GROUPS, structure.ad_groups),
        ("ad", _LIST_ADS, structure.ads),
    )
    for table, statement, listed in levels:
        if listed:
            session.execute(statement, _columns(account, listed))
            ids = [entity.external_id for entity in listed]
            session.execute(_REMOVE[table], {"account": account.id, "ids": ids})
    return ""


def _lists_campaigns(session: Session, account: Account) -> bool:
    known = select(Campaign.id).where(
        Campaign.account_id == account.id, Campaign.removed_at.is_(None)
    )
    return session.scalar(known.limit(1)) is not None


def _columns(account: Account, listed: Sequence[FoundEntity]) -> dict[str, Any]:
    entities = _each_once(listed)
    return {
        "workspace": account.workspace_id,
        "account": account.id,
        "ids": [entity.external_id for entity in entities],
        "names": [entity.name for entity in entities],
        "statuses": [entity.status for entity in entities],
        "platform_statuses": [entity.platform_status for entity in entities],
        "objectives": [entity.objective for entity in entities],
        "channels": [entity.channel for entity in entities],
        "budgets": [entity.budget for entity in entities],
        "budget_kinds": [entity.budget_kind for entity in entities],
        "started": [entity.started_at for entity in entities],
        "campaigns": [entity.campaign_id for entity in entities],
        "groups": [entity.ad_group_id for entity in entities],
        "texts": [_json(entity.texts) for entity in entities],
    }


def _json(texts: Mapping[str, Sequence[str]] | None) -> str | None:
    """NUL is the one character that PostgreSQL keeps in no text."""
    if texts is None:
        return None
    kept = {kind: [each.replace("\x00", "") for each in several] for kind, several in texts.items()}
    return msgspec.json.encode(kept).decode()


def _each_once(listed: Iterable[FoundEntity]) -> list[FoundEntity]:
    """A list that moved while it was paged may name a thing twice; the later word counts."""
    return list({entity.external_id: entity for entity in listed}.values())
