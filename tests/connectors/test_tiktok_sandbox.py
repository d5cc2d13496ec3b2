"""TikTok over a real socket: what is read equals the sandbox's own truth to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
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
from app.connectors.platforms.tiktok import TikTok
from app.connectors.words import Days, Fact, FoundAccount, Grain
from app.copywriting.limits import columns
from app.settings import Settings
from sandbox import TIKTOK_TOKEN
from tests.sandbox_server import TODAY, SandboxServer

CALLBACK = "http://localhost/api/oauth/tiktok/callback"
YESTERDAY = dt.date.fromisoformat(TODAY) - dt.timedelta(days=1)
MONTHS = Days(YESTERDAY - dt.timedelta(days=69), YESTERDAY)
NOTHING = (Decimal(0),) * 5
DOLLARS, YEN, CANADIAN = (f"701234567890000000{number}" for number in range(1, 4))


@pytest.fixture
def unconnected(here: Settings, http: Http) -> TikTok:
    return TikTok(here, http)


@pytest.fixture
def live(unconnected: TikTok) -> TikTok:
    """Connected with the token that can be pasted."""
    unconnected.grant = unconnected.accept_pasted({"access_token": TIKTOK_TOKEN})
    return unconnected


@pytest.fixture
def dollars(live: TikTok) -> FoundAccount:
    return live.accounts()[0]


def read(
    tiktok: TikTok, account: FoundAccount, grain: Grain = Grain.CAMPAIGN, **more: Any
) -> list[Fact]:
    asked = {"conversion_action": None} | more
    return [fact for page in tiktok.facts(account, grain, MONTHS, **asked) for fact in page]


def by_campaign_day(facts: list[Fact]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Spend, impressions, clicks, conversions and value."""
    found: dict[tuple[str, str], tuple[Decimal, ...]] = defaultdict(lambda: NOTHING)
    for fact in facts:
        key = (fact.campaign_id, fact.day.isoformat())
        whole = (Decimal(fact.impressions), Decimal(fact.clicks))
        brought = (fact.spend, *whole, fact.conversions, fact.value)
        found[key] = tuple(a + b for a, b in zip(found[key], brought, strict=True))
    return dict(found)


def figures(truth: dict[str, Any]) -> tuple[Decimal, ...]:
    names = ("spend", "impressions", "clicks", "conversions", "value")
    return tuple(Decimal(str(truth[name])) for name in names)


def truth(sandbox: SandboxServer, account: FoundAccount) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.truth(
        account.external_id, MONTHS.first, MONTHS.last, of="tiktok"
    )
    return found


def campaign_days(sandbox: SandboxServer, account: FoundAccount) -> dict[tuple[str, str], Any]:
    days = truth(sandbox, account)["campaign_days"]
    return {(day["campaign_id"], day["day"]): figures(day) for day in days}


def check_everything(tiktok: TikTok, sandbox: SandboxServer) -> int:
    """Every grain of every account against the truth; how many campaign days there were."""
    seen = 0
    for account in tiktok.accounts():
        told = truth(sandbox, account)
        campaigns = by_campaign_day(read(tiktok, account))
        assert campaigns == campaign_days(sandbox, account)
        ads = read(tiktok, account, Grain.AD)
        assert _sum(by_campaign_day(ads)) == figures(told["served_by_ads"])
        keys = [(fact.day, fact.ad_id) for fact in ads]
        assert len(set(keys)) == len(keys)
        totals = tiktok.totals(account, MONTHS)
        assert [str(total.day) for total in totals] == [day["day"] for day in told["days"]]
        for name in ("spend", "impressions", "clicks"):
            found = [Decimal(getattr(total, name)) for total in totals]
            assert found == [Decimal(str(day[name])) for day in told["days"]]
        seen += len(campaigns)
    return seen


