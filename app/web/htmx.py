"""Whole page or fragment, from one URL."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from flask_login import current_user
from jinja2_fragments.flask import render_block


def page(template: str, fragment: str, *, status: int = 200, **context: Any) -> Response:
    """Render `template`, or only its block `fragment` when htmx swaps a part of the page."""
    if wants_fragment():
        html = render_block(template, fragment, **context)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.vary.add("HX-Request-Type")
    if current_user.is_authenticated:
        response.cache_control.no_store = True
    return response


def wants_fragment() -> bool:
    """Whether htmx is going to swap the answer into a page that is already there."""
    return request.headers.get("HX-Request-Type") == "partial"


def announce(response: Response, event: str) -> Response:
    """Let other parts of the page that listen for `event` follow what was swapped."""
    response.headers["HX-Trigger"] = event
    return response
