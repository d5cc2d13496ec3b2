"""What the launchers of all platforms share."""

from __future__ import annotations

import pytest

from app.connectors.launching import filled, is_web_address


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://tea.example/tins?utm_source=x", True),
        ("http://tea.example/", False),
        ("https://localhost/", False),
        ("https://tea.example/two words", False),
        ("https://[tea", False),
        ("tea.example", False),
    ],
)
def test_an_ad_leads_to_a_whole_address_only(url: str, *, whole: bool) -> None:
    assert is_web_address(url) is whole


def test_ids_go_where_ids_belong_and_what_nobody_knows_stays() -> None:
    request = {
        "ad_text": "{picture}",
        "creatives": [{"image_ids": ["{picture}"], "ad_text": "{picture}"}],
        "location_ids": ["{country DE}", "{country AT}"],
    }
    ids = {"picture": "p1", "country DE": "49"}
    assert filled(request, ids, {"image_ids", "location_ids"}) == {
        "ad_text": "{picture}",
        "creatives": [{"image_ids": ["p1"], "ad_text": "{picture}"}],
        "location_ids": ["49", "{country AT}"],
    }
