"""What every platform promises, run for each one registered.

A platform brings `tests/fixtures/<slug>/contract.json`: the wire of each question, its answers
in files beside it, and what ought to come of them. Without that folder these tests fail.

A shop's contract has `store` where an ad platform's has `facts`. An exchange may hold `query` or
`json` (a part of either is enough) to tell it from its neighbours. `grant` overrides fields of
the grant that is used, `started` is what a hand-shake remembered.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import responses
from responses import matchers

from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    FoundEntity,
    Grain,
    Grant,
    StoreFigures,
)
from tests.conftest import FIXTURES, make_settings
from tests.connectors.conftest import Clock

SLUGS = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.__module__.startswith("app.connectors.platforms.")
)
ADVERTISERS = [slug for slug in SLUGS if not Connector.registry[slug].sells]
GRAINS = [(slug, grain) for slug in SLUGS for grain in Connector.registry[slug].grains]
SPAN = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 2))
OUR_STATUSES = {"active", "paused", "learning", "ended", "removed", "problem"}
GRANT = Grant("canary-access-token", refresh_token="canary-refresh-token")


@dataclass(frozen=True)
class Case:
    """One platform and what its fixtures say."""

    folder: Path
    contract: dict[str, Any]
    connector: Connector
    account: FoundAccount

    def expect(self, wire: responses.RequestsMock, exchanges: list[dict[str, Any]]) -> None:
        """Queue these answers, each for one request to that address that says at least this."""
        for exchange in exchanges:
            told = [matchers.query_param_matcher(exchange.get("query", {}), strict_match=False)]
            if "json" in exchange:
                told.append(matchers.json_params_matcher(exchange["json"], strict_match=False))
            self._add(wire, exchange["method"], exchange["url"], exchange, match=told)

    @property
    def question(self) -> dict[str, Any]:
        """What is asked for in the tests of trouble: `wire` and `expected`."""
        said = self.contract.get("store") or self.contract["facts"]["campaign"]
        return dict(said)

    def ask(self) -> list[Any]:
        """Ask that question."""
        if self.connector.sells:
            return self.connector.store_days(self.account, SPAN)
        return list(self.facts())

    def expected(self) -> list[Any]:
        """What the question's answer comes to."""
        make = as_store_figures if self.connector.sells else as_fact
        return [make(row) for row in self.question["expected"]]

    def trouble(self, wire: responses.RequestsMock, name: str, *, times: int = 1) -> None:
        """Queue the same answer for whatever is asked next."""
        method = self.question["wire"][0]["method"]
        for _ in range(times):
            self._add(wire, method, re.compile("https://.*"), self.contract[name])

    def facts(self, grain: Grain = Grain.CAMPAIGN) -> list[Fact]:
        pages = self.connector.facts(self.account, grain, SPAN, conversion_action=None)
        return [fact for page in pages for fact in page]

    def _add(
        self,
        wire: responses.RequestsMock,
        method: str,
        url: str | re.Pattern[str],
        said: dict[str, Any],
        **more: Any,
    ) -> None:
        wire.add(
            method,
            url,
            body=(self.folder / said["file"]).read_bytes(),
            status=said.get("status", 200),
            headers=said.get("headers", {}),
            **more,
        )


def make_case(slug: str, http: Http) -> Case:
    folder = FIXTURES / slug
    contract = json.loads((folder / "contract.json").read_text())
    settings = make_settings("postgresql://nobody@localhost/none", **contract["settings"])
    grant = replace(GRANT, **contract.get("grant", {}))
    connector = connector_for(slug)(settings, http, grant)
    return Case(folder, contract, connector, FoundAccount(*contract["account"]))


@pytest.fixture(params=SLUGS)
def case(request: pytest.FixtureRequest, http: Http) -> Case:
    return make_case(request.param, http)


def as_fact(row: list[Any]) -> Fact:
    return Fact._make([dt.date.fromisoformat(row[0]), *row[1:10], *map(Decimal, row[10:])])


def as_store_figures(row: list[Any]) -> StoreFigures:
    day, net, orders, *amounts, new = row
    money = [None if amount is None else Decimal(amount) for amount in amounts]
    return StoreFigures(dt.date.fromisoformat(day), Decimal(net), orders, *money, new)


def told(entity: FoundEntity) -> list[Any]:
    """What a fixture says about an entity."""
    budget = None if entity.budget is None else str(entity.budget)
    words = [entity.external_id, entity.name, entity.status, entity.platform_status]
    return [*words, budget, entity.budget_kind]


def test_it_introduces_itself(case: Case) -> None:
    connector = case.connector
    assert re.fullmatch(r"[a-z_]+", connector.slug)
    assert connector.label
    assert connector.tagline
    assert re.fullmatch(r"#[0-9a-f]{6}", connector.colour)
    assert 0 < connector.restates_days < connector.history_days
    assert connector.sells or Grain.CAMPAIGN in connector.grains
    assert connector.configured(connector.settings)
    assert not connector.is_sandbox(connector.settings)


