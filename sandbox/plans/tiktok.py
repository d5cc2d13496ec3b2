"""TikTok's accounts and campaigns."""

from __future__ import annotations

from typing import Final

from sandbox.plans.shapes import AccountPlan, Plan

ACCOUNTS: Final = (
    AccountPlan(
        "tiktok-us", "larkspur", "Larkspur TikTok", "USD", "America/Los_Angeles", "US", 0.4, 62.0,
        "Dollars and Los Angeles days.", platform="tiktok", shop="larkspur",
    ),
    AccountPlan(
        "tiktok-jp", "larkspur", "Larkspur TikTok 日本", "JPY", "Asia/Tokyo", "JP", 48.0, 7600.0,
        "Yen have no minor unit.", platform="tiktok",
    ),
    AccountPlan(
        "tiktok-ca", "larkspur", "Larkspur TikTok Canada", "CAD", "America/St_Johns", "CA",
        0.5, 70.0, "Limited and without a campaign; its zone is half an hour off.",
        status=101, platform="tiktok",
    ),
)  # fmt: skip

PLANS: Final = (
    Plan("tiktok-us", "Spark – Trail stories", "The evergreen.", volume=2.2, click_rate=0.8,
         ad_sets=3),
    Plan("tiktok-us", "Catalog – Bestsellers", "Ordinary sales, a fifth of them in TikTok Shop.",
         volume=1.2, on_site=0.2, budget="ad_sets"),
    Plan("tiktok-us", "Reach – New season", "Awareness.", kind="awareness", price=0.4,
         click_rate=0.3),
    Plan("tiktok-us", "Deleted – Hashtag week", "Deleted: its spend must stay.",
         launch=-300, end=-25, fate="DELETED"),
    Plan("tiktok-us", "Smart+ – Bestsellers", "Upgraded Smart+: its ads hold creatives of theirs.",
         volume=0.9, convert=1.2, launch=-120),
    Plan("tiktok-us", "App – Trail maps", "App installs: nothing is bought.", kind="app",
         volume=0.4),
    Plan("tiktok-us", "Leads – Trail guide", "Leads are no purchases.", kind="leads", volume=0.4),
    Plan("tiktok-us", "Summer sale 2025", "Over, with a budget for its whole time.", launch=-380,
         end=-200, budget="lifetime", fate="ARCHIVED"),
    Plan("tiktok-us", "Launch week – one day only", "Its budget of the day is used up by noon.",
         launch=-20, with_issues=True, volume=0.3),
    Plan("tiktok-jp", "動画 – 新作テント", "Japanese name, yen.", volume=0.8),
    Plan("tiktok-jp", "スパーク – 冬", "Paused by hand before the half-year began.", launch=-260,
         end=-40, volume=0.5),
)  # fmt: skip
