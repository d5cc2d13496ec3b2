"""The log of requests tells what was asked and gives nothing away."""

from __future__ import annotations

import json
import socket
from urllib.parse import quote

import pytest
import requests

from sandbox import CREDENTIALS, SYSTEM_USER_TOKEN, TIKTOK_TOKEN
from sandbox.log import masked_path, masked_query
from tests.sandbox.test_commands import PLATFORMS, Caller
from tests.sandbox_server import SandboxServer

CANARY = "canary-that-nobody-may-read"
PATHS = {
    "meta": "/v26.0/debug_token",
    "google": "/v26/customers:listAccessibleCustomers",
    "linkedin": "/rest/adAccounts",
    "tiktok": "/open_api/v1.3/oauth2/advertiser/get/",
    "shopify": "/larkspur-outdoor.myshopify.com/admin/api/2026-10/graphql.json",
}
NAMES = (
    "access_token",
    "auth_code",
    "code",
    "client_secret",
    "app_secret",
    "secret",
    "refresh_token",
    "fb_exchange_token",
    "input_token",
    "appsecret_proof",
    "code_verifier",
    "id_token",
    "token",
    "password",
    "hmac",
    "accessToken",
    "oauth2_access_token",
    "access%5Ftoken",
    "Client-Secret",
)
HEADERS = {
    "Authorization": f"Bearer {CANARY}",
    "Access-Token": CANARY,
    "X-Shopify-Access-Token": CANARY,
    "developer-token": CANARY,
    "Cookie": f"session={CANARY}",
}


@pytest.mark.parametrize("platform", sorted(PATHS))
def test_no_canary_is_logged(sandbox: SandboxServer, platform: str) -> None:
    root = f"{sandbox.url}/{platform}"
    address = root + PATHS[platform]
    everything = dict.fromkeys(NAMES, CANARY)
    nested = json.dumps([{"relative_url": f"me?access_token={CANARY}"}])
    with requests.Session() as http:
        for name in NAMES:
            http.get(f"{address}?q=search&{name}={CANARY}&limit=7", headers=HEADERS, timeout=30)
        http.get(f"{address}?batch={quote(nested)}", timeout=30)
        http.get(f"{address}?next={quote(quote(f'/me?code={CANARY}'))}", timeout=30)
        http.get(f"{root}/me&access_token={CANARY}", timeout=30)
        http.post(address, data=everything, headers=HEADERS, timeout=30)
        http.post(address, json=everything, headers=HEADERS, auth=("me", CANARY), timeout=30)
    seen = sandbox.requests()
    assert len(seen) == len(NAMES) + 5
    assert CANARY not in json.dumps(seen)
    assert sum("limit=7" in one["query"] for one in seen) == len(NAMES)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_that_a_platform_gave_is_logged(sandbox: SandboxServer, platform: str) -> None:
    caller = Caller(sandbox, platform)
    caller.sign_in()
    account = caller.accounts()[0]
    caller.campaigns(account)
    [header] = [text for text in caller.headers.values() if len(text) > 40]
    token = header.removeprefix("Bearer ")
    lone = (token, SYSTEM_USER_TOKEN, TIKTOK_TOKEN, *secrets())
    for text in lone:
        caller.ask("/", anything=text)
        caller.ask(f"/{text}")
        caller.ask(f"/?{text}")
    seen = json.dumps(sandbox.requests())
    assert platform in seen
    assert not [text for text in lone if text in seen]
    caller.http.close()


def secrets() -> list[str]:
    return [
        value
        for app in CREDENTIALS.values()
        for name, value in app.items()
        if name.endswith("secret")
    ]


@pytest.mark.parametrize(
    "query",
    [
        "q=search&search=(status:(values:List(ACTIVE)))&pageSize=100&pageToken=MTAwL2FiYw==",
        "fields=id,name,creative%7Bid%7D&limit=500&after=MTA%3D",
        "advertiser_ids=%5B%221%22%5D&page=2&page_size=500",
        "",
    ],
)
def test_what_was_asked_stays_as_it_came(query: str) -> None:
    assert masked_query(query) == query


def test_paths_stay_as_they_came() -> None:
    path = "/shopify/larkspur-outdoor.myshopify.com/admin/oauth/access_token"
    assert masked_path(path) == path


def test_a_query_that_is_no_text_is_logged_all_the_same(sandbox: SandboxServer) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"GET /meta/me?x=\xff HTTP/1.0\r\n\r\n")
        assert b"400" in line.recv(200)
    assert len(sandbox.requests()) == 1
