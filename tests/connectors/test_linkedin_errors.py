"""Every refusal of LinkedIn's has a meaning, and whoever can mend it reads what to do."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

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
from app.connectors.http import Http
from app.connectors.linkedin import errors
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import Days, FoundAccount, Grain, Grant
from tests.conftest import make_settings
from tests.connectors.conftest import NOW, Clock

API = "https://api.linkedin.com/rest"
ACCOUNT = FoundAccount("512000001", "Quill & Quarry Stationers", "EUR", "UTC")
FIRST, SECOND = dt.date(2026, 10, 1), dt.date(2026, 10, 2)
SPAN = Days(FIRST, SECOND)
TOKEN = "canary-token-of-the-owner"
LIST = f"api.linkedin.com/rest/adAccounts/{ACCOUNT.external_id}/adCampaigns"
REPORT = "api.linkedin.com/rest/adAnalytics"
ACCOUNTS = "api.linkedin.com/rest/adAccounts"
LISTS = ("adCampaignGroups", "adCampaigns", "creatives")
DAY_LIMIT = "Resource level throttle {} DAY limit for calls to this resource is reached."


def problem(message: str = "", **more: Any) -> errors.Problem:
    return errors.Problem(message, **more)


def asked(path: str = REPORT, **more: Any) -> errors.Asked:
    account = "" if path == ACCOUNTS else ACCOUNT.external_id
    return errors.Asked(path, "202609", NOW, **{"account": account} | more)


def about(code: str, description: str = "") -> errors.Problem:
    """A refusal that names its reason in the details only."""
    fault = {"code": code, "description": description, "input": {"inputPath": {"fieldPath": "x"}}}
    return problem("Invalid param.", error_details={"inputErrors": [fault]})


TABLE: list[tuple[int, errors.Problem, str, type[ConnectorError], str]] = [
    (400, problem(code="PARAM_INVALID"), REPORT, errors.BadQuestion, "PARAM_INVALID"),
    (400, about("QUERY_PARAM_NOT_ALLOWED"), REPORT, errors.BadQuestion, "QUERY_PARAM_NOT_ALLOWED"),
    (400, about("FIELD_INVALID"), REPORT, errors.BadQuestion, "FIELD_INVALID"),
    (400, about("MISSING_FIELD"), LIST, errors.BadQuestion, "MISSING_FIELD"),
    (400, problem(code="MULTIPLE_VALIDATIONS_FAILED"), LIST, errors.BadQuestion, "MULTIPLE"),
    (
        400,
        problem("Key value 'urn:li:x' must be of type 'java.lang.Long'"),
        LIST,
        AccountRefused,
        "untick it and choose the right one",
    ),
    (400, problem("Request would return too many entities."), LIST, errors.TooMany, "at once"),
    (
        400,
        problem("Requested version 20250801 is not active"),
        REPORT,
        SetupProblem,
        "LINKEDIN_VERSION",
    ),
    (
        401,
        problem("Invalid access token", service_error_code=65600, code="INVALID_ACCESS_TOKEN"),
        REPORT,
        errors.TokenRefused,
        "press Reconnect",
    ),
    (
        401,
        problem("The token was revoked", service_error_code=65601, code="REVOKED_ACCESS_TOKEN"),
        REPORT,
        errors.TokenRefused,
        "withdrawn",
    ),
    (401, problem(service_error_code="65602"), REPORT, errors.TokenRefused, "60 days"),
    (401, problem(code="EMPTY_ACCESS_TOKEN"), REPORT, errors.TokenRefused, "press Reconnect"),
    (
        401,
        problem("Expired access token, please re-authenticate.", code="UNAUTHORIZED"),
        REPORT,
        errors.TokenRefused,
        "60 days",
    ),
    (401, problem(), REPORT, errors.TokenRefused, "press Reconnect"),
    (401, problem(service_error_code=65608), REPORT, AccessRevoked, "as another member"),
    (401, problem(code="RESTRICTED_MEMBER"), REPORT, AccessRevoked, "as another member"),
    (
        403,
        problem("Not enough permissions to access: x", service_error_code=100),
        LIST,
        AccountRefused,
        "Manage access",
    ),
    (403, problem(code="NO_PERMISSION_ON_ENTITY"), REPORT, AccountRefused, "Manage access"),
    (403, problem(code="ACCESS_DENIED"), ACCOUNTS, AccessRevoked, "Advertising API"),
    (404, problem("No virtual resource found"), ACCOUNTS, SetupProblem, "LINKEDIN_API_URL"),
    (404, problem(code="RESOURCE_NOT_FOUND"), REPORT, SetupProblem, "LINKEDIN_API_URL"),
    (404, problem(code="RESOURCE_NOT_FOUND"), LIST, AccountRefused, "untick it"),
    (405, problem("Method Not Allowed"), REPORT, errors.BadQuestion, "HTTP 405"),
    (411, problem(), REPORT, errors.BadQuestion, "HTTP 411"),
    (409, problem(code="CONFLICT"), LIST, Temporary, "asked again"),
    (412, problem(), LIST, Temporary, "asked again"),
    (414, problem(), REPORT, errors.TooLong, "too long"),
    (426, problem(code="NONEXISTENT_VERSION"), REPORT, SetupProblem, "version 202609"),
    (426, problem(), REPORT, SetupProblem, "LINKEDIN_VERSION"),
    (
        429,
        problem(DAY_LIMIT.format("APPLICATION"), service_error_code=101),
        REPORT,
        errors.DayUsedUp,
        "This installation's app",
    ),
    (
        429,
        problem(DAY_LIMIT.format("MEMBER"), service_error_code=101),
        REPORT,
        errors.DayUsedUp,
        "The member who connected it",
    ),
    (429, problem("Data limit for all queries is reached"), REPORT, Throttled, "six minutes"),
    (429, problem(), REPORT, Throttled, "six minutes"),
    *((status, problem(), REPORT, Temporary, f"HTTP {status}") for status in (408, 500, 502)),
    *((status, problem(), REPORT, Temporary, f"HTTP {status}") for status in (503, 504, 599)),
]


@pytest.mark.parametrize(("status", "told", "path", "kind", "hint"), TABLE)
def test_every_refusal_becomes_its_kind_of_error(
    status: int, told: errors.Problem, path: str, kind: type[ConnectorError], hint: str
) -> None:
    error = errors.failure(told, status, asked(path))
    assert type(error) is kind
    assert hint in error.message
    assert error.message.endswith(".")


@pytest.mark.parametrize(("status", "told", "path", "kind", "hint"), TABLE)
def test_what_a_person_can_mend_says_where_and_what_to_do_and_what_becomes_of_the_figures(
    status: int, told: errors.Problem, path: str, kind: type[ConnectorError], hint: str
) -> None:
    del hint
    words = errors.failure(told, status, asked(path)).message
    if issubclass(kind, AccessRevoked):
        assert "press Reconnect" in words
    elif issubclass(kind, AccountRefused):
        assert any(where in words for where in ("Choose accounts", "Manage access"))
    elif kind is SetupProblem:
        assert "Whoever runs this installation" in words
        assert "restarts" in words
    elif kind is not errors.TooMany:
        assert "Stored figures" in words


def test_limits_are_waited_out_by_their_kind() -> None:
    """Of the day until a little after midnight UTC, others for the five minutes and a half."""
    for whose, ours in (("APPLICATION", True), ("MEMBER", False)):
        told = problem(DAY_LIMIT.format(whose))
        error = errors.failure(told, 429, asked())
        assert isinstance(error, errors.DayUsedUp)
        assert NOW + dt.timedelta(seconds=error.retry_after or 0) == dt.datetime(
            2026, 11, 3, 0, 5, tzinfo=dt.UTC
        )
        assert error.ours is ours
    assert errors.failure(problem(), 429, asked()).retry_after == 330


@pytest.mark.parametrize(
    ("more", "told", "kind"),
    [
        ({"by_refresh": True}, problem(code="REVOKED_ACCESS_TOKEN"), Temporary),
        ({"by_refresh": False}, problem(service_error_code=65600), Temporary),
        ({"by_refresh": False}, problem(service_error_code=65601), errors.TokenRefused),
    ],
)
def test_a_token_of_some_seconds_ago_is_given_time(
    more: dict[str, Any], told: errors.Problem, kind: type[ConnectorError]
) -> None:
    assert type(errors.failure(told, 401, asked(just_made=True, **more))) is kind
    assert isinstance(errors.failure(told, 401, asked(**more)), errors.TokenRefused)


def test_nothing_like_a_token_gets_into_a_sentence() -> None:
    token = "AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR"
    told = problem(f"Bad token {token}", error_details={"inputErrors": [{"description": token}]})
    assert token not in errors.failure(told, 400, asked()).message


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b"",
        b"[]",
        b'{"status": {"no": 1}, "message": "x"}',
        b'{"errorDetails": "none", "status": "soon"}',
        b'{"errorDetails": {"inputErrors": [null, 7]}}',
    ],
)
@pytest.mark.parametrize(("status", "kind"), [(502, Temporary), (401, AccessRevoked)])
def test_a_refusal_without_an_envelope_goes_by_its_status(
    http: Http, body: bytes, status: int, kind: type[ConnectorError]
) -> None:
    with responses.RequestsMock() as wire:
        for _ in range(5 if kind is Temporary else 1):
            wire.get(f"{API}/adAccounts", body=body, status=status)
        with pytest.raises(kind):
            connected(http).accounts()


# What comes with HTTP 200 and is not what was asked for.


def connected(http: Http, **extra: str) -> LinkedIn:
    settings = make_settings(
        "postgresql://nobody@localhost/none",
        linkedin_client_id="77abc",
        linkedin_client_secret="canary-app-secret",
    )
    scopes = ("r_ads", "r_ads_reporting")
    return LinkedIn(settings, http, Grant(TOKEN, scopes=scopes, extra=extra))


@pytest.fixture
def linkedin(http: Http) -> LinkedIn:
    return connected(http)


def row(day: dt.date = FIRST, group: int = 615000001, **figures: object) -> dict[str, Any]:
    date = {"year": day.year, "month": day.month, "day": day.day}
    return {
        "dateRange": {"start": date, "end": date},
        "pivotValues": [f"urn:li:sponsoredCampaignGroup:{group}"],
        "impressions": 100,
        "clicks": 4,
        "costInLocalCurrency": "12.5",
        "externalWebsiteConversions": 1,
        "oneClickLeads": 0,
        "conversionValueInLocalCurrency": "30.0",
    } | figures


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in row().items() if field != name}


def report(wire: responses.RequestsMock, *rows: object, times: int = 1, **more: Any) -> None:
    """Queue a report, and the names of its groups."""
    for _ in range(times):
        wire.get(f"{API}/adAnalytics", json={"elements": list(rows), **more})


def named(wire: responses.RequestsMock) -> None:
    """Queue the list of groups."""
    groups = {"elements": [{"id": 615000001, "name": "Notebooks", "status": "ACTIVE"}]}
    wire.get(f"{API}/adAccounts/{ACCOUNT.external_id}/adCampaignGroups", json=groups)


def read(linkedin: LinkedIn, days: Days = SPAN) -> list[Any]:
    pages = linkedin.facts(ACCOUNT, Grain.CAMPAIGN, days, conversion_action=None)
    return [fact for page in pages for fact in page]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": 500, "message": "Internal Server Error"}, Temporary),
        ({"status": 401, "message": "Expired access token", "code": "UNAUTHORIZED"}, AccessRevoked),
        ({"status": 403, "serviceErrorCode": 100, "message": "Not enough"}, AccountRefused),
        ({"status": 426, "code": "NONEXISTENT_VERSION"}, SetupProblem),
        ({"status": 429, "message": DAY_LIMIT.format("APPLICATION")}, Throttled),
        ({"message": "what now"}, Temporary),
        ({"elements": None}, Temporary),
        ({"error": "unwell"}, Temporary),
        ({}, Temporary),
    ],
)
def test_an_error_with_http_200_is_an_error_and_no_empty_page(
    linkedin: LinkedIn, wire: responses.RequestsMock, body: object, kind: type[ConnectorError]
) -> None:
    for _ in range(5 if kind is Temporary else 1):
        wire.get(f"{API}/adAnalytics", json=body)
    with pytest.raises(kind):
        read(linkedin)


@pytest.mark.parametrize("cut", [1, 40, 200, -1])
def test_a_truncated_answer_is_asked_for_again(
    linkedin: LinkedIn, wire: responses.RequestsMock, clock: Clock, cut: int
) -> None:
    whole = json.dumps({"elements": [row()]})
    wire.get(f"{API}/adAnalytics", body=whole[:cut])
    report(wire, row())
    named(wire)
    assert [fact.spend for fact in read(linkedin)] == [Decimal("12.5")]
    assert len(clock.slept) == 1


@pytest.mark.parametrize(
    ("figures", "spend", "impressions", "value"),
    [
        ({"costInLocalCurrency": "1.2E2", "impressions": "1E3"}, "120", 1000, "30"),
        ({"costInLocalCurrency": "-2E-18"}, "0", 100, "30"),
        ({"costInLocalCurrency": "99.99999999999996"}, "100", 100, "30"),
        ({"costInLocalCurrency": 7, "impressions": "100"}, "7", 100, "30"),
        ({"conversionValueInLocalCurrency": "3.05E-1"}, "12.5", 100, "0.305"),
    ],
)
def test_numbers_are_read_however_they_are_written(
    linkedin: LinkedIn,
    wire: responses.RequestsMock,
    figures: dict[str, object],
    spend: str,
    impressions: int,
    value: str,
) -> None:
    report(wire, row(**figures))
    named(wire)
    (fact,) = read(linkedin)
    told = (fact.spend, fact.impressions, fact.value)
    assert told == (Decimal(spend), impressions, Decimal(value))


def test_numbers_of_json_with_an_exponent_keep_every_digit(
    linkedin: LinkedIn, wire: responses.RequestsMock
) -> None:
    body = json.dumps({"elements": [row(costInLocalCurrency="@", impressions="#")]})
    body = body.replace('"@"', "1.000000000000001E2").replace('"#"', "1.2e2")
    wire.get(f"{API}/adAnalytics", body=body)
    named(wire)
    (fact,) = read(linkedin)
    assert (fact.spend, fact.impressions) == (Decimal("100.000000"), 120)


@pytest.mark.parametrize(
    "odd",
    [
        without("costInLocalCurrency"),
        without("impressions"),
        without("clicks"),
        without("dateRange"),
        without("pivotValues"),
        row(costInLocalCurrency=None),
        row(costInLocalCurrency="a lot"),
        row(costInLocalCurrency="NaN"),
        row(costInLocalCurrency="1E40"),
        row(clicks=1.5),
        row(clicks=True),
        row(impressions=[3]),
        row(dateRange={"start": {"year": 2026, "month": 13, "day": 1}}),
        row(dateRange={"start": {"year": 2026, "month": 10}}),
        row(
            dateRange={
                "start": {"year": 2026, "month": 10, "day": 1},
                "end": {"year": 2026, "month": 10, "day": 2},
            }
        ),
        row(pivotValues=["urn:li:sponsoredCampaignGroup:"]),
        row(pivotValues=["urn:li:sponsoredCampaignGroup:x1"]),
        row(pivotValues=["urn:li:sponsoredCampaign:1"]),
    ],
)
@pytest.mark.parametrize("beside", [True, False])
def test_a_row_that_is_not_whole_is_never_half_used(
    linkedin: LinkedIn, wire: responses.RequestsMock, odd: dict[str, Any], *, beside: bool
) -> None:
    """Also when every other row is right: what is missing is not known, and not 0."""
    wire.assert_all_requests_are_fired = False
    rows = [row(SECOND), odd] if beside else [odd]
    report(wire, *rows, times=5)
    named(wire)
    with pytest.raises(Temporary):
        read(linkedin)


@pytest.mark.parametrize(
    "name", ["externalWebsiteConversions", "oneClickLeads", "conversionValueInLocalCurrency"]
)
def test_conversions_that_linkedin_leaves_out_count_as_0_and_are_said(
    linkedin: LinkedIn, wire: responses.RequestsMock, name: str
) -> None:
    report(wire, row(SECOND), without(name))
    named(wire)
    assert [fact.spend for fact in read(linkedin)] == [Decimal("12.5")] * 2
    (notice,) = linkedin.notices
    assert f"left out {name}" in notice


def test_the_same_page_of_a_list_twice_is_no_end(
    linkedin: LinkedIn, wire: responses.RequestsMock
) -> None:
    listed = {"id": 1, "name": "x", "currency": "EUR", "status": "ACTIVE"}
    for token in ("two", "three", "two"):
        page = {"elements": [listed], "metadata": {"nextPageToken": token}}
        wire.get(f"{API}/adAccounts", json=page)
    with pytest.raises(Temporary, match="the same page twice"):
        linkedin.accounts()


@pytest.mark.parametrize("elements", [[], None])
def test_a_short_or_empty_page_is_not_the_last(
    linkedin: LinkedIn, wire: responses.RequestsMock, elements: list[Any] | None
) -> None:
    """But one without a list at all is no page."""
    wire.get(f"{API}/adAccounts", json={"elements": elements, "metadata": {"nextPageToken": "two"}})
    if elements is None:
        wire.get(f"{API}/adAccounts", json={"elements": [], "metadata": {"nextPageToken": "two"}})
    listed = {"id": 1, "name": "x", "currency": "EUR", "status": "ACTIVE"}
    wire.get(f"{API}/adAccounts", json={"elements": [listed], "metadata": {}})
    assert [account.external_id for account in linkedin.accounts()] == ["1"]


def test_unknown_words_are_kept_shown_and_said(
    linkedin: LinkedIn, wire: responses.RequestsMock
) -> None:
    root = f"{API}/adAccounts/{ACCOUNT.external_id}"
    group = {"id": 1, "name": "G", "status": "ASLEEP", "servingStatuses": ["MOON_HOLD"]}
    campaign = {"id": 2, "name": "C", "campaignGroup": "urn:li:sponsoredCampaignGroup:1"}
    campaign |= {"status": "ACTIVE", "servingStatuses": ["RUNNABLE"], "type": "HOLOGRAM"}
    campaign |= {"objectiveType": "FAME"}
    creative = {"id": "urn:li:sponsoredCreative:3", "campaign": "urn:li:sponsoredCampaign:2"}
    creative |= {"intendedStatus": "ACTIVE", "isServing": False, "review": {"status": "PONDERED"}}
    for kind, thing in zip(LISTS, (group, campaign, creative), strict=True):
        new = {"aFieldThatIsNew": {"deep": [1]}}
        wire.get(f"{root}/{kind}", json={"elements": [thing | new], "metadata": {}})
    found = linkedin.structure(ACCOUNT)
    assert [(one.status, one.platform_status) for one in found.campaigns] == [("problem", "ASLEEP")]
    assert (found.campaigns[0].objective, found.campaigns[0].channel) == ("FAME", "HOLOGRAM")
    assert [(one.status, one.platform_status) for one in found.ads] == [
        ("problem", "ACTIVE (PONDERED)")
    ]
    said = " ".join(linkedin.notices)
    assert all(f"status {word}" in said for word in ("ASLEEP", "MOON_HOLD", "PONDERED"))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": "DREAMING"}, "unknown (DREAMING)"),
        ({"servingStatuses": ["MOON_HOLD"]}, "unknown (MOON_HOLD)"),
        ({"status": "REMOVED"}, "removed"),
        ({"servingStatuses": ["BILLING_HOLD"]}, "billing problem"),
    ],
)
def test_an_account_s_unknown_state_is_shown_as_it_is(
    linkedin: LinkedIn, wire: responses.RequestsMock, more: dict[str, Any], status: str
) -> None:
    listed = {"id": 1, "currency": "EUR", "status": "ACTIVE", "type": "GALACTIC"} | more
    wire.get(f"{API}/adAccounts", json={"elements": [listed], "metadata": {}})
    assert [(one.name, one.status) for one in linkedin.accounts()] == [("1", status)]


def test_an_account_without_a_currency_is_left_out_and_said(
    linkedin: LinkedIn, wire: responses.RequestsMock
) -> None:
    listed = {"id": 1, "name": "Halfway", "status": "DRAFT"}
    wire.get(f"{API}/adAccounts", json={"elements": [listed], "metadata": {}})
    assert linkedin.accounts() == []
    assert "Halfway without a currency" in linkedin.notices[0]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("odd", [{"name": "x"}, {"id": ""}, {"id": None}, {"id": "abc"}])
def test_a_thing_without_its_id_is_no_thing(
    linkedin: LinkedIn, kind: str, odd: dict[str, Any]
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        for name in LISTS:
            listed = {"elements": [odd] if name == kind else []}
            wire.get(f"{API}/adAccounts/{ACCOUNT.external_id}/{name}", json=listed)
        with pytest.raises(Temporary):
            linkedin.structure(ACCOUNT)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("202609", []),
        ("202601", []),
        ("202511", ["version 202511 of its API about 15 November 2026"]),
        ("latest", []),
    ],
)
def test_the_end_of_a_version_is_named_sixty_days_ahead(
    http: Http, wire: responses.RequestsMock, version: str, said: list[str]
) -> None:
    settings = make_settings("postgresql://nobody@localhost/none", linkedin_version=version)
    linkedin = LinkedIn(settings, http, Grant(TOKEN))
    for name in LISTS:
        wire.get(f"{API}/adAccounts/{ACCOUNT.external_id}/{name}", json={"elements": []})
    linkedin.structure(ACCOUNT)
    assert [hint in notice for hint, notice in zip(said, linkedin.notices, strict=True)] == [
        True for _ in said
    ]
