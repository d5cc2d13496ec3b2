"""Meta over a real socket: what is read equals the sandbox's own truth to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from app.connectors.errors import AccessRevoked, ConnectorError, OAuthDenied, Throttled
from app.connectors.http import Http
from app.connectors.platforms.meta import Meta
from app.connectors.words import Days, Fact, FoundAccount, Grain
from app.settings import Settings
from tests.sandbox_server import TODAY, SandboxServer

CALLBACK = "http://localhost/api/oauth/meta/callback"
YESTERDAY = dt.date.fromisoformat(TODAY) - dt.timedelta(days=1)
MONTH = Days(YESTERDAY - dt.timedelta(days=29), YESTERDAY)
NOTHING = (Decimal(0),) * 5


@pytest.fixture
def unconnected(here: Settings, http: Http) -> Meta:
    """Meta as the sandbox plays it."""
    return Meta(here, http)


@pytest.fixture
def live(unconnected: Meta, sandbox: SandboxServer) -> Meta:
    """The same, connected with the token that can be pasted."""
    unconnected.grant = unconnected.accept_pasted({"access_token": sandbox.token})
    return unconnected


def read(meta: Meta, account: FoundAccount, grain: Grain = Grain.CAMPAIGN) -> list[Fact]:
    pages = meta.facts(account, grain, MONTH, conversion_action=None)
    return [fact for page in pages for fact in page]


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
    names = ("spend", "impressions", "link_clicks", "conversions", "value")
    return tuple(Decimal(str(truth[name])) for name in names)


def truth(sandbox: SandboxServer, account: FoundAccount) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.truth(account.external_id, MONTH.first, MONTH.last)
    return found


def campaign_days(sandbox: SandboxServer, account: FoundAccount) -> dict[tuple[str, str], Any]:
    days = truth(sandbox, account)["campaign_days"]
    return {(day["campaign_id"], day["day"]): figures(day) for day in days}


def test_campaign_figures_equal_the_truth_to_the_cent(live: Meta, sandbox: SandboxServer) -> None:
    for account in live.accounts():
        assert by_campaign_day(read(live, account)) == campaign_days(sandbox, account)


def test_placements_of_a_campaign_add_up_to_it(live: Meta, sandbox: SandboxServer) -> None:
    account = live.accounts()[0]
    facts = read(live, account, Grain.PLACEMENT)
    assert len({fact.placement for fact in facts}) > 1
    assert by_campaign_day(facts) == campaign_days(sandbox, account)


def test_ads_add_up_to_what_the_sandbox_served_by_ads(live: Meta, sandbox: SandboxServer) -> None:
    account = live.accounts()[0]
    by_campaign = by_campaign_day(read(live, account, Grain.AD))
    served = truth(sandbox, account)["served_by_ads"]
    assert tuple(map(sum, zip(*by_campaign.values(), strict=True))) == figures(served)


def test_totals_equal_the_truth(live: Meta, sandbox: SandboxServer) -> None:
    for account in live.accounts():
        days = truth(sandbox, account)["days"]
        found = live.totals(account, MONTH)
        assert [str(total.day) for total in found] == [day["day"] for day in days]
        assert [total.spend for total in found] == [Decimal(day["spend"]) for day in days]
        assert [total.impressions for total in found] == [day["impressions"] for day in days]
        assert [total.clicks for total in found] == [day["link_clicks"] for day in days]


def test_a_removed_campaign_is_not_listed_yet_keeps_its_figures(
    live: Meta, sandbox: SandboxServer
) -> None:
    account = live.accounts()[0]
    gone = read(live, account)[0].campaign_id
    sandbox.remove(gone)
    assert gone not in {campaign.external_id for campaign in live.structure(account).campaigns}
    assert gone in {fact.campaign_id for fact in read(live, account)}
    assert by_campaign_day(read(live, account)) == campaign_days(sandbox, account)


def test_every_ad_hangs_on_a_listed_set_and_campaign(live: Meta) -> None:
    for account in live.accounts():
        found = live.structure(account)
        campaigns = {campaign.external_id for campaign in found.campaigns}
        groups = {group.external_id for group in found.ad_groups}
        assert {group.campaign_id for group in found.ad_groups} <= campaigns
        assert {ad.ad_group_id for ad in found.ads} <= groups
        assert {ad.campaign_id for ad in found.ads} <= campaigns


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("server_error", 2),
        ("unavailable", 2),
        ("bad_gateway", 2),
        ("error_in_200", 2),
        ("truncated", 2),
        ("cut", 2),
        ("empty_page", 1),
        ("reduce_data", 2),
        ("too_many_rows", 2),
        ("high_usage", 2),
    ],
)
def test_faults_that_pass_leave_no_trace_in_the_figures(
    live: Meta, sandbox: SandboxServer, kind: str, times: int
) -> None:
    account = live.accounts()[0]
    sandbox.fault(kind, "insights", times=times)
    assert by_campaign_day(read(live, account)) == campaign_days(sandbox, account)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit_account", Throttled),
        ("rate_limit_app", Throttled),
        ("rate_limit_insights", Throttled),
        ("token_expired", AccessRevoked),
        ("token_invalid", AccessRevoked),
        ("token_checkpoint", AccessRevoked),
        ("permission", AccessRevoked),
    ],
)
def test_faults_that_stay_end_in_their_error(
    live: Meta, sandbox: SandboxServer, kind: str, error: type[ConnectorError]
) -> None:
    account = live.accounts()[0]
    sandbox.fault(kind, "insights")
    with pytest.raises(error):
        read(live, account)


def test_a_throttle_carries_the_sandbox_s_hint(live: Meta, sandbox: SandboxServer) -> None:
    account = live.accounts()[0]
    sandbox.fault("rate_limit_insights", "insights", minutes=7)
    with pytest.raises(Throttled) as caught:
        read(live, account)
    assert caught.value.retry_after == 7 * 60


def test_high_usage_is_a_reason_to_rest(live: Meta, sandbox: SandboxServer) -> None:
    account = live.accounts()[0]
    sandbox.fault("high_usage", "insights", percent=91)
    live.totals(account, MONTH)
    assert live.pause_hint >= 120


def signed_in(meta: Meta, **choice: object) -> dict[str, str]:
    """What the popup brings back after a person chose."""
    url = meta.authorize_url(redirect_uri=CALLBACK, state="s", started={})
    asked = dict(parse_qsl(urlsplit(url).query))
    response = requests.post(url, data=asked | choice, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def test_the_popup_ends_in_a_grant_that_reads_and_can_be_given_back(unconnected: Meta) -> None:
    back = signed_in(unconnected, decision="continue", granted=["ads_read", "business_management"])
    grant = unconnected.exchange(back, redirect_uri=CALLBACK, started={})
    assert {"ads_read", "business_management"} <= set(grant.scopes)
    assert grant.expires_at is not None
    unconnected.grant = grant
    assert len(unconnected.accounts()) > 1
    unconnected.revoke()
    with pytest.raises(AccessRevoked, match="app was removed"):
        unconnected.accounts()
    unconnected.revoke()


def test_a_code_is_good_for_one_exchange(unconnected: Meta) -> None:
    back = signed_in(unconnected, decision="continue", granted=["ads_read"])
    unconnected.exchange(back, redirect_uri=CALLBACK, started={})
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        unconnected.exchange(back, redirect_uri=CALLBACK, started={})


def test_cancel_and_unticking_end_in_a_sentence(unconnected: Meta) -> None:
    with pytest.raises(OAuthDenied, match="gave no access"):
        unconnected.exchange(
            signed_in(unconnected, decision="cancel"), redirect_uri=CALLBACK, started={}
        )
    back = signed_in(unconnected, decision="continue", granted=["business_management"])
    with pytest.raises(OAuthDenied, match="ads_read"):
        unconnected.exchange(back, redirect_uri=CALLBACK, started={})


def test_every_ad_says_something_and_not_all_say_the_same(live: Meta) -> None:
    dollars, euros = (live.structure(account).ads for account in live.accounts()[:2])
    assert all(ad.texts and ad.texts["primary_text"] and ad.texts["headline"] for ad in dollars)
    said = [tuple(ad.texts["primary_text"]) for ad in dollars if ad.texts]
    assert len(set(said)) > 6
    assert any(len(texts) == 3 for texts in said)
    german = [text for ad in euros if ad.texts for text in ad.texts["primary_text"]]
    assert set(german).isdisjoint(text for texts in said for text in texts)
