"""Campaigns in preparation: made from variations, filled in, and turned into an order."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer, selectinload

from app.connectors.launching import AdCopy, Order, Picture, Step
from app.connectors.platforms import connector_for
from app.copywriting.brief import Brief
from app.copywriting.policy import special_categories
from app.creative import briefs, texts
from app.creative.draft_fields import SPECIAL, UTM
from app.errors import Conflict, Invalid, NotFound
from app.models import Account, CampaignDraft, CreativeVariation, DraftAd, PlatformConnection

MOST_ADS = 10
OPEN = ("draft", "failed")
"""States in which a draft can be changed: nothing of it exists at the platform."""


def create(
    session: Session,
    workspace_id: int,
    user_id: int,
    variations: Sequence[CreativeVariation],
    *,
    now: dt.datetime,
) -> CampaignDraft:
    """A draft of these variations, filled in from their brief. The caller commits.

    Raises Invalid when they are for several platforms, too many, or without a text.
    """
    _fit_together(variations)
    brief = briefs.parse_brief(variations[0].batch.brief)
    platform = variations[0].platform
    accounts = launchable(session, workspace_id, platform)
    draft = CampaignDraft(
        workspace_id=workspace_id,
        user_id=user_id,
        account_id=accounts[0].id if len(accounts) == 1 else None,
        platform=platform,
        mark=new_mark(),
        name=f"{brief.product} {now:%Y-%m}",
        created_at=now,
        **_as_the_brief_says(brief, platform),
    )
    session.add(draft)
    session.flush()
    session.add_all(
        DraftAd(
            draft_id=draft.id,
            position=position,
            workspace_id=workspace_id,
            variation_id=row.id,
            texts=row.content,
            score=row.score,
        )
        for position, row in enumerate(variations, 1)
    )
    session.flush()
    return draft


def _as_the_brief_says(brief: Brief, platform: str) -> dict[str, Any]:
    return {
        "goal": brief.goal.value,
        "audience": {
            "age_min": brief.audience.age_min,
            "age_max": brief.audience.age_max,
            "gender": brief.audience.gender.value,
        },
        "language": brief.language,
        "url": brief.url,
        "utm": {
            **usual_utm(platform),
            "campaign": "-".join(brief.product.casefold().split()),
        },
        "special": [each.name for each in special_categories(brief) if each.name in SPECIAL],
    }


def new_mark() -> str:
    """What is created can be found by it, also when nobody told its id."""
    return f"gz-{secrets.token_hex(4)}"


def find(session: Session, workspace_id: int, draft_id: int) -> CampaignDraft:
    """A draft with its ads and steps. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(CampaignDraft)
        .where(CampaignDraft.id == draft_id, CampaignDraft.workspace_id == workspace_id)
        .options(selectinload(CampaignDraft.ads), selectinload(CampaignDraft.steps))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def listed(session: Session, workspace_id: int) -> list[CampaignDraft]:
    """The workspace's drafts, the newest first."""
    return list(
        session.scalars(
            select(CampaignDraft)
            .where(CampaignDraft.workspace_id == workspace_id)
            .order_by(CampaignDraft.id.desc())
            .limit(100)
            .options(
                defer(CampaignDraft.sent),
                selectinload(CampaignDraft.ads).load_only(DraftAd.position),
            )
        )
    )


def launchable(session: Session, workspace_id: int, platform: str) -> list[Account]:
    """The accounts on which a campaign of this platform could be created."""
    if connector_for(platform).launches is None:
        return []
    return list(
        session.scalars(_launchable(workspace_id, platform).order_by(Account.name, Account.id))
    )


def account_of(session: Session, draft: CampaignDraft) -> Account | None:
    """The account that was chosen, while a campaign can be created on it."""
    return _chosen(session, draft, draft.account_id)


def _chosen(session: Session, draft: CampaignDraft, account_id: int | None) -> Account | None:
    if account_id is None or connector_for(draft.platform).launches is None:
        return None
    own = _launchable(draft.workspace_id, draft.platform)
    return session.scalar(own.where(Account.id == account_id))


