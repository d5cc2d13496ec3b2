"""What differs between apps and days at LinkedIn, to be turned at `/linkedin/sandbox/knobs`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.state import state

SCOPES = {
    "r_ads": "Read your ad accounts",
    "r_ads_reporting": "Read reports of your ad accounts",
    "rw_ads": "Manage your ad accounts",
    "w_organization_social": "Create, modify and delete posts on behalf of your organizations",
    "r_organization_admin": "Read your organizations' pages and who administers them",
}


@dataclass
class Knobs:
    """`refresh_tokens`: the app is an approved partner. `scopes`: what its products allow.

    `lost_accounts`: those in which the member has no role any more. `most_rows` cuts a report,
    `longest_address` is where 414 begins, `has_statistics` and `most_pivots` are about the finder
    with several pivots. `role` is the member's in every ad account, `page_role` that with the
    Pages. `conversions`: the accounts count some. `picture_polls`: how often a picture is still in
    the works. `geos_gone`: countries of whose numbers LinkedIn knows nothing any more.
    """

    refresh_tokens: bool = False
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    lost_accounts: list[str] = field(default_factory=list)
    most_rows: int = 15_000
    longest_address: int = 8_000
    has_statistics: bool = True
    most_pivots: int = 3
    has_introspection: bool = True
    has_revocation: bool = True
    role: str = "ACCOUNT_MANAGER"
    page_role: str = "ADMINISTRATOR"
    conversions: bool = True
    picture_polls: int = 1
    geos_gone: list[str] = field(default_factory=list)


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)
