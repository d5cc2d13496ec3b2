"""Meta Ads: Facebook and Instagram through the Marketing API.

Facts about the API are from developers.facebook.com (Graph and Marketing API v26.0).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from app.connectors.base import Connector
from app.connectors.changing import Changer
from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
)
from app.connectors.http import Http
from app.connectors.launching import Launcher
from app.connectors.meta import answers
from app.connectors.meta import texts as meta_texts
from app.connectors.meta.change import MetaChanger
from app.connectors.meta.errors import (
    NotReadable,
    TooMuchData,
    TooOld,
    Untold,
    WrongSecret,
    exchange_failure,
    failure,
)
from app.connectors.meta.graph import Graph, Verdict
from app.connectors.meta.launch import CREATING, MetaLauncher
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    FoundEntity,
    Grain,
    Grant,
    PastedField,
    PastedForm,
    Reached,
    Structure,
)
from app.settings import Settings, is_loopback

SCOPES = ("ads_read", "business_management")
# Of 60 days. Owners are reminded when 14 are left: only when renewing has failed for a while.
RENEW_WITH_LESS_THAN = dt.timedelta(days=20)
RENEW_WHEN_OLDER_THAN = dt.timedelta(days=40)
RENEW_AT_MOST_EVERY = dt.timedelta(days=1)

ACCOUNT_FIELDS = ("account_id", "name", "account_status", "currency", "timezone_name")
_COMMON_FIELDS = ("id", "name", "status", "effective_status", "created_time")
_BUDGET_FIELDS = ("daily_budget", "lifetime_budget", "start_time")
CAMPAIGN_FIELDS = (*_COMMON_FIELDS, *_BUDGET_FIELDS, "objective")
AD_SET_FIELDS = (*_COMMON_FIELDS, *_BUDGET_FIELDS, "campaign_id", "learning_stage_info")
AD_FIELDS = (*_COMMON_FIELDS, "campaign_id", "adset_id")

# Archived ones are listed only when asked for; deleted ones never are.
CAMPAIGN_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES")
AD_SET_STATUSES = (*CAMPAIGN_STATUSES, "CAMPAIGN_PAUSED")
AD_STATUSES = (
    *AD_SET_STATUSES,
    "ADSET_PAUSED",
    "PENDING_REVIEW",
    "DISAPPROVED",
    "PREAPPROVED",
    "PENDING_BILLING_INFO",
)

TOTAL_FIELDS = ("spend", "impressions", "inline_link_clicks")
_CAMPAIGN_FACTS = ("campaign_id", "campaign_name", *TOTAL_FIELDS, "actions", "action_values")
FACT_FIELDS = {
    Grain.CAMPAIGN: _CAMPAIGN_FACTS,
    Grain.AD: ("adset_id", "adset_name", "ad_id", "ad_name", *_CAMPAIGN_FACTS),
    Grain.PLACEMENT: _CAMPAIGN_FACTS,
}
LEVELS = {Grain.CAMPAIGN: "campaign", Grain.AD: "ad", Grain.PLACEMENT: "campaign"}

_TOKEN = msgspec.json.Decoder(answers.Token, strict=False)
_INSPECTION = msgspec.json.Decoder(answers.Inspection, strict=False)
_ME = msgspec.json.Decoder(answers.Me)
_PERMISSIONS = msgspec.json.Decoder(answers.Page[answers.Permission])
_AD_ACCOUNTS = msgspec.json.Decoder(answers.Page[answers.AdAccount])
_THINGS = msgspec.json.Decoder(answers.Page[answers.Thing])
_REACHED = msgspec.json.Decoder(answers.Page[answers.Seen])
_INSIGHTS = msgspec.json.Decoder(answers.Page[answers.Insight])

_NO_BUSINESS = (
    "The permission business_management was not given, so ad accounts that belong to a business "
    "may be missing. To see them, press Reconnect on Meta Ads and leave every permission ticked."
)

logger = logging.getLogger(__name__)
NOT_VALID = (
    "Meta says this token is not valid, so nothing was connected. Generate a new one in Business "
    "settings, Users, System users and paste it again."
)


class Meta(Connector):
    """Clicks are link clicks; conversions are purchases unless the account says otherwise."""

    slug = "meta"
    label = "Meta Ads"
    tagline = "Facebook & Instagram"
    colour = "#2563eb"
    restates_days = 28
    history_days = 1123
    grains = (Grain.CAMPAIGN, Grain.AD, Grain.PLACEMENT)
    launches: ClassVar[type[Launcher] | None] = MetaLauncher
    changes: ClassVar[type[Changer] | None] = MetaChanger
    create_scopes = CREATING
    tells_reach = True
    pasted_forms = (
        PastedForm(
            "System user token",
            "In Business settings, Users, System users, choose or add one, press Generate new "
            "token and tick ads_read and business_management; to create campaigns, too, also "
            "ads_management, pages_show_list and pages_read_engagement.",
            (PastedField("access_token", "System user token"),),
        ),
    )

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        super().__init__(settings, http, grant)
        self._graph = Graph(settings, http)

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.meta_app_id and settings.meta_app_secret)

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(settings.meta_graph_url)

    @property
    def pause_hint(self) -> float:
        return self._graph.resting

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """Facebook asks again for permissions that were declined before."""
        query = {
            "client_id": self.settings.meta_app_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "response_type": "code",
            "scope": ",".join((*SCOPES, *self.more_scopes(started))),
            "auth_type": "rerequest",
        }
        host, version = self.settings.meta_dialog_url, self.settings.meta_api_version
        return f"{host}/{version}/dialog/oauth?{urlencode(query)}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """The code becomes a token for hours, and that one a token for 60 days."""
        del started
        if answer.get("error") or not answer.get("code"):
            raise OAuthDenied(
                "Meta was not connected because Facebook gave no access. Nothing was stored. "
                "Press Connect again and choose Continue on Facebook's page."
            )
        code = {"redirect_uri": redirect_uri, "code": answer["code"]}
        short = self._token(code, exchange_failure).access_token
        grant = self._long_lived(Grant(access_token=short))
        scopes = self._permissions(grant)
        if "ads_read" not in scopes:
            raise OAuthDenied(
                "Meta did not give the permission ads_read, so no figures can be read and "
                "nothing was connected. Press Connect again and leave every permission ticked."
            )
        if "business_management" not in scopes:
            grant = replace(grant, extra={**grant.extra, "note": _NO_BUSINESS})
        return self._introduced(replace(grant, scopes=scopes))

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """A system user's token, which lasts for ever or 60 days; Meta says which."""
        try:
            grant = self._readable(Grant(access_token=given["access_token"]))
        except AccessRevoked as error:
            raise AccessRevoked(NOT_VALID) from error
        found = self._inspect(grant)
        if found and not found.is_valid:
            raise AccessRevoked(NOT_VALID)
        scopes = found.scopes if found and found.scopes else self._permissions(grant)
        if "ads_read" not in scopes:
            raise AccessRevoked(
                "This token lacks the permission ads_read, so nothing was connected. In Business "
                "settings, Users, System users press Generate new token, tick ads_read and "
                "business_management, and paste the new token."
            )
        return self._introduced(replace(self._dated(grant, found), scopes=scopes))

    def refresh(self, *, refused: bool = False) -> Grant | None:
        """Meta has no refresh tokens: a token that still works is exchanged for a younger one."""
        grant = self._held()
        ours = self.configured(self.settings) and grant.extra.get("app") != "other"
        if refused or not ours or not self._due(grant):
            return None
        return self._long_lived(grant)

    def revoke(self) -> None:
        """Withdraw every permission; access that has ended already needs no revoking."""
        try:
            self._graph.delete(self.granted(), "me/permissions")
        except AccessRevoked:
            logger.info("meta access had ended before it was revoked")

    def check_setup(self) -> str:
        """An app's own token (its id and secret) is checked by Meta's token inspector."""
        app = f"{self.settings.meta_app_id}|{self.settings.meta_app_secret}"
        asked = {"input_token": app, "access_token": app}
        try:
            found = self._graph.unsigned("debug_token", _INSPECTION, asked).data
        except AccessRevoked as error:
            raise SetupProblem(
                "Meta does not accept META_APP_ID with META_APP_SECRET. Compare both with App "
                "settings, Basic in the Meta app dashboard, and restart Growzzy OS after a change. "
                f"Meta said: {error.message}"
            ) from error
        if found is not None and not found.is_valid:
            raise SetupProblem(
                "Meta knows this app but says its secret is not valid. Copy the App secret again "
                "from App settings, Basic, and restart Growzzy OS."
            )
        return "Meta accepts the app id and the app secret."

    def accounts(self) -> list[FoundAccount]:
        """Every ad account the grant can read. One without a currency is no use and left out."""
        fields = {"fields": ",".join(ACCOUNT_FIELDS)}
        listed = self._graph.rows(self.granted(), "me/adaccounts", _AD_ACCOUNTS, fields)
        found = [answers.found_account(account) for account in listed]
        for account in found:
            if not account.currency:
                logger.warning("meta ad account %s has no currency", account.external_id)
        return [account for account in found if account.currency]

    def structure(self, account: FoundAccount) -> Structure:
        """Archived ones included; what was deleted at Meta is no longer listed."""
        return Structure(
            campaigns=self._things(account, "campaigns", CAMPAIGN_FIELDS, CAMPAIGN_STATUSES),
            ad_groups=self._things(account, "adsets", AD_SET_FIELDS, AD_SET_STATUSES),
            ads=self._ads(account),
        )

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """Newest days first when Meta wants to be asked for fewer at once."""
        question = {"level": LEVELS[grain], "fields": ",".join(FACT_FIELDS[grain])}
        if grain is Grain.PLACEMENT:
            question["breakdowns"] = _json(["publisher_platform"])
        ranks = answers.ranking(conversion_action)
        for rows in self._insights(account, question, days):
            yield answers.facts(rows, ranks)

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        question = {"level": "account", "fields": ",".join(("account_currency", *TOTAL_FIELDS))}
        pages = self._insights(account, question, days)
        return [total for rows in pages for total in answers.day_totals(rows, account)]

    def reach(self, account: FoundAccount, days: Days) -> list[Reached]:
        """Without `time_increment`, so that a person counts once however many days there are."""
        question = {
            "level": "campaign",
            "fields": "campaign_id,reach,impressions",
            "time_range": _range(days),
        }
        edge = f"act_{account.external_id}/insights"
        try:
            pages = self._graph.pages(self.granted(), edge, _REACHED, question)
            return [answers.reached(row) for rows in pages for row in rows]
        except NotReadable as error:
            raise AccountRefused(error.message) from error

    def _insights(
        self, account: FoundAccount, question: Mapping[str, str], days: Days
    ) -> Iterator[list[answers.Insight]]:
        """Halve the span while Meta calls it too much; give up days it no longer answers for."""
        spans = [days]
        while spans:
            span = spans.pop()
            params = {**question, "time_increment": "1", "time_range": _range(span)}
            edge = f"act_{account.external_id}/insights"
            try:
                yield from self._graph.pages(self.granted(), edge, _INSIGHTS, params, span)
            except NotReadable as error:
                raise AccountRefused(error.message) from error
            except TooMuchData:
                spans += _halves(span)
            except TooOld:
                # Whatever is still to be asked lies even further back.
                spans = _halves(span)

    def _ads(self, account: FoundAccount) -> list[FoundEntity]:
        """With their texts, unless Meta withholds one of those: then without any."""
        try:
            return self._things(account, "ads", (*AD_FIELDS, meta_texts.FIELDS), AD_STATUSES)
        except (Untold, AccessRevoked):
            logger.info("meta did not show what the ads of %s say", account.external_id)
            return self._things(account, "ads", AD_FIELDS, AD_STATUSES)

    def _things(
        self, account: FoundAccount, edge: str, fields: Sequence[str], statuses: Sequence[str]
    ) -> list[FoundEntity]:
        params = {"fields": ",".join(fields), "effective_status": _json(statuses)}
        path = f"act_{account.external_id}/{edge}"
        try:
            listed = self._graph.rows(self.granted(), path, _THINGS, params)
        except NotReadable as error:
            raise AccountRefused(error.message) from error
        return [answers.found_entity(thing, account.currency) for thing in listed]

    def _token(self, form: Mapping[str, str], verdict: Verdict) -> answers.Token:
        """Asked once: a code that was sent twice is used up."""
        app = {
            "client_id": self.settings.meta_app_id,
            "client_secret": self.settings.meta_app_secret,
        }
        found = self._graph.post("oauth/access_token", _TOKEN, {**app, **form}, verdict)
        if not found.access_token:
            raise OAuthDenied(
                "Facebook answered without a token, so Meta was not connected. Press Connect again."
            )
        return found

    def _long_lived(self, grant: Grant) -> Grant:
        """The same access for another 60 days. An expired token cannot be exchanged."""
        asked = {"grant_type": "fb_exchange_token", "fb_exchange_token": grant.access_token}
        found = self.http.retry(lambda: self._token(asked, failure))
        younger = replace(grant, access_token=found.access_token)
        if found.expires_in:
            ends = self.http.now() + dt.timedelta(seconds=found.expires_in)
            return replace(younger, expires_at=ends, extra=self._extra(grant))
        return self._dated(younger, self._inspect(younger))

    def _dated(self, grant: Grant, found: answers.TokenFacts | None) -> Grant:
        """With the end that Meta names; without one when it never ends or Meta does not say."""
        if not found or found.expires_at is None:
            return replace(grant, expires_at=None, extra=self._extra(grant))
        if found.expires_at == 0:
            return replace(grant, expires_at=None, extra=self._extra(grant, lasts="for ever"))
        ends = dt.datetime.fromtimestamp(found.expires_at, dt.UTC)
        return replace(grant, expires_at=ends, extra=self._extra(grant))

    def _extra(self, grant: Grant, **more: str) -> dict[str, str]:
        return {**grant.extra, "issued_at": self.http.now().isoformat(), **more}

    def _due(self, grant: Grant) -> bool:
        """Old or near its end, and not renewed only just now."""
        if grant.extra.get("lasts") == "for ever":
            return False
        now = self.http.now()
        if issued := grant.extra.get("issued_at"):
            age = now - dt.datetime.fromisoformat(issued)
            if age < RENEW_AT_MOST_EVERY or age > RENEW_WHEN_OLDER_THAN:
                return age > RENEW_WHEN_OLDER_THAN
        return bool(grant.expires_at and grant.expires_at - now < RENEW_WITH_LESS_THAN)

    def _readable(self, grant: Grant) -> Grant:
        """See whether ad accounts can be listed; a token of another app takes no proof of ours."""
        params = {"fields": "account_id", "limit": "1"}
        try:
            self._graph.get(grant, "me/adaccounts", _AD_ACCOUNTS, params)
        except WrongSecret:
            grant = replace(grant, extra={**grant.extra, "app": "other"})
            self._graph.get(grant, "me/adaccounts", _AD_ACCOUNTS, params)
        return grant

    def _inspect(self, grant: Grant) -> answers.TokenFacts | None:
        """What Meta knows about a token; None when it does not tell, as for another app's."""
        token = grant.access_token
        if self.configured(self.settings) and grant.extra.get("app") != "other":
            token = f"{self.settings.meta_app_id}|{self.settings.meta_app_secret}"
        asked = {"input_token": grant.access_token, "access_token": token}
        try:
            return self._graph.unsigned("debug_token", _INSPECTION, asked).data
        except ConnectorError:
            logger.info("meta did not say how long a token lasts")
            return None

    def _permissions(self, grant: Grant) -> tuple[str, ...]:
        listed = self._graph.rows(grant, "me/permissions", _PERMISSIONS, {})
        return tuple(item.permission for item in listed if item.status == "granted")

    def _introduced(self, grant: Grant) -> Grant:
        """With whose access it is; a connection can do without."""
        try:
            me = self._graph.get(grant, "me", _ME, {"fields": "id,name"})
        except ConnectorError:
            return grant
        known = {"user_id": me.id} if me.id else {}
        return replace(grant, label=me.name, extra={**grant.extra, **known})


def _json(value: Sequence[str] | Mapping[str, str]) -> str:
    return msgspec.json.encode(value).decode()


def _range(days: Days) -> str:
    return _json({"since": days.first.isoformat(), "until": days.last.isoformat()})


def _halves(days: Days) -> list[Days]:
    """The older half, then the newer; nothing when a day is all there is."""
    if len(days) == 1:
        return []
    middle = days.first + dt.timedelta(days=len(days) // 2)
    return [Days(days.first, middle - dt.timedelta(days=1)), Days(middle, days.last)]
