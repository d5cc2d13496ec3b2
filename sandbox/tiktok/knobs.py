"""What differs between TikTok's accounts, turned at `/tiktok/sandbox/knobs`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from flask import Response, jsonify, request

from sandbox.state import state


@dataclass
class Knobs:
    """`obeys_disable`: campaigns are created switched off when that is asked for.

    It is off by default, for TikTok ignored the wish without a word unless an account was on its
    list. `stuck_campaigns`: a campaign that is on cannot be switched off. `videos`, `pixels` and
    `identities`: whether accounts have any.
    """

    obeys_disable: bool = False
    stuck_campaigns: bool = False
    videos: bool = True
    pixels: bool = True
    identities: bool = True


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)


def turn() -> Response:
    """GET shows them; POST with JSON turns some."""
    body: dict[str, Any] = request.get_json(silent=True) or {}
    known = {one.name for one in fields(Knobs)}
    if set(body) - known or not all(isinstance(value, bool) for value in body.values()):
        response = jsonify(error=f"there are {', '.join(sorted(known))}, each true or false")
        response.status_code = 400
        return response
    for name, value in body.items():
        setattr(knobs(), name, value)
    return jsonify(asdict(knobs()))