def _sum(rows: dict[tuple[str, str], tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(map(sum, zip(*rows.values(), strict=True))) if rows else NOTHING


def test_every_grain_equals_the_truth_to_the_cent_before_and_after_a_restatement(
    live: TikTok, sandbox: SandboxServer
) -> None:
    before = _sum(by_campaign_day(read(live, live.accounts()[0])))
    assert check_everything(live, sandbox) > 400
    sandbox.restate(MONTHS.first, MONTHS.last)
    assert check_everything(live, sandbox) > 400
    assert _sum(by_campaign_day(read(live, live.accounts()[0]))) != before


def test_accounts_bring_currency_zone_and_state(live: TikTok) -> None:
    found = {account.external_id: account for account in live.accounts()}
    assert list(found) == [DOLLARS, YEN, CANADIAN]
    assert found[YEN] == FoundAccount(YEN, "Larkspur TikTok 日本", "JPY", "Asia/Tokyo")
    assert (found[CANADIAN].time_zone, found[CANADIAN].status) == ("America/St_Johns", "limited")


def test_an_account_without_campaigns_is_empty_and_no_fault(live: TikTok) -> None:
    empty = live.accounts()[2]
    assert live.structure(empty).campaigns == []
    assert read(live, empty) == []
    assert live.totals(empty, MONTHS) == []


def test_deleted_campaigns_are_listed_as_removed_and_keep_their_figures(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    gone = read(live, dollars)[0].campaign_id
    sandbox.remove(gone)
    listed = {campaign.external_id: campaign for campaign in live.structure(dollars).campaigns}
    assert (listed[gone].status, listed[gone].platform_status) == (
        "removed",
        "CAMPAIGN_STATUS_DELETE",
    )
    assert by_campaign_day(read(live, dollars)) == campaign_days(sandbox, dollars)
    ads = by_campaign_day(read(live, dollars, Grain.AD))
    assert _sum(ads) == figures(truth(sandbox, dollars)["served_by_ads"])


def test_every_ad_with_figures_hangs_on_a_listed_group_and_campaign(live: TikTok) -> None:
    for account in live.accounts():
        found = live.structure(account)
        campaigns = {campaign.external_id for campaign in found.campaigns}
        groups = {group.external_id for group in found.ad_groups}
        ads = {ad.external_id for ad in found.ads}
        assert {group.campaign_id for group in found.ad_groups} <= campaigns
        assert {ad.ad_group_id for ad in found.ads} <= groups
        assert {fact.ad_id for fact in read(live, account, Grain.AD)} <= ads
    assert live.notices == []


def test_ads_bring_what_they_say_in_the_language_of_their_country(live: TikTok) -> None:
    for account in live.accounts()[:2]:
        texts = [ad.texts for ad in live.structure(account).ads]
        assert all(texts)
        said = [text for one in texts if one for text in one["primary_text"]]
        assert len(set(said)) > 4
        assert {columns(text) > len(text) for text in said} == {account.currency == "JPY"}
        assert max(map(columns, said)) <= 100
    dollars = live.accounts()[0]
    smart = [
        ad for ad in live.structure(dollars).ads if ad.texts and len(ad.texts["primary_text"]) > 1
    ]
    assert smart


def test_budgets_are_in_major_units_of_their_own_kind(live: TikTok) -> None:
    for account, amount in zip(live.accounts(), (450, 15000), strict=False):
        first = live.structure(account).campaigns[0]
        assert (first.budget, first.budget_kind) == (Decimal(amount), "daily")
    dollars = {one.name: one for one in live.structure(live.accounts()[0]).campaigns}
    assert dollars["Catalog – Bestsellers"].budget is None
    assert dollars["Summer sale 2025"].budget_kind == "lifetime"
    assert dollars["Smart+ – Bestsellers"].channel == "Smart+"
    assert dollars["App – Trail maps"].objective == "APP_PROMOTION"


def test_an_account_may_count_one_metric_alone(live: TikTok, dollars: FoundAccount) -> None:
    legs = ("complete_payment", "total_purchase", "onsite_shopping")
    parts = [_sum(by_campaign_day(read(live, dollars, conversion_action=leg))) for leg in legs]
    whole = _sum(by_campaign_day(read(live, dollars)))
    assert all(part[3] > 0 and part[4] > 0 for part in parts)
    assert sum(part[3] for part in parts) == whole[3]
    assert sum(part[4] for part in parts) == whole[4]
    assert live.notices == []
    forms = _sum(by_campaign_day(read(live, dollars, conversion_action="form")))
    assert forms[3] > 0
    assert forms[4] == 0
    assert "no amount for form" in live.notices[0]


def test_a_chosen_metric_that_does_not_exist_is_the_account_s_trouble(
    live: TikTok, dollars: FoundAccount
) -> None:
    with pytest.raises(AccountRefused, match="no metric called made_up"):
        read(live, dollars, conversion_action="made_up")


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("server_error", 2),
        ("unavailable", 2),
        ("bad_gateway", 2),
        ("truncated", 2),
        ("cut", 2),
        ("rate_limit_account", 2),
        ("rate_limit_app", 2),
        ("tiktok_60001", 2),
        ("tiktok_in_part", 2),
        ("tiktok_40067", 3),
        ("tiktok_40011", 1),
        ("tiktok_newest_ids_only", 1),
    ],
)
@pytest.mark.parametrize("grain", [Grain.CAMPAIGN, Grain.AD])
def test_faults_that_pass_leave_no_trace_in_the_figures(
    live: TikTok,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    kind: str,
    times: int,
    grain: Grain,
) -> None:
    sandbox.fault(kind, "report/integrated", times=times)
    found = _sum(by_campaign_day(read(live, dollars, grain)))
    told = truth(sandbox, dollars)
    assert found == figures(told["total" if grain is Grain.CAMPAIGN else "served_by_ads"])


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("tiktok_limit_of_minute", Throttled),
        ("tiktok_limit_of_day", Throttled),
        ("token_expired", AccessRevoked),
        ("token_invalid", AccessRevoked),
        ("token_checkpoint", AccessRevoked),
        ("permission", AccessRevoked),
        ("tiktok_40001", AccountRefused),
        ("tiktok_40300", AccountRefused),
        ("tiktok_40113", SetupProblem),
        ("tiktok_40051", SetupProblem),
        ("tiktok_41001", ConnectorError),
        ("empty_page", Temporary),
        ("repeated_cursor", Temporary),
        ("tiktok_no_list", Temporary),
    ],
)
def test_faults_that_stay_end_in_their_error(
    live: TikTok,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    kind: str,
    error: type[ConnectorError],
) -> None:
    late = kind in ("empty_page", "repeated_cursor")
    sandbox.fault(kind, "AUCTION_AD&.*page=2" if late else "report/integrated")
    grain = Grain.AD if late else Grain.CAMPAIGN
    with pytest.raises(error):
        read(live, dollars, grain)


