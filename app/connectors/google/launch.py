"""Creating paused Search campaigns at Google Ads.

A campaign and all that hangs on it is one request, of which everything is made or nothing. Google
keeps the names of campaigns unique, so the order's mark in the name tells whether an earlier try
went through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from app.connectors.base import Connector
from app.connectors.errors import AccountRefused, SetupProblem, Temporary, Throttled
from app.connectors.google import launch_bodies as bodies
from app.connectors.google import launch_checks as checks
from app.connectors.google import queries
from app.connectors.google.ads import SearchAd
from app.connectors.google.answers import Mutated, Row, known
from app.connectors.google.errors import LONGEST_SHORT_WAIT, Busy
from app.connectors.google.refusals import DUPLICATE, GONE, Complaint, Declined, complaints
from app.connectors.google.search import Search
from app.connectors.launching import (
    AdCopy,
    Choice,
    Choices,
    DryRun,
    Launcher,
    Made,
    Order,
    Question,
    Refused,
    Step,
    Unknown,
)
from app.connectors.words import Days, FoundAccount

CAMPAIGN, AD_GROUP, BUDGET = "campaign", "ad_group", "budget"
KIND = "Search campaign with its budget, ad group, keywords and ads"
_TRIED_BUDGET = 1_000_000_000
_LATELY = dt.timedelta(days=90)
_LOOK_AGAIN_SECONDS = (2.0, 5.0)
_UNCERTAIN = (
    "Google Ads did not say whether it made the campaign. Before anything is sent again, the "
    "account is searched for it, so nothing is made twice."
)

_EU = Question(
    bodies.EU_POLITICAL,
    "Does the campaign hold EU political advertising?",
    "Google asks this of every campaign (EU regulation 2024/900). Ads by, for or about political "
    "actors, or meant to influence an election, a referendum or a law, are political. Google does "
    "not show those in the European Union.",
    (
        Choice(bodies.NOT_POLITICAL, "No, it does not"),
        Choice(bodies.POLITICAL, "Yes, it does"),
    ),
    needed=True,
)
_CONVERSIONS = Choice(bodies.FOR_CONVERSIONS, "As many conversions as the budget brings")
_CLICKS = Choice(bodies.FOR_CLICKS, "As many clicks as the budget brings")
_NOTES = (
    "The ads appear in Google Search only, without search partners and the Display Network.",
    "They are shown to people in the chosen countries; keywords are added as phrase match.",
    "For traffic and awareness Google bids for as many clicks as the budget brings.",
    "Ages and gender: the other ranges are left out, but people of unknown age or gender are not.",
    "A picture and a language are not used: a Search campaign has neither setting.",
)
_TEST_ACCOUNT = "This is a test account: Google never shows its ads to anybody."


class GoogleLauncher(Launcher):
    """Everything is created PAUSED: the campaign, its ad group and its ads."""

    manager: ClassVar[str] = "Google Ads"
    dry_runs: ClassVar[bool] = True

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._search = Search(connector)

    def missing_permission(self, account: FoundAccount) -> str:
        """The permission always allows writing, but a role may not: a budget is tried, not made."""
        name = f"customers/{account.external_id}/campaignBudgets/-1"
        body = bodies.tried(bodies.mutation([bodies.budget(name, _TRIED_BUDGET)]))
        try:
            self._patiently(account, body)
        except Declined:
            return ""
        except (AccountRefused, SetupProblem) as error:
            return error.message
        return ""

    def choices(self, account: FoundAccount) -> Choices:
        counted = self._counted(account)
        test = (_TEST_ACCOUNT,) if account.status == "test account" else ()
        return Choices(
            keywords=True,
            questions=(_EU, _bids(counted)),
            notes=(*test, *_NOTES),
        )

    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        return checks.problems(account, order, self.today(account))

    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        return [Step(CAMPAIGN, KIND, order.named(), bodies.whole(account, order))]

    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        body = bodies.whole(account, order)
        try:
            self._patiently(account, bodies.tried(body))
        except Declined as declined:
            said = tuple(complaint.sentence for complaint in complaints(body, declined))
            return DryRun(asked=True, problems=said)
        return DryRun(
            asked=True,
            note="Google checked the whole request and would take it. The ads are reviewed once "
            "they exist.",
        )

    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        try:
            answered = self._search.mutate(account.external_id, step.request, via=account.via)
        except Declined as declined:
            return self._went_through_before(account, order, step, made, declined)
        except Busy as error:
            wait = max(error.retry_after or 0.0, LONGEST_SHORT_WAIT)
            raise Throttled(error.message, retry_after=wait) from error
        except Temporary as error:
            raise Unknown(f"{_UNCERTAIN} ({error.message})") from error
        ids = _ids(answered)
        if not {CAMPAIGN, AD_GROUP, *_ad_keys(order)} <= set(ids):
            raise Unknown(_UNCERTAIN)
        return ids

    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        del step, made
        rows = self._rows(account, queries.campaigns_marked(order.mark))
        marked = [row.campaign for row in rows if row.campaign]
        # One that a person copied at Google has the mark, but not at its end.
        own = (each for each in marked if each.name.endswith(f"[{order.mark}]"))
        campaign = next(own, None)
        if campaign is None:
            return {}
        number = known(campaign.id)
        ids = {CAMPAIGN: number}
        if campaign.campaign_budget:
            ids[BUDGET] = campaign.campaign_budget
        groups = self._rows(account, queries.within(queries.MADE_GROUPS, "ad_group", number))
        for row in groups:
            ids[AD_GROUP] = known(row.ad_group.id if row.ad_group else None)
        return ids | _by_texts(order, self._ads(account, number, len(order.ads)))

    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        del order
        if CAMPAIGN not in made:
            return []
        seen = list(self._seen(account, made[CAMPAIGN]))
        running = [thing for thing in seen if thing.status != "PAUSED"]
        missing = _missing(made, seen)
        if not running:
            return missing
        names = {kind: [one.resource for one in running if one.kind == kind] for kind in _KINDS}
        self._patiently(account, bodies.mutation(bodies.pauses(names)))
        again = {thing.resource: thing.status for thing in self._seen(account, made[CAMPAIGN])}
        return [*missing, *(_told(thing, again.get(thing.resource, "")) for thing in running)]

    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        """The campaign takes along its ad group, its ads and its own budget."""
        if CAMPAIGN not in made:
            return []
        body = bodies.mutation([bodies.removal(account, made[CAMPAIGN])])
        try:
            self._patiently(account, body)
        except Declined as declined:
            if not declined.has(GONE):
                raise
        return list(made)

    def manager_url(self, account: FoundAccount, made: Made) -> str:
        """`__e` is the account's own number; Google Ads redirects to whoever may see it."""
        where = "adgroups" if CAMPAIGN in made else "campaigns"
        campaign = f"campaignId={made[CAMPAIGN]}&" if CAMPAIGN in made else ""
        return f"https://ads.google.com/aw/{where}?{campaign}__e={account.external_id}"

    def _went_through_before(
        self, account: FoundAccount, order: Order, step: Step, made: Made, declined: Declined
    ) -> Made:
        """What an earlier try made, where the name is taken: nobody else's holds the mark.

        Raises Unknown while that is not listed yet, Refused when the name is not taken.
        """
        if any(error.code == DUPLICATE for error in declined.errors):
            found = self.find(account, order, step, made)
            if not found:
                raise Unknown(_UNCERTAIN) from declined
            return found
        raise _refused(complaints(step.request, declined)) from declined

    def _patiently(self, account: FoundAccount, body: bodies.Body) -> None:
        """For what may be repeated: a trial, a pause, a removal."""
        search, number = self._search, account.external_id
        self.connector.http.retry(lambda: search.mutate(number, body, via=account.via))

    def _ads(self, account: FoundAccount, campaign_id: str, many: int) -> list[Row]:
        """A campaign's ads; what has just been made may be listed a little later."""
        query = queries.within(queries.MADE_ADS, "ad_group_ad", campaign_id)
        for seconds in _LOOK_AGAIN_SECONDS:
            rows = self._rows(account, query)
            if len(rows) >= many:
                return rows
            self.connector.http.wait(seconds)
        return self._rows(account, query)

    def _counted(self, account: FoundAccount) -> list[str]:
        """The conversions that the account counts: its own, or else those that a manager set up."""
        rows = self._rows(account, queries.counted_actions())
        actions = (row.conversion_action for row in rows if row.conversion_action)
        if own := [action.name for action in actions if action.include_in_conversions_metric]:
            return own
        today = self.connector.http.now().date()
        lately = Days(today - _LATELY, today)
        rows = self._rows(account, queries.actions_counted(lately))
        return [row.segments.conversion_action_name for row in rows if row.metrics.conversions]

    def _rows(self, account: FoundAccount, query: str) -> list[Row]:
        return self._search.rows(account.external_id, query, via=account.via)

    def _seen(self, account: FoundAccount, campaign_id: str) -> Iterator[_Thing]:
        customer = f"customers/{account.external_id}"
        fields = (queries.MADE_CAMPAIGN, queries.MADE_GROUPS, queries.MADE_ADS)
        for (kind, resource), asked in zip(_KINDS.items(), fields, strict=True):
            for row in self._rows(account, queries.within(asked, resource, campaign_id)):
                yield _thing(kind, row, customer)


