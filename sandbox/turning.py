"""Knobs: what differs between a platform's installations, accounts and days, turned by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def turn(knobs: DataclassInstance) -> Response:
    """GET shows them; POST with JSON turns some, each to a value of its own kind."""
    body: dict[str, Any] = request.get_json(silent=True) or {}
    kinds = {name: type(value) for name, value in asdict(knobs).items()}
    if any(type(value) is not kinds.get(name) for name, value in body.items()):
        told = ", ".join(f"{name} ({kind.__name__})" for name, kind in sorted(kinds.items()))
        response = jsonify(error=f"there are {told}")
        response.status_code = 400
        return response
    for name, value in body.items():
        setattr(knobs, name, value)
    return jsonify(asdict(knobs))
