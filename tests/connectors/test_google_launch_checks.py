"""What is told about an order for Google before Google is asked, and what is sent in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from google.ads.googleads.v26.services.types.google_ads_service import (
    MutateGoogleAdsRequest,
    MutateGoogleAdsResponse,
)
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from app.connectors.google import queries
from app.connectors.google import refusals as google_refusals
from app.connectors.google.answers import Mutated, Row, found_ad
from app.connectors.google.launch_bodies import (
    BIDDING,
    EU_POLITICAL,
    FOR_CLICKS,
    FOR_CONVERSIONS,
    NOT_POLITICAL,
    POLITICAL,
    micros,
    mutation,
    pauses,
    removal,
    tried,
    whole,
)
from app.connectors.google.launch_checks import problems
from app.connectors.google.places import PLACES
from app.connectors.launching import EUROPEAN_UNION, AdCopy, Order
from app.connectors.words import Days, FoundAccount
from sandbox.google import shapes
from tests.connectors.test_google_vendor import CODES, codes, fields_of, walk

TODAY = dt.date(2026, 11, 23)
EUROS = FoundAccount("1234567890", "Fern & Fable Tea", "EUR", "Europe/Berlin")
YEN = FoundAccount("1234567891", "羊歯と物語", "JPY", "Asia/Tokyo")
COPY = AdCopy(
    "",
    "",
    headlines=("Loose Leaf Tea", "Picked by Hand", "Tins You Keep"),
    descriptions=("From four gardens we know by name.", "Sent within a day."),
    paths=("tea", "green"),
)
ORDER = Order(
    name="Autumn teas",
    mark="gz-1a2b",
    goal="sales",
    daily_budget=Decimal("12.50"),
    starts_on=TODAY,
    ends_on=None,
    countries=("DE", "AT"),
    age_min=18,
    age_max=65,
    gender="all",
    language="en",
    url="https://tea.example/?utm_source=google",
    profile="",
    ads=(COPY,),
    keywords=("loose leaf tea",),
    answers={EU_POLITICAL: NOT_POLITICAL, BIDDING: FOR_CLICKS},
)


def test_a_good_order_has_no_problem() -> None:
    assert problems(EUROS, ORDER, TODAY) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "no name"),
        ({"name": "two\nlines"}, "line break"),
        ({"name": "名" * 120}, "too long"),
        ({"daily_budget": Decimal(0)}, "more than nothing"),
        ({"daily_budget": Decimal("12.505")}, "at most 2 decimals"),
        ({"daily_budget": Decimal("NaN")}, "more than nothing"),
        ({"starts_on": TODAY - dt.timedelta(days=1)}, "is over in the account's time zone"),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, "is before the first"),
        ({"countries": ()}, "everywhere"),
        ({"countries": ("DE", "KP")}, "does not have KP"),
        ({"countries": ("DE", "DE")}, "chosen twice"),
        ({"age_min": 30}, "25–34"),
        ({"age_min": 55, "age_max": 44}, "lower one first"),
        ({"gender": "everyone"}, "all, women or men"),
        ({"special": ("housing",), "countries": ("US",), "age_min": 25}, "housing, employment"),
        ({"special": ("credit",), "countries": ("CA",), "gender": "men"}, "housing, employment"),
        ({"special": ("politics",)}, "Correct one of the two"),
        ({"url": "http://tea.example"}, "begins with https://"),
        ({"url": "https://[tea"}, "begins with https://"),
        ({"url": "https://tea.example/" + "a" * 2048}, "longer than"),
        ({"answers": {BIDDING: FOR_CLICKS}}, "political advertising"),
        ({"answers": {BIDDING: FOR_CLICKS, EU_POLITICAL: "no"}}, "political advertising"),
        ({"answers": {EU_POLITICAL: POLITICAL}}, "what Google bids for"),
        ({"keywords": (" ",)}, "no keywords"),
        ({"keywords": ("k" * 81,)}, "too long"),
        ({"keywords": ("茶" * 41,)}, "too long"),
        ({"keywords": ("a b c d e f g h i j k",)}, "10 words"),
        ({"keywords": ("[loose leaf]",)}, "refuses in keywords: []"),
        ({"keywords": ("Green  tea", "green tea")}, "there twice"),
        ({"ads": ()}, "this draft has 0"),
        ({"ads": (COPY,) * 4}, "this draft has 4"),
        ({"ads": (replace(COPY, headlines=COPY.headlines[:2]),)}, "has 2 headlines"),
        ({"ads": (replace(COPY, headlines=("One", "Two", "one ")),)}, "“one” twice"),
        ({"ads": (replace(COPY, headlines=("One", "Two", "茶" * 16)),)}, "headline 3 is 32"),
        ({"ads": (replace(COPY, headlines=("One", "Two", "{Tea}")),)}, "brace"),
        ({"ads": (replace(COPY, descriptions=("One", " ")),)}, "description 2 is empty"),
        ({"ads": (replace(COPY, descriptions=("One", "x" * 91)),)}, "description 2 is 91"),
        ({"ads": (replace(COPY, paths=("", "green")),)}, "second path without a first"),
        ({"ads": (replace(COPY, paths=("a" * 16,)),)}, "path 1 is 16"),
        ({"ads": (replace(COPY, paths=("green tea",)),)}, "a space, a slash"),
    ],
)
def test_what_google_refuses_is_told_in_one_sentence(change: dict[str, Any], words: str) -> None:
    (told,) = problems(EUROS, replace(ORDER, **change), TODAY)
    field, _, sentence = told.partition(": ")
    assert words in sentence
    assert field in {*change, EU_POLITICAL, BIDDING}


@pytest.mark.parametrize(
    "change",
    [
        {"special": ("housing",), "countries": ("DE",), "age_min": 25},
        {"age_min": 13},
        {"age_min": 45, "age_max": 64},
        {"goal": "traffic", "answers": {EU_POLITICAL: NOT_POLITICAL}},
        {"special": ("politics",), "countries": ("US",)},
        {"ads": (replace(COPY, headlines=("茶" * 15, "Two", "Three")),)},
        {"ends_on": TODAY},
    ],
)
def test_what_google_takes_is_no_problem(change: dict[str, Any]) -> None:
    assert problems(EUROS, replace(ORDER, **change), TODAY) == []


def test_an_account_that_is_closed_is_a_problem() -> None:
    (told,) = problems(replace(EUROS, status="cancelled"), ORDER, TODAY)
    assert "is cancelled at Google" in told


def test_money_is_exact_also_in_a_currency_without_decimals() -> None:
    assert micros(replace(ORDER, daily_budget=Decimal("0.07"))) == 70_000
    assert micros(replace(ORDER, daily_budget=Decimal("12345678.91"))) == 12_345_678_910_000
    yen = replace(ORDER, daily_budget=Decimal(1500))
    assert problems(YEN, yen, TODAY) == []
    assert created(YEN, yen, "campaignBudget")[0]["amountMicros"] == "1500000000"
    (told,) = problems(YEN, replace(yen, daily_budget=Decimal("1500.5")), TODAY)
    assert "whole amounts only" in told


def created(account: FoundAccount, order: Order, kind: str) -> list[dict[str, Any]]:
    operations = whole(account, order)["mutateOperations"]
    return [each[f"{kind}Operation"]["create"] for each in operations if f"{kind}Operation" in each]


def test_the_goal_and_its_answer_decide_what_google_bids_for() -> None:
    def bids(order: Order) -> set[str]:
        (campaign,) = created(EUROS, order, "campaign")
        return set(campaign) & set(shapes.BIDDING)

    conversions = {**ORDER.answers, BIDDING: FOR_CONVERSIONS}
    assert bids(ORDER) == {FOR_CLICKS}
    assert bids(replace(ORDER, answers=conversions)) == {FOR_CONVERSIONS}
    assert bids(replace(ORDER, goal="traffic", answers=conversions)) == {FOR_CLICKS}


def test_only_the_ages_and_the_gender_that_were_not_chosen_are_left_out() -> None:
    assert not any(one.get("negative") for one in created(EUROS, ORDER, "adGroupCriterion"))
    narrowed = replace(ORDER, age_min=25, age_max=44, gender="women")
    left_out = [one for one in created(EUROS, narrowed, "adGroupCriterion") if "negative" in one]
    assert [one["ageRange"]["type"][10:] for one in left_out if "ageRange" in one] == [
        *("18_24", "45_54", "55_64", "65_UP")
    ]
    assert [one["gender"]["type"] for one in left_out if "gender" in one] == ["MALE"]


def test_the_question_about_politics_is_never_answered_for_anybody() -> None:
    (campaign,) = created(EUROS, replace(ORDER, answers={}), "campaign")
    assert "containsEuPoliticalAdvertising" not in campaign


def test_every_name_ends_with_the_mark() -> None:
    (campaign,), (group,) = (created(EUROS, ORDER, kind) for kind in ("campaign", "adGroup"))
    assert campaign["name"] == "Autumn teas [gz-1a2b]"
    assert group["name"] == "Autumn teas · Ad group [gz-1a2b]"


def test_every_request_is_a_message_of_google_s_and_says_the_same() -> None:
    full = replace(
        ORDER,
        ends_on=TODAY + dt.timedelta(days=9),
        age_min=25,
        gender="men",
        answers={EU_POLITICAL: POLITICAL, BIDDING: FOR_CONVERSIONS},
    )
    names = {kind: [f"customers/1/{kind}s/2"] for kind in ("campaign", "adGroup", "adGroupAd")}
    for body in (
        whole(EUROS, full),
        whole(EUROS, ORDER),
        tried(whole(EUROS, ORDER)),
        mutation(pauses(names)),
        mutation([removal(EUROS, "42")]),
    ):
        message = MutateGoogleAdsRequest.pb(MutateGoogleAdsRequest())
        json_format.ParseDict(body, message)
        assert len(message.mutate_operations) == len(body["mutateOperations"])
        said = json_format.MessageToDict(message)
        assert said["mutateOperations"] == body["mutateOperations"]
        assert said.get("validateOnly", False) == body["validateOnly"]


@pytest.mark.parametrize(
    "query",
    [
        queries.counted_actions(),
        queries.actions_counted(Days(TODAY, TODAY)),
        queries.campaigns_marked("gz-1a2b"),
        queries.within(queries.MADE_CAMPAIGN, "campaign", "1"),
        queries.within(queries.MADE_GROUPS, "ad_group", "1"),
        queries.within(queries.MADE_ADS, "ad_group_ad", "1"),
    ],
)
def test_every_field_that_a_launch_asks_for_exists(query: str) -> None:
    conditions = query.partition(" WHERE ")[2].partition(" PARAMETERS ")[0]
    asked = [part.split()[0] for part in conditions.split(" AND ") if "." in part.split()[0]]
    for path in (*fields_of(query), *asked):
        assert walk(path)


def test_every_result_of_google_s_is_read() -> None:
    message = MutateGoogleAdsResponse.pb(MutateGoogleAdsResponse())
    message.mutate_operation_responses.add().campaign_result.resource_name = (
        "customers/1/campaigns/2"
    )
    read = msgspec.json.decode(json_format.MessageToJson(message), type=Mutated, strict=False)
    assert read.mutate_operation_responses[0]["campaignResult"].resource_name.endswith("/2")


def test_every_code_with_a_sentence_or_a_meaning_is_one_of_google_s() -> None:
    every = set().union(*(codes(field.name) for field in CODES.fields if field.enum_type))
    told = {
        *google_refusals._SENTENCES,
        *google_refusals._CODE_FIELDS,
        *google_refusals.RIGHTS,
        *google_refusals.GONE,
    }
    assert told <= every


def test_the_messages_that_the_sandbox_takes_are_google_s() -> None:
    request = MutateGoogleAdsRequest.pb(MutateGoogleAdsRequest()).DESCRIPTOR
    operation = request.fields_by_name["mutate_operations"].message_type
    for kind, shape in shapes.MESSAGES.items():
        field = next(one for one in operation.fields if one.json_name == f"{kind}Operation")
        created = field.message_type.fields_by_name["create"].message_type
        assert list(strangers(created, shape)) == []


def strangers(message: Descriptor, shape: dict[str, Any]) -> Iterator[str]:
    """Fields and words of a shape that Google's message does not have."""
    known = {one.json_name.removesuffix("_"): one for one in message.fields}
    for name, inner in shape.items():
        if name not in known:
            yield f"{message.name}.{name}"
        else:
            yield from unknown_in(known[name], inner)


