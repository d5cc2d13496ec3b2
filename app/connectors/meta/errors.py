"""What Meta's refusals mean, and how close to its limits its headers say we are.

Codes: developers.facebook.com, Graph API "Handling errors" and Marketing API "Error codes";
headers: Graph API "Rate limits".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.connectors.errors import AccessRevoked, ConnectorError, OAuthDenied, Temporary, Throttled


class Problem(msgspec.Struct):
    """The error object of an answer; it may come with HTTP 200."""

    message: str | None = None
    code: int | None = None
    error_subcode: int | None = None
    is_transient: bool | None = None
    error_user_title: str | None = None
    error_user_msg: str | None = None
    error_data: Any = None


class TooMuchData(ConnectorError):
    """Ask for fewer days or fewer rows at once."""


class TooOld(ConnectorError):
    """The first day lies further back than Meta answers (37 months)."""


class NotReadable(AccessRevoked):
    """Of what was asked about; other accounts of the grant may well be readable."""


class Untold(ConnectorError):
    """The story behind an ad's creative cannot be read; everything else can."""


class WrongSecret(AccessRevoked):
    """The app secret that proves a call does not belong to the token's app."""


_KEPT = "Stored figures are kept, but no new ones are read until then."
_RECONNECT = "Open Connections and press Reconnect on Meta Ads"
_ASSIGN = (
    "In Meta Business settings open Accounts, Ad accounts, choose the account and give the person "
    "or system user that you connected with View performance. Then open Connections and press "
    "Reconnect on Meta Ads, leaving every permission ticked"
)

TOKEN_ENDED = {
    None: f"Meta no longer accepts the access that was given. {_KEPT} {_RECONNECT}.",
    458: (
        "The app was removed from the Facebook account that it was connected with. "
        f"{_KEPT} {_RECONNECT} and allow access again."
    ),
    459: (
        f"Facebook wants to check that the account is really yours. {_KEPT} Sign in on "
        "facebook.com, do what it asks, then open Connections and press Sync now on Meta Ads."
    ),
    460: (
        "The Facebook password was changed, or Facebook ended the session for safety. "
        f"{_KEPT} {_RECONNECT} and sign in again."
    ),
    463: f"Meta's access lasts 60 days and has run out. {_KEPT} {_RECONNECT}.",
    464: (
        f"The Facebook account is not confirmed. {_KEPT} Confirm it on facebook.com, "
        "then open Connections and press Reconnect on Meta Ads."
    ),
    467: f"The access token is no longer valid. {_KEPT} {_RECONNECT}.",
}
NO_PERMISSION = f"Meta does not let this connection read the ad account. {_KEPT} {_ASSIGN}."
NO_OBJECT = (
    f"The ad account is gone, or this connection may no longer see it. {_KEPT} {_ASSIGN}; "
    "or choose other accounts there."
)
WRONG_PROFILE = (
    "The Facebook profile that was connected is not the one that is linked to the business. "
    f"{_KEPT} {_RECONNECT} and sign in with the profile that manages the ad account."
)
PAGE_PERMISSION = (
    f"A permission for Facebook pages is missing. {_KEPT} {_RECONNECT} and leave every page and "
    "permission ticked."
)
BLOCKED = (
    f"Meta has blocked this account or app for breaking a policy. {_KEPT} Open Account quality in "
    "Meta Business settings, see what it says, then press Sync now on Meta Ads."
)
WRONG_SECRET = (
    f"Meta says the app secret does not belong to this access. {_KEPT} Compare META_APP_SECRET "
    "with Settings, Basic in the app's dashboard at developers.facebook.com, restart with the "
    "right one and press Reconnect on Meta Ads."
)
WRONG_APP = (
    "Facebook does not know the app that this installation signs in with, so Meta was not "
    "connected. Whoever runs it compares META_APP_ID and META_APP_SECRET with Settings, Basic in "
    "the app's dashboard at developers.facebook.com and restarts it."
)
WRONG_REDIRECT = (
    "Facebook does not accept this installation's address, so Meta was not connected. Whoever "
    "runs it adds the address of /api/oauth/meta/callback to Facebook Login, Settings, Valid "
    "OAuth Redirect URIs in the app's dashboard, exactly as PUBLIC_URL spells it."
)
OLD_VERSION = (
    f"This version of Meta's API has been switched off. {_KEPT} Whoever runs this installation "
    "sets META_API_VERSION to a current version and restarts it."
)

