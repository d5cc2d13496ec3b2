"""A brief for copy in place of an ad's, from what the ad itself says and what is known of it.

An ad that was launched from here has its brief. Of any other a brief of the workspace is taken
whose product the ad names; without one, the ad's own sentences. Nothing else is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.words import sentences, words
from app.creative.briefs import LONGEST_LINE, LONGEST_URL, MOST_LINES, parse_brief
from app.errors import NotFound
from app.metrics.openings import Opening, kinds_of, offers, opening_words
from app.models import Account, Ad, CampaignDraft, CreativeBatch, CreativeVariation, DraftAd

_BRIEFS = 50
_KINDS = ("primary_text", "headlines", "headline", "descriptions", "description")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]]")
_ANGLES = {Opening.OFFER: Angle.OFFER, Opening.QUOTATION: Angle.PROOF}


class Rests(StrEnum):
    """What a brief was filled from."""

    LAUNCH = "launch"
    EARLIER = "earlier"
    TEXTS = "texts"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FromAd:
    """An ad and the brief that was made of it; its product is empty where the ad names none.

    `texts` are the ad's own, as they are. `opening` is how it begins, None without a text.
    """

    ad_id: int
    campaign_id: int
    name: str
    platform: str
    texts: Sequence[str]
    opens: str
    opening: Opening | None
    rests: Rests
    brief: Brief


def from_ad(session: Session, workspace_id: int, ad_id: int) -> FromAd:
    """Raises NotFound, also for another workspace's ad."""
    row = _row(session, workspace_id, ad_id)
    held = row.texts or row.launched or {}
    texts = list(dict.fromkeys(_several(held)))
    opening = next((kind.opening for kind in kinds_of(row.platform, held)), None)
    rests, brief = _brief(session, workspace_id, row, texts, opening)
    return FromAd(
        row.id,
        row.campaign_id,
        row.name,
        row.platform,
        texts,
        opening_words(row.platform, held),
        opening,
        rests,
        brief,
    )


def _row(session: Session, workspace_id: int, ad_id: int) -> Row[Any]:
    """The ad, and what it was launched with if that was from here."""
    launched = _launched(workspace_id)
    row = session.execute(
        select(
            Ad.id,
            Ad.campaign_id,
            Ad.name,
            Ad.texts,
            Account.platform,
            launched.c.texts.label("launched"),
            launched.c.url,
            CreativeVariation.angle,
            CreativeBatch.brief,
        )
        .join(Account, Account.id == Ad.account_id)
        .outerjoin(
            launched,
            (launched.c.account_id == Ad.account_id)
            & (launched.c.ad_external_id == Ad.external_id),
        )
        .outerjoin(CreativeVariation, CreativeVariation.id == launched.c.variation_id)
        .outerjoin(CreativeBatch, CreativeBatch.id == CreativeVariation.batch_id)
        .where(Ad.id == ad_id, Ad.workspace_id == workspace_id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _launched(workspace_id: int) -> Subquery:
    return (
        select(
            CampaignDraft.account_id,
            DraftAd.ad_external_id,
            DraftAd.texts,
            DraftAd.variation_id,
            CampaignDraft.url,
        )
        .join(CampaignDraft, CampaignDraft.id == DraftAd.draft_id)
        .where(
            CampaignDraft.workspace_id == workspace_id,
            DraftAd.workspace_id == workspace_id,
            DraftAd.ad_external_id != "",
        )
        .subquery()
    )


def _brief(
    session: Session,
    workspace_id: int,
    row: Row[Any],
    texts: Sequence[str],
    opening: Opening | None,
) -> tuple[Rests, Brief]:
    platforms = (AdPlatform(row.platform),) if row.platform in tuple(AdPlatform) else ()
    angle = Angle(row.angle) if row.angle else _angle(row.platform, opening)
    url = row.url or _address([*_several(row.texts or {}, ("landing_page",)), *texts])
    told: dict[str, Any] = {"platforms": platforms, "angle": angle} | ({"url": url} if url else {})
    if row.brief:
        return Rests.LAUNCH, replace(parse_brief(row.brief), **told)
    if not texts:
        return Rests.NOTHING, Brief(product="", **told)
    offers, benefits = _split(texts)
    known = _named(session, workspace_id, texts)
    if known is not None:
        facts = tuple(dict.fromkeys((*known.facts, *offers)))[:MOST_LINES]
        return Rests.EARLIER, replace(known, facts=facts, **told)
    return Rests.TEXTS, Brief(product="", benefits=benefits, facts=offers, **told)


def _angle(platform: str, opening: Opening | None) -> Angle | None:
    """Only where the opening leaves no doubt; any of a search ad's headlines may stand first."""
    return None if platform == "google" or opening is None else _ANGLES.get(opening)


def _named(session: Session, workspace_id: int, texts: Sequence[str]) -> Brief | None:
    """The newest brief of the workspace whose product the texts name."""
    said = f" {' '.join(words(' '.join(texts)))} "
    kept = session.scalars(
        select(CreativeBatch.brief)
        .where(CreativeBatch.workspace_id == workspace_id)
        .order_by(CreativeBatch.id.desc())
        .limit(_BRIEFS)
    )
    for brief in kept:
        product = " ".join(words(str(brief["product"])))
        if product and f" {product} " in said:
            return parse_brief(brief)
    return None


def _address(texts: Sequence[str]) -> str:
    """The first that stands in them and that a brief can hold."""
    found = (each[0] for text in texts if (each := _ADDRESS.search(text)))
    return next((each for each in found if len(each) <= LONGEST_URL), "")


def _several(held: Mapping[str, Any], kinds: Sequence[str] = _KINDS) -> Iterator[str]:
    """Every text of an ad, in the order it is read."""
    for kind in kinds:
        texts = held.get(kind)
        for text in [texts] if isinstance(texts, str) else texts or ():
            if isinstance(text, str) and text.strip():
                yield text.strip()


def _split(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the texts offer (prices, percentages) and what else they say, a sentence each."""
    said = [each for text in texts for each in sentences(text) if len(each) <= LONGEST_LINE]
    others = [each for each in said if not offers(each) and not _ADDRESS.fullmatch(each)]
    return _lines(each for each in said if offers(each)), _lines(others)


def _lines(several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(several))[:MOST_LINES]
