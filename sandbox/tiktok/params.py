"""Parameters as TikTok reads them: lists and objects are JSON text inside the query."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any

from sandbox.tiktok.errors import bad

Params = Mapping[str, str]

DEFAULT_SIZE = 10
LARGEST_SIZE = 1000


def required(params: Params, name: str) -> str:
    value = params.get(name, "")
    if not value:
        raise bad(f"Missing required field(s): {name}.")
    return value


def strings(params: Params, name: str) -> list[str] | None:
    """A JSON list of strings or numbers; None when it is absent."""
    if name not in params:
        return None
    decoded = decode(name, params[name])
    if not isinstance(decoded, list) or any(isinstance(item, dict | list) for item in decoded):
        raise bad(f"{name}: Not a valid list.")
    return [str(item) for item in decoded]


def mapping(params: Params, name: str, allowed: Collection[str]) -> dict[str, Any]:
    """A JSON object with none but the allowed keys; empty when it is absent."""
    decoded = decode(name, params.get(name) or "{}")
    if not isinstance(decoded, dict):
        raise bad(f"{name}: Not a valid object.")
    unknown = sorted(set(decoded) - set(allowed))
    if unknown:
        raise bad(f"{name}: Unknown field: {', '.join(unknown)}.")
    return decoded


def decode(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise bad(f"{name}: Not valid JSON.") from error


def whole(params: Params, name: str, default: int, most: int | None = None) -> int:
    text = params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise bad(f"{name}: Not a valid integer.")
    if most is not None and int(text) > most:
        raise bad(f"{name}: Must be less than or equal to {most}.")
    return int(text)


def day(params: Params, name: str) -> dt.date:
    text = required(params, name)
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise bad(f"{name}: Time format should be %Y-%m-%d. Please try again.") from error


def page(rows: list[Any], params: Params) -> dict[str, Any]:
    """One page of the rows, ten unless asked otherwise."""
    number = whole(params, "page", 1)
    size = whole(params, "page_size", DEFAULT_SIZE, LARGEST_SIZE)
    return {
        "list": rows[(number - 1) * size : number * size],
        "page_info": {
            "page": number,
            "page_size": size,
            "total_number": len(rows),
            "total_page": -(-len(rows) // size),
        },
    }


def known(params: Params, kind: str, names: Collection[str]) -> list[str] | None:
    """A list of names that all exist; None when it is absent."""
    asked = strings(params, kind)
    unknown = sorted(set(asked or ()) - set(names))
    if unknown:
        raise bad(f"{kind}: Invalid {kind}: {', '.join(unknown)}.")
    return asked
