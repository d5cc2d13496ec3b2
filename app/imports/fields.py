"""What a column can mean, and which meanings can be given by hand."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """The meaning of a column. `starts`/`ends` are the span that a row covers."""

    DAY = "day"
    STARTS = "starts"
    ENDS = "ends"
    ACCOUNT = "account"
    ACCOUNT_ID = "account_id"
    CURRENCY = "currency"
    CAMPAIGN = "campaign"
    CAMPAIGN_ID = "campaign_id"
    AD_GROUP = "ad_group"
    AD_GROUP_ID = "ad_group_id"
    AD = "ad"
    AD_ID = "ad_id"
    PLACEMENT = "placement"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    SPEND = "spend"
    CONVERSIONS = "conversions"
    CONVERSION_VALUE = "conversion_value"
    ORDERS = "orders"
    GROSS = "gross"
    DISCOUNTS = "discounts"
    REFUNDS = "refunds"
    NET = "net"
    TAX = "tax"
    SHIPPING = "shipping"
    TOTAL = "total"
    STATUS = "status"
    CANCELLED = "cancelled"


LABELS: dict[Field, str] = {
    Field.DAY: "Day",
    Field.STARTS: "First day of the row",
    Field.ENDS: "Last day of the row",
    Field.ACCOUNT: "Account name",
    Field.ACCOUNT_ID: "Account ID",
    Field.CURRENCY: "Currency",
    Field.CAMPAIGN: "Campaign",
    Field.CAMPAIGN_ID: "Campaign ID",
    Field.AD_GROUP: "Ad group or ad set",
    Field.AD_GROUP_ID: "Ad group or ad set ID",
    Field.AD: "Ad",
    Field.AD_ID: "Ad ID",
    Field.PLACEMENT: "Placement",
    Field.IMPRESSIONS: "Impressions",
    Field.CLICKS: "Clicks",
    Field.SPEND: "Spend",
    Field.CONVERSIONS: "Conversions",
    Field.CONVERSION_VALUE: "Conversion value",
    Field.ORDERS: "Orders",
    Field.GROSS: "Gross sales",
    Field.DISCOUNTS: "Discounts",
    Field.REFUNDS: "Refunds",
    Field.NET: "Net sales",
    Field.TAX: "Tax",
    Field.SHIPPING: "Shipping",
    Field.TOTAL: "Order total",
    Field.STATUS: "Payment status",
    Field.CANCELLED: "Cancelled at",
}

COUNTS = frozenset({Field.IMPRESSIONS, Field.CLICKS, Field.ORDERS})
"""Whole numbers."""

STORE_AMOUNTS = (
    Field.GROSS,
    Field.DISCOUNTS,
    Field.REFUNDS,
    Field.NET,
    Field.TAX,
    Field.SHIPPING,
)

MONEY = (Field.SPEND, Field.CONVERSION_VALUE, *STORE_AMOUNTS)
"""Amounts, which are all in the file's one currency."""

AD_FIGURES = (
    Field.IMPRESSIONS,
    Field.CLICKS,
    Field.SPEND,
    Field.CONVERSIONS,
    Field.CONVERSION_VALUE,
)

NUMERIC = frozenset({*AD_FIGURES, *STORE_AMOUNTS, Field.ORDERS, Field.TOTAL})

ENTITIES = (
    Field.CAMPAIGN,
    Field.CAMPAIGN_ID,
    Field.AD_GROUP,
    Field.AD_GROUP_ID,
    Field.AD,
    Field.AD_ID,
    Field.PLACEMENT,
)

BY_HAND_ADS = (
    Field.DAY,
    *ENTITIES,
    *AD_FIGURES,
    Field.ACCOUNT,
    Field.ACCOUNT_ID,
    Field.CURRENCY,
)

BY_HAND_STORE = (
    Field.DAY,
    Field.ORDERS,
    *STORE_AMOUNTS,
    Field.ACCOUNT,
    Field.ACCOUNT_ID,
    Field.CURRENCY,
)

# What scripts may call a meaning besides its own name.
SPOKEN: dict[str, Field] = {
    "date": Field.DAY,
    "cost": Field.SPEND,
    "amount_spent": Field.SPEND,
    "value": Field.CONVERSION_VALUE,
    "revenue": Field.CONVERSION_VALUE,
    "purchases": Field.CONVERSIONS,
    "campaign_name": Field.CAMPAIGN,
    "ad_set": Field.AD_GROUP,
    "ad_set_name": Field.AD_GROUP,
    "ad_group_name": Field.AD_GROUP,
    "ad_name": Field.AD,
    "account_name": Field.ACCOUNT,
    "net_sales": Field.NET,
}
