"""What LinkedIn's refusals mean, and what whoever can mend it has to do.

The wording of LinkedIn's messages may change without notice: HTTP status, `code` and
`serviceErrorCode` come first, words only where there is nothing else to go by. Source: the error
pages of LinkedIn's Marketing API and of its OAuth.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    SetupProblem,
    Temporary,
    Throttled,
)

# Nobody has written down how long a limit other than the daily one lasts; the largest known one
# counts over five minutes.
LIMIT_SECONDS = 330.0
# The daily counters go back to 0 at midnight UTC; a little later they certainly have.
AFTER_MIDNIGHT = dt.time(0, 5)
# For some seconds a token that LinkedIn has just made may not be known everywhere.
FRESH = dt.timedelta(seconds=60)
_FRESH_WAIT_SECONDS = 10.0


class Problem(msgspec.Struct, rename="camel"):
    """LinkedIn's envelope; `code` and `error_details` come with some endpoints only."""

    message: str | None = None
    status: int | str | None = None
    service_error_code: int | str | None = None
    code: str | int | None = None
    error_details: Any = None

    @property
    def number(self) -> int:
        """The HTTP status that the envelope names, 0 when it names none."""
        text = str(self.status or 0)
        return int(text) if text.isascii() and text.isdigit() else 0

    @property
    def paths(self) -> list[str]:
        """Which fields are wrong, each as its way through the body."""
        paths = []
        for line in self._faults:
            try:
                paths.append(str(line["input"]["inputPath"]["fieldPath"]))
            except (KeyError, TypeError):
                continue
        return paths

    @property
    def details(self) -> list[tuple[str, str]]:
        """What is wrong with the question: code and description of each fault."""
        return [
            (str(one.get("code") or ""), str(one.get("description") or "")) for one in self._faults
        ]

    @property
    def _faults(self) -> list[dict[str, Any]]:
        found = self.error_details if isinstance(self.error_details, dict) else {}
        return [*_lines(found.get("inputErrors")), *_lines(found.get("conditionalInputErrors"))]

    def says(self, *words: str) -> bool:
        """Whether any of the words is in what LinkedIn said."""
        told = [self.message or "", str(self.code or "")]
        told += [text for pair in self.details for text in pair]
        text = " ".join(told).upper()
        return any(word.upper() in text for word in words)


