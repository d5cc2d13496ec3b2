"""The columns of a report's tables: their keys, and what they count as in `tables.Column`."""

from __future__ import annotations

FIGURES = (
    ("spend", "money"),
    ("reported_revenue", "money"),
    ("roas", "multiple"),
    ("conversions", "count"),
    ("cpa", "money"),
    ("impressions", "count"),
    ("clicks", "count"),
    ("ctr", "share"),
    ("cpc", "money"),
)
BEFORE = (
    ("spend_before", "money"),
    ("reported_revenue_before", "money"),
    ("roas_before", "multiple"),
    ("conversions_before", "count"),
)
PLATFORM = (("platform", "text"), ("share", "share"), *FIGURES, *BEFORE)
CAMPAIGN = (
    ("campaign", "text"),
    ("platform", "text"),
    ("account", "text"),
    ("status", "text"),
    *FIGURES,
    *BEFORE,
)
KPI = (
    ("figure", "text"),
    ("value", "each"),
    ("before", "each"),
    ("change", "share"),
    ("unit", "text"),
    ("meaning", "text"),
)
TREND = (
    ("period", "text"),
    ("day", "day"),
    ("settled", "text"),
    ("spend", "money"),
    ("revenue", "money"),
    ("reported_revenue", "money"),
    ("conversions", "count"),
    ("clicks", "count"),
    ("impressions", "count"),
    ("orders", "count"),
)
FINDING = (
    ("kind", "text"),
    ("class", "text"),
    ("title", "text"),
    ("saw", "text"),
    ("how_sure", "text"),
    ("do", "text"),
    ("change_our_mind", "text"),
    ("from", "day"),
    ("to", "day"),
    ("low", "each"),
    ("high", "each"),
    ("unit", "text"),
    ("per", "text"),
    ("at_stake", "money"),
    ("review_on", "day"),
    ("rule", "text"),
    ("written_by", "text"),
)
SOURCE = (
    ("source", "text"),
    ("platform", "text"),
    ("currency", "text"),
    ("time_zone", "text"),
    ("synced_at", "moment"),
    ("settled_through", "day"),
    ("sandbox", "text"),
)
ACTION = (("day", "day"), ("text", "text"), ("who", "text"))
