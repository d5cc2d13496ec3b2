"""What a workspace's own ads did that resemble a text, where there is enough to say so.

Resembling is being of the same kind, see `app.metrics.openings`, on the same platform. What is
said is correlation: those ads may have had other pictures, audiences and budgets.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.insights.rates import alike, decimals_apart
from app.metrics.openings import Kind, kinds_of
from app.metrics.shares import Chances, Compared, compare
from app.models import Account, Ad, AdDay, CampaignDraft, DraftAd

DAYS = 365
# Both the ads that resemble and the others on the platform have to be this many, with this much.
LEAST_ADS = 5
LEAST_IMPRESSIONS = 1_000
LEAST_CLICKS = 100
# Of workspaces in which the kind of an ad means nothing, this share at most is told otherwise by
# some kind of a platform: the level of each interval is this, divided by the kinds compared.
WRONG_AT_MOST = 0.05


@dataclass(frozen=True, slots=True)
class OwnAd:
    """One ad's sums over the days looked at; first and last are days with figures."""

    ad_id: int
    platform: str
    texts: Mapping[str, Any]
    impressions: int
    clicks: int
    conversions: float
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Resemblance:
    """What the ads of one kind did, beside the other ads of the platform.

    `ctr` and `conversion_rate` are shares of one, shrunk towards the other ads'; None where clicks
    or conversions are too few to say. The counts are plain sums.
    """

    kind: Kind
    ads: int
    other_ads: int
    impressions: int
    clicks: int
    conversions: float
    first: dt.date
    last: dt.date
    ctr: Compared | None
    conversion_rate: Compared | None

    @property
    def reason(self) -> str:
        """In plain words, such as `14 short ads that open with a question: CTR 1.9 % …`."""
        said = [
            f"{name} {_compared_words(each, self.other_ads)}"
            for name, each in (("CTR", self.ctr), ("conversion rate", self.conversion_rate))
            if each
        ]
        days = f"{_day(self.first)} to {_day(self.last)}"
        return f"{self.ads} {self.kind.described}: {'; '.join(said)}; {days}."


class OwnAds:
    """A workspace's ads that were shown and whose text is known.

    Every kind is compared once, when the ads are loaded, so that asking for a text is a look-up.
    """

    def __init__(self, ads: Sequence[OwnAd]) -> None:
        unique = {ad.ad_id: ad for ad in ads if ad.impressions > 0}
        self.ads = [unique[ad_id] for ad_id in sorted(unique)]
        self._known = _compared(self.ads)

    def resembling(self, platform: str, texts: Mapping[str, Any]) -> Resemblance | None:
        """What ads like this one did, of the narrowest kind with enough of them; else None.

        Enough is LEAST_ADS ads and LEAST_IMPRESSIONS impressions on both sides; how the ads did
        is not looked at to choose the kind.
        """
        for kind in kinds_of(platform, texts):
            found = self._known.get(kind)
            if found and found.ctr:
                return found
        return None


def own_ads(session: Session, workspace_id: int, today: dt.date) -> OwnAds:
    """The ads of the accounts that count, with their sums of the last DAYS days.

    An ad's text is the platform's, and where it tells none, the one it was launched with from
    here.
    """
    counting = select(Account.id).where(Account.workspace_id == workspace_id, Account.selected)
    # Summed before anything is joined: the year of a large workspace is a million rows.
    sums = (
        select(
            AdDay.ad_id,
            func.sum(AdDay.impressions).label("impressions"),
            func.sum(AdDay.clicks).label("clicks"),
            func.sum(AdDay.conversions).label("conversions"),
            func.min(AdDay.day).label("first"),
            func.max(AdDay.day).label("last"),
        )
        .where(
            AdDay.workspace_id == workspace_id,
            AdDay.account_id.in_(counting),
            AdDay.day.between(today - dt.timedelta(days=DAYS - 1), today),
        )
        .group_by(AdDay.ad_id)
        .subquery()
    )
    rows = session.execute(
        select(Ad.id, Account.platform, Ad.texts, *sums.c)
        .join(sums, sums.c.ad_id == Ad.id)
        .join(Account, Account.id == Ad.account_id)
        .where(Ad.workspace_id == workspace_id)
    ).all()
    launched = _launched(session, workspace_id)
    return OwnAds([_own_ad(row, row.texts or launched.get(row.id, {})) for row in rows])


