"""Codes and tokens: signed strings, so that they outlive the process; revocations do not."""

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

from sandbox import CREDENTIALS, grants
from sandbox.linkedin.errors import INVALID, REVOKED, OAuthProblem, expired, refused_token
from sandbox.linkedin.knobs import knobs
from sandbox.state import state
from sandbox.world import Account

APP = CREDENTIALS["linkedin"]
USER_URN = "urn:li:person:Sb7uXoQ1kq"
USER_NAME = "Sam Sandbox"
CODE_LIFE = 1800
ACCESS_LIFE = 5_184_000
REFRESH_LIFE = 31_536_000

_KEY = b"growzzy sandbox: signs nothing of value at LinkedIn"
_PREFIX = "AQ"
# LinkedIn's tokens are long, and may grow to a thousand characters.
_LENGTH = 600
_MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match "
    "authorization code. Or authorization code expired. Or external member binding exists"
)


@dataclass
class LinkedInMemory:
    """What a restart forgets.

    `generation` goes up when a member consents to other scopes, or removes the app: what was given
    before ends with it.
    """

    used_codes: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    scopes: tuple[str, ...] = ()
    generation: int = 0


@dataclass(frozen=True)
class Token:
    """`kind` is access or refresh. Times are seconds of the sandbox's clock."""

    kind: str
    nonce: str
    scopes: tuple[str, ...]
    issued: float
    expires: float
    generation: int = 0

    def allows(self, *any_of: str) -> bool:
        return any(scope in self.held for scope in any_of)

    @property
    def held(self) -> tuple[str, ...]:
        """The scopes that the member has not taken back."""
        lost = grants.withdrawn("linkedin")
        return tuple(scope for scope in self.scopes if scope not in lost)

    def accounts(self) -> list[Account]:
        """Those in which the sandbox's member has a role."""
        lost = knobs().lost_accounts
        mine = state().world.within_reach("linkedin")
        return [account for account in mine if account.id not in lost]


def new_code(redirect_uri: str, scopes: list[str]) -> str:
    """A code for one exchange within half an hour."""
    return _sign(
        {
            "nonce": secrets.token_hex(8),
            "redirect_uri": redirect_uri,
            "scopes": scopes,
            "expires": _now() + CODE_LIFE,
        }
    )


def exchange(form: Mapping[str, str]) -> dict[str, Any]:
    """`/oauth/v2/accessToken`."""
    _check_app(form)
    kind = form.get("grant_type")
    if kind == "authorization_code":
        return _by_code(form)
    if kind == "refresh_token":
        return _by_refresh(form)
    raise OAuthProblem(400, "unsupported_grant_type", f"grant_type {kind} is not supported")


def _by_code(form: Mapping[str, str]) -> dict[str, Any]:
    memory = state().memory(LinkedInMemory)
    code = _open(form.get("code", ""))
    if (
        code is None
        or "redirect_uri" not in code
        or code["nonce"] in memory.used_codes
        or code["expires"] <= _now()
        or code["redirect_uri"] != form.get("redirect_uri")
    ):
        raise OAuthProblem(400, "invalid_request", _MISMATCH)
    memory.used_codes.add(code["nonce"])
    grants.consented("linkedin")
    scopes = tuple(code["scopes"])
    if memory.scopes and memory.scopes != scopes:
        memory.generation += 1
    memory.scopes = scopes
    refresh = None
    if knobs().refresh_tokens:
        refresh = _made("refresh", scopes, REFRESH_LIFE)
    return _given(_made("access", scopes, ACCESS_LIFE), refresh)


def _by_refresh(form: Mapping[str, str]) -> dict[str, Any]:
    """The refresh token keeps its end, and comes back with what is left of its time."""
    refresh = _read(form.get("refresh_token", ""))
    if (
        refresh is None
        or refresh.kind != "refresh"
        or refresh.expires <= _now()
        or _is_revoked(refresh)
        or not knobs().refresh_tokens
    ):
        raise OAuthProblem(
            400,
            "invalid_grant",
            "The provided authorization grant or refresh token is invalid, expired or revoked",
        )
    life = min(ACCESS_LIFE, refresh.expires - _now())
    return _given(_made("access", refresh.scopes, life), refresh)


