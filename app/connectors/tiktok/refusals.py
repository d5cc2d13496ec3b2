"""What TikTok's return codes mean after something was to be created or changed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.launching import Refused, Unknown
from app.connectors.tiktok.errors import (
    MINUTE_LIMIT_SECONDS,
    Problem,
    Restricted,
    ScopeMissing,
    failure,
    said,
)

UNHEARD: Final = (
    "TikTok Ads did not say whether it created what was asked for. It is looked for before it is "
    "tried again, so that nothing is made twice."
)
TOO_OFTEN: Final = (
    "TikTok Ads has been asked too often for now, so this step was not done. What was created "
    "before it stays as it is, switched off."
)
NO_CREATING: Final = (
    "TikTok did not give the permission to create campaigns: it needs Ads Management and Creative "
    "Management. Whoever runs this installation ticks both under My Apps, App Detail at "
    "business-api.tiktok.com/portal; then open Connections, press Reconnect on TikTok Ads and "
    "leave every permission ticked."
)
NO_ROLE: Final = (
    "TikTok does not let this login create anything in the ad account. Ask its owner for the role "
    "Operator or Admin in TikTok Business Center (Assets, Ad accounts, Members), then try again."
)

_DUPLICATE: Final = 40050
_NO_PERMISSION: Final = 40001
_FILES: Final = frozenset({40900, 40902, 40903, 40904, 40907, 40908, 40911, 40913, 40916})
_NOT_ALLOWED: Final = frozenset({40000, 40002, 40007, 40052, 40118, 40502, 40901, *_FILES})
# Which part of a draft TikTok's own text is about; the first line that fits.
_FIELDS: Final = (
    (r"ad_text|ad text|call_to_action|call to action", "ads"),
    (r"identity", "profile"),
    (r"landing_page|landing page|\burl\b", "url"),
    (r"pixel|optimization_event|conversion event", "pixel_event"),
    (r"video", "video"),
    (r"image|picture", "picture"),
    (r"budget", "daily_budget"),
    (r"schedule_end|end time", "ends_on"),
    (r"schedule|start time", "starts_on"),
    (r"location|country|region", "countries"),
    (r"age_groups|\bage\b", "age_min"),
    (r"gender", "gender"),
    (r"special_industries|special ad", "special"),
    (r"objective|optimization_goal", "goal"),
    (r"_name\b|name", "name"),
)


def refusal(problem: Problem, *, now: dt.datetime, asked: str) -> ConnectorError:
    """The exception that a code stands for after a write. `asked` is the address."""
    if problem.code == _DUPLICATE:
        return Unknown(UNHEARD)
    found = failure(problem, now=now, asked=asked)
    if problem.code not in _NOT_ALLOWED:
        if isinstance(found, Temporary | Throttled):
            return _not_now(found)
        if isinstance(found, AccessRevoked | AccountRefused | SetupProblem):
            return _not_permitted(problem, found)
    return Refused(
        f"TikTok Ads refused this{said(problem)}. Nothing was created by this step. Change the "
        "draft and launch it again.",
        field=_field(problem),
    )


def _not_now(error: Temporary | Throttled) -> ConnectorError:
    """A limit turns the request away unread; after any other fault nobody knows."""
    if isinstance(error, Throttled):
        return type(error)(TOO_OFTEN, retry_after=error.retry_after)
    if isinstance(error, Restricted):
        return Throttled(TOO_OFTEN, retry_after=MINUTE_LIMIT_SECONDS)
    if error.retry_after is not None:
        return Throttled(TOO_OFTEN, retry_after=error.retry_after)
    return Unknown(UNHEARD)


def _not_permitted(problem: Problem, error: ConnectorError) -> ConnectorError:
    if isinstance(error, ScopeMissing):
        return ScopeMissing(NO_CREATING)
    return AccountRefused(NO_ROLE) if problem.code == _NO_PERMISSION else error


def _field(problem: Problem) -> str:
    if problem.code in _FILES:
        return "picture"
    text = problem.message.lower()
    return next((field for pattern, field in _FIELDS if re.search(pattern, text)), "")
