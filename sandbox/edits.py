"""What was changed through an API of the world's own campaigns and groups: budgets and statuses.

What they deliver stays as the world has it: figures do not follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Response, jsonify

from sandbox import truth
from sandbox.state import state

T = TypeVar("T")


@dataclass
class Edits:
    """By object id: the fields that are not as the world has them."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)


def edited(object_id: str, name: str, usual: T) -> T:
    """A field's value: the one it was changed to, else the usual one."""
    found: T = state().memory(Edits).fields.get(object_id, {}).get(name, usual)
    return found


def edit(object_id: str, changed: dict[str, Any]) -> None:
    state().memory(Edits).fields.setdefault(object_id, {}).update(changed)


@truth.blueprint.get("/changed", endpoint="changed")
def changed() -> Response:
    """What was changed, by object id, whatever the platform."""
    return jsonify(state().memory(Edits).fields)
