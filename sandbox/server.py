"""The sandbox as a WSGI application and as a listening server."""

from __future__ import annotations

import datetime as dt
import logging

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox import control, log, truth, truth_of_shops
from sandbox.clock import Clock, noon
from sandbox.google import routes as google
from sandbox.linkedin import routes as linkedin
from sandbox.meta import routes as meta
from sandbox.shopify import routes as shopify
from sandbox.state import State, state
from sandbox.tiktok import routes as tiktok


class Handler(WSGIRequestHandler):
    """Without Nagle's algorithm, which would hold back the last packet of an answer."""

    disable_nagle_algorithm = True


def create_app(seed: int, today: dt.date | None, many: int = 0) -> Flask:
    """An application with a world of its own; `today` pins its clock to that day's noon UTC."""
    app = Flask(__name__)
    clock = Clock(noon(today) if today else None)
    app.extensions["sandbox"] = State(seed, clock, many)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(truth.blueprint)
    app.register_blueprint(truth_of_shops.blueprint)
    app.register_blueprint(linkedin.blueprint)
    app.register_blueprint(meta.blueprint)
    app.register_blueprint(google.blueprint)
    app.register_blueprint(shopify.blueprint)
    app.register_blueprint(tiktok.blueprint)
    app.after_request(_remember)
    return app


def listen(port: int, seed: int, today: dt.date | None, many: int = 0) -> BaseWSGIServer:
    """A server that already listens on loopback; raises OSError when the port is taken."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server(
        "127.0.0.1", port, create_app(seed, today, many), threaded=True, request_handler=Handler
    )


def _remember(response: Response) -> Response:
    if not request.path.startswith(("/control", "/truth", "/static")):
        state().log.append(log.entry(response))
    return response
