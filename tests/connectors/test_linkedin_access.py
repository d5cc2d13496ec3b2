"""Getting, renewing and giving back access to LinkedIn, behind a mocked wire."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import Days, FoundAccount, Grain, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import NOW, Clock

API = "https://api.linkedin.com/rest"
OAUTH = "https://www.linkedin.com/oauth/v2"
CALLBACK = "https://ads.example.com/api/oauth/linkedin/callback"
TOKEN, REFRESH, SECRET = "canary-access", "canary-refresh", "canary-app-secret"
SCOPES = ("r_ads", "r_ads_reporting")
DAY = dt.timedelta(days=1)
SIXTY = {"access_token": TOKEN, "expires_in": 5_184_000, "scope": "r_ads,r_ads_reporting"}
YEAR = SIXTY | {"refresh_token": REFRESH, "refresh_token_expires_in": 31_536_000}
ME = {"elements": [{"account": "urn:li:sponsoredAccount:5", "user": "urn:li:person:Ab1"}]}
EXPIRED = {"status": 401, "code": "UNAUTHORIZED", "message": "Expired access token"}
REVOKED = {"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN"}
ACCOUNTS = {"elements": [{"id": 5, "name": "Quill", "currency": "EUR", "status": "ACTIVE"}]}
Answer = Callable[..., None]


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        linkedin_client_id="77abc",
        linkedin_client_secret=SECRET,
    )


@pytest.fixture
def linkedin(settings: Settings, http: Http) -> LinkedIn:
    """Not connected."""
    return LinkedIn(settings, http)


@pytest.fixture
def answer(wire: responses.RequestsMock) -> Answer:
    """Queue an answer: of the sign-in to a name, of the API to a path that begins with /."""

    def queue(path: str, body: object, status: int = 200, times: int = 1) -> None:
        method, url = ("GET", API + path) if path[0] == "/" else ("POST", f"{OAUTH}/{path}")
        for _ in range(times):
            wire.add(method, url, json=body, status=status)

    return queue


def exchange(linkedin: LinkedIn, **back: str) -> Grant:
    return linkedin.exchange(back or {"code": "c0de"}, redirect_uri=CALLBACK, started={})


def held(linkedin: LinkedIn, *, ends_in: float, age: float = 10, renews: bool = True) -> LinkedIn:
    """With a token that is `age` days old and ends in so many days, of a grant of a year."""
    linkedin.grant = Grant(
        TOKEN,
        refresh_token=REFRESH if renews else "",
        expires_at=NOW + ends_in * DAY,
        renews=renews,
        ends_at=NOW + 300 * DAY if renews else None,
        scopes=SCOPES,
        extra={"issued_at": (NOW - age * DAY).isoformat(), "issued_by": "code", "user_id": "me"},
    )
    return linkedin


def form(wire: responses.RequestsMock, index: int) -> dict[str, str]:
    return dict(parse_qsl(str(wire.calls[index].request.body)))


def test_the_popup_asks_for_reading_only_and_without_pkce(linkedin: LinkedIn) -> None:
    """LinkedIn has PKCE for native apps only, which keep no secret."""
    started = {"verifier": "v" * 43}
    url = urlsplit(linkedin.authorize_url(redirect_uri=CALLBACK, state="s&t", started=started))
    assert (url.netloc, url.path) == ("www.linkedin.com", "/oauth/v2/authorization")
    assert dict(parse_qsl(url.query)) == {
        "response_type": "code",
        "client_id": "77abc",
        "redirect_uri": CALLBACK,
        "state": "s&t",
        "scope": "r_ads r_ads_reporting",
    }
    assert "+" not in url.query


def test_a_code_becomes_a_token_that_counts_down_60_days(
    linkedin: LinkedIn, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer("accessToken", SIXTY)
    answer("/adAccountUsers", ME)
    grant = exchange(linkedin)
    assert (grant.access_token, grant.scopes) == (TOKEN, SCOPES)
    assert (grant.renews, grant.refresh_token, grant.ends_at) == (False, "", None)
    assert grant.deadline == grant.expires_at == NOW + 60 * DAY
    assert grant.extra["user_id"] == "urn:li:person:Ab1"
    assert form(wire, 0) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": CALLBACK,
        "client_id": "77abc",
        "client_secret": SECRET,
    }
    assert urlsplit(str(wire.calls[0].request.url)).query == ""


def test_an_approved_app_s_access_counts_down_a_year(linkedin: LinkedIn, answer: Answer) -> None:
    answer("accessToken", YEAR)
    answer("/adAccountUsers", ME)
    grant = exchange(linkedin)
    assert (grant.renews, grant.refresh_token) == (True, REFRESH)
    assert grant.expires_at == NOW + 60 * DAY
    assert grant.deadline == grant.ends_at == NOW + 365 * DAY


@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_whose_access_it_is_may_remain_unknown(
    linkedin: LinkedIn, answer: Answer, status: int
) -> None:
    answer("accessToken", SIXTY)
    answer("/adAccountUsers", {"elements": []} if status == 200 else {"status": status}, status)
    assert "user_id" not in exchange(linkedin).extra


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ("r_ads", "r_ads_reporting"),
        ("r_ads_reporting", "r_ads"),
        ("r_liteprofile r_basicprofile", "r_ads"),
    ],
)
def test_access_without_a_permission_is_not_stored(
    linkedin: LinkedIn, answer: Answer, scope: str, missing: str
) -> None:
    answer("accessToken", SIXTY | {"scope": scope})
    with pytest.raises(OAuthDenied, match=rf"permission {missing},.*Products tab.*press Connect"):
        exchange(linkedin)


@pytest.mark.parametrize(
    "scope", ["r_ads_reporting r_ads", "r_ads_reporting,rw_ads", "r_ads, r_ads_reporting"]
)
def test_scopes_are_read_however_they_are_separated(
    linkedin: LinkedIn, answer: Answer, scope: str
) -> None:
    answer("accessToken", SIXTY | {"scope": scope})
    answer("/adAccountUsers", ME)
    assert "r_ads_reporting" in exchange(linkedin).scopes


@pytest.mark.parametrize(
    ("back", "error", "hint"),
    [
        ({"error": "user_cancelled_login"}, OAuthDenied, "press Allow"),
        ({"error": "user_cancelled_authorize"}, OAuthDenied, "press Allow"),
        ({"state": "s"}, OAuthDenied, "Nothing was stored"),
        ({"code": ""}, OAuthDenied, "Nothing was stored"),
        ({"error": "server_error"}, OAuthDenied, "LinkedIn said: server_error"),
        ({"error": "unauthorized_scope_error"}, SetupProblem, "requests Advertising API"),
        ({"error": "unauthorized_client"}, SetupProblem, "LINKEDIN_CLIENT_ID"),
    ],
)
def test_a_window_that_ends_without_a_code_says_what_to_do(
    linkedin: LinkedIn, back: dict[str, str], error: type[ConnectorError], hint: str
) -> None:
    with pytest.raises(error, match=hint):
        exchange(linkedin, **back)
    assert linkedin.http.requests_made == 0


@pytest.mark.parametrize(
    ("body", "status", "error", "hint"),
    [
        ({"error": "invalid_request"}, 400, OAuthDenied, "Press Connect again"),
        ({"error": "invalid_grant"}, 400, OAuthDenied, "redirect URL"),
        ({"error": "invalid_request"}, 401, OAuthDenied, "Press Connect again"),
        ({"error": "invalid_client"}, 401, SetupProblem, "LINKEDIN_CLIENT_SECRET"),
        ({"message": "who?"}, 401, SetupProblem, "LINKEDIN_CLIENT_SECRET"),
        ({"expires_in": 5}, 200, OAuthDenied, "without a token"),
        ({"error": "invalid_request"}, 200, OAuthDenied, "Press Connect again"),
        ({}, 429, Throttled, "too often"),
        ({}, 503, Temporary, "HTTP 503"),
        ({}, 999, Temporary, "HTTP 999"),
    ],
)
def test_a_code_is_sent_once_and_each_refusal_says_whose_it_is_to_mend(
    linkedin: LinkedIn,
    answer: Answer,
    body: dict[str, object],
    status: int,
    error: type[ConnectorError],
    hint: str,
) -> None:
    answer("accessToken", body, status)
    with pytest.raises(error, match=hint):
        exchange(linkedin)


def test_a_cut_during_the_exchange_is_not_sent_twice(
    linkedin: LinkedIn, wire: responses.RequestsMock
) -> None:
    wire.post(f"{OAUTH}/accessToken", body=requests.ConnectionError())
    with pytest.raises(Temporary):
        exchange(linkedin)


@pytest.mark.parametrize(
    ("ends_in", "age", "due"),
    [(50, 10, False), (8, 52, False), (6, 54, True), (-1, 61, True), (3, 0.5, False)],
)
def test_a_token_is_renewed_a_week_before_its_end_and_not_twice_a_day(
    linkedin: LinkedIn, answer: Answer, ends_in: float, age: float, *, due: bool
) -> None:
    if due:
        answer("accessToken", YEAR | {"access_token": "younger"})
    younger = held(linkedin, ends_in=ends_in, age=age).refresh()
    assert (younger is not None) is due
    if younger:
        assert (younger.access_token, younger.refresh_token) == ("younger", REFRESH)
        assert younger.expires_at == NOW + 60 * DAY
        assert younger.extra["user_id"] == "me"


def test_a_refresh_token_s_end_never_moves_back(linkedin: LinkedIn, answer: Answer) -> None:
    """Whatever its answer says of a fresh year: LinkedIn does not renew it."""
    answer("accessToken", YEAR)
    younger = held(linkedin, ends_in=1).refresh()
    assert younger is not None
    assert younger.ends_at == NOW + 300 * DAY
    answer("accessToken", YEAR | {"refresh_token_expires_in": 10 * 86_400})
    sooner = held(linkedin, ends_in=1).refresh()
    assert sooner is not None
    assert sooner.ends_at == NOW + 10 * DAY


def test_a_renewal_without_a_refresh_token_keeps_the_one_there_is(
    linkedin: LinkedIn, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer("accessToken", SIXTY | {"access_token": "younger"})
    younger = held(linkedin, ends_in=1).refresh()
    assert younger is not None
    assert (younger.refresh_token, younger.renews) == (REFRESH, True)
    assert form(wire, 0) == {
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
        "client_id": "77abc",
        "client_secret": SECRET,
    }


def test_without_a_refresh_token_there_is_nothing_to_renew(linkedin: LinkedIn) -> None:
    assert held(linkedin, ends_in=1, renews=False).refresh() is None
    assert linkedin.refresh(refused=True) is None
    assert linkedin.http.requests_made == 0


@pytest.mark.parametrize(
    ("body", "status", "times", "error", "hint"),
    [
        ({"error": "invalid_grant"}, 400, 1, AccessRevoked, "a year has passed.*press Reconnect"),
        ({"error": "invalid_request"}, 400, 1, AccessRevoked, "press Reconnect"),
        ({"error": "invalid_client"}, 401, 1, SetupProblem, "LINKEDIN_CLIENT_SECRET"),
        ({"message": "Bad Request"}, 400, 5, Temporary, "without saying why"),
        ({"expires_in": 5}, 200, 5, Temporary, "without a token"),
        ({}, 500, 5, Temporary, "HTTP 500"),
        ({}, 429, 1, Throttled, "too often"),
    ],
)
def test_only_linkedin_s_own_word_ends_an_access_that_renews(
    linkedin: LinkedIn,
    answer: Answer,
    body: dict[str, object],
    status: int,
    times: int,
    error: type[ConnectorError],
    hint: str,
) -> None:
    answer("accessToken", body, status, times)
    with pytest.raises(error, match=hint):
        held(linkedin, ends_in=1).refresh()


def test_a_refused_token_is_renewed_and_the_question_asked_again_once(
    linkedin: LinkedIn, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer("/adAccounts", EXPIRED, 401)
    answer("accessToken", YEAR | {"access_token": "younger"})
    answer("/adAccounts", ACCOUNTS)
    assert [one.external_id for one in held(linkedin, ends_in=40).accounts()] == ["5"]
    assert wire.calls[2].request.headers["Authorization"] == "Bearer younger"


@pytest.mark.parametrize(
    ("told", "hint"), [(EXPIRED, "lasts 60 days"), (REVOKED, "it was withdrawn")]
)
def test_without_renewal_a_refused_token_is_its_owner_s_to_mend(
    linkedin: LinkedIn, answer: Answer, told: dict[str, object], hint: str
) -> None:
    answer("/adAccounts", told, 401)
    with pytest.raises(AccessRevoked, match=rf"{hint}.*press Reconnect on LinkedIn Ads"):
        held(linkedin, ends_in=40, renews=False).accounts()


def test_a_restricted_member_is_not_asked_for_again(linkedin: LinkedIn, answer: Answer) -> None:
    """A younger token of the same member would change nothing."""
    told = {"status": 401, "serviceErrorCode": 65608, "code": "RESTRICTED_MEMBER"}
    answer("/adAccounts", told, 401)
    with pytest.raises(AccessRevoked, match="as another member"):
        held(linkedin, ends_in=40).accounts()


def test_a_new_token_that_linkedin_does_not_know_yet_is_given_time(
    linkedin: LinkedIn, answer: Answer, clock: Clock
) -> None:
    answer("accessToken", YEAR | {"access_token": "younger"})
    linkedin.grant = held(linkedin, ends_in=1).refresh()
    answer("/adAccounts", REVOKED, 401, times=3)
    answer("/adAccounts", ACCOUNTS)
    assert len(linkedin.accounts()) == 1
    assert 30 <= clock.seconds() <= 60


def report(linkedin: LinkedIn) -> list[Any]:
    account = FoundAccount("5", "Quill", "EUR", "UTC")
    day = Days(NOW.date() - DAY, NOW.date() - DAY)
    return list(linkedin.facts(account, Grain.CAMPAIGN, day, conversion_action=None))


def test_an_empty_answer_is_believed_after_permission_and_role_were_looked_up(
    linkedin: LinkedIn, answer: Answer, wire: responses.RequestsMock
) -> None:
    held(linkedin, ends_in=40)
    answer("/adAnalytics", {"elements": []})
    answer("introspectToken", {"active": True, "scope": "r_ads,r_ads_reporting"})
    answer("/adAccounts/5/adCampaignGroups", {"elements": []})
    assert report(linkedin) == [[]]
    assert form(wire, 1) == {"token": TOKEN, "client_id": "77abc", "client_secret": SECRET}
    answer("/adAnalytics", {"elements": []})
    assert report(linkedin) == [[]]


@pytest.mark.parametrize(
    ("inspected", "status", "error", "hint"),
    [
        ({"active": True, "scope": "r_ads"}, None, AccessRevoked, "r_ads_reporting is missing"),
        ({"active": True, "scope": "r_ads_reporting"}, 403, AccountRefused, "Manage access"),
        ({"active": True}, 404, AccountRefused, "untick it"),
        ({"active": False}, 401, AccessRevoked, "press Reconnect"),
    ],
)
def test_an_empty_answer_without_permission_or_role_is_no_quiet_day(
    linkedin: LinkedIn,
    answer: Answer,
    inspected: dict[str, object],
    status: int | None,
    error: type[ConnectorError],
    hint: str,
) -> None:
    answer("/adAnalytics", {"elements": []})
    answer("introspectToken", inspected)
    if status:
        answer("/adAccounts/5/adCampaignGroups", {"status": status}, status)
    with pytest.raises(error, match=hint):
        report(held(linkedin, ends_in=40, renews=False))


def test_a_login_that_may_list_no_accounts_says_what_is_missing(
    linkedin: LinkedIn, answer: Answer
) -> None:
    answer("/adAccounts", {"status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED"}, 403)
    with pytest.raises(AccessRevoked, match=r"Advertising API.*press Reconnect"):
        held(linkedin, ends_in=40).accounts()


@pytest.mark.parametrize("status", [200, 400])
def test_disconnecting_ends_both_tokens_and_ended_ones_are_let_be(
    linkedin: LinkedIn, wire: responses.RequestsMock, answer: Answer, status: int
) -> None:
    """LinkedIn need not answer with a body."""
    if status == 200:
        wire.post(f"{OAUTH}/revoke", body=b"")
    else:
        answer("revoke", {"error": "invalid_request"}, 400)
    answer("revoke", {})
    held(linkedin, ends_in=40).revoke()
    assert [form(wire, index)["token"] for index in (0, 1)] == [REFRESH, TOKEN]


@pytest.mark.parametrize(
    ("body", "status", "hint"),
    [
        ({"message": "gone"}, 404, "offers nothing"),
        ({"error": "unsupported"}, 400, "refused"),
        ({"error": "invalid_client"}, 401, "LINKEDIN_CLIENT_ID"),
    ],
)
def test_where_linkedin_does_not_end_it_the_way_by_hand_is_told(
    linkedin: LinkedIn, answer: Answer, body: dict[str, str], status: int, hint: str
) -> None:
    answer("revoke", body, status)
    with pytest.raises(ConnectorError, match=rf"{hint}.*Permitted services"):
        held(linkedin, ends_in=40, renews=False).revoke()


def test_a_sign_in_that_is_unwell_is_asked_again_to_end_access(
    linkedin: LinkedIn, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer("revoke", {}, 503, times=2)
    answer("revoke", {})
    held(linkedin, ends_in=40, renews=False).revoke()
    assert [call.response.status_code for call in wire.calls] == [503, 503, 200]


@pytest.mark.parametrize(
    ("body", "status", "then"),
    [
        ({"active": False}, 200, None),
        ({"error": "invalid_request"}, 400, {"error": "invalid_request"}),
        ({"message": "gone"}, 404, {"error": "invalid_grant"}),
    ],
)
def test_good_credentials_are_known_by_linkedin_s_answer(
    linkedin: LinkedIn,
    answer: Answer,
    body: dict[str, object],
    status: int,
    then: dict[str, object] | None,
) -> None:
    """A made-up token is asked about; where that tells nothing, a made-up code is sent."""
    answer("introspectToken", body, status)
    if then:
        answer("accessToken", then, 400)
    assert "LinkedIn knows this app" in linkedin.check_setup()


@pytest.mark.parametrize("secret", ["", "guessed"])
def test_wrong_credentials_are_named(
    settings: Settings, http: Http, answer: Answer, secret: str
) -> None:
    answer("introspectToken", {"error": "invalid_client"}, 401)
    wrong = LinkedIn(replace(settings, linkedin_client_secret=secret), http)
    with pytest.raises(SetupProblem, match=r"LINKEDIN_CLIENT_SECRET.*Auth tab"):
        wrong.check_setup()


def test_there_is_nothing_to_paste(linkedin: LinkedIn) -> None:
    assert linkedin.pasted_forms == ()
    with pytest.raises(AccessRevoked, match="press Connect on LinkedIn Ads"):
        linkedin.accept_pasted({"access_token": "x"})


def test_tokens_secrets_and_codes_reach_neither_a_log_line_nor_a_message(
    linkedin: LinkedIn, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"token {TOKEN * 4} of {SECRET * 3} and {REFRESH * 4}"
    for path, body in (
        ("accessToken", {"error": "invalid_grant", "error_description": told}),
        ("revoke", {"error": "strange", "error_description": told}),
    ):
        answer(path, body, 400)
        with pytest.raises(ConnectorError) as caught:
            held(linkedin, ends_in=1).refresh() if path == "accessToken" else linkedin.revoke()
        assert "canary" not in caught.value.message
    assert "canary" not in caplog.text
    assert "canary" not in repr(linkedin.grant)
