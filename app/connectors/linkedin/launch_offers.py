"""What an ad account offers a campaign: Pages, conversions, places, and the member's own role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from app.connectors.errors import (
    ConnectorError,
    Temporary,
    Throttled,
)
from app.connectors.launching import Choice, Choices, DryRun
from app.connectors.launching import Question as Asking
from app.connectors.linkedin import answers
from app.connectors.linkedin.api import Api, Question, elements
from app.connectors.linkedin.errors import TokenRefused
from app.connectors.linkedin.launch_bodies import (
    CONVERSION,
    FACET,
    ORGANIZATION,
    POLITICAL,
)
from app.connectors.linkedin.launch_checks import LEAST
from app.connectors.linkedin.places import geo
from app.connectors.linkedin.restli import ACCOUNT, Params, same
from app.connectors.words import FoundAccount

R = TypeVar("R")

# LinkedIn wants this sentence shown to whoever chooses an audience.
DISCRIMINATION = (
    "LinkedIn tools may not be used to discriminate based on personal characteristics like gender, "
    "age, race, or ethnicity. Learn more: linkedin.com/help/linkedin/answer/86856."
)
# And this one, with the answer sent along, to whoever advertises in the EU.
NOT_POLITICAL = (
    "I confirm this is not political advertising. None of my ads qualify as political advertising "
    "under the law of the targeted countries, including EU law for ads targeted to the EU."
)
_DRAFTS: Final = (
    "Everything is created as a draft: campaign group, campaign and ads are each switched on by "
    "hand in Campaign Manager, and are reviewed only then."
)
_SHOWN_WHERE: Final = (
    "The ads are shown to members whose LinkedIn is in the campaign's language, on LinkedIn itself "
    "and not on its Audience Network. A single image ad shows no description."
)
_LEAST: Final = (
    "LinkedIn wants a daily budget of about 10 US dollars or more, in the account's currency."
)
_UNKNOWN_PLACE: Final = (
    "LinkedIn does not know the country {} by its number, so nothing was sent. Leave it out."
)
_POSTERS: Final = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
)
_CREATORS: Final = frozenset({"ACCOUNT_BILLING_ADMIN", "ACCOUNT_MANAGER", "CAMPAIGN_MANAGER"})
_COUNT = 100


class Role(msgspec.Struct):
    """What a member may do in an ad account, or with a Page."""

    role: str = ""
    account: str = ""
    organization: str = ""
    state: str = ""


class Organization(msgspec.Struct, rename="camel"):
    localized_name: str = ""


class Organizations(msgspec.Struct):
    results: dict[str, Organization] = {}


class Rule(msgspec.Struct):
    """A conversion that the account counts."""

    id: int | str
    name: str = ""
    enabled: bool = False


class Limits(msgspec.Struct):
    min: answers.Money | None = None


class Pricing(msgspec.Struct, rename="camel"):
    """What LinkedIn would take for an audience."""

    daily_budget_limits: Limits | None = None


class Place(msgspec.Struct):
    urn: str = ""
    name: str = ""


_ROLES = msgspec.json.Decoder(answers.Page[Role], strict=False)
_ORGANIZATIONS = msgspec.json.Decoder(Organizations, strict=False)
_RULES = msgspec.json.Decoder(answers.Page[Rule], strict=False)
_PRICES = msgspec.json.Decoder(answers.Page[Pricing], strict=False)
_PLACES = msgspec.json.Decoder(answers.Page[Place], strict=False)


class Offers:
    """Asks LinkedIn for one connector."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def missing_role(self, account: FoundAccount) -> str:
        """What the member lacks in the ad account; empty also where LinkedIn does not tell."""
        asked = {"q": "authenticatedUser"}
        found = _told(lambda: self._all("adAccountUsers", asked, _ROLES))
        roles = {one.role for one in found if same(one.account) == account.external_id}
        if not roles or roles & _CREATORS:
            return ""
        return (
            f"The member who connected LinkedIn is {_role(roles)} in {account.name}, which does "
            "not let them create campaigns. Ask its owner to open Campaign Manager, Account "
            "settings, Manage access and to make them Campaign Manager or higher."
        )

    def choices(self, account: FoundAccount) -> Choices:
        pages, rules = self._pages(), self._conversions(account)
        least = self._least(account) or LEAST.get(account.currency)
        return Choices(
            profile_word="Company Page",
            profiles=tuple(pages),
            least_budget=least,
            picture=True,
            goals=("sales", "leads", "traffic", "awareness") if rules else ("traffic", "awareness"),
            questions=tuple(_questions(rules)),
            notes=(*_notes(pages, rules), *([] if least else [_LEAST])),
        )

    def known_places(self, countries: Sequence[str], note: str) -> DryRun:
        """Whether LinkedIn knows the countries by the numbers they are sent with.

        One that knows none of them has not understood the question.
        """
        urns = {geo(country): country for country in countries}
        params: Params = {
            "q": "urns",
            "urns": list(urns),
            "queryVersion": "QUERY_USES_URNS",
            "locale": {"language": "en", "country": "US"},
        }
        question = Question("adTargetingEntities", "adTargetingEntities", params)
        found = _told(lambda: elements(self._api.ask(question, _PLACES, elements)))
        names = {place.urn: place.name for place in found if place.urn in urns}
        if not names:
            return DryRun(asked=False, note=note)
        unknown = [country for urn, country in urns.items() if urn not in names]
        listed = ", ".join(names[urn] for urn in urns if urn in names)
        return DryRun(
            asked=False,
            problems=tuple(map(_UNKNOWN_PLACE.format, unknown)),
            note=f"{note} It knows the countries as {listed}.",
        )

    def _pages(self) -> list[Choice]:
        """Those as which the member may advertise, by name."""
        asked = {"q": "roleAssignee", "state": "APPROVED"}
        roles = _told(lambda: self._all("organizationAcls", asked, _ROLES))
        ids = dict.fromkeys(same(one.organization) for one in roles if one.role in _POSTERS)
        names = self._names(list(ids)) if ids else {}
        found = [Choice(f"{ORGANIZATION}{one}", names.get(one) or one) for one in ids]
        return sorted(found, key=lambda page: page.name)

    def _names(self, ids: Sequence[str]) -> dict[str, str]:
        params = {"ids": list(ids)}
        question = Question(
            "organizationsLookup", "organizationsLookup", params, method="BATCH_GET"
        )
        found = _told(lambda: [self._api.ask(question, _ORGANIZATIONS, lambda _: None)])
        return {id_: one.localized_name for each in found for id_, one in each.results.items()}

    def _conversions(self, account: FoundAccount) -> list[Choice]:
        urn = f"{ACCOUNT}{account.external_id}"
        asked = {"q": "account", "account": urn}
        found = _told(lambda: self._all("conversions", asked, _RULES, account.external_id))
        return [Choice(same(one.id), one.name or same(one.id)) for one in found if one.enabled]

    def _least(self, account: FoundAccount) -> Decimal | None:
        """The least daily budget in the account's currency, where LinkedIn tells."""
        params: Params = {
            "q": "criteriaV2",
            "account": f"{ACCOUNT}{account.external_id}",
            "bidType": "CPM",
            "campaignType": "SPONSORED_UPDATES",
            "matchType": "EXACT",
            "targetingCriteria": {"include": {"and": [{"or": {f"{FACET}locations": [geo("US")]}}]}},
        }
        question = Question("adBudgetPricing", "adBudgetPricing", params)
        found = _told(lambda: elements(self._api.ask(question, _PRICES, elements)))
        least = [one.daily_budget_limits.min for one in found if one.daily_budget_limits]
        amounts = [
            answers.number(one.amount)
            for one in least
            if one is not None and one.currency_code == account.currency
        ]
        return max(amounts, default=None) or None

    def _all(
        self,
        path: str,
        asked: dict[str, Any],
        decoder: msgspec.json.Decoder[answers.Page[R]],
        account: str = "",
    ) -> list[R]:
        """To the last page of a list that goes by offset."""
        rows: list[R] = []
        while True:
            paged = {**asked, "start": len(rows), "count": _COUNT}
            question = Question(path, path, paged, account=account)
            page = elements(self._api.ask(question, decoder, elements))
            rows += page
            if len(page) < _COUNT:
                return rows


