"""What TikTok's return codes mean, and what whoever can mend it has to do.

TikTok answers HTTP 200 to nearly everything: `code` alone says how it went. Codes are from
TikTok's own return-code page and the client it publishes (tiktok-business-api-sdk).
"""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)

OK = 0
PARTLY = 20001
MINUTE_LIMIT_SECONDS = 300.0


class Problem(msgspec.Struct):
    """An answer whose code is not 0. `request_id` is what TikTok's support asks for."""

    code: int
    message: str = ""
    request_id: str = ""


class TooLarge(ConnectorError):
    """Ask for fewer days or rows at once."""


class TooManyIds(ConnectorError):
    """Ask for fewer ids at once."""


class BadQuestion(ConnectorError):
    """A parameter, field or metric that TikTok does not take; `said` is its own text."""

    def __init__(self, message: str, *, said: str = "") -> None:
        super().__init__(message)
        self.said = said


class Withdrawn(BadQuestion):
    """A field, metric or endpoint that TikTok has switched off."""


class ScopeMissing(AccessRevoked):
    """The permission for this kind of question was not given."""


class Restricted(Temporary):
    """Asked too often, and TikTok does not say whether per second, minute or day."""


class DayUsedUp(Throttled):
    """The app's requests of this day (UTC) are used up."""


_KEPT = "Stored figures are kept, but no new ones are read until then."
_UNCHANGED = "Stored figures are unchanged, and it will be asked again."
_RECONNECT = "Open Connections and press Reconnect on TikTok Ads"
_MY_APPS = "My Apps, App Detail at business-api.tiktok.com/portal"
_OPERATOR = "Whoever runs this installation"

