"""What Google's errors mean, and what whoever can mend it has to do.

The HTTP status and its message are generic; `details[].errors[].errorCode` says what happened.
Codes are from the error messages of v26 of the Google Ads API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.google.problem import ApiError, Problem

A_DAY_S_QUOTA = "RESOURCE_EXHAUSTED"
LONG_WAIT_SECONDS = 3600.0
LONGEST_SHORT_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What can be told from one answer. `version` is the one that was asked.

    `errors` are all that Google named, each with the part of the request that it is about.
    """

    http: int
    status: str = ""
    codes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    words: str = ""
    scope: str = ""
    wait: float | None = None
    request_id: str = ""
    version: str = ""
    errors: tuple[ApiError, ...] = ()


class TokenRefused(AccessRevoked):
    """The access token is not taken any more; a younger one may be."""


class NoAdsUser(AccessRevoked):
    """The login has no Google Ads account of its own."""


class LostPlace(ConnectorError):
    """The page token ran out: the question has to be asked from its first page."""


class TooOld(ConnectorError):
    """The days lie further back than Google answers for."""


class Busy(Temporary):
    """Too many questions a second; once Google has said so long enough, Throttled follows."""


class DayUsedUp(Throttled):
    """The operations of this installation's Cloud project are used up for now."""


_KEPT = "Stored figures are kept, but no new ones are read until then."
_UNCHANGED = "Stored figures are unchanged, and it will be asked again."
_RECONNECT = "Open Connections and press Reconnect on Google Ads"
_OPERATOR = "Whoever runs this installation"
_OVERVIEW = "console.cloud.google.com/google/ads-apis/overview"
_UNTICK = "Its figures are kept. Open Connections, Google Ads, Choose accounts and untick it"

NO_SCOPE = (
    "Google was not given the permission to see Google Ads, so no figures can be read. "
    f"{_RECONNECT} and leave the box for Google Ads ticked."
)
ENDED = {
    "OAUTH_TOKEN_REVOKED": (
        "Google no longer accepts the access that was given: it was withdrawn. "
        f"{_KEPT} {_RECONNECT}."
    ),
    "OAUTH_TOKEN_DISABLED": (
        f"Google has switched off the access that was given. {_KEPT} {_RECONNECT}."
    ),
    "GOOGLE_ACCOUNT_DELETED": (
        "The Google account that gave access has been deleted. "
        f"{_KEPT} {_RECONNECT} with another login that may see the ad accounts."
    ),
    "TWO_STEP_VERIFICATION_NOT_ENROLLED": (
        "Google wants 2-step verification on the Google account that gave access. "
        f"{_KEPT} Switch it on under myaccount.google.com, Security; then {_RECONNECT[0].lower()}"
        f"{_RECONNECT[1:]}."
    ),
    "ADVANCED_PROTECTION_NOT_ENROLLED": (
        "Google wants the Google account that gave access in its Advanced Protection Program. "
        f"{_KEPT} Enrol it under myaccount.google.com, Security; then {_RECONNECT[0].lower()}"
        f"{_RECONNECT[1:]}."
    ),
}
_ENDED_OTHERWISE = (
    f"Google wants the person who gave access to sign in again. {_KEPT} {_RECONNECT}."
)
SIGN_IN_AGAIN = frozenset(
    """
    GOOGLE_ACCOUNT_COOKIE_INVALID GOOGLE_ACCOUNT_AUTHENTICATION_FAILED LOGIN_COOKIE_REQUIRED
    LOGIN_COOKIE_INVALID GOOGLE_ACCOUNT_USER_AND_ADS_USER_MISMATCH USER_ID_INVALID
    INVALID_EMAIL_ADDRESS
    """.split()
)
NOT_ADS_USER = (
    "The Google login that gave access has no Google Ads account. "
    f"{_RECONNECT} with a login that may see the ad accounts, or have it invited in Google Ads "
    "under Admin, Access and security."
)
TOKEN = frozenset({"OAUTH_TOKEN_INVALID", "OAUTH_TOKEN_EXPIRED", "OAUTH_TOKEN_HEADER_INVALID"})
TOKEN_REFUSED = f"Google no longer accepts the access that was given. {_KEPT} {_RECONNECT}."

