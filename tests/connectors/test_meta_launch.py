"""Campaigns created at Meta over a real socket: what was reviewed, once, and paused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from app.connectors.errors import AccessRevoked, AccountRefused, Throttled
from app.connectors.http import Http
from app.connectors.launching import AdCopy, Order, Picture, Refused, Unknown
from app.connectors.meta.launch import CREATING, MetaLauncher
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, launch
from tests.sandbox_server import SandboxServer

PNG = b"\x89PNG\r\n\x1a\n" + b"a small picture" * 40
LARKSPUR, KESSEL = "104500000000001", "104500000000002"
MARK = "gz-7k2m9"
CALLBACK = "http://localhost/api/oauth/meta/callback"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def meta(here: Settings, sandbox: SandboxServer, http: Http) -> Meta:
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


def created(sandbox: SandboxServer) -> list[dict[str, Any]]:
    """A picture goes by its hash, everything else by its id."""
    things: list[dict[str, Any]] = sandbox.truth(of="meta/created")
    return [thing | {"id": thing["id"].rpartition(":")[2]} for thing in things]


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
    assert ad.texts == {
        "primary_text": ["Rain? What rain. {campaign}"],
        "headline": ["Dry at 3,000 m"],
        "landing_page": ["https://shop.example/tents?utm_source=meta&utm_campaign=tents"],
    }


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


@pytest.mark.parametrize("trouble", ["after_write", "cut", "truncated", "bad_gateway"])
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
            made |= launcher.find(dollars, order, step, made)
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


def test_an_account_offers_what_it_has(
    launcher: MetaLauncher, accounts: dict[str, FoundAccount]
) -> None:
    offered = launcher.choices(accounts["USD"])
    assert [page.id for page in offered.profiles] == [LARKSPUR, KESSEL]
    assert offered.least_budget == Decimal(1)
    assert set(offered.goals) == {"sales", "leads", "traffic", "awareness"}
    pixel, profile, *declared = offered.questions
    assert (pixel.name, pixel.needed, pixel.goals) == ("pixel", True, ("sales", "leads"))
    assert [choice.name for choice in profile.choices] == ["larkspur.outdoor"]
    assert [question.name for question in declared] == ["dsa_beneficiary", "dsa_payor"]
    assert offered.notes == ()


def test_without_a_pixel_nothing_is_sold_through_it(
    launcher: MetaLauncher, accounts: dict[str, FoundAccount]
) -> None:
    offered = launcher.choices(accounts["JPY"])
    assert offered.goals == ("traffic", "awareness")
    assert offered.least_budget == Decimal(1)
    assert "pixel" in offered.notes[0]


@pytest.mark.parametrize("goal", ["sales", "leads"])
def test_sales_and_leads_are_counted_by_the_chosen_pixel(
    launcher: MetaLauncher, accounts: dict[str, FoundAccount], sandbox: SandboxServer, goal: str
) -> None:
    account = accounts["EUR"]
    pixel = launcher.choices(account).questions[0].choices[0].id
    declared = {"dsa_beneficiary": "Kessel & Löffel GmbH", "dsa_payor": "Kessel & Löffel GmbH"}
    order = make_order(
        goal=goal, countries=("DE", "AT"), profile=KESSEL, answers={"pixel": pixel, **declared}
    )
    assert launcher.problems(account, order) == []
    made = launch(launcher, account, order)
    fields = "promoted_object,dsa_payor,optimization_goal,start_time,targeting"
    found = node(sandbox, made["ad_group"], fields)
    event = {"sales": "PURCHASE", "leads": "LEAD"}[goal]
    assert found["promoted_object"] == {"pixel_id": pixel, "custom_event_type": event}
    assert found["dsa_payor"] == "Kessel & Löffel GmbH"
    assert found["start_time"] == "2026-11-25T00:00:00+0100"
    assert found["targeting"]["genders"] == [2]


def node(sandbox: SandboxServer, object_id: str, fields: str) -> dict[str, Any]:
    asked = {"fields": fields, "access_token": sandbox.token}
    answer = requests.get(f"{sandbox.graph_url}/v26.0/{object_id}", params=asked, timeout=5)
    found: dict[str, Any] = answer.json()
    return found


def test_a_housing_campaign_says_so_and_is_for_all(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order(special=("housing", "credit"), gender="all", age_min=18)
    made = launch(launcher, dollars, order)
    found = node(sandbox, made["campaign"], "special_ad_categories,special_ad_category_country")
    assert found["special_ad_categories"] == ["HOUSING", "FINANCIAL_PRODUCTS_SERVICES"]
    assert found["special_ad_category_country"] == ["US", "CA"]


def test_what_runs_is_paused_first_and_then_told(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order()
    sandbox.fault("meta_made_active", "/adsets")
    made = launch(launcher, dollars, order)
    (told,) = launcher.verify(dollars, order, made)
    assert "ACTIVE" in told
    assert order.named("ad set") in told
    statuses = {thing["kind"]: thing["status"] for thing in created(sandbox)}
    assert statuses["adset"] == "PAUSED"
    assert launcher.verify(dollars, order, made) == []


def test_what_somebody_deleted_meanwhile_is_told(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order(ads=make_order().ads[:1])
    made = launch(launcher, dollars, order)
    token = {"access_token": sandbox.token}
    requests.delete(f"{sandbox.graph_url}/{made['ad-1']}", params=token, timeout=5)
    (told,) = launcher.verify(dollars, order, made)
    assert "DELETED" in told
    sandbox.reset()
    assert all("no longer shows" in each for each in launcher.verify(dollars, order, made))


def test_removing_leaves_only_the_picture(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    made = launch(launcher, dollars, make_order())
    assert set(launcher.remove(dollars, made)) == set(made)
    left = {thing["kind"] for thing in created(sandbox) if thing["status"] != "DELETED"}
    assert left == {"adimage"}
    assert set(launcher.remove(dollars, made)) == set(made)


def test_half_a_campaign_is_removed_too(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    order = make_order()
    sandbox.fault("permission", "/ads\\?")
    made: dict[str, str] = {}
    with pytest.raises(Refused):
        launch(launcher, dollars, order, made)
    assert list(made) == ["picture", "campaign", "ad_group", "creative-1"]
    assert set(launcher.remove(dollars, made)) == set(made)
    left = {thing["kind"] for thing in created(sandbox) if thing["status"] != "DELETED"}
    assert left == {"adimage"}


def test_a_creative_that_meta_keeps_is_nothing_to_clean_up(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    made = launch(launcher, dollars, make_order())
    sandbox.fault("permission", f"/{made['creative-1']}\\?", after=1)
    assert set(launcher.remove(dollars, made)) == set(made)
    left = {thing["id"] for thing in created(sandbox) if thing["status"] != "DELETED"}
    assert left == {made["picture"], made["creative-1"]}


def test_a_campaign_that_meta_keeps_is_not_called_gone(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    made = launch(launcher, dollars, make_order())
    sandbox.fault("permission", f"/{made['campaign']}\\?", after=1)
    with pytest.raises(Refused):
        launcher.remove(dollars, made)


def test_a_trial_asks_meta_and_leaves_nothing_behind(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    tried = launcher.dry_run(dollars, make_order())
    assert (tried.asked, tried.problems) == (True, ())
    assert "only be tried once the campaign exists" in tried.note
    tried = launcher.dry_run(dollars, make_order(profile="104500000000003"))
    (problem,) = tried.problems
    assert "page" in problem
    poor = make_order(goal="sales", daily_budget=Decimal("0.99"), answers={"pixel": "90123"})
    budget, pixel = launcher.dry_run(dollars, poor).problems
    assert "at least 1.00 USD" in budget
    assert "pixel" in pixel
    assert created(sandbox) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"daily_budget": Decimal("0.50")}, "daily_budget"),
        ({"profile": "104500000000003"}, "profile"),
        ({"goal": "sales", "answers": {"pixel": "90123"}}, "pixel"),
        ({"countries": ("FR",)}, "dsa_beneficiary"),
        ({"special": ("housing",)}, "countries"),
        ({"picture": Picture(b"GIF? no", "image/png")}, "picture"),
        ({"url": ""}, "url"),
        ({"answers": {"instagram": "1"}}, "instagram"),
    ],
)
def test_a_refusal_names_the_part_of_the_draft_to_change(
    launcher: MetaLauncher, dollars: FoundAccount, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        launch(launcher, dollars, make_order(**changed))
    assert caught.value.field == field
    assert "nothing was made by this step" in caught.value.message


def test_a_token_that_died_needs_its_owner(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    sandbox.fault("token_invalid", "/campaigns")
    with pytest.raises(AccessRevoked):
        launch(launcher, dollars, make_order(picture=None))


def test_an_account_that_was_lost_is_refused_alone(
    launcher: MetaLauncher, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    sandbox.lose(dollars.external_id)
    with pytest.raises(AccountRefused):
        launcher.choices(dollars)


def test_the_role_that_only_looks_is_told_what_is_missing(
    launcher: MetaLauncher, accounts: dict[str, FoundAccount]
) -> None:
    assert launcher.missing_permission(accounts["USD"]) == ""
    assert "may only look" in launcher.missing_permission(accounts["JPY"])
    with pytest.raises(Refused) as caught:
        launch(launcher, accounts["JPY"], make_order(picture=None))
    assert "Manage campaigns" in caught.value.message


def grant_for(meta: Meta, asked: dict[str, str], declined: tuple[str, ...] = ()) -> Grant:
    """What the popup brings when everything but `declined` is left ticked."""
    started = meta.begin_with(asked)
    url = meta.authorize_url(redirect_uri=CALLBACK, state="s", started=started)
    query = dict(parse_qsl(urlsplit(url).query))
    ticked = [scope for scope in query["scope"].split(",") if scope not in declined]
    answer = requests.post(
        url,
        data={**query, "decision": "continue", "granted": ticked},
        allow_redirects=False,
        timeout=10,
    )
    back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    return meta.exchange(back, redirect_uri=CALLBACK, started=started)


@pytest.mark.parametrize(
    ("asked", "declined", "missing"),
    [
        ({"access": "create"}, (), ()),
        ({"access": "create"}, ("ads_management",), ("ads_management",)),
        ({"access": "create"}, ("pages_show_list",), ("pages_show_list",)),
        ({}, (), CREATING),
        ({"access": "everything"}, (), CREATING),
    ],
)
def test_creating_is_asked_for_only_when_wanted_and_may_be_declined(
    meta: Meta,
    dollars: FoundAccount,
    asked: dict[str, str],
    declined: tuple[str, ...],
    missing: tuple[str, ...],
) -> None:
    meta.grant = grant_for(meta, asked, declined)
    told = MetaLauncher(meta).missing_permission(dollars)
    assert [scope for scope in CREATING if scope in told] == list(missing)
    assert meta.accounts()


def test_meta_is_asked_what_a_token_of_unknown_scopes_may_do(
    meta: Meta, dollars: FoundAccount
) -> None:
    grant = grant_for(meta, {})
    meta.grant = replace(grant, scopes=())
    assert "ads_management" in MetaLauncher(meta).missing_permission(dollars)


def test_the_manager_opens_at_the_campaign(launcher: MetaLauncher, dollars: FoundAccount) -> None:
    url = launcher.manager_url(dollars, {"campaign": "77"})
    assert url.startswith("https://adsmanager.facebook.com/")
    assert parse_qsl(urlsplit(url).query) == [
        ("act", dollars.external_id),
        ("selected_campaign_ids", "77"),
    ]


def test_without_the_permission_nothing_is_made_and_the_way_to_get_it_is_told(
    meta: Meta, dollars: FoundAccount, sandbox: SandboxServer
) -> None:
    meta.grant = grant_for(meta, {})
    with pytest.raises(Refused) as caught:
        launch(MetaLauncher(meta), dollars, make_order())
    assert "ads_management" in caught.value.message
    assert created(sandbox) == []
