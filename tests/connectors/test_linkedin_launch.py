"""Creating campaigns on LinkedIn, against the sandbox over a real socket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from app.connectors.errors import AccessRevoked, AccountRefused, SetupProblem, Throttled
from app.connectors.http import Http
from app.connectors.launching import AdCopy, Order, Picture, Refused, Unknown
from app.connectors.linkedin_launch import LinkedInLauncher
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import FoundAccount
from app.settings import Settings
from sandbox import CREDENTIALS
from tests.conftest import make_settings
from tests.sandbox_server import TODAY, SandboxServer

CALLBACK = "http://localhost/api/oauth/linkedin/callback"
NOON = dt.datetime.combine(dt.date.fromisoformat(TODAY), dt.time(12), dt.UTC)
PAGE = "urn:li:organization:"
Turn = Callable[..., None]


class Clock:
    """The sandbox's noon; passes while the connector sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return NOON.timestamp() + sum(self.slept)


@pytest.fixture
def http() -> Iterator[Http]:
    clock = Clock()
    with Http(
        sleep=clock.slept.append, clock=lambda: sum(clock.slept), wall=clock.now, jitter=lambda: 0.0
    ) as opened:
        yield opened


@pytest.fixture
def turn(sandbox: SandboxServer) -> Turn:
    """Turn knobs of the sandbox's LinkedIn."""

    def do(**knobs: object) -> None:
        address = f"{sandbox.url}/linkedin/sandbox/knobs"
        requests.post(address, json=knobs, timeout=10).raise_for_status()

    return do


@pytest.fixture
def here(sandbox: SandboxServer) -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        linkedin_client_id=CREDENTIALS["linkedin"]["client_id"],
        linkedin_client_secret=CREDENTIALS["linkedin"]["client_secret"],
        linkedin_oauth_url=f"{sandbox.url}/linkedin/oauth/v2",
        linkedin_api_url=f"{sandbox.url}/linkedin/rest",
    )


def signed_in(linkedin: LinkedIn, asked: dict[str, str], decision: str = "allow") -> LinkedIn:
    """Connected through the window that a start with this query opens."""
    started = linkedin.begin_with(asked)
    url = linkedin.authorize_url(redirect_uri=CALLBACK, state="s", started=started)
    query = dict(parse_qsl(urlsplit(url).query))
    address = url.partition("?")[0]
    page = requests.get(address, params=query, allow_redirects=False, timeout=10)
    if page.status_code == 200:
        form = query | {"decision": decision}
        page = requests.post(address, data=form, allow_redirects=False, timeout=10)
    back = dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    linkedin.grant = linkedin.exchange(back, redirect_uri=CALLBACK, started=started)
    return linkedin


@pytest.fixture
def linkedin(here: Settings, http: Http) -> LinkedIn:
    return signed_in(LinkedIn(here, http), {"access": "create"})


@pytest.fixture
def launcher(linkedin: LinkedIn) -> LinkedInLauncher:
    return LinkedInLauncher(linkedin)


@pytest.fixture
def account(linkedin: LinkedIn) -> FoundAccount:
    """The one in euros."""
    return next(one for one in linkedin.accounts() if one.currency == "EUR")


@pytest.fixture
def order(launcher: LinkedInLauncher, account: FoundAccount) -> Order:
    page = launcher.choices(account).profiles[0].id
    return Order(
        name="Großküche – 冬の鍋",
        mark="g-7f3a9c",
        goal="traffic",
        daily_budget=Decimal("49.5"),
        starts_on=NOON.date() + dt.timedelta(days=3),
        ends_on=NOON.date() + dt.timedelta(days=30),
        countries=("DE", "AT"),
        age_min=25,
        age_max=54,
        gender="all",
        language="de",
        url="https://kessel.example/topf?utm_source=linkedin&utm_campaign=winter",
        profile=page,
        ads=(
            AdCopy(
                "Ein Topf, der hält (10 Jahre) – #Garantie", "Töpfe für Profis", "", "LEARN_MORE"
            ),
            AdCopy("Wer kocht, braucht Ruhe.", "Ruhe in der Küche"),
        ),
        picture=Picture(b"\x89PNG not much of a picture", "image/png", "topf.png"),
        answers={"political_intent": "NOT_POLITICAL"},
    )


