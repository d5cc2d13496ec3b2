"""What the world holds: businesses, accounts and campaigns, each with the reason it is there."""

from __future__ import annotations

from typing import Final

from sandbox.plans import google, linkedin, meta, tiktok
from sandbox.plans.shapes import BusinessPlan
from sandbox.plans.shops import SHOPS as SHOPS

BUSINESSES: Final = (
    BusinessPlan("larkspur", "Larkspur Outdoor Inc."),
    BusinessPlan("kessel", "Kessel & Löffel GmbH"),
)

ACCOUNTS: Final = (*meta.ACCOUNTS, *google.ACCOUNTS, *linkedin.ACCOUNTS, *tiktok.ACCOUNTS)
PLANS: Final = (*meta.PLANS, *google.PLANS, *linkedin.PLANS, *tiktok.PLANS)
