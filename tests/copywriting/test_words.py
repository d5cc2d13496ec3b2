"""Where a sentence ends, in scripts with and without spaces."""

from __future__ import annotations

import pytest

from app.copywriting.words import sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Rated 4.99 by readers. Order at ledger.example!",
            ["Rated 4.99 by readers.", "Order at ledger.example!"],
        ),
        ("Cold again?\n\nNot here.", ["Cold again?", "Not here."]),
        ("冷める？そんな朝に。4.7の評価です。", ["冷める？", "そんな朝に。", "4.7の評価です。"]),
    ],
)
def test_a_sentence_ends_at_a_stop_before_a_space_and_not_within_a_figure(
    text: str, found: list[str]
) -> None:
    assert sentences(text) == found
