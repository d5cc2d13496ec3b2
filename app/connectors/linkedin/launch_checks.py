"""What is wrong with an order for LinkedIn, as far as one can know without asking.

Each sentence begins with the field of the draft that it is about. Text limits are those of single
image ads; LinkedIn counts code points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision

from app.connectors.launching import AdCopy, Order, is_web_address
from app.connectors.linkedin.launch_bodies import (
    AGES,
    AIMS,
    CONVERSION,
    GENDERS,
    OLDEST,
    ORGANIZATION,
    POLITICAL,
    YOUNGEST,
    needs_conversion,
)
from app.connectors.linkedin.places import GEO, LOCALE
from app.connectors.words import FoundAccount
from app.copywriting.brief import AdPlatform
from app.copywriting.limits import SHAPES
from app.copywriting.vocabulary import BUTTONS

LONGEST_NAME, LONGEST_URL = 100, 2000
MOST_ADS = 15
MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/gif")
LARGEST_PICTURE = 5 * 1024 * 1024
CTAS: Final = BUTTONS[AdPlatform.LINKEDIN]
LEAST: Final = {"USD": Decimal(10)}
"""The least daily budget where LinkedIn names one; elsewhere it is about as much."""
_SHAPE: Final = SHAPES[AdPlatform.LINKEDIN]
_CLOSED: Final = frozenset({"cancelled", "removed", "being deleted"})
_INTENTS: Final = frozenset({"POLITICAL", "NOT_POLITICAL"})


def problems(account: FoundAccount, order: Order, today: dt.date) -> Iterator[str]:
    """`today` is the account's, which at LinkedIn is that of UTC."""
    if account.status in _CLOSED:
        yield f"account_id: LinkedIn calls {account.name} {account.status}. Choose another account."
    yield from _of_name(order)
    yield from _of_goal(order)
    yield from _of_money(account, order)
    yield from _of_days(order, today)
    yield from _of_audience(order)
    yield from _of_ads(order)
    yield from _of_declarations(order)


def _of_name(order: Order) -> Iterator[str]:
    if not order.name.strip():
        yield "name: The campaign needs one."
    names = [order.named(), order.named("campaign"), order.named(f"ad {len(order.ads)}")]
    over = max(map(len, names)) - LONGEST_NAME
    if over > 0:
        yield (
            f"name: LinkedIn takes {LONGEST_NAME} characters with what is added to tell things "
            f"apart. Shorten it by {over}."
        )


def _of_goal(order: Order) -> Iterator[str]:
    if order.goal not in AIMS:
        yield "goal: LinkedIn campaigns can be for sales, leads, traffic or awareness. Choose one."
    elif needs_conversion(order) and not order.answers.get(CONVERSION, "").isdigit():
        yield (
            "conversion: A campaign for sales or leads needs the conversion that it is to bring. "
            "Choose one, or the goal traffic."
        )


def _of_money(account: FoundAccount, order: Order) -> Iterator[str]:
    decimals, least = get_currency_precision(account.currency), LEAST.get(account.currency)
    budget = order.daily_budget
    if not budget.is_finite() or budget <= 0:
        yield "daily_budget: It has to be more than 0."
    elif not order.budget_fits(decimals):
        yield f"daily_budget: {account.currency} has {decimals} decimals. Round it."
    elif least is not None and budget < least:
        yield f"daily_budget: LinkedIn wants at least {least} {account.currency} a day."


def _of_days(order: Order, today: dt.date) -> Iterator[str]:
    if order.starts_on <= today:
        yield (
            "starts_on: LinkedIn's days begin at midnight UTC and it takes no start in the past. "
            f"Choose {today + dt.timedelta(days=1)} or later."
        )
    if order.ends_on is not None and order.ends_on < order.starts_on:
        yield "ends_on: It lies before the start. Choose a later day, or none."


def _of_audience(order: Order) -> Iterator[str]:
    if not order.countries:
        yield "countries: LinkedIn wants at least one."
    for country in order.countries:
        if country not in GEO:
            yield f"countries: LinkedIn's number of {country} is not known here. Leave it out."
    if order.language not in LOCALE:
        yield f"language: LinkedIn has no campaigns in {order.language}. Choose another one."
    yield from _of_ages(order)
    if order.gender not in ("all", *GENDERS):
        yield "gender: LinkedIn knows everybody, women and men only. Choose one of these."
    if order.is_protected and _is_narrowed(order):
        yield (
            "age_min: LinkedIn lets nobody choose ages or gender for ads about housing, jobs or "
            "credit. Set both to everybody."
        )


def _of_ages(order: Order) -> Iterator[str]:
    """LinkedIn's ranges cannot be cut, and nobody is to be reached who was not asked for."""
    begins, ends = {first for first, _ in AGES}, {last for _, last in AGES}
    wrong = order.age_min not in begins or order.age_max not in ends
    if wrong or order.age_min > order.age_max:
        yield (
            "age_min: LinkedIn knows the ages 18–24, 25–34, 35–54 and 55 and older only. Let them "
            "begin at 18, 25, 35 or 55 and end at 24, 34, 54 or 65+."
        )


def _is_narrowed(order: Order) -> bool:
    return order.gender in GENDERS or (order.age_min, order.age_max) != (YOUNGEST, OLDEST)


def _of_ads(order: Order) -> Iterator[str]:
    if not 1 <= len(order.ads) <= MOST_ADS:
        yield f"ads: A LinkedIn campaign has between 1 and {MOST_ADS} that run together."
    for number, ad in enumerate(order.ads, 1):
        yield from _of_ad(ad, number)
    if not is_web_address(order.url) or len(order.url) > LONGEST_URL:
        yield (
            "url: LinkedIn wants a whole address that begins with https:// and has at "
            f"most {LONGEST_URL} characters."
        )
    if not order.profile.removeprefix(ORGANIZATION).isdigit():
        yield "profile: Choose the Company Page that the ads speak as."
    yield from _of_picture(order)


def _of_ad(ad: AdCopy, number: int) -> Iterator[str]:
    for word, text, limit in (
        ("primary text", ad.primary_text, _SHAPE.primary_text),
        ("headline", ad.headline, _SHAPE.headline),
    ):
        if not text.strip():
            yield f"ads: Ad {number} has no {word}, and LinkedIn wants one."
        elif not limit.fits(text):
            yield (
                f"ads: LinkedIn takes {limit.most} characters of {word}, and ad {number} has "
                f"{limit.count(text)}. Write it shorter."
            )
    if ad.cta and ad.cta not in CTAS:
        yield f"ads: LinkedIn has no button {ad.cta}, which ad {number} has. Choose another one."


def _of_picture(order: Order) -> Iterator[str]:
    if order.picture is None:
        yield "picture: A LinkedIn ad needs one."
    elif order.picture.media_type not in MEDIA_TYPES:
        yield "picture: LinkedIn takes JPEG, PNG and GIF only."
    elif not 0 < len(order.picture.content) <= LARGEST_PICTURE:
        yield f"picture: LinkedIn takes at most {LARGEST_PICTURE >> 20} MB."


def _of_declarations(order: Order) -> Iterator[str]:
    """What the law wants declared is never assumed."""
    answer = order.answers.get(POLITICAL, "")
    if answer not in _INTENTS:
        yield "political_intent: LinkedIn wants it declared whether this is political advertising."
    elif "politics" in order.special and answer != "POLITICAL":
        yield (
            "political_intent: The draft is marked as about politics, and the answer to "
            "LinkedIn says that it is not. Change one of them."
        )
