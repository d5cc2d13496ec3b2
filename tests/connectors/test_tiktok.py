"""TikTok behind a mocked wire: access, exact requests, pace, paging and odd answers."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.platforms.tiktok import TikTok, lacking
from app.connectors.tiktok.answers import Advertiser, account_status, found_account, number, same
from app.connectors.tiktok.statuses import status_of
from app.connectors.words import Days, Fact, FoundAccount, Grain, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import NOW, Clock

API = "https://business-api.tiktok.com/open_api/v1.3"
REPORT = "report/integrated/get"
CALLBACK = "https://ads.example.com/api/oauth/tiktok/callback"
TOKEN, SECRET = "canary-token-of-the-owner", "canary-app-secret"
ACCOUNT = FoundAccount("7012345678900000011", "Moss & Mortar", "EUR", "Europe/Berlin")
DAY = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 1))
WEEK = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 7))
Answer = Callable[..., None]


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none", tiktok_app_id="4711", tiktok_app_secret=SECRET
    )


@pytest.fixture
def tiktok(settings: Settings, http: Http) -> TikTok:
    """TikTok, connected."""
    return TikTok(settings, http, Grant(TOKEN, scopes=("1", "2", "4")))


@pytest.fixture
def answer(wire: responses.RequestsMock) -> Answer:
    """Queue an answer of TikTok's to `path`."""

    def queue(path: str, data: object = None, code: int = 0, **more: Any) -> None:
        body = {"code": code, "message": more.pop("message", "OK"), "request_id": "r1"}
        body["data"] = {} if data is None else data
        wire.add(more.pop("method", "GET"), f"{API}/{path}/", json=body, **more)

    return queue


def page(rows: list[Any], number: int = 1, of: int = 1, total: int | None = None) -> dict[str, Any]:
    info = {"page": number, "page_size": 1000, "total_page": of}
    info["total_number"] = len(rows) if total is None else total
    return {"list": rows, "page_info": info}


def row(day: str = "2026-10-01", campaign: object = "5", **metrics: object) -> dict[str, Any]:
    return {
        "dimensions": {"campaign_id": campaign, "stat_time_day": f"{day} 00:00:00"},
        "metrics": {"campaign_name": "x", "spend": "1.00", "impressions": "9", **metrics},
    }


def query(wire: responses.RequestsMock, index: int = -1) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(str(wire.calls[index].request.url)).query))


def read(tiktok: TikTok, days: Days = DAY, grain: Grain = Grain.CAMPAIGN) -> list[Fact]:
    pages = tiktok.facts(ACCOUNT, grain, days, conversion_action=None)
    return [fact for rows in pages for fact in rows]


def test_the_popup_goes_to_tiktok_without_scopes_and_version(tiktok: TikTok) -> None:
    url = urlsplit(tiktok.authorize_url(redirect_uri=CALLBACK, state="s&t", started={}))
    assert (url.netloc, url.path) == ("business-api.tiktok.com", "/portal/auth")
    assert dict(parse_qsl(url.query)) == {
        "app_id": "4711",
        "state": "s&t",
        "redirect_uri": CALLBACK,
    }


def test_the_whole_address_from_tiktok_s_portal_may_be_the_setting(
    settings: Settings, http: Http
) -> None:
    whole = "https://business-api.tiktok.com/portal/auth?app_id=4711&state=your_custom_params"
    tiktok = TikTok(replace(settings, tiktok_auth_url=f"{whole}&rid=abc"), http)
    url = urlsplit(tiktok.authorize_url(redirect_uri=CALLBACK, state="fresh", started={}))
    asked = dict(parse_qsl(url.query))
    assert (asked["state"], asked["rid"], asked["redirect_uri"]) == ("fresh", "abc", CALLBACK)


