"""What Meta's ads say, in each of the ways in which it keeps a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.connectors.errors import AccessRevoked
from app.connectors.meta.texts import texts_of
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount
from tests.connectors.conftest import Clock

Answers = Callable[..., None]
AD = {"id": "a1", "name": "Video", "creative": {"body": "Warm feet.", "title": "Wool socks"}}


@pytest.mark.parametrize(
    ("creative", "texts"),
    [
        ({"body": "B", "title": "T"}, {"primary_text": ["B"], "headline": ["T"]}),
        (
            {
                "body": "{{product.name}}",
                "object_story_spec": {
                    "link_data": {"message": "M", "name": "N", "description": "D"}
                },
            },
            {"primary_text": ["M"], "headline": ["N"], "description": ["D"]},
        ),
        (
            {"object_story_spec": {"video_data": {"message": "M", "link_description": "D"}}},
            {"primary_text": ["M"], "description": ["D"]},
        ),
        (
            {"title": "T", "object_story_spec": {"template_data": {"message": "M"}}},
            {"primary_text": ["M"], "headline": ["T"]},
        ),
        (
            {
                "body": "shadow",
                "asset_feed_spec": {
                    "bodies": [{"text": "B1"}, {"text": "B2"}, {"text": "B1"}, {}],
                    "titles": [{"text": "T"}],
                },
            },
            {"primary_text": ["B1", "B2"], "headline": ["T"]},
        ),
        (
            {"object_story_spec": {"link_data": {"message": "M", "link": "https://a.example/"}}},
            {"primary_text": ["M"], "landing_page": ["https://a.example/"]},
        ),
        (
            {
                "object_story_spec": {
                    "video_data": {
                        "message": "M",
                        "call_to_action": {"type": "BUY", "value": {"link": "https://b.example"}},
                    }
                }
            },
            {"primary_text": ["M"], "landing_page": ["https://b.example"]},
        ),
        (
            {"asset_feed_spec": {"link_urls": [{"website_url": "https://c.example"}, {}]}},
            {"landing_page": ["https://c.example"]},
        ),
        ({"id": "1"}, {}),
    ],
)
def test_every_kind_of_creative_tells_its_texts(
    creative: dict[str, Any], texts: dict[str, list[str]]
) -> None:
    assert texts_of(json.dumps(creative).encode()) == texts


@pytest.mark.parametrize("creative", ["null", "[]", '{"body": 7}', '{"asset_feed_spec": "none"}'])
def test_what_cannot_be_read_is_not_told(creative: str) -> None:
    assert texts_of(creative.encode()) is None


def queue(answer: Answers, *ads: object) -> None:
    answer("act_1001/campaigns", {"data": []})
    answer("act_1001/adsets", {"data": []})
    for one in ads:
        body, status = ({"data": [one]}, 200) if one is AD else (one, 400)
        answer("act_1001/ads", body, status)


@pytest.mark.parametrize(
    "error",
    [
        {"code": 100, "error_subcode": 2446211, "message": "Invalid parameter"},
        {"code": 100, "error_subcode": 1443048, "message": "Invalid parameter"},
        {"code": 10, "message": "(#10) This endpoint requires pages_read_engagement"},
    ],
)
def test_ads_are_listed_without_texts_when_meta_withholds_one(
    meta: Meta, account: FoundAccount, answer: Answers, clock: Clock, error: dict[str, object]
) -> None:
    queue(answer, {"error": error}, AD)
    (ad,) = meta.structure(account).ads
    assert ad.external_id == "a1"
    assert clock.slept == []


def test_a_lost_grant_is_still_a_lost_grant(
    meta: Meta, account: FoundAccount, answer: Answers
) -> None:
    dead = {"error": {"code": 190, "error_subcode": 460, "message": "Session invalidated"}}
    queue(answer, dead, dead)
    with pytest.raises(AccessRevoked):
        meta.structure(account)


def test_an_ad_keeps_its_texts(meta: Meta, account: FoundAccount, answer: Answers) -> None:
    queue(answer, AD)
    (ad,) = meta.structure(account).ads
    assert ad.texts == {"primary_text": ["Warm feet."], "headline": ["Wool socks"]}
