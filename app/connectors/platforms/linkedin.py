"""LinkedIn Ads through the Marketing (Advertising) API.

Facts about the API are from learn.microsoft.com/linkedin/marketing and LinkedIn's own client.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import msgspec

from app.connectors.base import RENEW_EARLY, Connector
from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.linkedin import answers
from app.connectors.linkedin.api import BY_REFRESH, Api, Question
from app.connectors.linkedin.change import LinkedInChanger
from app.connectors.linkedin.errors import NO_REPORTING, BadQuestion
from app.connectors.linkedin.launch import LinkedInLauncher
from app.connectors.linkedin.lists import Lists
from app.connectors.linkedin.oauth import (
    NO_PRODUCT,
    NO_PRODUCT_TO_CREATE,
    SCOPES,
    SCOPES_TO_CREATE,
    OAuth,
    Unknown,
)
from app.connectors.linkedin.reports import (
    AD_PIVOTS,
    FIGURES,
    Named,
    Report,
    Reports,
    counted,
    day_total,
    reached,
)
from app.connectors.linkedin.restli import CAMPAIGN, CREATIVE, GROUP
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    Quota,
    Reached,
    Structure,
)
from app.settings import Settings, is_loopback

ENDPOINTS = (
    "adAccounts",
    "adAccountUsers",
    "adCampaignGroups",
    "adCampaigns",
    "creatives",
    "adAnalytics",
)
ACCOUNTS_PAGE_SIZES = (1000, 100)
RENEW_WITH_LESS_THAN = dt.timedelta(days=7)
RENEW_AT_MOST_EVERY = dt.timedelta(days=1)
WARN_BEFORE_SUNSET = dt.timedelta(days=60)

_ACCOUNTS = msgspec.json.Decoder(answers.Page[answers.AdAccount], strict=False)
_USERS = msgspec.json.Decoder(answers.Page[answers.AccountUser], strict=False)

_NOT_GIVEN = (
    "LinkedIn did not give the permission {scope}, {without}, so nothing was connected. Whoever "
    "runs this installation checks that Advertising API is listed on the Products tab of the app "
    "at linkedin.com/developers/apps; then press Connect again."
)
_NO_REPORTING = _NOT_GIVEN.format(
    scope="r_ads_reporting",
    without="without which it answers every question about figures with nothing",
)
_NO_ADS = _NOT_GIVEN.format(scope="r_ads", without="without which no ad account can be read")
_BY_HAND = (
    "Sign in at linkedin.com as the member who connected it, open Settings & Privacy, Data "
    "privacy, Permitted services, and remove this installation's app. By itself the access ends "
    "60 days after it was last given or renewed"
)
_NOTHING_TO_PASTE = (
    "LinkedIn Ads is connected in LinkedIn's own window. Open Connections and press Connect on "
    "LinkedIn Ads."
)


class LinkedIn(Connector):
    """A campaign group of LinkedIn's is a campaign here, its campaigns are ad groups.

    Clicks are LinkedIn's `clicks`, those that are charged. Conversions are website conversions of
    every kind plus lead forms; their value is that of the website conversions, for LinkedIn gives
    none to a form. Cost and value are in the account's own currency. An account may name one
    metric that counts alone instead.

    There is no grain of placements: LinkedIn does not say which part of the account's figures its
    reports by placement hold, so they could not be held against anything.
    """

    slug = "linkedin"
    label = "LinkedIn Ads"
    tagline = "B2B advertising"
    colour = "#0f766e"
    # An advertiser may let conversions be counted up to 90 days after the click.
    restates_days = 90
    history_days = 3650
    chunk_days = 30
    grains = (Grain.CAMPAIGN, Grain.AD)
    tells_reach = True
    launches = LinkedInLauncher
    changes = LinkedInChanger
    create_scopes = SCOPES_TO_CREATE

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        super().__init__(settings, http, grant)
        self._api = Api(self)
        self._oauth = OAuth(settings, http)
        self._reports = Reports(self._api)
        self._lists: dict[str, Lists] = {}
        self._permitted = False

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.linkedin_client_id and settings.linkedin_client_secret)

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(settings.linkedin_api_url)

    @classmethod
    def quotas(cls, settings: Settings) -> tuple[Quota, ...]:
        """LinkedIn counts every endpoint apart, and tells its limits to the app's owner only."""
        limit = settings.linkedin_daily_calls or None
        return tuple(Quota(name, f"LinkedIn {name} calls", limit, "utc_day") for name in ENDPOINTS)

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """LinkedIn gives all the permissions of one window or none, so no more are asked for."""
        return self._oauth.page(redirect_uri, state, (*SCOPES, *self.more_scopes(started)))

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """The code becomes a token for 60 days; approved partners get a refresh token with it."""
        no_product = NO_PRODUCT_TO_CREATE if self.more_scopes(started) else NO_PRODUCT
        code = self._oauth.code(answer, no_product=no_product)
        found = self._oauth.exchange(code, redirect_uri)
        scopes = tuple(filter(None, re.split(r"[,\s]+", found.scope)))
        if scopes and not {"r_ads", "rw_ads"} & set(scopes):
            raise OAuthDenied(_NO_ADS)
        if scopes and "r_ads_reporting" not in scopes:
            raise OAuthDenied(_NO_REPORTING)
        grant = Grant(found.access_token, scopes=scopes)
        return self._introduced(self._dated(grant, found, by="code"))

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """There is no form for it: a token made by hand lasts no longer than any other."""
        del given
        raise AccessRevoked(_NOTHING_TO_PASTE)

    def refresh(self, *, refused: bool = False) -> Grant | None:
        """Only where LinkedIn gave a refresh token, whose own end does not move."""
        grant = self._held()
        if not grant.renews or not (refused or self._due(grant)):
            return None
        return self._dated(grant, self._oauth.refresh(grant.refresh_token), by=BY_REFRESH)

    def revoke(self) -> None:
        """End both tokens at LinkedIn. Raises ConnectorError with what to do when it does not."""
        grant = self._held()
        try:
            for token in filter(None, (grant.refresh_token, grant.access_token)):
                self._oauth.revoke(token)
        except (Unknown, SetupProblem) as error:
            raise ConnectorError(f"{error.message.rstrip('.')}. {_BY_HAND}") from error

    def check_setup(self) -> str:
        """LinkedIn is asked about a made-up token: it answers only an app that it knows."""
        try:
            self._oauth.inspect("growzzy-os-checks-its-app")
        except Unknown:
            return self._check_by_code()
        return "LinkedIn knows this app and takes its secret."

    def accounts(self) -> list[FoundAccount]:
        """Every ad account in which the member has a role. One without a currency is left out."""
        question = Question("adAccounts", "adAccounts", {"q": "search"})
        listed = self._api.rows(question, _ACCOUNTS, ACCOUNTS_PAGE_SIZES)
        found = {one.external_id: one for one in map(answers.found_account, listed)}
        for account in found.values():
            if not account.currency:
                self.note(
                    f"LinkedIn lists the ad account {account.name} without a currency, so its "
                    "figures cannot be read. Open Campaign Manager and finish setting it up."
                )
        return [account for account in found.values() if account.external_id and account.currency]

    def structure(self, account: FoundAccount) -> Structure:
        """Archived and deleted ones included."""
        self._warn_of_sunset()
        lists = Lists(self._api, account.external_id, self.note)
        self._lists[account.external_id] = lists
        return lists.structure(account.currency)

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """The newest days first."""
        rule = counted(_metric(conversion_action))
        if conversion_action and not rule.values:
            self.note(
                f"{account.name}: LinkedIn gives no amount for {conversion_action}, so its "
                "reported revenue is 0."
            )
        lists = self._lists_of(account)
        pivots = AD_PIVOTS[0] if grain is Grain.AD else ("CAMPAIGN_GROUP",)
        name = self._ads if grain is Grain.AD else self._campaigns
        report = rule.report(account.external_id, pivots)
        try:
            for rows in self._pages(report, days, lists):
                named = name(account, lists, rows)
                yield [rule.fact(row, of) for row, of in zip(rows, named, strict=True) if of]
        except BadQuestion as error:
            if conversion_action is None:
                raise
            raise AccountRefused(_no_metric(conversion_action)) from error

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        report = Report(account.external_id, ("ACCOUNT",), FIGURES)
        pages = self._pages(report, days, self._lists_of(account))
        found = [day_total(row) for rows in pages for row in rows]
        return sorted(found, key=lambda total: total.day)

    def reach(self, account: FoundAccount, days: Days) -> list[Reached]:
        return [reached(row) for row in self._reports.reached(account.external_id, days)]

    def _pages(self, report: Report, days: Days, lists: Lists) -> Iterator[list[answers.Row]]:
        scopes = self.granted().scopes
        if scopes and "r_ads_reporting" not in scopes:
            raise AccessRevoked(NO_REPORTING)
        for rows in self._reports.pages(report, days, lists.ids):
            if not rows:
                self._check_access(lists)
            self._say_missing(rows, report)
            yield rows

    def _say_missing(self, rows: list[answers.Row], report: Report) -> None:
        for name in report.figures:
            if any(row.get(name) is None for row in rows):
                self.note(
                    f"LinkedIn left out {name} in some of the figures that were read, where it "
                    "counts as 0. If it happens again, tell whoever runs this installation."
                )

    def _check_access(self, lists: Lists) -> None:
        """Nothing happened, or nothing may be read: LinkedIn answers both with an empty list.

        Raises AccessRevoked without the permission, AccountRefused without a role in the account:
        its lists are refused where its figures are just empty.
        """
        if not self._permitted:
            self._check_permission()
            self._permitted = True
        lists.groups()

    def _check_permission(self) -> None:
        try:
            scope = self._oauth.inspect(self.granted().access_token).scope
        except (Temporary, Throttled):
            # To go on would take an empty answer for nothing having happened.
            raise
        except ConnectorError:
            # The stored scopes have been looked at already; LinkedIn need not tell more.
            return
        if scope and "r_ads_reporting" not in re.split(r"[,\s]+", scope):
            raise AccessRevoked(NO_REPORTING)

    def _lists_of(self, account: FoundAccount) -> Lists:
        new = Lists(self._api, account.external_id, self.note)
        return self._lists.setdefault(account.external_id, new)

    def _campaigns(
        self, account: FoundAccount, lists: Lists, rows: list[answers.Row]
    ) -> list[Named | None]:
        del account
        names = lists.group_names() if rows else {}
        ids = [answers.ids_of(row).get(GROUP, "") for row in rows]
        if not all(ids):
            raise answers.unusable("figures without saying of which campaign group")
        return [Named(one, names.get(one, one)) for one in ids]

    def _ads(
        self, account: FoundAccount, lists: Lists, rows: list[answers.Row]
    ) -> list[Named | None]:
        """What no creative served has no ad, and is in the figures of its campaign only."""
        found = [answers.ids_of(row) for row in rows]
        self._complete(account, lists, found, rows)
        groups = lists.group_names() if rows else {}
        campaigns, creatives = lists.known_names()
        return [
            Named(
                ids[GROUP],
                groups.get(ids[GROUP], ids[GROUP]),
                ids[CAMPAIGN],
                campaigns.get(ids[CAMPAIGN], ids[CAMPAIGN]),
                ids[CREATIVE],
                creatives.get(ids[CREATIVE], ids[CREATIVE]),
            )
            if ids.keys() == {GROUP, CAMPAIGN, CREATIVE}
            else None
            for ids in found
        ]

    def _complete(
        self,
        account: FoundAccount,
        lists: Lists,
        found: list[dict[str, str]],
        rows: list[answers.Row],
    ) -> None:
        """Look up the owners that LinkedIn did not name, and say whose ads have none."""
        bare = [ids for ids in found if CREATIVE in ids and CAMPAIGN not in ids]
        owners = lists.owners(ids[CREATIVE] for ids in bare) if bare else {}
        for ids in bare:
            if owner := owners.get(ids[CREATIVE]):
                ids[CAMPAIGN] = owner
        orphans = [ids for ids in found if CAMPAIGN in ids and GROUP not in ids]
        parents = lists.parents() if orphans else {}
        for ids in orphans:
            if parent := parents.get(ids[CAMPAIGN]):
                ids[GROUP] = parent
        lost = [
            answers.money(row.get("costInLocalCurrency"))
            for ids, row in zip(found, rows, strict=True)
            if CREATIVE in ids and GROUP not in ids
        ]
        if lost:
            self.note(
                f"{account.name}: LinkedIn no longer says to which campaign some ads belong that "
                f"cost {sum(lost, Decimal(0)):.2f} {account.currency}. They are in the figures of "
                "their campaigns, but not in those of ads."
            )

    def _dated(self, grant: Grant, found: answers.Token, *, by: str) -> Grant:
        """With the ends that LinkedIn names. That of a refresh token never moves back."""
        now = self.http.now()
        expires, ends = (
            now + dt.timedelta(seconds=seconds) if seconds else None
            for seconds in (found.expires_in, found.refresh_token_expires_in)
        )
        known = [end for end in (grant.ends_at, ends) if end is not None]
        refresh_token = found.refresh_token or grant.refresh_token
        return replace(
            grant,
            access_token=found.access_token,
            refresh_token=refresh_token,
            expires_at=expires,
            renews=bool(refresh_token),
            ends_at=min(known) if known else None,
            extra={**grant.extra, "issued_at": now.isoformat(), "issued_by": by},
        )

    def _due(self, grant: Grant) -> bool:
        """Near its end, and not renewed only just now."""
        if grant.expires_at is None:
            return False
        now = self.http.now()
        left = grant.expires_at - now
        issued = grant.extra.get("issued_at")
        if issued and now - dt.datetime.fromisoformat(issued) < RENEW_AT_MOST_EVERY:
            return left < RENEW_EARLY
        return left < RENEW_WITH_LESS_THAN

    def _introduced(self, grant: Grant) -> Grant:
        """With whose access it is, which LinkedIn tells as an id only; one can do without."""
        question = Question("adAccountUsers", "adAccountUsers", {"q": "authenticatedUser"})
        try:
            listed = self._api.once(grant, question, _USERS).elements or []
        except ConnectorError:
            return grant
        member = next((one.user for one in listed if one.user), "")
        return replace(grant, extra={**grant.extra, "user_id": member}) if member else grant

    def _check_by_code(self) -> str:
        """For when LinkedIn tells nothing about tokens: it refuses a made-up code as used."""
        try:
            self._oauth.exchange("growzzy-os-checks-its-app", "https://localhost/")
        except Unknown as error:
            raise SetupProblem(
                f"{error.message}. Whoever runs this installation compares LINKEDIN_OAUTH_URL with "
                "https://www.linkedin.com/oauth/v2 and restarts Growzzy OS."
            ) from error
        except OAuthDenied:
            return (
                "LinkedIn knows this app. (It was shown a made-up sign-in, which it refused, as it "
                "should.)"
            )
        return "LinkedIn accepts the client id and the client secret."

    def _warn_of_sunset(self) -> None:
        ends = sunset(self.settings.linkedin_version)
        if ends and self.http.now().date() >= ends - WARN_BEFORE_SUNSET:
            self.note(
                f"LinkedIn switches off version {self.settings.linkedin_version} of its API about "
                f"{ends.day} {ends:%B %Y}. Whoever runs this installation sets LINKEDIN_VERSION to "
                "a newer one before that day and restarts."
            )


def sunset(version: str) -> dt.date | None:
    """When LinkedIn ends a version, mid-month a year later; None for what is no version."""
    known = re.fullmatch(r"(\d{4})(0[1-9]|1[0-2])", version)
    return dt.date(int(known[1]) + 1, int(known[2]), 15) if known else None


def _metric(conversion_action: str | None) -> str | None:
    """Raises AccountRefused for what cannot be the name of a metric."""
    if conversion_action is not None and not re.fullmatch(r"[A-Za-z]{1,80}", conversion_action):
        raise AccountRefused(_no_metric(conversion_action))
    return conversion_action


def _no_metric(conversion_action: str) -> str:
    return (
        f"LinkedIn has no metric called {conversion_action}, which this account counts as its "
        "conversion. Stored figures are unchanged. Choose another conversion for it, or none to "
        "count website conversions and lead forms."
    )
