"""Access tokens and OAuth codes: signed strings, so that they outlive the process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox import CREDENTIALS, SYSTEM_USER_TOKEN, grants
from sandbox.meta.errors import GraphError, dead_token
from sandbox.meta.params import Params
from sandbox.state import state

SCOPES = (
    "public_profile",
    "ads_read",
    "ads_management",
    "business_management",
    "read_insights",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_ads",
    "email",
)
USERS = {
    "10224000000000001": "Sam Sandbox",
    "61554000000000001": "Sandbox System User",
}
USER_ID, SYSTEM_USER_ID = USERS
SHORT_LIFE = 5400
LONG_LIFE = 5_183_944
CODE_LIFE = 600

APP = CREDENTIALS["meta"]
_KEY = b"growzzy sandbox: signs nothing of value"
_PREFIX = "EAASandbox"


@dataclass(frozen=True)
class Token:
    """`issued` is real time and orders revocations; `expires` goes by the sandbox's clock."""

    user: str
    scopes: tuple[str, ...]
    declined: tuple[str, ...] = ()
    issued: float = 0.0
    expires: float = 0.0

    @property
    def granted(self) -> tuple[str, ...]:
        """The scopes that still hold."""
        lost = set() if self.user == SYSTEM_USER_ID else grants.withdrawn("meta")
        return tuple(scope for scope in self.scopes if scope not in lost)

    def allows(self, *any_of: str) -> bool:
        return any(scope in self.granted for scope in any_of)


SYSTEM_TOKEN = Token(SYSTEM_USER_ID, SCOPES[:-1])


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


def new_code(client_id: str, redirect_uri: str, scopes: list[str], declined: list[str]) -> str:
    """A code that one exchange within ten minutes may use."""
    return _sign(
        {
            "nonce": secrets.token_hex(8),
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scopes": scopes,
            "declined": declined,
            "expires": state().clock.now().timestamp() + CODE_LIFE,
        }
    )


def _text(token: Token) -> str:
    return _PREFIX + _sign(asdict(token))


def read(text: str) -> Token:
    """Raises the error Meta gives for a token that is missing, garbled, expired or revoked."""
    if not text:
        raise GraphError(
            2500, "An active access token must be used to query information about the current user."
        )
    if text == SYSTEM_USER_TOKEN:
        return SYSTEM_TOKEN
    payload = _open(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else None
    if payload is None:
        raise dead_token("Invalid OAuth access token - Cannot parse access token")
    payload["scopes"], payload["declined"] = tuple(payload["scopes"]), tuple(payload["declined"])
    token = Token(**payload)
    if token.issued <= state().meta.revoked_at.get(token.user, 0.0):
        raise dead_token(
            "Error validating access token: The user has not authorized application "
            f"{APP['app_id']}.",
            458,
        )
    now = state().clock.now()
    if token.expires and token.expires <= now.timestamp():
        raise dead_token(
            f"Error validating access token: Session has expired on {now:%A, %d-%b-%y %H:%M:%S} "
            "UTC.",
            463,
        )
    return token


def check_proof(params: Params, text: str) -> None:
    """`appsecret_proof` may be left out, but when sent it must be right."""
    proof = params.get("appsecret_proof")
    right = hmac.new(APP["app_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    if proof is not None and not hmac.compare_digest(proof.encode(), right.encode()):
        raise GraphError(
            100,
            "Invalid appsecret_proof provided in the API argument",
            kind="GraphMethodException",
        )


def exchange(params: Params) -> dict[str, Any]:
    """`/oauth/access_token`: a code, or a living token, becomes a token."""
    if params.get("client_id") != APP["app_id"]:
        raise GraphError(
            101,
            "Error validating application. Cannot get application info due to a system error.",
        )
    if params.get("client_secret") != APP["app_secret"]:
        raise GraphError(1, "Error validating client secret.")
    grant = params.get("grant_type", "authorization_code")
    if grant == "fb_exchange_token":
        token = read(params.get("fb_exchange_token", ""))
        return _answer(token, LONG_LIFE)
    if grant == "client_credentials":
        return {"access_token": f"{APP['app_id']}|{APP['app_secret']}", "token_type": "bearer"}
    return _answer(_redeem(params), SHORT_LIFE)


def _redeem(params: Params) -> Token:
    code = _open(params.get("code", ""))
    if code is None:
        raise GraphError(100, "Invalid verification code format.", subcode=36007)
    if code["nonce"] in state().meta.used_codes:
        raise GraphError(100, "This authorization code has been used.", subcode=36009)
    if code["expires"] <= state().clock.now().timestamp():
        raise GraphError(100, "This authorization code has expired.", subcode=36007)
    if (code["client_id"], code["redirect_uri"]) != (
        params.get("client_id"),
        params.get("redirect_uri"),
    ):
        raise GraphError(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical "
            "to the one you used in the OAuth dialog request",
            subcode=36008,
        )
    state().meta.used_codes.add(code["nonce"])
    grants.consented("meta")
    return Token(USER_ID, tuple(code["scopes"]), tuple(code["declined"]))


def _answer(token: Token, life: int) -> dict[str, Any]:
    expires = state().clock.now().timestamp() + life
    issued = replace(token, issued=time.time(), expires=expires)
    return {"access_token": _text(issued), "token_type": "bearer", "expires_in": life}


def inspect(params: Params) -> dict[str, Any]:
    """`/debug_token`: asked with the app's own token, answers for a dead token too."""
    asker, app = params.get("access_token", ""), f"{APP['app_id']}|{APP['app_secret']}"
    if asker != app:
        read(asker)
    if params.get("input_token") == app:
        about = {"app_id": APP["app_id"], "type": "APP", "application": "Growzzy sandbox app"}
        return {"data": about | {"is_valid": True, "scopes": []}}
    try:
        token = read(params.get("input_token", ""))
    except GraphError as dead:
        error = {name: dead.error.get(name) for name in ("code", "message")}
        subcode = {"subcode": dead.error["error_subcode"]} if "error_subcode" in dead.error else {}
        return {"data": {"error": error | subcode, "is_valid": False, "scopes": []}}
    return {
        "data": {
            "app_id": APP["app_id"],
            "type": "SYSTEM_USER" if token.user == SYSTEM_USER_ID else "USER",
            "application": "Growzzy sandbox app",
            "data_access_expires_at": int(token.expires) and int(token.expires) + 2_592_000,
            "expires_at": int(token.expires),
            "is_valid": True,
            "issued_at": int(token.issued),
            "scopes": list(token.granted),
            "granular_scopes": [{"scope": scope} for scope in token.granted],
            "user_id": token.user,
        }
    }


def permissions(token: Token) -> dict[str, Any]:
    """`GET /me/permissions`: what was granted and what was unticked."""
    asked = dict.fromkeys((*token.scopes, *token.declined))
    granted = token.granted
    return {
        "data": [
            {"permission": scope, "status": "granted" if scope in granted else "declined"}
            for scope in asked
        ]
    }


def revoke(token: Token, scope: str) -> dict[str, Any]:
    """`DELETE /me/permissions`, or of one scope. The pasteable token shrugs it off."""
    if token.user != SYSTEM_USER_ID:
        if not scope:
            revoke_all()
        elif scope in SCOPES:
            grants.withdraw("meta", scope)
    return {"success": True}


def revoke_all() -> None:
    """The user removes the app: every token given so far ends."""
    state().meta.revoked_at[USER_ID] = time.time()


grants.TERMS["meta"] = grants.Terms(revoke_all, SCOPES[1:])
