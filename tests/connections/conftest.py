"""Alice, signed in to an installation whose Meta is the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.extensions import db
from app.settings import Settings
from tests.conftest import Member, csrf_token, make_settings, sign_in
from tests.sandbox_server import SandboxServer


@pytest.fixture
def settings(database_url: str, sandbox: SandboxServer) -> Settings:
    """Settings whose Meta hosts are the sandbox's."""
    return make_settings(
        database_url,
        meta_app_id=sandbox.app_id,
        meta_app_secret=sandbox.app_secret,
        meta_graph_url=sandbox.graph_url,
        meta_dialog_url=sandbox.dialog_url,
    )


@dataclass
class Visitor:
    """A signed-in client that can go to the platform and come back."""

    client: FlaskClient
    token: str

    def write(self, method: str, path: str, **body: Any) -> TestResponse:
        """A JSON write with the CSRF token."""
        return self.client.open(path, method=method, headers={"X-CSRFToken": self.token}, **body)

    def begin(self, query: str = "") -> str:
        """Press Connect; the address of the platform's page."""
        answer = self.client.get(f"/api/oauth/meta/start{query}")
        assert answer.status_code == 303, answer.text
        return answer.location

    def consent(
        self, address: str, decision: str = "continue", without: tuple[str, ...] = ()
    ) -> str:
        """Answer the platform's page; the path it sends the popup back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        granted = [scope for scope in asked["scope"].split(",") if scope not in without]
        answer = requests.post(
            address,
            data={**asked, "granted": granted, "decision": decision},
            allow_redirects=False,
            timeout=20,
        )
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def connect(self, **how: Any) -> TestResponse:
        """The whole hand-shake."""
        return self.client.get(self.consent(self.begin(), **how))

    def connections(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/api/connections").get_json()["connections"]
        return found


@pytest.fixture
def with_keys(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Makes the same installation with other encryption keys, newest first."""
    made: list[Flask] = []

    def make(*keys: str) -> Flask:
        made.append(create_app(replace(settings, encryption_keys=keys)))
        return made[-1]

    yield make
    for application in made:
        with application.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def visitor(app: Flask, alice: Member) -> Visitor:
    """Alice's browser."""
    client = sign_in(app, alice)
    return Visitor(client, csrf_token(client))