def _lines(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: `path` without its query, `account` when it is about one, and with what.

    `just_made`: the token is some seconds old; `by_refresh`: it came without its owner.
    `one_thing`: a single thing of the account by its id.
    """

    path: str
    version: str
    now: dt.datetime
    account: str = ""
    just_made: bool = False
    by_refresh: bool = False
    one_thing: bool = False


class TokenRefused(AccessRevoked):
    """The access token is no longer taken; another one might be."""


class DayUsedUp(Throttled):
    """The day's calls (UTC) of an endpoint are used up. `ours`: the whole app's, not a member's."""

    def __init__(self, message: str, *, retry_after: float, ours: bool) -> None:
        super().__init__(message, retry_after=retry_after)
        self.ours = ours


class BadQuestion(ConnectorError):
    """A parameter, field or pivot that LinkedIn does not take."""


class NotThere(ConnectorError):
    """The one thing that was asked for does not exist, or not for this login."""


class TooMany(ConnectorError):
    """Ask for fewer things, or days, at once."""


class TooLong(ConnectorError):
    """The address is longer than LinkedIn takes."""


_KEPT = "Stored figures are kept, but no new ones are read until then."
_UNCHANGED = "Stored figures are unchanged, and it will be asked again."
_RECONNECT = "Open Connections and press Reconnect on LinkedIn Ads"
_OPERATOR = "Whoever runs this installation"
_PRODUCTS = "the Products tab of the app at linkedin.com/developers/apps"

RUN_OUT = (
    "LinkedIn's access has run out: it lasts 60 days, and LinkedIn renews it by itself only for "
    f"approved partners. {_KEPT} {_RECONNECT}."
)
WITHDRAWN = (
    "LinkedIn no longer accepts the access that was given: it was withdrawn, or given anew with "
    f"other permissions. {_KEPT} {_RECONNECT}."
)
NOT_VALID = f"LinkedIn does not accept the access that is stored here. {_KEPT} {_RECONNECT}."
RESTRICTED = (
    "LinkedIn has restricted the member who connected it, so nothing can be read as them. "
    f"{_KEPT} Sign in at linkedin.com and do what it asks, or open Connections and press Reconnect "
    "on LinkedIn Ads as another member who may see the ad accounts."
)
NO_REPORTING = (
    "The permission r_ads_reporting is missing. Without it LinkedIn answers every question about "
    f"figures with nothing, so none are read and the stored ones are kept. {_OPERATOR} checks that "
    f"Advertising API is listed on {_PRODUCTS}; then open Connections and press Reconnect on "
    "LinkedIn Ads."
)
NO_LIST = (
    "LinkedIn does not let this login list ad accounts. Either this installation's app lacks the "
    f"product Advertising API ({_OPERATOR[0].lower()}{_OPERATOR[1:]} requests it on {_PRODUCTS}), "
    f"or the permission r_ads was not given. {_KEPT} {_RECONNECT}."
)
ACCOUNT_CLOSED = (
    "LinkedIn does not let this login read the ad account. Ask its owner to open Campaign Manager, "
    "Account settings, Manage access and to add you as Viewer or higher; then open Connections and "
    f"press Sync now on LinkedIn Ads. If every account says this, {_OPERATOR[0].lower()}"
    f"{_OPERATOR[1:]} checks that Advertising API is listed on {_PRODUCTS}."
)
ACCOUNT_GONE = (
    "LinkedIn finds no such ad account for this login: it was deleted, or the login has lost its "
    "role there. Its figures are kept. Open linkedin.com/campaignmanager to see whether it is "
    "listed; if it is not, open Connections, LinkedIn Ads, Choose accounts and untick it."
)
BAD_ACCOUNT = (
    "LinkedIn does not know an ad account with this id. Its figures are kept. Open Connections, "
    "LinkedIn Ads, Choose accounts, untick it and choose the right one."
)
OLD_VERSION = (
    "LinkedIn has switched off version {version} of its API, so nothing can be read from it. "
    f"{_OPERATOR} sets LINKEDIN_VERSION to a current one (YYYYMM, listed under Recent changes in "
    "LinkedIn's Marketing API documentation) and restarts. Stored figures are kept."
)
WRONG_ADDRESS = (
    "LinkedIn has nothing at the address that was asked ({path}). "
    f"{_OPERATOR} compares LINKEDIN_API_URL with https://api.linkedin.com/rest, checks that "
    f"Advertising API is listed on {_PRODUCTS}, and restarts."
)

_EXPIRED = frozenset({"65602"})
_REVOKED = frozenset({"65601"})
_MEMBER = frozenset({"65608"})
_INVALID = frozenset({"65600"})
_UNWELL = frozenset({408, 409, 412})


def failure(problem: Problem, status: int, asked: Asked) -> ConnectorError:
    """The exception that an answer of this HTTP status stands for."""
    for verdict in (whatever_was_asked, _of_permission, _of_question):
        found = verdict(problem, status, asked)
        if found:
            return found
    if status >= 500 or status in _UNWELL or status < 400:
        return Temporary(
            f"LinkedIn Ads was not able to answer{said(problem, status)}. {_UNCHANGED}"
        )
    return BadQuestion(
        f"LinkedIn Ads did not accept the question{said(problem, status)}. Stored figures are "
        "unchanged. If it happens again, tell whoever runs this installation."
    )


def whatever_was_asked(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    """A version that is switched off, a limit, or access that has ended."""
    for verdict in (_of_version, _of_limits, _of_token):
        found = verdict(problem, status, asked)
        if found:
            return found
    return None


def until_next_day(now: dt.datetime) -> float:
    """Seconds until LinkedIn counts anew; `now` is in UTC."""
    tomorrow = now.date() + dt.timedelta(days=1)
    return (dt.datetime.combine(tomorrow, AFTER_MIDNIGHT, dt.UTC) - now).total_seconds()


def _of_version(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    """426; also seen as 400 with the same words."""
    inactive = status == 400 and problem.says("VERSION") and problem.says("IS NOT ACTIVE")
    if status == 426 or inactive or problem.says("NONEXISTENT_VERSION"):
        return SetupProblem(OLD_VERSION.format(version=asked.version))
    return None


def _of_limits(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    """LinkedIn gives no hint, in no header, of when to come back."""
    if status != 429:
        return None
    if not problem.says("DAY LIMIT", "DAILY"):
        return Throttled(
            "LinkedIn Ads has been asked too often for now. Stored figures are unchanged; reading "
            "goes on by itself in about six minutes.",
            retry_after=LIMIT_SECONDS,
        )
    ours = not problem.says("MEMBER DAY")
    whose = "This installation's app has" if ours else "The member who connected it has"
    return DayUsedUp(
        f"{whose} asked LinkedIn all that may be asked in a day. Stored figures are unchanged; "
        "reading goes on by itself after midnight UTC.",
        retry_after=until_next_day(asked.now),
        ours=ours,
    )


def _of_token(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    if status != 401:
        return None
    number = str(problem.service_error_code or "")
    if number in _MEMBER or problem.says("RESTRICTED_MEMBER"):
        return AccessRevoked(RESTRICTED)
    unknown = number in _INVALID or problem.says("INVALID_ACCESS_TOKEN")
    if asked.just_made and (asked.by_refresh or unknown):
        return Temporary(
            f"LinkedIn does not know the access it has just given yet. {_UNCHANGED}",
            retry_after=_FRESH_WAIT_SECONDS,
        )
    if number in _REVOKED or problem.says("REVOKED"):
        return TokenRefused(WITHDRAWN)
    if number in _EXPIRED or problem.says("EXPIRED"):
        return TokenRefused(RUN_OUT)
    return TokenRefused(NOT_VALID)


def _of_permission(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    """Refusals come without a code worth reading: what was asked tells them apart."""
    del problem
    if status == 403:
        return AccountRefused(ACCOUNT_CLOSED) if asked.account else AccessRevoked(NO_LIST)
    if status == 404:
        if asked.one_thing:
            return NotThere("LinkedIn finds nothing with this id in the ad account.")
        if asked.account and asked.account in asked.path:
            return AccountRefused(ACCOUNT_GONE)
        return SetupProblem(WRONG_ADDRESS.format(path=asked.path))
    return None


def _of_question(problem: Problem, status: int, asked: Asked) -> ConnectorError | None:
    if status == 414:
        return TooLong(
            "LinkedIn Ads finds the question too long. Stored figures are unchanged. If it happens "
            "again, tell whoever runs this installation."
        )
    if status == 400 and problem.says("TOO MANY ENTITIES"):
        return TooMany("LinkedIn Ads was asked for more than it answers at once.")
    if status == 400 and asked.account and problem.says("JAVA.LANG.LONG"):
        return AccountRefused(BAD_ACCOUNT)
    return None


def said(problem: Problem, status: int) -> str:
    """LinkedIn's own words with status and codes, without anything that looks like a token."""
    codes = [str(problem.code or problem.service_error_code or "")]
    codes += [code for code, _ in problem.details if code]
    named = ", ".join(dict.fromkeys(code for code in codes if code))
    words = " ".join([problem.message or "", *(text for _, text in problem.details)])
    shown = re.sub(r"[\w|.-]{24,}", "…", " ".join(words.split())).strip().rstrip(".")[:200]
    return f" (HTTP {status}{f' {named}' if named else ''}{f': {shown}' if shown else ''})"