_KINDS = {"campaign": "campaign", "adGroup": "ad_group", "adGroupAd": "ad_group_ad"}


class _Thing(NamedTuple):
    """Something that was read back: its id, what to call it, and its status."""

    kind: str
    id: str
    name: str
    resource: str
    status: str


def _thing(kind: str, row: Row, customer: str) -> _Thing:
    if kind == "campaign" and row.campaign:
        number = known(row.campaign.id)
        resource = f"{customer}/campaigns/{number}"
        return _Thing(kind, number, "The campaign", resource, row.campaign.status)
    group = known(row.ad_group.id if row.ad_group else None)
    if kind == "adGroup" and row.ad_group:
        resource = f"{customer}/adGroups/{group}"
        return _Thing(kind, group, "The ad group", resource, row.ad_group.status)
    ad = row.ad_group_ad
    number = known(ad.ad.id if ad and ad.ad else None)
    resource = f"{customer}/adGroupAds/{group}~{number}"
    return _Thing(kind, number, f"The ad {number}", resource, ad.status if ad else "")


def _missing(made: Made, seen: Sequence[_Thing]) -> list[str]:
    """A sentence for each thing that was made and is not listed."""
    listed = {thing.id for thing in seen}
    return [
        f"Google does not list what was made as {key} ({number}), so nobody can tell whether it "
        "is paused. Look for it at ads.google.com."
        for key, number in made.items()
        if key != BUDGET and number not in listed
    ]


