"""Getting, renewing and giving back access to Google Ads, and which accounts it reaches."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
)
from app.connectors.google.oauth import SCOPE
from app.connectors.http import Http
from app.connectors.platforms.google import IN_TESTING, Google
from app.connectors.words import Days, FoundAccount, Grant, pkce_challenge
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import NOW
from tests.connectors.test_google_errors import body

API = "https://googleads.googleapis.com/v26"
CALLBACK = "https://ads.example.com/api/oauth/google/callback"
VERIFIER = "verifier-of-a-hand-shake-that-is-longer-than-forty-three-signs"
SECRET, ACCESS, REFRESH = "canary-client-secret", "canary-access", "canary-refresh"
GIVEN = {
    "access_token": ACCESS,
    "expires_in": 3599,
    "refresh_token": REFRESH,
    "scope": SCOPE,
    "token_type": "Bearer",
}
DEAD = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
WEEK = 604_799
DAY = Days(NOW.date(), NOW.date())
Tokens = Callable[..., None]
Lists = Callable[..., None]


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        google_client_id="4711.apps.googleusercontent.com",
        google_client_secret=SECRET,
        public_url="https://ads.example.com",
    )


@pytest.fixture
def google(settings: Settings, http: Http) -> Google:
    """Google, connected a day ago."""
    issued = (NOW - dt.timedelta(days=1)).isoformat()
    grant = Grant(
        ACCESS,
        refresh_token=REFRESH,
        expires_at=NOW + dt.timedelta(hours=1),
        renews=True,
        extra={"issued_at": issued},
    )
    return Google(settings, http, grant)


@pytest.fixture
def tokens(wire: responses.RequestsMock) -> Tokens:
    """Queue an answer of the token endpoint."""

    def queue(told: Any, status: int = 200, path: str = "token") -> None:
        wire.post(f"https://oauth2.googleapis.com/{path}", json=told, status=status)

    return queue


@pytest.fixture
def reached(wire: responses.RequestsMock) -> Lists:
    """Queue the customers that the login reaches by itself."""

    def queue(*ids: str) -> None:
        names = {"resourceNames": [f"customers/{one}" for one in ids]}
        wire.get(f"{API}/customers:listAccessibleCustomers", json=names if ids else {})

    return queue


@pytest.fixture
def below(wire: responses.RequestsMock) -> Lists:
    """Queue what is below one customer."""

    def queue(root: str, *rows: dict[str, Any], error: str = "") -> None:
        told: Any = {"results": [{"customerClient": row} for row in rows]}
        if error:
            told = body(403, ("authorizationError", error))
        wire.post(
            f"{API}/customers/{root}/googleAds:search", json=told, status=403 if error else 200
        )

    return queue


def client(number: str, **more: Any) -> dict[str, Any]:
    """An account as a list of clients has it."""
    told = {
        "id": number,
        "descriptiveName": f"Account {number[-1]}",
        "currencyCode": "EUR",
        "timeZone": "Europe/Berlin",
        "status": "ENABLED",
    }
    return told | more


def manager(number: str, name: str) -> dict[str, Any]:
    return client(number, manager=True, descriptiveName=name)


def exchange(google: Google, **answer: str) -> Grant:
    return google.exchange(
        answer or {"code": "4/c0de"}, redirect_uri=CALLBACK, started={"verifier": VERIFIER}
    )


def form(wire: responses.RequestsMock, index: int = -1) -> dict[str, str]:
    return dict(parse_qsl(str(wire.calls[index].request.body)))


def test_the_popup_asks_for_lasting_access_with_a_challenge(google: Google) -> None:
    url = google.authorize_url(redirect_uri=CALLBACK, state="s&t", started={"verifier": VERIFIER})
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "client_id": "4711.apps.googleusercontent.com",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "https://www.googleapis.com/auth/adwords",
        "access_type": "offline",
        "prompt": "consent",
        "state": "s&t",
        "code_challenge": pkce_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }


def test_a_code_becomes_access_that_renews_itself(
    google: Google, tokens: Tokens, reached: Lists, wire: responses.RequestsMock
) -> None:
    tokens(GIVEN)
    reached("1234567890")
    grant = exchange(google)
    assert (grant.access_token, grant.refresh_token, grant.renews) == (ACCESS, REFRESH, True)
    assert grant.expires_at == NOW + dt.timedelta(seconds=3599)
    assert (grant.ends_at, grant.deadline, grant.scopes) == (None, None, (SCOPE,))
    assert "note" not in grant.extra
    assert form(wire, 0) == {
        "grant_type": "authorization_code",
        "code": "4/c0de",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "4711.apps.googleusercontent.com",
        "client_secret": SECRET,
    }


def test_the_same_login_is_known_again_by_what_it_reaches(
    google: Google, tokens: Tokens, reached: Lists
) -> None:
    people = []
    for customers in (("1", "2"), ("2", "1"), ("3",)):
        tokens(GIVEN)
        reached(*customers)
        people.append(exchange(google).extra["user_id"])
    assert people[0] == people[1] != people[2]


def test_access_is_kept_though_google_will_not_say_what_it_reaches(
    google: Google, tokens: Tokens, wire: responses.RequestsMock
) -> None:
    tokens(GIVEN)
    wire.get(f"{API}/customers:listAccessibleCustomers", status=503, json={})
    assert "user_id" not in exchange(google).extra


@pytest.mark.parametrize("back", [{"error": "access_denied"}, {"state": "s"}, {"code": ""}])
def test_a_no_is_said_and_nothing_is_asked(google: Google, back: dict[str, str]) -> None:
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(google, **back)
    assert google.http.requests_made == 0


@pytest.mark.parametrize("told", ["openid", "", None])
def test_a_box_that_was_not_ticked_is_said(
    google: Google, tokens: Tokens, told: str | None
) -> None:
    tokens({name: value for name, value in (GIVEN | {"scope": told}).items() if value is not None})
    with pytest.raises(OAuthDenied, match="was not ticked"):
        exchange(google, code="4/c0de", scope="openid email")


def test_scopes_that_nobody_names_are_those_asked_for(
    google: Google, tokens: Tokens, reached: Lists
) -> None:
    tokens({name: value for name, value in GIVEN.items() if name != "scope"})
    reached("1")
    assert exchange(google).access_token == ACCESS


def test_access_without_a_way_to_renew_it_is_not_connected(google: Google, tokens: Tokens) -> None:
    tokens({name: value for name, value in GIVEN.items() if name != "refresh_token"})
    with pytest.raises(OAuthDenied, match="for an hour only"):
        exchange(google)


@pytest.mark.parametrize(
    ("status", "error", "kind", "words"),
    [
        (400, {"error": "invalid_grant"}, OAuthDenied, "Press Connect again"),
        (401, {"error": "invalid_client"}, SetupProblem, "GOOGLE_CLIENT_SECRET"),
        (401, {"error": "deleted_client"}, SetupProblem, "GOOGLE_CLIENT_SECRET"),
        (401, {"error": "unauthorized_client"}, SetupProblem, "GOOGLE_CLIENT_SECRET"),
        (400, {"error": "redirect_uri_mismatch"}, SetupProblem, "redirect address"),
        (400, {"error": "admin_policy_enforced"}, AccessRevoked, "admin.google.com"),
        (403, {"error": "org_internal"}, AccessRevoked, "admin.google.com"),
        (500, {"error": "internal_failure"}, Temporary, "HTTP 500"),
        (429, {"error": "rate_limit_exceeded"}, Temporary, "HTTP 429"),
        (503, {"error": {"code": 503, "status": "UNAVAILABLE"}}, Temporary, "HTTP 503"),
        (400, {"error": "a_new_word"}, ConnectorError, "tell whoever runs"),
        (200, {}, Temporary, "did not hand out access"),
        (200, {"error": "invalid_grant"}, OAuthDenied, "Press Connect again"),
    ],
)
def test_a_refused_code_says_what_to_do_and_is_never_sent_twice(
    google: Google,
    tokens: Tokens,
    status: int,
    error: dict[str, Any],
    kind: type[ConnectorError],
    words: str,
) -> None:
    tokens(error, status)
    with pytest.raises(kind, match=words):
        exchange(google)
    assert google.http.requests_made == 1


def test_seven_days_of_testing_are_counted_down_and_explained(
    google: Google, tokens: Tokens, reached: Lists
) -> None:
    tokens(GIVEN | {"refresh_token_expires_in": WEEK})
    reached("1")
    grant = exchange(google)
    assert grant.deadline == grant.ends_at == NOW + dt.timedelta(seconds=WEEK)
    assert grant.extra["note"] == IN_TESTING
    assert "presses Publish app" in IN_TESTING


def test_time_limited_access_names_its_last_day(
    google: Google, tokens: Tokens, reached: Lists
) -> None:
    tokens(GIVEN | {"refresh_token_expires_in": 30 * 86_400})
    reached("1")
    grant = exchange(google)
    assert "until 2026-12-02" in grant.extra["note"]
    assert "Press Reconnect" in grant.extra["note"]


def held(google: Google) -> Grant:
    assert google.grant is not None
    return google.grant


def test_access_is_renewed_in_time_and_keeps_its_refresh_token(
    google: Google, tokens: Tokens, wire: responses.RequestsMock
) -> None:
    assert google.refresh() is None
    google.grant = replace(held(google), expires_at=NOW + dt.timedelta(minutes=4))
    tokens({"access_token": "younger", "expires_in": 3599, "scope": SCOPE})
    younger = google.granted()
    assert (younger.access_token, younger.refresh_token) == ("younger", REFRESH)
    assert younger.expires_at == NOW + dt.timedelta(seconds=3599)
    assert form(wire) == {
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
        "client_id": "4711.apps.googleusercontent.com",
        "client_secret": SECRET,
    }


def test_a_new_refresh_token_takes_the_old_one_s_place(google: Google, tokens: Tokens) -> None:
    tokens({"access_token": "younger", "expires_in": 3599, "refresh_token": "next"})
    younger = google.refresh(refused=True)
    assert younger is not None
    assert younger.refresh_token == "next"


def test_the_countdown_of_testing_outlives_a_renewal(google: Google, tokens: Tokens) -> None:
    tokens(GIVEN | {"refresh_token_expires_in": WEEK - 86_400})
    younger = google.refresh(refused=True)
    assert younger is not None
    assert younger.ends_at == NOW + dt.timedelta(days=6, seconds=-1)
    assert younger.extra["note"] == IN_TESTING


def test_a_token_refused_in_the_middle_is_renewed_once_and_asked_with_again(
    google: Google, tokens: Tokens, below: Lists, wire: responses.RequestsMock
) -> None:
    expired = body(401, ("authenticationError", "OAUTH_TOKEN_EXPIRED"))
    address = f"{API}/customers:listAccessibleCustomers"
    wire.get(address, json=expired, status=401)
    tokens({"access_token": "younger", "expires_in": 3599})
    wire.get(address, json={"resourceNames": ["customers/1234567890"]})
    below("1234567890", client("1234567890"))
    assert len(google.accounts()) == 1
    assert wire.calls[2].request.headers["Authorization"] == "Bearer younger"


def test_a_token_refused_twice_is_its_owner_s_to_mend(
    google: Google, tokens: Tokens, wire: responses.RequestsMock
) -> None:
    expired = body(401, ("authenticationError", "OAUTH_TOKEN_INVALID"))
    address = f"{API}/customers:listAccessibleCustomers"
    wire.get(address, json=expired, status=401)
    tokens({"access_token": "younger", "expires_in": 3599})
    wire.get(address, json=expired, status=401)
    with pytest.raises(AccessRevoked, match="press Reconnect on Google Ads"):
        google.accounts()


@pytest.mark.parametrize(
    ("age", "ends_in", "subtype", "words"),
    [
        (30, None, "", "it was withdrawn, or was not used for six months"),
        (7, None, "", "presses Publish app"),
        (7, 0, "", "presses Publish app"),
        (30, 0, "", "The time for which Google gave this access is over"),
        (2, None, "invalid_rapt", "Google Cloud session control"),
    ],
)
def test_a_dead_refresh_token_says_why_and_what_to_press(
    google: Google, tokens: Tokens, age: int, ends_in: int | None, subtype: str, words: str
) -> None:
    issued = NOW - dt.timedelta(days=age)
    extra = {"issued_at": issued.isoformat()}
    if ends_in is not None:
        extra["note"] = IN_TESTING if age == 7 else ""
    ends_at = None if ends_in is None else NOW
    google.grant = replace(held(google), ends_at=ends_at, extra=extra)
    tokens(DEAD | {"error_subtype": subtype}, 400)
    with pytest.raises(AccessRevoked) as caught:
        google.refresh(refused=True)
    assert words in caught.value.message
    assert "ress Reconnect on Google Ads" in caught.value.message
    assert "Stored figures are kept" in caught.value.message


def test_a_permission_taken_back_is_noticed_while_renewing(google: Google, tokens: Tokens) -> None:
    tokens({"access_token": "younger", "expires_in": 3599, "scope": "openid"})
    with pytest.raises(AccessRevoked, match="leave the box for Google Ads ticked"):
        google.refresh(refused=True)


def test_a_passing_fault_of_the_sign_in_is_waited_out(google: Google, tokens: Tokens) -> None:
    tokens({"error": "internal_failure"}, 500)
    tokens({"access_token": "younger", "expires_in": 3599})
    assert google.refresh(refused=True) is not None


@pytest.mark.parametrize(
    ("status", "told"), [(200, {}), (400, {"error": "invalid_token"}), (400, DEAD)]
)
def test_disconnecting_gives_the_refresh_token_back(
    google: Google, tokens: Tokens, wire: responses.RequestsMock, status: int, told: Any
) -> None:
    tokens(told, status, "revoke")
    google.revoke()
    assert form(wire) == {"token": REFRESH}


def test_giving_back_that_fails_is_said(google: Google, tokens: Tokens) -> None:
    for _ in range(5):
        tokens({"error": "internal_failure"}, 500, "revoke")
    with pytest.raises(Temporary):
        google.revoke()


def test_nothing_can_be_pasted(google: Google) -> None:
    assert google.pasted_forms == ()
    with pytest.raises(AccessRevoked, match="press Connect on Google Ads"):
        google.accept_pasted({"access_token": "x"})


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [
        ({"error": "redirect_uri_mismatch"}, 400, "https://ads.example.com/api/oauth/google/call"),
        ({"error": "invalid_client"}, 401, "GOOGLE_CLIENT_SECRET"),
    ],
)
def test_the_setup_check_tells_a_wrong_client_from_a_wrong_address(
    google: Google, tokens: Tokens, told: dict[str, str], status: int, words: str
) -> None:
    tokens(told, status)
    with pytest.raises(SetupProblem, match=words):
        google.check_setup()


def test_the_setup_check_is_passed_when_only_the_made_up_code_is_refused(
    google: Google, tokens: Tokens
) -> None:
    tokens({"error": "invalid_grant", "error_description": "Malformed auth code."}, 400)
    assert "takes its secret" in google.check_setup()


def test_the_developer_token_is_sent_only_where_there_is_one(
    settings: Settings, google: Google, reached: Lists, wire: responses.RequestsMock
) -> None:
    reached()
    assert google.accounts() == []
    assert "developer-token" not in wire.calls[0].request.headers
    reached()
    old = Google(replace(settings, google_developer_token="dev"), google.http, google.grant)
    assert old.accounts() == []
    assert wire.calls[1].request.headers["developer-token"] == "dev"


@pytest.mark.parametrize(
    "code",
    ["CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", "DEVELOPER_TOKEN_NOT_APPROVED", "MISSING_TOS"],
)
def test_an_access_level_that_does_not_suffice_is_not_one_account_s_fault(
    google: Google, reached: Lists, below: Lists, code: str
) -> None:
    reached("1234567890", "2234567890")
    below("1234567890", error=code)
    with pytest.raises(SetupProblem, match="ads-apis/overview"):
        google.accounts()


def test_a_login_without_google_ads_is_told_so(
    google: Google, wire: responses.RequestsMock
) -> None:
    told = body(401, ("authenticationError", "NOT_ADS_USER"))
    wire.get(f"{API}/customers:listAccessibleCustomers", json=told, status=401)
    with pytest.raises(AccessRevoked, match="has no Google Ads account"):
        google.accounts()


@pytest.mark.parametrize(
    ("version", "today", "said"),
    [
        ("v26", dt.datetime(2027, 9, 1, tzinfo=dt.UTC), False),
        ("v26", dt.datetime(2027, 9, 2, tzinfo=dt.UTC), True),
        ("23", dt.datetime(2026, 12, 3, tzinfo=dt.UTC), True),
        ("v27", dt.datetime(2030, 1, 1, tzinfo=dt.UTC), False),
    ],
)
def test_the_end_of_a_version_is_announced_sixty_days_ahead(
    settings: Settings, wire: responses.RequestsMock, version: str, today: dt.datetime, said: bool
) -> None:
    wire.get(re.compile(f"{API[:-2]}.*"), json={})
    with Http(wall=today.timestamp) as http:
        google = Google(replace(settings, google_ads_version=version), http, Grant(ACCESS))
        google.accounts()
    assert ["GOOGLE_ADS_VERSION" in notice for notice in google.notices] == [True] * said


def login(wire: responses.RequestsMock) -> str | None:
    """Through which manager the last question was asked."""
    return wire.calls[-1].request.headers.get("login-customer-id")


def test_an_account_is_read_through_the_manager_it_was_found_below(
    google: Google, reached: Lists, below: Lists, wire: responses.RequestsMock
) -> None:
    reached("5550000001")
    below(
        "5550000001",
        manager("5550000001", "Agency"),
        manager("5550000002", "Agency Asia"),
        client("2223334444"),
    )
    (found,) = google.accounts()
    assert "login-customer-id" not in wire.calls[0].request.headers
    assert login(wire) == "5550000001"
    assert (found.via, found.via_name) == ("5550000001", "Agency")
    below("2223334444")
    assert google.totals(found, DAY) == []
    assert login(wire) == "5550000001"


def test_an_account_below_two_managers_is_one_account(
    google: Google, reached: Lists, below: Lists
) -> None:
    reached("5550000001", "6660000001")
    below("5550000001", manager("5550000001", "One"), client("2223334444"))
    below("6660000001", manager("6660000001", "Two"), client("2223334444"))
    (found,) = google.accounts()
    assert found.via_name == "One"


def test_direct_access_is_preferred_to_any_manager(
    google: Google, reached: Lists, below: Lists, wire: responses.RequestsMock
) -> None:
    reached("1234567890", "5550000001")
    below("1234567890", client("1234567890"))
    below("5550000001", manager("5550000001", "One"), client("1234567890"), client("2223334444"))
    found = {one.external_id: one.via for one in google.accounts()}
    assert found == {"1234567890": "", "2223334444": "5550000001"}
    below("1234567890")
    google.totals(FoundAccount("1234567890", "x", "EUR", "Europe/Berlin"), DAY)
    assert login(wire) is None


def test_a_manager_seen_below_another_is_not_asked_once_more(
    google: Google, reached: Lists, below: Lists
) -> None:
    reached("5550000001", "5550000002")
    below(
        "5550000001",
        manager("5550000001", "One"),
        manager("5550000002", "Two"),
        client("2223334444"),
    )
    assert len(google.accounts()) == 1


@pytest.mark.parametrize("code", ["CUSTOMER_NOT_ENABLED", "USER_PERMISSION_DENIED"])
def test_a_manager_that_cannot_be_entered_is_left_out_aloud(
    google: Google, reached: Lists, below: Lists, code: str
) -> None:
    reached("1234567890", "5550000001")
    below("1234567890", client("1234567890"))
    below("5550000001", error=code)
    assert [one.external_id for one in google.accounts()] == ["1234567890"]
    assert google.notices[0].startswith("The account 555-000-0001 was left out.")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"status": "CANCELED"}, "cancelled"),
        ({"status": "SUSPENDED"}, "suspended"),
        ({"status": "CLOSED"}, "closed"),
        ({"status": "DREAMT"}, "unknown (DREAMT)"),
        ({"testAccount": True}, "test account"),
        ({"testAccount": True, "status": "CANCELED"}, "cancelled"),
        ({"testAccount": False}, "active"),
    ],
)
def test_an_account_s_state_is_told_and_its_figures_stay_within_reach(
    google: Google, reached: Lists, below: Lists, told: dict[str, Any], status: str
) -> None:
    reached("1234567890")
    below("1234567890", client("1234567890", **told))
    assert [one.status for one in google.accounts()] == [status]


def test_an_account_without_a_name_goes_by_its_number(
    google: Google, reached: Lists, below: Lists
) -> None:
    reached("1234567890")
    below("1234567890", client("1234567890", descriptiveName=""))
    assert google.accounts()[0].name == "123-456-7890"


@pytest.mark.parametrize("missing", ["currencyCode", "timeZone"])
def test_an_account_whose_money_or_days_are_unknown_is_not_offered(
    google: Google, reached: Lists, below: Lists, missing: str
) -> None:
    reached("5550000001")
    below(
        "5550000001",
        manager("5550000001", "One"),
        client("2223334441", **{missing: ""}),
        client("2223334442"),
    )
    assert [one.external_id for one in google.accounts()] == ["2223334442"]
    assert "Account 1" in google.notices[0]


def test_a_list_that_lacks_the_customer_itself_is_not_believed(
    google: Google, reached: Lists, below: Lists
) -> None:
    reached("1234567890")
    below("1234567890")
    with pytest.raises(Temporary, match="without the one that was asked about"):
        google.accounts()


def test_a_search_is_asked_exactly(
    google: Google, below: Lists, wire: responses.RequestsMock
) -> None:
    below("1234567890")
    google.totals(FoundAccount("1234567890", "x", "EUR", "Europe/Berlin"), DAY)
    request = wire.calls[0].request
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == f"Bearer {ACCESS}"
    assert json.loads(request.body or "") == {
        "query": "SELECT customer.currency_code, segments.date, metrics.cost_micros, "
        "metrics.impressions, metrics.clicks FROM customer WHERE segments.date BETWEEN "
        "'2026-11-02' AND '2026-11-02' PARAMETERS omit_unselected_resource_names=true"
    }
