"""The shops whose sales the platforms claim."""

from __future__ import annotations

from typing import Final

from sandbox.plans.shapes import ShopPlan

SHOPS: Final = (
    ShopPlan(
        "larkspur", "Larkspur Outdoor", "larkspur-outdoor.myshopify.com", "USD",
        "America/New_York", tax=825, taxed=400, taxes_included=False, shipping=795,
        claimed={"meta": 2000, "google": 1600, "linkedin": 1250, "tiktok": 2500}, organic=250,
        scenario="Dollars, New York days, sales tax on top where the buyer lives in a taxed state.",
    ),
    ShopPlan(
        "kessel", "Kessel & Löffel", "kessel-loeffel.myshopify.com", "EUR",
        "Europe/Berlin", tax=1900, taxed=1000, taxes_included=True, shipping=490,
        claimed={"meta": 1700, "linkedin": 1500}, organic=350,
        scenario="Euros and Berlin days; prices include value-added tax, shipping is taxed too.",
    ),
)  # fmt: skip
