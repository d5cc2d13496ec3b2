"""The page a visitor sees first."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("landing", __name__)


@blueprint.get("/")
def index() -> str:
    """What Growzzy does, what it costs, and where to begin."""
    return render_template("landing/index.html")
