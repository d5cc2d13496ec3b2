"""Google Ads through its REST API.

Facts about the API are from developers.google.com/google-ads/api (v26) and Google's own protocol
buffers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

from app.connectors.base import Connector
from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    Temporary,
)
from app.connectors.google import answers, queries
from app.connectors.google.change import GoogleChanger
from app.connectors.google.errors import NO_SCOPE, NoAdsUser, TooOld
from app.connectors.google.launch import GoogleLauncher
from app.connectors.google.oauth import (
    MADE_UP_CODE,
    SCOPE,
    DeadCode,
    DeadGrant,
    OAuth,
    OtherAddress,
    Token,
)
from app.connectors.google.search import ENDS, QUOTA, Search
from app.connectors.google.statuses import PERFORMANCE_MAX, surprises
from app.connectors.http import Http
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    Quota,
    Structure,
    pkce_challenge,
)
from app.settings import Settings, is_loopback

T = TypeVar("T")

RENEW_WITH_LESS_THAN = dt.timedelta(minutes=10)
TESTING_DAYS = dt.timedelta(days=7)
WARN_BEFORE_SUNSET = dt.timedelta(days=60)
# Hours that pass between the end of access and its being noticed.
_ABOUT = dt.timedelta(hours=12)
_YEAR = dt.timedelta(days=365)

IN_TESTING = (
    "The consent screen of this installation's Cloud project is in Testing, so Google ends this "
    "access after 7 days. Whoever runs this installation opens Google Auth Platform, Audience at "
    "console.cloud.google.com and presses Publish app; then press Reconnect on Google Ads once."
)
_TIME_LIMITED = (
    "Google gave this access for a limited time only, until {day}. Press Reconnect on Google Ads "
    "before then, and choose access without an end if Google's page asks."
)


class Google(Connector):
    """Clicks are Google's `clicks`, conversions its column *Conversions*.

    Those are fractions, on the day of the click, of the actions that the account counts there;
    view-through conversions are not among them. An account may name one conversion action, by
    name or number, that counts alone, wherever Google counts it, also outside that column.

    Placements are networks (`segments.ad_network_type`). A campaign's objective is its bidding
    strategy, its budget is left open where several campaigns share it. Performance Max has no
    ads, and its asset groups stand in for ad groups.
    """

    slug = "google"
    label = "Google Ads"
    tagline = "Search, Shopping, YouTube & Display"
    colour = "#d97706"
    restates_days = 30
    # Daily figures of the last 37 months.
    history_days = 1123
    # A search costs the same however many days it covers.
    chunk_days = 28
    readers = 4
    grains = (Grain.CAMPAIGN, Grain.AD, Grain.PLACEMENT)
    launches = GoogleLauncher
    changes = GoogleChanger

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        super().__init__(settings, http, grant)
        self._oauth = OAuth(settings, http)
        self._search = Search(self)
        self._actions: dict[str, set[str]] = {}
        # By account, in which ad group each ad goes by its own id.
        self._homes: dict[str, dict[str, str]] = {}

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.google_client_id and settings.google_client_secret)

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(settings.google_ads_url)

    @classmethod
    def quotas(cls, settings: Settings) -> tuple[Quota, ...]:
        """The Cloud project's access level decides; 0 in the settings means Standard, no limit."""
        limit = settings.google_daily_operations or None
        return (Quota(QUOTA, "Google Ads operations", limit),)

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """Google gives a refresh token only offline and when consent is asked for anew."""
        query = {
            "client_id": self.settings.google_client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
        }
        if verifier := started.get("verifier"):
            query |= {"code_challenge": pkce_challenge(verifier), "code_challenge_method": "S256"}
        joint = "&" if "?" in self.settings.google_auth_url else "?"
        return f"{self.settings.google_auth_url}{joint}{urlencode(query)}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """Without a refresh token nothing is connected: access would end within the hour."""
        if answer.get("error") or not answer.get("code"):
            raise OAuthDenied(
                "Google Ads was not connected because Google gave no access. Nothing was stored. "
                "Press Connect again and press Continue on Google's page."
            )
        verifier = started.get("verifier", "")
        found = self._oauth.exchange(answer["code"], redirect_uri=redirect_uri, verifier=verifier)
        given = answer.get("scope") if found.scope is None else found.scope
        scopes = tuple((given or "").split())
        if given is not None and SCOPE not in scopes:
            raise OAuthDenied(
                "The box for Google Ads was not ticked on Google's page, so no figures can be read "
                "and nothing was connected. Press Connect again and tick it."
            )
        if not found.refresh_token:
            raise OAuthDenied(
                "Google gave access for an hour only, without a way to renew it, so nothing was "
                "connected. Press Connect again; if it happens twice, remove this app under "
                "myaccount.google.com, Security, Third-party connections and try once more."
            )
        grant = Grant(
            found.access_token,
            refresh_token=found.refresh_token,
            renews=True,
            scopes=scopes,
            extra={"issued_at": self.http.now().isoformat()},
        )
        return self._introduced(self._dated(grant, found))

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """Google has no credentials that could be pasted."""
        del given
        raise AccessRevoked("Google Ads is connected by signing in: press Connect on Google Ads.")

    def refresh(self, *, refused: bool = False) -> Grant | None:
        """A younger access token; the refresh token stays the same for as long as it lives."""
        grant = self._held()
        if not grant.refresh_token or not (refused or self._due(grant)):
            return None
        try:
            found = self.http.retry(lambda: self._oauth.refresh(grant.refresh_token))
        except DeadGrant as error:
            raise AccessRevoked(self._why_dead(grant, error)) from error
        if found.scope is not None and SCOPE not in found.scope.split():
            raise AccessRevoked(NO_SCOPE)
        younger = replace(grant, access_token=found.access_token, renews=True)
        if found.refresh_token:
            younger = replace(younger, refresh_token=found.refresh_token)
        return self._dated(younger, found)

    def revoke(self) -> None:
        """Withdraws all that this login gave to this installation's OAuth client."""
        grant = self._held()
        self.http.retry(lambda: self._oauth.revoke(grant.refresh_token or grant.access_token))

    def check_setup(self) -> str:
        """A made-up code is exchanged: Google refuses the code only when it knows the client."""
        back = f"{self.settings.public_url or 'http://localhost'}/api/oauth/{self.slug}/callback"
        try:
            self._oauth.exchange(MADE_UP_CODE, redirect_uri=back, verifier="")
        except DeadCode:
            return (
                "Google knows this OAuth client and takes its secret. (It was shown a made-up "
                "sign-in, which it refused, as it should.) Whether the Google Ads API is switched "
                "on and the access level suffices shows with the first Connect."
            )
        except OtherAddress as error:
            raise OtherAddress(
                f"Google knows this OAuth client, but not the address {back}. {error.message}"
            ) from error
        except OAuthDenied as error:
            raise Temporary(error.message) from error
        return "Google accepts the client id and the client secret."

    def accounts(self) -> list[FoundAccount]:
        """Every account below every customer that the login reaches; managers are none.

        One that can be reached by itself is, whatever managers it also has.
        """
        self._warn_of_sunset()
        roots = self._search.accessible()
        direct = set(roots)
        found: dict[str, FoundAccount] = {}
        seen = set[str]()
        for root in roots:
            if root in seen:
                continue
            for client, account in self._below(root, direct):
                seen.add(client)
                if account is not None:
                    found.setdefault(account.external_id, account)
        whole = [one for one in found.values() if one.currency and one.time_zone]
        for account in found.values():
            if account not in whole:
                self.note(
                    f"Google did not say the currency and the time zone of {account.name}, so it "
                    "is not offered."
                )
        return whole

    def structure(self, account: FoundAccount) -> Structure:
        """Removed ones included: Google goes on listing them."""
        campaigns = self._listed(account, queries.CAMPAIGNS, "campaign")
        groups = self._listed(account, queries.AD_GROUPS, "ad_group")
        if any(_is_performance_max(row) for row in campaigns):
            groups += self._listed(account, queries.ASSET_GROUPS, "asset_group")
        ads = self._listed(account, queries.ADS, "ad_group_ad")
        self._note_surprises([*campaigns, *groups, *ads])
        homes = self._homes.setdefault(account.external_id, {})
        return Structure(
            campaigns=[answers.found_campaign(row, account) for row in campaigns],
            ad_groups=[answers.found_group(row) for row in groups],
            ads=[answers.found_ad(row, homes) for row in ads],
        )

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """Newest days first when Google no longer answers for the oldest ones."""
        action = (conversion_action or "").strip()
        return self._answered(account, days, lambda span: self._facts(account, grain, span, action))

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        def read(span: Days) -> Iterator[DayTotal]:
            for rows in self._pages(account, queries.totals(span)):
                yield from (answers.day_total(row, account) for row in rows)

        return sorted(self._answered(account, days, read), key=lambda total: total.day)

    def _pages(self, account: FoundAccount, query: str) -> Iterator[list[answers.Row]]:
        return self._search.pages(account.external_id, query, via=account.via)

    def _listed(
        self, account: FoundAccount, fields: Sequence[str], resource: str
    ) -> list[answers.Row]:
        query = queries.listing(fields, resource)
        return self._search.rows(account.external_id, query, via=account.via)

    def _answered(
        self, account: FoundAccount, days: Days, read: Callable[[Days], Iterator[T]]
    ) -> Iterator[T]:
        """Read the days, the newest first where Google no longer answers for the oldest."""
        spans = [days]
        while spans:
            span = spans.pop()
            try:
                yield from read(span)
            except TooOld as error:
                if span.first >= self.http.now().date() - _YEAR:
                    raise Temporary(
                        f"{error.message} It was asked about days of the last year. Stored figures "
                        "are unchanged, and it will be asked again."
                    ) from error
                # Whatever is still to be asked lies even further back.
                spans = _halves(span)
                if not spans:
                    self.note(
                        f"{account.name}: Google gives no daily figures for {span.last} and before."
                    )

    def _facts(
        self, account: FoundAccount, grain: Grain, days: Days, action: str
    ) -> Iterator[list[Fact]]:
        chosen = self._chosen(account, grain, days, action) if action else None
        homes = self._homes.setdefault(account.external_id, {})
        reader = answers.FactReader(grain, homes, chosen)
        query = queries.figures(grain, days, conversions=not action)
        for rows in self._pages(account, query):
            yield [reader.fact(row) for row in rows]
        if left := reader.left_over():
            yield left

    def _chosen(
        self, account: FoundAccount, grain: Grain, days: Days, action: str
    ) -> dict[answers.Key, answers.Chosen]:
        """What one conversion action brought. Raises AccountRefused when there is none such."""
        found: dict[answers.Key, answers.Chosen] = {}
        for rows in self._pages(account, queries.figures_by_action(grain, days)):
            for row in rows:
                if answers.is_action(row, action):
                    place = answers.place(row)
                    found.setdefault(place, answers.Chosen(row)).add(row.metrics)
        if not found:
            self._check_action(account, action)
        return found

    def _check_action(self, account: FoundAccount, action: str) -> None:
        """An action that brought nothing lately is one that the account lists, or a manager's."""
        known = self._actions.setdefault(account.external_id, set())
        if not known:
            for row in self._listed(account, queries.ACTIONS, "conversion_action"):
                if row.conversion_action:
                    known |= {row.conversion_action.name, answers.same(row.conversion_action.id)}
        if action in known:
            return
        today = self.http.now().date()
        query = queries.actions_seen(Days(today - _YEAR, today))
        rows = self._search.rows(account.external_id, query, via=account.via)
        if any(answers.is_action(row, action) for row in rows):
            known.add(action)
            return
        raise AccountRefused(
            f"Google Ads has no conversion action called {action} in this account. Open Goals, "
            "Conversions, Summary at ads.google.com and copy the action's name as it is written "
            "there into the conversion type of this account, or leave that empty."
        )

    def _below(self, root: str, direct: set[str]) -> Iterator[tuple[str, FoundAccount | None]]:
        """The customer and all below it by id; no account for managers."""
        try:
            rows = self._search.rows(root, queries.clients(), via=root)
        except (AccountRefused, NoAdsUser) as error:
            self.note(f"The account {answers.dashed(root)} was left out. {error.message}")
            return
        clients = {
            answers.known(row.customer_client.id): row.customer_client
            for row in rows
            if row.customer_client
        }
        if root not in clients:
            raise answers.unusable("a list of accounts without the one that was asked about")
        name = clients[root].descriptive_name or answers.dashed(root)
        for number, client in clients.items():
            if client.manager:
                yield number, None
            elif number in direct:
                yield number, answers.found_account(client)
            else:
                yield number, answers.found_account(client, via=root, via_name=name)

    def _warn_of_sunset(self) -> None:
        ends = ENDS.get(self._search.version)
        if ends and self.http.now().date() >= ends - WARN_BEFORE_SUNSET:
            self.note(
                f"Google switches off version {self._search.version} of its API in {ends:%B %Y}. "
                "Whoever runs this installation sets GOOGLE_ADS_VERSION to a newer one before that "
                "month and restarts."
            )

    def _note_surprises(self, rows: Iterable[answers.Row]) -> None:
        words = (
            word
            for row in rows
            for thing in (row.campaign, row.ad_group, row.asset_group, row.ad_group_ad)
            if thing is not None
            for word in surprises(
                thing.status,
                thing.primary_status,
                thing.advertising_channel_type if isinstance(thing, answers.Campaign) else "",
            )
        )
        for word in dict.fromkeys(words):
            self.note(f"Google uses a word that this version does not know: {word}.")

    def _introduced(self, grant: Grant) -> Grant:
        """With a sign of whose access it is; a connection can do without.

        Google tells nobody's name for this permission. What a login reaches by itself stands in
        for it, so that disconnecting here does not end what the same login gave elsewhere.
        """
        try:
            reached = ",".join(self._search.accessible_to(grant))
        except ConnectorError:
            return grant
        if not reached:
            return grant
        known = {"user_id": sha256(reached.encode()).hexdigest()[:32]}
        return replace(grant, extra={**grant.extra, **known})

    def _due(self, grant: Grant) -> bool:
        return grant.expires_at is None or grant.expires_at - self.http.now() < RENEW_WITH_LESS_THAN

    def _dated(self, grant: Grant, found: Token) -> Grant:
        """With its ends, and a note when even the refresh token has one."""
        now = self.http.now()
        expires_at = now + dt.timedelta(seconds=found.expires_in) if found.expires_in else None
        grant = replace(grant, expires_at=expires_at)
        if not found.refresh_token_expires_in:
            return grant
        ends_at = now + dt.timedelta(seconds=found.refresh_token_expires_in)
        note = _TIME_LIMITED.format(day=ends_at.date())
        if ends_at - _issued(grant, now) < TESTING_DAYS + _ABOUT:
            note = IN_TESTING
        return replace(grant, ends_at=ends_at, extra={**grant.extra, "note": note})

    def _why_dead(self, grant: Grant, error: DeadGrant) -> str:
        now = self.http.now()
        kept = "Stored figures are kept, but no new ones are read until then."
        if error.subtype == "invalid_rapt":
            return (
                "The Google Workspace of this login ends access to apps after some hours. Its "
                "administrator trusts this app under Security, Google Cloud session control at "
                f"admin.google.com; then open Connections and press Reconnect on Google Ads. {kept}"
            )
        age = now - _issued(grant, now)
        ended = grant.ends_at is not None and now > grant.ends_at - _ABOUT
        if (ended and grant.extra.get("note") == IN_TESTING) or (
            grant.ends_at is None and TESTING_DAYS - _ABOUT < age < TESTING_DAYS + 4 * _ABOUT
        ):
            return (
                "Google ended this access after 7 days, as it does while the consent screen of "
                "this installation's Cloud project is in Testing. Whoever runs it opens Google "
                "Auth Platform, Audience at console.cloud.google.com and presses Publish app; then "
                f"open Connections and press Reconnect on Google Ads. {kept}"
            )
        if ended:
            return (
                "The time for which Google gave this access is over. Open Connections and press "
                f"Reconnect on Google Ads. {kept}"
            )
        return f"{error.message} Open Connections and press Reconnect on Google Ads. {kept}"


def _is_performance_max(row: answers.Row) -> bool:
    campaign = row.campaign
    return campaign is not None and campaign.advertising_channel_type == PERFORMANCE_MAX


def _issued(grant: Grant, now: dt.datetime) -> dt.datetime:
    issued = grant.extra.get("issued_at")
    return dt.datetime.fromisoformat(issued) if issued else now


def _halves(days: Days) -> list[Days]:
    """The older and the younger half; none of a single day."""
    if len(days) == 1:
        return []
    middle = days.first + dt.timedelta(days=len(days) // 2)
    return [Days(days.first, middle - dt.timedelta(days=1)), Days(middle, days.last)]
