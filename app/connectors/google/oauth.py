"""Google's sign-in: codes and refresh tokens become access tokens, and are given back.

Facts are from developers.google.com/identity/protocols/oauth2.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
)
from app.connectors.http import Answer, Http
from app.settings import Settings

SCOPE = "https://www.googleapis.com/auth/adwords"
CREDENTIALS_PAGE = "APIs & Services, Credentials at console.cloud.google.com"
MADE_UP_CODE = "growzzy-os-checks-its-client"


class Token(msgspec.Struct):
    """`refresh_token_expires_in` is there only where even the refresh token has an end.

    `scope`: what was given, empty when nothing was; None when nobody says.
    """

    access_token: str = ""
    refresh_token: str = ""
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None
    scope: str | None = None


class _Refusal(msgspec.Struct):
    error: str | dict[str, msgspec.Raw] = ""
    error_description: str = ""
    error_subtype: str = ""


class DeadCode(OAuthDenied):
    """The code was used, has run out, or never was one."""


class OtherAddress(SetupProblem):
    """The address to return to is not among those of the OAuth client."""


class DeadGrant(AccessRevoked):
    """The refresh token is not taken any more; `subtype` is Google's hint at why."""

    def __init__(self, message: str, *, subtype: str = "") -> None:
        super().__init__(message)
        self.subtype = subtype


_TOKEN = msgspec.json.Decoder(Token, strict=False)
_REFUSAL = msgspec.json.Decoder(_Refusal)
_WRONG_CLIENT = frozenset({"invalid_client", "deleted_client", "disabled_client"})
_UNWELL = frozenset(
    {"temporarily_unavailable", "server_error", "internal_failure", "rate_limit_exceeded"}
)
_BARRED = frozenset({"access_denied", "admin_policy_enforced", "org_internal"})

logger = logging.getLogger(__name__)


class OAuth:
    """Asks in the name of this installation's OAuth client, each time once."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Token:
        """Raises DeadCode, OtherAddress or SetupProblem. A code that was sent twice is used up."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._token(form | ({"code_verifier": verifier} if verifier else {}))

    def refresh(self, refresh_token: str) -> Token:
        """Raises DeadGrant when only the owner can mend it. The refresh token stays the same."""
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def revoke(self, token: str) -> None:
        """Withdraw the access; one that has ended already is let be."""
        answer = self._http.ask("POST", self._beside("revoke"), form={"token": token})
        if answer.status == 200:
            return
        refusal = _refusal(answer)
        if refusal.error in ("invalid_token", "invalid_grant"):
            logger.info("google access had ended before it was revoked")
            return
        raise self._failure(answer, refusal)

    def _token(self, form: Mapping[str, str]) -> Token:
        client = {
            "client_id": self._settings.google_client_id,
            "client_secret": self._settings.google_client_secret,
        }
        answer = self._http.ask("POST", self._settings.google_token_url, form={**form, **client})
        if answer.status != 200:
            refusal = _refusal(answer)
            if refusal.error == "invalid_grant":
                raise _dead(form, refusal)
            raise self._failure(answer, refusal)
        found = answer.decode(_TOKEN)
        if not found.access_token:
            refusal = _refusal(answer)
            if refusal.error == "invalid_grant":
                raise _dead(form, refusal)
            raise self._failure(answer, refusal)
        return found

    def _beside(self, name: str) -> str:
        """Google revokes next door to where it hands out."""
        return f"{self._settings.google_token_url.rpartition('/')[0]}/{name}"

    def _failure(self, answer: Answer, refusal: _Refusal) -> ConnectorError:
        error = refusal.error if isinstance(refusal.error, str) else ""
        words = _said(error, refusal.error_description)
        if error in _WRONG_CLIENT or error == "unauthorized_client":
            return SetupProblem(
                "Google does not accept GOOGLE_CLIENT_ID with GOOGLE_CLIENT_SECRET: the secret is "
                f"wrong, or the OAuth client was deleted. Compare both with {CREDENTIALS_PAGE}, "
                f"and restart Growzzy OS after a change.{words}"
            )
        if error == "redirect_uri_mismatch":
            return OtherAddress(
                "Google does not know this installation's address. Whoever runs it opens "
                f"{CREDENTIALS_PAGE}, the OAuth client, and adds exactly the redirect address that "
                f"the setup guide under Connections shows.{words}"
            )
        if error in _BARRED:
            return AccessRevoked(
                "Google, or the administrator of the Google Workspace, does not allow this login "
                "to give access. Ask the administrator to trust this app under Security, API "
                "controls at admin.google.com, then open Connections and press Reconnect on Google "
                f"Ads.{words}"
            )
        host = urlsplit(self._settings.google_token_url).hostname
        if answer.status >= 500 or answer.status in (200, 429) or error in _UNWELL or not error:
            return Temporary(
                f"{host} did not hand out access (HTTP {answer.status}). Stored figures are "
                f"unchanged, and it will be asked again.{words}"
            )
        return ConnectorError(
            "Google refused to hand out access. Stored figures are unchanged. If it happens again, "
            f"tell whoever runs this installation.{words}"
        )


def _refusal(answer: Answer) -> _Refusal:
    try:
        return _REFUSAL.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Refusal()


def _dead(form: Mapping[str, str], refusal: _Refusal) -> ConnectorError:
    if form["grant_type"] == "refresh_token":
        return DeadGrant(
            "Google no longer accepts the access that was given: it was withdrawn, or was not used "
            "for six months, or the login's password changed.",
            subtype=refusal.error_subtype,
        )
    return DeadCode(
        "Google's answer had been used already or had run out, so Google Ads was not connected. "
        "Press Connect again and finish within a few minutes."
    )


def _said(error: str, description: str) -> str:
    """Google's own words, without anything that looks like a token."""
    words = ": ".join(filter(None, (error, description.strip().rstrip("."))))
    words = re.sub(r"[\w|.~/+-]{32,}", "…", words)
    return f" (Google said: {words[:200]}.)" if words else ""