def _told(ask: Callable[[], list[R]]) -> list[R]:
    """What LinkedIn says; nothing where it does not let this login or this app ask."""
    try:
        return ask()
    except (Temporary, Throttled, TokenRefused):
        raise
    except ConnectorError:
        return []


def _questions(rules: Sequence[Choice]) -> list[Asking]:
    political = Asking(
        POLITICAL,
        "Is it political advertising?",
        help=f"LinkedIn wants one of the two declared. Not political means: {NOT_POLITICAL} "
        "Advertisers must comply with LinkedIn's policies and regulatory requirements: "
        "linkedin.com/legal/ads-policy.",
        choices=(Choice("NOT_POLITICAL", "Not political"), Choice("POLITICAL", "Political")),
        needed=True,
    )
    if not rules:
        return [political]
    conversion = Asking(
        CONVERSION,
        "Which conversion is the campaign to bring?",
        help="The conversions are those of Campaign Manager, Data, Conversion tracking.",
        choices=tuple(rules),
        needed=True,
        goals=("sales", "leads"),
    )
    return [political, conversion]


def _notes(pages: Sequence[Choice], rules: Sequence[Choice]) -> list[str]:
    notes = [DISCRIMINATION, _DRAFTS, _SHOWN_WHERE]
    if not pages:
        notes.append(
            "LinkedIn names no Company Page as which this login may advertise. Ask an admin of the "
            "Page to open Admin tools, Manage admins and to make you Sponsored content poster or "
            "Content admin."
        )
    if not rules:
        notes.append(
            "The ad account counts no conversion, so that a campaign for sales or leads is not "
            "possible. Set one up in Campaign Manager, Data, Conversion tracking."
        )
    return notes


def _role(roles: set[str]) -> str:
    return " and ".join(sorted(role.replace("_", " ").capitalize() for role in roles))
