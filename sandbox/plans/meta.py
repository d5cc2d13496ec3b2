"""Meta's accounts and campaigns."""

from __future__ import annotations

from typing import Final

from sandbox.plans.shapes import AccountPlan, Plan

ACCOUNTS: Final = (
    AccountPlan(
        "us", "larkspur", "Larkspur Outdoor US", "USD", "America/New_York", "US", 0.85, 74.0,
        "The big one: dollars, New York days, every kind of campaign.", shop="larkspur",
    ),
    AccountPlan(
        "de", "kessel", "Kessel & Löffel DE", "EUR", "Europe/Berlin", "DE", 0.62, 58.0,
        "Euros and Berlin days: its today starts six hours before New York's.", shop="kessel",
    ),
    AccountPlan(
        "jp", "larkspur", "Larkspur 日本", "JPY", "Asia/Tokyo", "JP", 95.0, 8200.0,
        "Yen have no minor unit, and the user may only read here: no ADVERTISE task.",
        tasks=("ANALYZE",),
    ),
    AccountPlan(
        "old", "larkspur", "Larkspur Outlet (closed)", "USD", "America/Los_Angeles", "US",
        0.7, 40.0, "A closed account without a single campaign: an empty answer is a right answer.",
        status=101,
    ),
)  # fmt: skip

