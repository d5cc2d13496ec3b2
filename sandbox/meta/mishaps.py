"""What each fault does to an answer, and the usage headers that every answer carries."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from sandbox import faults
from sandbox.faults import Fault
from sandbox.meta.errors import GraphError, dead_token, missing_scope, reduce_data, too_many_rows
from sandbox.meta.paging import cursor, next_url, position
from sandbox.meta.params import Params

_TIER = "development_access"
_MORE = (
    "For more info, please refer to "
    "https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
)
_BUSINESS = "77001000000001"
faults.also(
    *("rate_limit_account", "rate_limit_app", "rate_limit_insights", "high_usage"),
    *("token_expired", "token_invalid", "token_checkpoint", "permission"),
    *("server_error", "unavailable", "error_in_200", "reduce_data", "too_many_rows"),
    *("repeated_cursor", "empty_page", "no_rows", "report_failed"),
    *(faults.AFTER_WRITE, "meta_made_active"),
    platform="meta",
)


def usage(*, percent: int = 3, minutes: int = 0, insights: bool) -> dict[str, str]:
    """The usage headers; their values are JSON in a string. `minutes` until access comes back."""
    headers: dict[str, Any] = {
        "X-App-Usage": {"call_count": percent, "total_cputime": 1, "total_time": 2},
        "X-Ad-Account-Usage": {
            "acc_id_util_pct": float(percent),
            "reset_time_duration": minutes * 60,
            "ads_api_access_tier": _TIER,
        },
        "X-Business-Use-Case-Usage": {
            _BUSINESS: [
                {
                    "type": "ads_insights" if insights else "ads_management",
                    "call_count": percent,
                    "total_cputime": 1,
                    "total_time": 2,
                    "estimated_time_to_regain_access": minutes,
                    "ads_api_access_tier": _TIER,
                }
            ]
        },
    }
    if insights:
        headers["x-Fb-Ads-Insights-Throttle"] = {
            "app_id_util_pct": float(percent),
            "acc_id_util_pct": float(percent),
            "ads_api_access_tier": _TIER,
        }
    return {name: json.dumps(value) for name, value in headers.items()}


def headers_for(fault: Fault | None) -> dict[str, str]:
    """Ordinary usage, or what the fault makes of it."""
    about_insights = "/insights" in request.path
    if fault and fault.kind.startswith("rate_limit"):
        return usage(percent=100, minutes=fault.minutes, insights=about_insights)
    if fault and fault.kind == "high_usage":
        return usage(percent=fault.percent, insights=about_insights)
    return usage(insights=about_insights)


def fail(fault: Fault) -> None:
    """Raise the error that the fault stands for; other kinds spoil the answer later."""
    error = (_limits() | _troubles()).get(fault.kind)
    if error is not None:
        raise error


def _limits() -> dict[str, GraphError]:
    return {
        "rate_limit_account": GraphError(
            17,
            "(#17) User request limit reached",
            subcode=2446079,
            is_transient=False,
            error_user_title="Ad Account Has Too Many API Calls",
            error_user_msg="There have been too many calls from this ad account. Wait a bit and "
            "try again.",
        ),
        "rate_limit_app": GraphError(
            4,
            "(#4) Application request limit reached",
            subcode=1504022,
            status=403,
            is_transient=True,
        ),
        "rate_limit_insights": GraphError(
            80000,
            "(#80000) There have been too many calls from this ad-account. Wait a bit and try "
            f"again. {_MORE}",
            subcode=2446079,
        ),
    }


def _troubles() -> dict[str, GraphError]:
    return {
        "token_expired": dead_token(
            "Error validating access token: Session has expired on Friday, 18-Aug-26 05:00:00 PDT.",
            463,
        ),
        "token_invalid": dead_token(
            "Error validating access token: The session has been invalidated because the user "
            "changed their password or Facebook has changed the session for security reasons.",
            460,
        ),
        "token_checkpoint": dead_token(
            "Error validating access token: You cannot access the app till you log in to "
            "www.facebook.com and follow the instructions given.",
            459,
        ),
        "permission": missing_scope("ads_read"),
        "server_error": GraphError(1, "An unknown error occurred", subcode=99, status=500),
        "unavailable": GraphError(
            2, "(#2) Service temporarily unavailable", status=503, is_transient=True
        ),
        "reduce_data": reduce_data(),
        "too_many_rows": too_many_rows(),
        "error_in_200": GraphError(
            2, "(#2) Service temporarily unavailable", status=200, is_transient=True
        ),
    }


def distort(fault: Fault, payload: dict[str, Any], params: Params) -> dict[str, Any]:
    """A payload that is wrong in the fault's way."""
    if fault.kind == faults.AFTER_WRITE:
        raise _troubles()["server_error"]
    here = position(params)
    if fault.kind == "no_rows":
        return {"data": []}
    if fault.kind == "empty_page":
        return {"data": [], "paging": _paging(params, cursor(here, "again"), here)}
    if fault.kind == "repeated_cursor":
        same = params.get("after") or cursor(0)
        return payload | {"paging": _paging(params, same, here)}
    return payload


def _paging(params: Params, after: str, here: int) -> dict[str, Any]:
    return {"cursors": {"before": cursor(here), "after": after}, "next": next_url(params, after)}
