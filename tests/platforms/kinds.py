"""Which of the sandbox's faults heal by themselves, and which end a grant."""

from __future__ import annotations

WIRE = ("slow", "truncated", "cut", "bad_gateway", "server_error")

PASSING = {
    "meta": (
        *WIRE,
        "rate_limit_account",
        "rate_limit_app",
        "rate_limit_insights",
        "unavailable",
        "reduce_data",
        "too_many_rows",
        "error_in_200",
        "repeated_cursor",
        "empty_page",
        "no_rows",
        "high_usage",
    ),
}
DEADLY = {"meta": ("token_expired", "token_invalid", "token_checkpoint", "permission")}
