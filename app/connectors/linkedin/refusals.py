"""What LinkedIn's refusals to create something mean, and which part of the draft they are about.

Its codes come first, then the field that it names, then its words. Source: the registry of error
codes of LinkedIn's Marketing API.
"""

from __future__ import annotations

import re
from typing import Final

from app.connectors.errors import AccountRefused, ConnectorError, Temporary
from app.connectors.launching import Refused, Unknown
from app.connectors.linkedin.errors import Asked, Problem, said, whatever_was_asked

NOT_ALLOWED = (
    "LinkedIn does not let this login create that in the ad account{said}. Nothing was made. Ask "
    "its owner to open Campaign Manager, Account settings, Manage access and to make you Campaign "
    "Manager or higher, and an admin of the Page to make you one of its content or sponsored "
    "content admins. While this installation's app is in LinkedIn's Development tier, whoever runs "
    "it also adds the ad account at linkedin.com/developers/apps, Products, Advertising API, View "
    "ad accounts. Then try again."
)
NO_ANSWER = (
    "LinkedIn did not say whether it made the {what} ({why}). It is looked up before anything is "
    "tried again, so nothing is made twice."
)
PARENT_GONE = (
    "LinkedIn no longer finds what this step belongs to, so nothing was made. It was probably "
    "deleted in Campaign Manager. Remove what was made so far and create the campaign again."
)
NOT_THERE_YET = (
    "LinkedIn does not know a picture yet that has just been sent to it. Nothing was made, and it "
    "is asked again."
)
# Nobody can know whether these were done.
_UNCLEAR: Final = frozenset({408, 409, 412})

_BY_CODE: Final = {
    "AUDIENCE_SIZE_TOO_SMALL": (
        "countries",
        "Fewer than 300 members match the audience. Add countries, or drop age and gender.",
    ),
    "DATE_TOO_EARLY": (
        "starts_on",
        "LinkedIn counts days in UTC, and the start day has begun already. Choose a later start.",
    ),
    "START_DATE_AFTER_END_DATE": ("ends_on", "The end lies before the start. Choose a later end."),
    "CURRENCY_MISMATCH": (
        "daily_budget",
        "The ad account's currency is another one. Sync LinkedIn Ads and make the draft anew.",
    ),
    "CONVERSION_CAMPAIGN_MISSING_ASSOCIATED_CONVERSION": (
        "conversion",
        "The campaign has no conversion to bring. Choose one in the draft.",
    ),
    "CAMPAIGN_GROUP_CREATION_NOT_ALLOWED": (
        "account_id",
        "LinkedIn lets nobody create campaign groups in enterprise accounts. Choose another one.",
    ),
    "INVALID_CAMPAIGN_CONFIGURATION": (
        "goal",
        "LinkedIn does not offer this goal to the ad account. Choose another one.",
    ),
}
_BY_FIELD: Final = {
    r"politicalIntent": ("political_intent", "the declaration about political advertising"),
    r"dailyBudget|totalBudget|unitCost": ("daily_budget", "the daily budget"),
    r"runSchedule\W+end": ("ends_on", "the end day"),
    r"runSchedule": ("starts_on", "the start day"),
    r"ageRanges": ("age_min", "the ages"),
    r"genders": ("gender", "the gender"),
    r"locale|interfaceLocales": ("language", "the language"),
    r"targetingCriteria|locations": ("countries", "the countries"),
    r"associatedEntity|author|\bowner\b": ("profile", "the Page"),
    r"objectiveType|optimizationTargetType|costType": ("goal", "the goal"),
    r"llaPartnerConversion|\bconversion\b": ("conversion", "the conversion"),
    r"contentLandingPage": ("url", "the landing page"),
    r"commentary|contentCallToActionLabel|media\W+title": ("ads", "the text of an ad"),
    r"content\W+media|image": ("picture", "the picture"),
    r"\bname\b": ("name", "the name"),
}


def refusal(problem: Problem, status: int, asked: Asked, what: str) -> ConnectorError:
    """The exception that an answer of this HTTP status to a change stands for.

    `what` is what was to be made or changed. Temporary: nothing was done, and it may be asked again
    without looking.
    """
    if status >= 500 or status in _UNCLEAR or status < 400:
        return Unknown(NO_ANSWER.format(what=what, why=f"HTTP {status}"))
    found = whatever_was_asked(problem, status, asked)
    if found:
        return found
    if status == 403:
        return AccountRefused(NOT_ALLOWED.format(said=said(problem, status)))
    if status == 404 and problem.says("COULD NOT FIND ENTITY"):
        return Temporary(NOT_THERE_YET)
    if status == 404:
        return Refused(PARENT_GONE)
    return _of_draft(problem, status)


def _of_draft(problem: Problem, status: int) -> Refused:
    for code, (field, sentence) in _BY_CODE.items():
        if problem.says(code):
            return Refused(f"{sentence} Nothing was made by this step.", field=field)
    # A code's or a path's words may be part of another's: the path that is named comes first.
    for text in (" ".join(problem.paths), problem.message or ""):
        for pattern, (field, word) in _BY_FIELD.items():
            if text and re.search(pattern, text):
                return Refused(_not_accepted(word, problem, status), field=field)
    return Refused(_not_accepted("it", problem, status))


def _not_accepted(word: str, problem: Problem, status: int) -> str:
    """LinkedIn's own words are what is known beyond the field."""
    mend = "Change the draft" if word == "it" else f"Change {word} in the draft"
    return (
        f"LinkedIn did not accept {word}{said(problem, status)}. Nothing was made by this step. "
        f"{mend} and try again."
    )
