"""What the world's search ads say: a few styles, so that there is something to learn from them."""

from __future__ import annotations

from sandbox.noise import noise
from sandbox.world import Ad

_STYLES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Looking for {thing}?", "Found It Here", "See the Whole Range"),
        (
            "Tired of gear that gives up on day two? Ours is repaired for free, for ten years.",
            "Which one suits you? Answer three questions and see what others took along.",
        ),
    ),
    (
        ("{thing} in 2 Days", "From 4,200 Reviews: 4.8", "30 Days to Return It"),
        (
            "Sent within 24 hours from our own store. 30 days to send it back, free of charge.",
            "312 kinds in stock, each with weight, size and a test of 100 nights.",
        ),
    ),
    (
        ("{thing} You Keep for Life", "Made to Be Mended", "Built by Twelve People"),
        (
            "We began in a garage with one sewing machine. It still stands in our workshop.",
            "Made by hand in small runs, and mended when life has been hard on it.",
        ),
    ),
    (
        ("Save on {thing} Today", "Ends Sunday", "Free Delivery"),
        (
            "Last of the season: what is left goes at a lower price until Sunday night.",
            "Free delivery on every order this week. No code, no minimum.",
        ),
    ),
)
_SHORTEST = "Our Range"


def headlines(ad: Ad, seed: int) -> list[str]:
    thing = ad.campaign.plan.name.rpartition("– ")[2]
    texts = _style(ad, seed)[0]
    fitting = (text.format(thing=thing) for text in texts)
    return [
        text if len(text) <= 30 else source.format(thing=_SHORTEST)
        for text, source in zip(fitting, texts, strict=True)
    ]


def descriptions(ad: Ad, seed: int) -> list[str]:
    return list(_style(ad, seed)[1])


def _style(ad: Ad, seed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _STYLES[noise(seed, int(ad.id), 77) % len(_STYLES)]
