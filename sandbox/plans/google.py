"""Google's accounts and campaigns."""

from __future__ import annotations

from typing import Final

from sandbox.plans.shapes import AccountPlan, Plan

ACCOUNTS: Final = (
    AccountPlan(
        "google-us", "larkspur", "Larkspur Outdoor – Google", "USD", "America/New_York", "US",
        1.1, 78.0, "Dollars; conversions are fractions, as data-driven credit is.",
        platform="google", shop="larkspur",
    ),
    AccountPlan(
        "google-in", "kessel", "Kessel & Löffel India", "INR", "Asia/Kolkata", "IN", 14.0, 2100.0,
        "Rupees, and a time zone of half hours.", platform="google",
    ),
)  # fmt: skip

PLANS: Final = (
    Plan("google-us", "Search – Brand", "Cheap clicks, high returns: they searched the brand.",
         convert=2.8, price=0.5, click_rate=4.0, volume=0.6),
    Plan("google-us", "Search – Tents & shelters", "Ordinary search.", click_rate=3.0),
    Plan("google-us", "Performance Max – All products", "Performance Max: has no ads to list.",
         volume=2.0, convert=1.3, adless=True),
    Plan("google-us", "Display – Remarketing", "Display network.", click_rate=0.4, price=0.4),
    Plan("google-us", "Removed – Black Friday 2025", "Removed: its spend must stay.",
         launch=-330, end=-30, fate="DELETED", volume=1.2),
    Plan("google-us", "Video – Above the treeline", "YouTube: views, hardly a click, no sale.",
         kind="awareness", price=0.4, click_rate=0.3, ad_sets=1),
    Plan("google-us", "Search – Trail guide leads", "Leads are conversions without a value.",
         kind="leads", volume=0.5, convert=1.4),
    Plan("google-us", "Display – Fair 2025", "Over, with a budget for its whole time.",
         launch=-380, end=-200, budget="lifetime", fate="ARCHIVED"),
    Plan("google-us", "Shopping – Clearance", "Misconfigured: delivers nothing as it stands.",
         launch=-20, with_issues=True, volume=0.3),
    Plan("google-in", "खोज – ब्रांड", "Hindi name; half-hour zone.", convert=2.0),
    Plan("google-in", "Search – Cookware", "Ordinary.", click_rate=3.0),
)  # fmt: skip
