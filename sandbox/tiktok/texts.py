"""What the ads say: invented, the same for the same seed, in styles that can be told apart."""

from __future__ import annotations

from typing import Final

from sandbox.noise import noise
from sandbox.state import state
from sandbox.world import Ad

# A question, a number, an order, a story, a promise, a contrast.
_ENGLISH: Final = (
    (
        "Still carrying three kilos of tent up the hill?",
        "Wet socks before lunch again?",
        "How far would you walk with half the pack?",
    ),
    (
        "1.9 kg. Two people. Four seasons.",
        "Dry in 40 minutes, packed in 4.",
        "12 seams fewer, 300 g lighter.",
    ),
    (
        "Pack it tonight, leave at six.",
        "See the autumn colours before they fall.",
        "Take the long way home this weekend.",
    ),
    (
        "We left in rain and came back sunburnt. Same jacket.",
        "Her first summit, his old boots, one shared map.",
        "The hut was full. We slept better outside.",
    ),
    (
        "Free returns for 60 days, mud included.",
        "Repaired for free as long as you hike.",
        "Order by noon, hike on Saturday.",
    ),
    (
        "Not the lightest. The one that lasts.",
        "Less logo, more trail.",
        "Made for rain, happy in the sun.",
    ),
)
_JAPANESE: Final = (
    ("重いテント、まだ使っていますか？", "雨の日こそ歩きたくなる靴。"),
    ("重さ1.9キロ、設営4分。", "縫い目を12本減らしました。"),
    ("週末は山へ。準備は今夜。", "紅葉が散る前に出かけよう。"),
)


def text_of(ad: Ad, other: int = 0) -> str:
    """An ad's text; `other` counts those of an ad with several."""
    styles = _JAPANESE if ad.campaign.account.plan.country == "JP" else _ENGLISH
    bits = noise(state().world.seed, int(ad.id), 7)
    style = styles[(bits >> 16) % len(styles)]
    return style[((bits & 0xFFFF) + other) % len(style)]
