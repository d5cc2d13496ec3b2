"""The headers every answer carries, and static addresses that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request

from app.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF checks the Referer of writes over HTTPS, so it must reach our own pages.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # The page keeps its hold on the popup that visits a platform's sign-in page.
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = 63_072_000


def register(app: Flask) -> None:
    """Send the headers with every answer and version every static address."""
    settings: Settings = app.config["SETTINGS"]
    static = Path(app.static_folder or "")

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.secure_cookies:
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains"
            )
        if request.endpoint == "static":
            if "v" not in request.args:
                response.cache_control.max_age = 3600
        elif g.get("signed_in"):
            response.cache_control.no_store = True
        return response

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            file = static / values["filename"]
            if file.is_file():
                values["v"] = _version(file, file.stat().st_mtime_ns)


@cache
def _version(file: Path, _changed: int) -> str:
    """The beginning of the file's hash; looked at again when the file was written again."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
