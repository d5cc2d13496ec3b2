"""What is asked of Google, and what Google's sandbox answers, exists in Google's own protos (v26).

Google's client speaks gRPC alone, so it cannot be pointed at a REST server; its messages are the
ones that REST carries as JSON, and `json_format` translates between the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import responses
from google.ads.googleads.v26.errors.types.errors import ErrorCode, GoogleAdsFailure
from google.ads.googleads.v26.services.types.customer_service import (
    ListAccessibleCustomersResponse,
)
from google.ads.googleads.v26.services.types.google_ads_service import (
    GoogleAdsRow,
    SearchGoogleAdsRequest,
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from app.connectors.errors import AccountRefused, ConnectorError, SetupProblem, Throttled
from app.connectors.google import errors as google_errors
from app.connectors.google import statuses as google_statuses
from app.connectors.google.answers import Row
from app.connectors.google.errors import Trouble, failure
from app.connectors.http import Http
from app.connectors.platforms.google import Google
from app.connectors.words import FoundAccount, Grain, Grant
from app.settings import Settings
from sandbox.google.errors import BY_CODE
from sandbox.google.fields import FIELDS, RESOURCES
from tests.conftest import make_settings
from tests.connectors.test_contract import SPAN
from tests.consent import granted
from tests.sandbox_server import SandboxServer

ROW: Descriptor = GoogleAdsRow.pb(GoogleAdsRow()).DESCRIPTOR
CODES: Descriptor = ErrorCode.pb(ErrorCode()).DESCRIPTOR
API = "https://googleads.googleapis.com/v26"
ACCOUNT = FoundAccount("1234567890", "Fern & Fable Tea", "EUR", "Europe/Berlin")
ANSWERS = {
    "customer_client": {
        "customerClient": {
            "id": "1234567890",
            "currencyCode": "EUR",
            "timeZone": "Europe/Berlin",
        }
    },
    "campaign": {"campaign": {"id": "1", "advertisingChannelType": "PERFORMANCE_MAX"}},
}


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none", google_client_id="4711", google_client_secret="s"
    )


@pytest.fixture
def asked(settings: Settings, http: Http) -> list[dict[str, Any]]:
    """The body of every search that a sync makes, each kind of question once."""
    google = Google(settings, http, Grant("t"))
    with responses.RequestsMock() as wire:
        names = {"resourceNames": ["customers/1234567890"]}
        wire.get(f"{API}/customers:listAccessibleCustomers", json=names)
        wire.add_callback("POST", re.compile(f"{API}/customers/1234567890/.*"), answer_to)
        assert google.accounts()
        google.structure(ACCOUNT)
        google.totals(ACCOUNT, SPAN)
        for grain in google.grains:
            list(google.facts(ACCOUNT, grain, SPAN, conversion_action=None))
            with pytest.raises(AccountRefused):
                list(google.facts(ACCOUNT, grain, SPAN, conversion_action="Sign-up"))
        sent = [call.request.body for call in wire.calls if call.request.body]
    return [json.loads(body) for body in sent]


def answer_to(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    """One row for a list, none for figures."""
    query = json.loads(str(request.body, "utf-8"))["query"]
    row = None if "segments" in query else ANSWERS.get(resource_of(query))
    return 200, {}, json.dumps({"results": [row]} if row else {"fieldMask": "campaign.id"})


def resource_of(query: str) -> str:
    return re.search(r" FROM (\w+)", query).group(1)  # type: ignore[union-attr]


def fields_of(query: str) -> list[str]:
    return query.removeprefix("SELECT ").partition(" FROM ")[0].split(", ")


def walk(path: str) -> list[FieldDescriptor]:
    """The descriptors along the path of a field; fails where Google has no such field."""
    found, here = [], ROW
    for name in path.split("."):
        field = here.fields_by_name.get(name) or here.fields_by_name.get(f"{name}_")
        assert field is not None, f"{path}: {here.name} has no {name}"
        found.append(field)
        here = field.message_type
    return found


def put(row: Message, path: str) -> None:
    """Set the field to something that is not its default."""
    *above, last = walk(path)
    for field in above:
        row = getattr(row, field.name)
    if last.message_type is not None:
        getattr(row, last.name).add().text = "said"
    elif last.enum_type is not None:
        word = max(last.enum_type.values_by_number)
        if last.is_repeated:
            getattr(row, last.name).append(word)
        else:
            setattr(row, last.name, word)
    else:
        setattr(row, last.name, {str: "2026-10-01", bool: True}.get(_kind(last), 7))


def _kind(field: FieldDescriptor) -> type:
    return type(field.default_value)


def taken(row: Row, path: str) -> Any:
    """What our type holds at that path."""
    value: Any = row
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def test_every_resource_and_field_asked_for_exists(asked: list[dict[str, Any]]) -> None:
    kinds = {resource_of(body["query"]) for body in asked}
    assert kinds == {
        *("customer_client", "campaign", "ad_group", "asset_group", "ad_group_ad"),
        *("customer", "conversion_action"),
    }
    for body in asked:
        assert resource_of(body["query"]) in ROW.fields_by_name
        for path in fields_of(body["query"]):
            assert walk(path)


def test_a_search_says_only_what_its_message_holds(asked: list[dict[str, Any]]) -> None:
    for body in asked:
        parsed = json_format.ParseDict(body, SearchGoogleAdsRequest.pb(SearchGoogleAdsRequest()))
        assert parsed.query == body["query"]
        assert not parsed.page_size


def test_every_field_asked_for_is_read_under_its_rest_name(asked: list[dict[str, Any]]) -> None:
    """One at a time: an ad is of one kind only."""
    empty = msgspec.json.decode(b"{}", type=Row)
    for path in {path for body in asked for path in fields_of(body["query"])}:
        made = GoogleAdsRow.pb(GoogleAdsRow())
        put(made, path)
        read = msgspec.json.decode(json_format.MessageToJson(made), type=Row, strict=False)
        value = taken(read, path)
        assert value not in (None, "", [], 0), path
        assert value != taken(empty, path), path


def words(path: str) -> set[str]:
    """All words of an enum field, but for the two that mean that there is none."""
    named = walk(path)[-1].enum_type.values_by_name
    return set(named) - {"UNSPECIFIED", "UNKNOWN"}


@pytest.mark.parametrize("thing", ["campaign", "ad_group", "ad_group_ad", "asset_group"])
def test_every_status_has_a_word_of_ours(thing: str) -> None:
    assert words(f"{thing}.status") == set(google_statuses.STATUS)
    assert words(f"{thing}.primary_status") <= set(google_statuses.PRIMARY_STATUS)
    assert google_statuses.surprises("ENABLED", "ELIGIBLE", "SEARCH") == []


def test_every_reason_in_the_table_is_one_of_google_s() -> None:
    things = ("campaign", "ad_group", "ad_group_ad", "asset_group")
    reasons = set().union(*(words(f"{thing}.primary_status_reasons") for thing in things))
    assert set(google_statuses.REASONS) <= reasons
    halted = {r for r in reasons if r.endswith(("_PAUSED", "_REMOVED", "_ENDED", "_DRAFT"))}
    assert halted <= set(google_statuses.REASONS)


def test_every_channel_and_account_status_has_a_name() -> None:
    assert words("campaign.advertising_channel_type") == set(google_statuses.CHANNELS)
    assert words("customer_client.status") == set(google_statuses.ACCOUNT_STATUS)


def codes(family: str) -> set[str]:
    named = CODES.fields_by_name[family].enum_type.values_by_name
    return set(named) - {"UNSPECIFIED", "UNKNOWN"}


def test_every_code_with_a_sentence_is_one_of_google_s() -> None:
    every = set().union(*(codes(field.name) for field in CODES.fields if field.enum_type))
    told = {
        *google_errors.SETUP,
        *google_errors.ENDED,
        *google_errors.SIGN_IN_AGAIN,
        *google_errors.TOKEN,
        *google_errors.REFUSED,
    }
    assert told <= every


@pytest.mark.parametrize(
    ("family", "http", "but"),
    [
        ("authentication_error", 401, {"AUTHENTICATION_ERROR"}),
        ("authorization_error", 403, set()),
        ("header_error", 400, {"INVALID_LINKED_CUSTOMER_ID"}),
    ],
)
def test_every_refusal_of_access_has_its_own_sentence(
    family: str, http: int, but: set[str]
) -> None:
    """The ones left out: one that says nothing, and one about a header that is never sent."""
    generic = type(failure(Trouble(http, codes=("SOMETHING_NEW",)))), "SOMETHING_NEW"
    for code in codes(family) - but:
        error = failure(Trouble(http, codes=(code,)))
        assert type(error) is not ConnectorError, code
        assert (type(error), error.message) != generic


@pytest.mark.parametrize("code", sorted(codes("quota_error")))
def test_every_exhausted_quota_is_waited_out_or_mended(code: str) -> None:
    error = failure(Trouble(429, codes=(code,)))
    assert isinstance(error, Throttled | google_errors.Busy | SetupProblem)


@pytest.fixture
def live(here: Settings, http: Http) -> Google:
    found = granted("google", here, http)
    assert isinstance(found, Google)
    return found


@pytest.fixture
def ask(live: Google) -> Iterator[Any]:
    """Asks the sandbox by hand, through the manager above everything."""
    root = f"{live.settings.google_ads_url}/v26/customers"
    headers = {"login-customer-id": "4821669001"}
    with requests.Session() as session:
        session.headers.update(headers)
        session.headers["Authorization"] = f"Bearer {live.granted().access_token}"

        def do(customer: str, query: str, call: str = "search", **more: Any) -> requests.Response:
            body = {"query": query} | more
            return session.post(f"{root}/{customer}/googleAds:{call}", json=body, timeout=20)

        yield do


def parsed(text: str) -> Any:
    """A page as Google's own message, in which nothing is unknown."""
    return json_format.Parse(text, SearchGoogleAdsResponse.pb(SearchGoogleAdsResponse()))


