"""The login page, codes, tokens and permissions."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.conftest import DOLLARS, Graph
from tests.sandbox_server import TODAY, SandboxServer, start, stop

BACK = "http://127.0.0.1:8000/api/oauth/meta/callback"
SCOPES = ("ads_read", "business_management")


class Person:
    """Somebody in front of the login page."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.http = requests.Session()

    def dialog(self, **changes: str | None) -> requests.Response:
        asked = {
            "client_id": self.server.app_id,
            "redirect_uri": BACK,
            "state": "a state",
            "scope": ",".join(SCOPES),
            "response_type": "code",
        } | changes
        return self.http.get(self._page, params=asked, timeout=30)

    def press(self, decision: str, *ticked: str) -> dict[str, str]:
        """Send the form as the browser would; what the app gets back."""
        hidden = dict(
            re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', self.dialog().text)
        )
        assert hidden["redirect_uri"] == BACK
        response = self.http.post(
            self._page,
            data=[*hidden.items(), ("decision", decision), *(("granted", name) for name in ticked)],
            allow_redirects=False,
            timeout=30,
        )
        assert response.status_code == 302
        target = urlsplit(response.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == BACK
        return {name: values[0] for name, values in parse_qs(target.query).items()}

    def exchange(self, code: str, **changes: str) -> requests.Response:
        return self.token(redirect_uri=BACK, code=code, **changes)

    def token(self, **asked: str) -> requests.Response:
        app = {"client_id": self.server.app_id, "client_secret": self.server.app_secret}
        return self.http.post(
            f"{self.server.graph_url}/v26.0/oauth/access_token", data=app | asked, timeout=30
        )

    def sign_in(self, *ticked: str) -> str:
        """A short-lived token."""
        answer = self.exchange(self.press("continue", *(ticked or SCOPES))["code"]).json()
        token: str = answer["access_token"]
        return token

    @property
    def _page(self) -> str:
        return f"{self.server.dialog_url}/v26.0/dialog/oauth"


@pytest.fixture
def person(sandbox: SandboxServer) -> Iterator[Person]:
    made = Person(sandbox)
    yield made
    made.http.close()


def _error(response: requests.Response) -> tuple[int, int, int | None]:
    error: dict[str, Any] = response.json()["error"]
    return response.status_code, error["code"], error.get("error_subcode")


def test_the_login_page_says_that_it_is_the_sandbox(person: Person) -> None:
    page = person.dialog()
    assert page.status_code == 200
    assert "Sandbox – not the real Facebook" in page.text
    assert all(scope in page.text for scope in SCOPES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": None},
        {"client_id": "another-app"},
        {"redirect_uri": None},
        {"redirect_uri": "/relative"},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
        {"scope": "ads_read,launch_missiles"},
    ],
)
def test_the_login_page_refuses_a_wrong_request(person: Person, wrong: dict[str, Any]) -> None:
    page = person.dialog(**wrong)
    assert page.status_code == 400
    assert "This sign-in cannot start" in page.text


def test_continue_comes_back_with_a_code_and_the_state(person: Person) -> None:
    answer = person.press("continue", *SCOPES)
    assert set(answer) == {"code", "state"}
    assert answer["state"] == "a state"


def test_cancel_comes_back_with_metas_denial(person: Person) -> None:
    assert person.press("cancel") == {
        "error": "access_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "error_reason": "user_denied",
        "state": "a state",
    }


def test_a_code_becomes_a_short_token_and_then_a_long_one(person: Person, graph: Graph) -> None:
    short = person.exchange(person.press("continue", *SCOPES)["code"]).json()
    assert short["token_type"] == "bearer"
    assert short["expires_in"] < 86400
    long = person.token(
        grant_type="fb_exchange_token", fb_exchange_token=short["access_token"]
    ).json()
    assert long["expires_in"] == 5183944
    graph.token = long["access_token"]
    assert graph.get("me", fields="id,name")["name"] == "Sam Sandbox"
    assert len(graph.get("me/adaccounts")["data"]) == 4


def test_a_code_can_be_exchanged_with_get_too(person: Person) -> None:
    code = person.press("continue", *SCOPES)["code"]
    response = person.http.get(
        f"{person.server.graph_url}/v26.0/oauth/access_token",
        params={
            "client_id": person.server.app_id,
            "client_secret": person.server.app_secret,
            "redirect_uri": BACK,
            "code": code,
        },
        timeout=30,
    )
    assert response.json()["access_token"]


def test_a_code_works_once(person: Person) -> None:
    code = person.press("continue", *SCOPES)["code"]
    assert person.exchange(code).status_code == 200
    assert _error(person.exchange(code)) == (400, 100, 36009)


def test_a_code_expires_after_ten_minutes(person: Person) -> None:
    person.server.clock("2026-11-23T12:00:00")
    code = person.press("continue", *SCOPES)["code"]
    person.server.clock("2026-11-23T12:10:00")
    assert _error(person.exchange(code)) == (400, 100, 36007)