def unknown_in(field: FieldDescriptor, shape: Any) -> Iterator[str]:
    shape = shape[0] if isinstance(shape, list) else shape
    if isinstance(shape, dict):
        yield from strangers(field.message_type, shape)
    elif isinstance(shape, frozenset):
        yield from shape - set(field.enum_type.values_by_name)
    else:
        kinds = {
            shapes.TEXT: FieldDescriptor.TYPE_STRING,
            shapes.FLAG: FieldDescriptor.TYPE_BOOL,
            shapes.INT64: FieldDescriptor.TYPE_INT64,
        }
        if field.type != kinds[shape]:
            yield f"{field.full_name} is no {shape}"


def test_every_place_is_a_country_once_and_the_union_is_among_them() -> None:
    assert PLACES["US"] == "geoTargetConstants/2840"
    assert len(set(PLACES.values())) == len(PLACES)
    assert set(PLACES) >= EUROPEAN_UNION
    assert len(EUROPEAN_UNION) == 27


def test_a_name_is_quoted_so_that_it_stays_a_name() -> None:
    assert "LIKE '%gz-1[_][[]2%'" in queries.campaigns_marked("gz-1_[2")
    assert queries.quoted("O'Hara \\ Sons") == "'O\\'Hara \\\\ Sons'"


def test_texts_of_search_ads_are_read_old_ones_too_and_of_no_other_kind() -> None:
    def texts(**ad: Any) -> Any:
        row = {
            "adGroupAd": {"ad": {"id": "7", **ad}},
            "adGroup": {"id": "5"},
            "campaign": {"id": "3"},
        }
        return found_ad(msgspec.convert(row, Row), {}).texts

    headlines = [{"text": "Green tea"}, {"text": "Black tea"}]
    search = {"headlines": headlines, "descriptions": [{"text": "From one garden."}]}
    assert texts(responsiveSearchAd=search) == {
        "headline": ["Green tea", "Black tea"],
        "description": ["From one garden."],
    }
    old = {"headlinePart1": "Tea", "headlinePart2": "By hand", "description": "In tins."}
    assert texts(expandedTextAd=old) == {
        "headline": ["Tea", "By hand"],
        "description": ["In tins."],
    }
    assert texts(responsiveSearchAd={"headlines": headlines[:1]}) == {"headline": ["Green tea"]}
    assert texts(type="VIDEO_AD") is None