def created(sandbox: SandboxServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.truth(of="linkedin/created")
    return found


def launch(launcher: LinkedInLauncher, account: FoundAccount, order: Order) -> dict[str, str]:
    made: dict[str, str] = {}
    for step in launcher.steps(account, order):
        made |= launcher.create(account, order, step, made)
    return made


def statuses(sandbox: SandboxServer) -> set[str]:
    things = [one for one in created(sandbox) if one["kind"].startswith(("ad", "creatives"))]
    return {one.get("intendedStatus") or one["status"] for one in things}


def test_a_campaign_is_created_as_reviewed_and_all_of_it_is_a_draft(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    assert launcher.problems(account, order) == []
    steps = launcher.steps(account, order)
    assert [step.key for step in steps] == ["picture", "campaign", "ad_group", "ad-1", "ad-2"]
    made = launch(launcher, account, order)
    group, campaign, first, second, image = created(sandbox)
    shown = {step.key: step.request["body"] for step in steps}
    assert shown["campaign"].items() <= group.items()
    sent = {**shown["ad_group"], "campaignGroup": f"urn:li:sponsoredCampaignGroup:{group['id']}"}
    assert sent.items() <= campaign.items()
    for key, creative in (("ad-1", first), ("ad-2", second)):
        asked = shown[key]["creative"]
        post = asked["inlineContent"]["post"]
        media = {"media": {"id": image["id"], "title": post["content"]["media"]["title"]}}
        assert creative["post"] == {**post, "content": media}
        assert creative["name"] == asked["name"]
        assert creative["campaign"] == f"urn:li:sponsoredCampaign:{campaign['id']}"
    assert statuses(sandbox) == {"DRAFT"}
    assert image["bytes"] == len(order.picture.content if order.picture else b"")
    assert launcher.verify(account, order, made) == []


def test_the_next_sync_finds_it_paused_under_the_ids_that_were_told(
    linkedin: LinkedIn, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    made = launch(launcher, account, order)
    structure = linkedin.structure(account)
    found = {
        "campaign": {one.external_id: one for one in structure.campaigns},
        "ad_group": {one.external_id: one for one in structure.ad_groups},
        "ad-1": {one.external_id: one for one in structure.ads},
    }
    for key, things in found.items():
        thing = things[made[key]]
        assert thing.status == "paused"
        assert thing.name.startswith(order.name)
        assert thing.name.endswith(f"[{order.mark}]")
    assert found["ad_group"][made["ad_group"]].budget == Decimal("49.50")
    assert made["ad_group"] in launcher.manager_url(account, made)


@pytest.mark.parametrize(
    ("key", "path", "fault"),
    [
        ("campaign", r"adCampaignGroups\?$", "after_write"),
        ("ad_group", r"adCampaigns\?$", "after_write"),
        ("ad-1", "createInline", "after_write"),
        ("ad-2", "createInline", "cut"),
    ],
)
def test_what_was_made_without_an_answer_is_found_and_not_made_twice(
    sandbox: SandboxServer,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
    key: str,
    path: str,
    fault: str,
) -> None:
    made: dict[str, str] = {}
    for step in launcher.steps(account, order):
        assert launcher.find(account, order, step, made) == {}
        if step.key == key:
            sandbox.fault(fault, path, platform="linkedin")
            with pytest.raises(Unknown):
                launcher.create(account, order, step, made)
            made |= launcher.find(account, order, step, made)
            assert key in made
        else:
            made |= launcher.create(account, order, step, made)
    assert launcher.verify(account, order, made) == []
    kinds = [one["kind"] for one in created(sandbox)]
    assert [kinds.count(kind) for kind in ("adCampaignGroups", "adCampaigns", "creatives")] == [
        1,
        1,
        2,
    ]