_SPECIAL: Final = (
    Plan("us", "Prospecting | Broad | US", "The evergreen: a fifth of the account's spend.",
         ad_sets=5, ads=5, volume=2.6, budget="ad_sets"),
    Plan("us", "Retargeting – All visitors", "First of two campaigns with one and the same name.",
         convert=2.6, volume=0.7),
    Plan("us", "Retargeting – All visitors", "Second of two campaigns with one and the same name.",
         convert=1.9, volume=0.5, launch=-210),
    Plan("us", "🔥 Summer Clearance ☀️ | up to -50%", "Emoji in the name; strong weekends.",
         launch=-60, end=70, convert=1.4, basket=0.7),
    Plan("us", "Removed – Founders Day Flash", "Deleted: never listed again, its spend must stay.",
         launch=-320, end=-20, fate="DELETED", volume=1.5, convert=1.2),
    Plan("us", "Spring Teaser 2019 refresh", "Archived: listed only when asked for.",
         launch=-390, end=-150, fate="ARCHIVED"),
    Plan("us", "Loyalty lookalike 1%", "Paused by hand before the half-year began.",
         launch=-300, end=-30),
    Plan("us", "Catalog – New arrivals", "Has an issue: delivers, but Meta complains.",
         with_issues=True, ads=4),
    Plan("us", "Brand film – Above the treeline", "Awareness: spend and no purchases by design.",
         kind="awareness", price=0.5, volume=2.0, click_rate=0.25),
    Plan("us", "Zero – Gift cards test", "A sales campaign that never sold: ROAS 0, CPA unknown.",
         convert=0.0, launch=-90, volume=0.4),
    Plan("us", "Store locator clicks", "Traffic: landing page views and nothing to sell.",
         kind="traffic", click_rate=1.8, price=0.6),
    Plan("us", "Newsletter leads – Trail guide", "Leads counted by three overlapping types.",
         kind="leads", convert=1.6),
    Plan("us", "Conversions 2021 (legacy)", "Objective CONVERSIONS: shown, no longer creatable.",
         objective="CONVERSIONS", launch=-800),
    Plan("us", "Star – Merino bundle", "The winner: ROAS far above the target.",
         convert=2.4, basket=1.5, volume=0.8, trend=0.0008),
    Plan("us", "Loser – Camp kitchen broad", "Burns money: ROAS far below 1.",
         convert=0.25, price=1.5),
    Plan("us", "Tired – Rain jackets", "Creative fatigue: click rate falls month after month.",
         trend=-0.0018, launch=-260),
    Plan("us", "Spike – Tax refund weekend", "One day with seven times the usual spend.",
         spike=-45, launch=-140),
    Plan("us", "Instagram only – Reels", "All delivery on one placement.",
         platforms=(0, 1000, 0, 0), click_rate=1.2),
    Plan("us", "Shop checkout – On Facebook", "Most sales on Facebook itself: the pixel sees few.",
         on_site=0.85),
    Plan("us", '=SUM(A1:A9) | "quoted", <b>bold</b> & co', "A name that breaks careless exports.",
         volume=0.3),
    Plan("us", "Very long name – " + "autumn layering guide, " * 10, "Over 240 characters.",
         volume=0.3),
    Plan("us", "App installs – Trail map", "App promotion: link clicks and nothing else.",
         kind="app", volume=0.6),
    Plan("us", "Half-year launch – Tents", "Launched midway through the history.",
         launch=-120, volume=1.3),
    Plan("us", "Lifetime – Holiday countdown", "Lifetime budget with a fixed end.",
         launch=-40, end=150, budget="lifetime"),
    Plan("de", "Prospecting – Küche & Kochen (DE/AT)", "Umlauts; the account's evergreen.",
         ad_sets=5, ads=5, volume=2.2, budget="ad_sets"),
    Plan("de", "Retargeting – Warenkorbabbrecher", "Small and very profitable.",
         convert=3.0, volume=0.5),
    Plan("de", "مجموعة الشتاء – خصم ٢٠٪", "A right-to-left name among left-to-right ones.",
         launch=-180, volume=0.6),
    Plan("de", "Gusseisen Sale 🍳", "Launched midway; emoji at the end.",
         launch=-100, convert=1.3),
    Plan("de", "Rezeptheft – Leads", "Leads in euros.", kind="leads"),
    Plan("de", "Markenfilm Winter", "Awareness in the second account.",
         kind="awareness", price=0.5, volume=1.5, click_rate=0.3),
    Plan("de", "Blog-Traffic – Messerkunde", "Traffic in the second account.",
         kind="traffic", click_rate=1.6),
    Plan("de", "Muttertag 2024", "Archived in euros.", launch=-420, end=-200, fate="ARCHIVED"),
    Plan("de", "Outlet – Restposten", "Paused in euros.", launch=-350, end=-60, basket=0.6),
    Plan("de", "Posts bewerben – Community", "Engagement: clicks that are not link clicks.",
         kind="engagement", price=0.4),
    Plan("de", "Advantage+ Katalog", "Grows a little every day.", trend=0.0012, launch=-280),
    Plan("de", "Neukunden – Lookalike 3%", "Ordinary."),
    Plan("de", "Neukunden – Interessen", "Ordinary.", volume=0.8, convert=0.8),
    Plan("de", "B2B – Gastronomie", "Few orders, large baskets.", basket=4.0, convert=0.35),
    Plan("de", "Geschenkkarten", "Ordinary, small.", volume=0.4, basket=0.5),
    Plan("jp", "新規顧客 – アウトドア", "Japanese name, yen without decimals.", volume=0.9),
    Plan("jp", "リターゲティング", "Small retargeting in yen.", convert=2.2, volume=0.4),
    Plan("jp", "ブランド認知 冬", "Awareness in yen.", kind="awareness", price=0.5, click_rate=0.3),
    Plan("jp", "セール 🎌 秋", "Launched midway, in yen.", launch=-75, volume=0.5),
    Plan("jp", "LINE 友だち獲得", "Traffic in yen.", kind="traffic", volume=0.5),
)  # fmt: skip

DROP_EVERY: Final = 14
"""Days between two drops; there is always one whose ad sets are still learning."""

_DROPS: Final = tuple(
    Plan(
        "us",
        f"Drop {number + 1:02d} – Small batch",
        "One of a series: the youngest is still learning, every other one is deleted when over.",
        launch=3 + DROP_EVERY * number,
        end=3 + DROP_EVERY * number + 35,
        fate="PAUSED" if number % 2 else "DELETED",
        ads=2,
        volume=0.5,
    )
    for number in range(13)
)

PLANS: Final = _SPECIAL + _DROPS
