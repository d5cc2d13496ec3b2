"""Every page and who may see it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint, Flask

from app.web import access, cookies

PUBLIC = ("landing", "auth", "health", "auth_api", "openapi")
PRIVATE = (
    "dashboard",
    "campaigns",
    "connections",
    "connections_api",
    "oauth",
    "imports",
    "imports_api",
    "settings",
    "workspace_api",
    "api",
)


def register(app: Flask) -> None:
    """Put the pages, their guards and the headers on the app."""
    for part in ("incoming", "headers", "errorpages", "formats", "forgery"):
        if find_spec(f"app.web.{part}"):
            import_module(f"app.web.{part}").register(app)
    cookies.register(app)
    access.register(app)
    for name in PUBLIC:
        for blueprint in _blueprints(name):
            app.register_blueprint(blueprint)
    for name in PRIVATE:
        for blueprint in _blueprints(name):
            app.register_blueprint(blueprint)
            # On the app, not the blueprint: a process may make more than one app.
            app.before_request_funcs.setdefault(blueprint.name, []).append(access.require_workspace)


def _blueprints(name: str) -> list[Blueprint]:
    if not find_spec(f"app.web.{name}"):
        return []
    return [import_module(f"app.web.{name}").blueprint]
