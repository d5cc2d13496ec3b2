"""Offline tokens, expiring or not, and one-time codes: signed strings that outlive the process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import request

from sandbox import CREDENTIALS, SHOPIFY_TOKEN, grants
from sandbox.shopify.errors import INVALID_TOKEN, Refusal, TokenProblem
from sandbox.state import state

APP = CREDENTIALS["shopify"]
SCOPES = ("read_orders", "read_all_orders")
CODE_LIFE = 60
ACCESS_LIFE = 3600
OWN_APP_LIFE = 86_399
REFRESH_LIFE = 7_776_000
_KEY = b"growzzy sandbox: opens no real shop"


@dataclass
class ShopifyMemory:
    """What a restart forgets. `generation` of a shop goes up when the app is removed from it."""

    used_codes: set[str] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)
    generation: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class Token:
    """`replaces`: the refresh token that is spent once this one, or its refresh token, is used."""

    shop: str
    scopes: tuple[str, ...]
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    generation: int = 0
    expires: float | None = None
    replaces: str = ""
    renews: bool = False

    def reads(self, scope: str) -> bool:
        """Whether a scope was given and has not been taken back."""
        return scope in self.scopes and scope not in grants.withdrawn("shopify")


def new_code(shop: str, scopes: Sequence[str]) -> str:
    """A code for one exchange within the minute."""
    expires = state().clock.now().timestamp() + CODE_LIFE
    return _sign(
        "", {"nonce": secrets.token_hex(8), "shop": shop, "scopes": scopes, "expires": expires}
    )


def endpoint(shop: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """`/admin/oauth/access_token`: a code, a refresh token, or nothing but the app itself."""
    secret = str(asked.get("client_secret", ""))
    known = hmac.compare_digest(secret.encode(), APP["client_secret"].encode())
    if asked.get("client_id") != APP["client_id"] or not known:
        raise TokenProblem("invalid_client", "Client authentication failed")
    kind = asked.get("grant_type", "authorization_code")
    if kind == "client_credentials":
        return _own_app(shop)
    if kind == "refresh_token":
        return _refreshed(shop, str(asked.get("refresh_token", "")))
    if kind == "authorization_code":
        expiring = str(asked.get("expiring", "0")) == "1"
        return _exchanged(shop, str(asked.get("code", "")), expiring=expiring)
    raise TokenProblem("unsupported_grant_type", f"{kind} is not supported")


def presented(shop: str) -> Token:
    """The token in the header, if it opens this shop. Raises Refusal."""
    token = _read(request.headers.get("X-Shopify-Access-Token", ""))
    if token is None or token.shop != shop or token.renews:
        raise Refusal(401, INVALID_TOKEN)
    if token.replaces:
        state().memory(ShopifyMemory).spent.add(token.replaces)
    return token


def removed_from(shop: str) -> None:
    """The app is uninstalled: what it was given in this shop ends."""
    state().memory(ShopifyMemory).generation[shop] += 1


def revoke_all() -> None:
    """Every token given so far ends, but for the pasteable one."""
    for shop in state().orders.shops:
        removed_from(shop.domain)


grants.TERMS["shopify"] = grants.Terms(revoke_all, SCOPES)


def _exchanged(shop: str, text: str, *, expiring: bool) -> dict[str, Any]:
    code = _open("", text)
    memory = state().memory(ShopifyMemory)
    if (
        code is None
        or code["shop"] != shop
        or code["nonce"] in memory.used_codes
        or code["expires"] <= state().clock.now().timestamp()
    ):
        raise TokenProblem(
            "invalid_request", "The authorization code was not found or was already used"
        )
    memory.used_codes.add(code["nonce"])
    grants.consented("shopify")
    scopes = tuple(code["scopes"])
    if expiring:
        return _pair(shop, scopes, replaces="")
    return {"access_token": _given(Token(shop, scopes)), "scope": ",".join(scopes)}


def _refreshed(shop: str, text: str) -> dict[str, Any]:
    """The former refresh token goes on working until the new pair is first used."""
    token = _read(text)
    memory = state().memory(ShopifyMemory)
    if token is None or token.shop != shop or not token.renews or token.nonce in memory.spent:
        raise TokenProblem("invalid_grant", "The refresh token is not valid or has been used")
    if token.replaces:
        memory.spent.add(token.replaces)
    return _pair(shop, token.scopes, replaces=token.nonce)


def _own_app(shop: str) -> dict[str, Any]:
    if state().orders.shop(shop) is None:
        raise TokenProblem("shop_not_permitted", "Client credentials cannot be used on this shop")
    token = _given(Token(shop, SCOPES, expires=_in(OWN_APP_LIFE)))
    return {"access_token": token, "scope": ",".join(SCOPES), "expires_in": OWN_APP_LIFE}


def _pair(shop: str, scopes: tuple[str, ...], replaces: str) -> dict[str, Any]:
    access = Token(shop, scopes, expires=_in(ACCESS_LIFE), replaces=replaces)
    refresh = Token(shop, scopes, expires=_in(REFRESH_LIFE), replaces=replaces, renews=True)
    return {
        "access_token": _given(access),
        "scope": ",".join(scopes),
        "expires_in": ACCESS_LIFE,
        "refresh_token": _given(refresh),
        "refresh_token_expires_in": REFRESH_LIFE,
    }


def _in(seconds: int) -> float:
    return state().clock.now().timestamp() + seconds


def _given(token: Token) -> str:
    payload = asdict(token) | {"generation": state().memory(ShopifyMemory).generation[token.shop]}
    return _sign("shprt_" if token.renews else "shpat_", payload)


def _read(text: str) -> Token | None:
    """None for a token that is garbled, has ended or was revoked."""
    if text == SHOPIFY_TOKEN:
        return Token(state().orders.shops[0].domain, SCOPES, nonce="pasted")
    payload = _open(text[:6], text)
    if payload is None or text[:6] not in ("shpat_", "shprt_"):
        return None
    token = Token(**payload | {"scopes": tuple(payload["scopes"])})
    now = state().clock.now().timestamp()
    alive = token.expires is None or now < token.expires
    ended = token.generation < state().memory(ShopifyMemory).generation[token.shop]
    return token if alive and not ended else None


def _sign(prefix: str, payload: Mapping[str, Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"{prefix}{body}.{_signature(prefix + body)}"


def _open(prefix: str, text: str) -> dict[str, Any] | None:
    body, _, signature = text.removeprefix(prefix).partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(prefix + body).encode()):
        return None
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return payload


def _signature(text: str) -> str:
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]
