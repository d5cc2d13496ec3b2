"""TikTok Ads through the Business (Marketing) API v1.3.

Facts about the API are from business-api.tiktok.com/portal/docs and TikTok's published client.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
)
from app.connectors.http import Http
from app.connectors.tiktok import answers
from app.connectors.tiktok.api import QUOTA, Api, as_json
from app.connectors.tiktok.change import TikTokChanger
from app.connectors.tiktok.errors import (
    BadQuestion,
    ScopeMissing,
    TooManyIds,
    exchange_failure,
)
from app.connectors.tiktok.launch import TikTokLauncher
from app.connectors.tiktok.lists import Lists
from app.connectors.tiktok.reports import LEVELS, NAMES, Question, Reports
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    PastedField,
    PastedForm,
    Quota,
    Reached,
    Structure,
)
from app.settings import Settings, is_loopback

ACCOUNT_FIELDS = (
    "advertiser_id",
    "name",
    "currency",
    "timezone",
    "display_timezone",
    "status",
)
INFO_IDS = 100
DAILY_REQUESTS = 864_000

# A broad permission holds the narrower ones below it, and any of those may be what was granted.
SCOPES = {
    "Ad Account Management": {"1", "10", "100"},
    "Ads Management": {"2", "20", "21", "22", "200", "210", "220"},
    "Reporting": {"4", "40", "41", "42", "43", "44"},
}
NEEDED = ("Ad Account Management", "Reporting")
_NO_LISTS = (
    "The permission Ads Management was not given, so TikTok campaigns are known by their figures "
    "only, without status or budget. To see them, tick it under My Apps, App Detail at "
    "business-api.tiktok.com/portal, then press Reconnect on TikTok Ads."
)

_TOKEN = msgspec.json.Decoder(answers.Token, strict=False)
_USER = msgspec.json.Decoder(answers.User, strict=False)
_LISTED = msgspec.json.Decoder(answers.Page[answers.Listed], strict=False)
_ADVERTISERS = msgspec.json.Decoder(answers.Page[answers.Advertiser], strict=False)
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)

NOT_VALID = (
    "TikTok says this token is not valid, so nothing was connected. Open My Apps, App Detail at "
    "business-api.tiktok.com/portal, make a new long-term access token and paste that."
)
OTHER_APP = (
    "This token could not be used with the app of this installation, so nothing was connected. "
    "If it belongs to another app, paste the advertiser ids together with it."
)
READS_NOTHING = (
    "This token reads none of the ad accounts, so nothing was connected. Give the person it "
    "belongs to access in TikTok Business Center, then paste it again."
)
NO_APP = (
    "A token alone does not tell which ad accounts it reads: TikTok wants the app's id and secret "
    "with it, and this installation has none, so nothing was connected. Whoever runs it sets "
    "TIKTOK_APP_ID and TIKTOK_APP_SECRET; or paste the advertiser ids together with the token."
)

logger = logging.getLogger(__name__)


class TikTok(Connector):
    """Clicks are TikTok's `clicks`: those that left for the advertised destination.

    Conversions are purchases, their value what those were worth: website (complete_payment),
    app (total_purchase) and TikTok Shop (onsite_shopping) together, for TikTok keeps the three
    apart and one sale is in one of them. They are booked on the day of the click or view; the
    `real_time_` twins, which book the same sales on their own day, are left alone, and so is
    `conversion`, which counts a different event in every ad group. An account may name one metric
    that counts alone instead.

    There is no grain of placements. TikTok gives placements in its audience reports only, which
    have neither purchases nor their value, so every placement would show revenue of 0.
    """

    slug = "tiktok"
    label = "TikTok Ads"
    tagline = "Video ads"
    colour = "#db2777"
    restates_days = 28
    history_days = 1095
    readers = 1
    launches = TikTokLauncher
    tells_reach = True
    changes = TikTokChanger
    grains = (Grain.CAMPAIGN, Grain.AD)
    pasted_forms = (
        PastedForm(
            "Long-lived token",
            "In My Apps at business-api.tiktok.com/portal open the app that this installation "
            "uses and copy its long-term access token.",
            (PastedField("access_token", "Access token"),),
        ),
        PastedForm(
            "Long-lived token of another app",
            "Without the app's secret TikTok does not say which ad accounts a token reads: name "
            "them. Their ids are in the list of accounts at ads.tiktok.com.",
            (
                PastedField("access_token", "Access token"),
                PastedField(
                    "advertiser_ids", "Advertiser ids", "Separated by commas.", secret=False
                ),
            ),
        ),
    )

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        super().__init__(settings, http, grant)
        self._api = Api(settings, http, lambda: self.meter)
        self._reports = Reports(self._api, self.note, lambda: self.http.now().date())

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.tiktok_app_id and settings.tiktok_app_secret)

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(settings.tiktok_api_url)

    @classmethod
    def quotas(cls, settings: Settings) -> tuple[Quota, ...]:
        """That of TikTok's lowest tier, which every app begins with."""
        del settings
        return (Quota(QUOTA, "TikTok requests", DAILY_REQUESTS, "utc_day"),)

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """What may be read is ticked on the app, so the address asks for no scope.

        TIKTOK_AUTH_URL may be the whole address that TikTok's portal shows for the app.
        """
        del started
        parts = urlsplit(self.settings.tiktok_auth_url)
        query = dict(parse_qsl(parts.query)) | {
            "app_id": self.settings.tiktok_app_id,
            "state": state,
            "redirect_uri": redirect_uri,
        }
        return urlunsplit(parts._replace(query=urlencode(query)))

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """The code becomes a token that has no end. TikTok documents no way to say no."""
        del redirect_uri, started
        code = answer.get("auth_code") or answer.get("code")
        if not code:
            raise OAuthDenied(
                "TikTok Ads was not connected because TikTok gave no access. Nothing was stored. "
                "Press Connect again, choose the ad accounts and press Confirm on TikTok's page."
            )
        body = {**self._app(), "auth_code": code}
        found = self._api.post("oauth2/access_token", _TOKEN, body, verdict=exchange_failure)
        if not found.access_token:
            raise OAuthDenied(
                "TikTok answered without a token, so TikTok Ads was not connected. Press Connect "
                "again."
            )
        return self._introduced(self._granted(found))

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """A long-lived token, with the advertisers it reads when no app can ask for them."""
        ids = tuple(re.findall(r"\d+", given.get("advertiser_ids", "")))
        if not ids and not self.configured(self.settings):
            raise AccessRevoked(NO_APP)
        token = given["access_token"].strip()
        if not re.fullmatch(r"[!-~]+", token):
            raise AccessRevoked(NOT_VALID)
        grant = Grant(token, extra={"advertiser_ids": ",".join(ids)} if ids else {})
        try:
            reads = self._readable(grant)
        except ScopeMissing:
            raise
        except AccessRevoked as error:
            raise AccessRevoked(NOT_VALID) from error
        except SetupProblem as error:
            raise AccessRevoked(f"{OTHER_APP} {error.message}") from error
        if not reads:
            raise AccessRevoked(READS_NOTHING)
        return self._introduced(grant)

    def refresh(self, *, refused: bool = False) -> Grant | None:
        """A long-lived token has no end and no younger sister: only its owner ends it."""
        del refused
        return None

    def revoke(self) -> None:
        """End the token at TikTok; one of an app we are not, or that has ended, is let be."""
        grant = self.granted()
        if not self.configured(self.settings):
            logger.info("tiktok access was not revoked: this installation has no app")
            return
        body = {**self._app(), "access_token": grant.access_token}
        try:
            self._api.post("oauth2/revoke_token", _ANYTHING, body, grant=grant)
        except AccessRevoked:
            logger.info("tiktok access had ended before it was revoked")

    def check_setup(self) -> str:
        """A made-up code is exchanged: TikTok refuses the code only when it knows the app."""
        body = {**self._app(), "auth_code": "growzzy-os-checks-its-app"}
        try:
            self._api.post("oauth2/access_token", _ANYTHING, body, verdict=exchange_failure)
        except OAuthDenied:
            return (
                "TikTok knows this app and takes its secret. (It was shown a made-up sign-in, "
                "which it refused, as it should.)"
            )
        except BadQuestion as error:
            raise SetupProblem(
                "TikTok does not accept TIKTOK_APP_ID with TIKTOK_APP_SECRET. Compare both with "
                "Basic Information under My Apps, App Detail at business-api.tiktok.com/portal, "
                f"and restart Growzzy OS after a change. {error.message}"
            ) from error
        return "TikTok accepts the app id and the app secret."

    def accounts(self) -> list[FoundAccount]:
        """Every ad account the grant can read. One that refuses is named in a notice, left out."""
        grant = self.granted()
        listed = self._listed(grant)
        described: dict[str, FoundAccount] = {}
        for at in range(0, len(listed), INFO_IDS):
            some = list(listed)[at : at + INFO_IDS]
            described |= {found.external_id: found for found in self._described(grant, some)}
        for external_id, name in listed.items():
            found = described.get(external_id)
            if found is None or not found.currency:
                self.note(
                    f"TikTok lists the ad account {name} ({external_id}) but does not let this "
                    "login read it. Ask its owner for access in TikTok Business Center."
                )
        return [described[i] for i in listed if i in described and described[i].currency]

    def structure(self, account: FoundAccount) -> Structure:
        """Deleted ones included, except ads that TikTok itself has thrown away."""
        try:
            return self._lists(account).structure()
        except (ScopeMissing, AccountRefused):
            # TikTok tells a missing permission from a missing account only sometimes.
            if not lacking(self.granted().scopes):
                raise
            self.note(_NO_LISTS)
            return Structure(campaigns=[])

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """The newest days first."""
        rule = answers.counted(conversion_action)
        if conversion_action and not rule.values:
            self.note(
                f"{account.name}: TikTok gives no amount for {conversion_action}, so its reported "
                "revenue is 0."
            )
        level, dimension, status = LEVELS[grain]
        question = Question(
            account.external_id, level, dimension, status, NAMES[grain], rule, conversion_action
        )
        campaigns = self._lists(account).campaign_ids
        for rows in self._reports.pages(self.granted(), question, days, campaigns):
            yield answers.facts(rows, rule)

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        """TikTok counts deleted campaigns in here without being asked."""
        question = Question(account.external_id, "AUCTION_ADVERTISER", "advertiser_id", "")
        grant = self.granted()
        found = [
            total
            for part in self._reports.busy(grant, question, days)
            for rows in self._reports.pages(grant, question, part, tuple)
            for total in answers.day_totals(rows)
        ]
        return sorted(found, key=lambda total: total.day)

    def reach(self, account: FoundAccount, days: Days) -> list[Reached]:
        rows = self._reports.reached(self.granted(), account.external_id, days)
        return [answers.reached(row) for row in rows]

    def _lists(self, account: FoundAccount) -> Lists:
        return Lists(self._api, self.granted(), account, self.note)

    def _app(self) -> dict[str, str]:
        return {
            "app_id": self.settings.tiktok_app_id,
            "secret": self.settings.tiktok_app_secret,
        }

    def _granted(self, found: answers.Token) -> Grant:
        """Raises OAuthDenied when a permission without which nothing can be read is missing."""
        scopes = tuple(str(number) for number in found.scope or ())
        missing = lacking(scopes)
        if any(name in NEEDED for name in missing):
            raise OAuthDenied(
                f"TikTok did not give the permission {' and '.join(missing)}, so no figures can "
                "be read and nothing was connected. Whoever runs this installation ticks it under "
                "My Apps, App Detail at business-api.tiktok.com/portal; then press Connect again."
            )
        ends = None
        if found.expires_in:
            ends = self.http.now() + dt.timedelta(seconds=found.expires_in)
        return Grant(
            access_token=found.access_token,
            refresh_token=found.refresh_token,
            expires_at=ends,
            scopes=scopes,
            extra={"note": _NO_LISTS} if missing else {},
        )

    def _introduced(self, grant: Grant) -> Grant:
        """With whose access it is; a connection can do without."""
        try:
            user = self._api.once(grant, "user/info", _USER, {})
        except ConnectorError:
            return grant
        known = {"user_id": answers.same(user.core_user_id)} if user.core_user_id else {}
        return replace(grant, label=user.display_name or "", extra={**grant.extra, **known})

    def _readable(self, grant: Grant) -> bool:
        """Whether there is an ad account that the token reads."""
        listed = self._listed(grant)
        if not grant.extra.get("advertiser_ids"):
            return bool(listed)
        return bool(self._described(grant, list(listed)[:INFO_IDS]))

    def _listed(self, grant: Grant) -> dict[str, str]:
        """Ids and names, in TikTok's order. The app's secret is in the query, and in no log."""
        named = grant.extra.get("advertiser_ids")
        if named:
            return {external_id: external_id for external_id in named.split(",")}
        if not self.configured(self.settings):
            raise AccessRevoked(NO_APP)
        listed: dict[str, str] = {}
        number = last = 1
        while number <= last:
            asked = self._app() | ({"page": str(number)} if number > 1 else {})
            try:
                page = self._api.get(grant, "oauth2/advertiser/get", _LISTED, asked)
            except AccountRefused as error:
                raise ScopeMissing(error.message) from error
            if page.rows is None:
                raise answers.unusable("no list of ad accounts")
            for one in page.rows:
                external_id = answers.same(one.advertiser_id)
                listed[external_id] = one.advertiser_name or external_id
            last = (page.page_info and page.page_info.total_page) or 1
            number += 1
        return listed

    def _described(self, grant: Grant, ids: Sequence[str]) -> list[FoundAccount]:
        """Those of the advertisers that can be read: a single one refuses the whole question."""
        if not ids:
            return []
        asked = {"advertiser_ids": as_json(list(ids)), "fields": as_json(ACCOUNT_FIELDS)}
        try:
            page = self._api.get(grant, "advertiser/info", _ADVERTISERS, asked, parts=True)
        except (AccountRefused, TooManyIds):
            middle = len(ids) // 2
            if not middle:
                return []
            return self._described(grant, ids[:middle]) + self._described(grant, ids[middle:])
        if page.rows is None:
            raise answers.unusable("no list of ad accounts")
        return [answers.found_account(advertiser) for advertiser in page.rows]


def lacking(scopes: Sequence[str]) -> list[str]:
    """The permissions for reading that are not among these; none when TikTok named no scope."""
    given = set(scopes)
    return [name for name, any_of in SCOPES.items() if given and not given & any_of]
