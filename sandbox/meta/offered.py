"""What an account offers those who create ads in it: pages, pixels, Instagram profiles, roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.meta.errors import GraphError, missing_scope
from sandbox.meta.tokens import Token
from sandbox.state import state
from sandbox.world import Account

_ALL = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MODERATE"]
PAGES = (
    {"id": "104500000000001", "name": "Larkspur Outdoor", "tasks": _ALL},
    {"id": "104500000000002", "name": "Kessel & Löffel", "tasks": _ALL},
    {"id": "104500000000003", "name": "Somebody else's page", "tasks": ["ANALYZE"]},
)
_WITHOUT_PIXEL = ("jp", "old")


@dataclass
class Knobs:
    """`advertises`: the user may create ads in every account, also where only looking."""

    advertises: bool = False


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)


def pages(token: Token) -> list[dict[str, Any]]:
    """None at all, and no error, without the permission to see them."""
    return list(PAGES) if token.allows("pages_show_list") else []


def pixels(account: Account) -> list[dict[str, Any]]:
    if account.plan.key in _WITHOUT_PIXEL:
        return []
    return [{"id": f"90{account.id}", "name": f"{account.name} pixel"}]


def instagram(account: Account) -> list[dict[str, Any]]:
    if account.plan.key != "us":
        return []
    return [{"id": "17841400000000001", "username": "larkspur.outdoor"}]


def check_page(page_id: Any) -> None:
    """Raises what Meta says about a page that one may not advertise for."""
    page = next((page for page in PAGES if page["id"] == page_id), None)
    if page is None or "ADVERTISE" not in page["tasks"]:
        raise GraphError(
            200,
            "(#200) The user does not have permission to create ads for this page",
            subcode=1815045,
            status=403,
        )


def check_advertiser(token: Token, account: Account) -> None:
    """Raises what Meta says to those who may only look."""
    if not token.allows("ads_management"):
        raise missing_scope("ads_management")
    if not knobs().advertises and not {"ADVERTISE", "MANAGE"} & set(account.plan.tasks):
        raise GraphError(
            200,
            "(#200) Permissions error: the user needs the ADVERTISE task on the ad account",
            status=403,
        )
    if account.plan.status != 1:
        raise GraphError(
            100,
            "Invalid parameter",
            subcode=1487194,
            error_user_title="Your ad account is closed",
            error_user_msg="Ads cannot be created in a closed ad account.",
        )
