"""What is wrong with an order for Meta before Meta is asked, and what exactly would be sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import responses

from app.connectors.errors import AccessRevoked, ConnectorError, Throttled
from app.connectors.launching import AdCopy, Order, Picture, Refused, Unknown
from app.connectors.meta.answers import HUNDREDTHS_CURRENCIES, minor_units
from app.connectors.meta.launch import MetaLauncher
from app.connectors.meta.launch_bodies import LONGEST_CREATIVE_NAME, filled
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount
from tests.connectors.conftest import NOW, TOKEN
from tests.connectors.test_meta_launch import PNG, make_order

Answers = Callable[..., None]
TODAY = NOW.date()
AD = AdCopy("Warm feet.", "Wool socks")
EUROPE = {
    "countries": ("DE",),
    "answers": {"dsa_beneficiary": "Fern & Fable", "dsa_payor": "Fern & Fable"},
}


def order(**changed: Any) -> Order:
    return make_order(**{"starts_on": TODAY + dt.timedelta(days=1), "ads": (AD,)} | changed)


@pytest.fixture
def launcher(meta: Meta) -> MetaLauncher:
    return MetaLauncher(meta)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"starts_on": TODAY}, ""),
        (EUROPE, ""),
        ({"name": " "}, "name: "),
        ({"name": "x" * 400}, "name: "),
        ({"goal": "fame"}, "goal: "),
        ({"daily_budget": Decimal(0)}, "daily_budget: "),
        ({"daily_budget": Decimal("9.999")}, "two decimals"),
        ({"daily_budget": Decimal("NaN")}, "daily_budget: "),
        ({"starts_on": TODAY - dt.timedelta(days=1)}, "starts_on: "),
        ({"ends_on": TODAY}, "ends_on: "),
        ({"starts_on": TODAY, "ends_on": TODAY}, "24 hours"),
        ({"countries": ()}, "countries: "),
        ({"countries": ("us",)}, "us is no two-letter"),
        ({"countries": ("FR",), "answers": {"dsa_payor": "Us"}}, "dsa_beneficiary: "),
        ({"countries": ("RE",), "answers": {"dsa_beneficiary": "Us"}}, "dsa_payor: "),
        ({"age_min": 12, "gender": "all"}, "age_min: "),
        ({"age_min": 40, "age_max": 30}, "age_min: "),
        ({"age_min": 16}, "gender: "),
        ({"gender": "robots"}, "gender: "),
        ({"special": ("gambling",)}, "special: "),
        ({"special": ("employment",)}, "open to all"),
        ({**EUROPE, "special": ("politics",)}, "European Union"),
        ({"profile": ""}, "profile: "),
        ({"url": "http://shop.example/"}, "https://"),
        ({"url": "https:///tents"}, "https://"),
        ({"picture": None}, "picture: "),
        ({"picture": Picture(PNG, "image/webp")}, "JPEG and PNG"),
        ({"picture": Picture(b"x" * (30 * 1024 * 1024 + 1), "image/png")}, "30 MB"),
        ({"goal": "leads"}, "pixel: "),
        ({"ads": ()}, "ads: "),
        ({"ads": (AD, AdCopy(" ", "Wool socks"))}, "ads: The primary text of ad 2"),
        ({"ads": (AdCopy("Warm feet.", ""),)}, "ads: The headline of ad 1"),
        ({"ads": (AdCopy("Warm feet.", "Wool socks", cta="CALL_NOW"),)}, "CALL_NOW"),
    ],
)
def test_a_problem_is_one_sentence_that_names_its_field(
    launcher: MetaLauncher, account: FoundAccount, changed: dict[str, Any], told: str
) -> None:
    found = launcher.problems(account, order(**changed))
    assert len(found) == bool(told)
    assert all(told in problem for problem in found)


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"status": "closed"}, "closed"), ({"currency": "XAU"}, "XAU")],
)
def test_the_account_itself_may_be_the_problem(
    launcher: MetaLauncher, account: FoundAccount, changed: dict[str, Any], told: str
) -> None:
    (problem,) = launcher.problems(replace(account, **changed), order())
    assert told in problem


def test_today_is_the_account_s_own(launcher: MetaLauncher, account: FoundAccount) -> None:
    yesterday = order(starts_on=TODAY - dt.timedelta(days=1))
    (problem,) = launcher.problems(account, yesterday)
    assert (
        problem
        == "starts_on: 2026-11-01 is over in the account's time zone; choose a later first day."
    )
    assert launcher.problems(replace(account, time_zone="Pacific/Pago_Pago"), yesterday) == []


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("0.1", "USD", 10),
        ("5E+3", "USD", 500_000),
        ("1500", "JPY", 1500),
        ("1500", "HUF", 1500),
        ("1500.5", "TWD", None),
        ("1.005", "BHD", None),
        ("1", "XAU", None),
        ("Infinity", "EUR", None),
    ],
)
def test_money_becomes_the_currency_s_smallest_unit_at_meta(
    amount: str, currency: str, minor: int | None
) -> None:
    assert minor_units(Decimal(amount), currency) == minor


def test_every_currency_is_exact_both_ways() -> None:
    for currency in HUNDREDTHS_CURRENCIES:
        assert minor_units(Decimal("0.29"), currency) == 29


def bodies(launcher: MetaLauncher, account: FoundAccount, asked: Order) -> dict[str, Any]:
    return {step.key: step.request for step in launcher.steps(account, asked)}


def test_the_campaign_is_declared_and_has_no_budget(
    launcher: MetaLauncher, account: FoundAccount
) -> None:
    asked = order()
    assert bodies(launcher, account, asked)["campaign"] == {
        "name": f"{asked.name} [{asked.mark}]",
        "objective": "OUTCOME_TRAFFIC",
        "status": "PAUSED",
        "buying_type": "AUCTION",
        "special_ad_categories": [],
        "is_adset_budget_sharing_enabled": False,
    }


def test_days_are_the_account_s_own_and_the_last_one_counts(
    launcher: MetaLauncher, account: FoundAccount
) -> None:
    spring = replace(account, time_zone="America/New_York")
    asked = order(starts_on=dt.date(2027, 3, 10), ends_on=dt.date(2027, 3, 20))
    sent = bodies(launcher, spring, asked)["ad_group"]
    assert (sent["start_time"], sent["end_time"]) == (
        "2027-03-10T00:00:00-0500",
        "2027-03-21T00:00:00-0400",
    )
    today = bodies(launcher, account, order(starts_on=TODAY))["ad_group"]
    assert not {"start_time", "end_time"} & set(today)


def test_the_link_is_sent_as_it_is_and_once(launcher: MetaLauncher, account: FoundAccount) -> None:
    asked = order(answers={"instagram": "17"})
    sent = bodies(launcher, account, asked)["creative-1"]
    link = sent["object_story_spec"]["link_data"]
    assert link["link"] == link["call_to_action"]["value"]["link"] == asked.url
    assert link["call_to_action"]["type"] == "LEARN_MORE"
    assert "description" not in link
    assert "url_tags" not in sent
    assert sent["object_story_spec"]["instagram_user_id"] == "17"
    features = sent["degrees_of_freedom_spec"]["creative_features_spec"]
    assert {choice["enroll_status"] for choice in features.values()} == {"OPT_OUT"}


def test_only_places_for_ids_are_filled() -> None:
    body = {"campaign_id": "{campaign}", "name": "{campaign}", "creative": {"creative_id": "{c}"}}
    assert filled(body, {"campaign": "1", "c": "2"}) == {
        "campaign_id": "1",
        "name": "{campaign}",
        "creative": {"creative_id": "2"},
    }


@pytest.mark.parametrize("name", ["Tents", "x" * 300, "春" * 99])
def test_names_of_creatives_fit_and_keep_their_mark(
    launcher: MetaLauncher, account: FoundAccount, name: str
) -> None:
    asked = order(name=name, ads=(AD,) * 12)
    names = [body["name"] for key, body in bodies(launcher, account, asked).items() if "cr" in key]
    assert len(set(names)) == 12
    assert all(len(each) <= LONGEST_CREATIVE_NAME for each in names)
    assert all(each.endswith(f"[{asked.mark}]") for each in names)


def campaign_refused_with(
    launcher: MetaLauncher, account: FoundAccount, answer: Answers, body: object, status: int
) -> ConnectorError:
    answer("act_1001/campaigns", body, status, method="POST")
    asked = order(picture=None)
    with pytest.raises(ConnectorError) as caught:
        launcher.create(account, asked, launcher.steps(account, asked)[0], {})
    return caught.value


@pytest.mark.parametrize(
    ("error", "field"),
    [
        ({"code": 100, "error_data": '{"blame_field_specs":[["daily_budget"]]}'}, "daily_budget"),
        ({"code": 100, "error_data": {"blame_field_specs": [["targeting", "age_min"]]}}, "age_min"),
        ({"code": 100, "error_data": "not JSON"}, ""),
        ({"code": 100, "error_data": [1]}, ""),
        ({"code": 100, "error_subcode": 2061015}, "url"),
        ({"code": 100, "message": "(#100) Param objective must be one of {…}"}, "goal"),
        ({"code": 100, "error_user_msg": "The image is too small."}, "picture"),
        ({"code": 100, "message": "Unsupported request", "error_subcode": 33}, ""),
        ({"code": 200, "message": "(#200) Requires ads_management permission"}, ""),
        ({"code": 200, "message": "(#200) No permission to advertise for this page"}, "profile"),
        ({"code": 368, "message": "Temporarily blocked"}, ""),
        ({"code": 9999, "message": "Something new"}, ""),
    ],
)
def test_a_no_is_a_refusal_whatever_its_number(
    launcher: MetaLauncher,
    account: FoundAccount,
    answer: Answers,
    error: dict[str, object],
    field: str,
) -> None:
    told = campaign_refused_with(launcher, account, answer, {"error": error}, 400)
    assert isinstance(told, Refused)
    assert told.field == field
    assert "made" in told.message


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"code": 100, "message": "Invalid parameter"}}, 500),
        ({"error": {"code": 2, "is_transient": True}}, 400),
        ({"error": {"code": 1, "message": "An unknown error occurred"}}, 200),
        ({"success": True}, 200),
        ([], 200),
        ("<html>", 403),
    ],
)
def test_without_a_clear_answer_the_outcome_is_unknown_and_is_not_asked_twice(
    launcher: MetaLauncher,
    account: FoundAccount,
    answer: Answers,
    wire: responses.RequestsMock,
    body: object,
    status: int,
) -> None:
    told = campaign_refused_with(launcher, account, answer, body, status)
    assert isinstance(told, Unknown)
    assert len(wire.calls) == 1


def test_limits_and_dead_tokens_are_what_they_are_for_reading(
    launcher: MetaLauncher, account: FoundAccount, answer: Answers
) -> None:
    limited = {"error": {"code": 17, "error_subcode": 2446079}}
    assert isinstance(campaign_refused_with(launcher, account, answer, limited, 400), Throttled)
    dead = {"error": {"code": 190, "error_subcode": 463}}
    assert isinstance(campaign_refused_with(launcher, account, answer, dead, 400), AccessRevoked)


def test_meta_s_own_words_come_along_and_the_token_does_not(
    launcher: MetaLauncher, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    error = {
        "code": 100,
        "error_subcode": 1885272,
        "error_user_title": "Your budget is too low",
        "error_user_msg": f"It has to be at least €1.00 ({TOKEN}).",
    }
    told = campaign_refused_with(launcher, account, answer, {"error": error}, 400)
    assert "Your budget is too low. It has to be at least €1.00" in told.message
    assert "100/1885272" in told.message
    assert TOKEN not in told.message
    assert TOKEN not in str(wire.calls[0].request.url)
    assert "appsecret_proof=" in str(wire.calls[0].request.body)


def test_a_trial_does_not_mind_the_picture_it_left_out(
    launcher: MetaLauncher, account: FoundAccount, answer: Answers, wire: responses.RequestsMock
) -> None:
    answer("act_1001", {"min_daily_budget": 100})
    answer("act_1001/campaigns", {"success": True}, method="POST")
    missing = {"error": {"code": 100, "error_user_msg": "Your ad needs an image."}}
    answer("act_1001/adcreatives", missing, 400, method="POST")
    assert launcher.dry_run(account, order()).problems == ()
    assert "image_hash" not in str(wire.calls[2].request.body)
    assert "validate_only" in str(wire.calls[1].request.body)
