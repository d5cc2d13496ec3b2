"""A shop's one name at Shopify, NAME.myshopify.com, from whatever people type.

The app's secret is posted to this host, so nothing else may ever come out of here.
"""

from __future__ import annotations

import re

from app.connectors.errors import OAuthDenied
from app.settings import Settings

LONGEST = 100
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ADMIN = re.compile(r"admin\.shopify\.com/store/([a-z0-9-]+)(?:/.*)?")


def is_shop(domain: str) -> bool:
    """Whether this is a shop's name and nothing more."""
    return len(domain) <= LONGEST and _DOMAIN.fullmatch(domain) is not None


def shop_domain(given: str) -> str:
    """The shop's myshopify.com name. Raises OAuthDenied when there is none in what was given."""
    asked = given.strip().lower().split("://", 1)[-1].split("?", 1)[0].split("#", 1)[0]
    admin = _ADMIN.fullmatch(asked)
    name = admin.group(1) if admin else asked.split("/", 1)[0]
    domain = f"{name}.myshopify.com" if _NAME.fullmatch(name) else name
    if not is_shop(domain):
        raise OAuthDenied(
            "This is not a shop's address at Shopify, so nothing was asked of it. Enter the one "
            "that ends in .myshopify.com: it is in Shopify's admin under Settings, Domains."
        )
    return domain


def shop_url(settings: Settings, shop: str) -> str:
    """The root of a shop's addresses."""
    return settings.shopify_url_template.replace("{shop}", shop, 1)
