"""Campaigns created at Meta over a real socket: what was reviewed, once, and paused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests

from app.connectors.errors import Throttled
from app.connectors.http import Http
from app.connectors.launching import AdCopy, Made, Order, Picture, Unknown
from app.connectors.meta_launch import MetaLauncher
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from tests.sandbox_server import TODAY, SandboxServer

NOON = dt.datetime.fromisoformat(f"{TODAY}T12:00:00+00:00")
PNG = b"\x89PNG\r\n\x1a\n" + b"a small picture" * 40
LARKSPUR, KESSEL = "104500000000001", "104500000000002"
MARK = "gz-7k2m9"


@pytest.fixture
def http() -> Any:
    """A door that does not wait, at the sandbox's noon."""
    slept: list[float] = []
    with Http(
        sleep=slept.append,
        clock=lambda: sum(slept),
        wall=lambda: NOON.timestamp() + sum(slept),
        jitter=lambda: 0.0,
    ) as opened:
        yield opened


@pytest.fixture
def meta(settings: Settings, sandbox: SandboxServer, http: Http) -> Meta:
    here = replace(
        settings,
        meta_app_id=sandbox.app_id,
        meta_app_secret=sandbox.app_secret,
        meta_graph_url=sandbox.graph_url,
        meta_dialog_url=sandbox.dialog_url,
    )
    return Meta(here, http, Grant(access_token=sandbox.token))


@pytest.fixture
def launcher(meta: Meta) -> MetaLauncher:
    assert Meta.launches is MetaLauncher
    return MetaLauncher(meta)


@pytest.fixture
def accounts(meta: Meta) -> dict[str, FoundAccount]:
    """By currency; of two in dollars the open one."""
    return {account.currency: account for account in reversed(meta.accounts())}


@pytest.fixture
def dollars(accounts: dict[str, FoundAccount]) -> FoundAccount:
    return accounts["USD"]


def make_order(**changed: Any) -> Order:
    return Order(
        **{
            "name": "Tents – 春の新作 🏕️",
            "mark": MARK,
            "goal": "traffic",
            "daily_budget": Decimal("25.50"),
            "starts_on": NOON.date() + dt.timedelta(days=2),
            "ends_on": None,
            "countries": ("US", "CA"),
            "age_min": 25,
            "age_max": 65,
            "gender": "women",
            "language": "en",
            "url": "https://shop.example/tents?utm_source=meta&utm_campaign=tents",
            "profile": LARKSPUR,
            "ads": (
                AdCopy("Sleep under the stars.", "Tents for two", "Free returns", "SHOP_NOW"),
                AdCopy("Rain? What rain. {campaign}", "Dry at 3,000 m"),
            ),
            "picture": Picture(PNG, "image/png", "tent.png"),
        }
        | changed
    )


def launch(launcher: MetaLauncher, account: FoundAccount, order: Order) -> Made:
    made: dict[str, str] = {}
    for step in launcher.steps(account, order):
        made |= launcher.create(account, order, step, made)
    return made


def created(sandbox: SandboxServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.truth(of="meta/created")
    return found


def test_the_whole_path_creates_what_the_steps_showed_all_of_it_paused(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order()
    assert launcher.problems(dollars, order) == []
    made = launch(launcher, dollars, order)
    steps = launcher.steps(dollars, order)
    assert list(made) == [step.key for step in steps]
    there = {thing["id"]: thing for thing in created(sandbox)}
    assert set(there) == set(made.values())
    for step in steps[1:]:
        assert there[made[step.key]]["name"] == step.name == step.request["name"]
        assert step.name.endswith(f"[{MARK}]")
    running = [thing for thing in there.values() if thing["kind"] in ("campaign", "adset", "ad")]
    assert {thing["status"] for thing in running} == {"PAUSED"}
    assert launcher.verify(dollars, order, made) == []


def test_a_later_sync_finds_the_campaign_paused_with_its_texts(
    launcher: MetaLauncher, meta: Meta, dollars: FoundAccount
) -> None:
    made = launch(launcher, dollars, make_order())
    found = meta.structure(dollars)
    campaign = next(one for one in found.campaigns if one.external_id == made["campaign"])
    ad_set = next(one for one in found.ad_groups if one.external_id == made["ad_group"])
    ad = next(one for one in found.ads if one.external_id == made["ad-2"])
    assert {campaign.status, ad_set.status, ad.status} == {"paused"}
    assert (ad_set.budget, ad_set.budget_kind) == (Decimal("25.50"), "daily")
    assert (ad.campaign_id, ad.ad_group_id) == (made["campaign"], made["ad_group"])
    said = {"primary_text": ["Rain? What rain. {campaign}"], "headline": ["Dry at 3,000 m"]}
    assert ad.texts == said


def test_yen_have_no_smaller_unit(
    launcher: MetaLauncher, accounts: dict[str, FoundAccount], sandbox: SandboxServer
) -> None:
    requests.post(f"{sandbox.graph_url}/sandbox/knobs", json={"advertises": True}, timeout=5)
    order = make_order(daily_budget=Decimal(1500), countries=("JP",))
    assert launcher.problems(accounts["JPY"], order) == []
    made = launch(launcher, accounts["JPY"], order)
    found = launcher.connector.structure(accounts["JPY"]).ad_groups
    assert [one.budget for one in found if one.external_id == made["ad_group"]] == [Decimal(1500)]
    (problem,) = launcher.problems(accounts["JPY"], replace(order, daily_budget=Decimal("1500.5")))
    assert "no decimals" in problem


@pytest.mark.parametrize("trouble", ["after_write", "cut", "bad_gateway"])
@pytest.mark.parametrize("broken", ["campaigns", "adsets", "adcreatives", "ads", "adimages"])
def test_what_was_made_without_an_answer_is_found_and_not_made_twice(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer, broken: str, trouble: str
) -> None:
    order = make_order(name="Very long " * 12)
    made: dict[str, str] = {}
    sandbox.fault(trouble, f"/{broken}\\?")
    unknown = 0
    for step in launcher.steps(dollars, order):
        try:
            made |= launcher.create(dollars, order, step, made)
        except Unknown:
            unknown += 1
            found = launcher.find(dollars, order, step, made)
            made |= found or launcher.create(dollars, order, step, made)
    assert unknown == 1
    things = created(sandbox)
    assert sorted(thing["id"] for thing in things) == sorted(made.values())
    assert len(made) == len(launcher.steps(dollars, order)) == 7


def test_before_anything_was_made_nothing_is_found(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order()
    launch(launcher, dollars, replace(order, mark="other-one"))
    sandbox.fault("server_error", "/campaigns\\?")
    step = launcher.steps(dollars, order)[1]
    with pytest.raises(Unknown):
        launcher.create(dollars, order, step, {})
    assert launcher.find(dollars, order, step, {}) == {}
    for later in launcher.steps(dollars, order)[2:]:
        assert launcher.find(dollars, order, later, {}) == {}


def test_a_throttle_keeps_its_hint_and_makes_nothing(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    sandbox.fault("rate_limit_account", "/campaigns", minutes=7)
    with pytest.raises(Throttled) as caught:
        launch(launcher, dollars, make_order(picture=None))
    assert caught.value.retry_after == 420
    assert created(sandbox) == []
