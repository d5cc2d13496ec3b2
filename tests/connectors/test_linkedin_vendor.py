"""Questions are written as LinkedIn's own client writes them, in words that LinkedIn has.

`vocabulary.json` records what LinkedIn's documentation of the Marketing API (Reporting, Account
structure; version 2026-02) and the list that Airbyte's connector asks for name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.restli.utils.api import get_restli_request_headers
from linkedin_api.clients.restli.utils.decoder import decode
from linkedin_api.clients.restli.utils.encoder import encode as vendor_encode
from linkedin_api.clients.restli.utils.query_tunneling import (
    MAX_QUERY_STRING_LENGTH,
    maybe_apply_query_tunneling_get_requests,
)
from linkedin_api.clients.restli.utils.restli import encode_query_params_for_get_requests
from linkedin_api.common.constants import RESTLI_METHODS

from app.connectors.http import Http
from app.connectors.linkedin.answers import CHANNELS
from app.connectors.linkedin.api import LONGEST_QUERY, Question
from app.connectors.linkedin.reports import ALWAYS, FACET, MOST_FIELDS
from app.connectors.linkedin.restli import encode
from app.connectors.linkedin.statuses import ACCOUNT_HOLD, ACCOUNT_STATUS, HOLD, REVIEW, STATUS
from app.connectors.platforms.linkedin import ENDPOINTS, LinkedIn
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from sandbox.linkedin import analytics, metrics, objects
from tests.conftest import FIXTURES, make_settings
from tests.connectors.test_contract import SPAN

VOCABULARY = json.loads((FIXTURES / "linkedin" / "vocabulary.json").read_text())
ACCOUNT = FoundAccount("512000001", "Quill & Quarry Stationers", "EUR", "UTC")
API = "https://api.linkedin.com/rest"


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        linkedin_client_id="77abc",
        linkedin_client_secret="s",
    )


@pytest.fixture
def asked(settings: Settings, http: Http) -> list[requests.PreparedRequest]:
    """Everything that one sync asks for, each kind of thing once."""
    contract = json.loads((FIXTURES / "linkedin" / "contract.json").read_text())
    linkedin = LinkedIn(settings, http, Grant("t"))
    parts = [contract["accounts"], contract["structure"], contract["totals"]]
    with responses.RequestsMock() as wire:
        for part in (*parts, *contract["facts"].values()):
            _queue(wire, part["wire"])
        linkedin.accounts()
        for grain in linkedin.grains:
            fresh = LinkedIn(settings, http, Grant("t"))
            list(fresh.facts(ACCOUNT, grain, SPAN, conversion_action=None))
        linkedin.structure(ACCOUNT)
        linkedin.totals(ACCOUNT, SPAN)
        return [call.request for call in wire.calls]


def _queue(wire: responses.RequestsMock, exchanges: list[dict[str, Any]]) -> None:
    for exchange in exchanges:
        matcher = responses.matchers.query_param_matcher(exchange["query"], strict_match=False)
        body = (FIXTURES / "linkedin" / exchange["file"]).read_bytes()
        wire.add(exchange["method"], exchange["url"], body=body, match=[matcher])


def parameters(query: str) -> dict[str, Any]:
    """A query as LinkedIn's own client decodes it; `fields` is the one it leaves as it is."""
    pairs = [part.split("=", 1) for part in query.split("&")]
    return {name: value if name == "fields" else decode(value) for name, value in pairs}


