"""What differs between apps and days at LinkedIn, to be turned at `/linkedin/sandbox/knobs`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from flask import Response, jsonify, request

from sandbox.state import state

SCOPES = {
    "r_ads": "Read your ad accounts",
    "r_ads_reporting": "Read reports of your ad accounts",
    "rw_ads": "Manage your ad accounts",
}


@dataclass
class Knobs:
    """`refresh_tokens`: the app is an approved partner. `scopes`: what its products allow.

    `lost_accounts`: those in which the member has no role any more. `most_rows` cuts a report,
    `longest_address` is where 414 begins, `has_statistics` and `most_pivots` are about the finder
    with several pivots.
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


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)


def turn() -> Response:
    """GET shows them; POST with JSON turns some."""
    body: dict[str, Any] = request.get_json(silent=True) or {}
    known = {one.name for one in fields(Knobs)}
    if set(body) - known:
        response = jsonify(error=f"there are {', '.join(sorted(known))}")
        response.status_code = 400
        return response
    for name, value in body.items():
        setattr(knobs(), name, value)
    return jsonify(asdict(knobs()))
