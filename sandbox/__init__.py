"""The platforms' protocols on loopback, with a seeded world; never part of production."""

from __future__ import annotations

from typing import Final

CREDENTIALS: Final = {"meta": {"app_id": "sandbox-app", "app_secret": "sandbox-secret"}}
"""What to put into the settings of an app that is to talk to the sandbox."""

SYSTEM_USER_TOKEN: Final = "sandbox-system-user-token"  # noqa: S105 - public, opens only the sandbox
"""A Meta token that never expires, for pasting."""
