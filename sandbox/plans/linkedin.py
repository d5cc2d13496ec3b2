"""LinkedIn's accounts and campaigns. What is a campaign here is a campaign group there."""

from __future__ import annotations

from typing import Final

from sandbox.plans.shapes import AccountPlan, Plan

ACCOUNTS: Final = (
    AccountPlan(
        "linkedin-us", "larkspur", "Larkspur B2B", "USD", "UTC", "US", 4.2, 240.0,
        "Dollars; LinkedIn's days are days of UTC wherever the account is.",
        platform="linkedin", shop="larkspur",
    ),
    AccountPlan(
        "linkedin-de", "kessel", "Kessel & Löffel Gastro", "EUR", "UTC", "DE", 3.6, 310.0,
        "Euros, where cost in USD would be a wrong number.", platform="linkedin", shop="kessel",
    ),
    AccountPlan(
        "linkedin-old", "kessel", "Kessel & Löffel Catering", "EUR", "UTC", "AT", 3.6, 310.0,
        "Cancelled, unpaid and without a campaign.", status=3, platform="linkedin",
    ),
)  # fmt: skip

PLANS: Final = (
    Plan("linkedin-us", "Corporate gifts – Decision makers", "Website conversions.", volume=0.5),
    Plan("linkedin-us", "Retail partners – Lead gen forms", "Leads by form.", kind="leads",
         volume=0.5, convert=1.4),
    Plan("linkedin-us", "Brand – Outdoor industry", "Awareness.", kind="awareness", price=0.6,
         click_rate=0.4),
    Plan("linkedin-us", "Trade fair 2025", "Over and deleted: its spend must stay.",
         launch=-320, end=-40, fate="DELETED", volume=0.6),
    Plan("linkedin-de", "Gastronomie – Leads", "Leads in euros.", kind="leads", volume=0.4),
    Plan("linkedin-de", "Hotellerie – Verkauf", "Sales in euros.", volume=0.4),
    Plan("linkedin-us", "Procurement – Text ads", "Text ads, with a budget for each campaign.",
         kind="traffic", budget="ad_sets", volume=0.4),
    Plan("linkedin-us", "Spring launch 2025", "Over, with a budget for its whole time.",
         launch=-380, end=-200, budget="lifetime", fate="ARCHIVED", volume=0.4),
    Plan("linkedin-de", "Messe Herbst", "Its end date has passed while it was switched on.",
         launch=-300, end=60, budget="lifetime", volume=0.3),
)  # fmt: skip
