"""What was created through the API: kept until a reset, listed beside the world's own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Response, jsonify

from sandbox import truth
from sandbox.state import state
from sandbox.tiktok.errors import ApiProblem

KINDS = ("campaign", "adgroup", "ad")
_FIRST_IDS = {
    "campaign": 1_790_000_000_000_000_001,
    "adgroup": 1_791_000_000_000_000_001,
    "ad": 1_792_000_000_000_000_001,
}


@dataclass
class Created:
    """Rows by kind and id, images by id, and when each `request_id` was last used."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[tuple[str, str, str], dt.datetime] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


def memory() -> Created:
    return state().memory(Created)


def add(kind: str, row: dict[str, Any]) -> str:
    """Keep a row under a new id, which it gets."""
    rows = memory().rows[kind]
    own = str(_FIRST_IDS[kind] + len(rows))
    written = f"{state().clock.now():%Y-%m-%d %H:%M:%S}"
    rows[own] = row | {f"{kind}_id": own, "create_time": written, "modify_time": written}
    return own


def is_here(kind: str, own: str) -> bool:
    """Whether it was created through the API."""
    return own in memory().rows.get(kind, {})


def living(kind: str, own: str, advertiser: str) -> dict[str, Any]:
    """A row that was not deleted. Raises 40007 for one that is not there or another account's."""
    row = memory().rows[kind].get(own)
    if row is None or row["advertiser_id"] != advertiser or row["operation_status"] == "DELETE":
        raise ApiProblem(40007, f"The {kind} {own} does not exist.")
    return row


def listed(kind: str, advertiser: str) -> list[dict[str, Any]]:
    """Rows as the lists show them: with the effective status."""
    return [
        row | {"secondary_status": status(kind, row), "operation_status": _shown(row)}
        for row in memory().rows.get(kind, {}).values()
        if row["advertiser_id"] == advertiser
    ]


def status(kind: str, row: dict[str, Any]) -> str:
    """What was deleted above shows first, then what is switched off above, then the own switch."""
    level = kind.upper()
    parents = {
        above: memory().rows[above][row[f"{above}_id"]] for above in KINDS[: KINDS.index(kind)]
    }
    for word in ("DELETE", "DISABLE"):
        for above, parent in parents.items():
            if parent["operation_status"] == word:
                return f"{level}_STATUS_{above.upper()}_{word}"
        if row["operation_status"] == word:
            return f"{level}_STATUS_{word}"
    waiting = {"campaign": "ENABLE", "adgroup": "CREATE", "ad": "AUDIT"}
    return f"{level}_STATUS_{waiting[kind]}"


def _shown(row: dict[str, Any]) -> str:
    """A deleted thing keeps the switch that it had."""
    return "DISABLE" if row["operation_status"] == "DELETE" else str(row["operation_status"])


@truth.blueprint.get("/tiktok/created", endpoint="tiktok_created")
def show() -> Response:
    """Everything that was created, the deleted too."""
    return jsonify(
        [
            {
                "kind": kind,
                "id": own,
                "name": row[f"{kind}_name"],
                "status": row["operation_status"],
                "effective_status": status(kind, row),
                "row": row,
            }
            for kind in KINDS
            for own, row in memory().rows[kind].items()
        ]
        + [
            {"kind": "image", "id": own, "name": image["file_name"], "status": "", "row": image}
            for own, image in memory().images.items()
        ]
    )