_TEST_LEVEL = (
    "Google does not let this installation's Cloud project read real accounts yet: its access "
    f"level is Test. {_OPERATOR} opens {_OVERVIEW} in that project and applies for Explorer or "
    "Basic access. Reading begins by itself afterwards."
)
_OLD_TOKEN = (
    "Google does not accept GOOGLE_DEVELOPER_TOKEN. Developer tokens ended in September 2026: "
    f"{_OPERATOR.lower()} empties that setting, restarts, and sees to the access level of the "
    f"Cloud project at {_OVERVIEW}."
)
_ORGANIZATION = (
    "Google does not accept the organization of this installation's Cloud project. "
    f"{_OPERATOR} opens {_OVERVIEW} in that project and does what it says about the organization."
)
SETUP = {
    "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION": _TEST_LEVEL,
    "ACTION_NOT_PERMITTED": _TEST_LEVEL,
    "DEVELOPER_TOKEN_NOT_APPROVED": _TEST_LEVEL,
    "DEVELOPER_TOKEN_INVALID": _OLD_TOKEN,
    "DEVELOPER_TOKEN_PROHIBITED": _OLD_TOKEN,
    "DEVELOPER_TOKEN_NOT_ON_ALLOWLIST": _OLD_TOKEN,
    "DEVELOPER_TOKEN_PARAMETER_MISSING": _OLD_TOKEN,
    "MISSING_TOS": (
        "Google wants the terms of the Google Ads API accepted first. "
        f"{_OPERATOR} opens {_OVERVIEW} in this installation's Cloud project and accepts them."
    ),
    "PROJECT_DISABLED": (
        "Google has disabled this installation's Cloud project. "
        f"{_OPERATOR} opens console.cloud.google.com, reads the notice there and re-enables it."
    ),
    "CLOUD_PROJECT_NOT_FOUND": (
        "Google does not find the Cloud project that this installation's OAuth client belongs to. "
        f"{_OPERATOR} compares GOOGLE_CLIENT_ID with APIs & Services, Credentials at "
        "console.cloud.google.com."
    ),
    "CLOUD_PROJECT_NOT_UNDER_ORGANIZATION": _ORGANIZATION,
    "ORGANIZATION_NOT_RECOGNIZED": _ORGANIZATION,
    "ORGANIZATION_NOT_APPROVED": _ORGANIZATION,
    "ORGANIZATION_NOT_ASSOCIATED_WITH_DEVELOPER_TOKEN": _ORGANIZATION,
    "ACCESS_PROHIBITED": (
        "Google has barred this installation's Cloud project from the Google Ads API. "
        f"{_OPERATOR} opens {_OVERVIEW} in that project and looks for the reason."
    ),
}
REASONS = {
    "SERVICE_DISABLED": (
        "The Google Ads API is not switched on in this installation's Cloud project. "
        f"{_OPERATOR} opens APIs & Services, Library at console.cloud.google.com, finds Google Ads "
        "API and presses Enable. It takes a few minutes to count."
    ),
    "CONSUMER_INVALID": SETUP["CLOUD_PROJECT_NOT_FOUND"],
    "CONSUMER_SUSPENDED": SETUP["PROJECT_DISABLED"],
    "BILLING_DISABLED": (
        "Google wants billing switched on in this installation's Cloud project. "
        f"{_OPERATOR} opens Billing at console.cloud.google.com."
    ),
    "USER_PROJECT_DENIED": SETUP["CLOUD_PROJECT_NOT_FOUND"],
}
OLD_VERSION = (
    "Google has switched off version {version} of its API. "
    f"{_OPERATOR} updates Growzzy OS, or sets GOOGLE_ADS_VERSION to a current version from "
    "developers.google.com/google-ads/api/docs/sunset-dates, and restarts."
)
NO_ADDRESS = (
    "Google does not know the address that was asked, as happens when a version of its API is "
    f"long gone. {_OPERATOR} compares GOOGLE_ADS_VERSION, now {{version}}, and GOOGLE_ADS_URL with "
    "developers.google.com/google-ads/api/docs/sunset-dates, corrects them and restarts."
)
_NO_ACCESS = (
    "Google does not let this login read the account: its access was removed, or the manager "
    "account through which it was reached no longer manages it. Ask for access in Google Ads under "
    "Admin, Access and security, then open Connections and press Sync now on Google Ads."
)
_NOT_ENABLED = (
    "Google says that this account is not enabled: it was cancelled, or its sign-up or billing is "
    "not finished. Open it at ads.google.com and do what it says there, then open Connections and "
    "press Sync now on Google Ads."
)
_MANAGER = (
    f"Google says that this is a manager account, which has no figures of its own. {_UNTICK}."
)
REFUSED = {
    "USER_PERMISSION_DENIED": _NO_ACCESS,
    "INVALID_LOGIN_CUSTOMER_ID": _NO_ACCESS,
    "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION": _NO_ACCESS,
    "LOGIN_CUSTOMER_ID_PARAMETER_MISSING": _NO_ACCESS,
    "SERVICE_ACCESS_DENIED": _NO_ACCESS,
    "AUTHORIZATION_ERROR": _NO_ACCESS,
    "CUSTOMER_NOT_ENABLED": _NOT_ENABLED,
    "INCOMPLETE_SIGNUP": _NOT_ENABLED,
    "ACCOUNT_NOT_SET_UP": _NOT_ENABLED,
    "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT": (
        "Google has suspended this account. Open it at ads.google.com, read the notice and appeal "
        "there; figures follow by themselves once it is open again."
    ),
    "ACCESS_DENIED_FOR_ACCOUNT_TYPE": (
        f"Google does not give figures of this kind of account. {_UNTICK}."
    ),
    "METRIC_ACCESS_DENIED": (
        "This login may see the account, but not its figures. Ask for the role Read only or higher "
        "in Google Ads under Admin, Access and security, then open Connections and press Sync now "
        "on Google Ads."
    ),
    "CUSTOMER_NOT_FOUND": f"Google has no account with this number any more. {_UNTICK}.",
    "CLIENT_CUSTOMER_ID_INVALID": f"Google does not know this account's number. {_UNTICK}.",
    "INVALID_CUSTOMER_ID": f"Google does not know this account's number. {_UNTICK}.",
    "REQUESTED_METRICS_FOR_MANAGER": _MANAGER,
    "CANNOT_BE_EXECUTED_BY_MANAGER_ACCOUNT": _MANAGER,
}