@pytest.mark.parametrize("name", ["auth_code", "code"])
def test_a_code_becomes_a_token_without_an_end(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock, name: str
) -> None:
    got = {"access_token": "long", "advertiser_ids": ["1"], "scope": [10, 2, 4, 6]}
    answer("oauth2/access_token", got, method="POST")
    answer("user/info", {"core_user_id": 77, "display_name": "Alice", "email": "a**@b.c"})
    grant = tiktok.exchange({name: "c0de", "state": "s"}, redirect_uri=CALLBACK, started={})
    assert (grant.access_token, grant.expires_at, grant.deadline) == ("long", None, None)
    assert (grant.scopes, grant.label, dict(grant.extra)) == (
        ("10", "2", "4", "6"),
        "Alice",
        {"user_id": "77"},
    )
    sent = json.loads(wire.calls[0].request.body or "")
    assert sent == {"app_id": "4711", "secret": SECRET, "auth_code": "c0de"}
    assert wire.calls[0].request.headers["Content-Type"] == "application/json"
    assert urlsplit(str(wire.calls[0].request.url)).query == ""


def test_an_end_that_tiktok_names_after_all_is_kept(tiktok: TikTok, answer: Answer) -> None:
    got = {"access_token": "short", "expires_in": 86400, "refresh_token": "next", "scope": [1, 4]}
    answer("oauth2/access_token", got, method="POST")
    answer("user/info", None, 40105)
    grant = tiktok.exchange({"code": "c"}, redirect_uri=CALLBACK, started={})
    assert grant.expires_at == NOW + dt.timedelta(days=1)
    assert (grant.refresh_token, grant.renews, grant.label) == ("next", False, "")
    assert "Ads Management" in grant.extra["note"]


@pytest.mark.parametrize("back", [{}, {"state": "s"}, {"error": "x"}, {"auth_code": ""}])
def test_a_callback_without_a_code_is_a_cancelled_one(tiktok: TikTok, back: dict[str, str]) -> None:
    with pytest.raises(OAuthDenied, match="gave no access"):
        tiktok.exchange(back, redirect_uri=CALLBACK, started={})
    assert tiktok.http.requests_made == 0


def test_a_code_is_sent_once_even_when_tiktok_is_unwell(tiktok: TikTok, answer: Answer) -> None:
    answer("oauth2/access_token", None, 50000, method="POST")
    with pytest.raises(Temporary):
        tiktok.exchange({"code": "c"}, redirect_uri=CALLBACK, started={})
    assert tiktok.http.requests_made == 1


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        ((), []),
        (("1", "2", "4"), []),
        (("10", "200", "41"), []),
        (("4", "2"), ["Ad Account Management"]),
        (("10", "4"), ["Ads Management"]),
        (("3", "12000000", "10000"), ["Ad Account Management", "Ads Management", "Reporting"]),
    ],
)
def test_a_narrower_permission_counts_for_its_broad_one(
    scopes: tuple[str, ...], missing: list[str]
) -> None:
    assert lacking(scopes) == missing


def test_a_long_lived_token_is_never_renewed(tiktok: TikTok) -> None:
    assert tiktok.refresh() is None
    assert tiktok.refresh(refused=True) is None
    assert tiktok.granted().access_token == TOKEN


def test_a_pasted_token_that_no_header_can_hold_is_refused(tiktok: TikTok) -> None:
    for wrong in ("", "two words", "tökén", "a\nb"):
        with pytest.raises(AccessRevoked, match="My Apps"):
            tiktok.accept_pasted({"access_token": wrong})


@pytest.mark.parametrize(
    ("code", "words"),
    [(40105, "not valid"), (40113, "another app"), (40130, "Ad Account Management")],
)
def test_a_pasted_token_that_fails_says_what_to_do(
    tiktok: TikTok, answer: Answer, code: int, words: str
) -> None:
    answer("oauth2/advertiser/get", None, code)
    with pytest.raises(AccessRevoked, match=words):
        tiktok.accept_pasted({"access_token": "pasted"})


def test_a_pasted_token_that_reads_nothing_is_not_connected(tiktok: TikTok, answer: Answer) -> None:
    answer("oauth2/advertiser/get", {"list": []})
    with pytest.raises(AccessRevoked, match="reads none"):
        tiktok.accept_pasted({"access_token": "pasted"})


