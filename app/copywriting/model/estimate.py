"""What a batch will cost, before it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.model.asking import Asking, groups
from app.copywriting.model.door import Door
from app.copywriting.plan import plan
from app.copywriting.writing import Place

# Tokens of one variation: its texts and their steps in English, and the notes around them.
_TEXTS = {
    AdPlatform.META: 270,
    AdPlatform.GOOGLE: 270,
    AdPlatform.LINKEDIN: 250,
    AdPlatform.TIKTOK: 120,
}
_NOTES = 170
# Tokens a letter costs: four Latin ones share one, others take more of their own.
_LATIN, _OTHER = 0.25, 0.7
_FOREIGN_TEXTS = {"ja": 1.6, "zh": 1.6, "ko": 1.6, "ar": 1.6, "he": 1.6, "hi": 1.8, "th": 1.8}
_EUROPEAN_TEXTS = 1.25
# What is written again.
_AGAIN = 1.25


@dataclass(frozen=True, slots=True)
class Estimate:
    """About what writing will take. `cost` is in US dollars, None when no price is known.

    `waiting` says that the model's process has not told a price yet; ask again in some seconds.
    """

    requests: int
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    waiting: bool


def estimate(brief: Brief, count: int, door: Door, own_ads: Sequence[str] = ()) -> Estimate:
    """For `count` variations of this brief; asks nobody and waits for nothing."""
    asking = Asking(brief, own_ads)
    places = [Place(number, slot) for number, slot in enumerate(plan(brief, count))]
    requests = [asking.write(group, ()) for group in groups(places)]
    said = sum(tokens(each["content"]) for request in requests for each in request.messages)
    foreign = 1.0 if brief.language == "en" else _FOREIGN_TEXTS.get(brief.language, _EUROPEAN_TEXTS)
    answered = sum(_TEXTS[place.slot.platform] * foreign + _NOTES for place in places)
    tokens_in, tokens_out = ceil(said * _AGAIN), ceil(answered * _AGAIN)
    cost, price = None, door.price
    if price and price.token_in is not None and price.token_out is not None:
        cost = tokens_in * price.token_in + tokens_out * price.token_out
    return Estimate(len(requests), tokens_in, tokens_out, cost, waiting=price is None)


def tokens(text: str) -> int:
    """About how many tokens a model reads this as."""
    latin = sum(each < "\u0250" for each in text)
    return ceil(latin * _LATIN + (len(text) - latin) * _OTHER)
