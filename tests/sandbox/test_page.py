"""The page of `/control`: every command without a script, for people at a browser."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import requests

from sandbox.page import SHOWN_REQUESTS
from sandbox.server import create_app
from tests.sandbox.conftest import DOLLARS, Graph
from tests.sandbox_server import ROOT, TODAY, SandboxServer, start, stop

NASTY = '<script>alert("1")</script>\'&'


def page(sandbox: SandboxServer) -> str:
    response = requests.get(f"{sandbox.url}/control/page", timeout=30)
    assert response.status_code == 200
    return response.text


def send(sandbox: SandboxServer, command: str, **fields: str) -> requests.Response:
    """As a browser does, which follows the redirect."""
    headers = {"Origin": sandbox.url, "Content-Type": "application/x-www-form-urlencoded"}
    return requests.post(
        f"{sandbox.url}/control/{command}", data=fields, headers=headers, timeout=30
    )


def told(response: requests.Response) -> str:
    """What the page says in words."""
    assert response.headers["Content-Type"].startswith("text/html")
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text)))


def test_it_shows_the_clock_and_offers_every_command(sandbox: SandboxServer) -> None:
    text = page(sandbox)
    assert "23 November 2026, 12:00:00 UTC, held there" in text
    assert "<script" not in text
    offered = set(re.findall(r'action="/control/([\w/-]+)"', text))
    assert offered == {
        *("clock", "faults", "restate", "rename", "remove"),
        *("lose-account", "gain-account", "revoke", "lose-scope", "reset"),
    }
    labels = len(re.findall(r"<label", text))
    assert labels == len(re.findall(r"<(?:input|select)", text))


def test_a_form_adds_a_fault_and_comes_back_to_the_page(graph: Graph) -> None:
    server = graph.server
    fields = {"kind": "unavailable", "platform": "meta", "path": "/campaigns", "times": "2"}
    back = send(server, "faults", after="", **fields)
    assert [one.status_code for one in (*back.history, back)] == [303, 200]
    assert back.url == f"{server.url}/control/page"
    assert "unavailable 2 × at meta where /campaigns" in told(back)
    assert graph.ask("GET", f"{DOLLARS}/campaigns").status_code == 503
    assert "/faults/clear" in page(server)
    assert "None is pending" in told(send(server, "faults/clear"))
    assert graph.ask("GET", f"{DOLLARS}/campaigns").status_code == 200


def test_every_command_works_as_a_form(graph: Graph) -> None:
    server = graph.server
    [campaign] = graph.get(f"{DOLLARS}/campaigns", limit=1, fields="name")["data"]
    account = DOLLARS.removeprefix("act_")
    assert "Brand new" in told(
        send(server, "rename", campaign_id=campaign["id"], name=" Brand new ")
    )
    assert graph.get(campaign["id"], fields="name")["name"] == "Brand new"
    assert "Brand new (removed)" in told(send(server, "remove", campaign_id=campaign["id"]))
    assert "(lost)" in told(send(server, "lose-account", account=account))
    assert "(lost)" not in told(send(server, "gain-account", account=account))
    assert "restated 1 times" in told(send(server, "restate", **{"from": "", "to": ""}))
    assert "20 November 2026, 12:00:00 UTC" in told(send(server, "clock", now="2026-11-20"))
    assert "running" in told(send(server, "clock", now=""))
    assert send(server, "revoke", platform="linkedin", scope="").status_code == 200
    assert send(server, "lose-scope", platform="meta", scope="").status_code == 200
    assert "restated 0 times" in told(send(server, "reset"))
    assert graph.get(campaign["id"], fields="name")["name"] == campaign["name"]


@pytest.mark.parametrize(
    ("command", "fields", "word"),
    [
        ("faults", {"kind": "high_usage", "platform": "tiktok"}, "tiktok does not act on high"),
        ("faults", {"kind": "slow", "times": "many"}, "times is a number from 1 on"),
        ("faults", {"kind": "slow", "path": "("}, "unterminated"),
        ("faults", {"kind": "slow", "colour": "red"}, "colour"),
        ("rename", {"campaign_id": "1", "name": "x"}, "no such campaign"),
        ("clock", {"now": "yesterday"}, "Invalid isoformat"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(
    sandbox: SandboxServer, command: str, fields: dict[str, str], word: str
) -> None:
    response = send(sandbox, command, **fields)
    assert response.status_code == 400
    assert word in told(response)
    assert "Last requests" in response.text


@pytest.mark.parametrize("wrong", [{"times": "2"}, {"times": 0}, {"after": 1.5}, {"seconds": True}])
def test_a_number_that_is_none_is_refused_in_json_too(
    sandbox: SandboxServer, wrong: dict[str, Any]
) -> None:
    body = {"kind": "slow"} | wrong
    response = requests.post(f"{sandbox.url}/control/faults", json=body, timeout=30)
    assert response.status_code == 400
    assert f"{next(iter(wrong))} is a number" in response.json()["error"]


def test_nothing_that_others_write_becomes_markup(graph: Graph) -> None:
    server = graph.server
    [campaign] = graph.get(f"{DOLLARS}/campaigns", limit=1)["data"]
    server.rename(campaign["id"], NASTY)
    server.fault("slow", f"{re.escape(NASTY)}x", times=3)
    requests.get(f"{server.url}/meta/{NASTY}?{NASTY}", timeout=30)
    texts = [page(server), send(server, "faults", kind=NASTY).text]
    for text in texts:
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_the_last_requests_are_there_newest_first_and_without_secrets(graph: Graph) -> None:
    for number in range(SHOWN_REQUESTS + 3):
        graph.ask("GET", "me", number=number)
    text = page(graph.server)
    numbers = [int(found) for found in re.findall(r"number=(\d+)", text)]
    assert numbers == list(range(SHOWN_REQUESTS + 2, 2, -1))
    assert graph.token not in text


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_other_sites_forms_are_refused(sandbox: SandboxServer, origin: str) -> None:
    response = requests.post(
        f"{sandbox.url}/control/faults",
        data={"kind": "slow"},
        headers={"Origin": origin},
        timeout=30,
    )
    assert response.status_code == 403
    assert "None is pending" in page(sandbox)


def test_a_crowd_of_campaigns_does_not_crowd_the_page() -> None:
    process, server = start("--today", TODAY, "--many", "2000")
    text = page(server)
    stop(process, server)
    assert 0 < text.count("Many 0") < 300


def test_the_documentation_names_every_address() -> None:
    told = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    app = create_app(1, None)
    addresses = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/control")}
    assert len(addresses) > 10
    assert not [address for address in addresses if f"{address}`" not in told]
