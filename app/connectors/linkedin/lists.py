"""What an ad account lists: campaign groups, campaigns and creatives, each read once a sync.

The finders leave some statuses out unless they are named, so all of them are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from app.connectors.linkedin import answers
from app.connectors.linkedin.api import Api, Question
from app.connectors.linkedin.restli import CREATIVE, GROUP, Params, same
from app.connectors.linkedin.statuses import surprises
from app.connectors.words import Structure

GROUP_STATUSES = (
    "ACTIVE",
    "ARCHIVED",
    "CANCELED",
    "DRAFT",
    "PAUSED",
    "PENDING_DELETION",
    "REMOVED",
)
CAMPAIGN_STATUSES = (
    "ACTIVE",
    "PAUSED",
    "ARCHIVED",
    "COMPLETED",
    "CANCELED",
    "DRAFT",
    "PENDING_DELETION",
    "REMOVED",
)
CREATIVE_STATUSES = GROUP_STATUSES
# LinkedIn allows 1000, of creatives 100. The second is for when it finds the first too much.
PAGE_SIZES = (500, 100)
CREATIVE_PAGE_SIZES = (100, 25)
CREATIVES_AT_ONCE = 100

_GROUPS = msgspec.json.Decoder(answers.Page[answers.Group], strict=False)
_CAMPAIGNS = msgspec.json.Decoder(answers.Page[answers.Campaign], strict=False)
_CREATIVES = msgspec.json.Decoder(answers.Page[answers.Creative], strict=False)


class Lists:
    """The lists of one account. `note` is told of words that are in no table."""

    def __init__(self, api: Api, account: str, note: Callable[[str], None]) -> None:
        self._api = api
        self._account = account
        self._note = note
        self._reading = threading.RLock()
        self._groups: list[answers.Group] | None = None
        self._campaigns: list[answers.Campaign] | None = None
        self._creatives: list[answers.Creative] | None = None

    def structure(self, currency: str) -> Structure:
        """All three, read to the last page."""
        groups, campaigns, creatives = self.groups(), self.campaigns(), self.creatives()
        for thing in (*groups, *campaigns):
            self._say(thing.status or "", thing.serving_statuses or [])
        for creative in creatives:
            self._say(creative.intended_status or "", creative.holds)
        return Structure(
            campaigns=answers.campaigns(groups, campaigns, currency),
            ad_groups=answers.ad_groups(campaigns, currency),
            ads=answers.ads(creatives, self.parents()),
        )

    def groups(self) -> list[answers.Group]:
        with self._reading:
            if self._groups is None:
                asked = self._search("adCampaignGroups", GROUP_STATUSES)
                self._groups = self._api.rows(asked, _GROUPS, PAGE_SIZES)
            return self._groups

    def campaigns(self) -> list[answers.Campaign]:
        with self._reading:
            if self._campaigns is None:
                asked = self._search("adCampaigns", CAMPAIGN_STATUSES)
                self._campaigns = self._api.rows(asked, _CAMPAIGNS, PAGE_SIZES)
            return self._campaigns

    def creatives(self) -> list[answers.Creative]:
        with self._reading:
            if self._creatives is None:
                self._creatives = self._criteria({"intendedStatuses": CREATIVE_STATUSES})
            return self._creatives

    def ids(self, kind: str) -> list[str]:
        """Those of all groups, or of all campaigns."""
        listed: Iterable[answers.Group] = self.groups() if kind == GROUP else self.campaigns()
        return [same(thing.id) for thing in listed]

    def parents(self) -> dict[str, str]:
        """Each campaign's group."""
        return {same(one.id): same(one.campaign_group) for one in self.campaigns()}

    def owners(self, creatives: Iterable[str]) -> dict[str, str]:
        """Each creative's campaign; those that LinkedIn no longer lists are missing."""
        found = {same(one.id): same(one.campaign) for one in self.creatives()}
        missing = [one for one in creatives if one not in found]
        for at in range(0, len(missing), CREATIVES_AT_ONCE):
            wanted = [f"{CREATIVE}{one}" for one in missing[at : at + CREATIVES_AT_ONCE]]
            for one in self._criteria({"creatives": wanted}):
                found[same(one.id)] = same(one.campaign)
        return found

    def group_names(self) -> Mapping[str, str]:
        return {same(one.id): one.name or same(one.id) for one in self.groups()}

    def known_names(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Of campaigns and creatives, as far as this sync has read them already."""
        return (
            {same(one.id): one.name or same(one.id) for one in self._campaigns or ()},
            {same(one.id): answers.name_of(one) for one in self._creatives or ()},
        )

    def _search(self, kind: str, statuses: Sequence[str]) -> Question:
        search: Params = {"status": {"values": statuses}}
        return self._question(kind, {"q": "search", "search": search})

    def _criteria(self, wanted: Params) -> list[answers.Creative]:
        asked = self._question("creatives", {"q": "criteria", **wanted, "sortOrder": "ASCENDING"})
        return self._api.rows(asked, _CREATIVES, CREATIVE_PAGE_SIZES)

    def _question(self, kind: str, params: Params) -> Question:
        path = f"adAccounts/{self._account}/{kind}"
        return Question(path, kind, params, account=self._account)

    def _say(self, status: str, holds: Sequence[str]) -> None:
        for word in surprises(status, holds):
            self._note(f"LinkedIn uses a word that this version does not know: status {word}.")
