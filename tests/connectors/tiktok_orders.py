"""Orders for TikTok's sandbox, and what was created there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.connectors.launching import AdCopy, Order, Picture
from app.connectors.words import FoundAccount
from tests.connectors.conftest import turn_knobs
from tests.sandbox_server import SandboxServer

DOLLARS = FoundAccount("7012345678900000001", "Larkspur TikTok", "USD", "America/Los_Angeles")
YEN = FoundAccount("7012345678900000002", "Larkspur TikTok 日本", "JPY", "Asia/Tokyo")
JPEG = b"\xff\xd8\xff\xe0 a picture of a tent"
VIDEO = "v10033g50000c1trail0001"
PURCHASE, FORM = "7200000000000000001:SHOPPING", "7200000000000000001:FORM"
COPY = AdCopy(
    "Light enough to forget you carry it.", "Trail tent", "Two kilos, two people", "SHOP_NOW"
)
ORDER = Order(
    name="Winter tents",
    mark="gz7k2m",
    goal="traffic",
    daily_budget=Decimal("25.50"),
    starts_on=dt.date(2026, 12, 1),
    ends_on=dt.date(2026, 12, 20),
    countries=("US", "DE"),
    age_min=25,
    age_max=54,
    gender="all",
    language="en",
    url="https://shop.example/tents?utm_source=tiktok",
    profile="CUSTOMIZED_USER:7100000000000000001",
    ads=(COPY, replace(COPY, primary_text="Up in two minutes, even with gloves on.")),
    picture=Picture(JPEG),
)
FILM = replace(ORDER, mark="gz7k2n", answers={"video": VIDEO})
SALES = replace(
    FILM, mark="gz7k2s", goal="sales", answers={**FILM.answers, "pixel_event": PURCHASE}
)
COVERED = replace(FILM, mark="gz7k2c", picture=None)
"""A video whose cover TikTok has made."""


def created(sandbox: SandboxServer) -> dict[str, list[dict[str, Any]]]:
    """What the sandbox has made, by kind."""
    found: dict[str, list[dict[str, Any]]] = {"campaign": [], "adgroup": [], "ad": [], "image": []}
    for one in sandbox.truth(of="tiktok/created"):
        found[one["kind"]].append(one)
    return found


def turn(sandbox: SandboxServer, **knobs: bool) -> None:
    """Turn the sandbox's knobs."""
    turn_knobs(sandbox, "tiktok", **knobs)
