"""Addresses that a platform hands out in its answers: followed to its own hosts only."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.connectors.errors import Temporary
from app.settings import is_loopback


def own_address(url: str, *, label: str, hosts: Sequence[str], setting: str) -> str:
    """The address as it came. Raises Temporary when it leads away from the platform.

    `hosts` are the platform's own, each with its subdomains. Where the platform's host setting
    is this machine (the sandbox), so must the address be.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if is_loopback(setting):
        allowed = is_loopback(url) and parts.scheme in ("http", "https")
    else:
        own = any(host == name or host.endswith(f".{name}") for name in hosts)
        allowed = own and parts.scheme == "https" and parts.port in (None, 443)
    if not allowed or parts.username is not None:
        raise Temporary(
            f"{label} named a file at {host or 'an unreadable address'}, which is not one of its "
            "own hosts, so it was not opened. Stored figures are unchanged, and it will be asked "
            "again."
        )
    return url
