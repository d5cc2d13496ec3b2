"""Meta's API as a script would call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox_server import SandboxServer

DOLLARS, EUROS, YEN, CLOSED = (f"act_1180400000000{number:02d}" for number in range(1, 5))


class Graph:
    """GET, POST and DELETE with the pasteable token, answering decoded JSON."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.graph_url}/v26.0"
        self.token = server.token
        self.http = requests.Session()

    def ask(self, method: str, path: str, **params: Any) -> requests.Response:
        plain = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in ({"access_token": self.token} | params).items()
            if value is not None
        }
        where = {"data": plain} if method == "POST" else {"params": plain}
        return self.http.request(method, f"{self.root}/{path}", timeout=30, **where)

    def get(self, path: str, **params: Any) -> Any:
        response = self.ask("GET", path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Rows of all pages, following `after` while there is a `next`."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, **params)
            rows += answer["data"]
            if "next" not in answer.get("paging", {}):
                return rows
            params["after"] = answer["paging"]["cursors"]["after"]

    def daily(self, account: str, first: str, last: str, **more: Any) -> list[dict[str, Any]]:
        span = {"since": first, "until": last}
        asked = {"time_range": span, "time_increment": 1, "limit": 500} | more
        return self.every(f"{account}/insights", **asked)


@pytest.fixture
def graph(sandbox: SandboxServer) -> Iterator[Graph]:
    made = Graph(sandbox)
    yield made
    made.http.close()
