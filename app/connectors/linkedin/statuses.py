"""LinkedIn's status words in ours.

What an owner set (`status`, of a creative `intendedStatus`) decides unless it is ACTIVE; then what
keeps a thing from being served does. Both lists are LinkedIn's own (Marketing API: account
structure) and open: a word in neither is a problem to look at, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ACTIVE, PAUSED, ENDED, REMOVED, PROBLEM = "active", "paused", "ended", "removed", "problem"

STATUS: Final = {
    "ACTIVE": ACTIVE,
    "DRAFT": PAUSED,
    "PAUSED": PAUSED,
    "ARCHIVED": ENDED,
    "COMPLETED": ENDED,
    "CANCELED": ENDED,
    "CANCELLED": ENDED,
    "PENDING_DELETION": REMOVED,
    "REMOVED": REMOVED,
}
_HOLDS: Final = {
    ACTIVE: "RUNNABLE",
    PAUSED: """
        STOPPED CAMPAIGN_STOPPED CAMPAIGN_START_DATE_HOLD CAMPAIGN_GROUP_START_DATE_HOLD
        CAMPAIGN_GROUP_STATUS_HOLD UNDER_REVIEW PROCESSING
    """,
    PROBLEM: """
        BILLING_HOLD RESTRICTED_HOLD INTERNAL_HOLD ACCOUNT_SERVING_HOLD
        CAMPAIGN_AUDIENCE_COUNT_HOLD AUDIENCE_COUNT_HOLD REJECTED FORM_HOLD PROCESSING_FAILED
        REFERRED_CONTENT_QUALITY_HOLD JOB_POSTING_ON_HOLD JOB_POSTING_INVALID
    """,
    ENDED: """
        ACCOUNT_END_DATE_HOLD ACCOUNT_TOTAL_BUDGET_HOLD CAMPAIGN_END_DATE_HOLD
        CAMPAIGN_TOTAL_BUDGET_HOLD CAMPAIGN_GROUP_END_DATE_HOLD CAMPAIGN_GROUP_TOTAL_BUDGET_HOLD
    """,
}
HOLD: Final = {word: state for state, words in _HOLDS.items() for word in words.split()}
REVIEW: Final = {
    "APPROVED": ACTIVE,
    "PENDING": PAUSED,
    "NEEDS_REVIEW": PAUSED,
    "REJECTED": PROBLEM,
}
# Of several holds the first of these is what matters most.
_WEIGHT: Final = (ENDED, PROBLEM, PAUSED, ACTIVE)

ACCOUNT_STATUS: Final = {
    "ACTIVE": "active",
    "CANCELED": "cancelled",
    "CANCELLED": "cancelled",
    "DRAFT": "draft",
    "PENDING_DELETION": "being deleted",
    "REMOVED": "removed",
}
ACCOUNT_HOLD: Final = {
    "STOPPED": "stopped",
    "BILLING_HOLD": "billing problem",
    "ACCOUNT_TOTAL_BUDGET_HOLD": "budget used up",
    "ACCOUNT_END_DATE_HOLD": "past its end date",
    "RESTRICTED_HOLD": "restricted",
    "INTERNAL_HOLD": "on hold at LinkedIn",
}


def status_of(set_by_owner: str, holds: Sequence[str]) -> str:
    """Our word. `holds` are serving statuses, hold reasons and the verdict of a review."""
    own = STATUS.get(set_by_owner or "ACTIVE", PROBLEM)
    if own != ACTIVE:
        return own
    states = {HOLD.get(word) or REVIEW.get(word) or PROBLEM for word in holds}
    return next((state for state in _WEIGHT if state in states), ACTIVE)


def own_word(set_by_owner: str, holds: Sequence[str]) -> str:
    """LinkedIn's word; when it is ACTIVE and yet held, with the reasons."""
    keeping = [word for word in holds if word not in ("RUNNABLE", "APPROVED")]
    if set_by_owner != "ACTIVE" or not keeping:
        return set_by_owner
    return f"{set_by_owner} ({', '.join(dict.fromkeys(keeping))})"


def surprises(set_by_owner: str, holds: Sequence[str]) -> list[str]:
    """Words of LinkedIn's that are in no table of ours."""
    words = [] if not set_by_owner or set_by_owner in STATUS else [set_by_owner]
    return words + [word for word in holds if word not in HOLD and word not in REVIEW]


def account_status(status: str, holds: Sequence[str], *, test: bool) -> str:
    """What keeps an account from running, in words; `active` when nothing does."""
    if test:
        return "test account"
    if status not in ("ACTIVE", ""):
        return ACCOUNT_STATUS.get(status, f"unknown ({status})")
    held = [word for word in holds if word != "RUNNABLE"]
    return ACCOUNT_HOLD.get(held[0], f"unknown ({held[0]})") if held else "active"
