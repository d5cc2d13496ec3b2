"""Google Ads over a real socket: what is read equals the sandbox's own truth to the cent.

Google's own client cannot be pointed here: it speaks gRPC, and v26 has no REST transport in it.
`test_google_vendor` holds both sides against its protos instead.
"""

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
from app.connectors.google.oauth import SCOPE
from app.connectors.http import Http
from app.connectors.platforms.google import IN_TESTING, Google
from app.connectors.words import Days, Fact, FoundAccount, Grain
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, turn_knobs
from tests.sandbox_server import SandboxServer

CALLBACK = "http://localhost/api/oauth/google/callback"
STARTED = {"verifier": "verifier-of-a-hand-shake-that-is-longer-than-forty-three-signs"}
YESTERDAY = NOON.date() - dt.timedelta(days=1)
MONTHS = Days(YESTERDAY - dt.timedelta(days=69), YESTERDAY)
WEEK = Days(YESTERDAY - dt.timedelta(days=6), YESTERDAY)
NOTHING = (Decimal(0),) * 5
AGENCY, DOLLARS, RUPEES = "4821669001", "4821660001", "4821660002"
Turn = Callable[..., None]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def turn(sandbox: SandboxServer) -> Turn:
    """Turn knobs of the sandbox's Google."""
    return partial(turn_knobs, sandbox, "google")


@pytest.fixture
def unconnected(here: Settings, http: Http) -> Google:
    return Google(here, http)


@pytest.fixture
def live(unconnected: Google) -> Google:
    """Connected through the window."""
    return exchange(unconnected, signed_in(unconnected))


@pytest.fixture
def dollars(live: Google) -> FoundAccount:
    return live.accounts()[0]


def signed_in(google: Google, decision: str = "continue", granted: str = SCOPE) -> dict[str, str]:
    """What the popup brings back after a person chose."""
    url = google.authorize_url(redirect_uri=CALLBACK, state="s", started=STARTED)
    form = dict(parse_qsl(urlsplit(url).query)) | {"decision": decision, "granted": granted}
    page = requests.post(url.partition("?")[0], data=form, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(page.headers["Location"]).query))


def exchange(google: Google, back: dict[str, str], **more: Any) -> Google:
    asked = {"redirect_uri": CALLBACK, "started": STARTED} | more
    google.grant = google.exchange(back, **asked)
    return google


def read(
    google: Google,
    account: FoundAccount,
    grain: Grain = Grain.CAMPAIGN,
    days: Days = MONTHS,
    action: str | None = None,
) -> list[Fact]:
    pages = google.facts(account, grain, days, conversion_action=action)
    return [fact for page in pages for fact in page]


