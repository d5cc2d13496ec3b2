"""Daily figures over the wire against the truth."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import CLOSED, DOLLARS, EUROS, YEN, Graph

FIRST, LAST = "2026-10-20", "2026-11-23"
MEASURES = "spend,impressions,clicks,actions,action_values"


def _of(row: dict[str, Any], name: str, kind: str = "omni_purchase") -> Decimal:
    return sum(
        (Decimal(item["value"]) for item in row.get(name, []) if item["action_type"] == kind),
        Decimal(),
    )


def _sums(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    return {
        "spend": sum((Decimal(row["spend"]) for row in rows), Decimal()),
        "impressions": Decimal(sum(int(row["impressions"]) for row in rows)),
        "clicks": Decimal(sum(int(row["clicks"]) for row in rows)),
        "conversions": sum((_of(row, "actions") for row in rows), Decimal()),
        "value": sum((_of(row, "action_values") for row in rows), Decimal()),
    }


def _told(truth: dict[str, Any]) -> dict[str, Decimal]:
    return {
        name: Decimal(truth[name])
        for name in ("spend", "impressions", "clicks", "conversions", "value")
    }


@pytest.mark.parametrize("account", [DOLLARS, EUROS, YEN])
@pytest.mark.parametrize("level", ["account", "campaign"])
def test_account_and_campaign_levels_equal_the_truth_to_the_cent(
    graph: Graph, account: str, level: str
) -> None:
    truth = graph.server.truth(account, FIRST, LAST)
    rows = graph.daily(account, FIRST, LAST, level=level, fields=MEASURES)
    assert _sums(rows) == _told(truth["total"])
    assert _sums(rows)["spend"] > 0


def test_each_campaign_day_equals_the_truth(graph: Graph) -> None:
    truth = graph.server.truth(DOLLARS, FIRST, LAST)
    rows = graph.daily(DOLLARS, FIRST, LAST, level="campaign", fields=f"campaign_id,{MEASURES}")
    told = {(row["campaign_id"], row["day"]): _told(row) for row in truth["campaign_days"]}
    assert {(row["campaign_id"], row["date_start"]): _sums([row]) for row in rows} == told


@pytest.mark.parametrize("level", ["adset", "ad"])
def test_ads_lack_the_remainder_that_only_campaigns_have(graph: Graph, level: str) -> None:
    truth = graph.server.truth(DOLLARS, "2026-11-10", "2026-11-16")
    rows = graph.daily(DOLLARS, "2026-11-10", "2026-11-16", level=level, fields=MEASURES)
    served, whole = _told(truth["served_by_ads"]), _told(truth["total"])
    assert _sums(rows) == served
    assert Decimal("0.99") < served["spend"] / whole["spend"] < 1
    assert served["conversions"] == whole["conversions"]


def test_platforms_add_up_to_each_campaign_day(graph: Graph) -> None:
    asked = {"level": "campaign", "fields": f"campaign_id,{MEASURES}"}
    whole = graph.daily(EUROS, "2026-11-01", LAST, **asked)
    parts = graph.daily(EUROS, "2026-11-01", LAST, breakdowns=["publisher_platform"], **asked)
    by_day = defaultdict(list)
    for row in parts:
        by_day[row["campaign_id"], row["date_start"]].append(row)
    assert {key: _sums(rows) for key, rows in by_day.items()} == {
        (row["campaign_id"], row["date_start"]): _sums([row]) for row in whole
    }
    named = {row["publisher_platform"] for row in parts}
    assert named == {"facebook", "instagram", "audience_network", "messenger"}


def test_only_asked_fields_come_back(graph: Graph) -> None:
    row = graph.daily(DOLLARS, LAST, LAST, level="ad", fields="ad_id,spend")[0]
    assert set(row) == {"ad_id", "spend", "date_start", "date_stop"}


def test_every_number_is_a_string_and_lists_are_absent_when_empty(graph: Graph) -> None:
    fields = f"{MEASURES},ctr,cpc,cpm,reach,frequency,purchase_roas"
    rows = graph.daily(DOLLARS, LAST, LAST, level="ad", fields=fields)
    assert all(isinstance(row[name], str) for row in rows for name in ("spend", "impressions"))
    assert any("action_values" not in row for row in rows)
    assert all(row.get("actions") != [] for row in rows)


def test_the_same_purchase_appears_under_several_types(graph: Graph) -> None:
    rows = graph.daily(DOLLARS, FIRST, LAST, level="account", fields=MEASURES)
    omni = sum(_of(row, "actions") for row in rows)
    pixel = sum(_of(row, "actions", "offsite_conversion.fb_pixel_purchase") for row in rows)
    assert sum(_of(row, "actions", "purchase") for row in rows) == omni
    assert 0 < pixel < omni
    types = {item["action_type"] for row in rows for item in row["actions"]}
    assert any(kind.startswith("offsite_conversion.custom.") for kind in types)


def test_leads_are_counted_by_overlapping_types_and_earn_nothing(graph: Graph) -> None:
    rows = graph.daily(DOLLARS, FIRST, LAST, level="campaign", fields=f"campaign_name,{MEASURES}")
    leads = [row for row in rows if "leads" in row["campaign_name"]]
    count = sum(_of(row, "actions", "lead") for row in leads)
    assert count > 0
    assert sum(_of(row, "actions", "offsite_conversion.fb_pixel_lead") for row in leads) == count
    assert all("action_values" not in row for row in leads)


def test_attribution_windows_add_keys_and_leave_the_value(graph: Graph) -> None:
    asked = {"level": "account", "fields": "actions"}
    plain = graph.daily(DOLLARS, "2026-11-01", "2026-11-01", **asked)[0]
    windows = ["1d_click", "7d_click", "1d_view", "28d_view"]
    split = graph.daily(
        DOLLARS, "2026-11-01", "2026-11-01", action_attribution_windows=windows, **asked
    )[0]
    by_type = {item["action_type"]: item for item in split["actions"]}
    assert {kind: item["value"] for kind, item in by_type.items()} == {
        item["action_type"]: item["value"] for item in plain["actions"]
    }
    bought = by_type["omni_purchase"]
    assert int(bought["7d_click"]) + int(bought["1d_view"]) == int(bought["value"])
    assert "28d_view" not in bought


def test_yen_have_no_decimals(graph: Graph) -> None:
    rows = graph.daily(YEN, LAST, LAST, level="campaign", fields="spend,account_currency")
    assert rows
    assert all("." not in row["spend"] and row["account_currency"] == "JPY" for row in rows)


def test_a_removed_campaign_is_in_the_reports_and_not_in_the_list(graph: Graph) -> None:
    removed = [row for row in graph.server.truth(of="meta/campaigns") if row["removed"]]
    assert removed
    listed = graph.every(
        f"{DOLLARS}/campaigns",
        effective_status=["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "WITH_ISSUES"],
        limit=100,
    )
    reported = graph.daily(
        DOLLARS, "2026-10-20", "2026-11-20", level="campaign", fields="campaign_id,spend"
    )
    gone = {row["id"] for row in removed}
    assert not gone & {row["id"] for row in listed}
    assert gone & {row["campaign_id"] for row in reported}
    assert graph.get(removed[0]["id"], fields="effective_status")["effective_status"] == "DELETED"


def test_a_campaign_removed_by_control_disappears_from_the_list(graph: Graph) -> None:
    before = graph.every(f"{EUROS}/campaigns", limit=100)
    graph.server.remove(before[0]["id"])
    after = graph.every(f"{EUROS}/campaigns", limit=100)
    assert [row["id"] for row in after] == [row["id"] for row in before[1:]]


def test_pages_of_25_unless_asked_and_next_only_when_there_is_more(graph: Graph) -> None:
    span = {"since": "2026-11-22", "until": "2026-11-22"}
    first = graph.get(f"{DOLLARS}/insights", level="ad", time_range=span, fields="ad_id")
    assert len(first["data"]) == 25
    assert f"access_token={graph.token}" in first["paging"]["next"]
    followed = graph.http.get(first["paging"]["next"], timeout=30).json()
    assert followed["data"][0] != first["data"][0]
    rows = graph.every(f"{DOLLARS}/insights", level="ad", time_range=span, fields="ad_id", limit=40)
    assert len({row["ad_id"] for row in rows}) == len(rows) > 100
    last = graph.get(f"{DOLLARS}/insights", level="ad", time_range=span, fields="ad_id", limit=500)
    assert "next" not in last["paging"]
    assert last["paging"]["cursors"]["after"]


def test_a_closed_account_has_no_rows(graph: Graph) -> None:
    assert graph.get(f"{CLOSED}/insights", date_preset="last_90d") == {"data": []}
    assert graph.get(f"{CLOSED}/campaigns") == {"data": []}


@pytest.mark.parametrize(("increment", "rows"), [("all_days", 1), ("7", 2), ("monthly", 2)])
def test_days_are_put_together_as_asked(graph: Graph, increment: str, rows: int) -> None:
    answer = graph.daily(
        EUROS, "2026-10-27", "2026-11-05", time_increment=increment, fields="spend"
    )
    truth = graph.server.truth(EUROS, "2026-10-27", "2026-11-05")
    assert len(answer) == rows
    assert sum(Decimal(row["spend"]) for row in answer) == Decimal(truth["total"]["spend"])
    assert answer[0]["date_start"] == "2026-10-27"
    assert answer[-1]["date_stop"] == "2026-11-05"


def test_without_dates_the_last_30_days_are_meant(graph: Graph) -> None:
    row = graph.get(f"{EUROS}/insights", fields="spend")["data"][0]
    assert (row["date_start"], row["date_stop"]) == ("2026-10-24", "2026-11-22")


def test_filtering_by_campaign_leaves_the_others_out(graph: Graph) -> None:
    rows = graph.daily(DOLLARS, LAST, LAST, level="campaign", fields="campaign_id,spend")
    chosen = [row["campaign_id"] for row in rows[:2]]
    only = [{"field": "campaign.id", "operator": "IN", "value": chosen}]
    some = graph.daily(
        DOLLARS, LAST, LAST, level="campaign", fields="campaign_id,spend", filtering=only
    )
    assert some == rows[:2]


def test_filtering_hides_deleted_campaigns_unless_their_status_is_named(graph: Graph) -> None:
    removed = {row["id"] for row in graph.server.truth(of="meta/campaigns") if row["removed"]}
    asked = {"level": "campaign", "fields": "campaign_id"}
    any_name = {"field": "campaign.name", "operator": "CONTAIN", "value": ""}
    status = {
        "field": "campaign.effective_status",
        "operator": "IN",
        "value": ["ACTIVE", "PAUSED", "DELETED"],
    }
    span = ("2026-10-20", "2026-11-20")
    hidden = graph.daily(DOLLARS, *span, filtering=[any_name], **asked)
    shown = graph.daily(DOLLARS, *span, filtering=[any_name, status], **asked)
    assert not removed & {row["campaign_id"] for row in hidden}
    assert removed & {row["campaign_id"] for row in shown}


def test_a_campaign_answers_for_itself_and_its_ads(graph: Graph) -> None:
    campaign = graph.daily(EUROS, LAST, LAST, level="campaign", fields="campaign_id,clicks")[0]
    own = graph.daily(campaign["campaign_id"], LAST, LAST, fields="campaign_id,clicks")
    ads = graph.daily(campaign["campaign_id"], LAST, LAST, level="ad", fields="clicks")
    assert own == [campaign]
    assert sum(int(row["clicks"]) for row in ads) == int(campaign["clicks"])


def test_too_much_data_is_refused_with_the_code_that_means_halve(graph: Graph) -> None:
    response = graph.ask(
        "GET",
        f"{DOLLARS}/insights",
        level="ad",
        time_increment="1",
        time_range={"since": "2026-01-01", "until": LAST},
        fields=f"ad_id,campaign_id,{MEASURES}",
    )
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["error_subcode"]) == (400, 100, 1487534)


def test_37_months_back_is_the_limit(graph: Graph) -> None:
    for since, status in (("2023-10-22", 400), ("2023-10-23", 200)):
        span = {"since": since, "until": "2024-01-01"}
        response = graph.ask("GET", f"{DOLLARS}/insights", time_range=span)
        assert response.status_code == status
    assert (
        graph.ask(
            "GET", f"{DOLLARS}/insights", time_range={"since": "2020-01-01", "until": LAST}
        ).json()["error"]["code"]
        == 3018
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": "no_such_field"},
        {"level": "keyword"},
        {"time_increment": "0"},
        {"time_range": {"since": "2026-11-02", "until": "2026-11-01"}},
        {"time_range": "yesterday"},
        {"breakdowns": ["dma"]},
        {"date_preset": "last_decade"},
        {"limit": "many"},
        {"filtering": [{"field": "weather", "operator": "IN", "value": []}]},
    ],
)
def test_nonsense_is_error_100(graph: Graph, wrong: dict[str, Any]) -> None:
    response = graph.ask("GET", f"{DOLLARS}/insights", **wrong)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == 100


def test_a_report_run_is_polled_and_then_read_without_a_bound(graph: Graph) -> None:
    run = graph.ask(
        "POST",
        f"{YEN}/insights",
        level="ad",
        time_increment="1",
        time_range={"since": "2026-01-01", "until": LAST},
        fields=f"ad_id,campaign_id,adset_id,{MEASURES},ctr,cpc,cpm",
    ).json()["report_run_id"]
    assert graph.ask("GET", f"{run}/insights").status_code == 400
    states = [graph.get(run, fields="async_status,async_percent_completion") for _ in range(2)]
    assert [state["async_status"] for state in states] == ["Job Running", "Job Completed"]
    truth = graph.server.truth(YEN, "2026-01-01", LAST)
    assert _sums(graph.every(f"{run}/insights", limit=500)) == _told(truth["served_by_ads"])


def test_a_restatement_changes_past_days_and_leaves_the_settled(graph: Graph) -> None:
    day, settled = "2026-11-15", "2026-09-01"
    before = {when: graph.server.truth(DOLLARS, when, when)["total"] for when in (day, settled)}
    graph.server.restate()
    rows = graph.daily(DOLLARS, day, day, level="campaign", fields=MEASURES)
    after = graph.server.truth(DOLLARS, day, day)["total"]
    assert Decimal(after["value"]) > Decimal(before[day]["value"])
    assert after["conversions"] > before[day]["conversions"]
    assert Decimal(after["spend"]) < Decimal(before[day]["spend"])
    assert _sums(rows) == _told(after)
    assert graph.server.truth(DOLLARS, settled, settled)["total"] == before[settled]


def test_days_are_the_accounts_own(graph: Graph) -> None:
    graph.server.clock("2026-11-23T02:00:00+00:00")
    today = {row["currency"]: row["today"] for row in graph.server.accounts()[:3]}
    assert today == {"USD": "2026-11-22", "EUR": "2026-11-23", "JPY": "2026-11-23"}
    for account, day in ((DOLLARS, "2026-11-22"), (EUROS, "2026-11-23")):
        row = graph.get(f"{account}/insights", date_preset="today", fields="spend")["data"][0]
        assert row["date_start"] == day


def test_a_page_of_500_ad_days_is_quick(graph: Graph) -> None:
    asked = {
        "level": "ad",
        "fields": f"ad_id,ad_name,campaign_id,{MEASURES}",
        "time_increment": "1",
        "time_range": {"since": "2026-11-17", "until": LAST},
        "limit": "500",
    }
    graph.get(f"{DOLLARS}/insights", **asked)
    started = dt.datetime.now(dt.UTC)
    assert len(graph.get(f"{DOLLARS}/insights", **asked)["data"]) == 500
    assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=1)
