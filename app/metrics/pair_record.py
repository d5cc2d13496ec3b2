"""Whether a better score went with a better result: the pairs of ads launched together.

Two ads of one campaign, created from here with different scores, were shown side by side; of each
such pair it is counted whether the higher score has the higher click-through rate. Pairs of one
campaign share their ads and so hang together. How much, is known: without any relation the count
of pairs in order less those out of order is Kendall's S, whose variance for n ads with t of a tied
score is (n(n-1)(2n+5) - sum t(t-1)(2t+5)) / 18 (M. G. Kendall, Rank Correlation Methods, 1948).
The interval is Wilson's for as many independent pairs as have that variance.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.metrics.shares import wilson
from app.models import Account, Ad, AdDay, CampaignDraft, DraftAd

LEAST_PAIRS = 10
LEAST_IMPRESSIONS = 1_000


class Launched(NamedTuple):
    """One launched ad with enough impressions to be compared."""

    score: Decimal
    clicks: int
    impressions: int

    @property
    def ctr(self) -> Fraction:
        """Exact, so that equal rates are ties."""
        return Fraction(self.clicks, self.impressions)


@dataclass(frozen=True, slots=True)
class PairRecord:
    """In `hits` of `pairs` the higher score did better; `needed` pairs before a share is told.

    `low` to `high` holds the share in the long run, at 95 %; None while there are too few pairs.
    """

    pairs: int
    hits: int
    needed: int = LEAST_PAIRS
    low: float | None = None
    high: float | None = None

    @property
    def share(self) -> float | None:
        """Hits as a share of one; None while there are too few pairs."""
        return None if self.low is None else self.hits / self.pairs

    @property
    def tells(self) -> bool:
        """Whether the score said more, or less, than tossing a coin."""
        return self.low is not None and self.high is not None and not self.low <= 0.5 <= self.high


def pair_record(session: Session, workspace_id: int, today: dt.date) -> PairRecord:
    """The pairs of all campaigns launched from here; of no pairs when there are none yet."""
    rows = session.execute(
        select(
            DraftAd.draft_id,
            DraftAd.score,
            func.sum(AdDay.clicks).label("clicks"),
            func.sum(AdDay.impressions).label("impressions"),
        )
        .join(CampaignDraft, CampaignDraft.id == DraftAd.draft_id)
        .join(
            Ad,
            (Ad.account_id == CampaignDraft.account_id)
            & (Ad.external_id == DraftAd.ad_external_id),
        )
        .join(Account, Account.id == Ad.account_id)
        .join(AdDay, AdDay.ad_id == Ad.id)
        .where(
            DraftAd.workspace_id == workspace_id,
            CampaignDraft.workspace_id == workspace_id,
            Ad.workspace_id == workspace_id,
            Account.selected,
            DraftAd.score.is_not(None),
            DraftAd.ad_external_id != "",
            AdDay.day <= today,
        )
        .group_by(DraftAd.draft_id, DraftAd.position)
        .having(func.sum(AdDay.impressions) >= LEAST_IMPRESSIONS)
    )
    campaigns: dict[int, list[Launched]] = defaultdict(list)
    for row in rows:
        campaigns[row.draft_id].append(Launched(row.score, int(row.clicks), int(row.impressions)))
    return recorded(campaigns.values())


def recorded(campaigns: Iterable[Sequence[Launched]]) -> PairRecord:
    """The record of these campaigns' ads; pairs of equal scores or equal rates do not count."""
    pairs = hits = 0
    variance = 0.0
    for ads in campaigns:
        ordered = [
            (one.score > other.score) == (one.ctr > other.ctr)
            for one, other in combinations(ads, 2)
            if one.score != other.score and one.ctr != other.ctr
        ]
        pairs += len(ordered)
        hits += sum(ordered)
        variance += _variance([ad.score for ad in ads])
    if pairs < LEAST_PAIRS or not variance:
        return PairRecord(pairs, hits)
    independent = min(pairs, pairs * pairs / variance)
    low, high = wilson(hits / pairs * independent, independent)
    return PairRecord(pairs, hits, low=low, high=high)


def _variance(scores: Sequence[Decimal]) -> float:
    """Of Kendall's S without any relation."""

    def term(count: int) -> int:
        return count * (count - 1) * (2 * count + 5)

    tied = sum(map(term, Counter(scores).values()))
    return (term(len(scores)) - tied) / 18
