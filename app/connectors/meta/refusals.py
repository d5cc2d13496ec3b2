"""What Meta's answer means when it was asked to create or change something.

Other than for reading, a refusal concerns the draft and leaves the connection as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.connectors.errors import ConnectorError, Throttled
from app.connectors.launching import Refused
from app.connectors.meta.errors import (
    PERMISSION_CODES,
    TEMPORARY_CODES,
    THROTTLED_CODES,
    Problem,
    failure,
    masked,
    numbers_of,
    text_of,
)

NOT_ALLOWED = (
    "Meta does not let this connection create ads in the account, so nothing was made by this "
    "step. In Meta Business settings open Accounts, Ad accounts, and give the person or system "
    "user that is connected Manage campaigns there; and when you reconnect Meta Ads, leave "
    "ads_management ticked."
)
TOO_OFTEN = (
    "Meta has been asked too often for now. Nothing was made by this step, which can be tried "
    "again once Meta's pause is over."
)
NOT_ACCEPTED = "Meta did not accept this, so nothing was made by this step."
BLOCKED = (
    "Meta has blocked this account or app from creating ads for breaking a policy, so nothing was "
    "made by this step. Open Account quality in Meta Business settings and see what it says."
)
GONE = (
    "Meta no longer finds the account, or something that was made by an earlier step, so nothing "
    "was made by this one. Remove what was made and start again."
)
PAGE_NOT_ALLOWED = (
    "Meta does not let this connection advertise for the page, so nothing was made by this step. "
    "In Meta Business settings open Accounts, Pages, and give the person or system user that is "
    "connected Create ads there, or choose another page."
)

# Parameters of Meta's, in the order of preference, and the part of a draft that fills them.
FIELDS = {
    "daily_budget": "daily_budget",
    "special_ad_category_country": "countries",
    "special_ad_categories": "special",
    "objective": "goal",
    "optimization_goal": "goal",
    "pixel_id": "pixel",
    "promoted_object": "pixel",
    "dsa_beneficiary": "dsa_beneficiary",
    "dsa_payor": "dsa_payor",
    "regional_regulated_categories": "countries",
    "regional_regulation_identities": "countries",
    "start_time": "starts_on",
    "end_time": "ends_on",
    "age_min": "age_min",
    "age_max": "age_max",
    "genders": "gender",
    "geo_locations": "countries",
    "countries": "countries",
    "targeting": "countries",
    "image_hash": "picture",
    "bytes": "picture",
    "instagram_user_id": "instagram",
    "page_id": "profile",
    "call_to_action": "ads",
    "message": "ads",
    "description": "ads",
    "link": "url",
    "name": "name",
}
BY_SUBCODE = {
    1885272: "daily_budget",
    1885621: "daily_budget",
    2061015: "url",
}
_NAMED = re.compile(r"\b(?:param|parameter|field) \W?(\w+)", re.IGNORECASE)
LONGEST_REASON = 500
_ACCESS_ENDED = frozenset({102, 190, 2500})


def refusal(problem: Problem, headers: Mapping[str, str]) -> ConnectorError:
    """Refused where Meta's answer is final; otherwise what reading would make of it."""
    code, text = problem.code, text_of(problem)
    if code in THROTTLED_CODES:
        return Throttled(TOO_OFTEN, retry_after=failure(problem, headers).retry_after)
    passing = problem.is_transient or code in TEMPORARY_CODES
    if passing or code in _ACCESS_ENDED or "appsecret_proof" in text:
        return failure(problem, headers)
    sentence, field = _meaning(problem)
    return Refused(f"{sentence} {explained(problem)}", field=field)


def _meaning(problem: Problem) -> tuple[str, str]:
    """What it comes to, and the part of the draft to change."""
    code, text = problem.code, text_of(problem)
    if (code, problem.error_subcode) == (100, 33):
        return GONE, ""
    if code == 368:
        return BLOCKED, ""
    if code not in PERMISSION_CODES and "permission" not in text:
        return NOT_ACCEPTED, field_of(problem)
    return (PAGE_NOT_ALLOWED, "profile") if "page" in text else (NOT_ALLOWED, "")


def explained(problem: Problem) -> str:
    """Meta's own sentences, which often say what to do, and the number to ask its support by."""
    said = (problem.error_user_title, problem.error_user_msg)
    sentences = [part.strip() for part in said if part] or [problem.message or "It gave no reason"]
    ended = (part if part.endswith((".", "!", "?", "。")) else f"{part}." for part in sentences)
    words = masked(" ".join(ended))[:LONGEST_REASON]
    return f"Meta says: {words} (Code {numbers_of(problem)}.)"


def field_of(problem: Problem) -> str:
    """The part of the draft that Meta blames, empty when it blames none that we know."""
    blamed = set(_blamed(problem.error_data))
    for parameter, field in FIELDS.items():
        if parameter in blamed:
            return field
    if problem.error_subcode in BY_SUBCODE:
        return BY_SUBCODE[problem.error_subcode]
    named = _NAMED.search(problem.message or "")
    if named and named[1] in FIELDS:
        return FIELDS[named[1]]
    return "picture" if "image" in text_of(problem) else ""


def _blamed(data: Any) -> Iterator[str]:
    """Names in `blame_field_specs`, which comes in an object or in its text as JSON."""
    if isinstance(data, str):
        try:
            data = msgspec.json.decode(data)
        except msgspec.DecodeError:
            return
    if isinstance(data, dict):
        yield from _names(data.get("blame_field_specs"))


def _names(specs: Any) -> Iterator[str]:
    if isinstance(specs, str):
        yield specs
    elif isinstance(specs, list):
        for spec in specs:
            yield from _names(spec)