_OFTEN = frozenset(
    {"RESOURCE_TEMPORARILY_EXHAUSTED", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"}
)
_ACCOUNT_DAY = frozenset({"EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION"})
_AGAIN = frozenset(
    {"INTERNAL_ERROR", "TRANSIENT_ERROR", "DEADLINE_EXCEEDED", "CONCURRENT_MODIFICATION"}
)
_LOST_PLACE = frozenset({"EXPIRED_PAGE_TOKEN", "INVALID_PAGE_TOKEN"})
_TOO_OLD = frozenset({"INVALID_DATE", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED"})
_UNWELL = frozenset({"INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "ABORTED"})


def trouble(problem: Problem, http: int, headers: Mapping[str, str], *, version: str) -> Trouble:
    """What an error's body tells. `http` is 200 where the error hides in a good answer."""
    errors = [error for detail in problem.details for error in detail.errors]
    quota = [error.details.quota_error_details for error in errors if error.details]
    waits = [
        *(found.retry_delay for found in quota if found),
        *(detail.retry_delay for detail in problem.details),
        headers.get("Retry-After", ""),
    ]
    known = [seconds for seconds in map(_seconds, waits) if seconds is not None]
    named = [detail.request_id for detail in problem.details if detail.request_id]
    return Trouble(
        http=problem.code if http < 400 and 400 <= problem.code < 600 else http,
        status=problem.status,
        codes=tuple(code for error in errors for code in error.error_code.values()),
        reasons=tuple(detail.reason for detail in problem.details if detail.reason),
        words=next((error.message for error in errors if error.message), problem.message),
        scope=next((found.rate_scope for found in quota if found), ""),
        wait=max(known, default=None),
        request_id=headers.get("request-id") or next(iter(named), ""),
        version=version,
        errors=tuple(errors),
    )


def failure(found: Trouble) -> ConnectorError:
    """The exception that an answer stands for."""
    for verdict in (_of_limits, _of_setup, _of_access, _of_account, _of_question, _of_service):
        error = verdict(found)
        if error:
            return error
    return ConnectorError(
        f"Google Ads refused{said(found)}. Stored figures are unchanged. If it happens again, "
        "tell whoever runs this installation."
    )


def _of_limits(found: Trouble) -> ConnectorError | None:
    codes = set(found.codes)
    if A_DAY_S_QUOTA in codes:
        wait = found.wait or LONG_WAIT_SECONDS
        if found.scope == "ACCOUNT":
            return _account_s_day(wait)
        return DayUsedUp(
            "This installation has used up the Google Ads operations of its Cloud project. Stored "
            "figures are unchanged; reading goes on by itself. For more, "
            f"{_OPERATOR.lower()} applies for a higher access level at {_OVERVIEW}.",
            retry_after=wait,
        )
    if codes & _ACCOUNT_DAY:
        return _account_s_day(found.wait or LONG_WAIT_SECONDS)
    if "ACCESS_PROHIBITED" in codes:
        return None
    if codes & _OFTEN or found.http == 429:
        return often(found.wait)
    return None


def _account_s_day(wait: float) -> Throttled:
    return Throttled(
        "Google Ads has answered all it answers about one account for now. Stored figures are "
        "unchanged; reading goes on by itself.",
        retry_after=wait,
    )


def often(wait: float | None) -> ConnectorError:
    """Too many questions a second: asked again by Google's hint, unless that is a long time."""
    words = "Google Ads has been asked too often for now. Stored figures are unchanged."
    if wait is not None and wait > LONGEST_SHORT_WAIT:
        return Throttled(words, retry_after=wait)
    return Busy(words, retry_after=wait)


def _of_setup(found: Trouble) -> ConnectorError | None:
    if "UNSUPPORTED_VERSION" in found.codes:
        return SetupProblem(OLD_VERSION.format(version=found.version))
    for code in found.codes:
        if code in SETUP:
            return SetupProblem(f"{SETUP[code]} {told(found)}")
    said_so = "insufficient authentication scopes" in found.words
    if said_so or "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in found.reasons:
        return AccessRevoked(NO_SCOPE)
    for reason in found.reasons:
        if reason in REASONS:
            return SetupProblem(f"{REASONS[reason]} {told(found)}")
    return None


def _of_access(found: Trouble) -> ConnectorError | None:
    codes = set(found.codes)
    if "NOT_ADS_USER" in codes:
        return NoAdsUser(NOT_ADS_USER)
    ended = next((ENDED[code] for code in found.codes if code in ENDED), "")
    if ended or codes & SIGN_IN_AGAIN:
        return AccessRevoked(ended or _ENDED_OTHERWISE)
    unknown = found.http == 401 and not codes & set(REFUSED)
    return TokenRefused(TOKEN_REFUSED) if codes & TOKEN or unknown else None


def _of_account(found: Trouble) -> ConnectorError | None:
    for code in found.codes:
        if code in REFUSED:
            return AccountRefused(f"{REFUSED[code]} {told(found)}")
    return None


def _of_question(found: Trouble) -> ConnectorError | None:
    codes = set(found.codes)
    if codes & _LOST_PLACE:
        return LostPlace(
            "Google Ads lost its place between two pages. Stored figures are unchanged, and it "
            "will be asked again from the first page."
        )
    if codes & _TOO_OLD:
        return TooOld("Google Ads gives no daily figures from so long ago.")
    return None


def _of_service(found: Trouble) -> ConnectorError | None:
    unwell = found.http >= 500 or found.http == 409 or found.status in _UNWELL
    if unwell or set(found.codes) & _AGAIN:
        return Temporary(
            f"Google Ads had a fault{said(found)}. {_UNCHANGED}", retry_after=found.wait
        )
    if found.http == 404 and not found.codes:
        return SetupProblem(NO_ADDRESS.format(version=found.version))
    if found.http == 403 and found.reasons:
        return SetupProblem(
            "Google does not let this installation's Cloud project use the Google Ads API. "
            f"{_OPERATOR} opens {_OVERVIEW} in that project. {told(found)}"
        )
    if found.http == 403:
        return AccountRefused(
            "Google does not let this account be read. Open it at ads.google.com and see whether "
            f"it shows a notice. {told(found)}"
        )
    return None


def said(found: Trouble) -> str:
    """Google's own words with code and request id, without anything that looks like a token."""
    return f" ({_own_words(found)})"


def told(found: Trouble) -> str:
    """The same as a sentence, which support and search engines understand."""
    return f"(Google said: {_own_words(found)}.)"


def _own_words(found: Trouble) -> str:
    codes = ", ".join(dict.fromkeys((*found.codes, *found.reasons))) or f"HTTP {found.http}"
    words = re.sub(r"[\w|.~/+-]{32,}", "…", found.words).strip().rstrip(".")
    request = re.sub(r"[^\w-]", "", found.request_id)[:64]
    return f"{codes}{': ' if words else ''}{words[:200]}{', request ' if request else ''}{request}"


def _seconds(duration: str) -> float | None:
    """Seconds of "1s", "0.5s" or "30"; None for anything else."""
    matched = re.fullmatch(r"(\d+(?:\.\d+)?)s?", duration.strip())
    return float(matched.group(1)) if matched else None
