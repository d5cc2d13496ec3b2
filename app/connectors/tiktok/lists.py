"""What a TikTok ad account lists: campaigns, ad groups and ads, also those that were deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from app.connectors.errors import AccountRefused, SetupProblem
from app.connectors.tiktok import answers
from app.connectors.tiktok.api import Api, as_json
from app.connectors.tiktok.errors import BadQuestion, ScopeMissing
from app.connectors.words import FoundAccount, FoundEntity, Grant, Structure

_COMMON_FIELDS = ("campaign_id", "operation_status", "secondary_status", "create_time")
_BUDGET_FIELDS = ("budget", "budget_mode")
CAMPAIGN_FIELDS = (
    *_COMMON_FIELDS,
    *_BUDGET_FIELDS,
    "campaign_name",
    "objective_type",
    "campaign_automation_type",
    "is_smart_performance_campaign",
    "is_search_campaign",
)
AD_GROUP_FIELDS = (*_COMMON_FIELDS, *_BUDGET_FIELDS, "adgroup_id", "adgroup_name")
AD_FIELDS = (*_COMMON_FIELDS, "adgroup_id", "ad_id", "ad_name", "ad_text", "ad_texts")
LISTS = {"campaign": CAMPAIGN_FIELDS, "adgroup": AD_GROUP_FIELDS, "ad": AD_FIELDS}
# Bought at a fixed price. TikTok lists them only by name, one at a time, yet reports on them.
RESERVED = ("RESERVATION_RF", "RESERVATION_TOP_VIEW")
_THINGS = msgspec.json.Decoder(answers.Page[answers.Thing], strict=False)


class Lists:
    """The lists of one account. `note` is told of words that are in no table."""

    def __init__(
        self, api: Api, grant: Grant, account: FoundAccount, note: Callable[[str], None]
    ) -> None:
        self._api, self._grant, self._account, self._note = api, grant, account, note

    def structure(self) -> Structure:
        """Without ads that TikTok itself has thrown away."""
        listed = {kind: self._things(kind, fields) for kind, fields in LISTS.items()}
        known = {answers.same(campaign.campaign_id) for campaign in listed["campaign"]}
        for buying_type in RESERVED:
            campaigns = self._reserved("campaign", buying_type)
            if {answers.same(campaign.campaign_id) for campaign in campaigns} <= known:
                continue
            listed["campaign"] += campaigns
            for kind in ("adgroup", "ad"):
                listed[kind] += self._reserved(kind, buying_type)
        return Structure(
            campaigns=_each_once(map(answers.campaign, listed["campaign"])),
            ad_groups=_each_once(map(answers.ad_group, listed["adgroup"])),
            ads=_each_once(map(answers.ad, self._with_smart_plus(listed))),
        )

    def _reserved(self, kind: str, buying_type: str) -> list[answers.Thing]:
        """None where the account or the app may not buy this way."""
        try:
            return self._things(kind, LISTS[kind], {"buying_types": [buying_type]})
        except (BadQuestion, AccountRefused, ScopeMissing, SetupProblem):
            return []

    def _with_smart_plus(self, listed: Mapping[str, list[answers.Thing]]) -> list[answers.Thing]:
        """All ads; those of upgraded Smart+ in place of their creatives, which /ad/get/ lists."""
        ads = listed["ad"]
        campaigns = listed["campaign"]
        smart = {answers.same(c.campaign_id) for c in campaigns if answers.is_smart_plus(c)}
        if not smart:
            return ads
        try:
            own = self._things("smart_plus/ad", ())
        except (BadQuestion, AccountRefused, SetupProblem, ScopeMissing):
            self._note(
                f"{self._account.name}: TikTok did not list the ads of its Smart+ campaigns, so "
                "their creatives are shown instead."
            )
            return ads
        others = [ad for ad in ads if answers.same(ad.campaign_id) not in smart]
        return others + [ad for ad in own if answers.same(ad.campaign_id) in smart]

    def _things(
        self,
        kind: str,
        fields: Sequence[str],
        only: Mapping[str, Sequence[str]] | None = None,
    ) -> list[answers.Thing]:
        """Without its status ALL, TikTok hides what was deleted."""
        level = kind.rpartition("/")[2].upper()
        wanted = {"secondary_status": f"{level}_STATUS_ALL", **(only or {})}
        asked = {"advertiser_id": self._account.external_id, "filtering": as_json(wanted)}
        if fields:
            asked["fields"] = as_json(fields)
        pages = self._api.pages(self._grant, f"{kind}/get", _THINGS, asked)
        listed = [thing for page in pages for thing in page]
        for word in dict.fromkeys(word for thing in listed for word in answers.surprises(thing)):
            self._note(f"TikTok uses a word that this version does not know: {word}.")
        return listed

    def campaign_ids(self) -> list[str]:
        """Deleted ones included."""
        listed = self._things("campaign", CAMPAIGN_FIELDS)
        return [answers.same(thing.campaign_id) for thing in listed]


def _each_once(entities: Iterable[FoundEntity]) -> list[FoundEntity]:
    return list({entity.external_id: entity for entity in entities}.values())