def _given(access: Token, refresh: Token | None) -> dict[str, Any]:
    answer = {
        "access_token": _text(access),
        "expires_in": round(access.expires - _now()),
        "scope": ",".join(access.held),
        "token_type": "Bearer",
    }
    if refresh is not None:
        answer["refresh_token"] = _text(refresh)
        answer["refresh_token_expires_in"] = round(refresh.expires - _now())
    return answer


def inspect(form: Mapping[str, str]) -> dict[str, Any]:
    """`/oauth/v2/introspectToken`: nothing but `active` about a token that is not ours."""
    _check_app(form)
    token = _read(form.get("token", ""))
    if token is None:
        return {"active": False}
    status = "revoked" if _is_revoked(token) else "active"
    if token.expires <= _now():
        status = "expired"
    return {
        "active": status == "active",
        "status": status,
        "scope": ",".join(token.held),
        "client_id": APP["client_id"],
        "created_at": round(token.issued),
        "authorized_at": round(token.issued),
        "expires_at": round(token.expires),
        "auth_type": "3L",
    }


def revoke(form: Mapping[str, str]) -> dict[str, Any]:
    """`/oauth/v2/revoke`."""
    _check_app(form)
    token = _read(form.get("token", ""))
    if token is None or _is_revoked(token):
        raise OAuthProblem(400, "invalid_request", "The token is not valid")
    state().memory(LinkedInMemory).revoked.add(token.nonce)
    return {}


def revoke_all() -> None:
    """The member removes the app: every token given so far ends."""
    state().memory(LinkedInMemory).generation += 1


grants.TERMS["linkedin"] = grants.Terms(
    revoke_all,
    ("r_ads_reporting", "r_ads", "rw_ads", "w_organization_social", "r_organization_admin"),
)


def presented() -> Token:
    """The token in the header Authorization; no other place counts. Raises 401."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not text:
        raise refused_token(65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2_access_token")
    token = _read(text)
    if token is None or token.kind != "access":
        raise refused_token(*INVALID)
    if _is_revoked(token):
        raise refused_token(*REVOKED)
    if token.expires <= _now():
        raise expired()
    return token


def _check_app(form: Mapping[str, str]) -> None:
    if form.get("client_id") != APP["client_id"]:
        raise OAuthProblem(401, "invalid_client", "Client authentication failed")
    if form.get("client_secret") != APP["client_secret"]:
        raise OAuthProblem(401, "invalid_client", "Client authentication failed")


def _is_revoked(token: Token) -> bool:
    memory = state().memory(LinkedInMemory)
    return token.nonce in memory.revoked or token.generation < memory.generation


def _made(kind: str, scopes: tuple[str, ...], life: float) -> Token:
    generation = state().memory(LinkedInMemory).generation
    return Token(kind, secrets.token_hex(8), scopes, _now(), _now() + life, generation)


def _read(text: str) -> Token | None:
    payload = _open(text)
    if payload is None or "kind" not in payload:
        return None
    return Token(**payload | {"scopes": tuple(payload["scopes"])})


def _text(token: Token) -> str:
    return _sign(asdict(token))


def _now() -> float:
    return state().clock.now().timestamp()


def _sign(payload: dict[str, Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    signed = f"{_PREFIX}{body}.{_signature(body)}."
    return signed + "x" * max(0, _LENGTH - len(signed))


def _signature(body: str) -> str:
    return hmac.new(_KEY, body.encode(), hashlib.sha256).hexdigest()[:32]


def _open(text: str) -> dict[str, Any] | None:
    body, _, rest = text.removeprefix(_PREFIX).partition(".")
    signature = rest.partition(".")[0]
    if not body or not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return None
    opened: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return opened