def test_what_the_sandbox_answers_a_sync_are_google_s_own_messages(
    live: Google, asked: list[dict[str, Any]], ask: Any
) -> None:
    for account in live.accounts():
        for body in asked:
            query = body["query"]
            if resource_of(query) == "customer_client":
                continue
            page = parsed(ask(account.external_id, query).text)
            if resource_of(query) != "asset_group" and "_action" not in query:
                assert page.results, query
            assert set(page.field_mask.paths) <= set(fields_of(query))


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_everything_the_sandbox_offers_exists_and_parses(
    resource: str, live: Google, ask: Any
) -> None:
    kinds = set(RESOURCES[resource])
    fields = [name for name in FIELDS if name.partition(".")[0] in kinds]
    plain = [name for name in fields if not name.startswith("segments.conversion_action")]
    assert all(walk(name) for name in fields)
    figured = "segments" in kinds
    where = " WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-23'" if figured else ""
    for account in live.accounts():
        query = f"SELECT {', '.join(plain)} FROM {resource}{where}"
        page = parsed(ask(account.external_id, query).text)
        stream = ask(account.external_id, query, "searchStream").json()
        chunks = [
            json_format.ParseDict(
                chunk, SearchGoogleAdsStreamResponse.pb(SearchGoogleAdsStreamResponse())
            )
            for chunk in stream
        ]
        assert [row for chunk in chunks for row in chunk.results] == list(page.results)


