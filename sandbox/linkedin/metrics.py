"""The metrics of a report, as LinkedIn writes them: counts as numbers, amounts as text.

Amounts are what is left after adding up in binary: 84.149999999999999 for 84.15, and for 0
sometimes -2E-18.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.figures import Figures
from sandbox.noise import noise

_DOLLARS = Decimal("1.0837")
_TAILS = (Decimal(0), Decimal("-2E-14"), Decimal("3.6E-14"), Decimal(0))


def _amount(minor: int, decimals: int, rate: Decimal = Decimal(1)) -> str:
    bits = noise(minor, 77)
    if not minor:
        return ("0", "0.0", "-2E-18", "-0.000000000000000002")[bits % 4]
    exact = Decimal(minor).scaleb(-decimals) * rate
    return format((exact + _TAILS[bits % 4]).normalize(), "f")


Metric = Callable[[Figures, int], Any]


def _count(of: Callable[[Figures], int]) -> Metric:
    return lambda figures, _: of(figures)


def _members(impressions: int) -> int:
    """Fewer for each view the longer the time: the same members come back."""
    return max(1, int(impressions**0.93 / 1.15)) if impressions else 0


def _zero(figures: Figures, decimals: int) -> int:
    del figures, decimals
    return 0


# Part of the vocabulary, and always 0 in this world.
_UNUSED = """
    actionClicks adUnitClicks cardClicks cardImpressions commentLikes companyPageClicks
    documentCompletions documentFirstQuartileCompletions documentMidpointCompletions
    documentThirdQuartileCompletions downloadClicks fullScreenPlays jobApplications
    jobApplyClicks leadGenerationMailContactInfoShares leadGenerationMailInterestedClicks opens
    postClickJobApplications postClickJobApplyClicks postClickRegistrations
    postViewJobApplications postViewJobApplyClicks postViewRegistrations registrations sends
    talentLeads textUrlClicks validWorkEmailLeads viralCardClicks viralCardImpressions
    viralClicks viralCommentLikes viralComments viralCompanyPageClicks viralDocumentCompletions
    viralDocumentFirstQuartileCompletions viralDocumentMidpointCompletions
    viralDocumentThirdQuartileCompletions viralDownloadClicks viralExternalWebsiteConversions
    viralExternalWebsitePostClickConversions viralExternalWebsitePostViewConversions
    viralFollows viralFullScreenPlays viralImpressions viralJobApplications viralJobApplyClicks
    viralLandingPageClicks viralLikes viralOneClickLeadFormOpens viralOneClickLeads
    viralOtherEngagements viralPostClickJobApplications viralPostClickJobApplyClicks
    viralPostClickRegistrations viralPostViewJobApplications viralPostViewJobApplyClicks
    viralPostViewRegistrations viralReactions viralRegistrations viralShares
    viralTotalEngagements viralVideoCompletions viralVideoFirstQuartileCompletions
    viralVideoMidpointCompletions viralVideoStarts viralVideoThirdQuartileCompletions
    viralVideoViews
"""
METRICS: dict[str, Metric] = {
    **dict.fromkeys(_UNUSED.split(), _zero),
    "impressions": _count(lambda figures: figures.impressions),
    "clicks": _count(lambda figures: figures.clicks),
    "landingPageClicks": _count(lambda figures: figures.link_clicks),
    "costInLocalCurrency": lambda figures, decimals: _amount(figures.spend, decimals),
    "costInUsd": lambda figures, decimals: _amount(figures.spend, decimals, _DOLLARS),
    "externalWebsiteConversions": _count(lambda figures: figures.purchases),
    "externalWebsitePostClickConversions": _count(lambda figures: figures.web_purchases),
    "externalWebsitePostViewConversions": _count(
        lambda figures: figures.purchases - figures.web_purchases
    ),
    "conversionValueInLocalCurrency": lambda figures, decimals: _amount(figures.value, decimals),
    "oneClickLeads": _count(lambda figures: figures.leads),
    "oneClickLeadFormOpens": _count(lambda figures: figures.leads * 3),
    "qualifiedLeads": _count(lambda figures: figures.leads // 2),
    "approximateMemberReach": _count(lambda figures: _members(figures.impressions)),
    "totalEngagements": _count(lambda figures: figures.clicks * 2),
    "likes": _count(lambda figures: figures.clicks // 3),
    "reactions": _count(lambda figures: figures.clicks // 2),
    "comments": _count(lambda figures: figures.clicks // 40),
    "shares": _count(lambda figures: figures.clicks // 60),
    "follows": _count(lambda figures: figures.clicks // 80),
    "otherEngagements": _count(lambda figures: figures.clicks // 9),
    "videoViews": _count(lambda figures: figures.impressions // 8),
    "videoStarts": _count(lambda figures: figures.impressions // 3),
    "videoFirstQuartileCompletions": _count(lambda figures: figures.impressions // 10),
    "videoMidpointCompletions": _count(lambda figures: figures.impressions // 14),
    "videoThirdQuartileCompletions": _count(lambda figures: figures.impressions // 18),
    "videoCompletions": _count(lambda figures: figures.impressions // 22),
}


def is_nothing(value: Any) -> bool:
    """Whether a metric's value is 0, however it is written."""
    return not round(Decimal(str(value)), 6)
