"""Orders, agreements and sales with the names and shapes that Shopify gives them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sandbox.shop import Agreement, Order, Sale, Shop
from sandbox.shopify.connections import Listed

_AGREEMENTS = {
    "ORDER": "OrderAgreement",
    "ORDER_EDIT": "OrderEditAgreement",
    "REFUND": "RefundAgreement",
    "RETURN": "ReturnAgreement",
}
_SALES = {
    "PRODUCT": "ProductSale",
    "SHIPPING": "ShippingLineSale",
    "GIFT_CARD": "GiftCardSale",
    "TIP": "TipSale",
    "ADJUSTMENT": "AdjustmentSale",
}


def shop(found: Shop) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Shop/{68_000_000_000 + found.number}",
        "name": found.plan.name,
        "myshopifyDomain": found.domain,
        "currencyCode": found.plan.currency,
        "ianaTimezone": found.plan.time_zone,
        "taxesIncluded": found.plan.taxes_included,
        "taxShipping": found.plan.taxes_included,
    }


def order(of: Shop, found: Order) -> dict[str, Any]:
    journey = {"ready": True, "customerOrderIndex": found.customer_index}
    return {
        "__typename": "Order",
        "id": f"gid://shopify/Order/{found.id}",
        "legacyResourceId": str(found.id),
        "name": found.name,
        "createdAt": moment(found.created_at),
        "processedAt": moment(found.processed_at),
        "updatedAt": moment(found.updated_at),
        "cancelledAt": found.cancelled_at and moment(found.cancelled_at),
        "test": found.test,
        "currencyCode": of.plan.currency,
        "presentmentCurrencyCode": of.plan.currency,
        "taxesIncluded": of.plan.taxes_included,
        "customerJourneySummary": None if found.customer_index is None else journey,
        "agreements": Listed([_agreement(of, each) for each in found.agreements]),
    }


def _agreement(of: Shop, found: Agreement) -> dict[str, Any]:
    kind = _AGREEMENTS[found.reason]
    return {
        "__typename": kind,
        "id": f"gid://shopify/{kind}/{found.id}",
        "happenedAt": moment(found.happened_at),
        "reason": found.reason,
        "sales": Listed([_sale(of, each) for each in found.sales]),
    }


def _sale(of: Shop, found: Sale) -> dict[str, Any]:
    kind = _SALES[found.line]
    return {
        "__typename": kind,
        "id": f"gid://shopify/{kind}/{found.id}",
        "actionType": found.action,
        "lineType": found.line,
        "quantity": found.quantity,
        "totalAmount": _bag(of, found.total),
        "totalTaxAmount": _bag(of, found.tax),
        "totalDiscountAmountBeforeTaxes": _bag(of, found.discount),
        "totalDiscountAmountAfterTaxes": _bag(of, found.discount),
    }


def _bag(of: Shop, minor: int) -> dict[str, Any]:
    text = of.money(minor)
    # Shopify writes 5.00 as 5.0.
    money = {
        "amount": text.removesuffix("0"),
        "currencyCode": of.plan.currency,
    }
    return {"shopMoney": money, "presentmentMoney": money}


def moment(instant: dt.datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
