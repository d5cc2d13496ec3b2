"""LinkedIn's sign-in: codes, tokens and what it says about them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.http import Answer, Http
from app.connectors.linkedin.answers import Inspection, Token
from app.connectors.linkedin.errors import LIMIT_SECONDS
from app.settings import Settings

T = TypeVar("T")

_TOKEN = msgspec.json.Decoder(Token, strict=False)
_INSPECTION = msgspec.json.Decoder(Inspection, strict=False)

SCOPES = ("r_ads", "r_ads_reporting")
# To manage campaigns, to post for a Page, and to list the Pages.
SCOPES_TO_CREATE = ("rw_ads", "w_organization_social", "r_organization_admin")
# Of what a login was asked: it closed the page, or it pressed Cancel.
_SAID_NO = frozenset({"user_cancelled_login", "user_cancelled_authorize", "access_denied"})
_APP_UNKNOWN = frozenset({"invalid_client", "unauthorized_client", "invalid_client_id"})
_AUTH_TAB = "the Auth tab of the app at linkedin.com/developers/apps"

WRONG_APP = (
    "LinkedIn does not accept LINKEDIN_CLIENT_ID with LINKEDIN_CLIENT_SECRET. Whoever runs this "
    f"installation compares both with {_AUTH_TAB}, corrects them and restarts Growzzy OS."
)
NO_PRODUCT = (
    "LinkedIn did not show its page because this installation's app may not ask for the "
    "permissions r_ads and r_ads_reporting, so nothing was connected. Whoever runs it opens "
    "linkedin.com/developers/apps, the app, Products, requests Advertising API and waits until it "
    "is listed under Added products; then press Connect again."
)
NO_PRODUCT_TO_CREATE = (
    "LinkedIn did not show its page because this installation's app may not ask for the "
    "permissions to create campaigns (rw_ads, w_organization_social, r_organization_admin), so "
    "nothing has changed: what was connected for reading stays connected. Whoever runs it opens "
    "linkedin.com/developers/apps, the app, Auth, and checks that OAuth 2.0 scopes lists them; "
    "they come with the product Advertising API."
)
SAID_NO = (
    "LinkedIn Ads was not connected because LinkedIn gave no access. Nothing was stored. Press "
    "Connect again, sign in as a member who may see the ad accounts, and press Allow."
)
CODE_USED = (
    "LinkedIn's answer had been used already or had run out, so LinkedIn Ads was not connected. "
    "Press Connect again and finish within half an hour. If it happens every time, whoever runs "
    f"this installation compares the redirect URL on {_AUTH_TAB} with the one in the setup guide."
)
ENDED = (
    "LinkedIn no longer renews the access: a year has passed since it was given, or it was "
    "withdrawn. Stored figures are kept, but no new ones are read until then. Open Connections "
    "and press Reconnect on LinkedIn Ads."
)

logger = logging.getLogger(__name__)


class Unknown(ConnectorError):
    """LinkedIn does not do what its sign-in was asked to do, for whatever reason."""


class Refusal(msgspec.Struct, rename={"description": "error_description"}):
    """The body of a refusal (RFC 6749, 5.2); `message` where it is LinkedIn's other kind."""

    error: str | None = None
    description: str | None = None
    message: str | None = None


_REFUSAL = msgspec.json.Decoder(Refusal, strict=False)
_Verdict = Callable[[Refusal], ConnectorError]