def test_without_credentials_it_is_not_configured(case: Case) -> None:
    bare = make_settings("postgresql://nobody@localhost/none")
    assert not case.connector.configured(bare)


def test_the_popup_carries_state_and_return_address(case: Case) -> None:
    started = case.contract.get("started", {})
    url = case.connector.authorize_url(
        redirect_uri="https://ads.example.com/back", state="st4te", started=started
    )
    assert url.startswith("https://")
    assert "st4te" in url
    assert "ads.example.com" in url
    assert "canary" not in url


def test_accounts_are_read_to_the_last_page(case: Case, wire: responses.RequestsMock) -> None:
    case.expect(wire, case.contract["accounts"]["wire"])
    found = case.connector.accounts()
    assert found == [FoundAccount(*row) for row in case.contract["accounts"]["expected"]]


@pytest.mark.parametrize("slug", ADVERTISERS)
def test_structure_is_read_to_the_last_page(
    slug: str, http: Http, wire: responses.RequestsMock
) -> None:
    case = make_case(slug, http)
    case.expect(wire, case.contract["structure"]["wire"])
    found = case.connector.structure(case.account)
    expected = case.contract["structure"]["expected"]
    assert [told(entity) for entity in found.campaigns] == expected["campaigns"]
    assert [told(entity) for entity in found.ad_groups] == expected["ad_groups"]
    assert [told(entity) for entity in found.ads] == expected["ads"]
    everything = [*found.campaigns, *found.ad_groups, *found.ads]
    assert {entity.status for entity in everything} <= OUR_STATUSES


@pytest.mark.parametrize(("slug", "grain"), GRAINS)
def test_facts_of_every_grain_lose_and_double_nothing_on_page_borders(
    slug: str, grain: Grain, http: Http, wire: responses.RequestsMock
) -> None:
    case = make_case(slug, http)
    said = case.contract["facts"][grain.value]
    case.expect(wire, said["wire"])
    found = case.facts(grain)
    assert found == [as_fact(row) for row in said["expected"]]
    keys = [(fact.day, fact.campaign_id, fact.ad_id, fact.placement) for fact in found]
    assert len(set(keys)) == len(keys)


def test_totals_are_asked_for_separately(case: Case, wire: responses.RequestsMock) -> None:
    said = case.contract["totals"]
    case.expect(wire, said["wire"])
    assert case.connector.totals(case.account, SPAN) == [
        DayTotal(dt.date.fromisoformat(day), Decimal(spend), *counts)
        for day, spend, *counts in said["expected"]
    ]


def test_an_empty_account_has_no_facts(case: Case, wire: responses.RequestsMock) -> None:
    said = case.contract["empty"]
    case.expect(wire, said.get("wire", [{**case.question["wire"][0], **said}]))
    assert case.ask() == []


def test_a_lost_grant_needs_its_owner(case: Case, wire: responses.RequestsMock) -> None:
    case.trouble(wire, "refused")
    with pytest.raises(AccessRevoked) as caught:
        case.ask()
    assert case.connector.label in caught.value.message


def test_a_passing_fault_is_retried_and_leaves_no_trace(
    case: Case, wire: responses.RequestsMock, clock: Clock
) -> None:
    case.trouble(wire, "unwell", times=2)
    case.expect(wire, case.question["wire"])
    assert case.ask() == case.expected()
    assert len(clock.slept) == 2


def test_a_lasting_fault_is_bounded_and_temporary(
    case: Case, wire: responses.RequestsMock, clock: Clock
) -> None:
    case.trouble(wire, "unwell", times=5)
    with pytest.raises(Temporary):
        case.ask()
    assert clock.seconds() <= 120


def test_a_throttle_carries_the_platform_s_hint(
    case: Case, wire: responses.RequestsMock, clock: Clock
) -> None:
    case.trouble(wire, "throttled")
    with pytest.raises(Throttled) as caught:
        case.ask()
    assert caught.value.retry_after == case.contract["throttled"]["retry_after"]
    assert clock.slept == []


@pytest.mark.parametrize("body", ["", "<html>", '{"data": [', "[]", "7", "null"])
def test_an_unusable_answer_is_never_an_empty_page(
    case: Case, wire: responses.RequestsMock, body: str
) -> None:
    exchange = case.question["wire"][0]
    for _ in range(5):
        wire.add(exchange["method"], exchange["url"], body=body)
    with pytest.raises(Temporary):
        case.ask()


@pytest.mark.parametrize("name", ["refused", "unwell", "throttled"])
def test_no_secret_reaches_a_log_line_or_a_message(
    case: Case, wire: responses.RequestsMock, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    case.trouble(wire, name, times=5 if name == "unwell" else 1)
    with pytest.raises(ConnectorError) as caught:
        case.ask()
    assert "canary" not in caplog.text
    assert "canary" not in caught.value.message