ENDED = {
    40102: f"TikTok's access has run out. {_KEPT} {_RECONNECT}.",
    40103: f"TikTok's access can no longer be renewed. {_KEPT} {_RECONNECT}.",
    40104: f"TikTok Ads was asked without access. {_KEPT} {_RECONNECT}.",
    40105: (
        f"TikTok no longer accepts the access that was given: it was withdrawn. {_KEPT} "
        f"{_RECONNECT} and choose the ad accounts again."
    ),
    40106: (
        "The TikTok for Business user that gave access is no longer valid. "
        f"{_KEPT} {_RECONNECT} as someone who may see the ad accounts."
    ),
    40107: f"TikTok does not renew this kind of access. {_KEPT} {_RECONNECT}.",
    40110: f"TikTok's sign-in had been used already or had run out. {_RECONNECT}.",
    40114: (
        "The advertiser has been signed out at TikTok. "
        f"{_KEPT} Sign in at ads.tiktok.com, then {_RECONNECT[0].lower()}{_RECONNECT[1:]}."
    ),
    40120: f"TikTok wants the person to sign in again. {_KEPT} {_RECONNECT}.",
    40309: (
        f"TikTok wants a sign-in first. {_KEPT} Sign in at ads.tiktok.com, do what it asks, then "
        f"{_RECONNECT[0].lower()}{_RECONNECT[1:]}."
    ),
    70001: f"This kind of access does not fit TikTok Ads. {_KEPT} {_RECONNECT}.",
}
NO_SCOPE = (
    "A permission is missing: reading needs Ad Account Management, Ads Management and Reporting. "
    f"{_KEPT} {_OPERATOR} ticks them under {_MY_APPS}; then {_RECONNECT[0].lower()}"
    f"{_RECONNECT[1:]} and leave every permission ticked."
)
SETUP = {
    40101: (
        "TikTok says that the app's secret does not belong to its id. "
        f"{_OPERATOR} compares TIKTOK_APP_ID and TIKTOK_APP_SECRET with Basic Information under "
        f"{_MY_APPS}, and restarts it."
    ),
    40108: "TikTok does not take this way of signing in. Report it to whoever maintains this app.",
    40113: (
        "TikTok does not know this installation's app, has blocked it, or the access belongs to "
        f"another app. {_OPERATOR} looks at {_MY_APPS} for a notice and compares TIKTOK_APP_ID and "
        "TIKTOK_APP_SECRET with Basic Information there."
    ),
    40115: "TikTok says that the sign-in's time stamp has run out. Press Connect again.",
    40116: "TikTok says that the sign-in's signature is wrong. Press Connect again.",
    40117: (
        "TikTok does not let this installation's app use this part of its API. "
        f"{_OPERATOR} asks for the permission under {_MY_APPS}."
    ),
    40124: (
        "TikTok has not approved the developer profile of this installation's app. "
        f"{_OPERATOR} completes it at business-api.tiktok.com/portal and waits for the approval."
    ),
    40125: (
        "This installation's TikTok app lacks a permission. "
        f"{_OPERATOR} ticks Ad Account Management, Ads Management and Reporting under {_MY_APPS}; "
        "then everyone reconnects TikTok Ads."
    ),
    41000: (
        "TikTok has blocked this installation's app. "
        f"{_OPERATOR} looks at {_MY_APPS} for the reason and writes to TikTok's support."
    ),
}
OLD_VERSION = (
    "TikTok does not know the address that was asked, as happens when a version of its API is "
    f"switched off. This installation asks {{asked}}. {_OPERATOR} compares TIKTOK_API_URL with "
    "the current version in TikTok's API documentation, corrects it and restarts."
)
TEST_ACCOUNT = (
    "TikTok's own test environment does not offer this. "
    f"{_OPERATOR} sets TIKTOK_API_URL to https://business-api.tiktok.com/open_api/v1.3."
)
REFUSED = {
    40001: (
        "TikTok does not let this login read the ad account. Ask its owner for access in TikTok "
        "Business Center (Assets, Ad accounts, Members, role Analyst or higher), then open "
        "Connections and press Reconnect on TikTok Ads."
    ),
    40003: (
        "TikTok forbids reading this ad account. Open ads.tiktok.com, see whether it shows a "
        "notice, then open Connections and press Sync now on TikTok Ads."
    ),
    40007: (
        "TikTok no longer has this ad account. Its figures are kept. Open Connections, TikTok "
        "Ads, Choose accounts and untick it."
    ),
    40118: (
        "TikTok offers this feature only to accounts on its own list, and this ad account is not "
        "on it. Ask TikTok's support to add it."
    ),
    40119: (
        "TikTok says that this ad account and the app belong to different companies. Connect it "
        "with an app of the same company, or ask TikTok's support."
    ),
    40300: (
        "TikTok says that this ad account does not exist or was deleted. Its figures are kept. "
        "Open Connections, TikTok Ads, Choose accounts and untick it."
    ),
    40301: (
        "TikTok says that this login's role does not fit the ad account. Ask its owner for the "
        "role Analyst or higher in TikTok Business Center, then open Connections and press "
        "Reconnect on TikTok Ads."
    ),
    40302: (
        "TikTok says that this ad account's customer does not exist any more. Its figures are "
        "kept. Open Connections, TikTok Ads, Choose accounts and untick it."
    ),
}

_RESTRICTED = frozenset({40016, 40100, 61000})
_BUSY_SECOND = frozenset({40132, 40133})
_AGAIN = frozenset({40200, 40201, 40202, 40700, 40901})
_VERSION = frozenset({40006, 40010, 40051, 40400})
_TEST_ACCOUNT = frozenset({40008, 40009, 40013, 40014})
_BAD_QUESTION = frozenset({40000, 40002})
_WITHDRAWN = frozenset({41001, 41002})
_CODE_OF_SIGN_IN = frozenset({40110, 40115, 40116})
_OFTEN = ("too many request", "too frequent", "frequently")


def failure(problem: Problem, *, now: dt.datetime, asked: str) -> ConnectorError:
    """The exception that a code stands for. `asked` is the address without its query."""
    for verdict in (_of_limits, _of_service, _of_question, _of_permission):
        found = verdict(problem, now, asked)
        if found:
            return found
    if 40000 <= problem.code < 50000:
        return ConnectorError(
            f"TikTok Ads refused{said(problem)}. Stored figures are unchanged. If it happens "
            "again, tell whoever runs this installation."
        )
    return Temporary(f"TikTok Ads had a fault{said(problem)}. {_UNCHANGED}")


def exchange_failure(problem: Problem, *, now: dt.datetime, asked: str) -> ConnectorError:
    """The same for turning a code into a token.

    40101 stands for two things, and only its text tells which.
    """
    about_code = problem.code == 40101 and "auth_code" in problem.message.lower()
    if problem.code in _CODE_OF_SIGN_IN or about_code:
        return OAuthDenied(
            "TikTok's answer had been used already or had run out, so TikTok Ads was not "
            "connected. Press Connect again and finish within the hour."
        )
    return failure(problem, now=now, asked=asked)


