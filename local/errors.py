"""The error a person at a terminal reads."""

from __future__ import annotations


class LocalError(Exception):
    """Something on this machine stops us; the message is one sentence that says what to do."""