def questions(asked: list[requests.PreparedRequest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The endpoint and the decoded parameters of each request."""
    for request in asked:
        parts = urlsplit(str(request.url))
        yield parts.path.rpartition("/")[2], parameters(parts.query)


texts = st.text(max_size=20)
values = st.recursive(
    texts | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_is_written_as_linkedin_s_client_writes_it(value: Any) -> None:
    """That one sorts the fields of a record, whose order means nothing."""
    assert encode(_sorted(value)) == vendor_encode(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(part) for name, part in sorted(value.items())}
    return [_sorted(part) for part in value] if isinstance(value, list) else value


def test_every_question_is_what_linkedin_s_client_would_send(
    asked: list[requests.PreparedRequest],
) -> None:
    for request in asked:
        query = urlsplit(str(request.url)).query
        meant = parameters(query)
        theirs = encode_query_params_for_get_requests(meant)
        assert parameters(theirs) == meant
        # Of a day range that client sorts the parts, whose order means nothing.
        assert {part for part in query.split("&") if not part.startswith("dateRange=")} == {
            part for part in theirs.split("&") if not part.startswith("dateRange=")
        }
        assert "%25" not in query


def test_headers_are_those_of_linkedin_s_client(asked: list[requests.PreparedRequest]) -> None:
    theirs = get_restli_request_headers(
        restli_method=RESTLI_METHODS.FINDER, access_token="t", version_string="202609"
    )
    for request in asked:
        for name in (
            "Authorization",
            "LinkedIn-Version",
            "X-RestLi-Protocol-Version",
            "X-RestLi-Method",
        ):
            assert request.headers[name] == theirs[name]


def test_a_long_question_goes_as_a_body_where_linkedin_s_client_lets_it(
    settings: Settings, http: Http
) -> None:
    assert LONGEST_QUERY == MAX_QUERY_STRING_LENGTH
    urns = [f"urn:li:sponsoredCampaign:{number}" for number in range(340_000_000, 340_000_200)]
    question = Question("adAnalytics", "adAnalytics", {"campaigns": urns, "q": "analytics"})
    theirs = maybe_apply_query_tunneling_get_requests(
        url=f"{API}/adAnalytics",
        encoded_query_param_string=encode_query_params_for_get_requests(dict(question.params)),
        original_restli_method=RESTLI_METHODS.FINDER,
        access_token="t",
        version_string="202609",
    )
    linkedin = LinkedIn(settings, http, Grant("t"))
    with responses.RequestsMock() as wire:
        wire.add("POST", f"{API}/adAnalytics", json={"elements": []})
        linkedin._api.ask(question, msgspec.json.Decoder(dict))
        ours = wire.calls[0].request
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    names = ("Content-Type", "X-HTTP-Method-Override", "X-RestLi-Method", "LinkedIn-Version")
    assert [ours.headers[name] for name in names] == [theirs.headers[name] for name in names]


def test_the_popup_asks_as_linkedin_s_client_does(settings: Settings, http: Http) -> None:
    back = "https://ads.example.com/api/oauth/linkedin/callback"
    theirs = AuthClient("77abc", "s", back).generate_member_auth_url(
        ["r_ads", "r_ads_reporting"], state="st4te"
    )
    ours = LinkedIn(settings, http).authorize_url(redirect_uri=back, state="st4te", started={})
    split = [urlsplit(url) for url in (ours, theirs)]
    assert split[0][:3] == split[1][:3]
    assert sorted(split[0].query.split("&")) == sorted(split[1].query.split("&"))


def test_every_endpoint_and_parameter_exists(asked: list[requests.PreparedRequest]) -> None:
    seen = set()
    for endpoint, query in questions(asked):
        seen.add(endpoint)
        known = VOCABULARY[endpoint]["parameters"]
        assert set(query) <= set(known[query["q"]] if isinstance(known, dict) else known)
    assert seen == set(ENDPOINTS) - {"adAccountUsers"}


def test_every_field_and_pivot_of_a_report_exists_and_there_are_no_more_than_twenty(
    asked: list[requests.PreparedRequest],
) -> None:
    reports = [query for endpoint, query in questions(asked) if endpoint == "adAnalytics"]
    assert len(reports) == 3
    for query in reports:
        fields = query["fields"].split(",")
        assert set(fields) <= set(VOCABULARY["adAnalytics"]["fields"])
        assert set(ALWAYS) | {"impressions"} <= set(fields)
        assert len(fields) == len(set(fields)) <= MOST_FIELDS
        pivots = query.get("pivots") or [query["pivot"]]
        assert set(pivots) <= set(VOCABULARY["adAnalytics"]["pivots"])
        assert len(pivots) <= 3
        assert query["timeGranularity"] in VOCABULARY["adAnalytics"]["granularities"]
    assert set(FACET.values()) <= set(VOCABULARY["adAnalytics"]["parameters"]["analytics"])


def test_every_status_is_asked_for_and_translated(asked: list[requests.PreparedRequest]) -> None:
    for endpoint, query in questions(asked):
        if endpoint == "creatives":
            assert set(query["intendedStatuses"]) == set(VOCABULARY[endpoint]["statuses"])
        elif endpoint in ("adCampaignGroups", "adCampaigns"):
            statuses = query["search"]["status"]["values"]
            assert set(statuses) == set(VOCABULARY[endpoint]["statuses"])
    for endpoint in ("adCampaignGroups", "adCampaigns", "creatives"):
        known = VOCABULARY[endpoint]
        assert set(known["statuses"]) <= set(STATUS)
        holds = known.get("servingStatuses") or known["servingHoldReasons"]
        assert set(holds) <= set(HOLD)
    assert set(VOCABULARY["creatives"]["reviews"]) <= set(REVIEW)
    assert set(VOCABULARY["adAccounts"]["statuses"]) <= set(ACCOUNT_STATUS)
    holds = set(VOCABULARY["adAccounts"]["servingStatuses"]) - {"RUNNABLE"}
    assert holds <= set(ACCOUNT_HOLD)
    assert set(CHANNELS) == set(VOCABULARY["adCampaigns"]["types"])


def test_the_sandbox_knows_the_same_words() -> None:
    fields = set(VOCABULARY["adAnalytics"]["fields"]) - set(ALWAYS)
    assert set(metrics.METRICS) == fields
    assert set(analytics.PIVOTS) <= set(VOCABULARY["adAnalytics"]["pivots"])
    assert set(analytics.GRANULARITIES) == set(VOCABULARY["adAnalytics"]["granularities"])
    assert set(objects.GROUP_STATUSES) == set(VOCABULARY["adCampaignGroups"]["statuses"])
    assert set(objects.CAMPAIGN_STATUSES) == set(VOCABULARY["adCampaigns"]["statuses"])
    assert set(objects.ACCOUNT_STATUSES) == set(VOCABULARY["adAccounts"]["statuses"])
