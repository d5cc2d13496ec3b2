"""Every error of Google's has a meaning, and whoever can mend it reads where and what to press."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import responses

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.google import errors
from app.connectors.google.errors import failure, trouble
from app.connectors.google.problem import Problem
from app.connectors.http import Http
from app.connectors.platforms.google import Google
from app.connectors.words import Days, Fact, FoundAccount, Grain, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import Clock

API = "https://googleads.googleapis.com/v26"
SEARCH = f"{API}/customers/1234567890/googleAds:search"
ACCOUNT = FoundAccount("1234567890", "Fern & Fable Tea", "EUR", "Europe/Berlin")
WEEK = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 7))
TOKEN = "canary-access-token"
Answer = Callable[..., None]

# Status, family of codes, code and what it is to us: the fact sheet's table, row by row.
TABLE: list[tuple[int, str, str, type[ConnectorError]]] = [
    *(
        (401, "authenticationError", code, errors.TokenRefused)
        for code in ("OAUTH_TOKEN_INVALID", "OAUTH_TOKEN_EXPIRED", "OAUTH_TOKEN_HEADER_INVALID")
    ),
    *(
        (401, "authenticationError", code, AccessRevoked)
        for code in (
            *("OAUTH_TOKEN_REVOKED", "OAUTH_TOKEN_DISABLED", "GOOGLE_ACCOUNT_DELETED"),
            *("GOOGLE_ACCOUNT_COOKIE_INVALID", "TWO_STEP_VERIFICATION_NOT_ENROLLED"),
            "ADVANCED_PROTECTION_NOT_ENROLLED",
        )
    ),
    (401, "authenticationError", "NOT_ADS_USER", errors.NoAdsUser),
    *(
        (401, "authenticationError", code, SetupProblem)
        for code in (
            *("ORGANIZATION_NOT_RECOGNIZED", "ORGANIZATION_NOT_APPROVED"),
            "ORGANIZATION_NOT_ASSOCIATED_WITH_DEVELOPER_TOKEN",
            "DEVELOPER_TOKEN_INVALID",
        )
    ),
    (401, "authenticationError", "CUSTOMER_NOT_FOUND", AccountRefused),
    (401, "authenticationError", "CLIENT_CUSTOMER_ID_INVALID", AccountRefused),
    *(
        (403, "authorizationError", code, AccountRefused)
        for code in (
            *("USER_PERMISSION_DENIED", "CUSTOMER_NOT_ENABLED", "ACCESS_DENIED_FOR_ACCOUNT_TYPE"),
            *("ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT", "METRIC_ACCESS_DENIED"),
            "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION",
        )
    ),
    (400, "headerError", "INVALID_LOGIN_CUSTOMER_ID", AccountRefused),
    (400, "queryError", "REQUESTED_METRICS_FOR_MANAGER", AccountRefused),
    *(
        (403, "authorizationError", code, SetupProblem)
        for code in (
            *("CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", "ACTION_NOT_PERMITTED", "MISSING_TOS"),
            *("DEVELOPER_TOKEN_NOT_APPROVED", "DEVELOPER_TOKEN_PROHIBITED", "PROJECT_DISABLED"),
            "CLOUD_PROJECT_NOT_UNDER_ORGANIZATION",
        )
    ),
    (400, "requestError", "CLOUD_PROJECT_NOT_FOUND", SetupProblem),
    (400, "requestError", "UNSUPPORTED_VERSION", SetupProblem),
    (400, "queryError", "UNRECOGNIZED_FIELD", ConnectorError),
    (400, "fieldError", "REQUIRED", ConnectorError),
    (400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", ConnectorError),
    (400, "requestError", "EXPIRED_PAGE_TOKEN", errors.LostPlace),
    (400, "requestError", "INVALID_PAGE_TOKEN", errors.LostPlace),
    (400, "dateRangeError", "INVALID_DATE", errors.TooOld),
    (400, "dateRangeError", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED", errors.TooOld),
    (429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", errors.Busy),
    (429, "quotaError", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", errors.Busy),
    (429, "quotaError", "RESOURCE_EXHAUSTED", errors.DayUsedUp),
    (429, "quotaError", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION", Throttled),
    (429, "quotaError", "ACCESS_PROHIBITED", SetupProblem),
    (403, "quotaError", "ACCESS_PROHIBITED", SetupProblem),
    (500, "internalError", "INTERNAL_ERROR", Temporary),
    (500, "internalError", "TRANSIENT_ERROR", Temporary),
    (504, "internalError", "DEADLINE_EXCEEDED", Temporary),
    (409, "databaseError", "CONCURRENT_MODIFICATION", Temporary),
]
# The same for answers that bring no code of the Google Ads API at all.
WITHOUT_CODE: list[tuple[int, dict[str, Any], type[ConnectorError]]] = [
    (401, {"status": "UNAUTHENTICATED"}, errors.TokenRefused),
    (403, {"status": "PERMISSION_DENIED"}, AccountRefused),
    (400, {"status": "INVALID_ARGUMENT", "message": "Invalid JSON payload."}, ConnectorError),
    (429, {"status": "RESOURCE_EXHAUSTED"}, errors.Busy),
    (500, {"status": "INTERNAL"}, Temporary),
    (500, {"status": "UNKNOWN"}, Temporary),
    (503, {"status": "UNAVAILABLE"}, Temporary),
    (504, {"status": "DEADLINE_EXCEEDED"}, Temporary),
    (409, {"status": "ABORTED"}, Temporary),
    (404, {"status": "NOT_FOUND"}, SetupProblem),
    (200, {"code": 503, "status": "UNAVAILABLE"}, Temporary),
]
REASONS = [
    ("SERVICE_DISABLED", SetupProblem, "presses Enable"),
    ("CONSUMER_INVALID", SetupProblem, "GOOGLE_CLIENT_ID"),
    ("CONSUMER_SUSPENDED", SetupProblem, "re-enables"),
    ("BILLING_DISABLED", SetupProblem, "opens Billing"),
    ("USER_PROJECT_DENIED", SetupProblem, "GOOGLE_CLIENT_ID"),
    ("A_REASON_DREAMT", SetupProblem, "ads-apis/overview"),
    ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", AccessRevoked, "press Reconnect"),
]


def body(status: int, *codes: tuple[str, str], **details: Any) -> dict[str, Any]:
    """An error as Google sends it; `details` beside the first code."""
    told: list[dict[str, Any]] = [
        {"errorCode": {family: code}, "message": f"It was {code}."} for family, code in codes
    ]
    if details:
        told[0]["details"] = details
    kind = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
    return {
        "error": {
            "code": status,
            "message": "Request contains an invalid argument.",
            "status": "INVALID_ARGUMENT",
            "details": [{"@type": kind, "errors": told, "requestId": "in-the-body"}],
        }
    }


def quota(delay: str = "", scope: str = "DEVELOPER") -> dict[str, Any]:
    return {"quotaErrorDetails": {"rateScope": scope, "rateName": "Calls", "retryDelay": delay}}


def meant(status: int, error: dict[str, Any], **headers: str) -> ConnectorError:
    problem = msgspec.convert(error, Problem, strict=False)
    return failure(trouble(problem, status, headers, version="v26"))


def said(code: str) -> ConnectorError:
    """What one code becomes."""
    return failure(errors.Trouble(400, codes=(code,), version="v26"))


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none", google_client_id="4711", google_client_secret="s"
    )


@pytest.fixture
def google(settings: Settings, http: Http) -> Google:
    """Google, connected with a token that nothing renews."""
    return Google(settings, http, Grant(TOKEN))


@pytest.fixture
def answer(wire: responses.RequestsMock) -> Answer:
    """Queue an answer to the next search."""

    def queue(told: Any, status: int = 200, **more: Any) -> None:
        text = told if isinstance(told, str | bytes) else json.dumps(told)
        wire.post(SEARCH, body=text, status=status, **more)

    return queue


def row(campaign: str = "1", day: str = "2026-10-01", **metrics: Any) -> dict[str, Any]:
    return {
        "campaign": {"id": campaign, "name": "Tea"},
        "segments": {"date": day},
        "metrics": {"costMicros": "1000000"} | metrics,
    }


def read(google: Google, grain: Grain = Grain.CAMPAIGN, days: Days = WEEK) -> list[Fact]:
    pages = google.facts(ACCOUNT, grain, days, conversion_action=None)
    return [fact for page in pages for fact in page]


@pytest.mark.parametrize(("status", "family", "code", "kind"), TABLE)
def test_every_row_of_the_table_becomes_its_kind_of_error(
    status: int, family: str, code: str, kind: type[ConnectorError]
) -> None:
    error = meant(status, body(status, (family, code))["error"])
    assert type(error) is kind
    assert error.message.endswith((".", ".)"))


@pytest.mark.parametrize(("status", "error", "kind"), WITHOUT_CODE)
def test_an_error_without_a_code_goes_by_its_status(
    status: int, error: dict[str, Any], kind: type[ConnectorError]
) -> None:
    assert type(meant(status, error)) is kind


@pytest.mark.parametrize(("reason", "kind", "words"), REASONS)
def test_what_the_cloud_refuses_before_the_api_is_reached_is_understood(
    reason: str, kind: type[ConnectorError], words: str
) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    error = meant(403, {"code": 403, "status": "PERMISSION_DENIED", "details": [info]})
    assert type(error) is kind
    assert words in error.message


@pytest.mark.parametrize(
    "code", sorted({*errors.ENDED, *errors.SIGN_IN_AGAIN, *errors.TOKEN, "NOT_ADS_USER"})
)
def test_an_owner_reads_what_to_press_to_give_access_again(code: str) -> None:
    words = said(code).message
    assert "Open Connections and press Reconnect on Google Ads" in words.replace("open C", "Open C")


@pytest.mark.parametrize("code", sorted(errors.REFUSED))
def test_the_owner_of_a_refused_account_reads_where_to_go(code: str) -> None:
    words = said(code).message
    assert any(
        way in words
        for way in ("press Sync now on Google Ads", "Choose accounts and untick it", "and appeal")
    ), words


@pytest.mark.parametrize("code", sorted({*errors.SETUP, "UNSUPPORTED_VERSION"}))
def test_whoever_runs_the_installation_reads_which_page_to_open(code: str) -> None:
    words = said(code).message
    assert "hoever runs this installation" in words
    assert "google.com/" in words or "console.cloud.google.com" in words


def test_a_switched_off_version_is_named_with_its_setting(
    settings: Settings, http: Http, wire: responses.RequestsMock
) -> None:
    old = Google(replace(settings, google_ads_version="v22"), http, Grant(TOKEN))
    wire.post(
        SEARCH.replace("v26", "v22"),
        json=body(400, ("requestError", "UNSUPPORTED_VERSION")),
        status=400,
    )
    with pytest.raises(SetupProblem, match=r"version v22 .* GOOGLE_ADS_VERSION"):
        read(old)
    wire.post(SEARCH.replace("v26", "v22"), body="<html>Error 404 (Not Found)!!1", status=404)
    with pytest.raises(SetupProblem, match=r"GOOGLE_ADS_VERSION, now v22"):
        read(old)


@pytest.mark.parametrize("version", ["26", "v26", "V26"])
def test_the_version_may_be_written_with_its_letter_or_without(
    settings: Settings, http: Http, answer: Answer, version: str
) -> None:
    answer({"results": [row()]})
    assert read(Google(replace(settings, google_ads_version=version), http, Grant(TOKEN)))


@pytest.mark.parametrize(
    ("delay", "headers", "seconds"),
    [("4512s", {}, 4512), ("", {"Retry-After": "90"}, 90), ("0.5s", {}, 0.5), ("", {}, 3600)],
)
def test_a_used_up_day_is_waited_out_by_google_s_hint(
    delay: str, headers: dict[str, str], seconds: float
) -> None:
    used_up = body(429, ("quotaError", "RESOURCE_EXHAUSTED"), **quota(delay))["error"]
    error = meant(429, used_up, **headers)
    assert (type(error), error.retry_after) == (errors.DayUsedUp, seconds)


def test_one_account_s_own_limit_does_not_end_the_installation_s_day() -> None:
    limited = body(429, ("quotaError", "RESOURCE_EXHAUSTED"), **quota("60s", "ACCOUNT"))["error"]
    assert type(meant(429, limited)) is Throttled


def test_too_many_questions_a_second_are_asked_again_by_google_s_hint(
    google: Google, answer: Answer, clock: Clock
) -> None:
    busy = body(429, ("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"), **quota("7s"))
    answer(busy, 429)
    answer({"results": [row()]})
    assert len(read(google)) == 1
    assert clock.slept == [7.0]


def test_lasting_haste_becomes_a_pause_of_the_connection(google: Google, answer: Answer) -> None:
    busy = body(429, ("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"), **quota("1s"))
    for _ in range(5):
        answer(busy, 429)
    with pytest.raises(Throttled) as caught:
        read(google)
    assert caught.value.retry_after == 60


class Counted:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.spent: list[tuple[str, int]] = []
        self.ended: list[tuple[str, float]] = []

    def spend(self, quota: str, units: int) -> None:
        self.spent.append((quota, units))

    def exhausted(self, quota: str, retry_after: float) -> None:
        self.ended.append((quota, retry_after))


def test_a_search_costs_one_operation_however_many_pages_it_has(
    google: Google, answer: Answer
) -> None:
    google.meter = meter = Counted()
    answer({"results": [row("1")], "nextPageToken": "a"})
    answer({"results": [row("2")], "nextPageToken": "b"})
    answer({"results": [row("3")]})
    assert len(read(google)) == 3
    assert meter.spent == [("operations", 1)]


def test_the_end_of_the_day_s_operations_is_written_down_for_all_connections(
    google: Google, answer: Answer
) -> None:
    google.meter = meter = Counted()
    answer(body(429, ("quotaError", "RESOURCE_EXHAUSTED"), **quota("120s")), 429)
    with pytest.raises(Throttled, match="operations of its Cloud project"):
        read(google)
    assert meter.ended == [("operations", 120.0)]


@pytest.mark.parametrize("key", ["error", "partialFailureError"])
def test_200_with_an_error_inside_is_never_an_empty_page(
    google: Google, answer: Answer, key: str
) -> None:
    told = {key: body(403, ("authorizationError", "CUSTOMER_NOT_ENABLED"))["error"]}
    answer({"results": [], **told})
    with pytest.raises(AccountRefused, match="not enabled"):
        read(google)


@pytest.mark.parametrize("status", [200, 401])
def test_an_error_in_a_list_is_understood_as_searchstream_sends_it(
    google: Google, answer: Answer, status: int
) -> None:
    answer([body(401, ("authenticationError", "OAUTH_TOKEN_REVOKED"))], status)
    with pytest.raises(AccessRevoked, match="it was withdrawn"):
        read(google)


@pytest.mark.parametrize("cut", [1, 40, -1])
def test_a_truncated_answer_is_asked_for_again(google: Google, answer: Answer, cut: int) -> None:
    whole = json.dumps({"results": [row("1"), row("2")]})
    answer(whole[:cut])
    answer(whole)
    assert [fact.campaign_id for fact in read(google)] == ["1", "2"]


def test_a_repeated_page_token_ends_in_an_error_and_not_in_a_circle(
    google: Google, answer: Answer
) -> None:
    for _ in range(2):
        answer({"results": [row()], "nextPageToken": "same"})
    with pytest.raises(Temporary, match="the same page twice"):
        read(google)


def test_a_lost_place_is_found_again_and_no_row_is_handed_out_twice(
    google: Google, answer: Answer
) -> None:
    answer({"results": [row("1"), row("2")], "nextPageToken": "a"})
    answer(body(400, ("requestError", "EXPIRED_PAGE_TOKEN")), 400)
    answer({"results": [row("2"), row("3")], "nextPageToken": "b"})
    answer({"results": [row("1"), row("4")]})
    assert [fact.campaign_id for fact in read(google)] == ["1", "2", "3", "4"]


def test_a_place_lost_again_and_again_is_given_up(google: Google, answer: Answer) -> None:
    for _ in range(3):
        answer({"results": [row()], "nextPageToken": "a"})
        answer(body(400, ("requestError", "INVALID_PAGE_TOKEN")), 400)
    with pytest.raises(ConnectorError, match="lost its place"):
        read(google)


def test_numbers_may_have_exponents_and_fractions_and_be_left_out(
    google: Google, answer: Answer
) -> None:
    answer(
        '{"results":[{"campaign":{"id":"1"},"segments":{"date":"2026-10-01"},"metrics":'
        '{"costMicros":1.23e7,"clicks":"1E+2","conversions":1e-07,"conversionsValue":12.5}}]}'
    )
    (fact,) = read(google)
    assert (fact.spend, fact.clicks, fact.impressions) == (Decimal("12.3"), 100, 0)
    assert (fact.conversions, fact.value) == (Decimal("0.0000001"), Decimal("12.5"))


@pytest.mark.parametrize(
    ("wrong", "times"), [('"NaN"', 1), ('"Infinity"', 1), ('"many"', 5), ("[]", 5), ("true", 5)]
)
def test_a_figure_that_is_no_number_is_never_a_zero(
    google: Google, answer: Answer, wrong: str, times: int
) -> None:
    for _ in range(times):
        answer(json.dumps({"results": [row(costMicros="wrong")]}).replace('"wrong"', wrong))
    with pytest.raises(Temporary):
        read(google)


@pytest.mark.parametrize("missing", ["campaign", "segments"])
def test_figures_without_their_day_or_campaign_are_no_figures(
    google: Google, answer: Answer, missing: str
) -> None:
    answer({"results": [{name: part for name, part in row().items() if name != missing}]})
    with pytest.raises(Temporary, match="without their day or campaign"):
        read(google)


def test_figures_without_their_ad_are_no_figures(google: Google, answer: Answer) -> None:
    answer({"results": [row()]})
    with pytest.raises(Temporary, match="without their ad"):
        read(google, Grain.AD)


def test_a_new_word_is_survived_and_said(google: Google, answer: Answer) -> None:
    dreamt = {"status": "ENABLED", "primaryStatus": "DREAMT"}
    campaign = {"id": "1", "name": "Tea", "advertisingChannelType": "HOLOGRAM"} | dreamt
    answer({"results": [{"campaign": campaign}]})
    answer({"results": []})
    answer({"results": []})
    (found,) = google.structure(ACCOUNT).campaigns
    assert (found.status, found.platform_status, found.channel) == ("active", "DREAMT", "HOLOGRAM")
    assert google.notices == [
        "Google uses a word that this version does not know: primary status DREAMT.",
        "Google uses a word that this version does not know: channel type HOLOGRAM.",
    ]


@pytest.mark.parametrize("code", ["INVALID_DATE", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED"])
def test_days_before_google_s_memory_are_given_up_aloud_and_the_others_read(
    google: Google, answer: Answer, code: str
) -> None:
    too_old = body(400, ("dateRangeError", code))
    answer(too_old, 400)
    answer({"results": [row(day="2023-10-05")]})
    answer(too_old, 400)
    answer({"results": [row(day="2023-10-03")]})
    answer(too_old, 400)
    days = Days(WEEK.first.replace(year=2023), WEEK.last.replace(year=2023))
    assert [fact.day.day for fact in read(google, days=days)] == [5, 3]
    assert google.notices == [
        "Fern & Fable Tea: Google gives no daily figures for 2023-10-01 and before."
    ]


def test_days_of_the_last_year_are_never_taken_for_too_old_and_so_for_empty(
    google: Google, answer: Answer
) -> None:
    answer(body(400, ("dateRangeError", "INVALID_DATE")), 400)
    with pytest.raises(Temporary, match="days of the last year"):
        read(google)
    assert google.notices == []


def ad_row(group: str, **more: Any) -> dict[str, Any]:
    """Something about ad 7, in one of its ad groups."""
    ad = {"adGroupAd": {"ad": {"id": "7"}}, "adGroup": {"id": group}}
    return {"campaign": {"id": "1"}} | ad | more


def test_an_ad_in_two_ad_groups_is_two_ads_and_the_same_two_in_lists_and_figures(
    google: Google, answer: Answer
) -> None:
    for rows in ([], [], [ad_row("21"), ad_row("22")]):
        answer({"results": rows})
    listed = {ad.ad_group_id: ad.external_id for ad in google.structure(ACCOUNT).ads}
    assert listed == {"21": "7", "22": "22~7"}
    day = {"segments": {"date": "2026-10-01"}}
    for groups in (("22", "21"), ("22",)):
        answer({"results": [ad_row(group, **day) for group in groups]})
        found = {fact.ad_group_id: fact.ad_id for fact in read(google, Grain.AD)}
        assert found == {group: listed[group] for group in groups}


def test_totals_in_another_currency_are_not_taken_for_ours(google: Google, answer: Answer) -> None:
    answer({"results": [{"customer": {"currencyCode": "USD"}, "segments": {"date": "2026-10-01"}}]})
    with pytest.raises(ConnectorError, match="in USD"):
        google.totals(ACCOUNT, WEEK)


def test_google_s_words_and_request_number_come_along_but_nothing_like_a_token() -> None:
    secret = "ya29.a0AfH6SMBx-abcdefghijklmnopqrstuvwxyz0123"
    told = body(403, ("authorizationError", "USER_PERMISSION_DENIED"))["error"]
    told["details"][0]["errors"][0]["message"] = f"No access with {secret}."
    words = meant(403, told, **{"request-id": "rEq-1"}).message
    assert "USER_PERMISSION_DENIED" in words
    assert "request rEq-1" in words
    assert secret not in words
