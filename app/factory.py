"""Puts the application together."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import web
from app.cli import register as register_commands
from app.extensions import csrf, db, migrate
from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The Flask application for these settings; opens no connection by itself."""
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "pool_size": 10,
            "max_overflow": 10,
            # The text of a failed statement reaches the log; what it was about must not.
            "hide_parameters": True,
        },
        SESSION_COOKIE_NAME="growzzy_csrf",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        # A dashboard left open over lunch must still accept the first click.
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/../migrations")
    csrf.init_app(app)
    register_commands(app)
    web.register(app)
    return app
