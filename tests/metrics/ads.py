"""Ads with results for tests about texts and what they did."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.metrics.own_ads import OwnAd
from app.models import Account, Ad, AdDay, Campaign, CampaignDraft, DraftAd

TODAY = dt.date(2026, 11, 28)
_numbers = itertools.count(1)


def make_ad(
    session: Session,
    account: Account,
    campaign: Campaign,
    text: str | None = None,
    **figures: Any,
) -> Ad:
    """An ad of one day, yesterday."""
    number = next(_numbers)
    made = Ad(
        workspace_id=account.workspace_id,
        account_id=account.id,
        campaign_id=campaign.id,
        external_id=f"ad{number}",
        name=f"Ad {number}",
        texts=None if text is None else {"primary_text": [text]},
    )
    session.add(made)
    session.flush()
    make_ad_day(session, made, TODAY - dt.timedelta(days=1), **figures)
    return made


def make_ad_day(session: Session, ad: Ad, day: dt.date, **figures: Any) -> None:
    """One day of an ad: a thousand impressions and ten clicks."""
    session.add(
        AdDay(
            ad_id=ad.id,
            day=day,
            account_id=ad.account_id,
            workspace_id=ad.workspace_id,
            **{"impressions": 1000, "clicks": 10, **figures},
        )
    )
    session.flush()


def make_draft(session: Session, account: Account, ads: list[tuple[Ad, str]]) -> CampaignDraft:
    """A launched draft with these ads and their scores."""
    number = next(_numbers)
    made = CampaignDraft(
        workspace_id=account.workspace_id,
        account_id=account.id,
        platform=account.platform,
        mark=f"mark{number}",
        name="Launch",
        goal="sales",
        state="launched",
    )
    session.add(made)
    session.flush()
    for position, (ad, score) in enumerate(ads):
        session.add(
            DraftAd(
                draft_id=made.id,
                position=position,
                workspace_id=account.workspace_id,
                texts={"primary_text": "Why wait? Order today.", "headlines": []},
                score=Decimal(score),
                ad_external_id=ad.external_id,
            )
        )
    session.flush()
    return made


def own_ad(ad_id: int, text: str, impressions: int = 1000, clicks: int = 10, **more: Any) -> OwnAd:
    """An ad as it is loaded."""
    figures = {"conversions": 0.0, "first": TODAY, "last": TODAY, "platform": "meta", **more}
    return OwnAd(
        ad_id=ad_id,
        texts={"primary_text": [text]},
        impressions=impressions,
        clicks=clicks,
        **figures,
    )


def noisy_ads(chance: random.Random, count: int, texts: list[str]) -> list[OwnAd]:
    """Ads whose rates differ among themselves, but have nothing to do with their text."""
    made = []
    for number in range(count):
        impressions = int(chance.lognormvariate(8, 1))
        clicks = happened(chance, impressions, chance.betavariate(1.5, 98.5))
        bought = happened(chance, clicks, chance.betavariate(3, 97))
        text = chance.choice(texts)
        made.append(own_ad(number, text, impressions, clicks, conversions=float(bought)))
    return made


def happened(chance: random.Random, tries: int, share: float) -> int:
    """About binomial: normal for many, one by one for few."""
    if tries * share < 20:
        return sum(chance.random() < share for _ in range(tries)) if tries < 5000 else 0
    spread = math.sqrt(tries * share * (1 - share))
    return max(0, min(tries, round(chance.gauss(tries * share, spread))))
