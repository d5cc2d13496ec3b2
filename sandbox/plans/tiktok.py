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
)  # fmt: skip

PLANS: Final = (
    Plan("tiktok-us", "Spark – Trail stories", "The evergreen.", volume=2.2, click_rate=0.8),
    Plan("tiktok-us", "Catalog – Bestsellers", "Ordinary sales.", volume=1.2),
    Plan("tiktok-us", "Reach – New season", "Awareness.", kind="awareness", price=0.4,
         click_rate=0.3),
    Plan("tiktok-us", "Deleted – Hashtag week", "Deleted: its spend must stay.",
         launch=-300, end=-25, fate="DELETED"),
    Plan("tiktok-jp", "動画 – 新作テント", "Japanese name, yen.", volume=0.8),
)  # fmt: skip
