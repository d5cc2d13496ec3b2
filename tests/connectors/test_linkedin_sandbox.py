"""LinkedIn over a real socket: what is read equals the sandbox's own truth to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

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
from app.connectors.linkedin import reports as linkedin_reports
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import Days, DayTotal, Fact, FoundAccount, Grain, Grant
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, turn_knobs
from tests.sandbox_server import SandboxServer

CALLBACK = "http://localhost/api/oauth/linkedin/callback"
YESTERDAY = NOON.date() - dt.timedelta(days=1)
MONTHS = Days(YESTERDAY - dt.timedelta(days=69), YESTERDAY)
WEEK = Days(YESTERDAY - dt.timedelta(days=6), YESTERDAY)
NOTHING = (Decimal(0),) * 5
DOLLARS, EUROS, CLOSED = (f"51234000{number}" for number in range(1, 4))
Turn = Callable[..., None]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def turn(sandbox: SandboxServer) -> Turn:
    """Turn knobs of the sandbox's LinkedIn."""
    return partial(turn_knobs, sandbox, "linkedin")


def signed_in(linkedin: LinkedIn, decision: str = "allow", **asked: str) -> dict[str, str]:
    """What the popup brings back after a person chose."""
    url = linkedin.authorize_url(redirect_uri=CALLBACK, state="s", started={})
    query = dict(parse_qsl(urlsplit(url).query)) | asked
    address = url.partition("?")[0]
    page = requests.get(address, params=query, allow_redirects=False, timeout=10)
    if page.status_code == 200:
        form = query | {"decision": decision}
        page = requests.post(address, data=form, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(page.headers["Location"]).query))


def exchange(linkedin: LinkedIn, back: dict[str, str]) -> LinkedIn:
    linkedin.grant = linkedin.exchange(back, redirect_uri=CALLBACK, started={})
    return linkedin


@pytest.fixture
def unconnected(here: Settings, http: Http) -> LinkedIn:
    return LinkedIn(here, http)


@pytest.fixture
def live(unconnected: LinkedIn) -> LinkedIn:
    """Connected through the window."""
    return exchange(unconnected, signed_in(unconnected))


@pytest.fixture
def dollars(live: LinkedIn) -> FoundAccount:
    return live.accounts()[0]


def read(
    linkedin: LinkedIn,
    account: FoundAccount,
    grain: Grain = Grain.CAMPAIGN,
    days: Days = MONTHS,
    **more: Any,
) -> list[Fact]:
    asked = {"conversion_action": None} | more
    return [fact for page in linkedin.facts(account, grain, days, **asked) for fact in page]