def until_midnight(now: dt.datetime) -> float:
    """Seconds until the day of UTC ends, when TikTok counts anew; `now` is in UTC."""
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), dt.UTC)
    return (midnight - now).total_seconds()


def _of_limits(problem: Problem, now: dt.datetime, asked: str) -> ConnectorError | None:
    """Rate limits: TikTok sends neither a header nor a hint, only sometimes a word in its text."""
    del asked
    text = problem.message.upper()
    if problem.code in _BUSY_SECOND:
        return Temporary(
            "TikTok Ads wants fewer questions a second about one ad account.", retry_after=1.0
        )
    often = problem.code == 40001 and any(word in problem.message.lower() for word in _OFTEN)
    if problem.code not in _RESTRICTED and not often:
        return None
    if "QPD" in text or "PER DAY" in text or "DAILY" in text:
        return DayUsedUp(
            "This installation has asked TikTok all that its app may ask in a day. Stored figures "
            "are unchanged; reading goes on by itself after midnight UTC.",
            retry_after=until_midnight(now),
        )
    if "QPM" in text or "PER MINUTE" in text:
        return Throttled(
            "TikTok Ads has been asked too often for now. Stored figures are unchanged; reading "
            "goes on by itself in five minutes.",
            retry_after=MINUTE_LIMIT_SECONDS,
        )
    return Restricted("TikTok Ads has been asked too often for now.", retry_after=1.0)


def _of_service(problem: Problem, now: dt.datetime, asked: str) -> ConnectorError | None:
    del now
    if problem.code == 60001:
        return Temporary(f"TikTok Ads is being maintained. {_UNCHANGED}")
    if problem.code in _AGAIN:
        return Temporary(f"TikTok Ads was not ready{said(problem)}. {_UNCHANGED}")
    if problem.code in _VERSION:
        return SetupProblem(OLD_VERSION.format(asked=asked))
    if problem.code in _TEST_ACCOUNT:
        return SetupProblem(TEST_ACCOUNT)
    return None


def _of_question(problem: Problem, now: dt.datetime, asked: str) -> ConnectorError | None:
    del now, asked
    if problem.code == 40067:
        return TooLarge("TikTok Ads was asked for more than it answers at once.")
    if problem.code == 40011:
        return TooManyIds("TikTok Ads was asked about too many things at once.")
    if problem.code in _WITHDRAWN:
        return Withdrawn(
            f"TikTok Ads has withdrawn something that was asked for{said(problem)}. Stored "
            "figures are unchanged. Tell whoever runs this installation to update Growzzy OS.",
            said=problem.message,
        )
    if problem.code in _BAD_QUESTION:
        return BadQuestion(
            f"TikTok Ads did not accept the question{said(problem)}. Stored figures are "
            "unchanged. If it happens again, tell whoever runs this installation.",
            said=problem.message,
        )
    return None


def _of_permission(problem: Problem, now: dt.datetime, asked: str) -> ConnectorError | None:
    del now, asked
    code = problem.code
    if code in ENDED:
        return AccessRevoked(ENDED[code])
    if code == 40130:
        return ScopeMissing(NO_SCOPE)
    if code in REFUSED:
        return AccountRefused(REFUSED[code])
    return SetupProblem(SETUP[code]) if code in SETUP else None


def said(problem: Problem) -> str:
    """TikTok's own words with code and request id, without anything that looks like a token."""
    words = re.sub(r"[\w|.-]{24,}", "…", problem.message).strip().rstrip(".")
    number = f"code {problem.code}{': ' if words else ''}{words[:200]}"
    return f" ({number}{', request ' if problem.request_id else ''}{problem.request_id})"


def without_code(status: int, asked: str) -> ConnectorError:
    """An answer of HTTP status 400 or more that holds no code of TikTok's."""
    if status == 404:
        return SetupProblem(OLD_VERSION.format(asked=asked))
    if status == 429:
        return Throttled(
            "TikTok Ads has been asked too often for now. Stored figures are unchanged.",
            retry_after=MINUTE_LIMIT_SECONDS,
        )
    return Temporary(f"TikTok Ads answered HTTP {status} without saying why. {_UNCHANGED}")
