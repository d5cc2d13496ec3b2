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
    "google": WIRE,
    "linkedin": (
        *WIRE,
        "rate_limit_account",
        "rate_limit_app",
        "unavailable",
        "error_in_200",
        "repeated_cursor",
    ),
    "tiktok": (
        *WIRE,
        "rate_limit_account",
        "rate_limit_app",
        "unavailable",
        "reduce_data",
        "too_many_rows",
        "error_in_200",
        "repeated_cursor",
        "empty_page",
        "no_rows",
        "tiktok_50000",
        "tiktok_50002",
        "tiktok_60001",
        "tiktok_40133",
        "tiktok_limit_of_minute",
        "tiktok_limit_of_day",
        "tiktok_new_status",
        "tiktok_in_part",
    ),
}
DEADLY: dict[str, tuple[str, ...]] = {
    "meta": ("token_expired", "token_invalid", "token_checkpoint", "permission"),
    "google": (),
    "linkedin": ("token_expired", "token_invalid"),
    "tiktok": ("token_invalid", "tiktok_40105", "tiktok_40102", "permission"),
}
