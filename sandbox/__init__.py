"""The platforms' protocols on loopback, with a seeded world; never part of production."""

from __future__ import annotations

from typing import Final

CREDENTIALS: Final = {
    "meta": {"app_id": "sandbox-app", "app_secret": "sandbox-secret"},
    "google": {"client_id": "sandbox-google", "client_secret": "sandbox-google-secret"},
    "linkedin": {"client_id": "sandbox-linkedin", "client_secret": "sandbox-linkedin-secret"},
    "shopify": {"client_id": "sandbox-shopify", "client_secret": "sandbox-shopify-secret"},
    "tiktok": {"app_id": "sandbox-tiktok", "app_secret": "sandbox-tiktok-secret"},
}
"""What to put into the settings of an app that is to talk to the sandbox."""

SYSTEM_USER_TOKEN: Final = "sandbox-system-user-token"  # noqa: S105 - public, opens only the sandbox
"""A Meta token that never expires, for pasting."""

TIKTOK_TOKEN: Final = "sandbox-tiktok-long-lived-token"  # noqa: S105 - as public as the other
"""A long-lived TikTok token, for pasting."""

SHOPIFY_TOKEN: Final = "shpat_sandbox_custom_app_of_larkspur_outdoor"  # noqa: S105 - as public as these
"""A token of the first shop's own custom app, for pasting."""