def _launched(session: Session, workspace_id: int) -> dict[int, dict[str, Any]]:
    """The texts of ads that were created from here, by the ad's id."""
    rows = session.execute(
        select(Ad.id, DraftAd.texts)
        .join(CampaignDraft, CampaignDraft.account_id == Ad.account_id)
        .join(
            DraftAd,
            (DraftAd.draft_id == CampaignDraft.id) & (DraftAd.ad_external_id == Ad.external_id),
        )
        .where(
            Ad.workspace_id == workspace_id,
            CampaignDraft.workspace_id == workspace_id,
            DraftAd.workspace_id == workspace_id,
            DraftAd.ad_external_id != "",
        )
    )
    return {row.id: row.texts for row in rows}


def _own_ad(row: Row[*tuple[Any, ...]], texts: Mapping[str, Any]) -> OwnAd:
    return OwnAd(
        row.id,
        row.platform,
        texts,
        int(row.impressions),
        int(row.clicks),
        float(row.conversions),
        row.first,
        row.last,
    )


def _compared(ads: Sequence[OwnAd]) -> dict[Kind, Resemblance]:
    """Every kind with enough ads, and enough others on its platform."""
    by_kind: dict[Kind, list[OwnAd]] = defaultdict(list)
    on: dict[str, list[OwnAd]] = defaultdict(list)
    for ad in ads:
        kinds = kinds_of(ad.platform, ad.texts)
        on[ad.platform].extend([ad] if kinds else [])
        for kind in kinds:
            by_kind[kind].append(ad)
    enough = {
        kind: (group, rest)
        for kind, group in by_kind.items()
        if _enough(group) and _enough(rest := _without(on[kind.platform], group))
    }
    compared = Counter(kind.platform for kind in enough)
    return {
        kind: _resemblance(kind, group, rest, WRONG_AT_MOST / compared[kind.platform])
        for kind, (group, rest) in enough.items()
    }


def _without(ads: Sequence[OwnAd], group: Sequence[OwnAd]) -> list[OwnAd]:
    ids = {ad.ad_id for ad in group}
    return [ad for ad in ads if ad.ad_id not in ids]


def _enough(side: Sequence[OwnAd]) -> bool:
    return len(side) >= LEAST_ADS and sum(ad.impressions for ad in side) >= LEAST_IMPRESSIONS


def _resemblance(
    kind: Kind, group: Sequence[OwnAd], rest: Sequence[OwnAd], level: float
) -> Resemblance:
    return Resemblance(
        kind,
        len(group),
        len(rest),
        sum(ad.impressions for ad in group),
        sum(ad.clicks for ad in group),
        sum(ad.conversions for ad in group),
        min(ad.first for ad in group),
        max(ad.last for ad in group),
        compare(_clicking(group), _clicking(rest), level),
        _converting(group, rest, level),
    )


def _converting(group: Sequence[OwnAd], rest: Sequence[OwnAd], level: float) -> Compared | None:
    for side in (group, rest):
        clicked = [ad for ad in side if ad.clicks]
        if len(clicked) < LEAST_ADS or sum(ad.clicks for ad in clicked) < LEAST_CLICKS:
            return None
    return compare(_buying(group), _buying(rest), level)


def _clicking(ads: Sequence[OwnAd]) -> list[Chances]:
    return [Chances(ad.impressions, ad.clicks) for ad in ads]


def _buying(ads: Sequence[OwnAd]) -> list[Chances]:
    return [Chances(ad.clicks, ad.conversions) for ad in ads]


def _compared_words(each: Compared, others: int) -> str:
    """Two rates with the decimals that tell them apart, or that nothing does."""
    mine, theirs = each.share * 100, each.others * 100
    digits = decimals_apart([mine, theirs])
    if alike(mine, theirs):
        return f"{mine:.{digits}f} %, about the same as your other {others} ads"
    clear = "" if each.differs else ", no clear difference"
    return f"{mine:.{digits}f} % against {theirs:.{digits}f} % of your other {others} ads{clear}"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
