"""A Shopify shop through the GraphQL Admin API.

Facts about the API are from shopify.dev and the schema that Shopify publishes.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
)
from app.connectors.http import Http
from app.connectors.shopify.api import Api, UserError
from app.connectors.shopify.errors import NO_ORDERS, SIXTY_DAYS
from app.connectors.shopify.hooks import Hooks
from app.connectors.shopify.sales import HISTORY_DAYS, PAGED_DAYS, Sales
from app.connectors.shopify.shops import is_shop, shop_domain, shop_url
from app.connectors.shopify.signature import signs_query
from app.connectors.shopify.tokens import (
    CLIENT_CREDENTIALS,
    OFFLINE,
    PASTED,
    Token,
    TokenRefused,
    Tokens,
    ended,
    reads,
)
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    PastedField,
    PastedForm,
    StoreFigures,
    Structure,
)
from app.settings import Settings, is_loopback

SCOPES = ("read_orders", "read_all_orders")
# An order of the sixtieth day may be gone from the list by the time it is asked for.
SHOWN_DAYS = 59
CALLBACK_AGE_SECONDS = 600
RENEW_OFFLINE = dt.timedelta(minutes=10)
RENEW_CLIENT_CREDENTIALS = dt.timedelta(hours=1)
# Shopify's own demonstration shop: it has this app no more than any other stranger's has.
STRANGER = "hydrogen-preview.myshopify.com"
_SHOP_FIELD = PastedField(
    "shop",
    "Shop",
    "The address that ends in .myshopify.com, or the name in front of it.",
    secret=False,
)

NOT_BEGUN_HERE = (
    "Shopify answered for another shop than the one that was to be connected, so nothing was "
    "connected. Go back to Connections and press Connect again."
)
NOT_SIGNED = (
    "What came back from Shopify is not signed with this installation's app secret, so nothing "
    "was connected. Press Connect again; if it happens again, whoever runs this installation "
    "compares SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET with the app's Settings at "
    "dev.shopify.com."
)
NO_CODE = (
    "Shopify was not connected because it gave no access. Nothing was stored. Press Connect again "
    "and choose Install on Shopify's page."
)
USED_CODE = (
    "Shopify's answer had been used already or had run out, so Shopify was not connected. "
    "Press Connect again and finish within a few minutes."
)
WRONG_APP = (
    "Shopify does not accept SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET. Whoever runs this "
    "installation compares both with the app's Settings at dev.shopify.com and restarts it."
)
WRONG_OWN_APP = (
    "Shopify does not accept this client id with this client secret. Stored figures are kept. "
    "Compare both with the app's Settings at dev.shopify.com, then connect the shop again with "
    "them."
)

logger = logging.getLogger(__name__)


class _Shop(msgspec.Struct, rename="camel"):
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str


class _Scope(msgspec.Struct):
    handle: str


class _Installation(msgspec.Struct, rename="camel"):
    access_scopes: list[_Scope]


class _About(msgspec.Struct, rename="camel"):
    shop: _Shop
    current_app_installation: _Installation

    @property
    def scopes(self) -> list[str]:
        return [scope.handle for scope in self.current_app_installation.access_scopes]


class _Gone(msgspec.Struct, rename="camel"):
    user_errors: list[UserError] = []


class _Uninstalled(msgspec.Struct, rename="camel"):
    app_uninstall: _Gone


_ABOUT = msgspec.json.Decoder(_About, strict=False)
_UNINSTALLED = msgspec.json.Decoder(_Uninstalled, strict=False)


class Shopify(Connector):
    """A shop's days are Shopify's own net sales; `shopify_orders` has the whole rule.

    Figures of a day change afterwards only when orders are deleted, imported with an earlier date
    or given to another customer: what is returned, refunded or edited is booked to its own day.
    """

    slug = "shopify"
    label = "Shopify"
    tagline = "E-commerce analytics"
    colour = "#65a30d"
    restates_days = 7
    history_days = HISTORY_DAYS
    chunk_days = PAGED_DAYS
    readers = 2
    grains: ClassVar[tuple[Grain, ...]] = ()
    sells = True
    start_fields = (_SHOP_FIELD,)
    pasted_forms = (
        PastedForm(
            "Your own app's client id and secret",
            "For a shop of your own organization: at dev.shopify.com open the app, install it in "
            "the shop and copy both from its Settings. Nobody has to sign in again.",
            (
                _SHOP_FIELD,
                PastedField("client_id", "Client ID", secret=False),
                PastedField("client_secret", "Client secret"),
            ),
        ),
        PastedForm(
            "Admin API access token",
            "For a custom app that was made in the shop's own admin before 2026: the token was "
            "shown once, under Settings, Apps, Develop apps, API credentials.",
            (_SHOP_FIELD, PastedField("access_token", "Admin API access token")),
        ),
    )

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        super().__init__(settings, http, grant)
        self._api = Api(settings, http, self.granted, self.renewed, self.note)
        self._tokens = Tokens(settings, http)
        self._sales = Sales(settings, http, self._api, self.note)

    @classmethod
    def begin_with(cls, asked: Mapping[str, str]) -> dict[str, str]:
        """The shop, by its one name at Shopify."""
        return {"shop": shop_domain(asked.get("shop", ""))}

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.shopify_client_id and settings.shopify_client_secret)

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(settings.shopify_url_template)

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """On the shop's own host; the token is the app's, not the person's who signs in."""
        query = {
            "client_id": self.settings.shopify_client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        shop = shop_domain(started["shop"])
        return f"{shop_url(self.settings, shop)}/admin/oauth/authorize?{urlencode(query)}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """The shop, the signature and its age are checked before anything is asked."""
        del redirect_uri
        shop = answer.get("shop", "")
        if not is_shop(shop) or shop != started.get("shop"):
            raise OAuthDenied(NOT_BEGUN_HERE)
        if not signs_query(answer, self.settings.shopify_client_secret):
            raise OAuthDenied(NOT_SIGNED)
        self._check_age(answer.get("timestamp", ""))
        if not answer.get("code"):
            raise OAuthDenied(NO_CODE)
        try:
            token = self._tokens.ask(shop, {**self._app(), "code": answer["code"], "expiring": "1"})
        except TokenRefused as error:
            raise OAuthDenied(WRONG_APP if error.wrong_app else USED_CODE) from error
        if not reads(token.scopes, "read_orders"):
            raise OAuthDenied(f"{NO_ORDERS} Nothing was connected.")
        return self._granted(token, shop, OFFLINE)

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """Client credentials of an own app, or a token of one that a shop made for itself."""
        shop = shop_domain(given["shop"])
        if "client_secret" in given:
            grant = self._own_app(shop, given["client_id"], given["client_secret"])
        else:
            grant = _pasted(shop, given["access_token"])
        self.grant = grant
        about = self._about()
        if about.shop.myshopify_domain != shop:
            raise AccessRevoked(
                f"This access belongs to {about.shop.myshopify_domain}, not to {shop}, so nothing "
                "was connected. Enter that shop's address."
            )
        return replace(
            grant,
            scopes=tuple(about.scopes),
            extra={**grant.extra, **_history_note(about.scopes)},
        )

    def refresh(self, *, refused: bool = False) -> Grant | None:
        """An offline token with its refresh token, which is replaced too; or client credentials."""
        grant = self._held()
        if not grant.renews or not (refused or self._due(grant)):
            return None
        own = grant.extra["kind"] == CLIENT_CREDENTIALS
        asked = self._own(grant) if own else self._app()
        if own:
            asked |= {"grant_type": "client_credentials"}
        else:
            asked |= {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        try:
            # Until the new pair is used the former refresh token goes on working: an answer that
            # was lost is asked for again.
            token = self.http.retry(lambda: self._tokens.ask(grant.extra["shop"], asked))
        except TokenRefused as error:
            if error.wrong_app and not own:
                raise SetupProblem(WRONG_APP) from error
            raise (AccessRevoked(WRONG_OWN_APP) if error.wrong_app else ended(error)) from error
        younger = self._tokens.granted(token, now=self.http.now(), extra=grant.extra)
        return replace(younger, scopes=younger.scopes or grant.scopes, label=grant.label)

    def revoke(self) -> None:
        """Remove the app from the shop, which ends its tokens. An app of the owner's own stays."""
        grant = self._held()
        if grant.extra["kind"] != OFFLINE:
            raise ConnectorError(
                "the access belongs to an app of your own, which others may use too, so Growzzy "
                "OS does not remove it"
            )
        try:
            gone = self._api.ask("app_uninstall", _UNINSTALLED).app_uninstall
        except AccessRevoked:
            logger.info("shopify access had ended before it was revoked")
            return
        if gone.user_errors:
            raise ConnectorError(f"Shopify did not remove the app: {gone.user_errors[0].message}")

    def check_setup(self) -> str:
        """A made-up code is exchanged: Shopify looks at it only when it knows app and secret.

        It does so for a shop only, and any shop will do.
        """
        try:
            self._tokens.ask(STRANGER, {**self._app(), "code": "growzzy-os-checks-its-app"})
        except TokenRefused as error:
            if error.wrong_app:
                raise SetupProblem(f"{WRONG_APP} Shopify said: {error.message}.") from error
            if "code" not in error.message and error.error != "invalid_grant":
                raise ConnectorError(
                    f"Shopify's answer does not tell whether the app's id and secret are good: "
                    f"{error.message}. Press Connect with your shop to find out."
                ) from error
        return (
            "Shopify knows this app and takes its secret. (It was shown a made-up sign-in, which "
            "it refused, as it should.) Whether a shop lets it in shows when you press Connect."
        )

    def accounts(self) -> list[FoundAccount]:
        """The one shop; deliveries about it are subscribed to where they can arrive."""
        about = self._about()
        if not reads(about.scopes, "read_all_orders"):
            self.note(SIXTY_DAYS)
        Hooks(self._api, self.settings, self.note).subscribe(self._held())
        shop = about.shop
        whole = reads(about.scopes, "read_all_orders")
        return [
            FoundAccount(
                shop.myshopify_domain,
                shop.name,
                shop.currency_code,
                shop.iana_timezone,
                reaches_back=None if whole else SHOWN_DAYS,
            )
        ]

    def structure(self, account: FoundAccount) -> Structure:
        """A shop advertises nothing."""
        del account
        return Structure(campaigns=[])

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """None, for the same reason."""
        del account, grain, days, conversion_action
        return iter(())

    def store_days(self, account: FoundAccount, days: Days) -> list[StoreFigures]:
        """See `shopify_orders` for what is booked to which day."""
        return self._sales.days(account, days)

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        """Orders, counted by Shopify itself."""
        return self._sales.counted(account, days)

    def _app(self) -> dict[str, str]:
        return {
            "client_id": self.settings.shopify_client_id,
            "client_secret": self.settings.shopify_client_secret,
        }

    def _own(self, grant: Grant) -> dict[str, str]:
        return {name: grant.extra[name] for name in ("client_id", "client_secret")}

    def _check_age(self, timestamp: str) -> None:
        """Raises OAuthDenied; a clock that is off is the likelier cause than a replay."""
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            raise OAuthDenied(NOT_SIGNED)
        off = self.http.now().timestamp() - int(timestamp)
        if abs(off) > CALLBACK_AGE_SECONDS:
            raise OAuthDenied(
                "Shopify's answer is too old, or this installation's clock is off by "
                f"{abs(off):.0f} seconds, so nothing was connected. Press Connect again; if it "
                "happens again, whoever runs this installation sets its clock (NTP)."
            )

    def _granted(self, token: Token, shop: str, kind: str, **more: str) -> Grant:
        client = more.get("client_id", self.settings.shopify_client_id)
        extra = {
            "shop": shop,
            "kind": kind,
            # Whose access it is: to uninstall the app ends that of every connection with it.
            "user_id": f"{client}@{shop}",
            "issued_at": self.http.now().isoformat(),
            **more,
        }
        grant = self._tokens.granted(token, now=self.http.now(), extra=extra)
        return replace(grant, extra={**extra, **_history_note(token.scopes)})

    def _own_app(self, shop: str, client_id: str, client_secret: str) -> Grant:
        client_id, client_secret = client_id.strip(), client_secret.strip()
        if client_id.startswith(("shpss_", "shpat_")) or client_secret.startswith("shpat_"):
            raise AccessRevoked(
                "This looks like a secret in the place of the id, or like an access token in the "
                "place of the secret, so nothing was connected. Client ID and Client secret stand "
                "together in the app's Settings at dev.shopify.com."
            )
        app = {"client_id": client_id, "client_secret": client_secret}
        try:
            token = self._tokens.ask(shop, {**app, "grant_type": "client_credentials"})
        except TokenRefused as error:
            if error.wrong_app:
                raise AccessRevoked(WRONG_OWN_APP) from error
            raise AccessRevoked(
                f"Shopify gave no access to {shop} ({error.message}), so nothing was connected. "
                "The app has to be installed in this shop, and app and shop have to belong to the "
                "same organization; for another one's shop use Connect instead."
            ) from error
        return self._granted(token, shop, CLIENT_CREDENTIALS, **app)

    def _due(self, grant: Grant) -> bool:
        if grant.expires_at is None:
            return False
        own = grant.extra["kind"] == CLIENT_CREDENTIALS
        early = RENEW_CLIENT_CREDENTIALS if own else RENEW_OFFLINE
        return grant.expires_at - self.http.now() < early

    def _about(self) -> _About:
        """The shop as it is now. Raises AccessRevoked when its orders may not be read."""
        about = self._api.ask("shop", _ABOUT)
        if not reads(about.scopes, "read_orders"):
            raise AccessRevoked(NO_ORDERS)
        return about


def _pasted(shop: str, pasted: str) -> Grant:
    token = pasted.strip()
    if token.startswith(("shpss_", "shprt_")):
        kind = "client secret" if token.startswith("shpss_") else "refresh token"
        raise AccessRevoked(
            f"This looks like a {kind}, not like an access token, so nothing was connected. An "
            "Admin API access token begins with shpat_ or shpca_; an app's client secret goes "
            "into the other form."
        )
    if not re.fullmatch(r"[!-~]+", token):
        raise AccessRevoked(
            "This is not a whole token, so nothing was connected. Copy it again: it is one word "
            "of Latin letters, digits and signs."
        )
    return Grant(token, label=shop, extra={"shop": shop, "kind": PASTED})


def _history_note(scopes: Sequence[str]) -> dict[str, str]:
    return {} if reads(scopes, "read_all_orders") else {"note": SIXTY_DAYS}