def by_campaign_day(facts: list[Fact]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Spend, impressions, clicks, conversions and value."""
    found: dict[tuple[str, str], tuple[Decimal, ...]] = defaultdict(lambda: NOTHING)
    for fact in facts:
        key = (fact.campaign_id, fact.day.isoformat())
        counts = (Decimal(fact.impressions), Decimal(fact.clicks))
        brought = (fact.spend, *counts, fact.conversions, fact.value)
        found[key] = tuple(a + b for a, b in zip(found[key], brought, strict=True))
    return dict(found)


def total(facts: list[Fact]) -> tuple[Decimal, ...]:
    rows = by_campaign_day(facts).values()
    return tuple(map(sum, zip(*rows, strict=True))) if rows else NOTHING


def figures(truth: dict[str, Any]) -> tuple[Decimal, ...]:
    names = ("spend", "impressions", "clicks", "conversions", "value")
    return tuple(Decimal(str(truth[name])) for name in names)


def truth(sandbox: SandboxServer, account: FoundAccount, days: Days = MONTHS) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.truth(account.external_id, days.first, days.last, of="google")
    return found


def check_everything(google: Google, sandbox: SandboxServer) -> int:
    """Every grain of every account against the truth; how many campaign days there were."""
    seen = 0
    for account in google.accounts():
        told = truth(sandbox, account)
        days = {(day["campaign_id"], day["day"]): figures(day) for day in told["campaign_days"]}
        assert by_campaign_day(read(google, account)) == days
        assert by_campaign_day(read(google, account, Grain.PLACEMENT)) == days
        ads = read(google, account, Grain.AD)
        assert total(ads) == figures(told["served_by_ads"])
        assert len({(fact.day, fact.ad_id) for fact in ads}) == len(ads)
        totals = google.totals(account, MONTHS)
        assert [str(one.day) for one in totals] == [day["day"] for day in told["days"]]
        for name in ("spend", "impressions", "clicks"):
            found = [Decimal(getattr(one, name)) for one in totals]
            assert found == [Decimal(str(day[name])) for day in told["days"]]
        seen += len(days)
    return seen


def test_every_grain_equals_the_truth_to_the_cent_before_and_after_a_restatement(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    before = total(read(live, dollars))
    assert check_everything(live, sandbox) > 400
    sandbox.restate(MONTHS.first, MONTHS.last)
    assert check_everything(live, sandbox) > 400
    assert total(read(live, dollars)) != before
    assert live.notices == []


def test_page_borders_lose_and_double_nothing(
    live: Google, sandbox: SandboxServer, turn: Turn
) -> None:
    turn(page_rows=13)
    assert check_everything(live, sandbox) > 400


def test_accounts_bring_currency_zone_and_the_manager_they_are_below(live: Google) -> None:
    direct, indirect = live.accounts()
    assert (direct.external_id, direct.currency, direct.time_zone) == (
        DOLLARS,
        "USD",
        "America/New_York",
    )
    assert (direct.via, direct.via_name) == ("", "")
    assert (indirect.external_id, indirect.currency, indirect.time_zone) == (
        RUPEES,
        "INR",
        "Asia/Kolkata",
    )
    assert (indirect.via, indirect.via_name) == (AGENCY, "Larkspur Agency")


def test_a_day_begins_at_the_account_s_own_midnight_also_at_half_hours(
    live: Google, sandbox: SandboxServer
) -> None:
    sandbox.clock("2026-11-21T22:00:00")
    rupees = live.accounts()[1]
    tomorrow = Days(dt.date(2026, 11, 22), dt.date(2026, 11, 23))
    (day,) = live.totals(rupees, tomorrow)
    told = truth(sandbox, rupees, tomorrow)["days"]
    assert (str(day.day), day.spend) == ("2026-11-22", Decimal(told[0]["spend"]))
    assert live.totals(live.accounts()[0], tomorrow) == []


def test_performance_max_spends_without_ads_and_has_asset_groups_for_ad_groups(
    live: Google, dollars: FoundAccount
) -> None:
    found = live.structure(dollars)
    (whole,) = [one for one in found.campaigns if one.channel == "Performance Max"]
    assert [one for one in found.ads if one.campaign_id == whole.external_id] == []
    assert [one for one in found.ad_groups if one.campaign_id == whole.external_id]
    spent = {fact.campaign_id for fact in read(live, dollars) if fact.spend}
    assert whole.external_id in spent
    assert whole.external_id not in {fact.campaign_id for fact in read(live, dollars, Grain.AD)}


def test_every_ad_with_figures_hangs_on_a_listed_group_and_campaign(live: Google) -> None:
    for account in live.accounts():
        found = live.structure(account)
        campaigns = {one.external_id for one in found.campaigns}
        groups = {one.external_id for one in found.ad_groups}
        ads = {one.external_id: one.name for one in found.ads}
        assert {group.campaign_id for group in found.ad_groups} <= campaigns
        assert {ad.ad_group_id for ad in found.ads} <= groups
        assert {fact.ad_id for fact in read(live, account, Grain.AD)} <= set(ads)
        assert all(ads.values())


def test_conversions_are_fractions_and_never_rounded(live: Google, dollars: FoundAccount) -> None:
    brought = [fact.conversions for fact in read(live, dollars)]
    assert any(each % 1 for each in brought)
    leads = [fact for fact in read(live, dollars) if "leads" in fact.campaign_name]
    assert sum(fact.conversions for fact in leads) > 0
    assert sum(fact.value for fact in leads) == 0


def test_placements_are_the_networks_of_their_channel(live: Google, dollars: FoundAccount) -> None:
    shown = defaultdict(set)
    for fact in read(live, dollars, Grain.PLACEMENT):
        shown[fact.campaign_name.partition(" ")[0]].add(fact.placement)
    assert shown["Search"] == {"SEARCH", "SEARCH_PARTNERS"}
    assert shown["Performance"] == {"MIXED"}
    assert shown["Video"] == {"YOUTUBE", "GOOGLE_TV"}
    assert shown["Display"] == {"CONTENT"}


def test_budgets_are_in_major_units_and_a_shared_one_is_nobody_s(
    live: Google, dollars: FoundAccount
) -> None:
    found = {one.name: (one.budget, one.budget_kind) for one in live.structure(dollars).campaigns}
    assert found["Search – Brand"] == found["Search – Tents & shelters"] == (None, None)
    assert found["Display – Remarketing"] == (Decimal(275), "daily")
    assert found["Display – Fair 2025"] == (Decimal(6600), "lifetime")


def test_states_are_ours_with_google_s_own_word_beside(live: Google, dollars: FoundAccount) -> None:
    states = {
        one.name: (one.status, one.platform_status) for one in live.structure(dollars).campaigns
    }
    assert states["Removed – Black Friday 2025"] == ("removed", "REMOVED")
    assert states["Display – Fair 2025"] == ("ended", "ENDED")
    assert states["Shopping – Clearance"] == ("problem", "MISCONFIGURED")
    assert states["Search – Brand"][0] == "active"


def test_removed_campaigns_are_listed_and_keep_their_spend(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    before = by_campaign_day(read(live, dollars))
    gone = read(live, dollars)[0].campaign_id
    sandbox.remove(gone)
    listed = {one.external_id: one for one in live.structure(dollars).campaigns}
    assert (listed[gone].status, listed[gone].platform_status) == ("removed", "REMOVED")
    assert by_campaign_day(read(live, dollars)) == before
    assert check_everything(live, sandbox) > 400


@pytest.mark.parametrize("grain", [Grain.CAMPAIGN, Grain.AD, Grain.PLACEMENT])
def test_one_conversion_action_may_count_alone(
    live: Google, dollars: FoundAccount, grain: Grain
) -> None:
    whole = total(read(live, dollars, grain))
    bought = total(read(live, dollars, grain, action="Purchase"))
    forms = total(read(live, dollars, grain, action="7002"))
    carts = total(read(live, dollars, grain, action="Add to cart"))
    for alone in (bought, forms, carts):
        assert alone[:3] == whole[:3]
        assert alone[3] > 0
    assert bought[3] + forms[3] == whole[3]
    assert (bought[4], forms[4]) == (whole[4], 0)


def test_a_conversion_action_that_brought_nothing_is_zeros_and_an_unknown_one_is_said(
    live: Google, dollars: FoundAccount
) -> None:
    rupees = live.accounts()[1]
    assert total(read(live, rupees, action="Trail guide form"))[3] == 0
    with pytest.raises(AccountRefused, match="no conversion action called Sign-up"):
        read(live, dollars, action="Sign-up")


class Counted:
    """A meter with an end."""

    def __init__(self, limit: int = 10**6) -> None:
        self.left = limit
        self.spent = 0
        self.ended: list[float] = []

    def spend(self, quota: str, units: int) -> None:
        assert quota == "operations"
        if units > self.left:
            raise Throttled("used up", retry_after=60)
        self.left -= units
        self.spent += units

    def exhausted(self, quota: str, retry_after: float) -> None:
        assert quota == "operations"
        self.ended.append(retry_after)


def test_what_the_meter_counts_is_what_google_counts(
    live: Google, turn: Turn, dollars: FoundAccount
) -> None:
    live.meter = meter = Counted()
    turn(page_rows=5)
    live.structure(dollars)
    read(live, dollars, days=WEEK)
    assert meter.spent == 5
    # Google has counted those, and what it took to connect and to list the accounts.
    before = 5 + 4
    turn(operations=before + 2)
    live.totals(dollars, WEEK)
    live.totals(dollars, WEEK)
    with pytest.raises(Throttled, match="operations of its Cloud project") as caught:
        live.totals(dollars, WEEK)
    assert meter.ended == [caught.value.retry_after]
    assert caught.value.retry_after == pytest.approx(86_400, abs=60)


def test_nothing_is_asked_once_our_own_count_is_used_up(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    live.meter = Counted(1)
    asked = len(sandbox.requests("googleAds:search"))
    live.totals(dollars, WEEK)
    with pytest.raises(Throttled):
        live.totals(dollars, WEEK)
    assert len(sandbox.requests("googleAds:search")) == asked + 1


@pytest.mark.parametrize(("operations", "limit"), [(2880, 2880), (15_000, 15_000), (0, None)])
def test_the_access_level_is_a_setting(here: Settings, operations: int, limit: int | None) -> None:
    (quota,) = Google.quotas(replace(here, google_daily_operations=operations))
    assert (quota.name, quota.limit, quota.period) == ("operations", limit, "rolling")
    assert Google.quotas(here)[0].limit == 2880


@pytest.mark.parametrize("grain", [Grain.CAMPAIGN, Grain.AD])
@pytest.mark.parametrize(
    "kind",
    [
        *("server_error", "unavailable", "bad_gateway", "truncated", "cut", "error_in_200"),
        *("rate_limit_account", "token_expired", "google_transient_error", "google_error_in_list"),
        *("google_concurrent_modification", "google_429_without_details", "google_new_word"),
    ],
)
def test_faults_that_pass_leave_no_trace_in_the_figures(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount, kind: str, grain: Grain
) -> None:
    times = 1 if kind == "token_expired" else 2
    sandbox.fault(kind, "googleAds:search", times=times, platform="google", seconds=1.0)
    told = truth(sandbox, dollars)["total" if grain is Grain.CAMPAIGN else "served_by_ads"]
    assert total(read(live, dollars, grain)) == figures(told)


def test_a_page_token_that_ran_out_in_the_middle_is_made_good(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount, turn: Turn
) -> None:
    turn(page_rows=50)
    sandbox.fault("google_expired_page_token", '"pageToken"', after=2)
    assert total(read(live, dollars)) == figures(truth(sandbox, dollars)["total"])
    sandbox.fault("google_invalid_page_token", '"pageToken"')
    turn(page_rows=3)
    assert len(live.structure(dollars).campaigns) == 9


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit_app", Throttled),
        ("google_excessive_long_term_query_resource_consumption", Throttled),
        ("token_invalid", AccessRevoked),
        ("token_checkpoint", AccessRevoked),
        ("google_google_account_deleted", AccessRevoked),
        ("permission", AccountRefused),
        ("google_customer_not_enabled", AccountRefused),
        ("google_service_disabled", SetupProblem),
        ("google_cloud_project_not_approved_for_production", SetupProblem),
        ("google_access_prohibited", SetupProblem),
        ("google_404", SetupProblem),
        ("google_unrecognized_field", ConnectorError),
    ],
)
def test_faults_that_stay_end_in_their_error(
    live: Google,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    kind: str,
    error: type[ConnectorError],
) -> None:
    sandbox.fault(kind, "googleAds:search", times=9, platform="google")
    with pytest.raises(error):
        read(live, dollars)


def test_pages_that_go_in_circles_are_given_up(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount, turn: Turn
) -> None:
    turn(page_rows=20)
    sandbox.fault("repeated_cursor", "googleAds:search", times=9, platform="google")
    with pytest.raises(Temporary, match="the same page twice"):
        read(live, dollars)


def test_a_word_of_tomorrow_is_survived_and_said(
    live: Google, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("google_new_word", "FROM campaign ")
    found = live.structure(dollars).campaigns[0]
    assert (found.platform_status, found.channel) == ("DREAMT", "HOLOGRAM")
    assert live.notices == [
        "Google uses a word that this version does not know: primary status DREAMT.",
        "Google uses a word that this version does not know: channel type HOLOGRAM.",
    ]


def test_days_before_google_s_memory_are_given_up_aloud(
    live: Google, dollars: FoundAccount
) -> None:
    long = Days(dt.date(2023, 9, 1), YESTERDAY)
    found = live.totals(dollars, long)
    assert found == live.totals(dollars, Days(dt.date(2023, 10, 23), long.last))
    assert live.notices == [
        "Larkspur Outdoor – Google: Google gives no daily figures for 2023-10-22 and before."
    ]


def test_a_lost_account_is_refused_and_no_longer_listed_while_the_others_go_on(
    live: Google, sandbox: SandboxServer
) -> None:
    dollars, rupees = live.accounts()
    sandbox.lose(RUPEES)
    with pytest.raises(AccountRefused, match="Admin, Access and security"):
        live.totals(rupees, WEEK)
    assert live.totals(dollars, WEEK)
    assert live.accounts() == [dollars]
    sandbox.gain(RUPEES)
    assert live.accounts() == [dollars, rupees]


def test_a_cancelled_account_says_so_and_is_the_only_one_refused(live: Google, turn: Turn) -> None:
    dollars, rupees = live.accounts()
    turn(cancelled=[RUPEES])
    assert [one.status for one in live.accounts()] == ["active", "cancelled"]
    with pytest.raises(AccountRefused, match="not enabled"):
        live.totals(rupees, WEEK)
    assert live.totals(dollars, WEEK)


def test_a_manager_that_was_cancelled_leaves_the_accounts_reached_directly(
    live: Google, turn: Turn
) -> None:
    turn(cancelled=[AGENCY])
    assert [one.external_id for one in live.accounts()] == [DOLLARS]
    assert "482-166-9001 was left out" in live.notices[0]


def test_without_any_role_left_there_are_no_accounts(live: Google, turn: Turn) -> None:
    turn(lost=[AGENCY, DOLLARS])
    assert live.accounts() == []


def test_the_popup_ends_in_a_grant_that_reads_and_can_be_given_back(
    unconnected: Google, sandbox: SandboxServer
) -> None:
    live = exchange(unconnected, signed_in(unconnected))
    assert live.grant is not None
    assert (live.grant.scopes, live.grant.deadline, live.grant.renews) == ((SCOPE,), None, True)
    assert live.grant.expires_at == NOON + dt.timedelta(seconds=3599)
    assert len(live.accounts()) == 2
    live.revoke()
    with pytest.raises(AccessRevoked, match="it was withdrawn"):
        live.accounts()
    live.revoke()


def test_a_code_is_good_for_one_exchange_by_whoever_began_it(unconnected: Google) -> None:
    back = signed_in(unconnected)
    with pytest.raises(OAuthDenied):
        exchange(unconnected, back, started={"verifier": "x" * 43})
    exchange(unconnected, back)
    with pytest.raises(OAuthDenied, match="Press Connect again"):
        exchange(unconnected, back)
    with pytest.raises(SetupProblem, match="redirect address"):
        exchange(unconnected, signed_in(unconnected), redirect_uri="http://localhost/elsewhere")


def test_cancel_and_an_unticked_box_end_in_a_sentence(unconnected: Google) -> None:
    with pytest.raises(OAuthDenied, match="gave no access"):
        exchange(unconnected, signed_in(unconnected, decision="cancel"))
    with pytest.raises(OAuthDenied, match="was not ticked"):
        exchange(unconnected, signed_in(unconnected, granted=""))


def test_access_is_renewed_for_as_long_as_the_refresh_token_lives(
    live: Google, sandbox: SandboxServer, clock: Clock
) -> None:
    first = live.granted().access_token
    clock.slept.append(7200)
    sandbox.clock("2026-11-23T14:00:00")
    assert len(live.accounts()) == 2
    assert live.granted().access_token != first


def test_testing_ends_access_after_seven_days_and_says_so_before_and_after(
    unconnected: Google, sandbox: SandboxServer, turn: Turn, clock: Clock
) -> None:
    turn(testing=True)
    live = exchange(unconnected, signed_in(unconnected))
    assert live.grant is not None
    assert live.grant.deadline == NOON + dt.timedelta(days=7, seconds=-1)
    assert live.grant.extra["note"] == IN_TESTING
    clock.slept.append(7 * 86_400)
    sandbox.clock("2026-11-30T12:00:00")
    with pytest.raises(AccessRevoked, match="presses Publish app"):
        live.accounts()


def test_a_permission_that_was_taken_back_is_said(live: Google, sandbox: SandboxServer) -> None:
    sandbox.lose_scope("google")
    with pytest.raises(AccessRevoked, match="leave the box for Google Ads ticked"):
        live.accounts()
    with pytest.raises(AccessRevoked, match="leave the box for Google Ads ticked"):
        live.refresh(refused=True)


def test_a_version_that_is_switched_off_is_named(live: Google, dollars: FoundAccount) -> None:
    for version in ("v22", "v99"):
        settings = replace(live.settings, google_ads_version=version)
        old = Google(settings, live.http, live.grant)
        with pytest.raises(SetupProblem, match=version):
            old.totals(dollars, WEEK)


def test_the_installation_s_own_credentials_are_checked_by_a_real_call(
    here: Settings, http: Http
) -> None:
    assert "takes its secret" in Google(here, http).check_setup()
    for wrong in ({"google_client_secret": "guessed"}, {"google_client_id": "another"}):
        with pytest.raises(SetupProblem, match="GOOGLE_CLIENT_SECRET"):
            Google(replace(here, **wrong), http).check_setup()
