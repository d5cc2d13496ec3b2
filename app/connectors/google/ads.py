"""One ad as Google describes it: what it is called, and what it says."""

from __future__ import annotations

import msgspec

Id = str | int


class Headline(msgspec.Struct, gc=False):
    text: str = ""


class SearchAd(msgspec.Struct):
    headlines: list[Headline] = []
    descriptions: list[Headline] = []


class ExpandedAd(msgspec.Struct, rename="camel"):
    """The kind of text ad that could be made until 2022, and still runs."""

    headline_part1: str = ""
    headline_part2: str = ""
    headline_part3: str = ""
    description: str = ""
    description2: str = ""


class Ad(msgspec.Struct, rename="camel"):
    id: Id = ""
    name: str = ""
    type: str = ""
    responsive_search_ad: SearchAd | None = None
    expanded_text_ad: ExpandedAd | None = None


def ad_texts(ad: Ad) -> dict[str, list[str]] | None:
    """What a search ad says; None of a kind whose texts are not asked for."""
    if ad.responsive_search_ad is not None:
        found = {
            "headline": [each.text for each in ad.responsive_search_ad.headlines],
            "description": [each.text for each in ad.responsive_search_ad.descriptions],
        }
    elif ad.expanded_text_ad is not None:
        old = ad.expanded_text_ad
        found = {
            "headline": [old.headline_part1, old.headline_part2, old.headline_part3],
            "description": [old.description, old.description2],
        }
    else:
        return None
    said = {kind: [text for text in texts if text] for kind, texts in found.items()}
    return {kind: texts for kind, texts in said.items() if texts} or None


def ad_name(ad: Ad) -> str:
    """Most kinds of ads have no name: their first headline, or their kind and number."""
    if ad.name:
        return ad.name
    headlines = ad.responsive_search_ad.headlines if ad.responsive_search_ad else ()
    first = next((headline.text for headline in headlines if headline.text), "")
    kind = ad.type.replace("_", " ").capitalize() or "Ad"
    return first or f"{kind} {ad.id}"
