"""TikTok over a real socket: what is read equals the sandbox's own truth to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.platforms.tiktok import TikTok
from app.connectors.words import Days, Fact, FoundAccount, Grain
from app.settings import Settings
from sandbox import CREDENTIALS, TIKTOK_TOKEN
from sandbox.tiktok.errors import MESSAGES
from tests.conftest import make_settings
from tests.sandbox_server import TODAY, SandboxServer

CALLBACK = "http://localhost/api/oauth/tiktok/callback"
YESTERDAY = dt.date.fromisoformat(TODAY) - dt.timedelta(days=1)
MONTHS = Days(YESTERDAY - dt.timedelta(days=69), YESTERDAY)
NOTHING = (Decimal(0),) * 5
DOLLARS, YEN, CANADIAN = (f"701234567890000000{number}" for number in range(1, 4))


@pytest.fixture
def here(sandbox: SandboxServer) -> Settings:
    """Settings that point at the sandbox. No database."""
    return make_settings(
        "postgresql://nobody@localhost/none",
        tiktok_app_id=CREDENTIALS["tiktok"]["app_id"],
        tiktok_app_secret=CREDENTIALS["tiktok"]["app_secret"],
        tiktok_auth_url=f"{sandbox.url}/tiktok/portal/auth",
        tiktok_api_url=f"{sandbox.url}/tiktok/open_api/v1.3",
    )


@pytest.fixture
def unconnected(here: Settings, http: Http) -> TikTok:
    return TikTok(here, http)


@pytest.fixture
def live(unconnected: TikTok) -> TikTok:
    """Connected with the token that can be pasted."""
    unconnected.grant = unconnected.accept_pasted({"access_token": TIKTOK_TOKEN})
    return unconnected


@pytest.fixture
def dollars(live: TikTok) -> FoundAccount:
    return live.accounts()[0]


def read(
    tiktok: TikTok, account: FoundAccount, grain: Grain = Grain.CAMPAIGN, **more: Any
) -> list[Fact]:
    asked = {"conversion_action": None} | more
    return [fact for page in tiktok.facts(account, grain, MONTHS, **asked) for fact in page]


def by_campaign_day(facts: list[Fact]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Spend, impressions, clicks, conversions and value."""
    found: dict[tuple[str, str], tuple[Decimal, ...]] = defaultdict(lambda: NOTHING)
    for fact in facts:
        key = (fact.campaign_id, fact.day.isoformat())
        whole = (Decimal(fact.impressions), Decimal(fact.clicks))
        brought = (fact.spend, *whole, fact.conversions, fact.value)
        found[key] = tuple(a + b for a, b in zip(found[key], brought, strict=True))
    return dict(found)


def figures(truth: dict[str, Any]) -> tuple[Decimal, ...]:
    names = ("spend", "impressions", "clicks", "conversions", "value")
    return tuple(Decimal(str(truth[name])) for name in names)


def truth(sandbox: SandboxServer, account: FoundAccount) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.truth(
        account.external_id, MONTHS.first, MONTHS.last, of="tiktok"
    )
    return found


def campaign_days(sandbox: SandboxServer, account: FoundAccount) -> dict[tuple[str, str], Any]:
    days = truth(sandbox, account)["campaign_days"]
    return {(day["campaign_id"], day["day"]): figures(day) for day in days}


def check_everything(tiktok: TikTok, sandbox: SandboxServer) -> int:
    """Every grain of every account against the truth; how many campaign days there were."""
    seen = 0
    for account in tiktok.accounts():
        told = truth(sandbox, account)
        campaigns = by_campaign_day(read(tiktok, account))
        assert campaigns == campaign_days(sandbox, account)
        ads = read(tiktok, account, Grain.AD)
        assert _sum(by_campaign_day(ads)) == figures(told["served_by_ads"])
        keys = [(fact.day, fact.ad_id) for fact in ads]
        assert len(set(keys)) == len(keys)
        totals = tiktok.totals(account, MONTHS)
        assert [str(total.day) for total in totals] == [day["day"] for day in told["days"]]
        for name in ("spend", "impressions", "clicks"):
            found = [Decimal(getattr(total, name)) for total in totals]
            assert found == [Decimal(str(day[name])) for day in told["days"]]
        seen += len(campaigns)
    return seen


def _sum(rows: dict[tuple[str, str], tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(map(sum, zip(*rows.values(), strict=True))) if rows else NOTHING


def test_every_grain_equals_the_truth_to_the_cent_before_and_after_a_restatement(
    live: TikTok, sandbox: SandboxServer
) -> None:
    before = _sum(by_campaign_day(read(live, live.accounts()[0])))
    assert check_everything(live, sandbox) > 400
    sandbox.restate(MONTHS.first, MONTHS.last)
    assert check_everything(live, sandbox) > 400
    assert _sum(by_campaign_day(read(live, live.accounts()[0]))) != before
