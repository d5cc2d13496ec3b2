"""Shopify's protocol as the sandbox speaks it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest
import requests
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_client_schema,
    build_schema,
    get_named_type,
    validate_schema,
)

from sandbox import CREDENTIALS, SHOPIFY_TOKEN
from sandbox.shopify.schema import schema
from tests.consent import say_yes
from tests.sandbox_server import SandboxServer

SCHEMA = Path(__file__).parents[2] / ".local/shopify/admin_2026-10.json.gz"
SDL = Path(__file__).parents[2] / "sandbox/shopify/admin.graphql"
SHOP = "larkspur-outdoor.myshopify.com"
APP = CREDENTIALS["shopify"]
BACK = "http://127.0.0.1:9/back"
LATELY = "updated_at:>='2026-11-22T00:00:00Z'"
NEW = """mutation($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id topic uri } userErrors { message } } }"""
RUN = """mutation($query: String!, $grouped: Boolean! = false) {
  bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
    bulkOperation { id status } userErrors { code message } } }"""
STATUS = """query($id: ID!) { bulkOperation(id: $id) {
  status errorCode url partialDataUrl fileSize rootObjectCount objectCount } }"""
EXPORT = (
    '{ orders(query: "' + LATELY + '") { edges { node { id name agreements { edges { node { id '
    "sales { edges { node { id lineType } } } } } } } } } }"
)


class Api:
    """The Admin API of one shop as a script would call it."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.url}/shopify/{SHOP}/admin"
        self.token = SHOPIFY_TOKEN
        self.http = requests.Session()

    def post(self, text: str, /, version: str = "2026-10", **variables: Any) -> requests.Response:
        return self.http.post(
            f"{self.root}/api/{version}/graphql.json",
            json={"query": text, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=30,
        )

    def ask(self, text: str, /, **variables: Any) -> Any:
        answer = self.post(text, **variables).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def code(self, text: str, /, **variables: Any) -> str:
        """The code of the first error."""
        error = self.post(text, **variables).json()["errors"][0]
        return str(error.get("extensions", {}).get("code", ""))

    def orders(self, first: int, **more: Any) -> Iterator[dict[str, Any]]:
        query = """query($query: String, $first: Int, $after: String, $reverse: Boolean) {
          orders(query: $query, first: $first, after: $after, reverse: $reverse,
                 sortKey: UPDATED_AT) {
            nodes { id updatedAt test } pageInfo { hasNextPage endCursor } } }"""
        after = None
        while True:
            page = self.ask(query, first=first, after=after, **more)["orders"]
            yield from page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return

    def exchange(self, status: int = 200, **asked: str) -> Any:
        answer = self.http.post(f"{self.root}/oauth/access_token", json=APP | asked, timeout=30)
        assert answer.status_code == status, answer.text
        return answer.json()

    def consent(self, scope: str = "read_orders,read_all_orders") -> dict[str, str]:
        return say_yes(
            f"{self.root}/oauth/authorize?client_id={APP['client_id']}&scope={scope}"
            f"&redirect_uri={BACK}&state=0a1b"
        )


@pytest.fixture
def api(sandbox: SandboxServer) -> Iterator[Api]:
    made = Api(sandbox)
    yield made
    made.http.close()


def test_its_schema_is_a_part_of_shopifys_own() -> None:
    with gzip.open(SCHEMA) as file:
        told = json.load(file)
    real = build_client_schema(told.get("data", told), assume_valid=True).type_map
    for name, ours in schema().type_map.items():
        if name.startswith("__"):
            continue
        theirs = real[name]
        assert type(theirs) is type(ours), name
        if isinstance(ours, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            assert set(ours.values) == set(theirs.values), name
        if isinstance(ours, GraphQLInputObjectType):
            assert isinstance(theirs, GraphQLInputObjectType)
            assert {n: str(f.type) for n, f in ours.fields.items()} == {
                n: str(f.type) for n, f in theirs.fields.items()
            }, name
        if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            known = {each.name for each in theirs.interfaces}
            assert {each.name for each in ours.interfaces} <= known, name
            for field, made in ours.fields.items():
                assert str(made.type) == str(theirs.fields[field].type), (name, field)
                assert told_of(made.args) == told_of(theirs.fields[field].args), (name, field)
                assert get_named_type(made.type).name in real


def told_of(arguments: dict[str, GraphQLArgument]) -> dict[str, tuple[str, object]]:
    """Types and default values by name."""
    return {name: (str(each.type), each.default_value) for name, each in arguments.items()}


def test_its_schema_is_whole_in_itself() -> None:
    assert validate_schema(build_schema(SDL.read_text(encoding="utf-8"))) == []


def test_installing_comes_back_signed_and_its_code_is_good_once(api: Api) -> None:
    answer = api.consent()
    given = answer.pop("hmac")
    text = "&".join(f"{name}={answer[name]}" for name in sorted(answer))
    signed = hmac.new(APP["client_secret"].encode(), text.encode(), hashlib.sha256)
    assert signed.hexdigest() == given
    assert (answer["shop"], answer["state"]) == (SHOP, "0a1b")

    token = api.exchange(code=answer["code"])
    assert set(token) == {"access_token", "scope"}
    api.token = token["access_token"]
    assert api.ask("{ shop { myshopifyDomain } }")["shop"]["myshopifyDomain"] == SHOP
    assert api.exchange(400, code=answer["code"])["error"] == "invalid_request"
    for secret in ("y", "ÿ"):
        assert api.exchange(400, code="x", client_secret=secret)["error"] == "invalid_client"


def test_an_expiring_token_is_renewed_and_the_old_pair_dies_with_the_first_use_of_the_new(
    api: Api,
) -> None:
    first = api.exchange(code=api.consent()["code"], expiring="1")
    assert first["expires_in"] == 3600
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    lost, second = api.exchange(**again), api.exchange(**again)
    assert len({each["refresh_token"] for each in (first, lost, second)}) == 3
    api.token = second["access_token"]
    api.ask("{ shop { name } }")
    assert api.exchange(400, **again)["error"] == "invalid_grant"

    api.server.clock("2026-11-23T13:00:01")
    assert api.post("{ shop { name } }").status_code == 401


def test_client_credentials_open_a_shop_for_a_day(api: Api) -> None:
    token = api.exchange(grant_type="client_credentials")
    assert token["expires_in"] == 86_399
    api.token = token["access_token"]
    assert api.ask("{ shop { currencyCode } }")["shop"]["currencyCode"] == "USD"


def test_a_token_opens_no_other_shop_and_none_opens_nothing(api: Api) -> None:
    api.root = api.root.replace("larkspur-outdoor", "kessel-loeffel")
    assert api.post("{ shop { name } }").status_code == 401
    api.token = ""
    refused = api.post("{ shop { name } }")
    assert refused.status_code == 401
    assert "Invalid API key" in refused.json()["errors"]


def test_pages_of_any_size_hold_every_order_once(api: Api) -> None:
    listed = [each["id"] for each in api.orders(250, query=LATELY)]
    assert len(listed) > 100
    assert [each["id"] for each in api.orders(17, query=LATELY)] == listed
    assert [each["id"] for each in api.orders(40, query=LATELY, reverse=True)] == listed[::-1]
    count = "query($q: String) { ordersCount(query: $q, limit: null) { count precision } }"
    assert api.ask(count, q=LATELY)["ordersCount"] == {"count": len(listed), "precision": "EXACT"}
    narrow = "query($q: String) { ordersCount(query: $q, limit: 10) { count precision } }"
    assert api.ask(narrow, q=LATELY)["ordersCount"] == {"count": 10, "precision": "AT_LEAST"}


def test_a_search_means_what_it_says_and_drops_terms_it_does_not_know(api: Api) -> None:
    def found(query: str) -> set[str]:
        return {each["id"] for each in api.orders(250, query=query)}

    everything = found(LATELY)
    tests = found(f"{LATELY} AND test:true")
    assert found(f"{LATELY} AND -test:true") == everything - tests
    assert found(f"{LATELY} colour:blue") == everything
    earlier = found(f"{LATELY} AND updated_at:<'2026-11-23T00:00:00Z'")
    later = found("updated_at:>='2026-11-23T00:00:00Z'")
    assert earlier | later == everything
    assert not earlier & later


def test_without_read_all_orders_only_sixty_days_are_seen_and_without_read_orders_none(
    api: Api,
) -> None:
    old = "query { ordersCount(query: \"created_at:<'2026-09-20T00:00:00Z'\") { count } }"
    api.token = api.exchange(code=api.consent()["code"])["access_token"]
    assert api.ask(old)["ordersCount"]["count"] > 0
    api.server.lose_scope("shopify", "read_all_orders")
    assert api.ask(old)["ordersCount"]["count"] == 0
    api.server.lose_scope("shopify", "read_orders")
    assert api.code(old) == "ACCESS_DENIED"
    scopes = api.ask("{ currentAppInstallation { accessScopes { handle } } }")
    assert scopes["currentAppInstallation"]["accessScopes"] == []


def test_a_question_costs_and_an_empty_bucket_refuses(api: Api) -> None:
    bucket = f"{api.server.url}/shopify/control/bucket"
    requests.post(bucket, json={"size": 60, "rate": 0.01}, timeout=30)
    query = "query($n: Int) { orders(first: $n) { nodes { id } } }"
    cost = api.post(query, n=40).json()["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 41
    assert cost["actualQueryCost"] <= 41
    assert cost["throttleStatus"]["maximumAvailable"] == 60
    refused = api.post(query, n=40).json()
    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in refused
    assert refused["extensions"]["cost"]["actualQueryCost"] is None
    assert api.code(
        "{ orders(first: 250) { nodes { agreements(first: 9) { nodes { id } } } } }"
    ) == ("MAX_COST_EXCEEDED")


@pytest.mark.parametrize(
    ("query", "requested"),
    [
        ("{ shop { name } }", 1),
        ("{ orders(first: 10) { nodes { id customerJourneySummary { ready } } } }", 21),
        # Of what depends on a type, the dearest; money is free.
        (
            """{ orders(first: 2) { nodes { agreements(first: 1) { nodes {
              ... on OrderAgreement { sales(first: 5) { nodes { totalAmount { shopMoney {
                amount } } } } }
              ... on RefundAgreement { sales(first: 3) { nodes { id } } } } } } } }""",
            1 + 2 * (1 + 1 + 1 + 1 + 5),
        ),
        ("mutation { bulkOperationCancel(id: 1) { userErrors { message } } }", 10),
        ("{ shop { name } other: shop @skip(if: true) { name } }", 1),
    ],
)
def test_prices_are_shopifys(api: Api, query: str, requested: int) -> None:
    cost = api.post(query).json()["extensions"]["cost"]
    assert cost["requestedQueryCost"] == requested
    assert cost["actualQueryCost"] <= requested
    if "mutation" in query:
        assert cost["actualQueryCost"] == requested


def test_a_question_that_cannot_be_tried_has_no_data_and_costs_nothing(api: Api) -> None:
    query = "query A($n: Int!) { orders(first: $n) { nodes { id } } } query B { shop { name } }"
    for variables in ({}, {"n": "ten"}, {"n": None}):
        answer = api.post(query, **variables).json()
        assert answer.keys() == {"errors"}
    body = {"query": query, "operationName": "B"}
    where, headers = f"{api.root}/api/2026-10/graphql.json", {"X-Shopify-Access-Token": api.token}
    named = api.http.post(where, json=body, headers=headers, timeout=30).json()
    assert named["data"] == {"shop": {"name": "Larkspur Outdoor"}}
    body = {"query": query, "variables": ["n"]}
    refusal = api.http.post(where, json=body, headers=headers, timeout=30)
    assert refusal.status_code == 400
    assert refusal.json()["errors"].keys() == {"variables"}


def test_a_version_that_is_not_served_is_answered_by_one_that_is(api: Api) -> None:
    assert api.post("{ shop { name } }").headers["X-Shopify-API-Version"] == "2026-10"
    old = api.post("{ shop { name } }", version="2024-01")
    assert old.headers["X-Shopify-API-Version"] == "2026-10"
    assert old.json()["data"]["shop"]["name"] == "Larkspur Outdoor"


def exported(api: Api, query: str = EXPORT, **asked: Any) -> dict[str, Any]:
    """The operation as it is at its third poll, its first being under way."""
    made = api.ask(RUN, query=query, **asked)["bulkOperationRunQuery"]["bulkOperation"]
    assert made["status"] == "CREATED"
    states = [api.ask(STATUS, id=made["id"])["bulkOperation"] for _ in range(3)]
    assert [each["status"] for each in states[:2]] == ["RUNNING", "RUNNING"]
    last: dict[str, Any] = states[-1]
    return last


def lines_at(url: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in requests.get(url, timeout=30).text.splitlines()]


def refused(api: Api, query: str) -> str:
    [error] = api.ask(RUN, query=query)["bulkOperationRunQuery"]["userErrors"]
    assert error["code"] == "INVALID"
    return str(error["message"])


@pytest.mark.parametrize("grouped", [True, False])
def test_an_export_gets_on_when_asked_and_leaves_parents_before_children(
    api: Api, *, grouped: bool
) -> None:
    done = exported(api, grouped=grouped)
    assert done["status"] == "COMPLETED"
    lines = lines_at(done["url"])
    assert len(lines) == int(done["objectCount"])
    assert sum(len(json.dumps(line, separators=(",", ":"))) + 1 for line in lines) <= int(
        done["fileSize"]
    )
    roots = {line["id"] for line in lines if "__parentId" not in line}
    assert roots == {each["id"] for each in api.orders(250, query=LATELY)}
    assert len(roots) == int(done["rootObjectCount"])
    seen = set()
    for line in lines:
        assert line.get("__parentId") in seen | {None}
        seen.add(line["id"])
    assert ("__parentId" in lines[1]) == grouped


def test_an_export_takes_names_types_and_fragments_as_a_question_does(api: Api) -> None:
    query = """query { orders(query: "updated_at:>='2026-11-22T00:00:00Z'") { edges { node {
      __typename number: name ...Booked } } } }
      fragment Booked on Order { id agreements { edges { node { __typename id
        ... on OrderAgreement { placed: happenedAt } ... on RefundAgreement { back: happenedAt }
        sales { edges { node { id ... on Sale { lineType totalAmount { shopMoney { sum: amount }
      } } } } } } } } }"""
    lines = lines_at(exported(api, query, grouped=True)["url"])
    order, placed, sold = lines[:3]
    assert order == {"__typename": "Order", "number": order["number"], "id": order["id"]}
    assert order["number"].startswith("#")
    assert placed.keys() == {"__typename", "id", "placed", "__parentId"}
    back = next(line for line in lines if line.get("__typename") == "RefundAgreement")
    assert back.keys() == {"__typename", "id", "back", "__parentId"}
    assert float(sold["totalAmount"]["shopMoney"]["sum"])


@pytest.mark.parametrize(
    ("kind", "ends", "error"),
    [
        ("shopify_bulk_failed", "FAILED", "INTERNAL_SERVER_ERROR"),
        ("shopify_bulk_partial", "FAILED", "TIMEOUT"),
        ("shopify_bulk_canceled", "CANCELED", None),
        ("shopify_bulk_short", "COMPLETED", None),
    ],
)
def test_an_export_may_end_badly(api: Api, kind: str, ends: str, error: str | None) -> None:
    whole = requests.get(exported(api)["url"], timeout=30).text
    api.server.fault(kind)
    done = exported(api)
    assert (done["status"], done["errorCode"]) == (ends, error)
    assert bool(done["partialDataUrl"]) == (kind == "shopify_bulk_partial")
    assert bool(done["url"]) == (kind == "shopify_bulk_short")
    if there := done["url"] or done["partialDataUrl"]:
        part = requests.get(there, timeout=30).text
        assert whole.startswith(part)
        assert len(part) < len(whole)


def test_an_export_that_may_not_read_orders_fails_for_that(api: Api) -> None:
    api.token = api.exchange(code=api.consent()["code"])["access_token"]
    api.server.lose_scope("shopify", "read_orders")
    done = exported(api)
    assert (done["status"], done["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_a_file_is_fetched_with_its_signature_only_and_for_a_week_only(api: Api) -> None:
    url = exported(api)["url"]
    assert requests.get(url[:-1] + "_", timeout=30).status_code == 400
    # The token would expire in a week as well: this one does not.
    api.server.clock("2026-11-30T11:59:59")
    assert requests.get(url, timeout=30).status_code == 200
    api.server.clock("2026-11-30T12:00:00")
    assert requests.get(url, timeout=30).status_code == 400
    [last] = api.ask("{ bulkOperations(first: 9) { nodes { status url } } }")["bulkOperations"][
        "nodes"
    ]
    assert last == {"status": "EXPIRED", "url": None}


def test_what_opens_a_file_is_not_in_the_log(api: Api) -> None:
    url = exported(api)["url"]
    requests.get(url, timeout=30)
    logged = json.dumps(api.server.requests())
    assert "/shopify/bulk/" in logged
    assert url.rpartition("=")[2] not in logged


def test_exports_are_listed_the_newest_first_and_can_be_searched(api: Api) -> None:
    exported(api)
    api.server.clock("2026-11-23T13:00:00")
    api.ask(RUN, query=EXPORT)
    listing = "query($q: String) { bulkOperations(first: 9, query: $q) { nodes { createdAt } } }"

    def found(query: str) -> list[str]:
        nodes = api.ask(listing, q=query)["bulkOperations"]["nodes"]
        return [each["createdAt"][11:13] for each in nodes]

    assert found("") == ["13", "12"]
    assert found("status:completed") == ["12"]
    assert found("operation_type:query AND created_at:>='2026-11-23T12:30:00Z'") == ["13"]
    assert found("-created_at:>='2026-11-23T12:30:00Z'") == ["12"]
    assert found("operation_type:mutation") == []


def test_exports_are_limited_and_unreadable_ones_refused(api: Api) -> None:
    for _ in range(5):
        assert not api.ask(RUN, query=EXPORT)["bulkOperationRunQuery"]["userErrors"]
    [error] = api.ask(RUN, query=EXPORT)["bulkOperationRunQuery"]["userErrors"]
    assert error["code"] == "LIMIT_REACHED"
    assert "products" in refused(api, "{ products { edges { node { id } } } }")
    assert "colour" in refused(api, "{ orders { edges { node { id colour } } } }")
    assert "Syntax Error" in refused(api, "{ orders { edges { node { id }")
    assert "nothing beside it" in refused(api, "{ shop { id } orders { edges { node { id } } } }")
    assert "asked of the nodes" in refused(api, "{ orders { pageInfo { hasNextPage } } }")
    inner = "edges { node { id } }"
    six = " ".join(f"a{each}: agreements {{ {inner} }}" for each in range(5))
    assert "more than 5" in refused(api, "{ orders { edges { node { id " + six + " } } } }")


def test_agreements_can_be_refused_as_they_once_were(api: Api) -> None:
    api.server.fault("shopify_bulk_refused")
    assert "Invalid connections: agreements" in refused(api, EXPORT)
    assert exported(api)["status"] == "COMPLETED"


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.put((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    server.got = Queue()  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_deliveries_are_signed_with_the_apps_secret(api: Api, receiver: HTTPServer) -> None:
    uri = f"http://127.0.0.1:{receiver.server_port}/hook"
    asked = {"topic": "ORDERS_UPDATED", "to": {"uri": uri}}
    assert api.ask(NEW, **asked)["webhookSubscriptionCreate"]["userErrors"] == []
    taken = api.ask(NEW, **asked)["webhookSubscriptionCreate"]["userErrors"]
    assert "already been taken" in taken[0]["message"]

    where = f"{api.server.url}/shopify/{SHOP}/control/deliver"
    assert requests.post(where, json={"topic": "orders/updated"}, timeout=30).json() == [200]
    assert requests.post(where, json={"topic": "shop/redact", "to": uri}, timeout=30).json() == [
        200
    ]
    for topic in ("orders/updated", "shop/redact"):
        headers, body = receiver.got.get(timeout=10)  # type: ignore[attr-defined]
        signed = hmac.new(APP["client_secret"].encode(), body, hashlib.sha256).digest()
        assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(signed).decode()
        assert headers["X-Shopify-Shop-Domain"] == SHOP
        assert headers["X-Shopify-Topic"] == topic
    assert requests.post(where, json={}, timeout=30).status_code == 400


def test_uninstalling_ends_the_tokens_of_the_shop_and_is_delivered(
    api: Api, receiver: HTTPServer
) -> None:
    api.token = api.exchange(code=api.consent()["code"])["access_token"]
    uri = f"http://127.0.0.1:{receiver.server_port}/hook"
    api.ask(NEW, topic="APP_UNINSTALLED", to={"uri": uri})
    assert api.ask("mutation { appUninstall { userErrors { message } } }")
    headers, body = receiver.got.get(timeout=10)  # type: ignore[attr-defined]
    assert headers["X-Shopify-Topic"] == "app/uninstalled"
    assert json.loads(body)["myshopify_domain"] == SHOP
    assert api.post("{ shop { name } }").status_code == 401
    api.token = SHOPIFY_TOKEN
    left = api.ask("{ webhookSubscriptions(first: 9) { nodes { id } } }")["webhookSubscriptions"]
    assert left == {"nodes": []}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("token_invalid", 401),
        ("shopify_402", 402),
        ("shopify_403", 403),
        ("shopify_404", 404),
        ("shopify_423", 423),
        ("rate_limit_app", 429),
        ("shopify_430", 430),
        ("server_error", 500),
        ("unavailable", 503),
    ],
)
def test_refusals_by_status(api: Api, kind: str, status: int) -> None:
    api.server.fault(kind, platform="shopify")
    refused = api.post("{ shop { name } }")
    assert refused.status_code == status
    assert refused.json()["errors"]
    assert api.ask("{ shop { name } }")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit_account", "THROTTLED"),
        ("reduce_data", "MAX_COST_EXCEEDED"),
        ("permission", "ACCESS_DENIED"),
        ("error_in_200", "INTERNAL_SERVER_ERROR"),
        ("shopify_inactive", "SHOP_INACTIVE"),
        ("shopify_timeout", "TIMEOUT"),
    ],
)
def test_refusals_inside_a_200(api: Api, kind: str, code: str) -> None:
    api.server.fault(kind, platform="shopify")
    assert api.code("{ shop { name } }") == code


def test_an_app_that_nobody_knows_gets_a_page_that_says_so(api: Api) -> None:
    wrong = f"{api.root}/oauth/authorize?client_id=other&redirect_uri={BACK}"
    page = requests.get(wrong, timeout=30)
    assert page.status_code == 400
    assert "The app does not exist" in page.text