def test_a_code_is_bound_to_its_redirect_address(person: Person) -> None:
    code = person.press("continue", *SCOPES)["code"]
    moved = person.token(redirect_uri=BACK + "/", code=code)
    assert _error(moved) == (400, 100, 36008)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"client_id": "another-app"}, 101),
        ({"client_secret": "guessed"}, 1),
        ({"code": "made-up"}, 100),
        ({"code": "made.up"}, 100),
    ],
)
def test_a_wrong_exchange_is_refused(person: Person, wrong: dict[str, str], code: int) -> None:
    good = {"redirect_uri": BACK, "code": person.press("continue", *SCOPES)["code"]}
    assert _error(person.token(**good | wrong))[:2] == (400, code)


def test_an_unticked_scope_is_declined_and_missed(person: Person, graph: Graph) -> None:
    graph.token = person.sign_in("business_management")
    listed = graph.get("me/permissions")["data"]
    assert {row["permission"]: row["status"] for row in listed} == {
        "public_profile": "granted",
        "ads_read": "declined",
        "business_management": "granted",
    }
    assert _error(graph.ask("GET", "me/adaccounts")) == (403, 200, None)


def test_owner_needs_business_management(person: Person, graph: Graph) -> None:
    graph.token = person.sign_in("ads_read")
    refused = graph.ask("GET", "me/adaccounts", fields="id,owner")
    assert _error(refused) == (403, 200, None)
    assert graph.get("me/adaccounts", fields="id,name")["data"]


def test_revoking_ends_every_token_until_the_next_sign_in(person: Person, graph: Graph) -> None:
    graph.token = person.sign_in()
    assert graph.ask("DELETE", "me/permissions").json() == {"success": True}
    assert _error(graph.ask("GET", "me")) == (400, 190, 458)
    graph.token = person.sign_in()
    assert graph.get("me")["id"]


def test_one_scope_can_be_given_back(person: Person, graph: Graph) -> None:
    graph.token = person.sign_in()
    graph.ask("DELETE", "me/permissions/ads_read")
    assert _error(graph.ask("GET", f"{DOLLARS}/insights")) == (403, 200, None)


def test_the_pasteable_token_reads_and_cannot_be_revoked(graph: Graph) -> None:
    assert graph.ask("DELETE", "me/permissions").json() == {"success": True}
    assert graph.get("me", fields="name")["name"] == "Sandbox System User"


def test_an_expired_token_is_190_463_and_cannot_be_renewed(person: Person, graph: Graph) -> None:
    graph.token = person.sign_in()
    person.server.clock("2026-11-25")
    assert _error(graph.ask("GET", "me")) == (400, 190, 463)
    renewed = person.token(grant_type="fb_exchange_token", fb_exchange_token=graph.token)
    assert _error(renewed) == (400, 190, 463)


@pytest.mark.parametrize(
    ("token", "code"), [(None, 2500), ("nonsense", 190), ("EAASandboxforged.0000", 190)]
)
def test_no_token_or_a_garbled_one_is_refused(graph: Graph, token: Any, code: int) -> None:
    assert _error(graph.ask("GET", "me", access_token=token))[:2] == (400, code)


def test_a_token_may_come_in_the_header(graph: Graph) -> None:
    response = graph.http.get(
        f"{graph.root}/me", headers={"Authorization": f"Bearer {graph.token}"}, timeout=30
    )
    assert response.json()["id"]


def test_a_wrong_appsecret_proof_is_refused_and_a_right_one_taken(graph: Graph) -> None:
    secret = graph.server.app_secret.encode()
    proof = hmac.new(secret, graph.token.encode(), hashlib.sha256).hexdigest()
    assert graph.get("me", appsecret_proof=proof)["id"]
    assert _error(graph.ask("GET", "me", appsecret_proof="0" * 64)) == (400, 100, None)


def test_debug_token_tells_of_living_and_dead_tokens(person: Person, graph: Graph) -> None:
    mine = person.sign_in()
    app = f"{graph.server.app_id}|{graph.server.app_secret}"
    alive = graph.get("debug_token", input_token=mine, access_token=app)["data"]
    assert alive["is_valid"]
    assert alive["expires_at"] > 0
    assert set(SCOPES) <= set(alive["scopes"])
    forever = graph.get("debug_token", input_token=graph.token, access_token=app)["data"]
    assert (forever["type"], forever["expires_at"]) == ("SYSTEM_USER", 0)
    dead = graph.get("debug_token", input_token="nonsense", access_token=app)["data"]
    assert not dead["is_valid"]


@pytest.mark.parametrize("version", ["/v26.0", "/v25.0", "/v31.2", ""])
def test_any_version_is_spoken(graph: Graph, version: str) -> None:
    address = f"{graph.server.graph_url}{version}/me"
    assert graph.http.get(address, params={"access_token": graph.token}, timeout=30).ok


def test_tokens_outlive_the_process(person: Person) -> None:
    token = person.sign_in()
    process, server = start("--today", TODAY)
    try:
        reborn = Graph(server)
        reborn.token = token
        assert reborn.get("me")["id"]
        reborn.http.close()
    finally:
        stop(process, server)
