"""Meta's own client, pointed at the sandbox: what it reads must fit its types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from facebook_business.adobjects.abstractobject import AbstractObject
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from sandbox.meta import insight_fields, nodes
from sandbox.server import create_app
from sandbox.state import state
from tests.sandbox.conftest import DOLLARS, EUROS, Graph
from tests.sandbox_server import SandboxServer

SPAN = {"since": "2026-11-10", "until": "2026-11-23"}
_TEXT = ("string", "datetime", "Status", "ConfiguredStatus", "EffectiveStatus")
_CHOICE = ("BidStrategy", "BillingEvent", "OptimizationGoal")
_PLAIN = dict.fromkeys((*_TEXT, *_CHOICE), str) | {
    "bool": bool,
    "int": int,
    "unsigned int": int,
    "float": float,
}


@pytest.fixture
def client(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacebookAdsApi]:
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.graph_url)
    session = FacebookSession(sandbox.app_id, sandbox.app_secret, sandbox.token)
    api = FacebookAdsApi(session, api_version="v26.0")
    FacebookAdsApi.set_default_api(api)
    yield api
    session.requests.close()
    FacebookAdsApi.set_default_api(None)


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("list<"):
        inner = kind[len("list<") : -1]
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    if kind in _PLAIN:
        return isinstance(value, _PLAIN[kind])
    return isinstance(value, (AbstractObject, dict))


def _check(things: Iterable[Any], kind: type[Any]) -> set[str]:
    """Every field exists in the client and has its type; the names that were seen."""
    types = kind._field_types | {"publisher_platform": "string"}
    seen: set[str] = set()
    for thing in things:
        for name, value in thing.items():
            assert name in types, name
            assert _fits(value, types[name]), (name, value, types[name])
            seen.add(name)
    return seen


def _fields(kind: str) -> list[str]:
    """Every field that the sandbox has for a kind of thing."""
    with create_app(1, None).app_context():
        thing = next(node for node in state().nodes.values() if type(node).__name__ == kind)
        return list(nodes._VALUES[type(thing)](thing))


def test_the_client_lists_the_accounts(client: FacebookAdsApi) -> None:
    accounts = list(User("me").get_ad_accounts(fields=_fields("Account")))
    assert len(accounts) == 4
    assert _check(accounts, AdAccount) >= {"currency", "timezone_name", "user_tasks", "business"}


@pytest.mark.parametrize(
    ("kind", "edge"), [(Campaign, "get_campaigns"), (AdSet, "get_ad_sets"), (Ad, "get_ads")]
)
def test_the_client_reads_campaigns_ad_sets_and_ads(
    client: FacebookAdsApi, kind: type[Any], edge: str
) -> None:
    listed = list(
        getattr(AdAccount(EUROS), edge)(fields=_fields(kind.__name__), params={"limit": 20})
    )
    assert len({thing["id"] for thing in listed}) == len(listed) > 10
    assert len(_check(listed, kind)) > 10


@pytest.mark.parametrize(
    ("kind", "edge", "field", "words"),
    [
        (Campaign, "get_campaigns", "effective_status", Campaign.EffectiveStatus),
        (Campaign, "get_campaigns", "objective", Campaign.Objective),
        (Campaign, "get_campaigns", "bid_strategy", Campaign.BidStrategy),
        (AdSet, "get_ad_sets", "effective_status", AdSet.EffectiveStatus),
        (AdSet, "get_ad_sets", "optimization_goal", AdSet.OptimizationGoal),
        (AdSet, "get_ad_sets", "billing_event", AdSet.BillingEvent),
        (Ad, "get_ads", "effective_status", Ad.EffectiveStatus),
        (Ad, "get_ads", "status", Ad.Status),
    ],
)
def test_choices_are_words_the_client_knows(
    client: FacebookAdsApi, kind: type[Any], edge: str, field: str, words: type[Any]
) -> None:
    params = {"limit": 500, "effective_status": list(_values(kind.EffectiveStatus))}
    listed = getattr(AdAccount(DOLLARS), edge)(fields=[field], params=params)
    used = {thing[field] for thing in listed if field in thing}
    assert used
    assert used <= _values(words)


def _values(words: type[Any]) -> set[str]:
    return {value for name, value in vars(words).items() if not name.startswith("_")}


@pytest.mark.parametrize("level", ["account", "campaign", "adset", "ad"])
@pytest.mark.parametrize("breakdowns", [[], ["publisher_platform"]])
def test_the_client_reads_every_insights_field(
    client: FacebookAdsApi, level: str, breakdowns: list[str]
) -> None:
    params = {
        "level": level,
        "time_increment": 1,
        "time_range": {"since": "2026-11-21", "until": "2026-11-23"},
        "breakdowns": breakdowns,
        "limit": 50,
    }
    rows = list(AdAccount(DOLLARS).get_insights(fields=list(insight_fields._FIELDS), params=params))
    seen = _check(rows, AdsInsights)
    assert seen >= {"spend", "actions", "action_values", "purchase_roas", "date_start"}
    assert all(_actions_fit(row) for row in rows)


def _actions_fit(row: Any) -> bool:
    return all(
        set(item) == {"action_type", "value"} and isinstance(item["value"], str)
        for name in ("actions", "action_values", "purchase_roas")
        for item in row.get(name, [])
    )


def test_fields_that_stay_empty_exist_in_the_client_too() -> None:
    names = vars(AdsInsights.Field).values()
    assert not [name for name in insight_fields._ALWAYS_EMPTY if name not in names]


def test_the_client_pages_to_the_truth(client: FacebookAdsApi, graph: Graph) -> None:
    params = {"level": "campaign", "time_increment": 1, "time_range": SPAN, "limit": 30}
    rows = list(AdAccount(DOLLARS).get_insights(fields=["spend"], params=params))
    truth = graph.server.truth(DOLLARS, *SPAN.values())
    assert len(rows) == len(truth["campaign_days"])
    assert sum(Decimal(row["spend"]) for row in rows) == Decimal(truth["total"]["spend"])


def test_the_client_runs_an_asynchronous_report(client: FacebookAdsApi, graph: Graph) -> None:
    params = {"level": "ad", "time_increment": 1, "time_range": SPAN}
    run = AdAccount(EUROS).get_insights_async(fields=["ad_id", "spend"], params=params)
    assert isinstance(run, AdReportRun)
    polled = run.api_get()
    assert polled["async_status"] == "Job Running"
    polled = run.api_get()
    assert polled["async_percent_completion"] == 100
    del polled["report_run_id"]  # the client keeps it from the answer that started the run
    assert "time_completed" in _check([polled], AdReportRun)
    rows = list(run.get_insights(params={"limit": 200}))
    truth = graph.server.truth(EUROS, *SPAN.values())
    assert sum(Decimal(row["spend"]) for row in rows) == Decimal(truth["served_by_ads"]["spend"])


def test_the_client_understands_the_errors(client: FacebookAdsApi, graph: Graph) -> None:
    graph.server.fault("rate_limit_account")
    with pytest.raises(FacebookRequestError) as caught:
        AdAccount(EUROS).api_get(fields=["name"])
    assert caught.value.api_error_code() == 17
    assert caught.value.api_error_subcode() == 2446079
