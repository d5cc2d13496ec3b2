"""Long-lived access tokens and one-time codes: signed strings, so that they outlive the process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import request

from sandbox import CREDENTIALS, TIKTOK_TOKEN, grants
from sandbox.state import state
from sandbox.tiktok.errors import ApiProblem, bad, no_permission
from sandbox.world import Account

SCOPES = {
    1: "Ad Account Management",
    2: "Ads Management",
    3: "Audience Management",
    4: "Reporting",
    5: "Measurement",
    6: "Creative Management",
    8: "Pixel Management",
}
ACCOUNTS, ADS, REPORTING, CREATIVE, PIXEL = 1, 2, 4, 6, 8
CODE_LIFE = 3600
USER_ID = "7098765432100000001"
USER_NAME = "Sam Sandbox"

APP = CREDENTIALS["tiktok"]
_KEY = b"growzzy sandbox: signs nothing of value at TikTok either"


@dataclass
class TikTokMemory:
    """What a restart forgets. `generation` goes up when an advertiser removes the app."""

    used_codes: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    generation: int = 0


@dataclass(frozen=True)
class Token:
    """`advertisers` are the ids that were chosen, all of them when it is empty."""

    nonce: str
    scopes: tuple[int, ...]
    advertisers: tuple[str, ...] = ()
    generation: int = 0

    def needs(self, scope: int) -> None:
        """Raises 40130 without it. The pasteable token loses nothing."""
        lost = self is not PASTED and SCOPES[scope] in grants.withdrawn("tiktok")
        if scope not in self.scopes or lost:
            raise ApiProblem(40130, f"The scope {SCOPES[scope]} is not authorized.")

    def accounts(self) -> list[Account]:
        return [
            account
            for account in state().world.within_reach("tiktok")
            if not self.advertisers or account.id in self.advertisers
        ]

    def account(self, advertiser_id: str) -> Account:
        """Raises 40001 for one that was not given."""
        for account in self.accounts():
            if account.id == advertiser_id:
                return account
        raise no_permission(advertiser_id)


PASTED = Token("pasted", tuple(SCOPES))


def new_code(scopes: list[int], advertisers: list[str]) -> str:
    """A code for one exchange within the hour."""
    return _sign(
        {
            "nonce": secrets.token_hex(8),
            "scopes": scopes,
            "advertisers": advertisers,
            "expires": state().clock.now().timestamp() + CODE_LIFE,
        }
    )


def exchange(body: Mapping[str, Any]) -> dict[str, Any]:
    """`/oauth2/access_token/`."""
    _check_app(body)
    code = _open(str(body.get("auth_code") or ""))
    if not body.get("auth_code"):
        raise bad("auth_code: Missing data for required field.")
    memory = state().memory(TikTokMemory)
    if (
        code is None
        or code["nonce"] in memory.used_codes
        or code["expires"] <= state().clock.now().timestamp()
    ):
        raise ApiProblem(40110)
    memory.used_codes.add(code["nonce"])
    grants.consented("tiktok")
    made = Token(
        secrets.token_hex(8),
        tuple(code["scopes"]),
        tuple(code["advertisers"]),
        memory.generation,
    )
    return {
        "access_token": _sign(asdict(made)),
        "advertiser_ids": [account.id for account in made.accounts()],
        "scope": list(made.scopes),
    }


def revoke(body: Mapping[str, Any]) -> dict[str, Any]:
    """`/oauth2/revoke_token/`. The pasteable token shrugs it off."""
    _check_app(body)
    token = read(str(body.get("access_token") or ""))
    if token is not PASTED:
        state().memory(TikTokMemory).revoked.add(token.nonce)
    return {
        "advertiser_ids": [account.id for account in token.accounts()],
        "app_id": APP["app_id"],
    }


def revoke_all() -> None:
    """Every token given so far ends, but for the pasteable one."""
    state().memory(TikTokMemory).generation += 1


grants.TERMS["tiktok"] = grants.Terms(
    revoke_all, tuple(SCOPES[scope] for scope in (REPORTING, ADS, ACCOUNTS, CREATIVE, PIXEL))
)


def presented() -> Token:
    """The token in the header Access-Token; no other place counts."""
    return read(request.headers.get("Access-Token", ""))


def read(text: str) -> Token:
    """Raises 40104 for none, 40105 for one that is garbled or revoked."""
    if not text:
        raise ApiProblem(40104)
    if text == TIKTOK_TOKEN:
        return PASTED
    payload = _open(text)
    if payload is None or "expires" in payload:
        raise ApiProblem(40105)
    token = Token(
        payload["nonce"],
        tuple(payload["scopes"]),
        tuple(payload["advertisers"]),
        payload["generation"],
    )
    memory = state().memory(TikTokMemory)
    if token.nonce in memory.revoked or token.generation < memory.generation:
        raise ApiProblem(40105)
    return token


def listed(token: Token, params: Mapping[str, str]) -> dict[str, Any]:
    """`/oauth2/advertiser/get/`."""
    _check_app(params)
    token.needs(ACCOUNTS)
    return {
        "list": [
            {"advertiser_id": account.id, "advertiser_name": account.name}
            for account in token.accounts()
        ]
    }


def user() -> dict[str, Any]:
    """`/user/info/`."""
    return {
        "core_user_id": USER_ID,
        "display_name": USER_NAME,
        "email": "s**@s******.example",
        "create_time": 1614589200,
    }


def _check_app(given: Mapping[str, Any]) -> None:
    for name in ("app_id", "secret"):
        if not given.get(name):
            raise bad(f"{name}: Missing data for required field.")
    if given["app_id"] != APP["app_id"]:
        raise ApiProblem(40113)
    if given["secret"] != APP["app_secret"]:
        raise ApiProblem(40101)


def _sign(payload: dict[str, Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"{body}.{_signature(body)}"


def _signature(body: str) -> str:
    return hmac.new(_KEY, body.encode(), hashlib.sha256).hexdigest()[:32]


def _open(text: str) -> dict[str, Any] | None:
    body, _, signature = text.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return None
    opened: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return opened
