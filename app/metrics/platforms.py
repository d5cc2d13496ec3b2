"""What platforms are called, and what is known about how each one counts."""

from __future__ import annotations

from dataclasses import dataclass

from app.connectors.base import Connector


@dataclass(frozen=True, slots=True)
class Counting:
    """How a platform arrives at conversions, for the person who asks where a number is from.

    `mixed`: conversions may be leads and sign-ups as well as sales.
    """

    label: str
    conversions: str
    attribution: str
    day: str
    mixed: bool = True


_UNKNOWN = Counting(
    "Other",
    "What the export calls conversions.",
    "As set where the export was made.",
    "Days as in the export.",
)

COUNTING = {
    "meta": Counting(
        "Meta",
        "Purchases under one action type per row: omni_purchase, which already holds the others, "
        "else the next one there is. Overlapping types are never added.",
        "The ad account's own setting; by default 7 days after a click, 1 day after a view.",
        "Booked on the day of the click or view, in the ad account's time zone.",
        mixed=False,
    ),
    "google": Counting(
        "Google",
        "The account's Conversions column, without view-through conversions; it can be a fraction "
        "with data-driven attribution.",
        "As set per conversion action; by default 30 days after a click.",
        "Booked on the day of the click that led to them, in the account's time zone.",
    ),
    "linkedin": Counting(
        "LinkedIn",
        "Website conversions, after a click or a view, and lead forms sent on LinkedIn, together; "
        "in an uploaded export, its Conversions column. Their value is that of the website "
        "conversions, for LinkedIn gives none to a form. Cost and value are in the account's own "
        "currency.",
        "By default 30 days after a click, 7 days after a view; several campaigns may be "
        "credited with one conversion.",
        "Days are in UTC.",
    ),
    "tiktok": Counting(
        "TikTok",
        "Purchases on the website, in the app and in TikTok Shop together; in an uploaded export, "
        "its Conversions column.",
        "By default 7 days after a click, 1 day after a view.",
        "Booked on the day of the click or view, in the account's time zone.",
    ),
    "shopify": Counting(
        "Shopify",
        "A shop counts orders, not conversions.",
        "None: every order counts once, whatever led to it.",
        "Orders on the day they were processed, refunds on their own, in the shop's time zone.",
    ),
}


def counting(slug: str) -> Counting:
    """How the platform of this slug counts; one that nothing is known of is at least named."""
    known = COUNTING.get(slug.removesuffix("_ads"))
    if known is not None:
        return known
    connector = Connector.registry.get(slug)
    name = connector.label if connector else slug.replace("_", " ").capitalize()
    return Counting(
        name or _UNKNOWN.label,
        _UNKNOWN.conversions,
        _UNKNOWN.attribution,
        _UNKNOWN.day,
    )


def is_shop(slug: str) -> bool:
    """Whether it sells instead of advertising."""
    connector = Connector.registry.get(slug)
    return connector.sells if connector else slug == "shopify"


def platform_label(slug: str) -> str:
    """What people call the platform."""
    return counting(slug).label
