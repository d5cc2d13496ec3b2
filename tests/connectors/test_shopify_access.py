"""Access to a shop: which shop, signatures, tokens of every kind, scopes, giving it back."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import responses

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
)
from app.connectors.http import Http
from app.connectors.platforms.shopify import STRANGER, Shopify
from app.connectors.shopify.shops import is_shop, shop_domain
from app.connectors.shopify.signature import signs_body, signs_query
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import NOW, Clock
from tests.connectors.shopify_wire import (
    CLIENT_ID,
    EXTRA,
    REFRESH,
    SECRET,
    SHOP,
    TOKEN,
    TOKENS,
    Wire,
    about,
)

CALLBACK = "https://ads.example.com/api/oauth/shopify/callback"
STARTED = {"shop": SHOP}
BOTH = "read_orders,read_all_orders"


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        shopify_client_id=CLIENT_ID,
        shopify_client_secret=SECRET,
    )


@pytest.fixture
def unconnected(settings: Settings, http: Http) -> Shopify:
    return Shopify(settings, http)


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as opened:
        yield opened


@pytest.fixture
def shop(mock: responses.RequestsMock) -> Wire:
    return Wire(mock)


def offline(now: dt.datetime = NOW, left: dt.timedelta = dt.timedelta(hours=1)) -> Grant:
    """As the popup gives it: an hour, and a refresh token for 30 days."""
    return Grant(
        TOKEN,
        REFRESH,
        expires_at=now + left,
        renews=True,
        ends_at=now + dt.timedelta(days=30),
        scopes=tuple(BOTH.split(",")),
        label=SHOP,
        extra=EXTRA,
    )


def signed(secret: str = SECRET, **query: str) -> dict[str, str]:
    """A callback's query with Shopify's signature."""
    whole = {
        "code": "c0de",
        "host": "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZmVybg==",
        "shop": SHOP,
        "state": "5ca1ab1e",
        "timestamp": str(int(NOW.timestamp())),
    } | query
    text = "&".join(f"{name}={value}" for name, value in sorted(whole.items()))
    return whole | {"hmac": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}


def token(mock: responses.RequestsMock, status: int = 200, url: str = TOKENS, **body: Any) -> None:
    mock.post(url, json=body, status=status)


def sent(mock: responses.RequestsMock, number: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(mock.calls[number].request.body)
    return body


def exchange(shopify: Shopify, answer: Mapping[str, str], **started: str) -> Grant:
    return shopify.exchange(answer, redirect_uri=CALLBACK, started=started or STARTED)


@pytest.mark.parametrize(
    "given",
    [
        SHOP,
        "fern-fable",
        f"  {SHOP.upper()}\n",
        f"https://{SHOP}/admin/orders?page=2",
        "https://admin.shopify.com/store/fern-fable",
        "admin.shopify.com/store/fern-fable/settings/domains",
        f"{SHOP}/",
        f"http://{SHOP}#top",
    ],
)
def test_a_shop_is_known_by_whatever_people_type(given: str) -> None:
    assert shop_domain(given) == SHOP
    assert Shopify.begin_with({"shop": given}) == {"shop": SHOP}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "fernandfable.com",
        "169.254.169.254",
        "localhost:8000",
        "evil.example/fern-fable.myshopify.com",
        "fern-fable.myshopify.com.evil.example",
        "evil.example#.myshopify.com",
        "me@fern-fable.myshopify.com",
        "fern-fable.myshopify.com:8443",
        "fern-fable.myshopify.com\\@evil.example",
        "fern.fable.myshopify.com",
        "-fern.myshopify.com",
        "fern fable",
        f"{'a' * 120}.myshopify.com",
        "fern\u00adfable.myshopify.com",
    ],
)
def test_nothing_but_a_shop_is_ever_asked(given: str) -> None:
    with pytest.raises(OAuthDenied, match=r"\.myshopify\.com"):
        shop_domain(given)


def test_a_line_break_is_no_part_of_a_shop() -> None:
    assert is_shop(SHOP)
    assert not is_shop(f"{SHOP}\n")
    assert not is_shop(SHOP.upper())


def test_the_popup_asks_for_both_scopes_on_the_shops_own_host(unconnected: Shopify) -> None:
    url = unconnected.authorize_url(redirect_uri=CALLBACK, state="5ca1ab1e", started=STARTED)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", SHOP, "/admin/oauth/authorize")
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "client_id": CLIENT_ID,
        "scope": BOTH,
        "redirect_uri": CALLBACK,
        "state": "5ca1ab1e",
    }


def test_the_published_signature_is_recognized() -> None:
    query = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "shop": "some-shop.myshopify.com",
        "state": "0.6784241404160823",
        "timestamp": "1337178173",
        "hmac": "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
    }
    assert signs_query(query, "hush")
    assert not signs_query(query, "hush!")
    assert not signs_query(query | {"shop": "other.myshopify.com"}, "hush")
    assert not signs_query(query | {"hmac": ""}, "hush")
    assert not signs_query(query | {"hmac": "ü"}, "hush")
    assert not signs_query(query, "")


@pytest.mark.parametrize("value", ["a&b=c%d", "a b+c/d==", "ä ö"])
def test_both_canonical_forms_of_a_signature_will_do(value: str) -> None:
    plain = value.replace("%", "%25").replace("&", "%26")
    for text in (f"host={plain}&shop={SHOP}", f"host={quote(value, safe='')}&shop={SHOP}"):
        digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        assert signs_query({"shop": SHOP, "host": value, "hmac": digest}, SECRET)
        # The ancient parameter is no part of it.
        old = {"shop": SHOP, "host": value, "hmac": digest, "signature": "x"}
        assert signs_query(old, SECRET)


def test_a_webhooks_signature_is_that_of_its_very_bytes() -> None:
    body = '{"name": "Käse"}'.encode()
    good = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    assert signs_body(body, good, SECRET)
    assert not signs_body(body + b" ", good, SECRET)
    assert not signs_body(body, good, "")
    assert not signs_body(body, "", SECRET)
    assert not signs_body(body, "ü", SECRET)


def test_a_code_becomes_an_offline_token_that_renews_itself(
    unconnected: Shopify, mock: responses.RequestsMock
) -> None:
    token(
        mock,
        access_token=TOKEN,
        scope=BOTH,
        expires_in=3600,
        refresh_token=REFRESH,
        refresh_token_expires_in=2_592_000,
    )
    grant = exchange(unconnected, signed())
    assert sent(mock) == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "code": "c0de",
        "expiring": "1",
    }
    assert (grant.access_token, grant.refresh_token, grant.renews) == (TOKEN, REFRESH, True)
    assert grant.expires_at == NOW + dt.timedelta(hours=1)
    assert grant.deadline == NOW + dt.timedelta(days=30)
    assert grant.extra["shop"] == SHOP
    assert "note" not in grant.extra


def test_a_token_without_an_end_is_kept_as_one(
    unconnected: Shopify, mock: responses.RequestsMock
) -> None:
    token(mock, access_token=TOKEN, scope="write_orders")
    grant = exchange(unconnected, signed())
    assert (grant.renews, grant.expires_at, grant.deadline) == (False, None, None)
    assert "60 days" in grant.extra["note"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (signed(shop="other.myshopify.com"), "another shop"),
        (signed(shop="evil.example"), "another shop"),
        (signed(shop=f"{SHOP}\n"), "another shop"),
        (signed(secret="somebody else's"), "not signed"),
        (signed() | {"code": "another"}, "not signed"),
        (signed(timestamp="x"), "not signed"),
        (signed(timestamp=str(int(NOW.timestamp()) - 700)), "clock is off by 700 seconds"),
        (signed(timestamp=str(int(NOW.timestamp()) + 7200)), "clock is off by 7200 seconds"),
        (signed(code=""), "gave no access"),
    ],
)
def test_an_answer_that_is_not_ours_is_refused_before_anything_is_asked(
    unconnected: Shopify, mock: responses.RequestsMock, answer: dict[str, str], says: str
) -> None:
    with pytest.raises(OAuthDenied, match=says):
        exchange(unconnected, answer)
    assert len(mock.calls) == 0


def test_a_signature_is_not_looked_at_before_the_shop_nor_the_age_before_the_signature(
    unconnected: Shopify,
) -> None:
    old = str(int(NOW.timestamp()) - 9999)
    with pytest.raises(OAuthDenied, match="another shop"):
        exchange(unconnected, signed(secret="x", shop="other.myshopify.com", timestamp=old))
    with pytest.raises(OAuthDenied, match="not signed"):
        exchange(unconnected, signed(secret="x", timestamp=old))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"error": "invalid_client", "error_description": "no"}', "SHOPIFY_CLIENT_SECRET"),
        ('{"error": "invalid_request", "error_description": "code was used"}', "used already"),
        ("<html>Oauth error application_cannot_be_found: no such key</html>", "SHOPIFY_CLIENT_ID"),
        ("<html>Oauth error invalid_request: The authorization code</html>", "used already"),
        ("", "used already"),
    ],
)
def test_a_refused_code_says_who_can_mend_it(
    unconnected: Shopify, mock: responses.RequestsMock, body: str, says: str
) -> None:
    mock.post(TOKENS, body=body, status=400)
    with pytest.raises(OAuthDenied, match=says):
        exchange(unconnected, signed())


def test_too_few_scopes_connect_nothing(unconnected: Shopify, mock: responses.RequestsMock) -> None:
    token(mock, access_token=TOKEN, scope="read_products")
    with pytest.raises(OAuthDenied, match="read_orders"):
        exchange(unconnected, signed())


def test_a_token_near_its_end_is_renewed_with_its_refresh_token(
    settings: Settings, http: Http, mock: responses.RequestsMock
) -> None:
    held = offline(left=dt.timedelta(minutes=9))
    shopify = Shopify(settings, http, held)
    token(
        mock,
        access_token="shpat_new",
        scope=BOTH,
        expires_in=3600,
        refresh_token="shprt_new",
        refresh_token_expires_in=2_592_000,
    )
    younger = shopify.refresh()
    assert younger is not None
    assert sent(mock) == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
    }
    assert (younger.access_token, younger.refresh_token) == ("shpat_new", "shprt_new")
    assert younger.extra == held.extra
    assert Shopify(settings, http, offline()).refresh() is None


def test_a_lost_answer_is_asked_for_again_with_the_former_refresh_token(
    settings: Settings, http: Http, mock: responses.RequestsMock
) -> None:
    shopify = Shopify(settings, http, offline())
    mock.post(TOKENS, body='{"access_tok')
    token(mock, access_token="shpat_new", expires_in=3600, refresh_token="shprt_new")
    younger = shopify.refresh(refused=True)
    assert younger is not None
    assert younger.access_token == "shpat_new"
    assert [sent(mock, number)["refresh_token"] for number in (0, 1)] == [REFRESH, REFRESH]


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        ("invalid_grant", AccessRevoked, "press Reconnect on Shopify"),
        ("invalid_client", SetupProblem, "SHOPIFY_CLIENT_SECRET"),
    ],
)
def test_a_grant_that_no_longer_renews_says_who_can_mend_it(
    settings: Settings,
    http: Http,
    mock: responses.RequestsMock,
    error: str,
    kind: type[ConnectorError],
    says: str,
) -> None:
    token(mock, status=400, error=error, error_description="nothing about shpat_canaryaccess")
    with pytest.raises(kind, match=says) as caught:
        Shopify(settings, http, offline()).refresh(refused=True)
    assert "canary" not in caught.value.message


def test_a_refused_token_is_replaced_once_and_the_question_asked_again(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", '{"errors": "[API] Invalid API key or access token"}', 401)
    shop.answer("Shop", about("read_orders", "read_all_orders"))
    token(mock, access_token="shpat_new", expires_in=3600, refresh_token="shprt_new")
    shopify = Shopify(settings, http, offline())
    assert len(shopify.accounts()) == 1
    used = [sent["X-Shopify-Access-Token"] for sent in shop.headers]
    assert used == [TOKEN, "shpat_new"]
    assert shopify.grant is not None
    assert shopify.grant.access_token == "shpat_new"


def test_a_token_refused_twice_needs_its_owner(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", '{"errors": "[API] Invalid API key"}', 401)
    token(mock, access_token="shpat_new", expires_in=3600, refresh_token="shprt_new")
    with pytest.raises(AccessRevoked, match="Reconnect on Shopify"):
        Shopify(settings, http, offline()).accounts()
    assert len(shop.asked) == 2


def test_an_owners_app_connects_with_id_and_secret_and_renews_with_them(
    unconnected: Shopify, mock: responses.RequestsMock, shop: Wire, clock: Clock
) -> None:
    token(mock, access_token=TOKEN, scope=BOTH, expires_in=86399)
    shop.answer("Shop", about(*BOTH.split(",")))
    pasted = {"shop": "fern-fable", "client_id": "own-id", "client_secret": "shpss_canary"}
    grant = unconnected.accept_pasted(pasted)
    expected = {"client_id": "own-id", "client_secret": "shpss_canary"}
    assert sent(mock, 0) == expected | {"grant_type": "client_credentials"}
    assert grant.renews
    assert grant.deadline is None
    assert "canary" not in repr(grant)
    unconnected.grant = grant
    assert unconnected.refresh() is None
    clock.slept.append(86399 - 3500)
    younger = unconnected.refresh()
    assert younger is not None
    assert sent(mock) == expected | {"grant_type": "client_credentials"}
    assert younger.extra["client_secret"] == "shpss_canary"


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ({"client_id": "shpss_x", "client_secret": "y"}, "in the place of"),
        ({"client_id": "x", "client_secret": "shpat_y"}, "in the place of"),
        ({"access_token": "shpss_x"}, "looks like a client secret"),
        ({"access_token": "shprt_x"}, "looks like a refresh token"),
        ({"access_token": "shpat_ä"}, "not a whole token"),
    ],
)
def test_credentials_in_the_wrong_place_are_recognized(
    unconnected: Shopify, mock: responses.RequestsMock, pasted: dict[str, str], says: str
) -> None:
    with pytest.raises(AccessRevoked, match=says):
        unconnected.accept_pasted({"shop": SHOP, **pasted})
    assert len(mock.calls) == 0


@pytest.mark.parametrize(
    ("error", "says"),
    [("invalid_client", "client id"), ("shop_not_permitted", "same organization")],
)
def test_an_owners_app_that_gets_no_token_says_why(
    unconnected: Shopify, mock: responses.RequestsMock, error: str, says: str
) -> None:
    token(mock, status=400, error=error)
    with pytest.raises(AccessRevoked, match=says):
        unconnected.accept_pasted({"shop": SHOP, "client_id": "a", "client_secret": "b"})


def test_a_pasted_token_connects_the_shop_it_belongs_to(unconnected: Shopify, shop: Wire) -> None:
    shop.answer("Shop", about("read_orders"))
    grant = unconnected.accept_pasted({"shop": SHOP, "access_token": "shpat_legacy"})
    assert (grant.access_token, grant.renews, grant.deadline) == ("shpat_legacy", False, None)
    assert grant.scopes == ("read_orders",)
    assert "60 days" in grant.extra["note"]
    shop.answer("Shop", about("read_orders", myshopifyDomain="other.myshopify.com"))
    shop.answer("Shop", about("read_orders", myshopifyDomain="other.myshopify.com"))
    unconnected.accept_pasted({"shop": SHOP, "access_token": "shpat_legacy"})
    with pytest.raises(AccessRevoked, match=r"belongs to other\.myshopify\.com"):
        unconnected.accept_pasted({"shop": SHOP, "access_token": "shpat_legacy"})


def test_the_account_is_the_shop_as_it_is_now(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", about("write_orders", "read_all_orders"))
    shopify = Shopify(settings, http, offline())
    assert shopify.accounts() == [FoundAccount(SHOP, "Fern & Fable", "EUR", "Europe/Berlin")]
    assert shopify.notices == []


def test_without_all_orders_history_reaches_back_less_than_60_days_and_that_is_said(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", about("read_orders"))
    shopify = Shopify(settings, http, offline())
    [account] = shopify.accounts()
    assert account.reaches_back == 59
    [notice] = shopify.notices
    assert "read_all_orders" in notice
    assert "60 days" in notice


def test_a_scope_that_was_taken_away_needs_the_owner(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", about("read_products"))
    with pytest.raises(AccessRevoked, match="read_orders"):
        Shopify(settings, http, offline()).accounts()


def test_disconnecting_removes_the_app_that_the_popup_installed(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("AppUninstall", {"appUninstall": {"userErrors": []}})
    Shopify(settings, http, offline()).revoke()
    assert [name for name, _ in shop.asked] == ["AppUninstall"]


def test_access_that_has_ended_needs_no_removing(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("AppUninstall", '{"errors": "[API] Invalid API key"}', 401)
    forever = replace(offline(), renews=False, refresh_token="", expires_at=None)
    Shopify(settings, http, forever).revoke()
    assert [name for name, _ in shop.asked] == ["AppUninstall"]


@pytest.mark.parametrize("kind", ["client_credentials", "pasted"])
def test_an_owners_own_app_is_never_removed(
    settings: Settings, http: Http, shop: Wire, kind: str
) -> None:
    grant = replace(offline(), extra={**EXTRA, "kind": kind})
    with pytest.raises(ConnectorError, match="app of your own"):
        Shopify(settings, http, grant).revoke()
    assert shop.asked == []


def test_removing_that_fails_is_said(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("AppUninstall", {"appUninstall": {"userErrors": [{"message": "Not now"}]}})
    with pytest.raises(ConnectorError, match="Not now"):
        Shopify(settings, http, offline()).revoke()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_request", "error_description": "The code was not found"}, None),
        (400, {"error": "invalid_client"}, SetupProblem),
        (400, {"error": "application_cannot_be_found"}, SetupProblem),
        (400, {"error": "shop_asleep"}, ConnectorError),
        (500, {}, Temporary),
    ],
)
def test_the_installations_credentials_are_checked_with_a_code_that_is_none(
    unconnected: Shopify,
    mock: responses.RequestsMock,
    status: int,
    body: dict[str, str],
    kind: type[ConnectorError] | None,
) -> None:
    token(mock, status=status, url=f"https://{STRANGER}/admin/oauth/access_token", **body)
    if kind is None:
        assert "takes its secret" in unconnected.check_setup()
        return
    with pytest.raises(kind) as caught:
        unconnected.check_setup()
    assert type(caught.value) is not ConnectorError or "does not tell" in caught.value.message


def test_no_secret_reaches_a_log_line(
    unconnected: Shopify, mock: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mock.post(TOKENS, json={"error": "invalid_request", "error_description": TOKEN}, status=400)
    with pytest.raises(OAuthDenied):
        exchange(unconnected, signed())
    assert "canary" not in caplog.text


def test_deliveries_are_subscribed_to_where_they_can_arrive(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    address = "https://ads.example.com/webhooks/shopify"
    shop.answer("Shop", about("read_orders", "read_all_orders"))
    held = [{"topic": "ORDERS_UPDATED", "uri": address}]
    shop.answer("Webhooks", {"webhookSubscriptions": {"nodes": held}})
    shop.answer("WebhookCreate", {"webhookSubscriptionCreate": {"userErrors": []}})
    public = replace(settings, public_url="https://ads.example.com")
    shopify = Shopify(public, http, offline())
    shopify.accounts()
    [made] = shop.of("WebhookCreate")
    assert made["topic"] == "APP_UNINSTALLED"
    assert made["subscription"]["uri"] == address
    assert shopify.notices == []


def test_without_deliveries_the_shop_is_read_all_the_same_and_that_is_said(
    settings: Settings, http: Http, mock: responses.RequestsMock, shop: Wire
) -> None:
    shop.answer("Shop", about("read_orders", "read_all_orders"))
    shop.answer("Webhooks", {"webhookSubscriptions": {"nodes": []}})
    errors = [{"message": "Address is not allowed"}]
    shop.answer("WebhookCreate", {"webhookSubscriptionCreate": {"userErrors": errors}})
    shopify = Shopify(replace(settings, public_url="https://ads.example.com"), http, offline())
    assert len(shopify.accounts()) == 1
    assert "Address is not allowed" in shopify.notices[0]


@pytest.mark.parametrize(
    ("public_url", "kind"),
    [
        ("http://ads.example.com", "offline"),
        ("https://127.0.0.1:8000", "offline"),
        ("https://ads.example.com", "pasted"),
    ],
)
def test_nothing_is_subscribed_to_that_could_not_arrive_or_be_checked(
    settings: Settings,
    http: Http,
    mock: responses.RequestsMock,
    shop: Wire,
    public_url: str,
    kind: str,
) -> None:
    shop.answer("Shop", about("read_orders", "read_all_orders"))
    grant = replace(offline(), extra={**EXTRA, "kind": kind})
    Shopify(replace(settings, public_url=public_url), http, grant).accounts()
    assert [name for name, _ in shop.asked] == ["Shop"]
