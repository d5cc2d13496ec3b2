"""Meta's figures, lists and pages over a mocked wire."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import responses

from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.meta.answers import major_units, moment
from app.connectors.platforms.meta import Meta
from app.connectors.words import Days, DayTotal, Fact, FoundAccount, FoundEntity, Grain
from app.settings import Settings
from tests.connectors.conftest import SECRET, TOKEN, Clock

Answers = Callable[..., None]
INSIGHTS = "act_1001/insights"
DAY = dt.date(2026, 10, 5)
WEEK = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 8))
REDUCE = {"error": {"code": 100, "error_subcode": 1487534, "message": "too many rows"}}
TOO_OLD = {"error": {"code": 3018, "message": "The start date is beyond 37 months"}}


def row(day: dt.date = DAY, campaign: str = "c1", **figures: object) -> dict[str, object]:
    return {
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
        "campaign_id": campaign,
        "campaign_name": f"Campaign {campaign}",
        "spend": "14.35",
        "impressions": "185",
        **figures,
    }


def page(*rows: object, after: str = "") -> dict[str, object]:
    paging: dict[str, object] = {"cursors": {"before": "b", "after": after or "end"}}
    if after:
        paging["next"] = f"https://graph.facebook.com/v26.0/x?access_token=secret&after={after}"
    return {"data": list(rows), "paging": paging}


def read(
    meta: Meta,
    account: FoundAccount,
    days: Days = WEEK,
    grain: Grain = Grain.CAMPAIGN,
    conversion_action: str | None = None,
) -> list[Fact]:
    pages = meta.facts(account, grain, days, conversion_action=conversion_action)
    return [fact for page in pages for fact in page]


def asked(wire: responses.RequestsMock, name: str) -> list[str]:
    """What each request said for a parameter, empty when it said nothing."""
    return [call.request.params.get(name, "") for call in wire.calls]  # type: ignore[attr-defined]


def days_asked(wire: responses.RequestsMock) -> list[tuple[int, int]]:
    """First and last day of the month of each request."""
    spans = [json.loads(span) for span in asked(wire, "time_range")]
    return [(int(span["since"][-2:]), int(span["until"][-2:])) for span in spans]


def test_a_row_becomes_a_fact_in_account_currency(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, page(row(spend="14.35", impressions="185", inline_link_clicks="9")))
    (fact,) = read(meta, account)
    assert (fact.day, fact.campaign_id, fact.campaign_name) == (DAY, "c1", "Campaign c1")
    assert (fact.spend, fact.impressions, fact.clicks) == (Decimal("14.35"), 185, 9)
    assert (fact.conversions, fact.value) == (Decimal(0), Decimal(0))


def test_figures_that_are_missing_are_zero(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, page({"date_start": "2026-10-05", "spend": None}))
    (fact,) = read(meta, account)
    assert set(fact[8:]) == {0}


def test_exponents_are_exact_numbers(meta: Meta, account: FoundAccount, answer: Answers) -> None:
    answer(INSIGHTS, page(row(spend="1.5E3", impressions="1.2E4")))
    (fact,) = read(meta, account)
    assert (fact.spend, fact.impressions) == (Decimal(1500), 12000)


@pytest.mark.parametrize(
    ("figures", "times"),
    [
        ({"spend": "NaN"}, 1),
        ({"impressions": "Infinity"}, 1),
        ({"actions": [{"action_type": "purchase", "value": "one"}]}, 1),
        ({"actions": [{"action_type": "purchase", "value": "NaN"}]}, 1),
        ({"spend": "twelve"}, 5),
        ({"date_start": "yesterday"}, 5),
        ({"actions": "none"}, 5),
    ],
)
def test_a_figure_that_is_no_number_is_never_taken_for_one(
    meta: Meta, account: FoundAccount, answer: Answers, figures: dict[str, object], times: int
) -> None:
    for _ in range(times):
        answer(INSIGHTS, page(row(**figures)))  # type: ignore[arg-type]
    with pytest.raises(Temporary):
        read(meta, account)


@pytest.mark.parametrize(
    ("grain", "level", "breakdowns"),
    [
        (Grain.CAMPAIGN, "campaign", ""),
        (Grain.AD, "ad", ""),
        (Grain.PLACEMENT, "campaign", '["publisher_platform"]'),
    ],
)
def test_each_grain_asks_for_its_level_day_by_day(
    meta: Meta,
    account: FoundAccount,
    answer: Answers,
    wire: responses.RequestsMock,
    grain: Grain,
    level: str,
    breakdowns: str,
) -> None:
    answer(INSIGHTS, page())
    assert read(meta, account, grain=grain) == []
    assert asked(wire, "level") == [level]
    assert asked(wire, "breakdowns") == [breakdowns]
    assert asked(wire, "time_increment") == ["1"]
    assert asked(wire, "limit") == ["500"]
    assert asked(wire, "time_range") == ['{"since":"2026-10-01","until":"2026-10-08"}']


def test_an_ad_keeps_its_ids_and_names(meta: Meta, account: FoundAccount, answer: Answers) -> None:
    ids: dict[str, Any] = {
        "adset_id": "g1",
        "adset_name": "Women 25+",
        "ad_id": "a1",
        "ad_name": "Video",
    }
    answer(INSIGHTS, page(row(**ids)))
    (fact,) = read(meta, account, grain=Grain.AD)
    assert (fact.ad_group_id, fact.ad_group_name) == ("g1", "Women 25+")
    assert (fact.ad_id, fact.ad_name) == ("a1", "Video")


def test_a_placement_is_kept_as_the_platform_spells_it(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, page(row(publisher_platform="threads")))
    (fact,) = read(meta, account, grain=Grain.PLACEMENT)
    assert fact.placement == "threads"


def actions(**counts: str) -> list[dict[str, str]]:
    return [
        {"action_type": name.replace("__", "."), "value": value} for name, value in counts.items()
    ]


@pytest.mark.parametrize(
    ("counts", "values", "expected"),
    [
        (
            actions(offsite_conversion__fb_pixel_purchase="2", purchase="3", omni_purchase="4"),
            actions(offsite_conversion__fb_pixel_purchase="20", omni_purchase="40.10"),
            ("4", "40.10"),
        ),
        (
            actions(offsite_conversion__fb_pixel_purchase="2", purchase="3"),
            actions(purchase="30", offsite_conversion__fb_pixel_purchase="20"),
            ("3", "30"),
        ),
        (
            actions(offsite_conversion__fb_pixel_purchase="2", onsite_web_purchase="9"),
            actions(offsite_conversion__fb_pixel_purchase="20"),
            ("2", "20"),
        ),
        (actions(onsite_web_purchase="1"), actions(onsite_web_purchase="7.5"), ("1", "7.5")),
        (actions(purchase="3"), actions(omni_purchase="40", purchase="30"), ("3", "30")),
        (actions(purchase="3"), actions(omni_purchase="40"), ("3", "0")),
        (actions(lead="5"), actions(omni_purchase="40"), ("0", "40")),
        (actions(offsite_conversion__custom__77="5", my_purchase="8", lead="2"), [], ("0", "0")),
        (actions(purchase="1.25"), actions(purchase="1E+2"), ("1.25", "100")),
    ],
)
def test_overlapping_action_types_are_never_added(
    meta: Meta,
    account: FoundAccount,
    answer: Answers,
    counts: list[dict[str, str]],
    values: list[dict[str, str]],
    expected: tuple[str, str],
) -> None:
    answer(INSIGHTS, page(row(actions=counts, action_values=values)))
    (fact,) = read(meta, account)
    assert (fact.conversions, fact.value) == tuple(map(Decimal, expected))


def test_an_account_may_choose_its_own_action_type(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    counts = actions(omni_purchase="4", lead="7", offsite_conversion__fb_pixel_lead="7")
    answer(INSIGHTS, page(row(actions=counts, action_values=actions(omni_purchase="40"))))
    (fact,) = read(meta, account, conversion_action="lead")
    assert (fact.conversions, fact.value) == (Decimal(7), Decimal(0))


def test_pages_are_followed_to_the_last(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, page(row(campaign="c1"), after="one"))
    answer(INSIGHTS, page(after="two"))
    answer(INSIGHTS, page(row(campaign="c2")))
    assert [fact.campaign_id for fact in read(meta, account)] == ["c1", "c2"]
    assert asked(wire, "after") == ["", "one", "two"]


def test_the_cursor_is_taken_from_next_when_there_is_no_other(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, {"data": [row()], "paging": {"next": "https://x.example/?limit=5&after=z%3D"}})
    answer(INSIGHTS, page())
    assert len(read(meta, account)) == 1
    assert asked(wire, "after") == ["", "z="]


@pytest.mark.parametrize("paging", [[], None, {}, {"cursors": {"after": "x"}}])
def test_without_next_it_is_the_last_page(
    meta: Meta, account: FoundAccount, answer: Answers, paging: object
) -> None:
    answer(INSIGHTS, {"data": [row()], "paging": paging})
    assert len(read(meta, account)) == 1


def test_a_page_without_paging_is_the_last(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, {"data": [row()]})
    assert len(read(meta, account)) == 1


@pytest.mark.parametrize("paging", ["oops", 7, {"next": 5}, {"next": "https://x.example/"}])
def test_paging_that_cannot_be_read_is_never_taken_for_the_end(
    meta: Meta, account: FoundAccount, answer: Answers, paging: object
) -> None:
    answer(INSIGHTS, {"data": [row()], "paging": paging})
    with pytest.raises(Temporary):
        read(meta, account)


def test_a_cursor_that_repeats_ends_in_an_error(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, page(row(), after="one"))
    answer(INSIGHTS, page(row(), after="one"))
    with pytest.raises(Temporary, match="same page twice"):
        read(meta, account)


@pytest.mark.parametrize("body", [{}, {"success": True}, {"data": None}])
def test_an_answer_without_data_is_not_an_empty_page(
    meta: Meta, account: FoundAccount, answer: Answers, body: object
) -> None:
    answer(INSIGHTS, body)
    with pytest.raises(Temporary, match="without its list"):
        read(meta, account)


def test_an_error_inside_a_200_is_an_error(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, {"data": [], "error": {"code": 190, "error_subcode": 463, "message": "x"}})
    with pytest.raises(AccessRevoked, match="run out"):
        read(meta, account)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_error_counts_by_its_code_whatever_the_status(
    meta: Meta, account: FoundAccount, answer: Answers, status: int
) -> None:
    answer(INSIGHTS, {"error": {"code": "190", "message": "gone"}}, status)
    with pytest.raises(AccessRevoked):
        read(meta, account)


def test_a_fault_is_asked_again_from_the_same_page(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock, clock: Clock
) -> None:
    answer(INSIGHTS, page(row(campaign="c1"), after="one"))
    answer(INSIGHTS, {"error": {"code": 2, "is_transient": True}}, 500)
    wire.get(f"https://graph.facebook.com/v26.0/{INSIGHTS}", body="<html>502</html>", status=502)
    answer(INSIGHTS, page(row(campaign="c2")))
    assert [fact.campaign_id for fact in read(meta, account)] == ["c1", "c2"]
    assert asked(wire, "after") == ["", "one", "one", "one"]
    assert clock.slept == [5, 10]


def test_an_unknown_code_is_asked_five_times_and_then_fails_visibly(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    for _ in range(5):
        answer(INSIGHTS, {"error": {"code": 424242, "message": "Novelty"}}, 400)
    with pytest.raises(ConnectorError, match="code 424242: Novelty"):
        read(meta, account)


def test_throttling_is_not_asked_again_and_carries_the_hint(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    usage = {"9": [{"type": "ads_insights", "estimated_time_to_regain_access": 4}]}
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    answer(INSIGHTS, {"error": {"code": 80000}}, 400, headers=headers)
    with pytest.raises(Throttled) as caught:
        read(meta, account)
    assert caught.value.retry_after == 240


def test_a_bare_429_is_a_throttle_too(
    meta: Meta, account: FoundAccount, wire: responses.RequestsMock
) -> None:
    wire.get(f"https://graph.facebook.com/v26.0/{INSIGHTS}", body="slow", status=429)
    with pytest.raises(Throttled):
        read(meta, account)


def test_the_pause_it_hints_at_follows_the_last_answer(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    answer(INSIGHTS, page(), headers={"X-App-Usage": '{"call_count": 97}'})
    answer(INSIGHTS, page(), headers={"X-App-Usage": '{"call_count": 7}'})
    read(meta, account)
    assert meta.pause_hint == 600
    read(meta, account)
    assert meta.pause_hint == 0


def test_too_much_data_halves_the_days_newest_first(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, REDUCE, 400)
    answer(INSIGHTS, page(row(dt.date(2026, 10, 7))))
    answer(INSIGHTS, REDUCE, 400)
    answer(INSIGHTS, page(row(dt.date(2026, 10, 3))))
    answer(INSIGHTS, page(row(dt.date(2026, 10, 1))))
    assert [fact.day.day for fact in read(meta, account)] == [7, 3, 1]
    assert days_asked(wire) == [(1, 8), (5, 8), (1, 4), (3, 4), (1, 2)]


def test_too_much_for_one_day_makes_the_pages_smaller(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, REDUCE, 400)
    answer(INSIGHTS, REDUCE, 400)
    answer(INSIGHTS, page(row()))
    assert len(read(meta, account, Days(DAY, DAY))) == 1
    assert asked(wire, "limit") == ["500", "250", "100"]


def test_too_much_after_the_first_page_repeats_no_row(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, page(row(campaign="c1"), after="one"))
    answer(INSIGHTS, REDUCE, 400)
    answer(INSIGHTS, page(row(campaign="c2")))
    assert [fact.campaign_id for fact in read(meta, account)] == ["c1", "c2"]
    assert asked(wire, "after") == ["", "one", "one"]
    assert asked(wire, "limit") == ["500", "500", "250"]


def test_too_much_at_the_smallest_fails_visibly(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    for _ in range(5):
        answer(INSIGHTS, REDUCE, 400)
    with pytest.raises(ConnectorError, match="a single day") as caught:
        read(meta, account, Days(DAY, DAY))
    assert not isinstance(caught.value, Temporary)


def test_days_beyond_37_months_are_left_out(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, TOO_OLD, 400)
    answer(INSIGHTS, TOO_OLD, 400)
    answer(INSIGHTS, page(row(dt.date(2026, 10, 7))))
    answer(INSIGHTS, TOO_OLD, 400)
    answer(INSIGHTS, page(row(dt.date(2026, 10, 6))))
    answer(INSIGHTS, TOO_OLD, 400)
    assert [fact.day.day for fact in read(meta, account)] == [7, 6]
    assert days_asked(wire) == [(1, 8), (5, 8), (7, 8), (5, 6), (6, 6), (5, 5)]


def test_totals_are_the_account_s_own(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    figures = {"spend": "99.90", "impressions": "1000", "inline_link_clicks": "12"}
    answer(INSIGHTS, page({"date_start": "2026-10-05", **figures}))
    assert meta.totals(account, WEEK) == [DayTotal(DAY, Decimal("99.90"), 1000, 12)]
    assert asked(wire, "level") == ["account"]


def test_totals_in_another_currency_are_refused(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    total = {"date_start": "2026-10-05", "spend": "99.90", "account_currency": "USD"}
    answer(INSIGHTS, page(total | {"account_currency": "EUR"}))
    assert len(meta.totals(account, WEEK)) == 1
    answer(INSIGHTS, page(total))
    with pytest.raises(ConnectorError, match="in USD"):
        meta.totals(account, WEEK)


def test_every_call_is_signed(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer(INSIGHTS, page())
    read(meta, account)
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert asked(wire, "access_token") == [TOKEN]
    assert asked(wire, "appsecret_proof") == [proof]


def test_without_an_app_secret_there_is_no_proof(
    settings: Settings,
    http: Http,
    meta: Meta,
    account: FoundAccount,
    answer: Answers,
    wire: responses.RequestsMock,
) -> None:
    answer(INSIGHTS, page())
    read(Meta(replace(settings, meta_app_secret=""), http, meta.grant), account)
    assert asked(wire, "appsecret_proof") == [""]


def test_accounts_of_every_page_are_found(
    meta: Meta, answer: Answers, wire: responses.RequestsMock
) -> None:
    one = {"id": "act_1", "account_id": "1", "name": "Fern", "account_status": 1}
    money = {"currency": "EUR", "timezone_name": "Europe/Berlin"}
    answer("me/adaccounts", page({**one, **money}, after="one"))
    two = {"account_id": "2", "account_status": 2, "currency": "JPY"}
    answer("me/adaccounts", page(two, {"account_id": "3", "name": "No currency"}))
    assert meta.accounts() == [
        FoundAccount("1", "Fern", "EUR", "Europe/Berlin", "active"),
        FoundAccount("2", "2", "JPY", "UTC", "disabled"),
    ]


def test_a_new_account_status_survives(meta: Meta, answer: Answers) -> None:
    answer("me/adaccounts", page({"account_id": "1", "currency": "EUR", "account_status": 77}))
    assert [found.status for found in meta.accounts()] == ["unknown (77)"]


def structure(
    meta: Meta, account: FoundAccount, answer: Answers, **lists: list[dict[str, Any]]
) -> list[FoundEntity]:
    for edge in ("campaigns", "adsets", "ads"):
        answer(f"act_1001/{edge}", page(*lists.get(edge, [])))
    found = meta.structure(account)
    return [*found.campaigns, *found.ad_groups, *found.ads]


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("ACTIVE", "active"),
        ("PAUSED", "paused"),
        ("CAMPAIGN_PAUSED", "paused"),
        ("ADSET_PAUSED", "paused"),
        ("PENDING_REVIEW", "paused"),
        ("PREAPPROVED", "paused"),
        ("IN_PROCESS", "paused"),
        ("WITH_ISSUES", "problem"),
        ("DISAPPROVED", "problem"),
        ("PENDING_BILLING_INFO", "problem"),
        ("ARCHIVED", "ended"),
        ("DELETED", "removed"),
    ],
)
def test_status_words_are_mapped_and_kept(
    meta: Meta, account: FoundAccount, answer: Answers, word: str, ours: str
) -> None:
    (ad,) = structure(meta, account, answer, ads=[{"id": "1", "effective_status": word}])
    assert (ad.status, ad.platform_status) == (ours, word)


def test_a_word_that_meta_invents_falls_back_on_what_the_owner_set(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    things = [
        {"id": "1", "status": "PAUSED", "effective_status": "HIBERNATING"},
        {"id": "2", "status": "NOVEL", "effective_status": "HIBERNATING"},
    ]
    found = structure(meta, account, answer, campaigns=things)
    assert [thing.status for thing in found] == ["paused", "problem"]
    assert {thing.platform_status for thing in found} == {"HIBERNATING"}


def test_an_ad_set_that_learns_says_so(meta: Meta, account: FoundAccount, answer: Answers) -> None:
    stages = ["LEARNING", "SUCCESS", "FAIL"]
    sets = [
        {"id": stage, "effective_status": "ACTIVE", "learning_stage_info": {"status": stage}}
        for stage in stages
    ]
    found = structure(meta, account, answer, adsets=sets)
    assert [thing.status for thing in found] == ["learning", "active", "active"]


def test_archived_things_are_asked_for(
    meta: Meta, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    structure(meta, account, answer)
    assert all("ARCHIVED" in json.loads(text) for text in asked(wire, "effective_status"))


def test_ids_tie_ads_to_their_sets_and_campaigns(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    campaign = {"id": "c", "name": "Spring", "objective": "OUTCOME_SALES"}
    ad_set = {"id": "g", "campaign_id": "c", "start_time": "2026-03-12T15:02:47-0700"}
    ad = {"id": "a", "campaign_id": "c", "adset_id": "g"}
    lists = {"campaigns": [campaign], "adsets": [ad_set], "ads": [ad]}
    found = structure(meta, account, answer, **lists)
    assert [thing.external_id for thing in found] == ["c", "g", "a"]
    assert (found[0].objective, found[0].name) == ("OUTCOME_SALES", "Spring")
    assert (found[1].campaign_id, found[2].campaign_id, found[2].ad_group_id) == ("c", "c", "g")
    assert found[1].started_at == dt.datetime(2026, 3, 12, 22, 2, 47, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ({"daily_budget": "2500"}, (Decimal("25.00"), "daily")),
        ({"daily_budget": "0", "lifetime_budget": "120099"}, (Decimal("1200.99"), "lifetime")),
        ({"daily_budget": "0", "lifetime_budget": "0"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_budgets_are_read_in_minor_units(
    meta: Meta, account: FoundAccount, answer: Answers, budgets: dict[str, str], expected: object
) -> None:
    (found,) = structure(meta, account, answer, campaigns=[{"id": "1", **budgets}])
    assert (found.budget, found.budget_kind) == expected


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("USD", "25.00"),
        ("JPY", "2500"),
        ("CLP", "2500"),
        ("COP", "2500"),
        ("HUF", "2500"),
        ("TWD", "2500"),
        ("BHD", "25.00"),
        ("JOD", "25.00"),
        ("XYZ", None),
        ("", None),
    ],
)
def test_the_offset_follows_meta_and_an_unknown_currency_has_no_budget(
    currency: str, expected: str | None
) -> None:
    found = major_units(Decimal(2500), currency)
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-12T15:02:47+0000", dt.datetime(2026, 3, 12, 15, 2, 47, tzinfo=dt.UTC)),
        ("2026-03-12t15:02:47 0000", dt.datetime(2026, 3, 12, 15, 2, 47, tzinfo=dt.UTC)),
        ("some day", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_survive_meta_s_misspellings(
    text: str | None, expected: dt.datetime | None
) -> None:
    assert moment(text) == expected


def test_without_a_grant_it_says_to_connect(settings: Settings, http: Http) -> None:
    with pytest.raises(AccessRevoked, match="press Connect on Meta Ads"):
        Meta(settings, http).accounts()


def test_ten_thousand_campaigns_are_listed(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    for number in range(20):
        rows = [{"id": f"{number}-{place}"} for place in range(500)]
        answer("act_1001/campaigns", page(*rows, after=str(number) if number < 19 else ""))
    answer("act_1001/adsets", page())
    answer("act_1001/ads", page())
    found = meta.structure(account).campaigns
    assert len({campaign.external_id for campaign in found}) == 10_000
