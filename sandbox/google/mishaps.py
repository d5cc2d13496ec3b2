"""What each fault does to an answer of Google's."""

from __future__ import annotations

from typing import Any

from sandbox import faults
from sandbox.faults import Fault
from sandbox.google.errors import BY_CODE, REASONS, ApiProblem
from sandbox.google.tokens import TokenProblem

# Those of Meta's kinds that have a counterpart here.
_CODES = {
    "rate_limit_account": "RESOURCE_TEMPORARILY_EXHAUSTED",
    "rate_limit_app": "RESOURCE_EXHAUSTED",
    "token_expired": "OAUTH_TOKEN_EXPIRED",
    "token_invalid": "OAUTH_TOKEN_REVOKED",
    "token_checkpoint": "TWO_STEP_VERIFICATION_NOT_ENROLLED",
    "permission": "USER_PERMISSION_DENIED",
    "server_error": "INTERNAL_ERROR",
    "error_in_200": "INTERNAL_ERROR",
}
_ON_DEMAND = {f"google_{code.lower()}": code for code in (*BY_CODE, *REASONS)}
_OF_TOKENS = {
    "google_invalid_grant": ("invalid_grant", "Token has been expired or revoked.", 400),
    "google_invalid_client": ("invalid_client", "The OAuth client was not found.", 401),
    "google_admin_policy": ("admin_policy_enforced", "Blocked by an administrator.", 400),
    "google_no_refresh_token": ("", "", 200),
}
NEW_WORD, AS_LIST, NO_DETAILS, NO_PAGE = (
    "google_new_word",
    "google_error_in_list",
    "google_429_without_details",
    "google_404",
)
faults.also(
    faults.AFTER_WRITE,
    *(*_CODES, "unavailable", "no_rows", "empty_page", "repeated_cursor"),
    *(*_ON_DEMAND, *_OF_TOKENS, NEW_WORD, AS_LIST, NO_DETAILS, NO_PAGE),
    platform="google",
)


def fail(fault: Fault) -> None:
    """Raise the problem that the fault stands for; other kinds spoil the answer later."""
    code = _CODES.get(fault.kind) or _ON_DEMAND.get(fault.kind)
    if fault.kind == "unavailable":
        raise ApiProblem("", "The service is currently unavailable.", status=503)
    if fault.kind == NO_DETAILS:
        raise ApiProblem("", "Resource has been exhausted (e.g. check quota).", status=429)
    if fault.kind == AS_LIST:
        code = "INTERNAL_ERROR"
    if code is None:
        return
    problem = ApiProblem(code)
    if problem.family == "quotaError":
        short = code == "RESOURCE_TEMPORARILY_EXHAUSTED"
        problem.waiting(int(fault.seconds) if short else fault.minutes * 60)
    raise problem


def fail_token(fault: Fault) -> None:
    """The same for the token endpoint."""
    if fault.kind == "unavailable":
        raise TokenProblem("temporarily_unavailable", "Try again later.", 503)
    if fault.kind == "server_error":
        raise TokenProblem("internal_failure", "", 500)
    error, words, status = _OF_TOKENS.get(fault.kind, ("", "", 0))
    if error:
        raise TokenProblem(error, words, status)


def distort(fault: Fault, payload: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """A payload that is wrong in the fault's way."""
    match fault.kind:
        case "no_rows":
            return {name: payload[name] for name in ("fieldMask",) if name in payload}
        case "empty_page":
            return {name: value for name, value in payload.items() if name != "results"}
        case "repeated_cursor" if body.get("pageToken"):
            return payload | {"nextPageToken": body["pageToken"]}
        case kind if kind == NEW_WORD:
            for row in payload.get("results", ()):
                row.get("campaign", {}).update(
                    primaryStatus="DREAMT", advertisingChannelType="HOLOGRAM"
                )
    return payload