def by_campaign_day(facts: list[Fact]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Spend, impressions, clicks, conversions and value."""
    found: dict[tuple[str, str], tuple[Decimal, ...]] = defaultdict(lambda: NOTHING)
    for fact in facts:
        key = (fact.campaign_id, fact.day.isoformat())
        counts = (Decimal(fact.impressions), Decimal(fact.clicks))
        brought = (fact.spend, *counts, fact.conversions, fact.value)
        found[key] = tuple(a + b for a, b in zip(found[key], brought, strict=True))
    return dict(found)


def figures(told: dict[str, Any]) -> tuple[Decimal, ...]:
    names = ("spend", "impressions", "clicks", "conversions", "value")
    return tuple(Decimal(str(told[name])) for name in names)


def truth(sandbox: SandboxServer, account: FoundAccount, days: Days = MONTHS) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.truth(account.external_id, days.first, days.last, of="linkedin")
    return found


def campaign_days(
    sandbox: SandboxServer, account: FoundAccount, days: Days = MONTHS
) -> dict[tuple[str, str], Any]:
    """Those on which anything happened: LinkedIn has no row for the others."""
    told = truth(sandbox, account, days)["campaign_days"]
    found = {(day["campaign_id"], day["day"]): figures(day) for day in told}
    return {key: brought for key, brought in found.items() if any(brought)}


def whole(rows: dict[tuple[str, str], tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(map(sum, zip(*rows.values(), strict=True))) if rows else NOTHING


def check_everything(linkedin: LinkedIn, sandbox: SandboxServer) -> int:
    """Every grain of every account against the truth; how many campaign days there were."""
    seen = 0
    for account in linkedin.accounts():
        told = truth(sandbox, account)
        campaigns = by_campaign_day(read(linkedin, account))
        assert campaigns == campaign_days(sandbox, account)
        ads = read(linkedin, account, Grain.AD)
        assert whole(by_campaign_day(ads)) == figures(told["served_by_ads"])
        keys = [(fact.day, fact.ad_id) for fact in ads]
        assert len(set(keys)) == len(keys)
        assert linkedin.totals(account, MONTHS) == [
            DayTotal(
                dt.date.fromisoformat(day["day"]),
                Decimal(day["spend"]),
                day["impressions"],
                day["clicks"],
            )
            for day in told["days"]
        ]
        seen += len(campaigns)
    return seen


def test_every_grain_equals_the_truth_to_the_cent_before_and_after_a_restatement(
    live: LinkedIn, sandbox: SandboxServer
) -> None:
    before = whole(by_campaign_day(read(live, live.accounts()[0])))
    assert check_everything(live, sandbox) > 400
    sandbox.restate(MONTHS.first, MONTHS.last)
    assert check_everything(live, sandbox) > 400
    assert whole(by_campaign_day(read(live, live.accounts()[0]))) != before


def test_accounts_bring_currency_and_state_and_days_of_utc(live: LinkedIn) -> None:
    assert live.accounts() == [
        FoundAccount(DOLLARS, "Larkspur B2B", "USD", "UTC"),
        FoundAccount(EUROS, "Kessel & Löffel Gastro", "EUR", "UTC"),
        FoundAccount(CLOSED, "Kessel & Löffel Catering", "EUR", "UTC", "cancelled"),
    ]


def test_an_account_without_campaigns_is_empty_and_no_fault(live: LinkedIn) -> None:
    empty = live.accounts()[2]
    assert live.structure(empty).campaigns == []
    assert read(live, empty) == []
    assert live.totals(empty, MONTHS) == []


def test_what_was_deleted_is_listed_as_removed_and_keeps_its_figures(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    listed = {one.name: one for one in live.structure(dollars).campaigns}
    gone = listed["Trade fair 2025"]
    assert (gone.status, gone.platform_status) == ("removed", "REMOVED")
    days = Days(dt.date(2026, 4, 1), dt.date(2026, 5, 15))
    found = by_campaign_day(read(live, dollars, days=days))
    assert found == campaign_days(sandbox, dollars, days)
    assert any(campaign == gone.external_id for campaign, _ in found)


def test_what_is_listed_nowhere_keeps_its_figures_of_every_grain(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    gone = read(live, dollars)[0].campaign_id
    sandbox.remove(gone)
    assert gone not in {one.external_id for one in live.structure(dollars).campaigns}
    assert by_campaign_day(read(live, dollars)) == campaign_days(sandbox, dollars)
    ads = read(live, dollars, Grain.AD)
    assert whole(by_campaign_day(ads)) == figures(truth(sandbox, dollars)["served_by_ads"])
    lost = [fact for fact in ads if fact.campaign_id == gone]
    assert lost
    assert all(fact.ad_group_id and fact.ad_id and fact.ad_name == fact.ad_id for fact in lost)


def test_every_ad_with_figures_hangs_on_a_listed_group_and_campaign(live: LinkedIn) -> None:
    for account in live.accounts():
        found = live.structure(account)
        campaigns = {campaign.external_id for campaign in found.campaigns}
        groups = {group.external_id for group in found.ad_groups}
        ads = {ad.external_id: ad for ad in found.ads}
        assert {group.campaign_id for group in found.ad_groups} <= campaigns
        assert {ad.ad_group_id for ad in found.ads} <= groups
        for fact in read(live, account, Grain.AD, WEEK):
            ad = ads[fact.ad_id]
            assert (fact.campaign_id, fact.ad_group_id) == (ad.campaign_id, ad.ad_group_id)
            assert fact.ad_name == ad.name
    assert live.notices == []


def test_budgets_objectives_and_channels_are_the_groups_own_or_their_campaigns(
    live: LinkedIn,
) -> None:
    first, second, _ = live.accounts()
    dollars, euros = live.structure(first), live.structure(second)
    by_name = {one.name: one for one in (*dollars.campaigns, *euros.campaigns)}
    gifts = by_name["Corporate gifts – Decision makers"]
    assert (gifts.budget, gifts.budget_kind) == (Decimal(100), "daily")
    assert (gifts.objective, gifts.channel) == ("WEBSITE_CONVERSION", "Sponsored content")
    texts = by_name["Procurement – Text ads"]
    assert (texts.budget, texts.channel) == (None, "Text ads")
    below = [one for one in dollars.ad_groups if one.campaign_id == texts.external_id]
    assert {one.budget_kind for one in below} == {"daily"}
    fair = by_name["Messe Herbst"]
    assert (fair.status, fair.budget_kind) == ("ended", "lifetime")
    assert fair.platform_status == "ACTIVE (CAMPAIGN_GROUP_END_DATE_HOLD)"
    assert by_name["Spring launch 2025"].platform_status == "ARCHIVED"


def test_an_account_may_count_one_metric_alone(live: LinkedIn, dollars: FoundAccount) -> None:
    website, forms = (
        whole(by_campaign_day(read(live, dollars, conversion_action=metric)))
        for metric in ("externalWebsiteConversions", "oneClickLeads")
    )
    both = whole(by_campaign_day(read(live, dollars)))
    assert website[3] > 0
    assert forms[3] > 0
    assert website[3] + forms[3] == both[3]
    assert (website[4], forms[4]) == (both[4], 0)
    assert "no amount for oneClickLeads" in live.notices[0]


@pytest.mark.parametrize("metric", ["madeUpMetric", "a,costInUsd"])
def test_a_chosen_metric_that_does_not_exist_is_the_account_s_trouble(
    live: LinkedIn, dollars: FoundAccount, metric: str
) -> None:
    for grain in live.grains:
        with pytest.raises(AccountRefused, match=f"no metric called {metric}"):
            read(live, dollars, grain, WEEK, conversion_action=metric)


@pytest.mark.parametrize("rows", [4, 9, 40])
def test_an_answer_that_may_have_been_cut_is_asked_for_in_halves_until_it_is_whole(
    live: LinkedIn,
    sandbox: SandboxServer,
    turn: Turn,
    monkeypatch: pytest.MonkeyPatch,
    dollars: FoundAccount,
    rows: int,
) -> None:
    """Days first; a single day by campaigns, also those that are listed nowhere."""
    monkeypatch.setattr(linkedin_reports, "MOST_ROWS", rows)
    turn(most_rows=rows)
    days = Days(YESTERDAY - dt.timedelta(days=2), YESTERDAY)
    ads = read(live, dollars, Grain.AD, days)
    told = truth(sandbox, dollars, days)
    assert whole(by_campaign_day(ads)) == figures(told["served_by_ads"])
    assert by_campaign_day(read(live, dollars, days=days)) == campaign_days(sandbox, dollars, days)
    asked = [one["query"] for one in sandbox.requests("adAnalytics")]
    assert any("campaigns=List" in query for query in asked) == (rows < 40)


def test_what_does_not_fit_even_as_one_campaign_s_day_is_an_error_and_never_half(
    live: LinkedIn, turn: Turn, monkeypatch: pytest.MonkeyPatch, dollars: FoundAccount
) -> None:
    monkeypatch.setattr(linkedin_reports, "MOST_ROWS", 1)
    turn(most_rows=1)
    for grain in live.grains:
        with pytest.raises(ConnectorError, match="even one campaign's figures"):
            read(live, dollars, grain, Days(YESTERDAY, YESTERDAY))


@pytest.mark.parametrize("knobs", [{"most_pivots": 2}, {"has_statistics": False}])
def test_where_ads_come_without_their_owners_these_are_looked_up_and_losses_are_said(
    live: LinkedIn,
    sandbox: SandboxServer,
    turn: Turn,
    dollars: FoundAccount,
    knobs: dict[str, object],
) -> None:
    turn(**knobs)
    ads = read(live, dollars, Grain.AD, WEEK)
    told = truth(sandbox, dollars, WEEK)
    assert whole(by_campaign_day(ads)) == figures(told["served_by_ads"])
    assert live.notices == []
    gone = ads[0].campaign_id
    sandbox.remove(gone)
    live.structure(dollars)
    left = read(live, dollars, Grain.AD, WEEK)
    assert left == [
        fact._replace(ad_group_name=one.ad_group_name, ad_name=one.ad_name)
        for fact, one in zip([fact for fact in ads if fact.campaign_id != gone], left, strict=True)
    ]
    assert "no longer says to which campaign" in live.notices[0]


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("server_error", 2),
        ("unavailable", 2),
        ("bad_gateway", 2),
        ("truncated", 2),
        ("cut", 2),
        ("error_in_200", 2),
        ("reduce_data", 3),
        ("linkedin_timeout", 2),
        ("linkedin_conflict", 2),
        ("linkedin_no_list", 2),
        ("linkedin_no_cost", 2),
        ("linkedin_leads_on", 1),
        ("linkedin_too_long", 1),
        ("linkedin_token_not_known_yet", 2),
    ],
)
@pytest.mark.parametrize("grain", [Grain.CAMPAIGN, Grain.AD])
def test_faults_that_pass_leave_no_trace_in_the_figures(
    live: LinkedIn,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    kind: str,
    times: int,
    grain: Grain,
) -> None:
    sandbox.fault(kind, "adAnalytics", times=times)
    found = whole(by_campaign_day(read(live, dollars, grain)))
    told = truth(sandbox, dollars)
    assert found == figures(told["total" if grain is Grain.CAMPAIGN else "served_by_ads"])


@pytest.mark.parametrize(
    ("kind", "error", "hint"),
    [
        ("rate_limit_app", Throttled, "six minutes"),
        ("linkedin_day_limit", Throttled, "after midnight UTC"),
        ("linkedin_member_day_limit", Throttled, "The member who connected it"),
        ("token_expired", AccessRevoked, "press Reconnect on LinkedIn Ads"),
        ("token_invalid", AccessRevoked, "it was withdrawn"),
        ("token_checkpoint", AccessRevoked, "as another member"),
        ("permission", AccountRefused, "Manage access"),
        ("linkedin_old_version", SetupProblem, "LINKEDIN_VERSION"),
        ("linkedin_not_found", SetupProblem, "LINKEDIN_API_URL"),
        ("linkedin_bad_param", ConnectorError, "PARAM_INVALID"),
    ],
)
def test_faults_that_stay_end_in_their_error_and_say_what_to_do(
    live: LinkedIn,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    kind: str,
    error: type[ConnectorError],
    hint: str,
) -> None:
    sandbox.fault(kind, "adAnalytics", times=3)
    with pytest.raises(error, match=hint):
        read(live, dollars, days=WEEK)


@pytest.mark.parametrize("kind", ["linkedin_no_list", "error_in_200", "linkedin_no_cost"])
def test_an_answer_that_stays_unusable_is_never_an_empty_account(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount, kind: str
) -> None:
    sandbox.fault(kind, "adAnalytics", times=5)
    with pytest.raises(Temporary):
        read(live, dollars, days=WEEK)


def test_a_list_in_a_circle_or_without_its_end_is_not_taken_for_a_list(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("linkedin_no_list", "creatives", times=9)
    with pytest.raises(Temporary, match="without its list"):
        live.structure(dollars)
    sandbox.calm()
    sandbox.fault("reduce_data", "creatives")
    sandbox.fault("repeated_cursor", "pageToken", times=9)
    with pytest.raises(Temporary, match="the same page twice"):
        live.structure(dollars)


def test_a_list_that_is_too_much_is_read_in_smaller_pages(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    before = live.structure(dollars)
    sandbox.fault("reduce_data", "adCampaignGroups|creatives", times=1)
    sandbox.fault("reduce_data", "creatives", times=1)
    assert live.structure(dollars) == before
    asked = " ".join(one["query"] for one in sandbox.requests("creatives|adCampaignGroups"))
    assert "pageSize=25" in asked
    assert "pageToken=" in asked


def test_an_unknown_status_is_survived_and_said(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("linkedin_new_status", "adCampaignGroups")
    found = live.structure(dollars).campaigns[0]
    assert (found.status, found.platform_status) == ("problem", "DREAMING")
    assert live.notices == [
        "LinkedIn uses a word that this version does not know: status DREAMING."
    ]


def test_an_account_that_was_lost_is_refused_and_not_taken_for_one_without_figures(
    live: LinkedIn, turn: Turn, dollars: FoundAccount
) -> None:
    """LinkedIn answers questions about the figures of other people's accounts with nothing."""
    turn(lost_accounts=[DOLLARS])
    again = LinkedIn(live.settings, live.http, live.grant)
    for ask in (
        lambda: read(again, dollars, days=WEEK),
        lambda: read(again, dollars, Grain.AD, WEEK),
        lambda: again.totals(dollars, WEEK),
        lambda: again.structure(dollars),
    ):
        with pytest.raises(AccountRefused, match="Manage access"):
            ask()
    assert [account.external_id for account in again.accounts()] == [EUROS, CLOSED]


def test_a_missing_permission_for_figures_is_said_and_not_taken_for_zeros(
    unconnected: LinkedIn, live: LinkedIn, dollars: FoundAccount
) -> None:
    with pytest.raises(OAuthDenied, match="r_ads_reporting"):
        exchange(unconnected, signed_in(unconnected, scope="r_ads"))
    with pytest.raises(OAuthDenied, match="did not give the permission r_ads, without"):
        exchange(unconnected, signed_in(unconnected, scope="r_ads_reporting"))
    assert live.grant is not None
    told = replace(live.grant, scopes=("r_ads",))
    with pytest.raises(AccessRevoked, match="r_ads_reporting is missing"):
        read(LinkedIn(live.settings, live.http, told), dollars)


def test_a_permission_lost_in_the_middle_is_found_whether_or_not_accounts_were_listed(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    assert live.grant is not None
    again = LinkedIn(live.settings, live.http, replace(live.grant, scopes=()))
    assert again.accounts()
    sandbox.lose_scope("linkedin")
    with pytest.raises(AccessRevoked, match="r_ads_reporting is missing"):
        again.totals(dollars, WEEK)


def test_nothing_is_taken_for_zeros_while_the_sign_in_cannot_tell_what_the_token_may(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.lose_scope("linkedin")
    sandbox.fault("unavailable", "introspectToken", times=20)
    with pytest.raises(Temporary):
        live.totals(dollars, WEEK)


def test_a_permission_that_was_lost_later_is_found_by_asking_what_the_token_may(
    here: Settings, http: Http, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    linkedin = LinkedIn(here, http)
    back = signed_in(linkedin, scope="r_ads")
    token = linkedin._oauth.exchange(back["code"], CALLBACK)
    linkedin.grant = Grant(token.access_token)
    with pytest.raises(AccessRevoked, match="r_ads_reporting is missing"):
        linkedin.totals(dollars, WEEK)


def test_a_new_consent_with_other_permissions_ends_the_older_access(
    live: LinkedIn, here: Settings, http: Http, dollars: FoundAccount
) -> None:
    other = LinkedIn(here, http)
    exchange(other, signed_in(other, scope="r_ads r_ads_reporting rw_ads"))
    assert len(other.accounts()) == 3
    with pytest.raises(AccessRevoked, match="given anew with other permissions"):
        live.accounts()


def test_the_popup_ends_in_a_grant_that_counts_down_60_days_and_can_be_given_back(
    live: LinkedIn,
) -> None:
    grant = live.grant
    assert grant is not None
    assert grant.scopes == ("r_ads", "r_ads_reporting")
    assert (grant.renews, grant.ends_at, grant.refresh_token) == (False, None, "")
    assert grant.deadline == grant.expires_at == NOON + dt.timedelta(days=60)
    assert grant.extra["user_id"].startswith("urn:li:person:")
    assert live.refresh(refused=True) is None
    live.revoke()
    with pytest.raises(AccessRevoked, match="it was withdrawn"):
        live.accounts()
    live.revoke()


def test_where_linkedin_offers_no_revocation_that_is_said(live: LinkedIn, turn: Turn) -> None:
    turn(has_revocation=False)
    with pytest.raises(ConnectorError, match="offers nothing at this address"):
        live.revoke()


def test_with_a_refresh_token_access_is_renewed_until_that_one_s_own_end(
    unconnected: LinkedIn, turn: Turn, sandbox: SandboxServer, clock: Clock
) -> None:
    turn(refresh_tokens=True)
    live = exchange(unconnected, signed_in(unconnected))
    first = live.grant
    assert first is not None
    assert first.renews
    assert first.deadline == first.ends_at == NOON + dt.timedelta(days=365)
    assert live.refresh() is None
    for days in (55, 110):
        clock.slept.append(days * 86_400 - sum(clock.slept))
        sandbox.clock((NOON + dt.timedelta(days=days)).isoformat())
        younger = live.refresh()
        assert younger is not None
        assert younger.access_token != first.access_token
        assert (younger.refresh_token, younger.ends_at) == (first.refresh_token, first.ends_at)
        assert younger.expires_at == NOON + dt.timedelta(days=days + 60)
        live.grant = younger
        assert len(live.accounts()) == 3
    sandbox.clock((NOON + dt.timedelta(days=366)).isoformat())
    with pytest.raises(AccessRevoked, match="a year has passed"):
        live.refresh(refused=True)


def test_an_expired_token_is_renewed_in_the_midst_of_reading(
    unconnected: LinkedIn, turn: Turn, sandbox: SandboxServer
) -> None:
    turn(refresh_tokens=True)
    live = exchange(unconnected, signed_in(unconnected))
    before = live.grant
    dollars = live.accounts()[0]
    sandbox.fault("token_expired", "adAnalytics")
    found = whole(by_campaign_day(read(live, dollars)))
    assert found == figures(truth(sandbox, dollars)["total"])
    assert live.grant is not None
    assert live.grant is not before
    sandbox.fault("token_expired", "adAnalytics", times=99)
    with pytest.raises(AccessRevoked, match="press Reconnect"):
        read(live, dollars)


def test_a_token_that_was_only_just_renewed_may_be_unknown_for_some_seconds(
    unconnected: LinkedIn, turn: Turn, sandbox: SandboxServer, clock: Clock
) -> None:
    turn(refresh_tokens=True)
    live = exchange(unconnected, signed_in(unconnected))
    live.grant = live.refresh(refused=True)
    sandbox.fault("token_invalid", "adAccounts", times=3)
    assert len(live.accounts()) == 3
    assert sum(clock.slept) >= 30


@pytest.mark.parametrize("kind", ["server_error", "rate_limit_app"])
def test_a_sign_in_that_is_unwell_ends_no_access(
    unconnected: LinkedIn, turn: Turn, sandbox: SandboxServer, kind: str
) -> None:
    turn(refresh_tokens=True)
    live = exchange(unconnected, signed_in(unconnected))
    sandbox.fault(kind, "accessToken", times=9)
    with pytest.raises((Temporary, Throttled)):
        live.refresh(refused=True)


def test_a_code_is_good_for_one_exchange(unconnected: LinkedIn) -> None:
    back = signed_in(unconnected)
    exchange(unconnected, back)
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(unconnected, back)


@pytest.mark.parametrize("decision", ["cancel", "stay_out"])
def test_whoever_says_no_is_told_how_to_say_yes(unconnected: LinkedIn, decision: str) -> None:
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(unconnected, signed_in(unconnected, decision))


def test_an_app_without_the_product_is_the_operator_s_to_mend(
    unconnected: LinkedIn, turn: Turn
) -> None:
    turn(scopes=["r_ads"])
    with pytest.raises(SetupProblem, match="Advertising API"):
        exchange(unconnected, signed_in(unconnected))


@pytest.mark.parametrize("has_introspection", [True, False])
def test_the_installation_s_own_credentials_are_checked_by_a_real_call(
    here: Settings, http: Http, turn: Turn, has_introspection: bool
) -> None:
    turn(has_introspection=has_introspection)
    assert "knows this app" in LinkedIn(here, http).check_setup()
    for wrong in ({"linkedin_client_secret": "guessed"}, {"linkedin_client_id": "another"}):
        with pytest.raises(SetupProblem, match="LINKEDIN_CLIENT_SECRET"):
            LinkedIn(replace(here, **wrong), http).check_setup()
    elsewhere = replace(here, linkedin_oauth_url=f"{here.linkedin_oauth_url}/nowhere")
    with pytest.raises(SetupProblem, match="LINKEDIN_OAUTH_URL"):
        LinkedIn(elsewhere, http).check_setup()


@pytest.mark.parametrize("version", ["202511", "202512", "202612", "2026-09", "26.09"])
def test_a_version_that_is_not_active_is_named(
    here: Settings, http: Http, live: LinkedIn, version: str
) -> None:
    old = LinkedIn(replace(here, linkedin_version=version), http, live.grant)
    with pytest.raises(SetupProblem, match=f"version {version}.*LINKEDIN_VERSION"):
        old.accounts()


def test_only_the_app_s_own_day_uses_up_the_installation_s_quota(
    live: LinkedIn, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    live.meter = meter = Written()
    sandbox.fault("linkedin_member_day_limit", "adAnalytics")
    with pytest.raises(Throttled):
        read(live, dollars, days=WEEK)
    assert meter.gone == []
    sandbox.fault("linkedin_day_limit", "adAnalytics")
    with pytest.raises(Throttled) as caught:
        read(live, dollars, days=WEEK)
    assert meter.gone == [("adAnalytics", 12 * 3600 + 300)]
    assert caught.value.retry_after == 12 * 3600 + 300


def test_every_call_is_counted_before_it_is_made(live: LinkedIn, sandbox: SandboxServer) -> None:
    live.meter = meter = Written()
    before = len(sandbox.requests("/rest/"))
    sandbox.fault("server_error", "adAnalytics", times=2)
    account = live.accounts()[0]
    live.structure(account)
    read(live, account, days=WEEK)
    live.totals(account, WEEK)
    assert len(meter.spent) == len(sandbox.requests("/rest/")) - before
    names = {quota.name for quota in LinkedIn.quotas(live.settings)}
    assert set(meter.spent) <= names
    assert meter.spent.count("adAnalytics") == 4


class Written:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.spent: list[str] = []
        self.gone: list[tuple[str, float]] = []

    def spend(self, quota: str, units: int) -> None:
        self.spent += [quota] * units

    def exhausted(self, quota: str, retry_after: float) -> None:
        self.gone.append((quota, retry_after))


def test_the_words_of_text_ads_come_with_the_list_and_differ(
    live: LinkedIn, dollars: FoundAccount
) -> None:
    ads = live.structure(dollars).ads
    told = [ad.texts for ad in ads if ad.texts is not None]
    assert told
    assert all(set(texts) == {"headline", "description"} for texts in told)
    assert len({texts["headline"][0] for texts in told}) > 1
    assert any(ad.texts is None for ad in ads), "the words of posts are not in this list"