THROTTLED_CODES = frozenset({4, 17, 32, 341, 613, *range(80000, 80007), 80008, 80014})
TEMPORARY_CODES = frozenset({1, 2, 104, 960})
PERMISSION_CODES = frozenset({3, 10, 294, *range(200, 300)})
_UNTOLD = frozenset({2446211, 1443048})
_REVOKED_BY_SUBCODE = {
    (1, 2853001): WRONG_PROFILE,
    (100, 33): NO_OBJECT,
}
_REVOKED_BY_CODE = {368: BLOCKED, 803: NO_OBJECT, 2635: OLD_VERSION}
_THROTTLED_WITHOUT_HINT = 300.0


def failure(problem: Problem, headers: Mapping[str, str]) -> ConnectorError:
    """The exception that an error object stands for; unknown ones are Temporary."""
    for verdict in (_of_amount, _of_limits, _of_access, _of_refusal):
        found = verdict(problem, headers)
        if found:
            return found
    return Temporary(
        f"Meta Ads had a fault{said_by(problem)}. Stored figures are unchanged, "
        "and it will be asked again."
    )


def exchange_failure(problem: Problem, headers: Mapping[str, str]) -> ConnectorError:
    """The same for turning a code or token into another token."""
    text = text_of(problem)
    limited = _of_limits(problem, headers)
    if limited:
        return limited
    if problem.code == 101 or "client secret" in text or "validating application" in text:
        return OAuthDenied(WRONG_APP)
    if "redirect_uri" in text or problem.code == 191:
        return OAuthDenied(WRONG_REDIRECT)
    if problem.is_transient or problem.code in TEMPORARY_CODES:
        return failure(problem, headers)
    return OAuthDenied(
        "Facebook's answer had been used already or had run out, so Meta was not connected. "
        "Press Connect again and finish within a few minutes."
    )


def _of_amount(problem: Problem, headers: Mapping[str, str]) -> ConnectorError | None:
    del headers
    reduce = "reduce the amount of data" in text_of(problem)
    if (problem.code, problem.error_subcode) == (100, 1487534) or reduce:
        return TooMuchData("Meta Ads was asked for more rows than it gives at once.")
    if problem.code == 100 and problem.error_subcode in _UNTOLD:
        return Untold("Meta Ads does not show the texts of an ad. Everything else was read.")
    if problem.code == 3018:
        return TooOld("Meta Ads answers for the last 37 months only.")
    return None


def _of_limits(problem: Problem, headers: Mapping[str, str]) -> ConnectorError | None:
    if problem.code not in THROTTLED_CODES:
        return None
    return Throttled(
        "Meta Ads has been asked too often for now. Stored figures are unchanged; reading goes "
        "on by itself once its pause is over.",
        retry_after=regain_seconds(headers) or _THROTTLED_WITHOUT_HINT,
    )


def _of_access(problem: Problem, headers: Mapping[str, str]) -> ConnectorError | None:
    del headers
    code, text = problem.code, text_of(problem)
    if code == 190 and "pages_" in text and "must be granted" in text:
        return AccessRevoked(PAGE_PERMISSION)
    if code in (102, 190, 2500):
        return AccessRevoked(TOKEN_ENDED.get(problem.error_subcode) or TOKEN_ENDED[None])
    if "appsecret_proof" in text:
        return WrongSecret(WRONG_SECRET)
    sentence = _REVOKED_BY_SUBCODE.get((code or 0, problem.error_subcode or 0))
    sentence = sentence or _REVOKED_BY_CODE.get(code or 0)
    if not sentence and (code in PERMISSION_CODES or (code == 100 and "permission" in text)):
        sentence = NO_PERMISSION
    if sentence == NO_OBJECT or (sentence == NO_PERMISSION and "ad account" in text):
        return NotReadable(sentence)
    return AccessRevoked(sentence) if sentence else None


