"""Meta's error table, row by row, and its usage headers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.connectors.errors import AccessRevoked, ConnectorError, OAuthDenied, Temporary, Throttled
from app.connectors.meta.errors import (
    NotReadable,
    Problem,
    TooMuchData,
    TooOld,
    WrongSecret,
    exchange_failure,
    failure,
    resting_seconds,
)

REDUCE = "Please reduce the amount of data you're asking for, then retry your request"

TABLE: list[tuple[dict[str, Any], type[ConnectorError], str]] = [
    ({"code": 1, "error_subcode": 99}, Temporary, "had a fault"),
    ({"code": 1}, Temporary, "had a fault"),
    ({"code": 2, "is_transient": True}, Temporary, "asked again"),
    ({"code": 104}, Temporary, "asked again"),
    ({"code": 960}, Temporary, "asked again"),
    ({"code": 100, "is_transient": True}, Temporary, "asked again"),
    ({"code": 100, "message": "Cannot include spend in summary param"}, Temporary, "asked again"),
    ({"code": 99999}, Temporary, "99999"),
    ({}, Temporary, "unknown"),
    ({"code": 1, "message": REDUCE.upper()}, TooMuchData, "more rows"),
    ({"code": 100, "error_subcode": 1487534}, TooMuchData, "more rows"),
    ({"code": 3018}, TooOld, "37 months"),
    *[
        ({"code": code}, Throttled, "too often")
        for code in (4, 17, 32, 341, 613, 80000, 80001, 80004, 80006, 80008, 80014)
    ],
    ({"code": 17, "error_subcode": 2446079}, Throttled, "too often"),
    ({"code": 4, "error_subcode": 1504022, "is_transient": True}, Throttled, "too often"),
    ({"code": 102}, AccessRevoked, "press Reconnect"),
    ({"code": 2500}, AccessRevoked, "press Reconnect"),
    ({"code": 190}, AccessRevoked, "press Reconnect"),
    ({"code": 190, "error_subcode": 458}, AccessRevoked, "app was removed"),
    ({"code": 190, "error_subcode": 459}, AccessRevoked, "Sign in on facebook.com"),
    ({"code": 190, "error_subcode": 460}, AccessRevoked, "password was changed"),
    ({"code": 190, "error_subcode": 463}, AccessRevoked, "run out"),
    ({"code": 190, "error_subcode": 464}, AccessRevoked, "not confirmed"),
    ({"code": 190, "error_subcode": 467}, AccessRevoked, "no longer valid"),
    ({"code": 190, "error_subcode": 12345}, AccessRevoked, "press Reconnect"),
    (
        {"code": 190, "message": "Any of the pages_show_list permission(s) must be granted"},
        AccessRevoked,
        "every page and permission",
    ),
    ({"code": 3}, AccessRevoked, "View performance"),
    ({"code": 10}, AccessRevoked, "View performance"),
    ({"code": 200}, AccessRevoked, "View performance"),
    ({"code": 275}, AccessRevoked, "View performance"),
    ({"code": 294}, AccessRevoked, "View performance"),
    ({"code": 100, "message": "(#100) Missing permissions"}, AccessRevoked, "View performance"),
    (
        {"code": 200, "message": "Ad account owner has NOT grant ads_management permission"},
        NotReadable,
        "View performance",
    ),
    ({"code": 100, "error_subcode": 33}, NotReadable, "may no longer see it"),
    ({"code": 803}, NotReadable, "may no longer see it"),
    ({"code": 1, "error_subcode": 2853001}, AccessRevoked, "profile that manages"),
    ({"code": 368}, AccessRevoked, "Account quality"),
    ({"code": 2635}, AccessRevoked, "META_API_VERSION"),
    ({"code": 100, "message": "Invalid appsecret_proof provided"}, WrongSecret, "META_APP_SECRET"),
    ({"code": 100, "error_subcode": 2446289}, ConnectorError, "did not accept the question"),
    ({"code": 2642}, ConnectorError, "first page again"),
]


@pytest.mark.parametrize(("error", "kind", "says"), TABLE)
def test_each_code_becomes_a_decision_with_a_sentence(
    error: dict[str, Any], kind: type[ConnectorError], says: str
) -> None:
    found = failure(Problem(**error), {})
    assert type(found) is kind
    assert says in found.message


@pytest.mark.parametrize(("error", "kind", "says"), TABLE)
def test_every_sentence_says_what_becomes_of_the_figures_or_who_acts(
    error: dict[str, Any], kind: type[ConnectorError], says: str
) -> None:
    found = failure(Problem(**error), {})
    if not isinstance(found, TooMuchData | TooOld):
        assert "figures are" in found.message
        assert found.message.endswith(".")


def test_an_error_never_repeats_a_token() -> None:
    token = "EAABsbCS1234567890canaryZBZAxyz0987654321"
    found = failure(Problem(message=f"Malformed access token {token}", code=98765), {})
    assert "canary" not in found.message


def test_meta_s_own_words_are_shown_when_the_question_was_refused() -> None:
    problem = Problem(code=100, error_user_title="Budget", error_user_msg="The field is unknown.")
    assert "Budget The field is unknown" in failure(problem, {}).message


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        ({"code": 100, "error_subcode": 36009}, OAuthDenied, "used already"),
        ({"code": 100, "message": "This authorization code has expired."}, OAuthDenied, "run out"),
        ({"code": 1, "message": "Error validating client secret."}, OAuthDenied, "META_APP_SECRET"),
        ({"code": 101, "message": "Error validating application."}, OAuthDenied, "META_APP_ID"),
        ({"code": 191}, OAuthDenied, "Valid OAuth Redirect URIs"),
        (
            {"code": 100, "message": "make sure your redirect_uri is identical"},
            OAuthDenied,
            "PUBLIC_URL",
        ),
        ({"code": 2, "is_transient": True}, Temporary, "asked again"),
        ({"code": 4}, Throttled, "too often"),
    ],
)
def test_a_refused_code_says_who_must_do_what(
    error: dict[str, Any], kind: type[ConnectorError], says: str
) -> None:
    found = exchange_failure(Problem(**error), {})
    assert type(found) is kind
    assert says in found.message


def business_header(**usage: float) -> dict[str, str]:
    return {
        "X-Business-Use-Case-Usage": json.dumps(
            {
                "770": [
                    {"type": "ads_management", "call_count": 3},
                    {"type": "ads_insights", **usage},
                ]
            }
        )
    }


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (business_header(estimated_time_to_regain_access=19), 19 * 60),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 100, "reset_time_duration": 100}'}, 100),
        ({}, 300),
        ({"X-App-Usage": "not json"}, 300),
        ({"X-Business-Use-Case-Usage": "[]"}, 300),
    ],
)
def test_a_throttle_waits_as_long_as_the_headers_say(
    headers: dict[str, str], seconds: float
) -> None:
    assert failure(Problem(code=80000), headers).retry_after == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-App-Usage": '{"call_count": 28, "total_time": 25, "total_cputime": 84.9}'}, 0),
        ({"X-App-Usage": '{"call_count": 28, "total_time": 85, "total_cputime": 25}'}, 120),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 90, "reset_time_duration": 300}'}, 300),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 9.67, "reset_time_duration": 300}'}, 0),
        (business_header(call_count=96), 600),
        (business_header(call_count=100, estimated_time_to_regain_access=30), 1800),
        ({"X-Fb-Ads-Insights-Throttle": '{"app_id_util_pct": 99, "acc_id_util_pct": 10}'}, 600),
        ({}, 0),
    ],
)
def test_near_a_limit_it_asks_for_a_rest(headers: dict[str, str], seconds: float) -> None:
    assert resting_seconds(headers) == seconds
