"""Creating campaigns on TikTok over a real socket: everything off, nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.errors import AccessRevoked, AccountRefused, Throttled
from app.connectors.http import Http
from app.connectors.launching import Order, Refused, Unknown
from app.connectors.platforms.tiktok import TikTok
from app.connectors.tiktok_launch import TikTokLauncher
from app.connectors.tiktok_launch_bodies import amount, idempotency_key
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from sandbox import CREDENTIALS, TIKTOK_TOKEN
from tests.conftest import make_settings
from tests.connectors.tiktok_orders import (
    DOLLARS,
    FILM,
    FORM,
    JPEG,
    ORDER,
    SALES,
    YEN,
    created,
    launched,
    turn,
)
from tests.sandbox_server import SandboxServer

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


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
def http() -> Iterator[Http]:
    """The sandbox's own instant, and no waiting."""
    with Http(sleep=lambda _: None, wall=NOW.timestamp, jitter=lambda: 0.0) as opened:
        yield opened


@pytest.fixture
def live(here: Settings, http: Http) -> TikTok:
    return TikTok(here, http, Grant(TIKTOK_TOKEN))


@pytest.fixture
def launcher(live: TikTok) -> TikTokLauncher:
    return TikTokLauncher(live)


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        FILM,
        SALES,
        replace(SALES, goal="leads", answers={**SALES.answers, "pixel_event": FORM}),
        replace(FILM, goal="awareness", profile="TT_USER:7100000000000000002"),
        replace(ORDER, ends_on=None, special=("housing",), age_min=18, age_max=65),
    ],
    ids=["picture", "video", "sales", "leads", "awareness", "housing"],
)
def test_a_launch_creates_what_its_steps_show_and_all_of_it_is_off(
    launcher: TikTokLauncher, sandbox: SandboxServer, order: Order
) -> None:
    assert launcher.problems(DOLLARS, order) == []
    assert launcher.dry_run(DOLLARS, order).problems == ()
    made = launched(launcher, DOLLARS, order)
    assert list(made) == ["picture", "campaign", "ad_group", "ad-1", "ad-2"]
    found = created(sandbox)
    assert [len(found[kind]) for kind in ("image", "campaign", "adgroup", "ad")] == [1, 1, 1, 2]
    things = [one for kind in ("campaign", "adgroup", "ad") for one in found[kind]]
    assert {one["status"] for one in things} == {"DISABLE"}
    assert [one["id"] for one in [*found["image"], *things]] == list(made.values())
    for step, thing in zip(
        launcher.steps(DOLLARS, order), [*found["image"], *things], strict=True
    ):
        assert thing["name"] == step.name
    assert launcher.verify(DOLLARS, order, made) == []
    body = launcher.steps(DOLLARS, order)[2].request["adgroup/create"]
    row = found["adgroup"][0]["row"]
    for name in ("budget", "age_groups", "gender", "schedule_type", "optimization_goal"):
        assert row[name] == body[name]
    assert row["location_ids"] == ["6252001", "2921044"]
