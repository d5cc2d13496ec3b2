"""What each fault does to an answer of TikTok's."""

from __future__ import annotations

from typing import Any

from sandbox import faults
from sandbox.faults import Fault
from sandbox.tiktok.errors import MESSAGES, ApiProblem

# Those of Meta's kinds that have a counterpart here.
_CODES = {
    "rate_limit_account": 40133,
    "rate_limit_app": 40100,
    "token_expired": 40102,
    "token_invalid": 40105,
    "token_checkpoint": 40309,
    "permission": 40130,
    "server_error": 50000,
    "error_in_200": 50000,
    "reduce_data": 40067,
    "too_many_rows": 40067,
}
_WORDS = {
    "tiktok_limit_of_minute": (40100, "The app has reached its QPM limit of 600."),
    "tiktok_limit_of_day": (40100, "The app has reached its QPD limit of 864000."),
    "tiktok_dimension_unknown": (40002, "dimensions: Invalid dimension ad_id_v2."),
    "tiktok_too_old": (40002, "start_date: The date is too early."),
}
CUT, PARTLY, NO_LIST, NEW_WORD = (
    "tiktok_newest_ids_only",
    "tiktok_in_part",
    "tiktok_no_list",
    "tiktok_new_status",
)
faults.also(
    *(*_CODES, "unavailable", "no_rows", "empty_page", "repeated_cursor"),
    *(*_WORDS, faults.AFTER_WRITE, CUT, PARTLY, NO_LIST, NEW_WORD),
    *(f"tiktok_{code}" for code in MESSAGES if code),
    platform="tiktok",
)


def fail(fault: Fault) -> None:
    """Raise the problem that the fault stands for; other kinds spoil the answer later."""
    if fault.kind in _CODES:
        raise ApiProblem(_CODES[fault.kind])
    if fault.kind in _WORDS:
        raise ApiProblem(*_WORDS[fault.kind])
    code = fault.kind.removeprefix("tiktok_")
    if code.isdigit() and int(code) != 20001:
        raise ApiProblem(int(code))


def distort(fault: Fault, payload: dict[str, Any], *, narrowed: bool) -> dict[str, Any]:
    """A payload that is wrong in the fault's way. `narrowed`: about some campaigns only."""
    if fault.kind == NO_LIST:
        return {}
    rows: list[Any] = payload.get("list", [])
    info: dict[str, Any] = payload.get("page_info", {})
    half = rows[: len(rows) // 2]
    wrong: dict[str, dict[str, Any]] = {
        "no_rows": {"list": [], "page_info": info | {"total_number": 0, "total_page": 0}},
        "empty_page": {"list": []},
        "repeated_cursor": {"page_info": info | {"page": 1}},
        NEW_WORD: {"list": [row | {"secondary_status": "A_STATUS_DREAMT"} for row in rows]},
        PARTLY: {"list": half},
        "tiktok_20001": {"list": half},
    }
    if not narrowed:
        whole = info | {"total_number": len(half), "total_page": 1}
        wrong[CUT] = {"list": half, "page_info": whole}
    return payload | wrong.get(fault.kind, {})
