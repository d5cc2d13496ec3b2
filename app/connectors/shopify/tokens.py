"""A shop's token endpoint: codes, refresh tokens and client credentials become access tokens.

Facts: shopify.dev, "Authorization code grant", "Client credentials grant" and "Offline access
tokens"; names of the errors also from Shopify's own client libraries.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping, Sequence

import msgspec

from app.connectors.errors import AccessRevoked, ConnectorError, Temporary
from app.connectors.http import Answer, Http
from app.connectors.shopify.errors import of_status
from app.connectors.shopify.shops import shop_url
from app.connectors.words import Grant
from app.settings import Settings

logger = logging.getLogger(__name__)


class Token(msgspec.Struct):
    """What the endpoint hands out. Lifetimes are in seconds."""

    access_token: str = ""
    scope: str = ""
    expires_in: int | None = None
    refresh_token: str = ""
    refresh_token_expires_in: int | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """As granted; a write_ scope stands for its read_ one, which is then not listed."""
        return tuple(scope.strip() for scope in self.scope.split(",") if scope.strip())


class TokenRefused(ConnectorError):
    """The endpoint said no; `error` is its own word, empty when it gave none."""

    def __init__(self, message: str, *, error: str = "") -> None:
        super().__init__(message)
        self.error = error

    @property
    def wrong_app(self) -> bool:
        """Whether the app's id or secret is what is wrong."""
        return self.error in ("invalid_client", "application_cannot_be_found")


class _Refusal(msgspec.Struct):
    error: str = ""
    error_description: str = ""


_TOKEN = msgspec.json.Decoder(Token, strict=False)


class Tokens:
    """The endpoint of every shop, for one installation."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http

    def ask(self, shop: str, asked: Mapping[str, str]) -> Token:
        """Ask once: a code is used up by asking. Raises TokenRefused, and Temporary."""
        url = f"{shop_url(self._settings, shop)}/admin/oauth/access_token"
        answer = self._http.ask("POST", url, json=asked, headers={"Accept": "application/json"})
        if answer.status in (400, 401, 403):
            raise _refusal(answer)
        if answer.status >= 400:
            raise of_status(answer.status, answer.headers, "")
        found = answer.decode(_TOKEN)
        if not found.access_token:
            raise Temporary(
                "Shopify answered without a token. Nothing was changed, and it will be asked again."
            )
        return found

    def granted(self, token: Token, *, now: dt.datetime, extra: Mapping[str, str]) -> Grant:
        """The token as a grant; `extra` says of which shop and kind."""
        renews = bool(token.refresh_token) or extra["kind"] == CLIENT_CREDENTIALS
        return Grant(
            access_token=token.access_token,
            refresh_token=token.refresh_token,
            expires_at=_after(now, token.expires_in),
            renews=renews,
            ends_at=_after(now, token.refresh_token_expires_in),
            scopes=token.scopes,
            label=extra["shop"],
            extra=extra,
        )


# What a grant is made of; how it is renewed follows from that.
OFFLINE = "offline"
CLIENT_CREDENTIALS = "client_credentials"
PASTED = "pasted"


def reads(scopes: Sequence[str], scope: str) -> bool:
    """Whether a scope is among these, by itself or inside its write_ scope."""
    return scope in scopes or scope.replace("read_", "write_", 1) in scopes


def ended(error: TokenRefused) -> AccessRevoked:
    """What the owner is told when a grant cannot be renewed any more."""
    return AccessRevoked(
        f"Shopify no longer renews the access that was given ({error.message}). Stored figures "
        "are kept, but no new ones are read until then. Open Connections and press Reconnect on "
        "Shopify."
    )


def _refusal(answer: Answer) -> TokenRefused:
    """The endpoint's own words; older ones of its pages are HTML."""
    try:
        said = msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.DecodeError:
        page = answer.body[:4000].decode(errors="replace")
        found = re.search(r"Oauth error ([a-z_]+): ?([^<]*)", page)
        said = _Refusal(found.group(1), found.group(2)) if found else _Refusal()
    words = re.sub(r"shp[a-z]{2}_\w+|[\w|-]{28,}", "…", said.error_description).strip(" .")
    told = ": ".join(part for part in (said.error[:60], words[:160]) if part)
    logger.info("shopify refused a token: %s", told or answer.status)
    return TokenRefused(told or f"HTTP {answer.status}", error=said.error)


def _after(now: dt.datetime, seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else now + dt.timedelta(seconds=seconds)
