"""Codes, access tokens and refresh tokens: signed strings, so that they outlive the process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from sandbox import CREDENTIALS, grants
from sandbox.google.errors import NO_SCOPE, ApiProblem
from sandbox.google.knobs import knobs
from sandbox.state import state

SCOPES = {
    "https://www.googleapis.com/auth/adwords": "See, edit, create and delete your Google Ads "
    "accounts and data",
    "openid": "Associate you with your personal info on Google",
    "email": "See your primary Google Account email address",
    "profile": "See your personal info",
}
ADWORDS = next(iter(SCOPES))
ACCESS_LIFE = 3599
CODE_LIFE = 600
TESTING_LIFE = 604_799
USER_NAME = "Sam Sandbox"

CLIENT = CREDENTIALS["google"]
_KEY = b"growzzy sandbox: signs nothing of value at Google"


@dataclass
class GoogleMemory:
    """What a restart forgets. `revoked_at` is real time and orders revocations."""

    used_codes: set[str] = field(default_factory=set)
    consented: bool = False
    revoked_at: float = 0.0


class TokenProblem(Exception):
    """Becomes a body of the token endpoint's own form."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error = error
        self.description = description
        self.status = status
        super().__init__(description)


def new_code(asked: Mapping[str, str], scopes: list[str]) -> str:
    """A code for one exchange within ten minutes, bound to the request that asked for it."""
    return _sign(
        "4/0Sandbox",
        {
            "nonce": secrets.token_hex(8),
            "redirect_uri": asked["redirect_uri"],
            "scopes": scopes,
            "challenge": asked.get("code_challenge", ""),
            "method": asked.get("code_challenge_method", "plain"),
            "offline": asked.get("access_type") == "offline",
            "consent": "consent" in asked.get("prompt", "").split(),
            "expires": _now() + CODE_LIFE,
        },
    )


def answer(form: Mapping[str, str]) -> dict[str, Any]:
    """`POST /token`. Raises TokenProblem."""
    _check_client(form)
    match form.get("grant_type"):
        case "authorization_code":
            return _exchange(form)
        case "refresh_token":
            return _refresh(form)
    raise TokenProblem("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")


def revoke(form: Mapping[str, str]) -> None:
    """`POST /revoke`: all that the login ever gave to this client ends."""
    try:
        _living(form.get("token", ""))
    except TokenProblem as problem:
        raise TokenProblem("invalid_token", "Token expired or revoked") from problem
    revoke_all()


def revoke_all() -> None:
    memory = state().memory(GoogleMemory)
    memory.revoked_at = time.time()
    memory.consented = False


grants.TERMS["google"] = grants.Terms(revoke_all, tuple(SCOPES))


def check_presented() -> None:
    """The access token in the header Authorization; no other place counts."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if not text:
        raise ApiProblem(
            "",
            "Request is missing required authentication credential. Expected OAuth 2 access token, "
            "login cookie or other valid authentication credential.",
            status=401,
        )
    if scheme != "Bearer":
        raise ApiProblem("OAUTH_TOKEN_HEADER_INVALID")
    payload = _open("ya29.Sandbox", text)
    if payload is None:
        raise ApiProblem("OAUTH_TOKEN_INVALID", "The OAuth access token is invalid.")
    if payload["issued"] <= state().memory(GoogleMemory).revoked_at:
        raise ApiProblem("OAUTH_TOKEN_REVOKED")
    if payload["expires"] <= _now():
        raise ApiProblem("OAUTH_TOKEN_EXPIRED")
    if ADWORDS not in _held(payload["scopes"]):
        raise ApiProblem(NO_SCOPE, "Request had insufficient authentication scopes.")


def _check_client(form: Mapping[str, str]) -> None:
    if not form.get("client_id"):
        raise TokenProblem("invalid_request", "Could not determine client ID from request.")
    if form["client_id"] != CLIENT["client_id"]:
        raise TokenProblem("invalid_client", "The OAuth client was not found.", 401)
    if form.get("client_secret") != CLIENT["client_secret"]:
        raise TokenProblem("invalid_client", "The provided client secret is invalid.", 401)


def _exchange(form: Mapping[str, str]) -> dict[str, Any]:
    code = _open("4/0Sandbox", form.get("code", ""))
    if code is None:
        raise TokenProblem("invalid_grant", "Malformed auth code.")
    memory = state().memory(GoogleMemory)
    if code["nonce"] in memory.used_codes or code["expires"] <= _now():
        raise TokenProblem("invalid_grant", "Bad Request")
    if form.get("redirect_uri") != code["redirect_uri"]:
        raise TokenProblem("redirect_uri_mismatch", "Bad Request")
    _check_verifier(code, form.get("code_verifier", ""))
    memory.used_codes.add(code["nonce"])
    grants.consented("google")
    given = _access(code["scopes"])
    if code["offline"] and (code["consent"] or not memory.consented):
        given |= _refresh_token(code["scopes"])
    memory.consented = True
    return given


def _check_verifier(code: Mapping[str, Any], verifier: str) -> None:
    """RFC 7636, section 4.6."""
    if not code["challenge"]:
        return
    if not verifier:
        raise TokenProblem("invalid_grant", "Missing code verifier.")
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if (hashed if code["method"] == "S256" else verifier) != code["challenge"]:
        raise TokenProblem("invalid_grant", "Invalid code verifier.")


def _refresh(form: Mapping[str, str]) -> dict[str, Any]:
    return _access(_living(form.get("refresh_token", ""))["scopes"])


def _living(text: str) -> dict[str, Any]:
    """A refresh token, or an access token, that still counts."""
    payload = _open("1//0Sandbox", text) or _open("ya29.Sandbox", text)
    if payload is None:
        raise TokenProblem("invalid_grant", "Bad Request")
    ended = payload["expires"] and payload["expires"] <= _now()
    if ended or payload["issued"] <= state().memory(GoogleMemory).revoked_at:
        raise TokenProblem("invalid_grant", "Token has been expired or revoked.")
    return payload


def _held(scopes: list[str]) -> list[str]:
    lost = grants.withdrawn("google")
    return [scope for scope in scopes if scope not in lost]


def _access(scopes: list[str]) -> dict[str, Any]:
    scopes = _held(scopes)
    payload = {"scopes": scopes, "issued": time.time(), "expires": _now() + ACCESS_LIFE}
    return {
        "access_token": _sign("ya29.Sandbox", payload | {"nonce": secrets.token_hex(8)}),
        "expires_in": ACCESS_LIFE,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def _refresh_token(scopes: list[str]) -> dict[str, Any]:
    life = TESTING_LIFE if knobs().testing else 0
    payload = {
        "scopes": scopes,
        "issued": time.time(),
        "expires": _now() + life if life else 0,
        "nonce": secrets.token_hex(8),
    }
    given: dict[str, Any] = {"refresh_token": _sign("1//0Sandbox", payload)}
    return given | ({"refresh_token_expires_in": life} if life else {})


def _now() -> float:
    return state().clock.now().timestamp()


def _sign(prefix: str, payload: dict[str, Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"{prefix}{body}.{_signature(body)}"


def _signature(body: str) -> str:
    return hmac.new(_KEY, body.encode(), hashlib.sha256).hexdigest()[:32]


def _open(prefix: str, text: str) -> dict[str, Any] | None:
    if not text.startswith(prefix):
        return None
    body, _, signature = text.removeprefix(prefix).partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return None
    opened: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return opened