def test_the_pages_of_a_large_report_are_all_read(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    """Two pages and more are what the faults above need in order to mean anything."""
    read(live, dollars, Grain.AD)
    assert any("page=2" in one["query"] for one in sandbox.requests("report/integrated"))


def test_smaller_pages_go_on_where_the_larger_ones_ended(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("tiktok_40067", "AUCTION_AD&.*page=2&", times=1)
    ads = read(live, dollars, Grain.AD)
    assert _sum(by_campaign_day(ads)) == figures(truth(sandbox, dollars)["served_by_ads"])
    assert any("page_size=500" in one["query"] for one in sandbox.requests("report"))


def test_where_the_newer_id_of_an_ad_is_unknown_its_creatives_are_read(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("tiktok_dimension_unknown", "ad_id_v2")
    ads = read(live, dollars, Grain.AD)
    assert _sum(by_campaign_day(ads)) == figures(truth(sandbox, dollars)["served_by_ads"])
    newer = {
        fact.ad_id for fact in read(TikTok(live.settings, live.http, live.grant), dollars, Grain.AD)
    }
    assert len({fact.ad_id for fact in ads}) > len(newer)


def test_days_before_tiktok_s_memory_are_given_up_aloud(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("tiktok_too_old", "start_date=2025-0", times=99)
    long = Days(dt.date(2024, 11, 1), YESTERDAY)
    found = [
        day
        for page in live.facts(dollars, Grain.CAMPAIGN, long, conversion_action=None)
        for day in page
    ]
    assert min(fact.day for fact in found) > dt.date(2025, 9, 30)
    assert len(live.notices) == 1
    assert "gives no figures for 2025" in live.notices[0]


def test_a_withdrawn_metric_is_left_out_and_said(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    whole = _sum(by_campaign_day(read(live, dollars)))
    sandbox.fault("tiktok_41002", "report/integrated")
    less = _sum(by_campaign_day(read(live, dollars)))
    assert less[:4] == whole[:4]
    assert less[4] < whole[4]
    assert "total_onsite_shopping_value" in live.notices[0]


def test_an_unknown_status_is_survived_and_said(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("tiktok_new_status", "campaign/get")
    found = live.structure(dollars).campaigns[0]
    assert (found.status, found.platform_status) == ("problem", "A_STATUS_DREAMT")
    assert live.notices == [
        "TikTok uses a word that this version does not know: status A_STATUS_DREAMT."
    ]


def test_one_lost_advertiser_does_not_take_the_others_along(
    live: TikTok, sandbox: SandboxServer
) -> None:
    sandbox.fault("tiktok_40001", f"info/.*{YEN}", times=3)
    assert [account.external_id for account in live.accounts()] == [DOLLARS, CANADIAN]
    assert YEN in live.notices[0]


def test_years_without_figures_are_passed_over(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    years = Days(YESTERDAY - dt.timedelta(days=1094), YESTERDAY)
    told = sandbox.truth(dollars.external_id, of="tiktok")
    today = dt.date.fromisoformat(TODAY)
    known = [day["day"] for day in told["days"] if day["day"] != str(today)]
    found = live.totals(dollars, years)
    assert [str(total.day) for total in found] == known
    assert len(sandbox.requests("report/integrated")) == 3 + 2 * 13
    sandbox.fault("tiktok_40002", "advertiser_id%22%5D", times=3)
    assert live.totals(dollars, years) == found


def test_only_the_app_s_own_day_ends_at_midnight_utc(
    live: TikTok, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("tiktok_limit_of_day", "report/integrated")
    with pytest.raises(Throttled) as caught:
        read(live, dollars)
    assert caught.value.retry_after == 14.5 * 3600


def signed_in(tiktok: TikTok, **choice: object) -> dict[str, str]:
    """What the popup brings back after a person chose."""
    url = tiktok.authorize_url(redirect_uri=CALLBACK, state="s", started={})
    asked = dict(parse_qsl(urlsplit(url).query))
    response = requests.post(url, data=asked | choice, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def confirmed(tiktok: TikTok, *, scopes: str = "124", **more: object) -> dict[str, str]:
    chosen = {"decision": "confirm", "advertiser": [DOLLARS, YEN], "granted": list(scopes)}
    return signed_in(tiktok, **chosen | more)


def exchange(tiktok: TikTok, back: dict[str, str]) -> TikTok:
    tiktok.grant = tiktok.exchange(back, redirect_uri=CALLBACK, started={})
    return tiktok


def test_the_popup_ends_in_a_grant_that_reads_and_can_be_given_back(unconnected: TikTok) -> None:
    live = exchange(unconnected, confirmed(unconnected))
    assert live.grant is not None
    assert (live.grant.scopes, live.grant.expires_at) == (("1", "2", "4"), None)
    assert (live.grant.label, live.grant.extra["user_id"]) == ("Sam Sandbox", "7098765432100000001")
    assert [account.external_id for account in live.accounts()] == [DOLLARS, YEN]
    live.revoke()
    with pytest.raises(AccessRevoked, match="it was withdrawn"):
        live.accounts()
    live.revoke()


def test_a_code_is_good_for_one_exchange(unconnected: TikTok) -> None:
    back = confirmed(unconnected)
    exchange(unconnected, back)
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(unconnected, back)


def test_cancel_and_missing_permissions_end_in_a_sentence(unconnected: TikTok) -> None:
    with pytest.raises(OAuthDenied, match="gave no access"):
        exchange(unconnected, signed_in(unconnected, decision="cancel"))
    with pytest.raises(OAuthDenied, match="permission Reporting"):
        exchange(unconnected, confirmed(unconnected, scopes="12"))


def test_without_ads_management_figures_are_read_and_the_lists_are_missed_aloud(
    unconnected: TikTok, sandbox: SandboxServer
) -> None:
    live = exchange(unconnected, confirmed(unconnected, scopes="14"))
    dollars = live.accounts()[0]
    assert live.structure(dollars).campaigns == []
    assert "Ads Management was not given" in live.notices[0]
    assert by_campaign_day(read(live, dollars)) == campaign_days(sandbox, dollars)


def test_the_installation_s_own_credentials_are_checked_by_a_real_call(
    here: Settings, http: Http
) -> None:
    assert "knows this app" in TikTok(here, http).check_setup()
    for wrong in ({"tiktok_app_secret": "guessed"}, {"tiktok_app_id": "another"}):
        with pytest.raises(SetupProblem, match="TIKTOK_APP_SECRET"):
            TikTok(replace(here, **wrong), http).check_setup()
    old = TikTok(replace(here, tiktok_api_url=here.tiktok_api_url.replace("1.3", "1.2")), http)
    with pytest.raises(SetupProblem, match=r"v1\.2"):
        old.check_setup()


def test_a_token_without_an_app_reads_the_advertisers_it_was_pasted_with(
    here: Settings, http: Http
) -> None:
    bare = TikTok(replace(here, tiktok_app_id="", tiktok_app_secret=""), http)
    with pytest.raises(AccessRevoked, match="TIKTOK_APP_ID"):
        bare.accept_pasted({"access_token": TIKTOK_TOKEN})
    bare.grant = bare.accept_pasted(
        {"access_token": TIKTOK_TOKEN, "advertiser_ids": f"{DOLLARS}, {CANADIAN}"}
    )
    assert [account.external_id for account in bare.accounts()] == [DOLLARS, CANADIAN]
    bare.revoke()
    assert bare.accounts()