def _launchable(workspace_id: int, platform: str) -> Select[Account]:
    return (
        select(Account)
        .join(PlatformConnection, PlatformConnection.id == Account.connection_id)
        .where(
            Account.workspace_id == workspace_id,
            Account.platform == platform,
            Account.selected,
            Account.removed_at.is_(None),
            PlatformConnection.kind != "upload",
            PlatformConnection.status == "active",
        )
    )


def change(
    session: Session, draft: CampaignDraft, filled: Mapping[str, Any], revision: int | None
) -> None:
    """Store what `draft_fields.fill` has checked. The caller commits.

    Raises Conflict when somebody else changed it meanwhile or it is no longer open.
    """
    _lock_open(session, draft)
    if revision is not None and revision != draft.revision:
        raise Conflict(
            "Somebody changed this draft since you opened it. Nothing was saved; load the page "
            "again and look at theirs."
        )
    chosen = filled.get("account_id")
    if chosen is not None and _chosen(session, draft, chosen) is None:
        raise Invalid("account_id: No campaign can be created on this account. Choose another.")
    for name, value in filled.items():
        setattr(draft, name, _audience(draft, value) if name == "audience" else value)
    draft.state, draft.error, draft.error_field = "draft", "", ""
    draft.revision += 1
    session.flush()


def _audience(draft: CampaignDraft, given: Mapping[str, Any]) -> dict[str, Any]:
    """The audience with what was given of it; the rest stays."""
    made = {**draft.audience, **given}
    if made["age_min"] > made["age_max"]:
        raise Invalid("age_min: The youngest age is above the oldest.")
    return made


def set_picture(session: Session, draft: CampaignDraft, picture: Picture | None) -> None:
    """Use this picture, or none. The caller commits."""
    _lock_open(session, draft)
    draft.picture = picture.content if picture else None
    draft.picture_type = picture.media_type if picture else ""
    draft.picture_name = picture.filename if picture else ""
    draft.revision += 1
    session.flush()


def delete(session: Session, draft: CampaignDraft) -> None:
    """Forget a draft of which nothing exists at the platform. The caller commits.

    What a launch left on an account that is gone here can only be forgotten, too: nobody can ask
    the platform any more.
    """
    if draft.state == "partial" and account_of(session, draft) is None:
        session.refresh(draft, with_for_update=True)
    else:
        _lock_open(session, draft)
    session.delete(draft)
    session.flush()


def _lock_open(session: Session, draft: CampaignDraft) -> None:
    """Lock the row. Raises Conflict when something of it exists, or may soon."""
    session.flush()
    session.refresh(draft, with_for_update=True)
    if draft.state not in OPEN:
        raise Conflict(
            "This draft has been sent to the platform, so it can no longer be changed here."
        )


def refresh_texts(session: Session, draft: CampaignDraft) -> None:
    """Take the variations' texts as they are now, while the draft is open."""
    if draft.state not in OPEN:
        return
    ids = [ad.variation_id for ad in draft.ads if ad.variation_id is not None]
    rows = {
        row.id: row
        for row in session.scalars(
            select(CreativeVariation).where(
                CreativeVariation.workspace_id == draft.workspace_id, CreativeVariation.id.in_(ids)
            )
        )
    }
    for ad in draft.ads:
        row = rows.get(ad.variation_id or 0)
        if row is not None and row.content:
            ad.texts, ad.score = row.content, row.score
    session.flush()


def lacking(draft: CampaignDraft, account: Account | None) -> list[tuple[str, str]]:
    """What has to be filled in before anything can be sent: field and sentence."""
    lacks = []
    if account is None:
        lacks.append(("account_id", "Choose the account to create the campaign on."))
    if not draft.name.strip():
        lacks.append(("name", "Write a name for the campaign."))
    if draft.daily_budget is None:
        lacks.append(("daily_budget", "Write a daily budget."))
    if draft.starts_on is None:
        lacks.append(("starts_on", "Choose the first day."))
    if not draft.countries:
        lacks.append(("countries", "Choose at least one country to advertise in."))
    if not draft.url:
        lacks.append(("url", "Write the address of the landing page."))
    if not draft.ads:
        lacks.append(("ads", "The draft has no ad. Make a new one from a variation."))
    return lacks


