"""What each fault does to an answer of LinkedIn's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import faults
from sandbox.faults import Fault
from sandbox.linkedin.errors import (
    INVALID,
    RESTRICTED,
    REVOKED,
    RestProblem,
    bad_param,
    denied,
    expired,
    inactive_version,
    not_found,
    refused_token,
)

_DAY = "Resource level throttle {whose} DAY limit for calls to this resource is reached."


def _day_limit(whose: str) -> RestProblem:
    return RestProblem(429, _DAY.format(whose=whose), service=101)


# Those of Meta's kinds that have a counterpart here, and LinkedIn's own.
_PROBLEMS: dict[str, Callable[[], RestProblem]] = {
    "rate_limit_account": lambda: RestProblem(429, "Too many requests", code="TOO_MANY_REQUESTS"),
    "rate_limit_app": lambda: RestProblem(429, "Too many requests", code="TOO_MANY_REQUESTS"),
    "rate_limit_insights": lambda: RestProblem(429, "Data limit for all queries is reached"),
    "token_expired": expired,
    "token_invalid": lambda: refused_token(*REVOKED),
    "token_checkpoint": lambda: refused_token(*RESTRICTED),
    "permission": lambda: denied("FINDER-analytics /adAnalytics"),
    "server_error": lambda: RestProblem(500, "Internal Server Error"),
    "unavailable": lambda: RestProblem(503, "Service Unavailable"),
    "reduce_data": lambda: RestProblem(400, "Request would return too many entities."),
    "too_many_rows": lambda: RestProblem(400, "Request would return too many entities."),
    "linkedin_day_limit": lambda: _day_limit("APPLICATION"),
    "linkedin_member_day_limit": lambda: _day_limit("MEMBER"),
    "linkedin_token_not_known_yet": lambda: refused_token(*INVALID),
    "linkedin_old_version": lambda: inactive_version("202609"),
    "linkedin_not_found": not_found,
    "linkedin_not_found_yet": lambda: RestProblem(404, "Could not find entity"),
    "linkedin_too_long": lambda: RestProblem(414, "Request-URI Too Long"),
    "linkedin_timeout": lambda: RestProblem(504, "Gateway Timeout"),
    "linkedin_conflict": lambda: RestProblem(409, "Conflict", code="CONFLICT"),
    "linkedin_bad_param": lambda: bad_param("search", "Invalid value for param"),
    "linkedin_bad_field": lambda: bad_param("fields", "No such field", "FIELD_INVALID"),
}
NO_LIST, NEW_WORD, CUT_LINK, NO_COST = (
    "linkedin_no_list",
    "linkedin_new_status",
    "linkedin_leads_on",
    "linkedin_no_cost",
)
faults.also(
    faults.AFTER_WRITE,
    *_PROBLEMS,
    *("error_in_200", "no_rows", "empty_page", "repeated_cursor"),
    *(NO_LIST, NEW_WORD, CUT_LINK, NO_COST),
    platform="linkedin",
)


def fail(fault: Fault) -> None:
    """Raise the problem that the fault stands for; other kinds spoil the answer later."""
    if fault.kind in _PROBLEMS:
        problem = _PROBLEMS[fault.kind]()
        raise problem


def fail_after(fault: Fault | None) -> None:
    """Raise 500 although what was asked has been done, when that is the fault."""
    if fault and fault.kind == faults.AFTER_WRITE:
        raise RestProblem(500, "Internal Server Error")


def distort(fault: Fault, payload: dict[str, Any], token: str) -> dict[str, Any]:
    """A payload that is wrong in the fault's way. `token` is the page token that was asked with."""
    rows: list[Any] = payload.get("elements", [])
    if fault.kind == NO_LIST:
        return {name: value for name, value in payload.items() if name != "elements"}
    wrong: dict[str, dict[str, Any]] = {
        "error_in_200": {"status": 500, "message": "Internal Server Error"},
        "no_rows": {"elements": [], "metadata": {}},
        "empty_page": {"elements": []},
        "repeated_cursor": {"metadata": {"nextPageToken": token}} if token else {},
        NEW_WORD: {"elements": [_dreaming(row) for row in rows]},
        CUT_LINK: {"paging": {"start": 0, "count": 7, "links": [{"rel": "next", "href": "/rest"}]}},
        NO_COST: {"elements": [_without_cost(row) for row in rows]},
    }
    if fault.kind == "error_in_200":
        return wrong[fault.kind]
    return payload | wrong.get(fault.kind, {})


def _dreaming(row: dict[str, Any]) -> dict[str, Any]:
    name = "intendedStatus" if "intendedStatus" in row else "status"
    return row | {name: "DREAMING", "aFieldThatIsNew": {"since": "tomorrow"}}


def _without_cost(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "costInLocalCurrency"}