def _of_refusal(problem: Problem, headers: Mapping[str, str]) -> ConnectorError | None:
    """Refused for good, in a way that neither the owner nor a second try can mend."""
    del headers
    if problem.is_transient or problem.code in TEMPORARY_CODES:
        return None
    if problem.code == 2642:
        return ConnectorError(
            "Meta Ads lost its place between two pages. Stored figures are unchanged, and the "
            "next sync starts from the first page again."
        )
    if problem.code == 100 and "in summary param" not in text_of(problem):
        return ConnectorError(
            f"Meta Ads did not accept the question{said_by(problem)}. Stored figures are "
            "unchanged. If it happens again, tell whoever runs this installation."
        )
    return None


def text_of(problem: Problem) -> str:
    return f"{problem.message or ''} {problem.error_user_msg or ''}".lower()


def said_by(problem: Problem) -> str:
    """Meta's own words with its numbers, without anything that looks like a token."""
    words = " ".join(filter(None, (problem.error_user_title, problem.error_user_msg)))
    words = masked(words or problem.message or "").rstrip(". ")
    return f" (code {numbers_of(problem)}{': ' if words else ''}{words[:200]})"


def masked(words: str) -> str:
    return re.sub(r"[\w|.-]{24,}", "…", words)


def numbers_of(problem: Problem) -> str:
    numbers = (problem.code, problem.error_subcode)
    return "/".join(str(number) for number in numbers if number is not None) or "unknown"


class _Usage(msgspec.Struct):
    """One entry of any usage header: percentages of a limit, and two kinds of waiting time."""

    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0
    acc_id_util_pct: float = 0
    app_id_util_pct: float = 0
    reset_time_duration: float = 0
    estimated_time_to_regain_access: float = 0

    @property
    def percent(self) -> float:
        return max(
            self.call_count,
            self.total_time,
            self.total_cputime,
            self.acc_id_util_pct,
            self.app_id_util_pct,
        )

    @property
    def seconds(self) -> float:
        """Meta counts the one in seconds, the other in minutes."""
        return max(self.reset_time_duration, self.estimated_time_to_regain_access * 60)


_ONE = msgspec.json.Decoder(_Usage, strict=False)
_BY_BUSINESS = msgspec.json.Decoder(dict[str, list[_Usage]], strict=False)
_SINGLE_HEADERS = (
    "X-App-Usage",
    "X-Ad-Account-Usage",
    "X-Fb-Ads-Insights-Throttle",
    "X-Fb-Ads-Insights-Reach-Throttle",
)


def _usages(headers: Mapping[str, str]) -> Iterator[_Usage]:
    for name in _SINGLE_HEADERS:
        if name in headers:
            yield from _read(headers[name])
    if "X-Business-Use-Case-Usage" in headers:
        yield from _read_by_business(headers["X-Business-Use-Case-Usage"])


def _read(value: str) -> Sequence[_Usage]:
    try:
        return (_ONE.decode(value),)
    except msgspec.DecodeError:
        return ()


def _read_by_business(value: str) -> Sequence[_Usage]:
    try:
        return [usage for entries in _BY_BUSINESS.decode(value).values() for usage in entries]
    except msgspec.DecodeError:
        return ()


def regain_seconds(headers: Mapping[str, str]) -> float:
    """How long the headers of a throttled answer ask us to wait; 0 when they do not say."""
    return max((usage.seconds for usage in _usages(headers)), default=0.0)


def resting_seconds(headers: Mapping[str, str]) -> float:
    """The pause that keeps us below a limit: 2 minutes from 85 %, 10 from 95 %, or the hint."""
    rest = 0.0
    for usage in _usages(headers):
        if usage.percent >= 95:
            rest = max(rest, 600.0, usage.seconds)
        elif usage.percent >= 85:
            rest = max(rest, 120.0, usage.seconds)
    return rest