def order_of(draft: CampaignDraft) -> Order:
    """What is sent to the platform, or was. Raises Conflict while something is lacking."""
    picture = None
    if draft.picture:
        picture = Picture(draft.picture, draft.picture_type, draft.picture_name)
    if draft.state not in OPEN and draft.sent is not None:
        # The picture lies beside it and cannot change any more either.
        return replace(msgspec.convert(draft.sent, Order), picture=picture)
    if draft.daily_budget is None or draft.starts_on is None:
        raise Conflict("This draft is not complete yet.")
    return Order(
        name=draft.name,
        mark=draft.mark,
        goal=draft.goal,
        daily_budget=draft.daily_budget,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        countries=tuple(draft.countries),
        age_min=int(draft.audience.get("age_min", 18)),
        age_max=int(draft.audience.get("age_max", 65)),
        gender=str(draft.audience.get("gender", "all")),
        language=draft.language,
        url=landing_url(draft.url, draft.utm),
        profile=draft.profile,
        ads=tuple(_copy(ad.texts) for ad in draft.ads),
        keywords=tuple(draft.keywords),
        special=tuple(draft.special),
        picture=picture,
        answers=draft.answers,
    )


def sent(order: Order, currency: str, steps: Sequence[Step]) -> dict[str, Any]:
    """What is kept in `CampaignDraft.sent`: the order without its picture, and what was reviewed.

    The currency goes with it: the same digits in another one are another budget.
    """
    made: dict[str, Any] = msgspec.to_builtins(replace(order, picture=None))
    return {**made, "currency": currency, "steps": msgspec.to_builtins(list(steps))}


def steps_sent(draft: CampaignDraft) -> list[Step]:
    """The steps that were reviewed and approved; none while nothing was."""
    return msgspec.convert((draft.sent or {}).get("steps", []), list[Step])


def currency_sent(draft: CampaignDraft) -> str:
    """The currency of the budget that was sent; empty while nothing was."""
    return str((draft.sent or {}).get("currency", ""))


def usual_utm(platform: str) -> dict[str, str]:
    """Source and medium as analytics tools know a platform's paid ads."""
    return {
        "source": {"meta": "facebook"}.get(platform, platform),
        "medium": "cpc" if platform == "google" else "paid_social",
    }


def landing_url(url: str, utm: Mapping[str, Any]) -> str:
    """The landing page with its UTM parameters; those that the address has already stay."""
    parts = urlsplit(url)
    had = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in had}
    added = [
        (f"utm_{name}", str(utm[name]))
        for name in UTM
        if utm.get(name) and f"utm_{name}" not in names
    ]
    query = "&".join(filter(None, (parts.query, urlencode(added))))
    return urlunsplit(parts._replace(query=query))


def _copy(content: Mapping[str, Any]) -> AdCopy:
    text = texts.from_json(content)
    made = AdCopy(text.primary_text, text.headline, text.description, text.cta)
    if text.platform != "google":
        return made
    return replace(made, headlines=text.headlines, descriptions=text.descriptions, paths=text.paths)


def _fit_together(variations: Sequence[CreativeVariation]) -> None:
    if not variations:
        raise Invalid("Choose at least one variation.")
    if len(variations) > MOST_ADS:
        raise Invalid(f"A campaign takes at most {MOST_ADS} ads here; choose fewer.")
    if any(not row.content for row in variations):
        raise Invalid("One of the chosen variations has no text yet.")
    if len({row.platform for row in variations}) > 1:
        raise Invalid(
            "These variations are for several platforms, and a campaign runs on one. Choose those "
            "of one platform."
        )