class OAuth:
    """The four things LinkedIn's sign-in is asked for. Secrets go in bodies, never in addresses."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._root = settings.linkedin_oauth_url
        self._app = {
            "client_id": settings.linkedin_client_id,
            "client_secret": settings.linkedin_client_secret,
        }
        self._http = http

    def page(self, redirect_uri: str, state: str, scopes: Sequence[str] = SCOPES) -> str:
        """Where the popup goes. LinkedIn has no PKCE for apps that keep a secret."""
        asked = {
            "response_type": "code",
            "client_id": self._app["client_id"],
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": " ".join(scopes),
        }
        # A scope's space as %20: LinkedIn does not document that it reads a plus sign as one.
        return f"{self._root}/authorization?{urlencode(asked).replace('+', '%20')}"

    def code(self, answer: Mapping[str, str], *, no_product: str = NO_PRODUCT) -> str:
        """The code in a callback's query. Raises OAuthDenied and SetupProblem."""
        error = answer.get("error", "")
        if error in ("unauthorized_scope_error", "invalid_scope"):
            raise SetupProblem(no_product)
        if error in _APP_UNKNOWN:
            raise SetupProblem(WRONG_APP)
        if error and error not in _SAID_NO:
            told = _plain(answer.get("error_description") or error)
            raise OAuthDenied(f"{SAID_NO} LinkedIn said: {told}.")
        if error or not answer.get("code"):
            raise OAuthDenied(SAID_NO)
        return answer["code"]

    def exchange(self, code: str, redirect_uri: str) -> Token:
        """Asked once: a code that was sent twice is used up."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        found = self._post("accessToken", form, _TOKEN, lambda _: OAuthDenied(CODE_USED))
        if not found.access_token:
            raise OAuthDenied(
                "LinkedIn answered without a token, so LinkedIn Ads was not connected. Press "
                "Connect again."
            )
        return found

    def refresh(self, refresh_token: str) -> Token:
        """A younger access token; the refresh token stays as it is."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}

        def attempt() -> Token:
            found = self._post("accessToken", form, _TOKEN, _ended)
            if not found.access_token:
                raise Temporary(
                    "LinkedIn answered without a token. Stored figures are unchanged, and it will "
                    "be asked again."
                )
            return found

        return self._http.retry(attempt)

    def inspect(self, token: str) -> Inspection:
        """What LinkedIn knows about a token. Raises Unknown where it does not tell."""
        return self._post("introspectToken", {"token": token}, _INSPECTION, _untold)

    def revoke(self, token: str) -> None:
        """End a token; one that has ended already is let be. Raises Unknown."""

        def verdict(refusal: Refusal) -> ConnectorError:
            if (refusal.error or "").startswith("invalid_"):
                return AccessRevoked("LinkedIn's access had ended already.")
            return _untold(refusal)

        try:
            self._http.retry(lambda: self._ask("revoke", {"token": token}, verdict))
        except AccessRevoked:
            logger.info("linkedin access had ended before it was revoked")

    def _post(
        self,
        path: str,
        form: Mapping[str, str],
        decoder: msgspec.json.Decoder[T],
        verdict: _Verdict,
    ) -> T:
        return self._ask(path, form, verdict).decode(decoder)

    def _ask(self, path: str, form: Mapping[str, str], verdict: _Verdict) -> Answer:
        answer = self._http.ask("POST", f"{self._root}/{path}", form={**form, **self._app})
        refusal = _refusal(answer)
        if answer.status < 400 and not refusal.error:
            return answer
        logger.info("%s refused with %d %s", path, answer.status, _plain(refusal.error or ""))
        raise _of_status(answer.status, refusal) or verdict(refusal)


def _refusal(answer: Answer) -> Refusal:
    try:
        return _REFUSAL.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal()


def _of_status(status: int, refusal: Refusal) -> ConnectorError | None:
    """What a refusal means whatever was asked."""
    if refusal.error in _APP_UNKNOWN or (status in (401, 403) and not refusal.error):
        return SetupProblem(WRONG_APP)
    if status == 429:
        return Throttled(
            "LinkedIn's sign-in has been asked too often for now. Stored figures are unchanged.",
            retry_after=LIMIT_SECONDS,
        )
    if status >= 500 or status == 408:
        return Temporary(
            f"LinkedIn's sign-in could not answer (HTTP {status}). Stored figures are unchanged, "
            "and it will be asked again."
        )
    if status in (404, 405, 410) and not refusal.error:
        return Unknown(f"LinkedIn offers nothing at this address of its sign-in (HTTP {status})")
    return None


def _ended(refusal: Refusal) -> ConnectorError:
    """A refusal without a reason may be anyone's on the way, and ends nothing."""
    if refusal.error:
        return AccessRevoked(ENDED)
    return Temporary(
        "LinkedIn's sign-in refused without saying why. Stored figures are unchanged, and it will "
        "be asked again."
    )


def _untold(refusal: Refusal) -> ConnectorError:
    told = _plain(refusal.description or refusal.message or refusal.error or "")
    return Unknown(f"LinkedIn's sign-in refused{f' ({told})' if told else ''}")


def _plain(text: str) -> str:
    """LinkedIn's words without anything that looks like a token."""
    return re.sub(r"[\w|.-]{30,}", "…", " ".join(text.split()))[:200].rstrip(".")
