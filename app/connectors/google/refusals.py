"""What Google means when it says no to a mutation, and which part of a draft has to change.

Codes are from v26 of the Google Ads API. Where a code has no sentence here, Google's own words
stand in for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from app.connectors.errors import AccountRefused, ConnectorError
from app.connectors.google.errors import LostPlace, TooOld, Trouble, failure, told
from app.connectors.google.launch_bodies import BIDDING, EU_POLITICAL
from app.connectors.google.places import PLACES
from app.connectors.google.problem import ApiError, PathElement, PolicyTopic

DUPLICATE = "DUPLICATE_CAMPAIGN_NAME"
RIGHTS = frozenset(
    """
    ACTION_NOT_PERMITTED CREATE_OPERATION_NOT_PERMITTED UPDATE_OPERATION_NOT_PERMITTED
    REMOVE_OPERATION_NOT_PERMITTED MUTATE_ACTION_NOT_PERMITTED_FOR_CLIENT
    MUTATE_NOT_PERMITTED_FOR_CUSTOMER USER_PERMISSION_DENIED
    """.split()
)
"""Google does not let this login change the account."""
GONE = frozenset({"RESOURCE_NOT_FOUND", "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"})
"""What was to be removed is removed already."""

_READ_ONLY = (
    "Google does not let this login change the account, so no campaign can be created in it. Most "
    "likely its role there is Read only, Billing or Email only. Whoever administers the account "
    "opens Admin, Access and security at ads.google.com and gives this login the role Standard or "
    "Admin; nothing has to be connected again."
)
_SENTENCES = {
    DUPLICATE: "The account already has a campaign of this name.",
    "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED": (
        "Google wants the question about EU political advertising answered."
    ),
    "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT": (
        "Google takes budgets in this account's currency in larger steps only; round the budget."
    ),
    "MONEY_AMOUNT_TOO_LARGE": "Google finds the daily budget too large.",
    "CONVERSION_TRACKING_NOT_ENABLED": (
        "This account counts no conversions, so Google cannot bid for them. Bid for clicks instead."
    ),
    "HEC_AGREEMENT_REQUIRED": (
        "Google wants its policy on housing, employment and credit accepted first: open the "
        "account at ads.google.com and accept it there."
    ),
    "CANNOT_SET_DATE_TO_PAST": "The first day is over in the account's time zone.",
    "START_DATE_AFTER_END_DATE": "The last day is before the first.",
    "REQUIRED": "{where} is missing.",
    "REQUIRED_NONEMPTY_LIST": "{where} is missing.",
    "TOO_LONG": "{where} is too long for Google.",
    "TOO_SHORT": "{where} is too short for Google.",
    "KEYWORD_TEXT_TOO_LONG": "{where} is too long for Google.",
    "KEYWORD_HAS_TOO_MANY_WORDS": "{where} has too many words for Google.",
    "KEYWORD_HAS_INVALID_CHARS": "{where} has signs that Google refuses in keywords.",
    "RESOURCE_LIMIT": "The account has as many of these as Google allows; remove some there first.",
    "ACCOUNT_LIMIT": "The account has as many of these as Google allows; remove some there first.",
}
_FIELDS = {
    "campaignbudgetoperation": ("daily_budget", "The daily budget"),
    "campaignoperation": ("", "The campaign"),
    "campaigncriterionoperation": ("countries", "The country"),
    "adgroupoperation": ("name", "The ad group's name"),
    "adgroupcriterionoperation": ("keywords", "A keyword"),
    "adgroupadoperation": ("ads", "An ad"),
}
_OF_CAMPAIGN = {
    "name": ("name", "The campaign's name"),
    "startdatetime": ("starts_on", "The first day"),
    "enddatetime": ("ends_on", "The last day"),
    "containseupoliticaladvertising": (EU_POLITICAL, "The answer about EU political advertising"),
    "campaignbudget": ("daily_budget", "The daily budget"),
    "maximizeconversions": (BIDDING, "What Google bids for"),
    "targetspend": (BIDDING, "What Google bids for"),
    "campaignbiddingstrategy": (BIDDING, "What Google bids for"),
}
_CODE_FIELDS = {
    DUPLICATE: "name",
    "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED": EU_POLITICAL,
    "CONVERSION_TRACKING_NOT_ENABLED": BIDDING,
    "CANNOT_SET_DATE_TO_PAST": "starts_on",
    "START_DATE_AFTER_END_DATE": "ends_on",
}


class Declined(ConnectorError):
    """Google said no, and nothing was done; `errors` are all that it named."""

    code = "refused"

    def __init__(self, message: str, errors: tuple[ApiError, ...]) -> None:
        super().__init__(message)
        self.errors = errors

    def has(self, codes: frozenset[str]) -> bool:
        """Whether everything that Google named is one of these."""
        return bool(self.errors) and all(error.code in codes for error in self.errors)


class NoRights(AccountRefused):
    """The login may see the account, if anything, and not change it."""


class Complaint(NamedTuple):
    """A sentence, and the part of the draft it is about, empty when about none."""

    field: str
    sentence: str


class _Part(NamedTuple):
    field: str
    where: str


def refusal(found: Trouble) -> ConnectorError:
    """The exception that the answer to a mutation stands for."""
    if RIGHTS & set(found.codes):
        return NoRights(f"{_READ_ONLY} {told(found)}")
    error = failure(found)
    if type(error) is ConnectorError or isinstance(error, LostPlace | TooOld):
        return Declined(f"Google Ads refused. {told(found)}", found.errors)
    return error


def complaints(body: Mapping[str, Any], declined: Declined) -> list[Complaint]:
    """What Google named, each about its part of `body`; its own words when it named nothing."""
    found = [_complaint(body["mutateOperations"], error) for error in declined.errors]
    return list(dict.fromkeys(found)) or [Complaint("", declined.message)]


def _complaint(operations: Sequence[Mapping[str, Any]], error: ApiError) -> Complaint:
    part = _part(operations, error.location.field_path_elements if error.location else [])
    field = _CODE_FIELDS.get(error.code, part.field)
    details = error.details
    if details and details.policy_finding_details:
        entries = details.policy_finding_details.policy_topic_entries
        return Complaint(field, " ".join(_policy(part.where, entry) for entry in entries))
    if details and details.policy_violation_details:
        rule = details.policy_violation_details
        words = rule.external_policy_description.strip().rstrip(".")[:200]
        return Complaint(
            field,
            f"{part.where} breaks Google's policy “{rule.external_policy_name}”: {words}.",
        )
    least = details.budget_per_day_minimum_error_details if details else None
    if least and least.budget_per_day_minimum_micros:
        amount = Decimal(least.budget_per_day_minimum_micros).scaleb(-6).normalize()
        return Complaint(
            field, f"Google's smallest daily budget here is {amount:f} {least.currency_code}."
        )
    known = _SENTENCES.get(error.code)
    if known:
        return Complaint(field, known.format(where=part.where))
    words = re.sub(r"[\w|~+-]{40,}", "…", error.message).strip().rstrip(".")[:200]
    return Complaint(field, f"{part.where} was refused by Google: {words} ({error.code}).")


def _policy(where: str, entry: PolicyTopic) -> str:
    topic = entry.topic.replace("_", " ").capitalize()
    shown = ", ".join(f"“{text}”" for text in _evidence(entry))
    because = f" because of {shown}" if shown else ""
    return (
        f"{where} breaks Google's policy “{topic}”{because}. Change the text or the landing page; "
        "an exception can only be asked for at ads.google.com."
    )


def _evidence(entry: PolicyTopic) -> Iterator[str]:
    for evidence in entry.evidences:
        for texts in (evidence.text_list, evidence.website_list, evidence.destination_text_list):
            for listed in texts.values():
                yield from listed
        if evidence.destination_not_working:
            yield f"{evidence.destination_not_working.expanded_url} does not open"


def _part(operations: Sequence[Mapping[str, Any]], path: Sequence[PathElement]) -> _Part:
    """Which part of the draft a path into the request means."""
    names = [element.field_name.replace("_", "").lower() for element in path]
    index = path[0].index if path and names[0] == "mutateoperations" else None
    if index is None or not 0 <= index < len(operations):
        return _Part("", "The campaign")
    ((kind, operation),) = operations[index].items()
    if kind == "campaignOperation":
        named = (_OF_CAMPAIGN[name] for name in names[1:] if name in _OF_CAMPAIGN)
        return _Part(*next(named, _FIELDS["campaignoperation"]))
    made = operation.get("create", {})
    if kind == "campaignCriterionOperation":
        return _Part("countries", f"The country {_country(made)}")
    if kind == "adGroupCriterionOperation":
        return _criterion(made)
    if kind == "adGroupAdOperation":
        number = sum("adGroupAdOperation" in each for each in operations[: index + 1])
        return _in_ad(f"Ad {number}", names, path)
    return _Part(*_FIELDS.get(kind.lower(), ("", "The campaign")))


def _criterion(made: Mapping[str, Any]) -> _Part:
    if "keyword" in made:
        return _Part("keywords", f"The keyword “{made['keyword']['text']}”")
    if "gender" in made:
        return _Part("gender", "The gender")
    return _Part("age_min", "The range of ages")


def _in_ad(ad: str, names: Sequence[str], path: Sequence[PathElement]) -> _Part:
    if "finalurls" in names:
        return _Part("url", "The landing page")
    for name, element in zip(names, path, strict=True):
        if name in ("headlines", "descriptions") and element.index is not None:
            return _Part("ads", f"{ad}, {name.removesuffix('s')} {element.index + 1}")
        if name in ("path1", "path2"):
            return _Part("ads", f"{ad}, path {name[-1]}")
    return _Part("ads", ad)


def _country(made: Mapping[str, Any]) -> str:
    wanted = made.get("location", {}).get("geoTargetConstant", "")
    return next((country for country, place in PLACES.items() if place == wanted), wanted)
