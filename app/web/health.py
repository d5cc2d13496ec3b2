"""Whether this process can do its work: the database answers and knows the code's tables."""

from __future__ import annotations

from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 only when the database answers and its migrations are at head."""
    try:
        at = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return jsonify(status="database unreachable or not migrated"), 503
    if at != _head(f"{current_app.root_path}/../migrations"):
        return jsonify(status="migrations are not at head"), 503
    return jsonify(status="ok")


@cache
def _head(directory: str) -> str | None:
    return ScriptDirectory(directory).get_current_head()
