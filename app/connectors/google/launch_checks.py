"""What is wrong with an order for Google, told without asking Google.

Limits are those of responsive search ads and keywords in v26.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

from babel.numbers import get_currency_precision

from app.connectors.google.launch_bodies import (
    AGES,
    BIDDING,
    BIDS_FOR_CONVERSIONS,
    EU_POLITICAL,
    FOR_CLICKS,
    FOR_CONVERSIONS,
    NOT_POLITICAL,
    POLITICAL,
    keywords,
)
from app.connectors.google.places import PLACES
from app.connectors.launching import EUROPEAN_UNION, AdCopy, Order, is_web_address
from app.connectors.words import FoundAccount
from app.copywriting.brief import AdPlatform
from app.copywriting.limits import SHAPES, Limit, columns

_SHAPE = SHAPES[AdPlatform.GOOGLE]
HEADLINE, DESCRIPTION, PATH = _SHAPE.headline, _SHAPE.description, 15
MOST_ADS = 3
KEYWORD, KEYWORD_WORDS = 80, 10
NAME = 254
ADDRESS = 2048
_NOT_IN_KEYWORDS = frozenset('!@%^()={};~`<>?\\|,*[]"')
_PROTECTS = frozenset({"US", "CA"})
_NOT_NARROWED = (
    "Google does not let ads for housing, employment or credit be narrowed by age or gender in the "
    "United States and Canada. Choose all ages and all genders."
)
_CLOSED = ("cancelled", "suspended", "closed")


def problems(account: FoundAccount, order: Order, today: dt.date) -> list[str]:
    """A sentence for each thing that Google is known to refuse, after the field it is about.

    `today` is the account's.
    """
    found = {
        "name": _of_name(order),
        "daily_budget": _of_budget(account, order),
        "starts_on": _of_first_day(order, today),
        "ends_on": _of_last_day(order),
        "countries": _of_places(order),
        "age_min": _of_ages(order),
        "gender": _of_gender(order),
        "url": _of_address(order.url),
        EU_POLITICAL: _of_politics(order),
        BIDDING: _of_bidding(order),
        "keywords": _of_keywords(keywords(order)),
        "ads": _of_ads(order.ads),
    }
    told = (f"{field}: {sentence}" for field, group in found.items() for sentence in group)
    return [*_of_account(account), *told]


def _of_account(account: FoundAccount) -> Iterator[str]:
    if account.status in _CLOSED:
        yield (
            f"The account {account.name} is {account.status} at Google, so nothing can be created "
            "in it. Choose another account, or have this one opened again at ads.google.com."
        )


def _of_name(order: Order) -> Iterator[str]:
    if not order.name.strip():
        yield "The campaign has no name. Give it one."
    if any(each in order.name for each in "\0\n\r"):
        yield "The campaign's name has a line break in it. Write it on one line."
    if columns(order.named("Ad group")) > NAME:
        yield f"The campaign's name is too long for Google, which takes {NAME} characters. Cut it."


def _of_budget(account: FoundAccount, order: Order) -> Iterator[str]:
    amount, digits = order.daily_budget, min(get_currency_precision(account.currency), 2)
    if not amount.is_finite() or amount <= 0:
        yield "The daily budget has to be more than nothing."
    elif not order.budget_fits(digits):
        kind = f"at most {digits} decimals" if digits else "whole amounts only"
        yield f"The daily budget in {account.currency} takes {kind}; {amount} has more."


def _of_first_day(order: Order, today: dt.date) -> Iterator[str]:
    if order.starts_on < today:
        yield (
            f"The first day, {order.starts_on}, is over in the account's time zone, where it is "
            f"{today}. Choose today or later."
        )


def _of_last_day(order: Order) -> Iterator[str]:
    if order.ends_on is not None and order.ends_on < order.starts_on:
        yield f"The last day, {order.ends_on}, is before the first, {order.starts_on}."


def _of_places(order: Order) -> Iterator[str]:
    if not order.countries:
        yield "No country is chosen, and Google would show the ads everywhere. Choose at least one."
    for country in order.countries:
        if country not in PLACES:
            yield (
                f"Google's list of countries that ads can be shown in does not have {country}. "
                "Take it out of the countries."
            )
    for country in _twice(order.countries):
        yield f"The country {country} is chosen twice."


def _of_ages(order: Order) -> Iterator[str]:
    narrowed = order.age_min > 18 or order.age_max < 65
    if order.age_min > order.age_max:
        yield f"The ages go from {order.age_min} to {order.age_max}. Put the lower one first."
    elif narrowed and not _on_borders(order):
        yield (
            "Google narrows Search ads by its own ranges of age only: 18–24, 25–34, 35–44, 45–54, "
            f"55–64, and 65 and older. Choose ages that begin and end with these, not "
            f"{order.age_min}–{order.age_max}."
        )
    elif narrowed and _is_protected(order):
        yield _NOT_NARROWED


def _of_gender(order: Order) -> Iterator[str]:
    if order.gender not in ("all", "women", "men"):
        yield "The gender has to be all, women or men."
    elif order.gender != "all" and _is_protected(order):
        yield _NOT_NARROWED


def _is_protected(order: Order) -> bool:
    return order.is_protected and not _PROTECTS.isdisjoint(order.countries)


def _on_borders(order: Order) -> bool:
    firsts, lasts = {first for first, _ in AGES}, {last for _, last in AGES}
    return max(order.age_min, 18) in firsts and order.age_max in lasts


def _of_address(url: str) -> Iterator[str]:
    if not is_web_address(url):
        yield "The landing page has to be a whole address that begins with https://."
    if len(url) > ADDRESS:
        yield f"The landing page's address is longer than Google's {ADDRESS} characters."


def _of_politics(order: Order) -> Iterator[str]:
    answer = order.answers.get(EU_POLITICAL, "")
    if answer not in (POLITICAL, NOT_POLITICAL):
        yield (
            "Google wants to know of every campaign whether it holds political advertising as the "
            "European Union defines it. Answer that question; nobody else can."
        )
    elif answer == NOT_POLITICAL and "politics" in order.special and _is_in_union(order):
        yield (
            "The draft is marked as about politics and is shown in the European Union, but says "
            "that it holds no EU political advertising. Correct one of the two."
        )


def _is_in_union(order: Order) -> bool:
    return not EUROPEAN_UNION.isdisjoint(order.countries)


def _of_bidding(order: Order) -> Iterator[str]:
    answer = order.answers.get(BIDDING, "")
    if order.goal in BIDS_FOR_CONVERSIONS and answer not in (FOR_CONVERSIONS, FOR_CLICKS):
        yield "Choose what Google bids for: conversions, or clicks."


def _of_keywords(texts: list[str]) -> Iterator[str]:
    if not texts:
        yield "There are no keywords, and without any the ads are never shown. Add at least one."
    for text in texts:
        if columns(text) > KEYWORD or len(text.split()) > KEYWORD_WORDS:
            yield (
                f"The keyword “{text}” is too long: Google takes {KEYWORD} characters and "
                f"{KEYWORD_WORDS} words."
            )
        if strange := "".join(sorted(_NOT_IN_KEYWORDS & set(text))):
            yield f"The keyword “{text}” has signs that Google refuses in keywords: {strange}"
    for text in _twice(text.casefold() for text in texts):
        yield f"The keyword “{text}” is there twice."


def _of_ads(ads: tuple[AdCopy, ...]) -> Iterator[str]:
    if not 1 <= len(ads) <= MOST_ADS:
        yield (
            f"An ad group runs one to {MOST_ADS} responsive search ads at a time; this draft has "
            f"{len(ads)}."
        )
    for number, copy in enumerate(ads, 1):
        ad = f"Ad {number}"
        yield from _of_texts(ad, "headline", copy.headlines, _SHAPE.headlines, HEADLINE)
        yield from _of_texts(ad, "description", copy.descriptions, _SHAPE.descriptions, DESCRIPTION)
        yield from _of_paths(ad, copy.paths)


def _of_texts(
    ad: str, kind: str, texts: tuple[str, ...], many: tuple[int, int], limit: Limit
) -> Iterator[str]:
    least, most = many
    if not least <= len(texts) <= most:
        yield f"{ad} has {len(texts)} {kind}s; Google takes {least} to {most}."
    for number, text in enumerate(texts, 1):
        yield from _of_text(f"{ad}, {kind} {number}", text, limit)
    for text in _twice(text.strip().casefold() for text in texts):
        yield f"{ad} has the {kind} “{text}” twice; Google refuses that."


def _of_text(where: str, text: str, limit: Limit) -> Iterator[str]:
    if not text.strip():
        yield f"{where} is empty."
    if not limit.fits(text):
        count = limit.count(text)
        yield f"{where} is {count} characters long; Google takes {limit.most}: “{text}”."
    if any(each in text for each in "{}\n\r"):
        yield f"{where} has a line break or a {{brace}} in it, which Google does not take as text."


def _of_paths(ad: str, paths: tuple[str, ...]) -> Iterator[str]:
    if len(paths) > 2:
        yield f"{ad} has {len(paths)} paths; Google takes two."
    if len(paths) == 2 and paths[1] and not paths[0]:
        yield f"{ad} has a second path without a first."
    for number, path in enumerate(paths, 1):
        if columns(path) > PATH:
            yield f"{ad}, path {number} is {columns(path)} characters long; Google takes {PATH}."
        if any(each in path for each in "/{} \n\r"):
            yield f"{ad}, path {number} has a space, a slash or a brace in it: “{path}”."


def _twice(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]