def _told(thing: _Thing, now: str) -> str:
    if now == "PAUSED":
        return f"{thing.name} was not paused ({thing.status}); it has been paused now."
    return (
        f"{thing.name} is not paused ({now or thing.status}) although Google was told to pause it. "
        "Pause it at ads.google.com."
    )


def _bids(counted: Sequence[str]) -> Question:
    """What to bid for: conversions first, where the account counts any."""
    shown = ", ".join(counted[:3]) + (" and more" if len(counted) > 3 else "")
    told = (
        f"This account counts conversions ({shown}), so Google can bid for them."
        if counted
        else "This account counts no conversions yet, so Google can only bid for clicks."
    )
    choices = (_CONVERSIONS, _CLICKS) if counted else (_CLICKS,)
    goals = tuple(sorted(bodies.BIDS_FOR_CONVERSIONS))
    return Question(
        bodies.BIDDING, "What shall Google bid for?", told, choices, needed=True, goals=goals
    )


def _refused(found: Sequence[Complaint]) -> Refused:
    sentences = " ".join(complaint.sentence for complaint in found)
    field = next((complaint.field for complaint in found if complaint.field), "")
    return Refused(f"{sentences} Nothing was created.", field=field)


def _ad_keys(order: Order) -> list[str]:
    return [f"ad-{number}" for number in range(1, len(order.ads) + 1)]


def _ids(answered: Mutated) -> dict[str, str]:
    """Ids by step key; ads are answered in the order in which they were sent."""
    ids: dict[str, str] = {}
    ads = 0
    for response in answered.mutate_operation_responses:
        for kind, named in response.items():
            number = named.resource_name.rpartition("/")[2]
            if kind == "campaignBudgetResult":
                ids[BUDGET] = named.resource_name
            elif kind == "campaignResult":
                ids[CAMPAIGN] = number
            elif kind == "adGroupResult":
                ids[AD_GROUP] = number
            elif kind == "adGroupAdResult":
                ads += 1
                ids[f"ad-{ads}"] = number.rpartition("~")[2]
    return ids


def _by_texts(order: Order, rows: Sequence[Row]) -> dict[str, str]:
    """Which ad is which, told by its texts: an ad has no name at Google."""
    left = {key: _said(copy) for key, copy in zip(_ad_keys(order), order.ads, strict=True)}
    found: dict[str, str] = {}
    others: list[str] = []
    for row in rows:
        ad = row.ad_group_ad.ad if row.ad_group_ad else None
        number = known(ad.id if ad else None)
        texts = _read(ad.responsive_search_ad) if ad and ad.responsive_search_ad else None
        key = next((key for key, said in left.items() if said == texts), "")
        if key:
            del left[key]
            found[key] = number
        else:
            others.append(number)
    if len(left) == len(others) == 1:
        # Google wrote a text differently from how it was sent; there is no other it could be.
        found |= zip(left, others, strict=True)
    return found


_Texts = tuple[frozenset[str], frozenset[str]]


def _said(copy: AdCopy) -> _Texts:
    return frozenset(copy.headlines), frozenset(copy.descriptions)


def _read(ad: SearchAd) -> _Texts:
    headlines, descriptions = ad.headlines, ad.descriptions
    return frozenset(each.text for each in headlines), frozenset(each.text for each in descriptions)