def test_the_list_of_customers_parses(live: Google) -> None:
    answer = requests.get(
        f"{live.settings.google_ads_url}/v26/customers:listAccessibleCustomers",
        headers={"Authorization": f"Bearer {live.granted().access_token}"},
        timeout=20,
    )
    kind = ListAccessibleCustomersResponse
    names = json_format.Parse(answer.text, kind.pb(kind())).resource_names
    assert list(names) == ["customers/4821669001", "customers/4821660001"]


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_error_the_sandbox_plays_is_a_failure_of_google_s(
    code: str, sandbox: SandboxServer, ask: Any
) -> None:
    sandbox.fault(f"google_{code.lower()}", "googleAds:search")
    answer = ask("4821669001", "SELECT customer.id FROM customer")
    error = answer.json()["error"]
    assert answer.status_code == error["code"] == BY_CODE[code][1]
    (detail,) = error["details"]
    kind = detail.pop("@type")
    assert kind == "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
    found = json_format.ParseDict(detail, GoogleAdsFailure.pb(GoogleAdsFailure()))
    family = found.errors[0].error_code.WhichOneof("error_code")
    value = getattr(found.errors[0].error_code, family)
    assert CODES.fields_by_name[family].enum_type.values_by_number[value].name == code
    assert found.request_id == answer.headers["request-id"]


def test_placements_are_words_of_google_s_networks(live: Google) -> None:
    known = words("segments.ad_network_type")
    for account in live.accounts():
        pages = live.facts(account, Grain.PLACEMENT, SPAN, conversion_action=None)
        shown = {fact.placement for page in pages for fact in page}
        assert shown
        assert shown <= known
