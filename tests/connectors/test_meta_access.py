"""Getting, renewing and giving back access to Meta."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from app.connectors.errors import AccessRevoked, OAuthDenied, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.platforms.meta import Meta
from app.connectors.words import Grant
from app.settings import Settings
from tests.connectors.conftest import NOW, SECRET, TOKEN, Clock

Answers = Callable[..., None]
CALLBACK = "https://ads.example.com/api/oauth/meta/callback"
PASTED = "canary-token-of-a-system-user"
OK = {"data": [{"account_id": "1"}]}
DAY = dt.timedelta(days=1)


def permissions(**status: str) -> dict[str, object]:
    return {"data": [{"permission": name, "status": word} for name, word in status.items()]}


BOTH = permissions(ads_read="granted", business_management="granted")


def exchange(meta: Meta, **query: str) -> Grant:
    return meta.exchange(query or {"code": "c0de"}, redirect_uri=CALLBACK, started={})


def query(wire: responses.RequestsMock, index: int) -> dict[str, list[str]]:
    return parse_qs(urlsplit(str(wire.calls[index].request.url)).query)


def form(wire: responses.RequestsMock, index: int) -> dict[str, str]:
    body = wire.calls[index].request.body
    return {name: values[0] for name, values in parse_qs(str(body)).items()}


def test_the_popup_goes_to_facebook_and_asks_for_reading_only(meta: Meta) -> None:
    url = urlsplit(meta.authorize_url(redirect_uri=CALLBACK, state="s&t", started={}))
    assert (url.netloc, url.path) == ("www.facebook.com", "/v26.0/dialog/oauth")
    assert parse_qs(url.query) == {
        "client_id": ["4711"],
        "redirect_uri": [CALLBACK],
        "state": ["s&t"],
        "response_type": ["code"],
        "scope": ["ads_read,business_management"],
        "auth_type": ["rerequest"],
    }


def test_a_code_becomes_a_token_for_60_days(
    meta: Meta, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer("oauth/access_token", {"access_token": "short", "expires_in": 5400}, method="POST")
    answer("oauth/access_token", {"access_token": "long", "expires_in": 5_183_944}, method="POST")
    answer("me/permissions", BOTH)
    answer("me", {"name": "Alice", "id": "1"})
    grant = exchange(meta)
    assert (grant.access_token, grant.label, grant.extra["user_id"]) == ("long", "Alice", "1")
    assert grant.expires_at == NOW + dt.timedelta(seconds=5_183_944)
    assert grant.scopes == ("ads_read", "business_management")
    app = {"client_id": "4711", "client_secret": SECRET}
    assert form(wire, 0) == {**app, "redirect_uri": CALLBACK, "code": "c0de"}
    assert form(wire, 1) == {
        **app,
        "grant_type": "fb_exchange_token",
        "fb_exchange_token": "short",
    }
    assert query(wire, 0) == {}


@pytest.mark.parametrize(
    ("found", "expires_at", "lasts"),
    [
        ({"expires_at": 1_800_000_000}, dt.datetime.fromtimestamp(1_800_000_000, dt.UTC), None),
        ({"expires_at": 0}, None, "for ever"),
        ({}, None, None),
    ],
)
def test_without_an_end_meta_is_asked_when_the_token_ends(
    meta: Meta,
    answer: Answers,
    wire: responses.RequestsMock,
    found: dict[str, object],
    expires_at: dt.datetime | None,
    lasts: str | None,
) -> None:
    answer("oauth/access_token", {"access_token": "short"}, method="POST")
    answer("oauth/access_token", {"access_token": "long"}, method="POST")
    answer("debug_token", {"data": {"is_valid": True, **found}})
    answer("me/permissions", BOTH)
    answer("me", {"name": "Alice"})
    grant = exchange(meta)
    assert grant.expires_at == expires_at
    assert grant.extra.get("lasts") == lasts
    asked = query(wire, 2)
    assert asked == {"input_token": ["long"], "access_token": [f"4711|{SECRET}"]}


def test_when_meta_will_not_say_the_end_is_unknown(meta: Meta, answer: Answers) -> None:
    answer("oauth/access_token", {"access_token": "short"}, method="POST")
    answer("oauth/access_token", {"access_token": "long"}, method="POST")
    answer("debug_token", {"error": {"code": 100, "message": "You must own the app"}}, 400)
    answer("me/permissions", BOTH)
    answer("me", {"error": {"code": 2}}, 500)
    for _ in range(4):
        answer("me", {"error": {"code": 2}}, 500)
    grant = exchange(meta)
    assert (grant.expires_at, grant.label) == (None, "")


@pytest.mark.parametrize(
    "query",
    [
        {"error": "access_denied", "error_reason": "user_denied", "error_code": "200"},
        {"state": "s"},
        {"code": ""},
    ],
)
def test_who_says_no_is_told_that_nothing_was_stored(meta: Meta, query: dict[str, str]) -> None:
    with pytest.raises(OAuthDenied, match="Nothing was stored"):
        exchange(meta, **query)


def test_a_used_code_says_to_start_again_and_is_sent_once(meta: Meta, answer: Answers) -> None:
    used = {"code": 100, "error_subcode": 36009, "message": "This authorization code has been used"}
    answer("oauth/access_token", {"error": used}, 400, method="POST")
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(meta)


def test_a_wrong_app_secret_names_the_setting(meta: Meta, answer: Answers) -> None:
    wrong = {"code": 1, "message": "Error validating client secret."}
    answer("oauth/access_token", {"error": wrong}, 400, method="POST")
    with pytest.raises(OAuthDenied, match="META_APP_SECRET"):
        exchange(meta)


def test_a_cut_during_the_exchange_is_not_sent_twice(
    meta: Meta, wire: responses.RequestsMock
) -> None:
    url = "https://graph.facebook.com/v26.0/oauth/access_token"
    wire.post(url, body=requests.ConnectionError())
    with pytest.raises(Temporary):
        exchange(meta)


def test_an_answer_without_a_token_is_a_denial(meta: Meta, answer: Answers) -> None:
    answer("oauth/access_token", {"success": True}, method="POST")
    with pytest.raises(OAuthDenied, match="without a token"):
        exchange(meta)


def through_to_permissions(answer: Answers, granted: dict[str, object]) -> None:
    answer("oauth/access_token", {"access_token": "short"}, method="POST")
    answer("oauth/access_token", {"access_token": "long", "expires_in": "5183944"}, method="POST")
    answer("me/permissions", granted)


@pytest.mark.parametrize(
    "granted",
    [
        permissions(ads_read="declined", business_management="granted"),
        permissions(public_profile="granted"),
        permissions(),
    ],
)
def test_an_unticked_ads_read_says_to_tick_it(
    meta: Meta, answer: Answers, granted: dict[str, object]
) -> None:
    through_to_permissions(answer, granted)
    with pytest.raises(OAuthDenied, match=r"ads_read.*leave every permission ticked"):
        exchange(meta)


def test_an_unticked_business_management_is_allowed_and_noted(meta: Meta, answer: Answers) -> None:
    through_to_permissions(answer, permissions(ads_read="granted", business_management="declined"))
    answer("me", {"name": "Alice"})
    grant = exchange(meta)
    assert grant.scopes == ("ads_read",)
    assert "business_management" in grant.extra["note"]


def test_a_pasted_token_that_never_ends_is_accepted(
    meta: Meta, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer("me/adaccounts", OK)
    facts = {"is_valid": True, "expires_at": 0, "scopes": ["ads_read", "ads_management"]}
    answer("debug_token", {"data": facts})
    answer("me", {"name": "Reporting robot"})
    grant = meta.accept_pasted({"access_token": PASTED})
    assert (grant.access_token, grant.label, grant.expires_at) == (PASTED, "Reporting robot", None)
    assert grant.scopes == ("ads_read", "ads_management")
    assert grant.extra["lasts"] == "for ever"
    assert query(wire, 0)["access_token"] == [PASTED]


def test_a_pasted_token_of_60_days_keeps_its_end(meta: Meta, answer: Answers) -> None:
    answer("me/adaccounts", OK)
    ends = int((NOW + 60 * DAY).timestamp())
    answer("debug_token", {"data": {"expires_at": ends, "scopes": ["ads_read"]}})
    answer("me", {"name": "Reporting robot"})
    assert meta.accept_pasted({"access_token": PASTED}).expires_at == NOW + 60 * DAY


def test_a_pasted_token_of_another_app_is_used_without_our_proof(
    meta: Meta, answer: Answers, wire: responses.RequestsMock
) -> None:
    wrong = {"code": 100, "message": "Invalid appsecret_proof provided in the API argument"}
    answer("me/adaccounts", {"error": wrong}, 400)
    answer("me/adaccounts", OK)
    answer("debug_token", {"data": {"expires_at": 0, "scopes": ["ads_read"]}})
    answer("me", {"name": "Robot"})
    grant = meta.accept_pasted({"access_token": PASTED})
    assert grant.extra["app"] == "other"
    assert "appsecret_proof" in str(wire.calls[0].request.url)
    assert all("appsecret_proof" not in str(call.request.url) for call in list(wire.calls)[1:])


def test_a_pasted_token_is_inspected_with_itself_where_no_app_is_set_up(
    settings: Settings, http: Http, answer: Answers, wire: responses.RequestsMock
) -> None:
    bare = Meta(replace(settings, meta_app_id="", meta_app_secret=""), http)
    answer("me/adaccounts", OK)
    answer("debug_token", {"data": {"expires_at": 0, "scopes": ["ads_read"]}})
    answer("me", {"name": "Robot"})
    assert not Meta.configured(bare.settings)
    assert bare.accept_pasted({"access_token": PASTED}).label == "Robot"
    assert query(wire, 1)["access_token"] == [PASTED]


def test_a_pasted_token_that_cannot_be_inspected_is_judged_by_its_permissions(
    meta: Meta, answer: Answers
) -> None:
    answer("me/adaccounts", OK)
    answer("debug_token", {"error": {"code": 100, "message": "must be a developer"}}, 400)
    answer("me/permissions", BOTH)
    answer("me", {"name": "Robot"})
    grant = meta.accept_pasted({"access_token": PASTED})
    assert (grant.expires_at, grant.scopes) == (None, ("ads_read", "business_management"))


def test_a_pasted_token_that_is_garbled_is_refused(meta: Meta, answer: Answers) -> None:
    answer("me/adaccounts", {"error": {"code": 190, "message": f"Malformed {PASTED}"}}, 400)
    with pytest.raises(AccessRevoked) as caught:
        meta.accept_pasted({"access_token": PASTED})
    assert PASTED not in str(caught.value)


def test_a_pasted_token_without_ads_read_says_how_to_make_one(meta: Meta, answer: Answers) -> None:
    answer("me/adaccounts", OK)
    answer("debug_token", {"data": {"expires_at": 0, "scopes": ["public_profile"]}})
    with pytest.raises(AccessRevoked, match="Generate new token, tick ads_read"):
        meta.accept_pasted({"access_token": PASTED})


def test_a_pasted_token_that_meta_calls_invalid_is_refused(meta: Meta, answer: Answers) -> None:
    answer("me/adaccounts", OK)
    answer("debug_token", {"data": {"is_valid": False, "scopes": []}})
    with pytest.raises(AccessRevoked, match="System users"):
        meta.accept_pasted({"access_token": PASTED})


def held(meta: Meta, *, ends_in: int | None, age: int | None = 10, **extra: str) -> Meta:
    """The connector with a token that is `age` days old and ends in so many days."""
    issued = {} if age is None else {"issued_at": (NOW - age * DAY).isoformat()}
    ends = None if ends_in is None else NOW + ends_in * DAY
    meta.grant = Grant(TOKEN, expires_at=ends, scopes=("ads_read",), extra={**issued, **extra})
    return meta


@pytest.mark.parametrize(
    ("ends_in", "age"), [(6, 54), (6, 10), (16, 44), (40, 54), (None, 54), (15, None)]
)
def test_an_old_token_is_renewed_before_it_ends(
    meta: Meta, answer: Answers, ends_in: int | None, age: int | None
) -> None:
    answer("oauth/access_token", {"access_token": "younger", "expires_in": 5183944}, method="POST")
    grant = held(meta, ends_in=ends_in, age=age).refresh()
    assert grant is not None
    assert (grant.access_token, grant.scopes) == ("younger", ("ads_read",))
    assert grant.expires_at == NOW + dt.timedelta(seconds=5183944)
    assert grant.extra["issued_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("ends_in", "age", "extra"),
    [
        (50, 10, {}),
        (None, 10, {}),
        (None, None, {}),
        (None, 400, {"lasts": "for ever"}),
        (3, 0, {}),
        (3, 58, {"app": "other"}),
    ],
)
def test_a_token_is_not_renewed_needlessly(
    meta: Meta, ends_in: int | None, age: int | None, extra: dict[str, str]
) -> None:
    assert held(meta, ends_in=ends_in, age=age, **extra).refresh() is None


def test_an_expired_token_cannot_be_renewed_and_says_to_reconnect(
    meta: Meta, answer: Answers
) -> None:
    dead = {"code": 190, "error_subcode": 463, "message": "Session has expired"}
    answer("oauth/access_token", {"error": dead}, 400, method="POST")
    with pytest.raises(AccessRevoked, match="press Reconnect"):
        held(meta, ends_in=-1).refresh()


def test_renewing_is_asked_again_when_meta_is_unwell(
    meta: Meta, answer: Answers, clock: Clock
) -> None:
    answer("oauth/access_token", {"error": {"code": 2}}, 500, method="POST")
    answer("oauth/access_token", {"access_token": "younger", "expires_in": 1}, method="POST")
    assert held(meta, ends_in=2).refresh() is not None
    assert clock.slept == [5]


def test_disconnecting_withdraws_every_permission(
    meta: Meta, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer("me/permissions", {"success": True}, method="DELETE")
    meta.revoke()
    assert wire.calls[0].request.method == "DELETE"


def test_access_that_has_ended_needs_no_revoking(meta: Meta, answer: Answers) -> None:
    answer("me/permissions", {"error": {"code": 190}}, 400, method="DELETE")
    meta.revoke()
    assert meta.http.requests_made == 1


def test_revoking_says_when_it_could_not(meta: Meta, answer: Answers) -> None:
    answer("me/permissions", {"error": {"code": 4}}, 400, method="DELETE")
    with pytest.raises(Throttled):
        meta.revoke()


@pytest.mark.parametrize(
    ("host", "sandbox"),
    [
        ("https://graph.facebook.com", False),
        ("http://127.0.0.1:9000/meta", True),
        ("http://localhost:9000/meta", True),
    ],
)
def test_only_a_loopback_host_is_a_sandbox(settings: Settings, host: str, sandbox: bool) -> None:
    assert Meta.is_sandbox(replace(settings, meta_graph_url=host)) is sandbox