def test_disconnecting_ends_the_token(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer("oauth2/revoke_token", {"app_id": "4711"}, method="POST")
    tiktok.revoke()
    assert wire.calls[0].request.headers["Access-Token"] == TOKEN
    assert json.loads(wire.calls[0].request.body or "")["access_token"] == TOKEN


def test_access_that_has_ended_needs_no_revoking_and_a_limit_is_said(
    tiktok: TikTok, answer: Answer
) -> None:
    answer("oauth2/revoke_token", None, 40105, method="POST")
    tiktok.revoke()
    answer("oauth2/revoke_token", None, 61000, method="POST")
    with pytest.raises(ConnectorError):
        tiktok.revoke()


def test_the_setup_check_tells_a_wrong_secret_from_a_refused_code(
    tiktok: TikTok, answer: Answer
) -> None:
    answer("oauth2/access_token", None, 40110, method="POST")
    assert "knows this app" in tiktok.check_setup()
    wrong_code = "Invalid auth_code. Please retry with a new auth_code."
    answer("oauth2/access_token", None, 40101, message=wrong_code, method="POST")
    assert "knows this app" in tiktok.check_setup()
    for code in (40101, 40113, 40124, 40002):
        answer("oauth2/access_token", None, code, method="POST")
        with pytest.raises(SetupProblem):
            tiktok.check_setup()


def test_a_report_is_asked_for_exactly(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer(REPORT, page([]))
    read(tiktok, WEEK)
    request = wire.calls[0].request
    assert urlsplit(str(request.url)).path == f"/open_api/v1.3/{REPORT}/"
    assert request.headers["Access-Token"] == TOKEN
    assert "Authorization" not in request.headers
    assert query(wire) == {
        "advertiser_id": ACCOUNT.external_id,
        "report_type": "BASIC",
        "service_type": "AUCTION",
        "data_level": "AUCTION_CAMPAIGN",
        "dimensions": '["campaign_id","stat_time_day"]',
        "metrics": '["spend","impressions","clicks","complete_payment","total_purchase",'
        '"onsite_shopping","total_complete_payment_rate","total_purchase_value",'
        '"total_onsite_shopping_value","campaign_name"]',
        "start_date": "2026-10-01",
        "end_date": "2026-10-07",
        "filtering": '[{"field_name":"campaign_status","filter_type":"IN",'
        '"filter_value":"[\\"STATUS_ALL\\"]"}]',
        "page": "1",
        "page_size": "1000",
    }
    assert "%5B%22campaign_id%22%2C%22stat_time_day%22%5D" in str(request.url)


def test_the_account_s_totals_have_no_filter(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer(REPORT, page([]))
    assert tiktok.totals(ACCOUNT, DAY) == []
    asked = query(wire)
    assert asked["data_level"] == "AUCTION_ADVERTISER"
    assert asked["dimensions"] == '["advertiser_id","stat_time_day"]'
    assert "filtering" not in asked


def test_purchases_of_three_channels_are_added_and_no_twin_is(
    tiktok: TikTok, answer: Answer
) -> None:
    twins = {"purchase": "7", "real_time_conversion": "9", "conversion": "31"}
    answer(
        REPORT,
        page(
            [
                row(
                    clicks=4,
                    complete_payment="2",
                    total_complete_payment_rate="40.10",
                    total_purchase=1,
                    total_purchase_value="9.9",
                    onsite_shopping="1.5",
                    total_onsite_shopping_value="1E+1",
                    **twins,
                )
            ]
        ),
    )
    (fact,) = read(tiktok)
    assert (fact.clicks, fact.conversions, fact.value) == (4, Decimal("4.5"), Decimal("60.00"))


def test_ids_beyond_a_float_s_reach_stay_exact(tiktok: TikTok, answer: Answer) -> None:
    answer(REPORT, page([row(campaign=1714125042508817123)]))
    assert read(tiktok)[0].campaign_id == "1714125042508817123"
    with pytest.raises(Temporary, match="last digits"):
        same(1.714125042508817e18)


@pytest.mark.parametrize(
    ("figure", "found"), [("-", 0), (None, 0), ("", 0), ("1.2E3", 1200), (3, 3), (0.1, "0.1")]
)
def test_a_figure_is_read_as_it_was_written(figure: Any, found: object) -> None:
    assert number(figure) == Decimal(str(found))


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "many", "1,5", True])
def test_a_figure_that_is_none_is_no_zero(figure: Any) -> None:
    with pytest.raises(Temporary):
        number(figure)


@pytest.mark.parametrize(
    "broken",
    [
        {"dimensions": {"campaign_id": "5"}, "metrics": {}},
        {"dimensions": {"campaign_id": "5", "stat_time_day": "soon"}, "metrics": {}},
        {"dimensions": {"stat_time_day": "2026-10-01 00:00:00"}, "metrics": {}},
        {"dimensions": {"campaign_id": "5", "stat_time_day": "2026-10-01"}},
    ],
)
def test_a_row_that_does_not_say_whose_and_when_is_not_stored(
    tiktok: TikTok, wire: responses.RequestsMock, broken: dict[str, Any]
) -> None:
    for _ in range(5):
        wire.get(f"{API}/{REPORT}/", json={"code": 0, "data": page([broken])})
        if "metrics" in broken:
            break
    with pytest.raises(Temporary):
        read(tiktok)


@pytest.mark.parametrize(
    "pages",
    [
        [page([row()], 1, 2, 2), page([], 2, 2, 2)],
        [page([row()], 1, 2, 2), page([row("2026-10-02")], 1, 2, 2)],
        [page([row()], 1, 2, 2), page([row("2026-10-02")], 2, 2, 3)],
        [page([], 1, 2, 2)],
        [page([row()], 1, 1, 2)],
        [{"list": [row()] * 1000}],
        [{"list": None, "page_info": {}}],
        [{}],
        [[]],
    ],
)
def test_a_list_that_lost_rows_on_the_way_is_not_believed(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock, pages: list[Any]
) -> None:
    for data in pages:
        answer(REPORT, data)
    if pages == [[]]:
        for _ in range(4):
            answer(REPORT, [])
    with pytest.raises(Temporary):
        read(tiktok)


def test_a_short_list_without_page_numbers_is_the_last(tiktok: TikTok, answer: Answer) -> None:
    answer(REPORT, {"list": [row()]})
    assert len(read(tiktok)) == 1


def test_a_single_day_that_is_too_large_comes_in_smaller_pages(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    for _ in range(4):
        answer(REPORT, None, 40067)
    with pytest.raises(ConnectorError, match="even a single day"):
        read(tiktok)
    sizes = [query(wire, index)["page_size"] for index in range(4)]
    assert sizes == ["1000", "500", "250", "125"]


def test_a_large_week_is_halved_newest_first(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    answer(REPORT, None, 40067)
    answer(REPORT, page([row("2026-10-05")]))
    answer(REPORT, page([row("2026-10-02")]))
    assert [fact.day.day for fact in read(tiktok, WEEK)] == [5, 2]
    spans = [(query(wire, i)["start_date"], query(wire, i)["end_date"]) for i in range(3)]
    assert spans == [
        ("2026-10-01", "2026-10-07"),
        ("2026-10-04", "2026-10-07"),
        ("2026-10-01", "2026-10-03"),
    ]


def test_a_report_of_the_newest_ids_only_is_asked_for_campaign_by_campaign(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    ids = [str(number) for number in range(1, 151)]
    answer(REPORT, page([row()]), headers={"X-Tt-Ads-Throttle": "20000"})
    answer("campaign/get", page([{"campaign_id": one} for one in ids]))
    answer(REPORT, page([row(campaign="140")]))
    answer(REPORT, page([row(campaign="7")]))
    assert [fact.campaign_id for fact in read(tiktok)] == ["140", "7"]
    conditions = json.loads(query(wire)["filtering"])
    assert [condition["field_name"] for condition in conditions] == [
        "campaign_status",
        "campaign_ids",
    ]
    assert len(json.loads(conditions[1]["filter_value"])) == 100


def test_one_campaign_that_is_still_cut_is_a_visible_failure(
    tiktok: TikTok, answer: Answer
) -> None:
    cut = {"headers": {"X-Tt-Ads-Throttle": "20000"}}
    answer(REPORT, page([row()]), **cut)
    answer("campaign/get", page([{"campaign_id": "1"}]))
    answer(REPORT, page([row()]), **cut)
    with pytest.raises(ConnectorError, match="20,000"):
        read(tiktok)


def test_a_limit_without_a_word_is_waited_out_by_the_second_then_by_the_minute(
    tiktok: TikTok, answer: Answer, clock: Clock
) -> None:
    restricted = "Due to too many requests, requests from App are temporarily restricted."
    for _ in range(3):
        answer(REPORT, None, 40100, message=restricted)
    with pytest.raises(Throttled) as caught:
        read(tiktok)
    assert caught.value.retry_after == 300
    assert clock.slept == [5, 60]


class Counter:
    """A meter that remembers what it was told."""

    def __init__(self) -> None:
        self.spent = 0
        self.ended: list[float] = []

    def spend(self, quota: str, units: int) -> None:
        assert quota == TikTok.quotas(make_settings("postgresql://x@y/z"))[0].name
        self.spent += units

    def exhausted(self, quota: str, retry_after: float) -> None:
        self.ended.append(retry_after)


def test_every_request_is_metered_and_the_day_s_end_is_told(tiktok: TikTok, answer: Answer) -> None:
    tiktok.meter = meter = Counter()
    answer(REPORT, page([]))
    read(tiktok)
    answer(REPORT, None, 40100, message="The app has reached its QPD limit.")
    with pytest.raises(Throttled):
        read(tiktok)
    assert meter.spent == tiktok.http.requests_made == 2
    assert meter.ended == [14.5 * 3600]


def test_an_app_is_asked_five_times_a_second_by_all_its_connections(
    settings: Settings, http: Http, clock: Clock
) -> None:
    busy = [TikTok(settings, http, Grant(f"t{number}")) for number in range(2)]
    with responses.RequestsMock() as wire:
        wire.get(f"{API}/{REPORT}/", json={"code": 0, "data": page([])})
        for number in range(25):
            busy[number % 2].totals(ACCOUNT, DAY)
    assert clock.seconds() == pytest.approx((25 - 5) / 5)
    other = TikTok(replace(settings, tiktok_app_id="4712"), http, Grant("t"))
    with responses.RequestsMock() as wire:
        wire.get(f"{API}/{REPORT}/", json={"code": 0, "data": page([])})
        other.totals(ACCOUNT, DAY)
    assert clock.seconds() == pytest.approx((25 - 5) / 5)


def test_ten_thousand_campaigns_are_read_in_ten_pages(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    for at in range(10):
        rows = [{"campaign_id": at * 1000 + one + 1} for one in range(1000)]
        answer("campaign/get", page(rows, at + 1, 10, 10_000))
    answer("adgroup/get", page([]))
    answer("ad/get", page([]))
    answer("campaign/get", page([]))
    answer("campaign/get", page([]))
    found = tiktok.structure(ACCOUNT).campaigns
    assert len({campaign.external_id for campaign in found}) == 10_000
    assert [query(wire, i)["page"] for i in range(10)] == [str(i) for i in range(1, 11)]


def test_a_hundred_advertisers_are_described_at_once(
    tiktok: TikTok, answer: Answer, wire: responses.RequestsMock
) -> None:
    ids = [7_000_000_000_000_000_000 + number for number in range(250)]
    answer("oauth2/advertiser/get", {"list": [{"advertiser_id": one} for one in ids]})
    for at in (0, 100, 200):
        some = [{"advertiser_id": one, "currency": "EUR"} for one in ids[at : at + 100]]
        answer("advertiser/info", {"list": some}, 20001 if at else 0)
    assert [account.external_id for account in tiktok.accounts()] == [str(one) for one in ids]
    assert len(json.loads(query(wire)["advertiser_ids"])) == 50


def test_an_advertiser_left_out_of_a_partial_answer_is_named(
    tiktok: TikTok, answer: Answer
) -> None:
    listed = [{"advertiser_id": "1", "advertiser_name": "Here"}]
    listed += [{"advertiser_id": "2", "advertiser_name": "Silent"}]
    answer("oauth2/advertiser/get", {"list": listed})
    answer("advertiser/info", {"list": [{"advertiser_id": 1, "currency": "EUR"}]}, 20001)
    assert [account.external_id for account in tiktok.accounts()] == ["1"]
    assert "Silent (2)" in tiktok.notices[0]


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        (("America/Los_Angeles", "Etc/GMT+8"), "America/Los_Angeles"),
        (("", "Etc/GMT+8"), "Etc/GMT+8"),
        (("Mars/Phobos", "Europe/Moscow"), "Europe/Moscow"),
        ((None, None), "UTC"),
        (("../etc/passwd", "UTC"), "UTC"),
    ],
)
def test_the_zone_with_summer_time_is_preferred(
    zones: tuple[str | None, str | None], found: str
) -> None:
    advertiser = Advertiser("1", currency="EUR", display_timezone=zones[0], timezone=zones[1])
    assert found_account(advertiser).time_zone == found


def test_states_of_accounts_are_an_open_list() -> None:
    words = {
        "STATUS_ENABLE": "active",
        "STATUS_LIMIT": "limited",
        "STATUS_DISABLE": "disabled",
        "STATUS_PENDING_CONFIRM_MODIFY": "under review",
        "STATUS_CONFIRM_FAIL_END": "rejected",
        "STATUS_DREAMING": "unknown (STATUS_DREAMING)",
    }
    assert {word: account_status(word) for word in words} == words


@pytest.mark.parametrize(
    ("secondary", "switched", "found"),
    [
        ("", "ENABLE", ("active", True)),
        ("", "DISABLE", ("paused", True)),
        ("NEW_STATUS_PARTIAL_DELIVERY_OK", "ENABLE", ("active", False)),
        ("NEW_STATUS_PARENT_DELETE", "ENABLE", ("removed", False)),
        ("AD_STATUS_SOMETHING", "DISABLE", ("paused", False)),
        ("AD_STATUS_SOMETHING", "ENABLE", ("problem", False)),
        ("", "", ("problem", False)),
    ],
)
def test_a_new_status_is_guessed_by_its_ending_and_reported(
    secondary: str, switched: str, found: tuple[str, bool]
) -> None:
    assert status_of(secondary, switched) == found


def test_no_secret_is_logged_anywhere(
    tiktok: TikTok, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer("oauth2/advertiser/get", {"list": []})
    answer("oauth2/advertiser/get", None, 40002, message=f"bad secret {SECRET}{TOKEN}")
    assert tiktok.accounts() == []
    with pytest.raises(ConnectorError) as caught:
        tiktok.accounts()
    assert "canary" not in caplog.text + caught.value.message
    assert "request r1" in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, "404 page not found", SetupProblem),
        (429, "slow down", Throttled),
        (502, "<html>", Temporary),
        (500, '{"code": 0, "data": {}}', Temporary),
        (503, '{"code": 40105, "message": "x"}', AccessRevoked),
    ],
)
def test_an_answer_from_the_edge_is_no_empty_page(
    tiktok: TikTok,
    wire: responses.RequestsMock,
    status: int,
    body: str,
    error: type[ConnectorError],
) -> None:
    for _ in range(5 if error is Temporary else 1):
        wire.get(f"{API}/{REPORT}/", body=body, status=status)
    with pytest.raises(error):
        read(tiktok)


def test_an_ad_brings_its_texts_each_once(tiktok: TikTok, answer: Answer) -> None:
    on = {"operation_status": "ENABLE", "campaign_id": "5"}
    answer("campaign/get", page([on | {"campaign_automation_type": "UPGRADED_SMART_PLUS"}]))
    answer("adgroup/get", page([]))
    plain = {"campaign_id": "6", "operation_status": "ENABLE"}
    one = plain | {"ad_id": "7", "ad_text": "Dry.", "ad_texts": ["Dry.", "Light."]}
    answer("ad/get", page([one, plain | {"ad_id": "8", "ad_text": None}]))
    answer("campaign/get", None, 40002)
    answer("campaign/get", None, 40118)
    smart = on | {"smart_plus_ad_id": "9", "ad_text_list": [{"ad_text": "A"}, {"ad_text": "B"}]}
    answer("smart_plus/ad/get", page([smart]))
    assert {ad.external_id: ad.texts for ad in tiktok.structure(ACCOUNT).ads} == {
        "7": {"primary_text": ["Dry.", "Light."]},
        "8": None,
        "9": {"primary_text": ["A", "B"]},
    }


def test_smart_plus_ads_that_are_not_listed_leave_their_creatives(
    tiktok: TikTok, answer: Answer
) -> None:
    on = {"operation_status": "ENABLE", "campaign_id": "5"}
    answer("campaign/get", page([on | {"campaign_automation_type": "UPGRADED_SMART_PLUS"}]))
    answer("adgroup/get", page([]))
    answer("ad/get", page([on | {"ad_id": "9"}]))
    answer("campaign/get", None, 40002)
    answer("campaign/get", None, 40118)
    answer("smart_plus/ad/get", None, 40118)
    assert [ad.external_id for ad in tiktok.structure(ACCOUNT).ads] == ["9"]
    assert "Smart+" in tiktok.notices[0]
